/*
 * pipe - jobs into a connection, results out of it.
 *
 * Sending writes the commands of one batch and notes each in the connection's ring of ops; results
 * arrive in exactly that order, each followed by libpq's NULL, a Sync by PGRES_PIPELINE_SYNC alone.
 *
 *     shared Sync      stmt stmt stmt … Sync
 *     solo, implicit   [set_config …] stmt Sync          the Sync is the commit
 *     solo, explicit   BEGIN [set_config …] stmt … COMMIT Sync
 *     hold             BEGIN [set_config …] stmt … Flush   ⟶ verdict ⟶   COMMIT Sync
 *
 * In the first form a statement may be that of several jobs (share.c): its op is followed by
 * theirs, which ride on its result.
 *
 * A Parse stands before a statement that this connection has not prepared yet. What an implicit
 * transaction sets with set_config(…, true) lasts to its Sync; that is why jobs with settings never
 * share one.
 *
 * When a command fails the server skips all up to the next Sync. The failed job is answered at once
 * (with the result's own texts), jobs that were skipped are queued again, each to be sent under its
 * own Sync. An explicit transaction is then still open in failed state: when the ring is empty it
 * is rolled back.
 */
#include "pg/pool_int.h"

#include "base/arena.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* How long after a request to cancel a cancelled statement is taken for its effect. */
enum { CANCEL_ECHO_US = 2000000 };
/* Rows that are copied into answers of several jobs at once. */
enum { SHARED_BYTES_MAX = 64 * 1024 * 1024 };
enum { KEY_OWN = 0x5e77 }; /* keys of our own statements: KEY_OWN << 48 | n */
enum { OWN_BEGIN = 100, OWN_BEGIN_READ, OWN_COMMIT, OWN_ROLLBACK };

static uint64_t own_key(unsigned n)
{
	return (uint64_t)KEY_OWN << 48 | n;
}

/* ---- the ring ---- */

static void grow_ops(struct pgconn *c)
{
	unsigned cap = c->ops_cap * 2;
	struct pgop *ops = mem_alloc(cap * sizeof *ops);
	for (unsigned i = 0; i < c->nops; i++)
		ops[i] = *conn_op(c, i);
	mem_free(c->ops);
	c->ops = ops;
	c->ops_cap = cap;
	c->ops_at = 0;
}

static void push_op(struct pgconn *c, struct pgop op)
{
	if (c->nops == c->ops_cap)
		grow_ops(c);
	if (c->nops == 0)
		c->head_since_us = loop_now_us(c->pool->loop);
	*conn_op(c, c->nops++) = op;
}

static void pop_op(struct pgconn *c)
{
	c->ops_at = (c->ops_at + 1) & (c->ops_cap - 1);
	c->nops--;
	c->popped++;
	c->got_result = false;
	c->head_since_us = loop_now_us(c->pool->loop);
}

void pipe_detach(struct pgconn *c, const struct pgjob *job)
{
	for (unsigned i = 0; i < c->nops; i++)
		if (conn_op(c, i)->job == job)
			conn_op(c, i)->job = NULL;
	if (c->held == job)
		c->held = NULL;
}

/* ---- sending ---- */

/* A command that could not even be written; the read side notices that the connection is gone. */
static void check_sent(struct pgconn *c, int ok)
{
	if (!ok)
		log_debug(c->pool->log, "sending to the database: %s", PQerrorMessage(c->pg));
}

static void evict(struct pgconn *c, struct pgprep old)
{
	if (c->nevicted == c->evicted_cap) {
		c->evicted_cap = c->evicted_cap ? c->evicted_cap * 2 : 16;
		c->evicted = mem_grow(c->evicted, c->evicted_cap * sizeof *c->evicted);
	}
	c->evicted[c->nevicted++] = old;
}

static void send_parse(struct pgconn *c, const char *sql, uint64_t key, struct pgop *op)
{
	struct pgprep old;
	bool has_old;
	char name[STMT_NAME_MAX];
	op->slot = stmtcache_add(&c->stmts, key, strlen(sql), &old, &has_old);
	op->serial = c->stmts.slots[op->slot].serial;
	op->fresh = true;
	if (has_old)
		evict(c, old);
	while (stmtcache_shrink(&c->stmts, &old))
		evict(c, old);
	stmtcache_name(&c->stmts.slots[op->slot], name);
	struct pgop parse = *op;
	parse.kind = OP_PARSE;
	parse.finishes = false;
	parse.riders = 0;
	check_sent(c, PQsendPrepare(c->pg, name, sql, 0, NULL));
	push_op(c, parse);
	c->pool->stats.prepared++;
}

