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

/* Every field of the input is an attribute of the composite type; false with a problem else. */
static bool has_attributes(struct calling *k, const struct gql_type *input,
	const struct cat_type *composite)
{
	struct compiler *c = k->c;
	const struct cat_relation *r = catalog_relation_by_oid(c->catalog, composite->relation_oid);
	const str *keys = c->facts[input->id].keys;
	for (size_t i = 0; i < input->ninputs; i++) {
		if (r && keys && cat_column_find(r, keys[i]))
			continue;
		problem(k,
			str_printf(c->arena, "The type %.*s has no attribute for \"%.*s.%.*s\".",
				STR_ARG(composite->sql), STR_ARG(input->name),
				STR_ARG(input->inputs[i].name)));
		return false;
	}
	return true;
}

/* An input object into a parameter of a composite type, a list of them into an array. */
static bool pass_composite(struct calling *k, const struct gql_input *in,
	const struct cat_type *type, struct call_named *n)
{
	bool list = gql_is_list(in->type);
	bool array = type->kind == CAT_ARRAY && type->base;
	const struct cat_type *item = array ? cat_type_plain(type->base) : type;
	if (in->type->type->kind != GQL_INPUT || item->kind != CAT_COMPOSITE || list != array)
		return false;
	n->list = list;
	n->composite = item;
	(void)has_attributes(k, in->type->type, item);
	return true;
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
	if (pass_composite(k, in, type, n))
		return;
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

/*
 * One input object (or list of them) and one composite parameter (or array) after which nothing is
 * needed: the one goes into the other, whatever their names.
 */
static bool use_composite(struct calling *k)
{
	struct call *call = k->call;
	const struct cat_function *fn = k->function;
	size_t first = call_first(call);
	if (k->field->nargs != 1 || fn->nargs <= first)
		return false;
	for (size_t i = first + 1; i < fn->nargs; i++)
		if (!fn->args[i].has_default)
			return false;
	call->form = CALL_NAMED;
	call->input_arg = UINT32_MAX;
	call->nnamed = fn->nargs - first;
	call->named = arena_array(k->c->arena, struct call_named, call->nnamed);
	for (size_t i = 1; i < call->nnamed; i++)
		call->named[i].arg = UINT32_MAX;
	const struct cat_type *type = cat_type_plain(fn->args[first].type);
	return pass_composite(k, &k->field->args[0], type, &call->named[0]);
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
			fn->procedure
				? S("It is a procedure: they are not called; make it a function.")
				: S("It is variadic: that is not called; let it take an array."));
		return false;
	}
	bool json = takes_json(fn, first);
	size_t rest = fn->nargs - first;
	if (json && rest == 1 && k->field->nargs == 1) {
		use_json(k);
		return true;
	}
	if (use_composite(k))
		return k->problems.n == 0;
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

/* A name that no identity has gives null with every call. */
static void check_context(struct calling *k, const struct ast_value *name)
{
	const struct compile_options *o = k->c->options;
	size_t i = 0;
	while (i < o->ncontext && !str_eq(o->context[i], name->text))
		i++;
	if (i < o->ncontext || o->ncontext == 0)
		return;
	struct diagnostic *d = diag_warning(k->c, k->field->source, name->at,
		"No identity has a value \"%.*s\", so the function gets null.",
		STR_ARG(name->text));
	diag_nearest(k->c, d, str_nearest(name->text, o->context, o->ncontext));
	if (!d->hint.n)
		d->hint = S("Name it in the setting auth.settings: app.name=claim.");
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
		check_context(k, items[i]);
	for (size_t i = 0; i < n; i++)
		k->call->context[i] = items[i]->text;
}

/* The name and, in parentheses, the parameters' types: "fn(text, integer)". */
static bool split_signature(str text, str *name, str *types)
{
	size_t open = str_find(text, '(');
	*name = str_trim(str_sub(text, 0, open));
	*types = STR_NONE;
	if (open == text.n)
		return true;
	*types = str_sub(text, open + 1, text.n - 1);
	return str_ends(text, S(")"));
}

