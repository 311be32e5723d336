/*
 * exec/replicas.h - where a read goes: to a streaming replica, or to the primary.
 *
 * A client that wrote carries a token with the place in the write-ahead log behind its last write.
 * Its reads go to a replica that has replayed the log up to there; when none has within `wait_ms`,
 * to the primary. What a replica has replayed only grows, so one answer of it holds for all later
 * reads. Replicas that lag further than `lag_max_ms` behind, or are not connected, are left out.
 *
 * Belongs to one loop thread.
 */
#pragma once

#include "base/log.h"
#include "pg/pool.h"

struct loop;
struct replicas;

struct replicas_options {
	struct loop *loop;
	const struct log *log;
	struct pgpool *primary;
	struct pgpool *const *pools; /* of the replicas; they outlive this */
	size_t n;
	uint64_t wait_ms;    /* at most this long for a replica to catch up with a token */
	uint64_t lag_max_ms; /* 0: no limit */
	uint64_t seed;       /* tokens are checked with it; the same in all instances */
};

struct replicas *replicas_open(const struct replicas_options *o);
/* After the pools were closed. NULL is allowed. */
void replicas_close(struct replicas *r);

/* A read that looks for its database. */
struct replica_wait {
	void (*fn)(struct replica_wait *w, struct pgpool *pool);
	uint64_t lsn; /* must have been replayed; 0 = anything will do */
	/* the module's */
	struct replica_wait *next, *prev;
	uint64_t until_us;
	bool waiting;
};
/* Calls fn with a replica's pool or the primary's: at once, or in a later turn. */
void replicas_find(struct replicas *r, struct replica_wait *w);
/* fn is not called any more. Only while w->waiting. */
void replicas_forget(struct replicas *r, struct replica_wait *w);

enum { REPLICA_TOKEN_MAX = 48 };
/* The token for a place in the log; UINT64_MAX is a place that no replica reaches. */
void replicas_token(const struct replicas *r, uint64_t lsn, char out[REPLICA_TOKEN_MAX]);
/* The place. A text that is no token of ours gives UINT64_MAX: the primary is always right. */
uint64_t replicas_place(const struct replicas *r, str token);
/* Asks for the primary's place in the log, as one numeric column. */
extern const struct pgstmt REPLICAS_WHERE;
/* That result; UINT64_MAX when it can't be read. */
uint64_t replicas_read_place(const struct pgresult *r);