/* One statement whose `n` values stand in pool->params. */
static void send_query(struct pgconn *c, const char *sql, uint64_t key, int n, struct pgop op)
{
	const char *const *values = c->pool->params;
	char name[STMT_NAME_MAX];
	op.slot = STMT_NONE;
	if (key == 0 || c->pool->unnamed) {
		op.fresh = true;
		check_sent(c, PQsendQueryParams(c->pg, sql, n, NULL, values, NULL, NULL, 0));
		push_op(c, op);
		return;
	}
	op.slot = stmtcache_find(&c->stmts, key);
	if (op.slot == STMT_NONE)
		send_parse(c, sql, key, &op);
	op.serial = c->stmts.slots[op.slot].serial;
	stmtcache_name(&c->stmts.slots[op.slot], name);
	check_sent(c, PQsendQueryPrepared(c->pg, name, n, values, NULL, NULL, 0));
	push_op(c, op);
}

static void send_own(struct pgconn *c, struct pgjob *job, enum pgop_kind kind, unsigned which)
{
	static const char *const SQL[] = {
		[OWN_BEGIN - OWN_BEGIN] = "BEGIN",
		[OWN_BEGIN_READ - OWN_BEGIN] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		[OWN_COMMIT - OWN_BEGIN] = "COMMIT",
		[OWN_ROLLBACK - OWN_BEGIN] = "ROLLBACK",
	};
	struct pgop op = { .job = job, .kind = kind, .stmt = -1, .finishes = kind == OP_END };
	send_query(c, SQL[which - OWN_BEGIN], own_key(which), 0, op);
}

static void send_sync(struct pgconn *c, struct pgjob *job, bool finishes)
{
	check_sent(c, PQpipelineSync(c->pg));
	push_op(c,
		(struct pgop){ .job = job,
			.kind = OP_SYNC,
			.stmt = -1,
			.finishes = finishes,
			.slot = STMT_NONE });
}

static const char **params_for(struct pgpool *p, int n)
{
	if (n > p->params_cap) {
		p->params_cap = n * 2;
		p->params = mem_grow(p->params, (size_t)p->params_cap * sizeof *p->params);
	}
	return p->params;
}

/*
 * The job's settings and three of ours: an implicit read transaction is made read-only, a deadline
 * beyond the session's statement_timeout raises that for this transaction, and statements that are
 * best planned for their parameters are.
 */
static void send_settings(struct pgconn *c, struct pgjob *job)
{
	struct pgpool *p = c->pool;
	const char **v = params_for(p, 2 * (job->nsettings + 3));
	char ms[24];
	int n = 0;
	for (int i = 0; i < job->nsettings; i++) {
		v[n++] = job->settings[i].name;
		v[n++] = job->settings[i].value ? job->settings[i].value : "";
	}
	if (job->tx == PGTX_READ && !job_needs_begin(job)) {
		v[n++] = "transaction_read_only";
		v[n++] = "on";
	}
	if (job->due_us > job->sent_us + p->timeout_ms * 1000) {
		uint64_t left_ms = (job->due_us - job->sent_us) / 1000 + 1;
		snprintf(ms, sizeof ms, "%llu",
			(unsigned long long)MIN(left_ms, (uint64_t)INT32_MAX));
		v[n++] = "statement_timeout";
		v[n++] = ms;
	}
	if (job_is_by_value(p, job)) {
		v[n++] = "plan_cache_mode";
		v[n++] = "auto";
	}
	struct pgop op = { .job = job, .kind = OP_SET, .stmt = -1 };
	if (n > 0)
		send_query(c, p->set_sql[n / 2], own_key((unsigned)n / 2), n, op);
}

/* Behind a pooler the fast lane's sessions are not read-only: each Sync's transaction is made so,
 * in front of the first job. */
static void send_read_only(struct pgconn *c, struct pgjob *first)
{
	const char **v = params_for(c->pool, 2);
	v[0] = "transaction_read_only";
	v[1] = "on";
	send_query(c, c->pool->set_sql[1], own_key(1), 2,
		(struct pgop){ .job = first, .kind = OP_SET, .stmt = -1 });
}

static void send_params(struct pgconn *c, const struct pgstmt *s, struct pgop op)
{
	const char **v = params_for(c->pool, s->nparams);
	for (int k = 0; k < s->nparams; k++) {
		const struct pgparam *in = &s->params[k];
		v[k] = in->null ? NULL : in->text.p ? in->text.p : "";
	}
	send_query(c, s->sql, s->key, s->nparams, op);
}