static bool has_signature(const struct cat_function *fn, str types)
{
	str rest = str_trim(types);
	size_t n = 0;
	for (; rest.n > 0; n++) {
		str wanted = str_trim(str_split(&rest, ','));
		if (n >= fn->nargs ||
			(!str_eq(wanted, fn->args[n].type->sql) &&
				!str_eq(wanted, fn->args[n].type->name)))
			return false;
	}
	return n == fn->nargs;
}

/* How much of it must be defaulted: the fewer, the better it fits. */
static size_t defaulted(const struct calling *k)
{
	const struct call *call = k->call;
	size_t n = k->function->nargs - call_first(call);
	if (call->form == CALL_INPUT_JSONB)
		return n - 1;
	for (size_t i = 0; i < call->nnamed; i++)
		n -= call->named[i].arg != UINT32_MAX;
	return n;
}

static void put_signature(struct buf *b, const struct cat_function *fn)
{
	buf_printf(b, "%s%.*s(", b->n ? ", " : "", STR_ARG(fn->name));
	for (size_t i = 0; i < fn->nargs; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(fn->args[i].type->sql));
	buf_putc(b, ')');
}

static bool refuse_overloads(struct calling *k, const struct cat_function *first, str types)
{
	struct compiler *c = k->c;
	bool many = catalog_function_next(c->catalog, first) != NULL;
	struct buf signatures = buf_on(c->arena);
	for (const struct cat_function *fn = first; fn; fn = catalog_function_next(c->catalog, fn))
		put_signature(&signatures, fn);
	match(k, first);
	struct diagnostic *d =
		diag_error(c, k->field->source, directive_arg(k->directive, "name")->at,
			"%.*s.%.*s can't be passed to %sfunction \"%.*s\".",
			STR_ARG(k->field->parent->name), STR_ARG(k->field->name),
			many ? "any " : "", STR_ARG(first->name));
	str problems = buf_str(&k->problems);
	d->hint = problems;
	if (many || types.p)
		d->hint =
			str_printf(c->arena, "There are %.*s.%s%.*s", STR_ARG(buf_str(&signatures)),
				problems.n ? " Of the first: " : "", STR_ARG(problems));
	return false;
}

static bool refuse_ambiguous(struct calling *k, const struct cat_function *first,
	const struct buf *signatures)
{
	struct compiler *c = k->c;
	struct diagnostic *d = diag_error(c, k->field->source,
		directive_arg(k->directive, "name")->at,
		"%.*s.%.*s can be passed to several functions \"%.*s\".",
		STR_ARG(k->field->parent->name), STR_ARG(k->field->name), STR_ARG(first->name));
	d->hint = str_printf(c->arena,
		"Say which, with the types of its parameters in the name: %.*s.",
		STR_ARG(buf_str(signatures)));
	return false;
}

/* Is the n-th parameter given in the call? */
static bool is_passed(const struct calling *k, size_t n)
{
	size_t first = call_first(k->call);
	if (n < first || k->call->form == CALL_INPUT_JSONB)
		return n <= first;
	return k->call->named[n - first].arg != UINT32_MAX;
}

/* The parameter of `other` that takes what is passed for the i-th of the function; nargs: none. */
static size_t taker(const struct calling *k, size_t i, const struct cat_function *other)
{
	const struct cat_argument *arg = &k->function->args[i];
	bool by_position =
		i < call_first(k->call) || k->call->form == CALL_INPUT_JSONB || !arg->name.n;
	size_t n = by_position ? i : 0;
	while (!by_position && n < other->nargs && !str_eq(other->args[n].name, arg->name))
		n++;
	return n < other->nargs && other->args[n].type == arg->type ? n : other->nargs;
}

/* Could PostgreSQL take the call for one of `other`? It takes parameters by name and type. */
static bool is_taken_for(const struct calling *k, const struct cat_function *other)
{
	bool *covered = arena_array(k->c->arena, bool, other->nargs);
	for (size_t i = 0; i < k->function->nargs; i++) {
		size_t n = is_passed(k, i) ? taker(k, i, other) : 0;
		if (!is_passed(k, i))
			continue;
		if (n == other->nargs)
			return false;
		covered[n] = true;
	}
	for (size_t n = 0; n < other->nargs; n++)
		if (!covered[n] && !other->args[n].has_default)
			return false;
	return true;
}

