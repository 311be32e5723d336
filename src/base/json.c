/*
 * json - escaping, and the writer that keeps commas. Strings are copied in runs: most need no
 * escape, so the common case is one scan and one copy.
 */
#include "base/json.h"

#include "base/num.h"
#include "base/utf8.h"

#include <assert.h>

/* clang-format off */
/* What follows the backslash, or 'u' for \u00XX, or 0 for a byte that stands for itself. */
static const char ESCAPE[256] = {
	['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
	['\t'] = 't', [0] = 'u', [1] = 'u', [2] = 'u', [3] = 'u', [4] = 'u', [5] = 'u', [6] = 'u',
	[7] = 'u', [11] = 'u', [14] = 'u', [15] = 'u', [16] = 'u', [17] = 'u', [18] = 'u',
	[19] = 'u', [20] = 'u', [21] = 'u', [22] = 'u', [23] = 'u', [24] = 'u', [25] = 'u',
	[26] = 'u', [27] = 'u', [28] = 'u', [29] = 'u', [30] = 'u', [31] = 'u',
};
/* clang-format on */

static void put_escape(struct buf *b, unsigned char c)
{
	static const char HEX[] = "0123456789abcdef";
	buf_putc(b, '\\');
	buf_putc(b, ESCAPE[c]);
	if (ESCAPE[c] == 'u') {
		buf_lit(b, "00");
		buf_putc(b, HEX[c >> 4]);
		buf_putc(b, HEX[c & 15]);
	}
}

/* Escapes a piece that is known to be UTF-8. */
static void put_valid(struct buf *b, str s)
{
	if (s.n == 0) /* its p may be NULL, which has no end */
		return;
	const char *from = s.p, *end = from + s.n;
	for (;;) {
		const char *p = json_plain(from, end);
		buf_put(b, (str){ from, (size_t)(p - from) });
		if (p == end)
			return;
		put_escape(b, (unsigned char)*p);
		from = p + 1;
	}
}

void json_put_escaped(struct buf *b, str s)
{
	for (;;) {
		size_t ok = utf8_valid(s);
		put_valid(b, str_sub(s, 0, ok));
		if (ok == s.n)
			return;
		buf_lit(b, "\xef\xbf\xbd");
		s = str_sub(s, ok + 1, s.n);
	}
}

void json_put_string(struct buf *b, str s)
{
	buf_putc(b, '"');
	json_put_escaped(b, s);
	buf_putc(b, '"');
}

struct jwrite jwrite_on(struct buf *out)
{
	return (struct jwrite){ .out = out };
}

static void before_value(struct jwrite *w)
{
	uint64_t bit = (uint64_t)1 << w->depth;
	if (!w->after_key && (w->has_member & bit))
		buf_putc(w->out, ',');
	w->has_member |= bit;
	w->after_key = false;
}

static void open_bracket(struct jwrite *w, char c)
{
	before_value(w);
	assert(w->depth < 63);
	w->depth++;
	w->has_member &= ~((uint64_t)1 << w->depth);
	buf_putc(w->out, c);
}

static void close_bracket(struct jwrite *w, char c)
{
	assert(w->depth > 0 && !w->after_key);
	w->depth--;
	buf_putc(w->out, c);
}

void jw_object(struct jwrite *w)
{
	open_bracket(w, '{');
}

void jw_array(struct jwrite *w)
{
	open_bracket(w, '[');
}

void jw_end_object(struct jwrite *w)
{
	close_bracket(w, '}');
}

void jw_end_array(struct jwrite *w)
{
	close_bracket(w, ']');
}

void jw_key(struct jwrite *w, str name)
{
	before_value(w);
	json_put_string(w->out, name);
	buf_putc(w->out, ':');
	w->after_key = true;
}

void jw_string(struct jwrite *w, str value)
{
	before_value(w);
	json_put_string(w->out, value);
}

void jw_i64(struct jwrite *w, int64_t value)
{
	before_value(w);
	buf_put_i64(w->out, value);
}

void jw_f64(struct jwrite *w, double value)
{
	before_value(w);
	num_put_f64(w->out, value);
}

void jw_bool(struct jwrite *w, bool value)
{
	jw_raw(w, value ? S("true") : S("false"));
}

void jw_null(struct jwrite *w)
{
	jw_raw(w, S("null"));
}

void jw_raw(struct jwrite *w, str json)
{
	before_value(w);
	buf_put(w->out, json);
}