static void send_stmt(struct pgconn *c, struct pgjob *job, int i, bool finishes)
{
	struct pgop op = { .job = job, .kind = OP_STMT, .stmt = i, .finishes = finishes };
	send_params(c, &job->stmts[i], op);
}

/* What a held job runs before its COMMIT. */
static void send_last(struct pgconn *c, struct pgjob *job)
{
	if (job->last)
		send_params(c, job->last, (struct pgop){ .job = job, .kind = OP_SET, .stmt = -1 });
}

/* One statement for all of a group; those behind the lead follow its op. */
static void send_group(struct pgconn *c, const struct pggroup *g)
{
	const struct pgstmt *s = &g->lead->stmts[0];
	bool many = g->places > 1;
	struct pgop op = { .job = g->lead,
		.kind = OP_STMT,
		.finishes = true,
		.shared = true,
		.riders = g->riders,
		.places = g->places,
		.place = g->lead->place };
	if (many) {
		share_params(c->pool, g, params_for(c->pool, s->nparams));
		send_query(c, s->many_sql, s->many_key, s->nparams, op);
	} else {
		send_params(c, s, op);
	}
	op.riders = 0;
	op.slot = STMT_NONE;
	for (op.job = g->lead->next; op.job; op.job = op.job->next) {
		op.place = op.job->place;
		push_op(c, op);
	}
}

static void send_job(struct pgconn *c, struct pgjob *job, bool solo)
{
	bool begin = job_needs_begin(job);
	if (begin)
		send_own(c, job, OP_BEGIN, job->tx == PGTX_READ ? OWN_BEGIN_READ : OWN_BEGIN);
	send_settings(c, job);
	for (int i = 0; i < job->nstmts; i++)
		send_stmt(c, job, i, !solo);
	if (job->hold) {
		c->held = job;
		check_sent(c, PQsendFlushRequest(c->pg));
		return;
	}
	if (begin)
		send_own(c, job, OP_END, job->tx == PGTX_ROLLBACK ? OWN_ROLLBACK : OWN_COMMIT);
	if (solo)
		send_sync(c, begin ? NULL : job, !begin);
}

/* What fell out of the cache of statements, under a Sync of its own so that it can't hurt anybody.
 */
static void send_evicted(struct pgconn *c)
{
	if (c->nevicted == 0)
		return;
	for (unsigned i = 0; i < c->nevicted; i++) {
		char name[STMT_NAME_MAX], sql[STMT_NAME_MAX + 16];
		stmtcache_name(&c->evicted[i], name);
		snprintf(sql, sizeof sql, "DEALLOCATE %s", name);
		send_query(c, sql, 0, 0, (struct pgop){ .kind = OP_DEALLOCATE, .stmt = -1 });
	}
	c->nevicted = 0;
	send_sync(c, NULL, false);
}

/* Somebody else deallocated our statements (DISCARD ALL, say): start afresh. */
static void send_purge(struct pgconn *c)
{
	if (!c->purge)
		return;
	c->purge = false;
	c->nevicted = 0;
	stmtcache_clear(&c->stmts);
	send_query(c, "DEALLOCATE ALL", 0, 0, (struct pgop){ .kind = OP_DEALLOCATE, .stmt = -1 });
	send_sync(c, NULL, false);
}

static void mark_sent(struct pgconn *c, struct pgjob *job)
{
	for (; job; job = job->next) {
		job->conn = c;
		job->attempts++;
		job_enter(job, JOB_SENT);
		c->pool->stats.running++;
	}
}

void pipe_send(struct pgconn *c, const struct pgbatch *batch)
{
	struct pgpool *p = c->pool;
	bool open = false; /* jobs behind the last Sync */
	pgconn_enter(c, CONN_BUSY);
	p->stats.batches++;
	send_purge(c);
	for (unsigned i = 0; i < batch->n; i++) {
		const struct pggroup *g = &batch->at[i];
		mark_sent(c, g->lead);
		bool solo = job_is_solo(p, g->lead);
		if (solo && open)
			send_sync(c, NULL, false);
		if (p->unnamed && (solo || !open) && g->lead->tx == PGTX_NONE &&
			job_is_read(g->lead))
			send_read_only(c, g->lead);
		if (g->riders)
			send_group(c, g);
		else
			send_job(c, g->lead, solo);
		open = !solo;
	}
	if (open)
		send_sync(c, NULL, false);
	if (!c->held)
		send_evicted(c);
	conn_flush(c);
}

