/* pg/stmtcache.h - the prepared statements of one connection. */
#pragma once

#include "base/def.h"

struct pgprep {
	uint64_t key;
	uint32_t serial;       /* part of the name, so that a name is never used twice */
	uint32_t bytes;        /* of its text */
	uint32_t older, newer; /* the order of use, as slot numbers; STMT_NONE at the ends */
	uint32_t chain;        /* next slot with the same hash */
};

#define STMT_NONE UINT32_MAX

struct stmtcache {
	struct pgprep *slots;
	uint32_t *heads; /* by hash of the key */
	uint32_t cap, n, nheads;
	uint32_t oldest, newest, free;
	uint32_t serial;
	size_t bytes, bytes_max; /* of all texts */
};

/* At most `cap` statements, of 2 KB of text on average: a backend keeps a plan for each, which
 * takes a hundred times the memory of the text. */
void stmtcache_init(struct stmtcache *c, unsigned cap);
void stmtcache_fini(struct stmtcache *c);
/* Forgets everything: the connection is a new one. */
void stmtcache_clear(struct stmtcache *c);
/* The slot of `key`, now the most recently used, or STMT_NONE. */
uint32_t stmtcache_find(struct stmtcache *c, uint64_t key);
/*
 * A slot for `key`, which must not be there. When the cache is full the least recently used goes:
 * its slot's old contents are in *evicted and the function returns true in *has_evicted.
 */
uint32_t stmtcache_add(struct stmtcache *c, uint64_t key, size_t bytes, struct pgprep *evicted,
	bool *has_evicted);
/* When the texts are too long together the least recently used goes, into *evicted; never the
 * newest. To be called until it returns false. */
bool stmtcache_shrink(struct stmtcache *c, struct pgprep *evicted);
void stmtcache_drop(struct stmtcache *c, uint32_t slot, uint32_t serial);

/* The name at the server, "fq_<key>_<serial>" in hexadecimal. */
enum { STMT_NAME_MAX = 32 };
void stmtcache_name(const struct pgprep *s, char out[STMT_NAME_MAX]);
