/*
 * scalar_write - a stored value as JSON of the response.
 *
 * Runs for every value of every row, so each form looks at the bytes once and allocates nothing.
 * The same functions serve a column's text form and a token of a JSON document; a token is known to
 * be well-formed JSON. What can't be given in the scalar leaves the buffer as it was. Times are in
 * scalar_write_time.c.
 */
#include "base/json.h"
#include "base/num.h"
#include "schema/scalar_int.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A string token's inside; other tokens and texts as they are. */
static str inside(str text, bool is_json)
{
	bool quoted = is_json && text.n >= 2 && text.p[0] == '"';
	return quoted ? str_sub(text, 1, text.n - 1) : text;
}

static bool is_bracket_or_null(str token)
{
	return token.n == 0 || token.p[0] == '{' || token.p[0] == '[' || token.p[0] == 'n';
}

static bool put_string(struct buf *b, str text, bool is_json)
{
	if (!is_json) {
		json_put_string(b, text);
		return true;
	}
	if (is_bracket_or_null(text))
		return false;
	bool quoted = text.p[0] == '"';
	if (!quoted)
		buf_putc(b, '"');
	buf_put(b, text);
	if (!quoted)
		buf_putc(b, '"');
	return true;
}

static bool put_int(struct buf *b, str text)
{
	int64_t n;
	size_t dot = str_find(text, '.');
	for (size_t i = dot + 1; i < text.n; i++)
		if (text.p[i] != '0')
			return false;
	if (!num_i64(str_sub(text, 0, dot), &n) || n < INT32_MIN || n > INT32_MAX)
		return false;
	buf_put_i64(b, n);
	return true;
}

/* A number as JSON has it; NaN and infinities are none. */
static bool is_number(str s, bool whole)
{
	size_t i = s.n > 0 && s.p[0] == '-', from = i;
	while (i < s.n && is_digit(s.p[i]))
		i++;
	if (i == from)
		return false;
	for (; i < s.n; i++)
		if (whole ||
			(!is_digit(s.p[i]) && s.p[i] != '.' && s.p[i] != 'e' && s.p[i] != 'E' &&
				s.p[i] != '+' && s.p[i] != '-'))
			return false;
	return true;
}

static bool put_boolean(struct buf *b, str text)
{
	bool yes = str_eq(text, S("t")) || str_eq(text, S("true"));
	bool no = str_eq(text, S("f")) || str_eq(text, S("false"));
	if (yes || no)
		buf_put(b, yes ? S("true") : S("false"));
	return yes || no;
}

static bool put_digits(struct buf *b, const struct scalar *s, str text)
{
	if (!is_number(text, s == scalar_get(SCALAR_BIGINT)))
		return false;
	buf_putc(b, '"');
	buf_put(b, text);
	buf_putc(b, '"');
	return true;
}

/* ---- bytes ---- */

static uint32_t hex_digit(char c)
{
	return (uint32_t)(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}

static void put_base64(struct buf *b, str hex)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t i = 0; i + 1 < hex.n; i += 6) {
		uint32_t bits = 0;
		size_t n = MIN(hex.n - i, (size_t)6);
		for (size_t k = 0; k < 6; k++)
			bits = bits << 4 | (k < n ? hex_digit(hex.p[i + k]) & 15 : 0);
		buf_putc(b, DIGITS[bits >> 18 & 63]);
		buf_putc(b, DIGITS[bits >> 12 & 63]);
		buf_putc(b, n > 2 ? DIGITS[bits >> 6 & 63] : '=');
		buf_putc(b, n > 4 ? DIGITS[bits & 63] : '=');
	}
}

/* `\x4142`, in documents `"\\x4142"`; a document may also hold base64 already. */
static bool put_bytes(struct buf *b, str text, bool is_json)
{
	str s = inside(text, is_json);
	if (is_json && (text.n < 2 || text.p[0] != '"'))
		return false;
	str prefix = is_json ? S("\\\\x") : S("\\x");
	if (!str_starts(s, prefix))
		return is_json && put_string(b, text, true);
	buf_putc(b, '"');
	put_base64(b, str_sub(s, prefix.n, s.n));
	buf_putc(b, '"');
	return true;
}

bool scalar_write(struct buf *b, const struct scalar *s, str text, bool is_json)
{
	switch (s->out) {
	case OUT_STRING: return put_string(b, text, is_json);
	case OUT_INT: return put_int(b, inside(text, is_json));
	case OUT_FLOAT:
		text = inside(text, is_json);
		if (!is_number(text, false))
			return false;
		buf_put(b, text);
		return true;
	case OUT_BOOLEAN: return put_boolean(b, text);
	case OUT_DIGITS: return put_digits(b, s, inside(text, is_json));
	case OUT_DATE: return scalar_put_date(b, inside(text, is_json));
	case OUT_TIME: return scalar_put_time(b, inside(text, is_json));
	case OUT_DATETIME: return scalar_put_datetime(b, inside(text, is_json));
	case OUT_INTERVAL: return scalar_put_interval(b, inside(text, is_json));
	case OUT_JSON: buf_put(b, text); return true;
	case OUT_BYTES: return put_bytes(b, text, is_json);
	}
	return false;
}
