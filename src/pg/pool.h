/*
 * pg/pool.h - PostgreSQL for one worker: lanes of connections, jobs in, results out by callback.
 *
 * A pool belongs to one loop thread. A job is what must run together: one or more statements, and
 * how. The pool copies nothing: statements, parameters and the job itself must live until on_done
 * was called, which happens exactly once for every submitted job, also on failure, cancellation and
 * shutdown, and never inside pgpool_submit.
 *
 * Lanes (see README.md):
 *     fast      single read-only statements without session settings. Several jobs share one Sync;
 *               when one fails the jobs behind it, which the server skipped, are sent again.
 *     isolated  everything that needs a transaction of its own: BEGIN, session settings,
 *               statements, COMMIT in one pipeline under its own Sync; also single writes.
 *     slow      as isolated, on connections of its own.
 *
 * A job is a read, which may be cancelled at will and is sent once more when its connection is
 * lost, when it is PGTX_READ, or PGTX_NONE in the fast lane; everything else may be a write.
 */
#pragma once

#include "base/err.h"
#include "base/log.h"

struct loop;
struct pgpool;

enum pglane { PGLANE_FAST, PGLANE_ISOLATED, PGLANE_SLOW, PGLANE_COUNT };

enum pgtx {
	PGTX_NONE,  /* the statement alone (implicit transaction); exactly one statement */
	PGTX_READ,  /* BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY … COMMIT: one snapshot */
	PGTX_WRITE, /* BEGIN … COMMIT; a failing statement rolls everything back */
	PGTX_ROLLBACK, /* BEGIN … ROLLBACK: a dry run */
};

/* A parameter in text form. `null` wins over `text`. `text.p` must be NUL-terminated at
 * text.p[text.n]. */
struct pgparam {
	str text;
	bool null;
};

/*
 * A statement. `key` identifies `sql` for the per-connection cache of prepared statements: equal
 * keys mean equal text (use a hash of it; 0 = do not prepare). Types are inferred by the server
 * from the text, which casts its parameters.
 */
struct pgstmt {
	const char *sql;
	uint64_t key;
	const struct pgparam *params;
	int nparams;
	bool shares; /* who asks at the same time with the same parameters gets the same rows */
	/* The same for several sets of parameters at once: each parameter is the array of the sets'
	 * values; rows have the number of their set first, counted from 1 and ascending, then what
	 * `sql` gives. With `shares` and `key`; NULL = there is none. */
	const char *many_sql;
	uint64_t many_key;
	bool by_value; /* the best plan depends on the parameters: with force_generic_plan it is run
			  as with auto, under a Sync of its own */
};

/* A session setting, as set_config(name, value, true) in the job's transaction. */
struct pgsetting {
	const char *name;
	const char *value; /* NULL sets the empty string, which policies must read as absent */
};

/* One result in text form; valid only during the callback. */
struct pgresult;
int pgresult_rows(const struct pgresult *r);
int pgresult_columns(const struct pgresult *r);
/* The text of a value, NUL-terminated by libpq; a NULL value gives .p == NULL. */
str pgresult_get(const struct pgresult *r, int row, int column);
const char *pgresult_column_name(const struct pgresult *r, int column);
uint32_t pgresult_column_type(const struct pgresult *r, int column); /* OID */
uint64_t pgresult_affected(const struct pgresult *r);

/* What PostgreSQL said about a failure; texts valid during on_done only. Empty slices where not
 * given. */
struct pgdiag {
	char sqlstate[6];
	str message, detail, hint, context;
	str schema, table, column, datatype, constraint;
	bool raised;   /* by RAISE in PL/pgSQL: the texts are the author's, for whoever calls */
	int statement; /* index in the job of the statement that failed; -1 = BEGIN, settings,
			  COMMIT, connection */
};

struct pgjob;
typedef void pgrow_fn(struct pgjob *job, int statement, const struct pgresult *r);
/* Both are NULL on success. Else `e` has a code by SQLSTATE (pg/sqlstate.def); `diag` may be NULL.
 */
typedef void pgdone_fn(struct pgjob *job, const struct err *e, const struct pgdiag *diag);

