/*
 * base/buf.h - bytes that grow.
 *
 * A buf is a value in its owner's struct. With an arena its bytes come from that arena; without one
 * from the heap, and buf_free gives them back. `limit` (0 = none) bounds its length: what would
 * cross it is dropped and `over` becomes true, so writers need one check at the end.
 */
#pragma once

#include "base/str.h"

struct buf {
	char *p;
	size_t n, cap;
	size_t limit;
	struct arena *arena;
	bool over;
};

/* An empty buffer over an arena (NULL: the heap). Nothing is allocated until something is put. */
struct buf buf_on(struct arena *a);
/* Room for at least `n` more bytes. */
void buf_reserve(struct buf *b, size_t n);
void buf_put(struct buf *b, str s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* Between double quotes, with a backslash before those and itself. */
void buf_put_quoted(struct buf *b, str s);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_put_i64(struct buf *b, int64_t v);
/* What has been put so far: a view that the next put may invalidate. */
str buf_str(const struct buf *b);
/* Forgets what follows the first `n` bytes. */
void buf_cut(struct buf *b, size_t n);
/* Frees a heap buffer; harmless on an arena's. */
void buf_free(struct buf *b);

#define buf_lit(b, lit) buf_put((b), S(lit))
