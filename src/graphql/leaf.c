/*
 * leaf - scalars and enums as literals, and what variables need of them too.
 *
 * Numbers stay text: nothing is rounded on the way to the database. A number is looked at as a
 * double only where its text leaves doubt (exponents, very many digits).
 *
 * Spec: §3.5 and §3.9, "Input Coercion".
 */
#include "graphql/coerce_int.h"

#include "base/json.h"
#include "base/num.h"
#include "graphql/printer.h"
#include "graphql/suggest.h"

enum gql_builtin gql_builtin_of(const struct gql_type *scalar)
{
	if (!scalar->built_in)
		return GQL_CUSTOM;
	switch (scalar->name.n) {
	case 2: return GQL_ID;
	case 3: return GQL_INT;
	case 5: return GQL_FLOAT;
	case 6: return GQL_STRING_SCALAR;
	case 7: return GQL_BOOLEAN;
	default: return GQL_CUSTOM;
	}
}

bool gql_is_plain_integer(str number)
{
	for (size_t i = 0; i < number.n; i++) {
		char c = number.p[i];
		if ((c < '0' || c > '9') && c != '-')
			return false;
	}
	return true;
}

bool gql_fits_int(str number)
{
	if (number.n <= 9)
		return true;
	int64_t v;
	return num_i64(number, &v) && v >= INT32_MIN && v <= INT32_MAX;
}

bool gql_is_finite(str number)
{
	enum { SURELY_FINITE = 300 }; /* digits; a double holds 10^308 */
	double v;
	if (number.n < SURELY_FINITE && str_find(number, 'e') == number.n &&
		str_find(number, 'E') == number.n)
		return true;
	return num_f64(number, &v);
}

struct gql_value *gql_enum_coerce(struct arena *a, const struct gql_type *type, str s)
{
	const struct gql_enum_value *e = gql_enum_value_find(type, s);
	if (!e)
		return NULL;
	struct gql_value *v = arena_new(a, struct gql_value);
	v->kind = GQL_ENUMVAL;
	v->text = e->name;
	v->number = e->id;
	return v;
}

str gql_enum_suggest(const struct gql_coercion *c, const struct gql_type *type, str s)
{
	if (!c->suggestions)
		return STR_NONE;
	str *names = arena_array(c->arena, str, type->nvalues);
	for (size_t i = 0; i < type->nvalues; i++)
		names[i] = type->values[i].name;
	return gql_did_you_mean_of(c->arena, "the enum value", s, names, type->nvalues);
}

str gql_input_suggest(const struct gql_coercion *c, const struct gql_type *type, str name)
{
	if (!c->suggestions)
		return STR_NONE;
	str *names = arena_array(c->arena, str, type->ninputs);
	for (size_t i = 0; i < type->ninputs; i++)
		names[i] = type->inputs[i].name;
	return gql_did_you_mean_of(c->arena, NULL, name, names, type->ninputs);
}

void gql_error_put(struct gql_errors *l, str message, const struct source *s, uint32_t at)
{
	if (!l)
		return;
	struct gql_error *e = gql_error_add(l, ERR_BAD_INPUT, "%s", "");
	e->message = message;
	if (s)
		gql_error_at(l, e, s, at);
}

/* ---- literals ---- */

static str print(struct arena *a, const struct ast_value *v)
{
	struct buf b = buf_on(a);
	gql_print_value(&b, v);
	return buf_str(&b);
}

static struct gql_value *value_new(const struct gql_literal *l, enum gql_value_kind kind, str text)
{
	struct gql_value *v = arena_new(l->c->arena, struct gql_value);
	v->kind = kind;
	v->text = text;
	return v;
}

static bool cannot(const struct gql_literal *l, const struct ast_value *v, const char *what,
	str *why)
{
	str text = print(l->c->arena, v);
	struct buf b = buf_on(l->c->arena);
	buf_put(&b, str_from(what));
	buf_put(&b, text);
	*why = buf_str(&b);
	return false;
}

static bool int_from_literal(const struct gql_literal *l, const struct ast_value *v,
	struct gql_value **out, str *why)
{
	if (v->kind != AST_INT)
		return cannot(l, v, "Int cannot represent non-integer value: ", why);
	if (!gql_fits_int(v->text))
		return cannot(l, v, "Int cannot represent non 32-bit signed integer value: ", why);
	*out = value_new(l, GQL_NUMBER, v->text);
	return true;
}

static bool float_from_literal(const struct gql_literal *l, const struct ast_value *v,
	struct gql_value **out, str *why)
{
	bool number = v->kind == AST_INT || v->kind == AST_FLOAT;
	if (!number || !gql_is_finite(v->text))
		return cannot(l, v, "Float cannot represent non numeric value: ", why);
	*out = value_new(l, GQL_NUMBER, v->text);
	return true;
}

static bool enum_from_literal(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out, str *why)
{
	struct arena *a = l->c->arena;
	*out = v->kind == AST_ENUM ? gql_enum_coerce(a, type, v->text) : NULL;
	if (*out)
		return true;
	str text = print(a, v);
	struct buf b = buf_on(a);
	if (v->kind == AST_ENUM)
		buf_printf(&b, "Value \"%.*s\" does not exist in \"%.*s\" enum.", STR_ARG(text),
			STR_ARG(type->name));
	else
		buf_printf(&b, "Enum \"%.*s\" cannot represent non-enum value: %.*s.",
			STR_ARG(type->name), STR_ARG(text));
	buf_put(&b, gql_enum_suggest(l->c, type, text));
	*why = buf_str(&b);
	return false;
}

