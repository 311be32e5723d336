/*
 * pg/pool_int.h - what the files of the pool share: connections, the commands in flight, prepared
 * statements.
 *
 * pool.c owns queues, deadlines and answers; conn.c opens, watches and loses connections; pipe.c
 * writes jobs into a connection and reads what comes back; stmtcache.c knows which statements a
 * connection has prepared.
 */
#pragma once

#include "base/buf.h"
#include "ev/loop.h"
#include "pg/pool.h"
#include "pg/session.h"
#include "pg/stmtcache.h"

#include <libpq-fe.h>

/* ---- connections ---- */

enum pgconn_state { CONN_DOWN, CONN_DIAL, CONN_IDLE, CONN_BUSY, CONN_HELD, CONN_STATES };

enum pgop_kind { OP_PARSE, OP_BEGIN, OP_SET, OP_STMT, OP_END, OP_SYNC, OP_DEALLOCATE };

/* A command that was sent and whose result has not been read to its end. */
struct pgop {
	struct pgjob *job; /* NULL: nobody waits for it any more */
	enum pgop_kind kind;
	int stmt;        /* index in the job; -1 for the pool's own commands */
	bool finishes;   /* its success is the job's */
	bool fresh;      /* parsed in this batch, so it can't be out of date */
	bool shared;     /* its statement answers several jobs */
	unsigned riders; /* OP_STMT: so many ops behind it are answered by its result; they have
			    none of their own */
	unsigned places; /* OP_STMT: for so many sets of parameters, if more than one */
	unsigned place;  /* OP_STMT: which of them is the job's, from 1 */
	uint32_t slot, serial; /* of a prepared statement; STMT_NONE */
};

struct pgconn {
	struct pgpool *pool;
	enum pglane lane;
	enum pgconn_state state;
	PGconn *pg;
	struct watch *watch;
	struct timer *timer; /* DOWN: the next attempt; DIAL: it took too long */
	unsigned failures;   /* attempts since the last success */

	struct pgop *ops; /* a ring, its capacity a power of two */
	unsigned ops_at, nops, ops_cap;
	bool got_result;        /* the op at the head has had a result */
	struct pgjob *held;     /* a hold job before its verdict: no Sync was sent */
	bool resync;            /* it failed: the Sync is due behind its last result */
	uint64_t head_since_us; /* when the head became the head */
	uint64_t popped;        /* ops so far */

	uint64_t cancel_popped; /* `popped` when a cancel was asked for */
	uint64_t cancel_us;     /* when; 0 = never in this session */
	bool cancelling;        /* the cancel thread is at work on this connection */

	struct stmtcache stmts;
	struct pgprep *evicted; /* to be deallocated behind the next Sync */
	unsigned nevicted, evicted_cap;
	bool purge; /* the server's statements are not those of `stmts`: deallocate all first */
};

/* A list of jobs in order of arrival. */
struct pgqueue {
	struct pgjob *first, *last;
	unsigned n;
};

struct pglane_state {
	struct pgconn *conns;
	unsigned nconns, ready;
	struct pgqueue queue,
		again; /* `again`: to be sent a second time, each under its own Sync */
	unsigned queue_max, batch_max;
	struct session session;
	uint64_t down_since_us; /* since when `ready` is 0 */
};

enum { SETTINGS_MAX = 32, BATCH_MAX = 64, PLACES_MAX = 64, PARAMS_SHARED_MAX = 16 };

/* Jobs that one statement answers, linked by `next`. */
struct pggroup {
	struct pgjob *lead, *last;
	unsigned riders; /* jobs behind the lead */
	unsigned places; /* different sets of parameters */
	bool shares;     /* others may join */
};

/* What goes to the server under one Sync: statements in order. */
struct pgbatch {
	struct pggroup at[BATCH_MAX];
	unsigned n;
};

struct pgpool {
	struct loop *loop;
	struct hook *hook;
	struct timer *tick;
	struct wake *cancel_wake;
	struct thread *cancel_thread;
	struct pgcancel_task *cancel_task; /* at most one at a time */
	struct pglane_state lanes[PGLANE_COUNT];
	struct pgqueue dying; /* answered at the end of the turn */
	struct pgpool_stats stats;
	struct err last_error;
	bool down; /* the last attempt to connect failed, and that was logged */
	bool closing;
	bool unnamed;
	bool generic; /* plan_cache_mode = force_generic_plan */
	bool share;
	uint64_t lost_logged_us; /* when a lost connection was last logged */
	uint64_t timeout_ms, connect_timeout_ms, wait_ms;
	const struct log *log;
	struct arena *arena;                   /* lives as long as the pool */
	const char *set_sql[SETTINGS_MAX + 4]; /* by the number of settings */
	const char **params;                   /* scratch for one statement */
	int params_cap;
	struct buf arrays; /* scratch for parameters of many */
};

/* A result as on_result sees it: rows and columns from a place on. */
struct pgresult {
	PGresult *raw;
	int row, rows, column;
};

