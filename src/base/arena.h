/*
 * base/arena.h - memory that is given back all at once.
 *
 * One arena serves one request, one compiled schema or one command. What is allocated from it is
 * never freed singly; arena_reset or arena_close gives everything back. arena_alloc never returns
 * NULL: when the system has no memory the process stops with a message. Each arena has a cap in
 * bytes; an allocation beyond it still succeeds but sets a flag that loops over input and stage
 * boundaries look at (arena_over), so the overshoot is bounded by one step of work.
 */
#pragma once

#include "base/def.h"

struct arena;

struct arena_mark {
	void *chunk;
	size_t used;
	size_t total;
};

/* A new arena. `cap_bytes` 0 means no cap. Close it with arena_close. */
struct arena *arena_open(size_t cap_bytes);
/* Runs what was deferred (last first), then frees everything. NULL is allowed. */
void arena_close(struct arena *a);
/* Runs what was deferred and makes the arena empty; keeps one chunk, of at most 64 KB, for the next
 * use. */
void arena_reset(struct arena *a);

/* `n` bytes, zeroed, aligned to `align` (a power of two, at most 16). */
void *arena_alloc(struct arena *a, size_t n, size_t align) __attribute__((malloc, returns_nonnull));
/* The same without zeroing, for what is about to be overwritten. */
void *arena_alloc_raw(struct arena *a, size_t n, size_t align)
	__attribute__((malloc, returns_nonnull));
/*
 * Makes the block at `p` (old_n bytes, from this arena) new_n bytes long and returns where it is
 * now. In place when it was the last allocation, by copying otherwise. The added bytes are not
 * zeroed.
 */
void *arena_grow(struct arena *a, void *p, size_t old_n, size_t new_n)
	__attribute__((returns_nonnull));

/* Aborts with a message when n * size overflows. */
size_t arena_array_bytes(size_t n, size_t size);

#define arena_new(a, type) ((type *)arena_alloc((a), sizeof(type), _Alignof(type)))
#define arena_array(a, type, n) \
	((type *)arena_alloc((a), arena_array_bytes((n), sizeof(type)), _Alignof(type)))

/* Scratch: everything allocated after the mark is given back by the rewind. Not past a deferral. */
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark mark);

/* Calls fn(arg) at reset or close. For what an arena can't hold: descriptors, references. */
void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);
/* True once more than the cap was asked for. */
bool arena_over(const struct arena *a);

/*
 * Heap memory for the few things that outlive arenas (pools, connections, buffers of streams). They
 * stop the process instead of returning NULL.
 */
void *mem_alloc(size_t n) __attribute__((malloc, returns_nonnull));
void *mem_grow(void *p, size_t n) __attribute__((returns_nonnull));
void mem_free(void *p);
#define mem_new(type) ((type *)mem_alloc(sizeof(type)))
