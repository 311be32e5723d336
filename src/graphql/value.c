/*
 * value - literals of a document as coerced values, and values as JSON text.
 *
 * The document is valid, so what can still go wrong is what only a request shows: a variable that
 * is null or absent where the type wants a value. Defaults of input fields were coerced when the
 * schema was built; while it is being built they are coerced on the way, to a bounded depth.
 *
 * Spec: §3.5–3.12 input coercion of literals.
 */
#include "graphql/value.h"

#include "base/json.h"
#include "graphql/coerce_int.h"
#include "graphql/printer.h"

enum { DEFAULT_DEPTH_MAX = 32 };

const struct gql_ref *gql_ref_from_ast(struct arena *a, const struct gql_schema *s,
	const struct ast_type *type)
{
	if (type->kind == AST_TYPE_NAMED) {
		struct gql_type *named = gql_type_find(s, type->name);
		return named ? &named->ref : NULL;
	}
	const struct gql_ref *of = gql_ref_from_ast(a, s, type->of);
	if (!of)
		return NULL;
	struct gql_ref *r = arena_new(a, struct gql_ref);
	*r = (struct gql_ref){ type->kind, of->type, of };
	return r;
}

const struct gql_ref *const *gql_variable_types(struct arena *a, const struct gql_schema *s,
	const struct ast_definition *operation)
{
	const struct gql_ref **types =
		arena_array(a, const struct gql_ref *, operation->nvariables);
	for (size_t i = 0; i < operation->nvariables; i++)
		types[i] = gql_ref_from_ast(a, s, operation->variables[i].type);
	return types;
}

size_t gql_variable_position(const struct ast_definition *operation, str name)
{
	size_t i = 0;
	if (operation->variable_index) {
		const struct ast_variable *found = map_find(operation->variable_index, name);
		return found ? (size_t)(found - operation->variables) : operation->nvariables;
	}
	while (i < operation->nvariables && !str_eq(operation->variables[i].name.text, name))
		i++;
	return i;
}

/* ---- copies ---- */

struct gql_value *gql_value_copy(struct arena *a, const struct gql_value *v)
{
	if (!v)
		return NULL;
	struct gql_value *copy = arena_new(a, struct gql_value);
	*copy = *v;
	if (v->kind != GQL_LIST && v->kind != GQL_OBJECTVAL)
		return copy;
	copy->items = arena_array(a, struct gql_value *, v->n);
	for (size_t i = 0; i < v->n; i++)
		copy->items[i] = gql_value_copy(a, v->items[i]);
	return copy;
}

bool gql_value_has_object(const struct gql_value *v)
{
	bool found = v && v->kind == GQL_OBJECTVAL;
	for (size_t i = 0; v && v->kind == GQL_LIST && i < v->n && !found; i++)
		found = gql_value_has_object(v->items[i]);
	return found;
}

struct gql_value *gql_value_of_default(struct arena *a, const struct gql_value *v)
{
	struct gql_value *copy = gql_value_copy(a, v);
	if (copy)
		copy->is_default = true;
	return copy;
}

/* ---- literals ---- */

static bool coerce(const struct gql_literal *l, const struct gql_ref *type,
	const struct ast_value *v, struct gql_value **out);

static bool refuse(const struct gql_literal *l, const struct ast_value *v, str message)
{
	gql_error_put(l->c->errors, message, l->source, v->at);
	return false;
}

static bool refuse_null(const struct gql_literal *l, const struct gql_ref *type,
	const struct ast_value *v)
{
	struct buf b = buf_on(l->c->arena);
	buf_lit(&b, "Expected value of non-null type \"");
	gql_ref_print(&b, type);
	buf_lit(&b, "\" not to be null.");
	return refuse(l, v, buf_str(&b));
}

static bool is_null(const struct gql_value *v)
{
	return v && v->kind == GQL_NULL;
}

/* The variable's value, or NULL when it is absent. */
static struct gql_value *variable(const struct gql_literal *l, const struct ast_value *v)
{
	if (!l->vars || !l->operation)
		return NULL;
	size_t i = gql_variable_position(l->operation, v->text);
	return i < l->vars->n ? l->vars->at[i] : NULL;
}

static struct gql_value *new_value(const struct gql_literal *l, enum gql_value_kind kind, size_t n)
{
	struct gql_value *v = arena_new(l->c->arena, struct gql_value);
	v->kind = kind;
	v->n = n;
	v->items = n ? arena_array(l->c->arena, struct gql_value *, n) : NULL;
	return v;
}

