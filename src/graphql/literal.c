/*
 * literal - coerced value → GraphQL literal.
 *
 * The value fits its type, since coercion made it; what a custom scalar let through is JSON and is
 * put as the literal that reads the same. Values are as deep as the literals and JSON that they
 * came from, and those are bounded.
 */
#include "graphql/literal.h"

#include "base/jread.h"
#include "base/num.h"
#include "graphql/coerce_int.h"
#include "graphql/printer.h"

enum { JSON_DEPTH_MAX = 512 };

static void put_string(struct buf *b, str text)
{
	struct ast_value v = { .kind = AST_STRING, .text = text };
	gql_print_value(b, &v);
}

/* The shortest form of the double that the number is. */
static void put_double(struct buf *b, str number)
{
	double d;
	if (num_f64(number, &d))
		num_put_f64(b, d == 0 ? 0 : d);
	else
		buf_put(b, number);
}

/* Digits alone, perhaps behind a minus, without leading zeros. */
static bool is_integer_literal(str s)
{
	size_t i = s.n > 0 && s.p[0] == '-';
	bool leading_zero = s.n > i + 1 && s.p[i] == '0';
	if (i == s.n || leading_zero)
		return false;
	for (; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static void put_number(struct buf *b, str number)
{
	if (is_integer_literal(number) && !str_eq(number, S("-0")))
		buf_put(b, number);
	else
		put_double(b, number);
}

/* ---- JSON ---- */

static void put_json(struct arena *a, struct buf *b, struct jread *r);

static void put_json_array(struct arena *a, struct buf *b, struct jread *r)
{
	const char *before = "";
	jread_array(r);
	buf_putc(b, '[');
	while (jread_element(r)) {
		buf_put(b, str_from(before));
		before = ", ";
		put_json(a, b, r);
	}
	buf_putc(b, ']');
}

static void put_json_object(struct arena *a, struct buf *b, struct jread *r)
{
	const char *before = "";
	str key;
	jread_object(r);
	buf_putc(b, '{');
	while (jread_member(r, a, &key)) {
		buf_put(b, str_from(before));
		before = ", ";
		buf_put(b, key);
		buf_lit(b, ": ");
		put_json(a, b, r);
	}
	buf_putc(b, '}');
}

static void put_json(struct arena *a, struct buf *b, struct jread *r)
{
	str text;
	switch (jread_peek(r)) {
	case JSON_ARRAY: put_json_array(a, b, r); return;
	case JSON_OBJECT: put_json_object(a, b, r); return;
	case JSON_STRING:
		if (jread_string(r, a, &text))
			put_string(b, text);
		return;
	case JSON_NUMBER:
		if (jread_number(r, &text))
			put_number(b, text);
		return;
	case JSON_BOOL:
	case JSON_NULL:
		if (jread_raw(r, &text))
			buf_put(b, text);
		return;
	case JSON_NONE: return;
	}
}

/* ---- values ---- */

static void put_list(struct arena *a, struct buf *b, const struct gql_value *v,
	const struct gql_ref *type)
{
	const struct gql_ref *item = type->kind == AST_TYPE_LIST ? type->of : type;
	buf_putc(b, '[');
	for (size_t i = 0; i < v->n; i++) {
		buf_put(b, i > 0 ? S(", ") : STR_NONE);
		gql_put_literal(a, b, v->items[i], item);
	}
	buf_putc(b, ']');
}

static void put_object(struct arena *a, struct buf *b, const struct gql_value *v,
	const struct gql_type *type)
{
	const char *before = "";
	buf_putc(b, '{');
	for (size_t i = 0; i < v->n && i < type->ninputs; i++) {
		if (!v->items[i])
			continue;
		buf_put(b, str_from(before));
		before = ", ";
		buf_put(b, type->inputs[i].name);
		buf_lit(b, ": ");
		gql_put_literal(a, b, v->items[i], type->inputs[i].type);
	}
	buf_putc(b, '}');
}

void gql_put_literal(struct arena *a, struct buf *b, const struct gql_value *v,
	const struct gql_ref *type)
{
	type = gql_nullable(type);
	if (!v || v->kind == GQL_NULL) {
		buf_lit(b, "null");
		return;
	}
	enum gql_builtin scalar = gql_builtin_of(type->type);
	struct jread r;
	switch (v->kind) {
	case GQL_NULL: return;
	case GQL_BOOL: buf_put(b, v->boolean ? S("true") : S("false")); return;
	case GQL_NUMBER:
		if (scalar == GQL_FLOAT)
			put_double(b, v->text);
		else
			put_number(b, v->text);
		return;
	case GQL_STRING:
		if (scalar == GQL_ID && is_integer_literal(v->text))
			buf_put(b, v->text);
		else
			put_string(b, v->text);
		return;
	case GQL_ENUMVAL: buf_put(b, v->text); return;
	case GQL_LIST: put_list(a, b, v, type); return;
	case GQL_OBJECTVAL: put_object(a, b, v, type->type); return;
	case GQL_JSON:
		r = jread_on(v->text, JSON_DEPTH_MAX);
		put_json(a, b, &r);
		return;
	}
}
