/*
 * variables - the JSON of a request as values of the operation's variables.
 *
 * The members that the operation declares are read into a tree, the others are stepped over. Each
 * tree is then coerced in place, guided by the variable's type: a leaf's node becomes its value, an
 * object's members are sorted into an array by the number of their field. So the order of errors is
 * that of the declarations, whatever order the client wrote. Time is linear in the text, but for
 * absent fields: an object costs as much as its type has fields.
 *
 * Spec: §6.1.2 CoerceVariableValues, §3.5–3.12 input coercion.
 */
#include "graphql/coerce_int.h"
#include "graphql/inspect.h"

#include "base/json.h"
#include "base/num.h"
#include "graphql/printer.h"

enum { DEPTH_MAX = 256, ERRORS_MAX = 50 };

struct step {
	const struct step *up;
	str key; /* .p == NULL: an index */
	size_t index;
};

struct run {
	const struct gql_coercion *c;
	const struct ast_definition *operation;
	const struct ast_variable *variable; /* the one at hand */
	size_t errors, errors_max;
	bool stopped;
};

static struct gql_value *coerce(struct run *r, const struct gql_ref *type, struct jnode *node,
	const struct step *path);

/* ---- errors ---- */

static void stop(struct run *r, str message)
{
	gql_error_put(r->c->errors, message, NULL, 0);
	r->stopped = true;
}

/* Adds an error at the node of the variable (or its type). Returns NULL. */
static void *fail_at(struct run *r, str message, uint32_t at)
{
	if (r->stopped)
		return NULL;
	if (r->errors++ >= r->errors_max)
		stop(r,
			S("Too many errors processing variables, error limit reached. "
			  "Execution aborted."));
	else
		gql_error_put(r->c->errors, message, r->operation->source, at);
	return NULL;
}

static void put_path(struct buf *b, const struct step *path)
{
	if (!path)
		return;
	put_path(b, path->up);
	if (path->key.p) {
		buf_putc(b, '.');
		buf_put(b, path->key);
	} else {
		buf_printf(b, "[%zu]", path->index);
	}
}

/* The message so far: which variable, which value, where. What is wrong follows. */
static struct buf begin(struct run *r, const struct jnode *node, const struct step *path)
{
	struct buf b = buf_on(r->c->arena);
	buf_lit(&b, "Variable \"$");
	buf_put(&b, r->variable->name.text);
	buf_lit(&b, "\" got invalid value ");
	jnode_inspect(&b, r->c->arena, node);
	if (path) {
		buf_lit(&b, " at \"");
		buf_put(&b, r->variable->name.text);
		put_path(&b, path);
		buf_putc(&b, '"');
	}
	buf_lit(&b, "; ");
	return b;
}

static void *end(struct run *r, const struct buf *b)
{
	return fail_at(r, buf_str(b), r->variable->at);
}

/* `what`, then `type`'s name in quotes, then `after`. */
static void *refuse(struct run *r, const struct jnode *node, const struct step *path,
	const char *what, str name, const char *after)
{
	if (r->stopped)
		return NULL;
	struct buf b = begin(r, node, path);
	buf_printf(&b, "%s\"%.*s\"%s", what, STR_ARG(name), after);
	return end(r, &b);
}

static void *refuse_value(struct run *r, const struct jnode *node, const struct step *path,
	const char *what)
{
	if (r->stopped)
		return NULL;
	struct buf b = begin(r, node, path);
	buf_put(&b, str_from(what));
	jnode_inspect(&b, r->c->arena, node);
	return end(r, &b);
}

/* ---- leaves ---- */

static struct gql_value *set(struct jnode *node, enum gql_value_kind kind, str text)
{
	node->value.kind = kind;
	node->value.text = text;
	return &node->value;
}

/* Is the number whole? Puts its text without fraction and exponent into *out. */
static bool whole(struct run *r, str text, str *out)
{
	double v;
	*out = str_eq(text, S("-0")) ? S("0") : text;
	if (gql_is_plain_integer(text))
		return true;
	if (!num_f64(text, &v) || v != __builtin_floor(v))
		return false;
	struct buf b = buf_on(r->c->arena);
	num_put_f64(&b, v + 0.0);
	*out = buf_str(&b);
	return true;
}

static struct gql_value *coerce_int(struct run *r, struct jnode *node, const struct step *path)
{
	str text;
	if (node->kind != JSON_NUMBER || !whole(r, node->text, &text))
		return refuse_value(r, node, path, "Int cannot represent non-integer value: ");
	if (!gql_is_plain_integer(text) || !gql_fits_int(text)) /* 1e30 is whole, too */
		return refuse_value(r, node, path,
			"Int cannot represent non 32-bit signed integer value: ");
	return set(node, GQL_NUMBER, text);
}

