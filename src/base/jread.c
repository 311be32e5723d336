/*
 * jread - one pass over the text, a byte table for blanks and string bytes, no recursion: jread_raw
 * skips nested values with a bit stack of 64 levels a word, bounded by the reader's own limit.
 */
#include "base/jread.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"

#include <string.h>

enum { DEPTH_LIMIT = 512 };

struct jread jread_on(str text, unsigned depth_max)
{
	return (struct jread){ .text = text, .depth_max = MIN(depth_max, (unsigned)DEPTH_LIMIT) };
}

bool jread_ok(const struct jread *r)
{
	return r->fault == NULL;
}

static bool fail(struct jread *r, const char *fault)
{
	if (!r->fault) {
		r->fault = fault;
		r->fault_at = r->at;
	}
	return false;
}

static void skip_blanks(struct jread *r)
{
	while (r->at < r->text.n) {
		char c = r->text.p[r->at];
		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return;
		r->at++;
	}
}

/* The next byte that is no blank, or 0 at the end. */
static char next_byte(struct jread *r)
{
	skip_blanks(r);
	return r->at < r->text.n ? r->text.p[r->at] : '\0';
}

enum json_kind jread_peek(struct jread *r)
{
	if (r->fault)
		return JSON_NONE;
	switch (next_byte(r)) {
	case '{': return JSON_OBJECT;
	case '[': return JSON_ARRAY;
	case '"': return JSON_STRING;
	case 't':
	case 'f': return JSON_BOOL;
	case 'n': return JSON_NULL;
	case '-':
	case '0':
	case '1':
	case '2':
	case '3':
	case '4':
	case '5':
	case '6':
	case '7':
	case '8':
	case '9': return JSON_NUMBER;
	default: return JSON_NONE;
	}
}

static bool enter(struct jread *r, char bracket, const char *fault)
{
	if (r->fault)
		return false;
	if (next_byte(r) != bracket)
		return fail(r, fault);
	if (r->depth >= r->depth_max)
		return fail(r, "nested too deeply");
	r->at++;
	r->depth++;
	r->first = true;
	return true;
}

bool jread_object(struct jread *r)
{
	return enter(r, '{', "expected an object");
}

bool jread_array(struct jread *r)
{
	return enter(r, '[', "expected an array");
}

/* Consumes the closing bracket (false) or the comma before a further item (true). */
static bool item_follows(struct jread *r, char bracket)
{
	if (r->fault)
		return false;
	char c = next_byte(r);
	if (c == bracket) {
		r->at++;
		r->depth--;
		r->first = false;
		return false;
	}
	if (!r->first) {
		if (c != ',')
			return fail(r, "expected ',' or a closing bracket");
		r->at++;
		if (next_byte(r) == bracket)
			return fail(r, "a comma before a closing bracket");
	}
	r->first = false;
	return true;
}

bool jread_element(struct jread *r)
{
	return item_follows(r, ']');
}

