/*
 * call - @function: which overload, what goes into its parameters, what its result becomes.
 *
 * After the context values a function takes either one json(b) made of the input, or typed
 * parameters matched by name: to arguments, or to the fields of the one input object there is. A
 * parameter may carry a customary prefix (p_, in_, input_, _). Parameters without a match need a
 * default, arguments without one are an error: nothing that a client sends is dropped.
 *
 * The result is read by the mutation contract (a status column and its companions), as rows, as one
 * JSON document, or as one value.
 */
#include "schema/call_int.h"

#include "schema/names.h"

static bool is_json(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

static str argument_key(struct calling *k, const struct gql_input *arg)
{
	const struct ast_directive *d = directive_find(&arg->node->directives, "column");
	const struct ast_value *name = d ? directive_arg(d, "name") : NULL;
	return name && name->kind == AST_STRING ? name->text : names_snake(k->c->arena, arg->name);
}

static bool is_named(str parameter, str key)
{
	static const str PREFIXES[] = { STR_INIT("p_"), STR_INIT("in_"), STR_INIT("input_"),
		STR_INIT("_") };
	if (str_eq(parameter, key))
		return true;
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		if (str_starts(parameter, PREFIXES[i]) &&
			str_eq(str_sub(parameter, PREFIXES[i].n, parameter.n), key))
			return true;
	return false;
}

static void problem(struct calling *k, str text)
{
	if (k->problems.n)
		buf_lit(&k->problems, " ");
	buf_put(&k->problems, text);
}

/* ---- one jsonb ---- */

/* Does the argument itself go into the parameter, or an object with it as a member? */
static bool is_whole_input(struct calling *k, const struct gql_input *arg,
	const struct cat_argument *to)
{
	const struct gql_type *t = arg->type->type;
	return t->kind == GQL_INPUT || str_eq(t->name, S("JSON")) ||
		is_named(to->name, argument_key(k, arg));
}

/* Is the first parameter after the context a json(b), with nothing needed behind it? */
static bool takes_json(const struct cat_function *fn, size_t first)
{
	if (fn->nargs <= first || !is_json(fn->args[first].type))
		return false;
	for (size_t i = first + 1; i < fn->nargs; i++)
		if (!fn->args[i].has_default)
			return false;
	return true;
}

static void use_json(struct calling *k)
{
	const struct cat_argument *to = &k->function->args[call_first(k->call)];
	k->call->form = CALL_INPUT_JSONB;
	k->call->input_arg = UINT32_MAX;
	if (k->field->nargs == 1 && is_whole_input(k, &k->field->args[0], to))
		k->call->input_arg = 0;
	k->call->named = NULL;
	k->call->nnamed = 0;
}

/* ---- typed parameters ---- */

/* The one argument that is an input object, or NULL. */
static const struct gql_input *input_object(const struct gql_field *f)
{
	const struct gql_input *found = NULL;
	for (size_t i = 0; i < f->nargs; i++) {
		if (f->args[i].type->type->kind != GQL_INPUT || gql_is_list(f->args[i].type))
			continue;
		if (found)
			return NULL;
		found = &f->args[i];
	}
	return found;
}

/* The argument or input field for a parameter. False: none. */
static bool find_value(struct calling *k, const struct cat_argument *to, size_t position,
	struct call_named *out)
{
	const struct gql_field *f = k->field;
	const struct gql_input *input = input_object(f);
	if (!to->name.n) {
		out->arg = (uint32_t)position;
		return position < f->nargs && !input;
	}
	for (size_t i = 0; i < f->nargs; i++)
		if (is_named(to->name, argument_key(k, &f->args[i]))) {
			out->arg = (uint32_t)i;
			return true;
		}
	if (!input)
		return false;
	const struct gql_type *t = input->type->type;
	const str *keys = k->c->facts[t->id].keys;
	for (size_t i = 0; i < t->ninputs; i++)
		if (keys && is_named(to->name, keys[i])) {
			out->arg = input->id;
			out->field = &t->inputs[i];
			return true;
		}
	return false;
}

/* How the value is passed; a problem when the parameter's type can't take it. */
static void pass_value(struct calling *k, const struct cat_argument *to, struct call_named *n)
{
	struct compiler *c = k->c;
	const struct gql_input *in = n->field ? n->field : &k->field->args[n->arg];
	const struct gql_type *t = in->type->type;
	const struct cat_type *type = cat_type_plain(to->type);
	str fits = STR_NONE;
	if (is_json(type))
		return; /* as JSON, whatever it is */
	bool list = gql_is_list(in->type);
	bool array = type->kind == CAT_ARRAY && type->base;
	bool ok = t->kind != GQL_INPUT && list == array && leaf_reads(c, in->type, type, &fits);
	if (ok) {
		n->list = list;
		n->leaf = leaf_of(c, t, array ? type->base : type);
		return;
	}
	problem(k,
		str_printf(c->arena, "\"%.*s\" is %.*s, but the parameter \"%.*s\" is %.*s.",
			STR_ARG(in->name), STR_ARG(gql_ref_text(c->arena, in->type)),
			STR_ARG(to->name), STR_ARG(to->type->sql)));
}

static void check_unused(struct calling *k, const bool *used_args, const bool *used_fields)
{
	struct compiler *c = k->c;
	const struct gql_input *input = input_object(k->field);
	for (size_t i = 0; i < k->field->nargs; i++) {
		const struct gql_input *arg = &k->field->args[i];
		if (!used_args[i] && arg != input)
			problem(k,
				str_printf(c->arena,
					"The argument \"%.*s\" has no parameter (\"%.*s\").",
					STR_ARG(arg->name), STR_ARG(argument_key(k, arg))));
	}
	if (!input || used_args[input->id])
		return;
	const struct gql_type *t = input->type->type;
	for (size_t i = 0; i < t->ninputs; i++)
		if (!used_fields[i])
			problem(k,
				str_printf(c->arena,
					"The input field \"%.*s\" has no parameter (\"%.*s\").",
					STR_ARG(t->inputs[i].name),
					STR_ARG(c->facts[t->id].keys[i])));
}

static bool use_named(struct calling *k)
{
	struct compiler *c = k->c;
	struct call *call = k->call;
	const struct gql_input *input = input_object(k->field);
	bool *used_args = arena_array(c->arena, bool, k->field->nargs);
	bool *used_fields = arena_array(c->arena, bool, input ? input->type->type->ninputs : 0);
	call->form = CALL_NAMED;
	call->input_arg = UINT32_MAX;
	call->nnamed = k->function->nargs - call_first(call);
	call->named = arena_array(c->arena, struct call_named, call->nnamed);
	for (size_t i = 0; i < call->nnamed; i++) {
		const struct cat_argument *to = &k->function->args[call_first(call) + i];
		struct call_named *n = &call->named[i];
		if (!find_value(k, to, i, n)) {
			n->arg = UINT32_MAX;
			if (!to->has_default)
				problem(k,
					str_printf(c->arena,
						"Nothing goes into the parameter \"%.*s\" (%.*s), which has no "
						"default.",
						STR_ARG(to->name), STR_ARG(to->type->sql)));
			continue;
		}
		pass_value(k, to, n);
		if (n->field)
			used_fields[n->field->id] = true;
		else
			used_args[n->arg] = true;
	}
	check_unused(k, used_args, used_fields);
	return k->problems.n == 0;
}

/* ---- overloads ---- */

/* Do the first parameters take what the row gives? */
static bool takes_row(struct calling *k, const struct cat_function *fn)
{
	const struct computed *row = k->call->row;
	const struct cat_relation *r = row->backing->relation;
	for (size_t i = 0; i < row->n; i++) {
		const struct cat_type *wants = cat_type_plain(fn->args[i].type);
		const struct cat_column *column = row->columns ? row->columns[i] : NULL;
		bool ok = column ? wants == cat_type_plain(column->type)
				 : wants->relation_oid == r->oid;
		if (ok)
			continue;
		problem(k,
			str_printf(k->c->arena,
				"Its parameter %zu is %.*s, but %s\"%.*s\" is passed.", i + 1,
				STR_ARG(fn->args[i].type->sql),
				column ? "the column " : "a row of ",
				STR_ARG(column ? column->name : r->name)));
		return false;
	}
	return true;
}

static bool match(struct calling *k, const struct cat_function *fn)
{
	k->function = fn;
	k->problems = buf_on(k->c->arena);
	size_t first = call_first(k->call);
	if (fn->nargs < first) {
		problem(k,
			str_printf(k->c->arena,
				"It has %zu parameters, but %zu values of the %s are passed first.",
				fn->nargs, first,
				k->call->row ? "row and the session" : "session"));
		return false;
	}
	if (k->call->row && !takes_row(k, fn))
		return false;
	if (fn->procedure || fn->variadic) {
		problem(k,
			fn->procedure ? S("Procedures are not implemented yet.")
				      : S("Variadic functions are not implemented yet."));
		return false;
	}
	bool json = takes_json(fn, first);
	size_t rest = fn->nargs - first;
	if (json && rest == 1 && k->field->nargs == 1) {
		use_json(k);
		return true;
	}
	if (use_named(k))
		return true;
	if (json) {
		k->problems = buf_on(k->c->arena);
		use_json(k);
	}
	return json;
}

static void bind_call_arguments(struct calling *k, struct binding *out)
{
	const struct call *call = k->call;
	out->args = arena_array(k->c->arena, struct arg_binding, k->field->nargs);
	for (size_t i = 0; i < k->field->nargs; i++) {
		struct arg_binding *arg = &out->args[i];
		arg->role = ARG_FUNCTION;
		arg->function_arg = (uint32_t)call_first(call);
		if (!gql_is_list(k->field->args[i].type))
			arg->leaf = leaf_of(k->c, k->field->args[i].type->type, NULL);
	}
	for (size_t i = 0; i < call->nnamed; i++) {
		const struct call_named *n = &call->named[i];
		if (n->arg == UINT32_MAX || n->field)
			continue;
		out->args[n->arg].function_arg = (uint32_t)(call_first(call) + i);
		out->args[n->arg].leaf = n->leaf;
	}
}

static void read_context(struct calling *k)
{
	struct ast_value **items;
	size_t n;
	if (!directive_texts(k->c, k->field->source, k->directive, "context", &items, &n))
		return;
	k->call->context = arena_array(k->c->arena, str, n);
	k->call->ncontext = n;
	for (size_t i = 0; i < n; i++)
		k->call->context[i] = items[i]->text;
}

static bool choose_overload(struct calling *k, str name)
{
	struct compiler *c = k->c;
	const struct cat_function *first = catalog_function(c->catalog, name);
	const struct ast_value *at = directive_arg(k->directive, "name");
	if (!first) {
		struct diagnostic *d = diag_error(c, k->field->source, at->at,
			"There is no function \"%.*s\".", STR_ARG(name));
		diag_nearest(c, d, catalog_nearest_function(c->catalog, c->arena, name));
		return false;
	}
	for (const struct cat_function *fn = first; fn; fn = catalog_function_next(c->catalog, fn))
		if (match(k, fn))
			return true;
	bool many = catalog_function_next(c->catalog, first) != NULL;
	match(k, first);
	struct diagnostic *d = diag_error(c, k->field->source, at->at,
		"%.*s.%.*s can't be passed to %sfunction \"%.*s\".",
		STR_ARG(k->field->parent->name), STR_ARG(k->field->name), many ? "any " : "",
		STR_ARG(name));
	d->hint = buf_str(&k->problems);
	return false;
}

void bind_call(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct computed *row, struct binding *out)
{
	struct calling k = { .c = c, .field = f, .directive = d };
	str name;
	k.call = arena_new(c->arena, struct call);
	k.call->row = row;
	if (!directive_text(c, f->source, d, "name", &name))
		return;
	read_context(&k);
	if (!choose_overload(&k, name))
		return;
	k.call->function = k.function;
	bind_call_arguments(&k, out);
	if (!bind_result(&k, out))
		return;
	out->kind = BIND_FUNCTION;
	out->call = k.call;
	if (gql_is_list(f->type))
		bind_list_policy(c, f, out);
}