/* ---- custom scalars ---- */

static const struct gql_value *variable_value(const struct gql_literal *l, str name)
{
	if (!l->vars || !l->operation)
		return NULL;
	size_t i = gql_variable_position(l->operation, name);
	return i < l->vars->n ? l->vars->at[i] : NULL;
}

static void put_untyped(const struct gql_literal *l, struct buf *b, const struct ast_value *v);

static void put_untyped_object(const struct gql_literal *l, struct buf *b,
	const struct ast_value *v)
{
	bool any = false;
	buf_putc(b, '{');
	for (size_t i = 0; i < v->n; i++) {
		const struct ast_value *member = v->fields[i].value;
		if (member->kind == AST_VARIABLE && !variable_value(l, member->text))
			continue;
		if (any)
			buf_putc(b, ',');
		any = true;
		json_put_string(b, v->fields[i].name.text);
		buf_putc(b, ':');
		put_untyped(l, b, member);
	}
	buf_putc(b, '}');
}

static void put_variable(const struct gql_literal *l, struct buf *b, str name)
{
	const struct gql_value *value = variable_value(l, name);
	const struct gql_ref *type = NULL;
	if (value) {
		size_t i = gql_variable_position(l->operation, name);
		const struct ast_variable *d = &l->operation->variables[i];
		type = gql_ref_from_ast(l->c->arena, l->c->schema, d->type);
		if (l->c->printed)
			l->c->printed[i] = true;
	}
	gql_value_print_json(b, value, type);
}

/* A literal as JSON text, as it is read where no type tells more. */
static void put_untyped(const struct gql_literal *l, struct buf *b, const struct ast_value *v)
{
	switch (v->kind) {
	case AST_VARIABLE: put_variable(l, b, v->text); return;
	case AST_INT:
	case AST_FLOAT:
	case AST_BOOLEAN: buf_put(b, v->text); return;
	case AST_NULL: buf_lit(b, "null"); return;
	case AST_STRING:
	case AST_ENUM: json_put_string(b, v->text); return;
	case AST_LIST:
		buf_putc(b, '[');
		for (size_t i = 0; i < v->n; i++) {
			if (i > 0)
				buf_putc(b, ',');
			put_untyped(l, b, v->items[i]);
		}
		buf_putc(b, ']');
		return;
	case AST_OBJECT: put_untyped_object(l, b, v); return;
	}
}

static struct gql_value *untyped(const struct gql_literal *l, const struct ast_value *v)
{
	switch (v->kind) {
	case AST_INT:
	case AST_FLOAT: return value_new(l, GQL_NUMBER, v->text);
	case AST_STRING:
	case AST_ENUM: return value_new(l, GQL_STRING, v->text);
	case AST_NULL: return value_new(l, GQL_NULL, STR_NONE);
	case AST_BOOLEAN: {
		struct gql_value *b = value_new(l, GQL_BOOL, STR_NONE);
		b->boolean = str_eq(v->text, S("true"));
		return b;
	}
	case AST_VARIABLE:
	case AST_LIST:
	case AST_OBJECT: break;
	}
	struct buf b = buf_on(l->c->arena);
	put_untyped(l, &b, v);
	return value_new(l, GQL_JSON, buf_str(&b));
}

static bool custom_from_literal(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out, str *why)
{
	const struct gql_coercion *c = l->c;
	struct gql_value *value = untyped(l, v);
	const char *reason = NULL;
	if (c->scalar && !c->scalar(c->scalar_ctx, c->arena, type, value, &reason)) {
		str text = print(c->arena, v);
		*why = str_printf(c->arena, "Expected value of type \"%.*s\", found %.*s; %s",
			STR_ARG(type->name), STR_ARG(text), reason ? reason : "");
		return false;
	}
	*out = value;
	return true;
}

bool gql_leaf_from_literal(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out, str *why)
{
	if (type->kind == GQL_ENUM)
		return enum_from_literal(l, type, v, out, why);
	switch (gql_builtin_of(type)) {
	case GQL_INT: return int_from_literal(l, v, out, why);
	case GQL_FLOAT: return float_from_literal(l, v, out, why);
	case GQL_STRING_SCALAR:
		if (v->kind != AST_STRING)
			return cannot(l, v, "String cannot represent a non string value: ", why);
		break;
	case GQL_BOOLEAN:
		if (v->kind != AST_BOOLEAN)
			return cannot(l, v, "Boolean cannot represent a non boolean value: ", why);
		break;
	case GQL_ID:
		if (v->kind != AST_STRING && v->kind != AST_INT)
			return cannot(l, v,
				"ID cannot represent a non-string and non-integer value: ", why);
		*out = value_new(l, GQL_STRING, v->text);
		return true;
	case GQL_CUSTOM: return custom_from_literal(l, type, v, out, why);
	}
	*out = untyped(l, v);
	return true;
}
