/*
 * scalar_range - ranges in PostgreSQL's text form, and elements that stand for the range of them
 * alone.
 *
 * Bounds are read like the scalar that they are of, and also in the form in which PostgreSQL writes
 * them, so that what was given out can come back. Moments become UTC, as in scalar_time: a column
 * without a time zone would ignore their offset. What has no form of ours (infinity, years before 1
 * and after 9999) is left to PostgreSQL.
 *
 * Source: PostgreSQL documentation, §8.17.5 Range Input/Output.
 */
#include "base/num.h"
#include "schema/scalar_int.h"

static const char MESSAGE[] = "Expected a range like [1,10), an element of one, or empty.";

/* Offset of the comma between the bounds, or s.n. Bounds may be quoted. */
static size_t find_comma(str s)
{
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (s.p[i] == ',' && !quoted)
			return i;
	}
	return s.n;
}

/* "a\"b" → a"b */
static str unquote(struct arena *a, str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"')
			continue;
		if (s.p[i] == '\\' && i + 1 < s.n)
			i++;
		buf_putc(&b, s.p[i]);
	}
	return buf_str(&b);
}

/* 2026-01-31 14:30:00.5+00 or without an offset (UTC) → 2026-01-31T14:30:00.5+00:00 */
static str complete_moment(struct arena *a, str s)
{
	enum { DAY = 10, HOUR_OFFSET = 3 };
	if (s.n <= DAY || (s.p[DAY] != ' ' && s.p[DAY] != 'T'))
		return s;
	size_t sign = s.n;
	for (size_t i = DAY; i < s.n; i++)
		if (s.p[i] == '+' || s.p[i] == '-' || s.p[i] == 'Z' || s.p[i] == 'z')
			sign = i;
	const char *rest = sign == s.n ? "Z" : s.n - sign == HOUR_OFFSET ? ":00" : "";
	return str_printf(a, "%.*s%s", STR_ARG(s), rest);
}

static bool is_infinity(str s)
{
	if (s.n && s.p[0] == '-')
		s = str_sub(s, 1, s.n);
	return str_eq_fold(s, S("infinity"));
}

/* Does it begin like a date? Then PostgreSQL may know better. */
static bool is_far_date(str s)
{
	return s.n > 0 && s.p[0] >= '0' && s.p[0] <= '9' && str_find(s, '-') < s.n;
}

/* A bound or element in the form that goes to PostgreSQL. */
static bool read_element(struct arena *a, const struct scalar *element, str *text)
{
	struct gql_value v = { .kind = GQL_STRING, .text = *text };
	const char *why;
	if (element == scalar_get(SCALAR_INT))
		element = scalar_get(SCALAR_BIGINT); /* PostgreSQL looks at the size */
	if (element == scalar_get(SCALAR_DATETIME))
		v.text = complete_moment(a, v.text);
	bool dated = element->kind == KIND_TIME;
	if (element->read(NULL, a, NULL, &v, &why))
		*text = v.text;
	else if (!(element->kind != KIND_NUMBER || element == scalar_get(SCALAR_DECIMAL)) ||
		!(is_infinity(*text) || (dated && is_far_date(*text))))
		return false;
	return true;
}

static void put_bound(struct buf *b, str s)
{
	bool plain = true;
	for (size_t i = 0; i < s.n; i++)
		plain &= (unsigned char)s.p[i] > ' ' && s.p[i] != '"' && s.p[i] != '\\' &&
			s.p[i] != ',' && s.p[i] != '(' && s.p[i] != ')' && s.p[i] != '[' &&
			s.p[i] != ']';
	buf_put(b, plain ? S("") : S("\""));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, s.p[i]);
	}
	buf_put(b, plain ? S("") : S("\""));
}

static bool put_read_bound(struct arena *a, const struct scalar *element, struct buf *b, str s)
{
	str text = unquote(a, str_trim(s));
	if (text.n == 0)
		return true;
	if (!read_element(a, element, &text))
		return false;
	put_bound(b, text);
	return true;
}

static bool read_bounds(struct arena *a, const struct scalar *element, struct buf *b, str s)
{
	char last = s.p[s.n - 1];
	str inner = str_sub(s, 1, s.n - 1);
	size_t comma = find_comma(inner);
	str upper = str_sub(inner, MIN(comma + 1, inner.n), inner.n);
	if (s.n < 3 || (last != ']' && last != ')') || comma == inner.n ||
		find_comma(upper) < upper.n)
		return false;
	buf_putc(b, s.p[0]);
	if (!put_read_bound(a, element, b, str_sub(inner, 0, comma)))
		return false;
	buf_putc(b, ',');
	if (!put_read_bound(a, element, b, upper))
		return false;
	buf_putc(b, last);
	return true;
}

bool scalar_read_range(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	const struct scalar *element = scalar_element(scalar_find(scalar->name));
	str s = str_trim(v->text);
	struct buf b = buf_on(a);
	if ((v->kind != GQL_STRING && v->kind != GQL_NUMBER) || s.n == 0)
		return scalar_refuse(why, MESSAGE);
	bool ok = true;
	if (str_eq_fold(s, S("empty"))) {
		buf_lit(&b, "empty");
	} else if (s.p[0] == '[' || s.p[0] == '(') {
		ok = read_bounds(a, element, &b, s);
	} else if (!read_element(a, element, &s)) {
		ok = false;
	} else {
		buf_lit(&b, "[");
		put_bound(&b, s);
		buf_lit(&b, ",");
		put_bound(&b, s);
		buf_lit(&b, "]");
	}
	*v = (struct gql_value){ .kind = GQL_STRING, .text = buf_str(&b) };
	return ok || scalar_refuse(why, MESSAGE);
}