/* PostgreSQL finds the function again when it is called: it must find this one alone. */
static bool is_unique(struct calling *k, const struct cat_function *first)
{
	for (const struct cat_function *fn = first; fn;
		fn = catalog_function_next(k->c->catalog, fn)) {
		if (fn == k->function || !is_taken_for(k, fn))
			continue;
		struct buf both = buf_on(k->c->arena);
		put_signature(&both, k->function);
		put_signature(&both, fn);
		struct diagnostic *d = diag_error(k->c, k->field->source,
			directive_arg(k->directive, "name")->at,
			"%.*s.%.*s: PostgreSQL can't tell which function \"%.*s\" is called.",
			STR_ARG(k->field->parent->name), STR_ARG(k->field->name),
			STR_ARG(first->name));
		d->hint = str_printf(k->c->arena,
			"What is passed fits %.*s, because of defaults. Give one of them another "
			"name.",
			STR_ARG(buf_str(&both)));
		return false;
	}
	return true;
}

/* The function that fits with the fewest defaults; several that do so equally are an error. */
static bool choose_among(struct calling *k, const struct cat_function *first, str types)
{
	struct buf equal = buf_on(k->c->arena);
	const struct cat_function *best = NULL;
	size_t least = 0, n = 0;
	for (const struct cat_function *fn = first; fn;
		fn = catalog_function_next(k->c->catalog, fn)) {
		if ((types.p && !has_signature(fn, types)) || !match(k, fn))
			continue;
		size_t more = defaulted(k);
		if (best && more > least)
			continue;
		if (!best || more < least) {
			best = fn;
			least = more;
			n = 0;
			equal = buf_on(k->c->arena);
		}
		n++;
		put_signature(&equal, fn);
	}
	if (!best)
		return refuse_overloads(k, first, types);
	if (n > 1)
		return refuse_ambiguous(k, first, &equal);
	return match(k, best) && is_unique(k, first);
}

/* The first function of a name, and the types that follow it; NULL with an error: there is none. */
static const struct cat_function *find_function(struct compiler *c, const struct source *s,
	const struct ast_value *at, str *types)
{
	str name;
	if (!split_signature(at->text, &name, types)) {
		diag_error(c, s, at->at,
			"\"%.*s\" is no name of a function; with parameters it is like \"fn(text, "
			"integer)\".",
			STR_ARG(at->text));
		return NULL;
	}
	const struct cat_function *first = catalog_function(c->catalog, name);
	if (first)
		return first;
	struct diagnostic *d =
		diag_error(c, s, at->at, "There is no function \"%.*s\".", STR_ARG(name));
	diag_nearest(c, d, catalog_nearest_function(c->catalog, c->arena, name));
	return NULL;
}

void call_check_name(struct compiler *c, const struct source *s, const struct ast_field_def *f)
{
	str types;
	const struct ast_directive *d = directive_find(&f->directives, "function");
	const struct ast_value *name = d ? directive_arg(d, "name") : NULL;
	if (name && name->kind == AST_STRING)
		(void)find_function(c, s, name, &types);
}

static bool choose_overload(struct calling *k)
{
	str types;
	const struct cat_function *first =
		find_function(k->c, k->field->source, directive_arg(k->directive, "name"), &types);
	return first && choose_among(k, first, types);
}

/* Queries run in read-only transactions, so a volatile function can do no harm; but it is slow. */
static void check_volatility(struct calling *k)
{
	const struct cat_function *fn = k->function;
	if (k->field->parent != k->c->gql->query || fn->volatility != 'v')
		return;
	struct diagnostic *d = diag_warning(k->c, k->field->source,
		directive_arg(k->directive, "name")->at,
		"%.*s.%.*s: the function \"%.*s\" is VOLATILE, but a query only reads.",
		STR_ARG(k->field->parent->name), STR_ARG(k->field->name), STR_ARG(fn->name));
	d->hint =
		S("Declare it STABLE, so that PostgreSQL can plan through it; what it would write "
		  "is refused.");
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
	if (!choose_overload(&k))
		return;
	k.call->function = k.function;
	bind_call_arguments(&k, out);
	if (!bind_result(&k, out))
		return;
	contract_statuses(&k);
	check_volatility(&k);
	out->kind = BIND_FUNCTION;
	out->call = k.call;
	if (gql_is_list(f->type))
		bind_list_policy(c, f, out);
}
