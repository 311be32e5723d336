/*
 * scalar_read - how numbers, identifiers, bytes, JSON and paths are read.
 *
 * Numbers stay text, so nothing is rounded: a BigInt or Decimal that came as a JSON string becomes
 * a GQL_NUMBER with the same digits, and is a number in documents that go to functions. What
 * PostgreSQL refuses in its own words anyway is only looked at here. Ranges are in scalar_range.c.
 */
#include "base/json.h"
#include "base/num.h"
#include "schema/scalar_int.h"

#include <string.h>

enum { DECIMAL_EXPONENT_MAX = 1000, DECIMAL_LENGTH_MAX = 4000 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* ---- numbers ---- */

bool scalar_read_bigint(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	int64_t n;
	bool text = v->kind == GQL_STRING || v->kind == GQL_NUMBER;
	if (!text || !num_i64(v->text, &n))
		return scalar_refuse(why,
			"Expected a whole number of 64 bits, as a number or text.");
	struct buf b = buf_on(a);
	buf_put_i64(&b, n);
	v->kind = GQL_NUMBER;
	v->text = buf_str(&b);
	return true;
}

/* -0012.50e3 → the parts; false when it is no decimal number. */
static bool split_decimal(str s, str *sign, str *whole, str *rest)
{
	size_t i = s.n > 0 && s.p[0] == '-', from = i;
	*sign = str_sub(s, 0, i);
	while (i < s.n && is_digit(s.p[i]))
		i++;
	if (i == from)
		return false;
	*whole = str_sub(s, from, i);
	size_t tail = i;
	if (i < s.n && s.p[i] == '.') {
		size_t dot = i++;
		while (i < s.n && is_digit(s.p[i]))
			i++;
		if (i == dot + 1)
			return false;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		int64_t exponent;
		size_t plus = i + 1 < s.n && s.p[i + 1] == '+';
		if (!num_i64(str_sub(s, i + 1 + plus, s.n), &exponent) ||
			exponent > DECIMAL_EXPONENT_MAX || exponent < -DECIMAL_EXPONENT_MAX)
			return false;
		i = s.n;
	}
	*rest = str_sub(s, tail, s.n);
	return i == s.n && s.n <= DECIMAL_LENGTH_MAX;
}

bool scalar_read_decimal(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	str sign, whole, rest;
	bool text = v->kind == GQL_STRING || v->kind == GQL_NUMBER;
	if (!text || !split_decimal(v->text, &sign, &whole, &rest))
		return scalar_refuse(why, "Expected a finite decimal number, as a number or text.");
	while (whole.n > 1 && whole.p[0] == '0')
		whole = str_sub(whole, 1, whole.n);
	struct buf b = buf_on(a);
	buf_put(&b, sign);
	buf_put(&b, whole);
	buf_put(&b, rest);
	v->kind = GQL_NUMBER;
	v->text = buf_str(&b);
	return true;
}

bool scalar_read_port(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	uint64_t n;
	if (v->kind != GQL_NUMBER || !num_u64(v->text, &n) || n < 1 || n > 65535)
		return scalar_refuse(why, "Expected a port number from 1 to 65535.");
	return true;
}

/* ---- UUID ---- */

/* Source: RFC 9562 §4. Thirty-two digits without hyphens are read, too. */
bool scalar_read_uuid(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	static const char MESSAGE[] = "Expected a UUID like 0190163d-8694-739b-aea5-966c26f8ad91.";
	bool hyphens = v->text.n == 36;
	if (v->kind != GQL_STRING || (!hyphens && v->text.n != 32))
		return scalar_refuse(why, MESSAGE);
	char *out = arena_array(a, char, 36);
	size_t at = 0;
	for (size_t i = 0; i < 36; i++) {
		bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
		out[i] = '-';
		if (hyphen && !hyphens)
			continue;
		char c = v->text.p[at++];
		int digit = hex_digit(c);
		if (hyphen ? c != '-' : digit < 0)
			return scalar_refuse(why, MESSAGE);
		if (!hyphen)
			out[i] = "0123456789abcdef"[digit];
	}
	v->text = (str){ out, 36 };
	return true;
}

/* ---- JSON ---- */

bool scalar_read_json(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	UNUSED(why);
	struct buf b = buf_on(a);
	gql_value_print_json(&b, v, NULL);
	*v = (struct gql_value){ .kind = GQL_JSON, .text = buf_str(&b) };
	return true;
}

/* A JSON array of numbers. */
static bool is_vector(str s)
{
	s = str_trim(s);
	if (s.n < 3 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	str rest = str_sub(s, 1, s.n - 1);
	bool more = true;
	while (more) {
		more = str_find(rest, ',') < rest.n;
		double number;
		if (!num_f64(str_trim(str_split(&rest, ',')), &number))
			return false;
	}
	return true;
}

bool scalar_read_vector(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	if ((v->kind != GQL_JSON && v->kind != GQL_STRING) || !is_vector(v->text))
		return scalar_refuse(why, "Expected a list of numbers like [1, 0.5, 0].");
	v->kind = GQL_JSON;
	return true;
}

/* ---- bytes ---- */

static bool is_hex_bytes(str s)
{
	if (!str_starts(s, S("\\x")) || s.n % 2 != 0)
		return false;
	for (size_t i = 2; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0)
			return false;
	return true;
}

static int base64_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (is_digit(c))
		return c - '0' + 52;
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

/* Puts \x and the bytes' digits. Source: RFC 4648 §4 and §5; the padding may be missing. */
static bool put_base64_as_hex(struct buf *b, str s)
{
	while (s.n > 0 && s.n % 4 == 0 && s.p[s.n - 1] == '=' && !str_ends(s, S("===")))
		s = str_sub(s, 0, s.n - 1 - (s.p[s.n - 2] == '='));
	if (s.n % 4 == 1)
		return false;
	uint32_t bits = 0;
	unsigned held = 0;
	buf_lit(b, "\\x");
	for (size_t i = 0; i < s.n; i++) {
		int digit = base64_digit(s.p[i]);
		if (digit < 0)
			return false;
		bits = (bits << 6 | (uint32_t)digit) & 0xffff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		unsigned byte = bits >> held & 0xff;
		buf_putc(b, "0123456789abcdef"[byte >> 4]);
		buf_putc(b, "0123456789abcdef"[byte & 15]);
	}
	return (bits & (BIT(held) - 1)) == 0;
}

bool scalar_read_bytes(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	struct buf b = buf_on(a);
	if (v->kind == GQL_STRING && is_hex_bytes(v->text))
		return true;
	if (v->kind != GQL_STRING || !put_base64_as_hex(&b, v->text))
		return scalar_refuse(why,
			"Expected bytes in base64, or \\x and hexadecimal digits.");
	v->text = buf_str(&b);
	return true;
}

/* ---- paths, words ---- */

static bool is_label_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		c == '-' || (unsigned char)c >= 0x80;
}

bool scalar_read_ltree(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	bool ok = v->kind == GQL_STRING;
	bool label = false;
	for (size_t i = 0; ok && i < v->text.n; i++) {
		char c = v->text.p[i];
		ok = c == '.' ? label : is_label_char(c);
		label = c != '.';
	}
	if (!ok || (v->text.n > 0 && !label))
		return scalar_refuse(why, "Expected a path like top.science.astronomy.");
	return true;
}

/* Any text: PostgreSQL says what is wrong with it. */
bool scalar_read_tsvector(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	return v->kind == GQL_STRING ||
		scalar_refuse(why, "Expected the words of a text like 'cat':2 'sit':3.");
}
