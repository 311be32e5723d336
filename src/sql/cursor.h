/*
 * sql/cursor.h - opaque texts that clients give back: the cursors of connections, the global ids of
 * nodes.
 *
 * A cursor is base64url text of: a version byte, 8 bytes of check, 4 bytes of the order that it was
 * made for, and for each key of that order its text, or a mark for null. The check is a hash of all
 * that follows it under a seed: constant, so that all instances agree, unless a secret is
 * configured. What a changed cursor could do is documented in docs/design/cursors.md.
 */
#pragma once

#include "sql/param.h"

/* The check's seed when no secret is configured. */
#define CURSOR_SEED 0x66726169736571u

/* The seed that a secret stands for. */
uint64_t cursor_seed(str secret);
/* A number for an order: of a type's name and the names and directions of its keys. */
uint32_t cursor_order(str text);
/* Puts the cursor of a row with these keys. `a` is for scratch. */
void cursor_put(struct arena *a, struct buf *b, uint64_t seed, uint32_t order,
	const struct param_text *keys, size_t n);
/*
 * Key number `i` of `n`, on the arena. Fails: ERR_BAD_INPUT when it is no cursor, was changed, or
 * was made for another order; `name` is the argument for the message.
 */
MUST_USE bool cursor_key(struct arena *a, str cursor, uint64_t seed, const struct param *p,
	struct param_text *out, struct err *e);
/* Which of the first 64 keys are null, as bits; 0 for what is no cursor. Checks nothing, allocates
 * nothing. */
uint64_t cursor_nulls(str cursor);