/* Values of job->state. */
enum pgjob_state {
	JOB_QUEUED = 1,
	JOB_SENT,
	JOB_ENDING, /* hold: the verdict is on its way to the server */
	JOB_DYING,
	JOB_STATE_MASK = 0xff,
	JOB_SOLO = 0x100,     /* under a Sync of its own */
	JOB_REPORTED = 0x200, /* on_result was called */
	JOB_MUTED = 0x400,    /* the caller lost interest */
	JOB_COMMIT = 0x800,   /* hold: the verdict */
	JOB_ROLLBACK = 0x1000,
	JOB_TIMED_OUT = 0x2000, /* why it is dying */
	JOB_REFUSED = 0x4000,
	JOB_UNREACHED = 0x8000,
	JOB_MALFORMED = 0x10000,
	JOB_LOST_ONCE = 0x20000,  /* sent a second time after its connection was lost */
	JOB_STALE_ONCE = 0x40000, /* … after its prepared statement was out of date */
};

static inline enum pgjob_state job_state(const struct pgjob *j)
{
	return (enum pgjob_state)(j->state & JOB_STATE_MASK);
}
static inline void job_enter(struct pgjob *j, enum pgjob_state s)
{
	j->state = (j->state & ~(unsigned)JOB_STATE_MASK) | s;
}

/* The n-th op in flight, 0 is the head. */
static inline struct pgop *conn_op(const struct pgconn *c, unsigned n)
{
	return &c->ops[(c->ops_at + n) & (c->ops_cap - 1)];
}

/* conn.c */
void conn_init(struct pgconn *c, struct pgpool *p, enum pglane lane);
void conn_fini(struct pgconn *c);
void conn_dial(struct pgconn *c);
/* The only writer of c->state. */
void pgconn_enter(struct pgconn *c, enum pgconn_state next);
/* The connection is gone: settles its jobs, closes it, plans the next attempt. */
void conn_lost(struct pgconn *c, const char *why);
/* Writes what libpq holds back and watches for what comes next. */
void conn_flush(struct pgconn *c);

/* pipe.c */
/* Sends jobs, which have left their queue, and a Sync. The connection is idle. */
void pipe_send(struct pgconn *c, const struct pgbatch *batch);
/* COMMIT or ROLLBACK of a held job. */
void pipe_finish(struct pgconn *c, struct pgjob *job, bool commit);
/* Reads the results that have arrived. */
void pipe_read(struct pgconn *c);
/* Nobody waits for this job's results any more. */
void pipe_detach(struct pgconn *c, const struct pgjob *job);

/* share.c */
/* Adds a job to a batch that is not full: to another's statement (true) or with one of its own. */
bool batch_add(const struct pgpool *p, struct pgbatch *b, struct pgjob *job);
/* The parameters of a group's statement for many; valid until the next call. */
void share_params(struct pgpool *p, const struct pggroup *g, const char **values);
/* Where the rows of each place begin: from[1] to from[PLACES_MAX + 1]. False: they are not in
 * order. */
bool share_index(PGresult *r, int *from);

/* job.c: what a job is, and settling it */
bool job_is_read(const struct pgjob *job);
/* BEGIN … COMMIT must be said; else the Sync alone makes the transaction. */
bool job_needs_begin(const struct pgjob *job);
/* Must be planned for its parameters, which the sessions' plan_cache_mode would not do. */
bool job_is_by_value(const struct pgpool *p, const struct pgjob *job);
/* Shares its Sync with nobody. */
bool job_is_solo(const struct pgpool *p, const struct pgjob *job);
/* Shares its batch with nobody. */
bool job_is_alone(const struct pgjob *job);
/* Answers. `e` NULL = success. The job may be gone afterwards. */
void job_done(struct pgpool *p, struct pgjob *job, const struct err *e, const struct pgdiag *d);
/* Sends it again later, alone under a Sync; fails it when it has been tried too often. */
void job_again(struct pgpool *p, struct pgjob *job);
/* Lost without a word from the server: again when that is safe, else ERR_UNAVAILABLE. */
void job_lost(struct pgpool *p, struct pgjob *job, const char *why);
/* To be answered at the end of the turn, for this reason (JOB_TIMED_OUT and so on, 0: cancelled).
 */
void job_doom(struct pgpool *p, struct pgjob *job, unsigned reason);
/* Answers what is doomed. */
void job_answer_doomed(struct pgpool *p);

void queue_push(struct pgqueue *q, struct pgjob *job);
void queue_remove(struct pgqueue *q, struct pgjob *job);

/* cancel.c */
/* Asks the server to cancel what the connection runs. False while another request is on its way. */
bool cancel_start(struct pgconn *c);
/* The connection is lost; a request that is on its way does no harm any more. */
void cancel_forget(struct pgconn *c);
void cancel_open(struct pgpool *p);
void cancel_close(struct pgpool *p);

/* result.c */
/* Fills both from a failed result; the texts live as long as `r`. */
void pgresult_diag(const PGresult *r, int statement, struct err *e, struct pgdiag *d);
