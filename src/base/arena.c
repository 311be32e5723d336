/*
 * arena - a bump allocator over a list of chunks.
 *
 * A reset keeps one chunk, of at most KEEP_MAX, so a request that fits in it costs no malloc once
 * its arena is recycled. Further chunks double up to CHUNK_MAX; a larger allocation gets a chunk of
 * its own. Under AddressSanitizer unused chunk space is poisoned, so that reads beyond an
 * allocation are found.
 *
 * Invariant: bytes at or after `used` of the current chunk belong to nobody.
 */
#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif

#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) ASAN_POISON_MEMORY_REGION((p), (n))
#define UNPOISON(p, n) ASAN_UNPOISON_MEMORY_REGION((p), (n))
enum { RED_ZONE = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { RED_ZONE = 0 };
#endif

enum { FIRST_CHUNK = 16 * 1024, KEEP_MAX = 64 * 1024, CHUNK_MAX = 1024 * 1024, ALIGN_MAX = 16 };

struct chunk {
	struct chunk *prev;
	size_t size, used;
	_Alignas(ALIGN_MAX) char bytes[];
};

struct deferred {
	struct deferred *prev;
	void (*fn)(void *arg);
	void *arg;
};

struct arena {
	struct chunk *chunk;
	struct chunk *first;
	struct deferred *deferred;
	size_t total, cap;
};

static _Noreturn void out_of_memory(size_t n)
{
	fprintf(stderr, "fraiseql: out of memory (asked for %zu bytes)\n", n);
	abort();
}

void *mem_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);
	if (!p)
		out_of_memory(n);
	return p;
}

void *mem_grow(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);
	if (!q)
		out_of_memory(n);
	return q;
}

void mem_free(void *p)
{
	free(p);
}

size_t arena_array_bytes(size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory(SIZE_MAX);
	return bytes;
}

static struct chunk *chunk_new(size_t size, struct chunk *prev)
{
	struct chunk *c = malloc(sizeof *c + size);
	if (!c)
		out_of_memory(size);
	*c = (struct chunk){ .prev = prev, .size = size };
	POISON(c->bytes, size);
	return c;
}

static void chunk_free(struct chunk *c)
{
	UNPOISON(c->bytes, c->size);
	free(c);
}

struct arena *arena_open(size_t cap_bytes)
{
	struct arena *a = mem_new(struct arena);
	a->first = a->chunk = chunk_new(FIRST_CHUNK, NULL);
	a->cap = cap_bytes;
	return a;
}

static void run_deferred(struct arena *a)
{
	while (a->deferred) {
		struct deferred *d = a->deferred;
		a->deferred = d->prev;
		d->fn(d->arg);
	}
}

/* The chunk to begin with next time: the largest that is not too large to hold on to. */
static struct chunk *chunk_to_keep(const struct arena *a)
{
	struct chunk *keep = a->first;
	for (struct chunk *c = a->chunk; c; c = c->prev)
		if (c->size > keep->size && c->size <= KEEP_MAX)
			keep = c;
	return keep;
}

void arena_reset(struct arena *a)
{
	run_deferred(a);
	struct chunk *keep = chunk_to_keep(a);
	for (struct chunk *c = a->chunk, *prev; c; c = prev) {
		prev = c->prev;
		if (c != keep)
			chunk_free(c);
	}
	POISON(keep->bytes, keep->size);
	*keep = (struct chunk){ .size = keep->size };
	a->first = a->chunk = keep;
	a->total = 0;
}

void arena_close(struct arena *a)
{
	if (!a)
		return;
	arena_reset(a);
	chunk_free(a->first);
	free(a);
}

static size_t chunk_size_for(const struct chunk *last, size_t need)
{
	size_t size = MIN(last->size * 2, (size_t)CHUNK_MAX);
	return MAX(size, need);
}

void *arena_alloc_raw(struct arena *a, size_t n, size_t align)
{
	if (n > SIZE_MAX / 4)
		out_of_memory(n);
	size_t at = (a->chunk->used + (align - 1)) & ~(align - 1);
	size_t end = at + n + RED_ZONE;
	if (end > a->chunk->size) {
		a->chunk = chunk_new(chunk_size_for(a->chunk, n + RED_ZONE + ALIGN_MAX), a->chunk);
		at = 0;
		end = n + RED_ZONE;
	}
	a->chunk->used = end;
	a->total += n;
	void *p = a->chunk->bytes + at;
	UNPOISON(p, n);
	return p;
}

void *arena_alloc(struct arena *a, size_t n, size_t align)
{
	return memset(arena_alloc_raw(a, n, align), 0, n);
}

void *arena_grow(struct arena *a, void *p, size_t old_n, size_t new_n)
{
	struct chunk *c = a->chunk;
	bool last = p && (char *)p + old_n + RED_ZONE == c->bytes + c->used;
	if (last && new_n >= old_n && c->used + (new_n - old_n) <= c->size) {
		c->used += new_n - old_n;
		a->total += new_n - old_n;
		UNPOISON(p, new_n);
		return p;
	}
	void *q = arena_alloc_raw(a, new_n, ALIGN_MAX);
	if (p)
		memcpy(q, p, MIN(old_n, new_n));
	return q;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->chunk, a->chunk->used, a->total };
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
	while (a->chunk != mark.chunk) {
		struct chunk *c = a->chunk;
		a->chunk = c->prev;
		chunk_free(c);
	}
	POISON(a->chunk->bytes + mark.used, a->chunk->size - mark.used);
	a->chunk->used = mark.used;
	a->total = mark.total;
}

void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg)
{
	struct deferred *d = arena_new(a, struct deferred);
	*d = (struct deferred){ a->deferred, fn, arg };
	a->deferred = d;
}

size_t arena_used(const struct arena *a)
{
	return a->total;
}

bool arena_over(const struct arena *a)
{
	return a->cap != 0 && a->total > a->cap;
}