void pipe_finish(struct pgconn *c, struct pgjob *job, bool commit)
{
	bool waits = c->state == CONN_HELD;
	c->held = NULL;
	job_enter(job, JOB_ENDING);
	if (waits)
		pgconn_enter(c, CONN_BUSY);
	if (commit)
		send_last(c, job);
	send_own(c, job, OP_END, commit ? OWN_COMMIT : OWN_ROLLBACK);
	send_sync(c, NULL, false);
	send_evicted(c);
	conn_flush(c);
}

/* ---- reading ---- */

/* The ring is empty behind a Sync: roll back what is left open, or be idle. */
static void on_batch_end(struct pgconn *c)
{
	switch (PQtransactionStatus(c->pg)) {
	case PQTRANS_IDLE: pgconn_enter(c, CONN_IDLE); return;
	case PQTRANS_INERROR:
	case PQTRANS_INTRANS:
		send_own(c, NULL, OP_END, OWN_ROLLBACK);
		send_sync(c, NULL, false);
		conn_flush(c);
		return;
	case PQTRANS_ACTIVE:
	case PQTRANS_UNKNOWN: break;
	}
	conn_lost(c, "the connection is out of step");
}

static void finish(struct pgconn *c, struct pgop *op)
{
	struct pgjob *job = op->job;
	if (!job || !op->finishes)
		return;
	pipe_detach(c, job);
	job_done(c->pool, job, NULL, NULL);
}

/* Gives the rows to the op at the head, or one that rides on it. */
static void report(struct pgconn *c, unsigned at, const struct pgresult *r)
{
	struct pgop *op = conn_op(c, at);
	struct pgjob *job = op->job;
	if (job && !(job->state & JOB_MUTED)) {
		job->state |= JOB_REPORTED;
		job->on_result(job, op->stmt, r);
	}
	finish(c, conn_op(c, at));
}

/* The jobs of the head's statement, from a place on, are to be sent again by themselves. */
static void disband(struct pgconn *c, unsigned from)
{
	for (unsigned i = from; i <= conn_op(c, 0)->riders; i++) {
		struct pgjob *job = conn_op(c, i)->job;
		if (!job)
			continue;
		pipe_detach(c, job);
		job_again(c->pool, job);
	}
}

/* The head's statement gave rows, perhaps for several jobs. They become as many answers in one
 * moment, so of large ones only some are served: the others' turn comes. */
static void on_rows(struct pgconn *c, PGresult *r)
{
	int from[PLACES_MAX + 2];
	struct pgresult view = { .raw = r, .rows = PQntuples(r) };
	unsigned places = MAX(1u, conn_op(c, 0)->places);
	bool many = places > 1;
	if (many && !share_index(r, from)) {
		disband(c, 0);
		return;
	}
	size_t served = SHARED_BYTES_MAX / (PQresultMemorySize(r) / places + 1);
	for (unsigned i = 0; i <= conn_op(c, 0)->riders; i++) {
		unsigned place = conn_op(c, i)->place;
		if (i > served) {
			disband(c, i);
			return;
		}
		if (many)
			view = (struct pgresult){ r, from[place], from[place + 1] - from[place],
				1 };
		report(c, i, &view);
	}
}

static void on_success(struct pgconn *c, PGresult *r)
{
	struct pgop *op = conn_op(c, 0);
	if (op->kind == OP_STMT) {
		if (c->lane == PGLANE_FAST && PQresultStatus(r) != PGRES_TUPLES_OK)
			conn_lost(c, "the connection is out of step");
		else
			on_rows(c, r);
		return;
	}
	bool undone = op->kind == OP_END && op->job && strcmp(PQcmdStatus(r), "ROLLBACK") == 0;
	if (undone && op->job->tx != PGTX_ROLLBACK && !(op->job->state & JOB_ROLLBACK)) {
		struct err e;
		struct pgjob *job = op->job;
		pipe_detach(c, job);
		err_set(&e, ERR_INTERNAL,
			"the transaction was rolled back by a statement of its own");
		job_done(c->pool, job, &e, NULL);
		return;
	}
	if (op->kind != OP_SYNC)
		finish(c, op);
}

/* Skipped by the server because something before it failed. */
static void on_aborted(struct pgconn *c)
{
	struct pgop *op = conn_op(c, 0);
	if (op->kind == OP_PARSE)
		stmtcache_drop(&c->stmts, op->slot, op->serial);
	disband(c, 0);
}

static bool is_stale(const struct pgop *op, str state)
{
	return op->slot != STMT_NONE &&
		(str_eq(state, S("26000")) || str_eq(state, S("42P05")) ||
			(str_eq(state, S("0A000")) && !op->fresh));
}

