/*
 * pg/test_pool.h - a pool under test: a `struct tjob` is a job with what became of it; run() turns
 * the loop until all submitted jobs are done.
 */
#pragma once

#include "base/check.h"

#include "base/arena.h"
#include "base/clock.h"
#include "ev/loop.h"
#include "pg/pool.h"
#include "pg/test_server.h"

struct tjob {
	struct pgjob job;
	struct pgstmt stmt[3];
	struct pgparam param[2];
	struct t *t;
	char out[64]; /* first value of the last result */
	int results, done, ended_at;
	int verdict; /* hold: 1 commit, 2 roll back, from on_result; 0 none */
	enum err_code code;
	struct pgdiag diag;
	char message[160], constraint[64];
};

struct t {
	struct loop *loop;
	struct pgpool *pool;
	struct log log;
	int pending, ended;
};

static inline void on_result(struct pgjob *job, int i, const struct pgresult *r)
{
	struct tjob *j = job->user;
	j->results++;
	str v = pgresult_rows(r) > 0 && pgresult_columns(r) > 0 ? pgresult_get(r, 0, 0) : S("none");
	snprintf(j->out, sizeof j->out, "%.*s", STR_ARG(v));
	if (i == job->nstmts - 1 && j->verdict)
		pgpool_finish(j->t->pool, job, j->verdict == 1);
}

static inline void on_done(struct pgjob *job, const struct err *e, const struct pgdiag *d)
{
	struct tjob *j = job->user;
	j->done++;
	j->ended_at = ++j->t->ended;
	j->t->pending--;
	j->code = e ? e->code : ERR_NONE;
	snprintf(j->message, sizeof j->message, "%s", e ? e->message : "");
	if (d) {
		j->diag = *d;
		snprintf(j->constraint, sizeof j->constraint, "%.*s", STR_ARG(d->constraint));
	}
}

static inline struct pgstmt stmt_of(const char *sql)
{
	return (struct pgstmt){ .sql = sql, .key = str_hash(str_from(sql), 1) };
}

static inline void prepare(struct t *t, struct tjob *j, enum pglane lane, enum pgtx tx,
	const char *sql)
{
	*j = (struct tjob){ .t = t };
	j->stmt[0] = stmt_of(sql);
	j->job = (struct pgjob){ .lane = lane,
		.tx = tx,
		.stmts = j->stmt,
		.nstmts = 1,
		.on_result = on_result,
		.on_done = on_done,
		.user = j };
}

static inline void set_param(struct tjob *j, const char *text)
{
	j->param[0] = (struct pgparam){ .text = str_from(text) };
	j->stmt[0].params = j->param;
	j->stmt[0].nparams = 1;
}

static inline void submit(struct t *t, struct tjob *j)
{
	t->pending++;
	pgpool_submit(t->pool, &j->job);
}

/* Turns the loop until everything is answered; false when that takes more than 20 s. */
static inline bool run(struct t *t)
{
	uint64_t until = clock_mono_us() + 20000000;
	while (t->pending > 0 && clock_mono_us() < until)
		loop_turn(t->loop, true);
	return t->pending == 0;
}

/* Turns the loop for a while. */
static inline void turn_for(struct t *t, uint64_t ms)
{
	uint64_t until = clock_mono_us() + ms * 1000;
	while (clock_mono_us() < until) {
		loop_turn(t->loop, false);
		test_sleep_ms(1);
	}
}

static inline struct pgpool_options small(void)
{
	struct pgpool_options o = pgpool_defaults();
	o.conninfo = test_conninfo();
	o.lanes[PGLANE_ISOLATED].connections = 2;
	o.lanes[PGLANE_SLOW].connections = 1;
	return o;
}

static inline void open_with(struct t *t, struct pgpool_options o)
{
	struct err e = { 0 };
	*t = (struct t){ .loop = loop_open(), .log = log_stderr() };
	t->log.level = LOG_LEVEL_ERROR;
	o.log = &t->log;
	if (!pgpool_open(t->loop, &o, &t->pool, &e))
		fail_msg("%s", e.message);
}

static inline void finish(struct t *t)
{
	pgpool_close(t->pool);
	loop_close(t->loop);
	check_end();
}

/* One job on its own, to its end. */
static inline void exec(struct t *t, struct tjob *j, enum pglane lane, enum pgtx tx,
	const char *sql)
{
	prepare(t, j, lane, tx, sql);
	submit(t, j);
	CHECK_TRUE(sql, run(t));
}

static inline void must(struct t *t, const char *sql)
{
	struct tjob j;
	exec(t, &j, PGLANE_ISOLATED, PGTX_NONE, sql);
	CHECK_STR(sql, str_from(j.message), "");
}

static inline void check_value(struct t *t, const char *sql, const char *want)
{
	struct tjob j;
	exec(t, &j, PGLANE_FAST, PGTX_NONE, sql);
	CHECK_STR(sql, str_from(j.out), want);
}