static struct gql_value *coerce_id(struct run *r, struct jnode *node, const struct step *path)
{
	str text;
	if (node->kind == JSON_STRING)
		return set(node, GQL_STRING, node->text);
	if (node->kind == JSON_NUMBER && whole(r, node->text, &text))
		return set(node, GQL_STRING, text);
	return refuse_value(r, node, path, "ID cannot represent value: ");
}

static struct gql_value *coerce_enum(struct run *r, const struct gql_type *type, struct jnode *node,
	const struct step *path)
{
	struct arena *a = r->c->arena;
	struct gql_value *v =
		node->kind == JSON_STRING ? gql_enum_coerce(a, type, node->text) : NULL;
	if (v || r->stopped)
		return v;
	struct buf b = begin(r, node, path);
	str shown = node->text;
	if (node->kind == JSON_STRING) {
		buf_lit(&b, "Value \"");
		buf_put(&b, shown);
		buf_printf(&b, "\" does not exist in \"%.*s\" enum.", STR_ARG(type->name));
	} else {
		struct buf value = buf_on(a);
		jnode_inspect(&value, a, node);
		shown = buf_str(&value);
		buf_printf(&b,
			"Enum \"%.*s\" cannot represent non-string value: ", STR_ARG(type->name));
		buf_put(&b, shown);
		buf_putc(&b, '.');
	}
	buf_put(&b, gql_enum_suggest(r->c, type, shown));
	return end(r, &b);
}

static struct gql_value *coerce_custom(struct run *r, const struct gql_type *type,
	struct jnode *node, const struct step *path)
{
	static const enum gql_value_kind KINDS[] = { [JSON_NONE] = GQL_NULL,
		[JSON_NULL] = GQL_NULL,
		[JSON_BOOL] = GQL_BOOL,
		[JSON_NUMBER] = GQL_NUMBER,
		[JSON_STRING] = GQL_STRING,
		[JSON_ARRAY] = GQL_JSON,
		[JSON_OBJECT] = GQL_JSON };
	const struct gql_coercion *c = r->c;
	const char *why = NULL;
	struct gql_value *v = set(node, KINDS[node->kind], node->text);
	if (!c->scalar || c->scalar(c->scalar_ctx, c->arena, type, v, &why))
		return v;
	struct buf b = begin(r, node, path);
	buf_printf(&b, "Expected type \"%.*s\". %s", STR_ARG(type->name), why ? why : "");
	return end(r, &b);
}

static struct gql_value *coerce_leaf(struct run *r, const struct gql_type *type, struct jnode *node,
	const struct step *path)
{
	if (type->kind == GQL_ENUM)
		return coerce_enum(r, type, node, path);
	switch (gql_builtin_of(type)) {
	case GQL_INT: return coerce_int(r, node, path);
	case GQL_ID: return coerce_id(r, node, path);
	case GQL_FLOAT:
		if (node->kind == JSON_NUMBER && gql_is_finite(node->text))
			return set(node, GQL_NUMBER, node->text);
		return refuse_value(r, node, path, "Float cannot represent non numeric value: ");
	case GQL_STRING_SCALAR:
		if (node->kind == JSON_STRING)
			return set(node, GQL_STRING, node->text);
		return refuse_value(r, node, path, "String cannot represent a non string value: ");
	case GQL_BOOLEAN:
		if (node->kind == JSON_BOOL)
			return set(node, GQL_BOOL, STR_NONE);
		return refuse_value(r, node, path,
			"Boolean cannot represent a non boolean value: ");
	case GQL_CUSTOM: break;
	}
	return coerce_custom(r, type, node, path);
}

/* ---- lists and objects ---- */

static struct gql_value *coerce_list(struct run *r, const struct gql_ref *item, struct jnode *node,
	const struct step *path)
{
	struct arena *a = r->c->arena;
	size_t errors = r->errors;
	bool single = node->kind != JSON_ARRAY;
	struct gql_value *list = single ? arena_new(a, struct gql_value) : &node->value;
	list->kind = GQL_LIST;
	list->n = single ? 1 : node->n;
	list->items = arena_array(a, struct gql_value *, list->n);
	if (single) {
		list->items[0] = coerce(r, item, node, path);
	} else {
		struct step step = { path, STR_NONE, 0 };
		for (struct jnode *c = node->child; c && !r->stopped; c = c->next) {
			list->items[step.index] = coerce(r, item, c, &step);
			step.index++;
		}
	}
	return r->errors == errors ? list : NULL;
}

