/*
 * base/vec.h - typed growing arrays on an arena.
 *
 *     struct names { VEC(str); } v = { 0 };
 *     *vec_push(arena, &v) = S("a");
 *     for (size_t i = 0; i < v.n; i++) use(v.at[i]);
 *
 * A pushed element is zeroed. Pointers to elements are valid until the next push.
 */
#pragma once

#include "base/arena.h"

#define VEC(type) \
	type *at; \
	size_t n; \
	size_t cap

/* Grows *at (elements of `size` bytes) to hold one more; returns the zeroed new element. */
void *vec_push_bytes(struct arena *a, void **at, size_t *n, size_t *cap, size_t size);

#define vec_push(a, v)                                                                           \
	((__typeof__((v)->at))vec_push_bytes((a), (void **)(void *)&(v)->at, &(v)->n, &(v)->cap, \
		sizeof *(v)->at))
