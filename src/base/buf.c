/*
 * buf - the growing byte buffer under every writer. Doubles; on an arena it extends in place when
 * it can.
 */
#include "base/buf.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { BUF_FIRST = 256 };

struct buf buf_on(struct arena *a)
{
	return (struct buf){ .arena = a };
}

void buf_reserve(struct buf *b, size_t n)
{
	if (b->cap - b->n >= n)
		return;
	size_t cap = MAX(MAX(b->cap * 2, b->n + n), (size_t)BUF_FIRST);
	if (b->arena)
		b->p = arena_grow(b->arena, b->p, b->cap, cap);
	else
		b->p = mem_grow(b->p, cap);
	b->cap = cap;
}

static bool fits(struct buf *b, size_t n)
{
	if (b->over || (b->limit && b->n + n > b->limit))
		b->over = true;
	return !b->over;
}

void buf_put(struct buf *b, str s)
{
	if (s.n == 0 || !fits(b, s.n))
		return;
	buf_reserve(b, s.n);
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
}

void buf_putc(struct buf *b, char c)
{
	if (!fits(b, 1))
		return;
	buf_reserve(b, 1);
	b->p[b->n++] = c;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n > 0 && fits(b, (size_t)n)) {
		buf_reserve(b, (size_t)n + 1);
		vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_put_quoted(struct buf *b, str s)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, s.p[i]);
	}
	buf_putc(b, '"');
}

void buf_put_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v);
	buf_put(b, (str){ digits + at, sizeof digits - at });
}

void buf_put_i64(struct buf *b, int64_t v)
{
	if (v < 0)
		buf_putc(b, '-');
	buf_put_u64(b, v < 0 ? 0 - (uint64_t)v : (uint64_t)v);
}

str buf_str(const struct buf *b)
{
	return (str){ b->p, b->n };
}

void buf_cut(struct buf *b, size_t n)
{
	if (n < b->n)
		b->n = n;
}

void buf_free(struct buf *b)
{
	if (!b->arena)
		mem_free(b->p);
	*b = (struct buf){ .arena = b->arena, .limit = b->limit };
}