/* Members that the type does not have, each name once. */
static void refuse_unknown(struct run *r, const struct gql_type *type, struct jnode *node,
	const struct step *path)
{
	struct map seen = map_on(r->c->arena, 0);
	for (struct jnode *c = node->child; c && !r->stopped; c = c->next) {
		if (gql_input_find(type, c->key) || !map_add(&seen, c->key, c))
			continue;
		struct buf b = begin(r, node, path);
		buf_lit(&b, "Field \"");
		buf_put(&b, c->key);
		buf_printf(&b, "\" is not defined by type \"%.*s\".", STR_ARG(type->name));
		buf_put(&b, gql_input_suggest(r->c, type, c->key));
		end(r, &b);
	}
}

/* Sorts members into items by field number. Returns whether all are known. */
static bool sort_members(const struct gql_type *type, struct jnode *node)
{
	bool known = true;
	for (struct jnode *c = node->child; c; c = c->next) {
		const struct gql_input *field = gql_input_find(type, c->key);
		if (field)
			node->value.items[field->id] = &c->value;
		else
			known = false;
	}
	return known;
}

/* A text, or the texts of a list, as the field's rule makes them. A blank that may not be null
 * stays one. */
static void prepare_texts(struct run *r, const struct gql_input *field, struct jnode *node)
{
	for (struct jnode *c = node->kind == JSON_ARRAY ? node->child : NULL; c; c = c->next)
		prepare_texts(r, field, c);
	if (node->kind != JSON_STRING)
		return;
	str text = r->c->prepare(r->c->arena, field->rule, node->text);
	if (text.p)
		node->text = text;
	else if (!gql_is_non_null(field->type))
		node->kind = JSON_NULL;
}

static void coerce_field(struct run *r, const struct gql_input *field, struct jnode *node,
	const struct step *path)
{
	struct gql_value **slot = &node->value.items[field->id];
	if (*slot) {
		struct step step = { path, field->name, 0 };
		if (field->rule && r->c->prepare)
			prepare_texts(r, field, (struct jnode *)(void *)*slot);
		*slot = coerce(r, field->type, (struct jnode *)(void *)*slot, &step);
	} else if (field->default_value) {
		*slot = gql_value_of_default(r->c->arena, field->default_value);
	} else if (gql_is_non_null(field->type) && !r->stopped) {
		struct buf b = begin(r, node, path);
		buf_printf(&b, "Field \"%.*s\" of required type \"", STR_ARG(field->name));
		gql_ref_print(&b, field->type);
		buf_lit(&b, "\" was not provided.");
		end(r, &b);
	}
}

/* `given` counts the fields that have a value or had one that was refused. */
static void check_one_of(struct run *r, const struct gql_type *type, struct jnode *node,
	const struct step *path)
{
	const struct jnode *first = NULL;
	const struct gql_input *first_field = NULL;
	struct map given = map_on(r->c->arena, 0);
	for (struct jnode *c = node->child; c; c = c->next) {
		const struct gql_input *field = gql_input_find(type, c->key);
		if (!field)
			continue;
		map_set(&given, c->key, c);
		if (!first_field || field->id <= first_field->id) {
			first_field = field;
			first = c;
		}
	}
	if (given.n != 1)
		refuse(r, node, path, "Exactly one key must be specified for OneOf type ",
			type->name, ".");
	if (first && first->kind == JSON_NULL) {
		struct step step = { path, first->key, 0 };
		refuse(r, first, &step, "Field ", first->key, " must be non-null.");
	}
}

static struct gql_value *coerce_object(struct run *r, const struct gql_type *type,
	struct jnode *node, const struct step *path)
{
	size_t errors = r->errors;
	if (node->kind != JSON_OBJECT)
		return refuse(r, node, path, "Expected type ", type->name, " to be an object.");
	node->value.kind = GQL_OBJECTVAL;
	node->value.n = type->ninputs;
	node->value.items = arena_array(r->c->arena, struct gql_value *, type->ninputs);
	if (arena_over(r->c->arena)) {
		stop(r, S("The variables need too much memory."));
		return NULL;
	}
	bool known = sort_members(type, node);
	for (size_t i = 0; i < type->ninputs && !r->stopped; i++)
		coerce_field(r, &type->inputs[i], node, path);
	if (!known)
		refuse_unknown(r, type, node, path);
	if (type->one_of)
		check_one_of(r, type, node, path);
	return r->errors == errors ? &node->value : NULL;
}

