/*
 * exec/engine.h - runs GraphQL requests for one worker: one gate for every transport.
 *
 *     prepare (parse, validate: cached) → coerce variables → plan (cached) → query → project →
 * respond
 *
 * An engine belongs to one loop thread. It holds a reference to the model it serves; engine_swap
 * changes it between requests, requests in flight finish on the one they began with.
 */
#pragma once

#include "auth/identity.h"
#include "base/log.h"
#include "exec/resolve.h"
#include "pg/pool.h"
#include "schema/model.h"

struct loop;
struct engine;
struct prepared;

enum introspection_policy {
	INTROSPECTION_PUBLIC,
	INTROSPECTION_AUTHENTICATED, /* for requests with an identity */
	INTROSPECTION_DISABLED
};

struct engine_options {
	struct loop *loop;
	struct pgpool *pool; /* outlives the engine */
	const struct log *log;
	const struct model
		*model; /* a reference is taken; NULL: every request is answered ERR_UNAVAILABLE */
	size_t documents_max; /* in the cache */
	size_t tokens_max;    /* of a document; 0 = no limit */
	unsigned depth_max;   /* of nesting in a document */
	size_t fields_max; /* of an operation, fragments counted wherever they are; 0 = no limit */
	size_t request_bytes_max;     /* memory for one request's work; 0 = no limit */
	uint64_t slow_us;             /* statements that usually take longer go to the slow lane */
	uint64_t idempotency_keep_ms; /* how long the answer to an Idempotency-Key is kept */
	unsigned write_retries;       /* of a transaction that lost against another one */
	bool suggestions;             /* "Did you mean" in messages */
	bool debug; /* development: the database's messages are shown to clients */
	enum introspection_policy introspection;
	const struct resolver_host *resolvers; /* NULL: fields with @resolver are refused */
	uint64_t resolver_timeout_ms;          /* for all resolvers of a request; 0 = none */
	bool change_context;        /* mutations tell the change log their request and fields */
	const char *anonymous_role; /* SET LOCAL ROLE of requests without identity; NULL = none */
	struct replicas *replicas; /* where reads go instead; NULL = nowhere. Outlives the engine */
	uint64_t cursor_seed; /* checks cursors: CURSOR_SEED, or that of a secret (sql/cursor.h) */
};

/* What the request produced: decides the HTTP status. Source: GraphQL over HTTP §6.4. */
enum exec_outcome {
	EXEC_DATA,          /* was executed; data is there, perhaps null, perhaps with errors */
	EXEC_REQUEST_ERROR, /* was not executed: no "data" in the body; `code` says why */
};

struct exec_response {
	enum exec_outcome outcome;
	enum err_code code; /* of the first error; ERR_NONE without errors */
	str body;           /* JSON, on the request's arena */
	str operation_name; /* of the operation that ran; may be empty */
	bool replayed;      /* some of it was stored under its Idempotency-Key */
	bool unavailable;   /* nothing could be asked of the database: worth a 503 */
	uint64_t query_us;  /* time at the database */
	str written; /* after a mutation, with replicas: the token for the client's next reads */
};

struct exec_request {
	/* set by the caller */
	struct arena *arena; /* the response is put here */
	str query;
	str operation_name; /* empty = none */
	str variables;      /* JSON object text, "null" or empty */
	bool query_only;    /* GET: mutations are refused with ERR_METHOD */
	str request_id;
	str trace_id;         /* of the client's trace, 32 hexadecimal digits; may be empty */
	str idempotency_key;  /* the header's value; .p == NULL: none. Counts for mutations */
	str written;          /* the token of the client's last write; empty = none */
	uint64_t deadline_us; /* loop clock; 0 = the pool's default */
	/* Becomes session settings, context values, and what authorisation asks. NULL: anonymous.
	 * It is copied when the request begins. */
	const struct identity *identity;
	void (*on_done)(struct exec_request *r, const struct exec_response *response);
	void *user;
	/* the engine's */
	struct exec *exec;
};

struct engine *engine_open(const struct engine_options *o);
void engine_swap(struct engine *e, const struct model *m);
const struct model *engine_model(const struct engine *e);
/* Runs a request; on_done is called exactly once, at once or in a later turn, unless it is
 * cancelled before. */
void engine_execute(struct engine *e, struct exec_request *r);
/* The caller is gone: on_done is not called any more, and `r` and its arena are not touched after
 * the return. */
void engine_cancel(struct engine *e, struct exec_request *r);
struct engine_stats {
	uint64_t requests, errors, document_hits, document_misses, plans;
	size_t documents;
	unsigned running;
};
struct engine_stats engine_stats(const struct engine *e);
/* Waits for resolvers whose requests are gone, while all that the engine works with is there. */
void engine_settle(struct engine *e);
/* Nothing may be running. */
void engine_close(struct engine *e);