/* Must the job be run again rather than be told? Nothing of it remains at the server, it failed. */
static bool deserves_another(const struct pgconn *c, struct pgop *op, str state)
{
	struct pgjob *job = op->job;
	if (job->state & (JOB_REPORTED | JOB_MUTED))
		return false;
	if (is_stale(op, state) && !(job->state & JOB_STALE_ONCE)) {
		job->state |= JOB_STALE_ONCE;
		return true;
	}
	uint64_t now = loop_now_us(c->pool->loop);
	bool ours = c->cancel_us && now < c->cancel_us + CANCEL_ECHO_US;
	return ours && str_eq(state, S("57014")) && now < job->due_us;
}

static void on_failure(struct pgconn *c, const PGresult *r)
{
	struct pgop *op = conn_op(c, 0);
	struct pgjob *job = op->job;
	struct err e;
	struct pgdiag d;
	str state = str_from(PQresultErrorField(r, PG_DIAG_SQLSTATE));
	bool held = c->held && c->held == job;
	bool again = job && deserves_another(c, op, state);
	if (str_eq(state, S("26000")))
		c->purge = true;
	else if (op->kind == OP_PARSE || is_stale(op, state))
		stmtcache_drop(&c->stmts, op->slot, op->serial);
	c->resync |= held;
	if (again || op->shared) {
		disband(c, 0);
	} else if (job) {
		pipe_detach(c, job);
		pgresult_diag(r, op->stmt, &e, &d);
		/* What is set is the server's: a role that is not there is not the client's fault.
		 */
		if (op->kind == OP_SET && (e.code == ERR_BAD_INPUT || e.code == ERR_FORBIDDEN))
			e.code = ERR_INTERNAL;
		job_done(c->pool, job, &e, &d);
	}
}

/* FATAL and PANIC end the session, whatever else they say. */
static bool is_fatal(const PGresult *r)
{
	str severity = str_from(PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED));
	return severity.n == 0 || str_eq(severity, S("FATAL")) || str_eq(severity, S("PANIC"));
}

static void on_result(struct pgconn *c, PGresult *r)
{
	c->got_result = true;
	ExecStatusType status = PQresultStatus(r);
	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY)
		on_success(c, r);
	else if (status == PGRES_PIPELINE_ABORTED)
		on_aborted(c);
	else if (status == PGRES_FATAL_ERROR && !is_fatal(r))
		on_failure(c, r);
	else
		conn_lost(c, PQresultErrorMessage(r));
}

static void on_sync(struct pgconn *c)
{
	struct pgop op = *conn_op(c, 0);
	if (op.kind != OP_SYNC) {
		conn_lost(c, "the connection is out of step");
		return;
	}
	finish(c, &op);
	pop_op(c);
	if (c->nops == 0)
		on_batch_end(c);
}

/* The held job's statements are through: act on the verdict, or wait for it. */
static void on_held(struct pgconn *c)
{
	struct pgjob *job = c->held;
	if (job->state & JOB_MUTED)
		job->state |= JOB_ROLLBACK;
	if (job->state & (JOB_COMMIT | JOB_ROLLBACK))
		pipe_finish(c, job, job->state & JOB_COMMIT);
	else
		pgconn_enter(c, CONN_HELD);
}

/*
 * The Sync that a held job which failed has not had. Not before libpq's NULL: in an aborted
 * pipeline a command that is sent behind a result makes it leave that NULL out.
 */
static void send_resync(struct pgconn *c)
{
	c->resync = false;
	send_sync(c, NULL, false);
	conn_flush(c);
}

/* libpq's NULL: the head has no more results. False when the connection makes no sense any more. */
static bool on_null(struct pgconn *c)
{
	if (PQstatus(c->pg) == CONNECTION_BAD)
		return false;
	if (!c->got_result) {
		conn_lost(c, "the connection is out of step");
		return false;
	}
	c->got_result = false;
	if (conn_op(c, 0)->kind == OP_SYNC) /* an error at commit; the Sync itself follows */
		return true;
	for (unsigned left = 1 + conn_op(c, 0)->riders; left > 0; left--)
		pop_op(c);
	if (c->resync)
		send_resync(c);
	if (c->nops == 0 && c->held)
		on_held(c);
	return true;
}

void pipe_read(struct pgconn *c)
{
	while (c->pg && c->nops > 0 && !PQisBusy(c->pg)) {
		PGresult *r = PQgetResult(c->pg);
		if (!r) {
			if (!on_null(c))
				return;
			continue;
		}
		if (PQresultStatus(r) == PGRES_PIPELINE_SYNC)
			on_sync(c);
		else
			on_result(c, r);
		PQclear(r);
	}
}
