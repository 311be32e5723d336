/* base/json.h - writing JSON text, and where its strings end. Source: RFC 8259. */
#pragma once

#include "base/buf.h"

#include <string.h>

/*
 * The first quote, backslash or control character from `p` on, else `end`: what can't stand for
 * itself in a string. Eight bytes at a time, which are compared side by side in one word.
 */
static inline const char *json_plain(const char *p, const char *end)
{
	const uint64_t each = 0x0101010101010101u, high = each << 7;
	while (end - p >= 8) {
		uint64_t w;
		memcpy(&w, p, 8);
		uint64_t quote = w ^ (each * '"'), backslash = w ^ (each * '\\');
		uint64_t found = ((quote - each) & ~quote) | ((backslash - each) & ~backslash) |
			((w - each * 0x20) & ~w);
		if (found & high)
			break;
		p += 8;
	}
	while (p < end && (unsigned char)*p >= 0x20 && *p != '"' && *p != '\\')
		p++;
	return p;
}

/*
 * Puts `s` as a JSON string. Control characters, quotes and backslashes are escaped; everything
 * else is copied. Bytes that are not UTF-8 become U+FFFD, so the output is always valid.
 */
void json_put_string(struct buf *b, str s);
/* The inside of the string only, for text that is put in pieces. */
void json_put_escaped(struct buf *b, str s);

/*
 * A writer that keeps the commas and brackets: calls in document order, one jw_key before each
 * member's value. Nesting is limited to 64.
 */
struct jwrite {
	struct buf *out;
	uint64_t has_member; /* bit per depth */
	unsigned depth;
	bool after_key;
};

struct jwrite jwrite_on(struct buf *out);
void jw_object(struct jwrite *w);
void jw_array(struct jwrite *w);
void jw_end_object(struct jwrite *w);
void jw_end_array(struct jwrite *w);
void jw_key(struct jwrite *w, str name);
void jw_string(struct jwrite *w, str value);
void jw_i64(struct jwrite *w, int64_t value);
void jw_f64(struct jwrite *w, double value);
void jw_bool(struct jwrite *w, bool value);
void jw_null(struct jwrite *w);
/* A value that is JSON text already. */
void jw_raw(struct jwrite *w, str json);