bool jread_member(struct jread *r, struct arena *a, str *key)
{
	if (!item_follows(r, '}'))
		return false;
	if (next_byte(r) != '"')
		return fail(r, "expected a member name in quotes");
	if (!jread_string(r, a, key))
		return false;
	if (next_byte(r) != ':')
		return fail(r, "expected ':' after a member name");
	r->at++;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits at offset `at`, or -1. */
static int32_t hex4(str s, size_t at)
{
	if (at + 4 > s.n)
		return -1;
	int32_t v = 0;
	for (size_t i = 0; i < 4; i++) {
		int d = hex_digit(s.p[at + i]);
		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* The code point of the \u escape whose digits start at `at`; *used is 4, or 10 with its second
 * half. */
static int32_t unicode_escape(str s, size_t at, size_t *used)
{
	int32_t high = hex4(s, at);
	*used = 4;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || at + 6 > s.n || s.p[at + 4] != '\\' || s.p[at + 5] != 'u')
		return -1;
	int32_t low = hex4(s, at + 6);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*used = 10;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Checks the escape whose backslash is at r->at and steps over it. */
static bool check_escape(struct jread *r)
{
	size_t at = r->at + 1;
	char c = at < r->text.n ? r->text.p[at] : '\0';
	if (c == 'u') {
		size_t used;
		if (unicode_escape(r->text, at + 1, &used) < 0)
			return fail(r, "invalid \\u escape");
		r->at = at + 1 + used;
		return true;
	}
	if (c == '\0' || !strchr("\"\\/bfnrt", c))
		return fail(r, "invalid escape");
	r->at = at + 1;
	return true;
}

/* Steps over a string, checking it. *escaped tells whether it holds a backslash. */
static bool scan_string(struct jread *r, str *inside, bool *escaped)
{
	size_t from = ++r->at;
	const char *end = r->text.p + r->text.n;
	*escaped = false;
	for (;;) {
		r->at = (size_t)(json_plain(r->text.p + r->at, end) - r->text.p);
		if (r->at == r->text.n)
			return fail(r, "unterminated string");
		char c = r->text.p[r->at];
		if (c == '"') {
			*inside = str_sub(r->text, from, r->at);
			size_t ok = utf8_valid(*inside);
			if (ok != inside->n) {
				r->at = from + ok;
				return fail(r, "invalid UTF-8");
			}
			r->at++;
			return true;
		}
		if (c != '\\')
			return fail(r, "control character in a string");
		*escaped = true;
		if (!check_escape(r))
			return false;
	}
}

static size_t unescape_one(str s, size_t i, char *out, size_t *n)
{
	static const char FROM[] = "\"\\/bfnrt", TO[] = "\"\\/\b\f\n\r\t";
	char c = s.p[i + 1];
	if (c == 'u') {
		size_t used;
		int32_t code_point = unicode_escape(s, i + 2, &used);
		*n += utf8_encode((uint32_t)code_point, out + *n);
		return i + 2 + used;
	}
	const char *at = strchr(FROM, c);
	out[(*n)++] = at ? TO[at - FROM] : c;
	return i + 2;
}

static str unescape(struct arena *a, str s)
{
	char *out = arena_alloc_raw(a, s.n, 1);
	size_t n = 0;
	for (size_t i = 0; i < s.n;) {
		size_t run = str_find(str_sub(s, i, s.n), '\\');
		memcpy(out + n, s.p + i, run);
		n += run;
		i += run;
		if (i < s.n)
			i = unescape_one(s, i, out, &n);
	}
	return (str){ out, n };
}

str json_unescape(struct arena *a, str raw)
{
	str inside = str_sub(raw, 1, raw.n - 1);
	return str_find(inside, '\\') == inside.n ? inside : unescape(a, inside);
}

bool jread_string(struct jread *r, struct arena *a, str *out)
{
	if (r->fault)
		return false;
	if (next_byte(r) != '"')
		return fail(r, "expected a string");
	str inside;
	bool escaped;
	if (!scan_string(r, &inside, &escaped))
		return false;
	*out = escaped ? unescape(a, inside) : inside;
	return true;
}

static bool digits(struct jread *r)
{
	size_t from = r->at;
	while (r->at < r->text.n && r->text.p[r->at] >= '0' && r->text.p[r->at] <= '9')
		r->at++;
	return r->at > from || fail(r, "expected a digit");
}

static bool take(struct jread *r, const char *any)
{
	if (r->at >= r->text.n || r->text.p[r->at] == '\0' || !strchr(any, r->text.p[r->at]))
		return false;
	r->at++;
	return true;
}

bool jread_number(struct jread *r, str *out)
{
	if (jread_peek(r) != JSON_NUMBER)
		return fail(r, "expected a number");
	size_t from = r->at;
	take(r, "-");
	if (!take(r, "0") && !digits(r))
		return false;
	if (take(r, ".") && !digits(r))
		return false;
	if (take(r, "eE")) {
		take(r, "+-");
		if (!digits(r))
			return false;
	}
	if (r->at < r->text.n && r->text.p[r->at] >= '0' && r->text.p[r->at] <= '9')
		return fail(r, "a number with a leading zero");
	*out = str_sub(r->text, from, r->at);
	return true;
}

static bool take_word(struct jread *r, str word)
{
	if (r->fault)
		return false;
	skip_blanks(r);
	if (!str_starts(str_sub(r->text, r->at, r->text.n), word))
		return false;
	r->at += word.n;
	return true;
}

bool jread_bool(struct jread *r, bool *out)
{
	*out = take_word(r, S("true"));
	return *out || take_word(r, S("false")) || fail(r, "expected true or false");
}

bool jread_null(struct jread *r)
{
	return take_word(r, S("null")) || fail(r, "expected null");
}

/* One value that is no bracket. */
static bool skip_scalar(struct jread *r)
{
	str ignored;
	bool flag;
	switch (jread_peek(r)) {
	case JSON_STRING: return scan_string(r, &ignored, &flag);
	case JSON_NUMBER: return jread_number(r, &ignored);
	case JSON_BOOL: return jread_bool(r, &flag);
	case JSON_NULL: return jread_null(r);
	case JSON_NONE:
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	return fail(r, "expected a value");
}

static bool skip_key(struct jread *r)
{
	str ignored;
	bool escaped;
	if (next_byte(r) != '"')
		return fail(r, "expected a member name in quotes");
	if (!scan_string(r, &ignored, &escaped))
		return false;
	if (next_byte(r) != ':')
		return fail(r, "expected ':' after a member name");
	r->at++;
	return true;
}

/* Steps over one value; brackets are kept as bits: 1 = object. */
bool jread_skip(struct jread *r)
{
	uint64_t is_object[DEPTH_LIMIT / 64 + 1] = { 0 };
	unsigned base = r->depth;
	do {
		enum json_kind kind = jread_peek(r);
		if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
			if (!enter(r, kind == JSON_OBJECT ? '{' : '[', "expected a value"))
				return false;
			uint64_t bit = (uint64_t)1 << (r->depth % 64);
			is_object[r->depth / 64] &= ~bit;
			is_object[r->depth / 64] |= kind == JSON_OBJECT ? bit : 0;
		} else if (!skip_scalar(r)) {
			return false;
		}
		while (r->depth > base) {
			bool object = is_object[r->depth / 64] >> (r->depth % 64) & 1;
			if (item_follows(r, object ? '}' : ']')) {
				if (object && !skip_key(r))
					return false;
				break;
			}
			if (r->fault)
				return false;
		}
	} while (r->depth > base);
	return true;
}

bool jread_raw(struct jread *r, str *out)
{
	if (r->fault)
		return false;
	skip_blanks(r);
	size_t from = r->at;
	if (!jread_skip(r))
		return false;
	*out = str_sub(r->text, from, r->at);
	return true;
}

bool jread_end(struct jread *r)
{
	if (r->fault)
		return false;
	skip_blanks(r);
	return r->at == r->text.n || fail(r, "unexpected text after the value");
}