static struct gql_value *coerce(struct run *r, const struct gql_ref *type, struct jnode *node,
	const struct step *path)
{
	if (node->kind == JSON_NULL) {
		if (!gql_is_non_null(type))
			return set(node, GQL_NULL, STR_NONE);
		return refuse(r, node, path, "Expected non-nullable type ",
			gql_ref_text(r->c->arena, type), " not to be null.");
	}
	type = gql_nullable(type);
	if (type->kind == AST_TYPE_LIST)
		return coerce_list(r, type->of, node, path);
	if (type->type->kind == GQL_INPUT)
		return coerce_object(r, type->type, node, path);
	return coerce_leaf(r, type->type, node, path);
}

/* ---- all variables ---- */

/* `Variable "$x" <what> type "T" <after>` at `at`. */
static void refuse_variable(struct run *r, str type, const char *what, const char *after,
	uint32_t at)
{
	struct buf b = buf_on(r->c->arena);
	buf_printf(&b, "Variable \"$%.*s\" %s type \"%.*s\" %s", STR_ARG(r->variable->name.text),
		what, STR_ARG(type), after);
	fail_at(r, buf_str(&b), at);
}

static struct gql_value *coerce_variable(struct run *r, const struct gql_ref *type,
	struct jnode *node)
{
	const struct ast_variable *d = r->variable;
	struct arena *a = r->c->arena;
	struct gql_value *value = NULL;
	if (!type || !gql_is_input(type->type)) {
		struct buf text = buf_on(a);
		gql_print_type(&text, d->type);
		refuse_variable(r, buf_str(&text), "expected value of",
			"which cannot be used as an input type.", d->type->at);
		return NULL;
	}
	if (!node && d->default_value) {
		if (!gql_coerce_literal(r->c, r->operation, NULL, type, d->default_value,
			    r->operation->source, &value))
			r->errors++;
		return value;
	}
	if (!node) {
		if (gql_is_non_null(type))
			refuse_variable(r, gql_ref_text(a, type), "of required",
				"was not provided.", d->at);
		return NULL;
	}
	if (node->kind == JSON_NULL && gql_is_non_null(type)) {
		refuse_variable(r, gql_ref_text(a, type), "of non-null", "must not be null.",
			d->at);
		return NULL;
	}
	return coerce(r, type, node, NULL);
}

static void read_members(struct jread *j, struct arena *a, const struct ast_definition *operation,
	struct jnode **nodes)
{
	str key;
	jread_object(j);
	while (jread_member(j, a, &key)) {
		size_t i = gql_variable_position(operation, key);
		if (i == operation->nvariables)
			jread_skip(j);
		else
			nodes[i] = jnode_read(j, a);
	}
	jread_end(j);
}

/* The members of the JSON text by position of their definitions; false when it is no object. */
static bool read_variables(struct run *r, str json, struct jnode **nodes)
{
	struct jread j = jread_on(json, DEPTH_MAX);
	json = str_trim(json);
	if (json.n == 0 || str_eq(json, S("null")))
		return true;
	if (jread_peek(&j) != JSON_OBJECT) {
		stop(r, S("Variables must be given as a JSON object."));
		return false;
	}
	read_members(&j, r->c->arena, r->operation, nodes);
	bool over = arena_over(r->c->arena);
	if (jread_ok(&j) && !over)
		return true;
	struct buf b = buf_on(r->c->arena);
	if (over)
		buf_lit(&b, "The variables need too much memory.");
	else
		buf_printf(&b, "Variables are not valid JSON: %s at offset %zu.", j.fault,
			j.fault_at);
	stop(r, buf_str(&b));
	return false;
}

bool gql_coerce_variables(const struct gql_coercion *c, const struct ast_definition *operation,
	const struct gql_ref *const *types, str json, struct gql_variables *out)
{
	size_t n = operation->nvariables;
	struct run r = { .c = c, .operation = operation };
	r.errors_max = c->errors_max ? c->errors_max : ERRORS_MAX;
	struct jnode **nodes = arena_array(c->arena, struct jnode *, n);
	if (!read_variables(&r, json, nodes))
		return false;
	out->n = n;
	out->at = arena_array(c->arena, struct gql_value *, n);
	for (size_t i = 0; i < n && !r.stopped; i++) {
		r.variable = &operation->variables[i];
		out->at[i] = coerce_variable(&r, types[i], nodes[i]);
	}
	return r.errors == 0 && !r.stopped;
}