static bool coerce_list(const struct gql_literal *l, const struct gql_ref *item,
	const struct ast_value *v, struct gql_value **out)
{
	size_t n = v->kind == AST_LIST ? v->n : 1;
	struct gql_value *list = new_value(l, GQL_LIST, n);
	for (size_t i = 0; i < n; i++) {
		const struct ast_value *literal = v->kind == AST_LIST ? v->items[i] : v;
		if (!coerce(l, item, literal, &list->items[i]))
			return false;
		if (list->items[i])
			continue;
		if (gql_is_non_null(item))
			return refuse_null(l, item, literal);
		list->items[i] = new_value(l, GQL_NULL, 0);
	}
	*out = list;
	return true;
}

/*
 * The default of a field that was not given; NULL when it has none. While the schema is built
 * defaults share what is in them, however often it is there; a request gets copies.
 */
static struct gql_value *field_default(const struct gql_literal *l, const struct gql_input *field)
{
	if (field->default_value && l->operation)
		return gql_value_of_default(l->c->arena, field->default_value);
	if (field->default_value || !field->default_ast || l->depth >= DEFAULT_DEPTH_MAX)
		return field->default_value;
	struct gql_coercion quiet = *l->c;
	quiet.errors = NULL;
	struct gql_literal inner = { .c = &quiet, .source = field->source, .depth = l->depth + 1 };
	struct gql_value *value = NULL;
	return coerce(&inner, field->type, field->default_ast, &value) ? value : NULL;
}

static bool check_one_of(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, const struct gql_value *object)
{
	size_t given = 0;
	bool null = false;
	for (size_t i = 0; i < object->n; i++) {
		given += object->items[i] != NULL;
		null |= is_null(object->items[i]);
	}
	if (given == 1 && !null)
		return true;
	struct buf b = buf_on(l->c->arena);
	buf_printf(&b, "Exactly one key must be specified for OneOf type \"%.*s\".",
		STR_ARG(type->name));
	return refuse(l, v, buf_str(&b));
}

static bool refuse_unknown(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_object_field *given)
{
	str hint = gql_input_suggest(l->c, type, given->name.text);
	return refuse(l, given->value,
		str_printf(l->c->arena, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s",
			STR_ARG(given->name.text), STR_ARG(type->name), STR_ARG(hint)));
}

static bool coerce_object(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out)
{
	struct gql_value *object = new_value(l, GQL_OBJECTVAL, type->ninputs);
	for (size_t i = 0; i < v->n; i++) {
		const struct ast_object_field *given = &v->fields[i];
		const struct gql_input *field = gql_input_find(type, given->name.text);
		if (!field)
			return refuse_unknown(l, type, given);
		if (!coerce(l, field->type, given->value, &object->items[field->id]))
			return false;
	}
	for (size_t i = 0; i < type->ninputs; i++) {
		if (object->items[i])
			continue;
		object->items[i] = field_default(l, &type->inputs[i]);
		if (!object->items[i] && gql_is_non_null(type->inputs[i].type))
			return refuse_null(l, type->inputs[i].type, v);
	}
	if (type->one_of && !check_one_of(l, type, v, object))
		return false;
	*out = object;
	return true;
}

static bool coerce_named(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out)
{
	str why;
	if (type->kind == GQL_INPUT) {
		if (v->kind == AST_OBJECT)
			return coerce_object(l, type, v, out);
		why = str_printf(l->c->arena, "Expected type \"%.*s\" to be an object.",
			STR_ARG(type->name));
		return refuse(l, v, why);
	}
	return gql_leaf_from_literal(l, type, v, out, &why) || refuse(l, v, why);
}

static bool coerce(const struct gql_literal *l, const struct gql_ref *type,
	const struct ast_value *v, struct gql_value **out)
{
	if (v->kind == AST_VARIABLE) {
		*out = variable(l, v);
		return !is_null(*out) || !gql_is_non_null(type) || refuse_null(l, type, v);
	}
	if (v->kind == AST_NULL) {
		if (gql_is_non_null(type))
			return refuse_null(l, type, v);
		*out = new_value(l, GQL_NULL, 0);
		return true;
	}
	type = gql_nullable(type);
	if (type->kind == AST_TYPE_LIST)
		return coerce_list(l, type->of, v, out);
	return coerce_named(l, type->type, v, out);
}

