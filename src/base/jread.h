/*
 * base/jread.h - a pull reader over JSON text. Source: RFC 8259.
 *
 * The reader looks at the text in place; nothing is copied but strings that contain escapes. It is
 * sticky: after the first fault every call returns false (or JSON_NONE) and jread_ok tells. It
 * refuses what the RFC refuses: invalid UTF-8, control characters in strings, lone surrogates in
 * escapes, leading zeros, trailing commas, and nesting deeper than its limit.
 *
 *     struct jread r = jread_on(text, 64);
 *     str key;
 *     jread_object(&r);
 *     while (jread_member(&r, arena, &key)) { ... read or jread_skip one value ... }
 *     if (!jread_end(&r)) fault at r.fault_at, r.fault
 */
#pragma once

#include "base/str.h"

enum json_kind {
	JSON_NONE,
	JSON_NULL,
	JSON_BOOL,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

struct jread {
	str text;
	size_t at;
	unsigned depth, depth_max;
	bool first;        /* directly after an opening bracket */
	const char *fault; /* NULL while all is well */
	size_t fault_at;   /* byte offset */
};

struct jread jread_on(str text, unsigned depth_max);
bool jread_ok(const struct jread *r);

/* The kind of the next value, without consuming it; JSON_NONE at a fault or at the end. */
enum json_kind jread_peek(struct jread *r);

/* Enters an object / array; false (a fault) when the next value is none. */
bool jread_object(struct jread *r);
bool jread_array(struct jread *r);
/*
 * The next member's key; false at the closing bracket, which it consumes. The key is a view of the
 * text, or of the arena when it has escapes.
 */
bool jread_member(struct jread *r, struct arena *a, str *key);
/* True when another element follows; false at the closing bracket, which it consumes. */
bool jread_element(struct jread *r);

/* A string's contents: a view of the text, or of the arena when it has escapes. */
bool jread_string(struct jread *r, struct arena *a, str *out);
/* A number's text, as written. */
bool jread_number(struct jread *r, str *out);
bool jread_bool(struct jread *r, bool *out);
bool jread_null(struct jread *r);
/* Any value, checked, as the text that it has; depth is counted. */
bool jread_raw(struct jread *r, str *out);
bool jread_skip(struct jread *r);
/* True when nothing but blanks follows and there was no fault. */
bool jread_end(struct jread *r);

/* The contents of `raw`, a JSON string with its quotes that has been checked already. */
str json_unescape(struct arena *a, str raw);
