/*
 * base/library.h - shared libraries that are opened when they are first needed.
 *
 * What a server seldom uses (SQL's grammar, which is for tools; a client of other servers;
 * signatures) would cost it two megabytes of pages, and time at its start. The header is included
 * as always; only the calls go through pointers, which have the functions' own types:
 *
 *     struct parser { __typeof__(pg_query_parse) *parse; } p;
 *     library_open(PG_QUERY_LIBRARY, (struct library_call[]){ { "pg_query_parse", &p.parse } }, 1,
 * e)
 */
#pragma once

#include "base/err.h"

struct library_call {
	const char *name;
	void *pointer; /* the address of the function pointer that is to be filled */
};

/* Opens `file`, searched as the linker of programs does (ld.so(8)), and fills the pointers. It
 * stays open until the process ends; opening it again costs little. Fails: ERR_CONFIG. */
MUST_USE bool library_open(const char *file, const struct library_call *calls, size_t n,
	struct err *e);