bool gql_coerce_literal(const struct gql_coercion *c, const struct ast_definition *operation,
	const struct gql_variables *vars, const struct gql_ref *type,
	const struct ast_value *literal, const struct source *source, struct gql_value **out)
{
	struct gql_literal l = { c, operation, vars, source, 0 };
	*out = NULL;
	return coerce(&l, type, literal, out);
}

/* ---- arguments ---- */

/* `Argument "a" of <kind> type "T" <what>`. */
static bool refuse_argument(const struct gql_literal *l, const struct gql_input *arg, uint32_t at,
	const char *kind, const char *what)
{
	struct buf b = buf_on(l->c->arena);
	buf_printf(&b, "Argument \"%.*s\" of %s type \"", STR_ARG(arg->name), kind);
	gql_ref_print(&b, arg->type);
	buf_printf(&b, "\" %s", what);
	gql_error_put(l->c->errors, buf_str(&b), l->source, at);
	return false;
}

/* Nothing was given: the default, or nothing where that is allowed. */
static bool use_default(const struct gql_literal *l, const struct gql_input *arg, uint32_t at,
	const char *why, struct gql_value **out)
{
	*out = arg->default_value;
	return *out || !gql_is_non_null(arg->type) || refuse_argument(l, arg, at, "required", why);
}

static bool refuse_literal(const struct gql_literal *l, const struct gql_input *arg,
	const struct ast_value *v)
{
	struct buf b = buf_on(l->c->arena);
	buf_printf(&b, "Argument \"%.*s\" has invalid value ", STR_ARG(arg->name));
	gql_print_value(&b, v);
	buf_putc(&b, '.');
	return refuse(l, v, buf_str(&b));
}

bool gql_coerce_argument(const struct gql_coercion *c, const struct ast_definition *operation,
	const struct gql_variables *vars, const struct gql_input *arg,
	const struct ast_argument *given, uint32_t at, struct gql_value **out)
{
	struct gql_literal l = { c, operation, vars, operation->source, 0 };
	if (!given)
		return use_default(&l, arg, at, "was not provided.", out);
	const struct ast_value *v = given->value;
	bool is_variable = v->kind == AST_VARIABLE;
	const struct gql_value *value = is_variable ? variable(&l, v) : NULL;
	if (is_variable && !value) {
		str why = str_printf(c->arena,
			"was provided the variable \"$%.*s\" which was not provided a runtime value.",
			STR_ARG(v->text));
		return use_default(&l, arg, v->at, str_z(c->arena, why), out);
	}
	if ((v->kind == AST_NULL || is_null(value)) && gql_is_non_null(arg->type))
		return refuse_argument(&l, arg, v->at, "non-null", "must not be null.");
	struct gql_coercion quiet = *c;
	quiet.errors = NULL;
	struct gql_literal inner = { &quiet, operation, vars, operation->source, 0 };
	*out = NULL;
	return coerce(&inner, arg->type, v, out) || refuse_literal(&l, arg, v);
}

/* ---- JSON ---- */

static void put_list(struct buf *b, const struct gql_value *v, const struct gql_ref *type)
{
	const struct gql_ref *item =
		type && gql_nullable(type)->kind == AST_TYPE_LIST ? gql_nullable(type)->of : NULL;
	buf_putc(b, '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		gql_value_print_json(b, v->items[i], item);
	}
	buf_putc(b, ']');
}

static void put_object(struct buf *b, const struct gql_value *v, const struct gql_ref *type)
{
	bool any = false;
	buf_putc(b, '{');
	for (size_t i = 0; type && i < v->n; i++) {
		if (!v->items[i])
			continue;
		const struct gql_input *field = &type->type->inputs[i];
		if (any)
			buf_putc(b, ',');
		any = true;
		json_put_string(b, field->name);
		buf_putc(b, ':');
		gql_value_print_json(b, v->items[i], field->type);
	}
	buf_putc(b, '}');
}

void gql_value_print_json(struct buf *b, const struct gql_value *v, const struct gql_ref *type)
{
	if (!v) {
		buf_lit(b, "null");
		return;
	}
	switch (v->kind) {
	case GQL_NULL: buf_lit(b, "null"); return;
	case GQL_BOOL: buf_put(b, v->boolean ? S("true") : S("false")); return;
	case GQL_NUMBER:
	case GQL_JSON: buf_put(b, v->text); return;
	case GQL_STRING:
	case GQL_ENUMVAL: json_put_string(b, v->text); return;
	case GQL_LIST: put_list(b, v, type); return;
	case GQL_OBJECTVAL: put_object(b, v, type); return;
	}
}