struct pgjob {
	/* set by the caller */
	enum pglane lane;
	enum pgtx tx;
	const struct pgstmt *stmts;
	int nstmts;
	const struct pgsetting *settings; /* not with PGTX_NONE */
	int nsettings;
	bool hold; /* with PGTX_WRITE: after the last result wait for pgpool_finish instead of
		      committing */
	const struct pgstmt *last; /* with hold, NULL or: runs before the COMMIT, its result counts
				      only when it fails. To be set before pgpool_finish */
	bool alone;                /* shares no round trip: how long it takes is not known */
	uint64_t deadline_us;      /* loop clock; 0 = the pool's default. Then the statement is
				      cancelled: ERR_TIMEOUT */
	pgrow_fn *
		on_result; /* for each statement, in order; not called again after a failure. A job
			      that is sent again after an aborted batch has had no result before. */
	pgdone_fn *on_done;
	void *user;
	/* the pool's */
	struct pgjob *next, *prev;
	void *conn;
	unsigned state, attempts;
	uint64_t params_hash;        /* of a job that may share its statement */
	unsigned place;              /* its set of parameters in a statement for many, from 1 */
	uint64_t due_us;             /* deadline_us, or the default's */
	uint64_t queued_us, sent_us; /* when it was submitted and when it went to the server */
};

struct pglane_options {
	unsigned connections;
	unsigned queue_max; /* more waiting jobs are refused with ERR_UNAVAILABLE */
	unsigned batch_max; /* statements under one Sync */
};

struct pgpool_options {
	const char *conninfo; /* URI or key=value text for libpq */
	const char *application_name;
	struct pglane_options lanes[PGLANE_COUNT];
	uint64_t statement_timeout_ms; /* default deadline of a job, and statement_timeout of the
					  session */
	uint64_t connect_timeout_ms;
	uint64_t wait_ms;        /* how long a job waits while no connection of its lane is ready */
	bool unnamed_statements; /* for PgBouncer in transaction mode without prepared statements */
	const char *plan_cache_mode; /* "auto", "force_generic_plan", "force_custom_plan"; NULL =
					auto */
	bool share;                  /* jobs of the fast lane may share a statement: see share.c */
	unsigned prepared_max; /* prepared statements per connection; least recently used goes first
				*/
	const struct log *log;
};

/* The options' defaults: fast 1 connection × 512 queue × 16 batch and so on; conninfo NULL. */
struct pgpool_options pgpool_defaults(void);

/* Is PostgreSQL on this machine, by what the text (and PGHOST, PGHOSTADDR) says? */
bool pgpool_is_local(const char *conninfo);
/* Opens the pool and starts connecting. The strings in `o` are copied. Fails: ERR_CONFIG. */
MUST_USE bool pgpool_open(struct loop *l, const struct pgpool_options *o, struct pgpool **out,
	struct err *e);
/* Queues a job; it is sent at the end of the loop turn. A refusal arrives by on_done, too, in a
 * later turn. */
void pgpool_submit(struct pgpool *p, struct pgjob *job);
/*
 * The caller lost interest (client vanished): the job's on_result is not called any more, on_done
 * still is, with ERR_UNAVAILABLE when it had not run. A running read is cancelled at the server;
 * writes are left to finish.
 */
void pgpool_cancel(struct pgpool *p, struct pgjob *job);
/*
 * The verdict on a job with `hold`: COMMIT or ROLLBACK, in a second round trip; on_done follows,
 * without an error also after a rollback. To be called once, from on_result of the last statement
 * or later, unless on_done came first (a failure, or the deadline passed: then it was rolled back).
 */
void pgpool_finish(struct pgpool *p, struct pgjob *job, bool commit);
/* Connections that are ready, in a lane. */
unsigned pgpool_ready(const struct pgpool *p, enum pglane lane);
/* Why the last connection attempt failed, or NULL while all is well. */
const struct err *pgpool_last_error(const struct pgpool *p);
struct pgpool_stats {
	uint64_t shared; /* jobs that were answered by another's statement */
	uint64_t jobs, batches, resent, refused, timeouts, reconnects, prepared;
	unsigned queued, running, connections;
};
struct pgpool_stats pgpool_stats(const struct pgpool *p);
/* Fails what is queued or running with ERR_UNAVAILABLE, closes the connections, frees. Not from a
 * callback. */
void pgpool_close(struct pgpool *p);
