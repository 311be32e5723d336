/*
 * pool - queues, group commit, deadlines.
 *
 * Jobs wait in the queue of their lane until the end of the loop turn. There each idle connection
 * takes its share (what waits, divided by the idle connections, at most batch_max) as one batch.
 * While all connections are busy the queue grows, and so does the next batch: that is what makes
 * one round trip serve many jobs under load and costs nothing without.
 *
 * Every 10 ms, while there is anything to do, a tick looks for deadlines that have passed:
 *     waiting          answered without having run
 *     running, a read  answered at once; its results will be dropped
 *     running, a write cancelled at the server, answered with what the server then says
 *     held             rolled back
 * Only what stands before the next Sync can be executing at the server; it holds back the results
 * of what it has done of that, so within a shared batch nobody knows how far it is. A cancel is
 * sent when something there is unwanted; hit in its place, a job that still has time is sent again
 * under its own Sync (pipe.c). A connection that stays silent after a cancel is given up.
 * A COMMIT that follows in the same batch may be hit, too: a failing one is reported; one that
 * waits for a synchronous standby is then stored here without it, as PostgreSQL has it.
 */
#include "pg/pool_int.h"

#include "base/arena.h"

#include <string.h>

enum {
	TICK_MS = 10,
	ABANDONED_US = 20000,       /* how long a job that nobody waits for may go on */
	CANCEL_SILENT_US = 2000000, /* after this long without effect the connection is given up */
	HUNG_US = 5000000,          /* how long a commit may be overdue */
	PREPARED_MIN = 16,
	PARAMS_MAX = 65535,
};

struct pgpool_options pgpool_defaults(void)
{
	return (struct pgpool_options){
		.application_name = "fraiseql",
		.lanes = {
			[PGLANE_FAST] = { .connections = 1, .queue_max = 512, .batch_max = 16 },
			[PGLANE_ISOLATED] = { .connections = 4, .queue_max = 512, .batch_max = 8 },
			[PGLANE_SLOW] = { .connections = 2, .queue_max = 128, .batch_max = 1 },
		},
		.statement_timeout_ms = 30000,
		.connect_timeout_ms = 5000,
		.wait_ms = 1500,
		.share = true,
		.prepared_max = 1000,
	};
}

static bool options_check(const struct pgpool_options *o, struct err *e)
{
	for (unsigned i = 0; i < PGLANE_COUNT; i++) {
		const struct pglane_options *l = &o->lanes[i];
		if (l->connections == 0 || l->queue_max == 0 || l->batch_max == 0 ||
			l->batch_max > BATCH_MAX)
			return err_set(e, ERR_CONFIG,
				"a lane needs at least one connection, a queue, and "
				"batches of 1 to %d",
				BATCH_MAX);
	}
	if (o->prepared_max < PREPARED_MIN && !o->unnamed_statements)
		return err_set(e, ERR_CONFIG, "at least %d prepared statements are needed",
			PREPARED_MIN);
	if (o->statement_timeout_ms == 0 || o->statement_timeout_ms > INT32_MAX)
		return err_set(e, ERR_CONFIG, "the statement timeout must be 1 ms to 24 days");
	if (!o->conninfo || !o->log)
		return err_set(e, ERR_CONFIG, "no database connection is configured");
	return true;
}

/*
 * "select where num_nulls(set_config($1,$2,true),set_config($3,$4,true)…)<0" for each number of
 * settings: all are evaluated, and no row comes back to be described, sent and read.
 */
static void build_set_sql(struct pgpool *p)
{
	for (unsigned n = 1; n < COUNT(p->set_sql); n++) {
		struct buf b = buf_on(p->arena);
		for (unsigned i = 0; i < n; i++)
			buf_printf(&b, "%sset_config($%u,$%u,true)",
				i ? "," : "select where num_nulls(", 2 * i + 1, 2 * i + 2);
		buf_lit(&b, ")<0");
		p->set_sql[n] = str_z(p->arena, buf_str(&b));
	}
}

static void on_turn(void *arg);
static void on_tick(void *arg);

static void open_lane(struct pgpool *p, enum pglane which, const struct pgpool_options *o)
{
	struct pglane_state *l = &p->lanes[which];
	l->nconns = o->lanes[which].connections;
	l->queue_max = o->lanes[which].queue_max;
	l->batch_max = o->lanes[which].batch_max;
	l->down_since_us = loop_now_us(p->loop);
	l->conns = arena_array(p->arena, struct pgconn, l->nconns);
	for (unsigned i = 0; i < l->nconns; i++) {
		conn_init(&l->conns[i], p, which);
		stmtcache_init(&l->conns[i].stmts, MAX(o->prepared_max, (unsigned)PREPARED_MIN));
	}
}

/* The fast lane's sessions refuse writes, since a job there has no transaction of its own to say
 * so. With unnamed_statements, where sessions are not ours, its batches do: see pipe.c. */
static bool build_sessions(struct pgpool *p, const struct pgpool_options *o, struct err *e)
{
	for (unsigned i = 0; i < PGLANE_COUNT; i++) {
		struct session_options so = {
			.conninfo = o->conninfo,
			.application_name = o->application_name,
			.plan_cache_mode = o->plan_cache_mode,
			.statement_timeout_ms = o->statement_timeout_ms,
			.read_only = i == PGLANE_FAST,
			.bare = o->unnamed_statements,
		};
		if (!session_build(p->arena, &so, &p->lanes[i].session, e))
			return false;
	}
	return true;
}

static void start_dialling(struct pgpool *p)
{
	for (unsigned i = 0; i < PGLANE_COUNT; i++)
		for (unsigned k = 0; k < p->lanes[i].nconns; k++)
			conn_dial(&p->lanes[i].conns[k]);
}

bool pgpool_open(struct loop *l, const struct pgpool_options *o, struct pgpool **out, struct err *e)
{
	if (!options_check(o, e))
		return false;
	struct arena *a = arena_open(0);
	struct pgpool *p = arena_new(a, struct pgpool);
	p->arena = a;
	p->loop = l;
	p->log = o->log;
	p->unnamed = o->unnamed_statements;
	p->generic = !p->unnamed && o->plan_cache_mode &&
		strcmp(o->plan_cache_mode, "force_generic_plan") == 0;
	p->share = o->share;
	p->arrays = buf_on(NULL);
	p->timeout_ms = o->statement_timeout_ms;
	p->connect_timeout_ms = o->connect_timeout_ms ? o->connect_timeout_ms : 5000;
	p->wait_ms = o->wait_ms;
	if (!build_sessions(p, o, e)) {
		arena_close(a);
		return false;
	}
	build_set_sql(p);
	p->hook = hook_open(l, on_turn, p);
	p->tick = timer_open(l, on_tick, p);
	cancel_open(p);
	for (unsigned i = 0; i < PGLANE_COUNT; i++)
		open_lane(p, (enum pglane)i, o);
	start_dialling(p);
	*out = p;
	return true;
}

/* ---- the end of a turn ---- */

static bool takes_jobs(const struct pgconn *c)
{
	return c->state == CONN_IDLE && !c->cancelling;
}

static struct pgjob *take_one(struct pgpool *p, struct pglane_state *l, bool first)
{
	struct pgqueue *q = l->again.n ? &l->again : &l->queue;
	struct pgjob *job = q->first;
	if (!job || (!first && job_is_alone(job)))
		return NULL;
	queue_remove(q, job);
	p->stats.queued--;
	return job;
}

/* Sends a share of what waits: `share` jobs in at most batch_max statements. */
static void serve_conn(struct pgpool *p, struct pglane_state *l, struct pgconn *c, unsigned share)
{
	struct pgbatch batch;
	uint64_t now = loop_now_us(p->loop);
	unsigned n = 0;
	batch.n = 0;
	while (n < share && batch.n < l->batch_max) {
		struct pgjob *job = take_one(p, l, n == 0);
		if (!job)
			break;
		if (job->due_us <= now) {
			job_doom(p, job, JOB_TIMED_OUT);
			continue;
		}
		n++;
		job->sent_us = now;
		p->stats.shared += batch_add(p, &batch, job);
		if (job_is_alone(job))
			break;
	}
	if (n > 0)
		pipe_send(c, &batch);
}

static void serve_lane(struct pgpool *p, struct pglane_state *l)
{
	unsigned waiting = l->queue.n + l->again.n, idle = 0;
	if (waiting == 0)
		return;
	for (unsigned i = 0; i < l->nconns; i++)
		idle += takes_jobs(&l->conns[i]);
	for (unsigned i = 0; i < l->nconns && waiting > 0; i++) {
		if (!takes_jobs(&l->conns[i]))
			continue;
		unsigned share = (waiting + idle - 1) / idle;
		serve_conn(p, l, &l->conns[i], share);
		waiting = l->queue.n + l->again.n;
		idle--;
	}
}

static void on_turn(void *arg)
{
	struct pgpool *p = arg;
	for (unsigned i = 0; i < PGLANE_COUNT; i++)
		serve_lane(p, &p->lanes[i]);
	job_answer_doomed(p);
	if (p->stats.queued + p->stats.running > 0 && !timer_is_set(p->tick))
		timer_every(p->tick, TICK_MS);
}

/* ---- deadlines ---- */

static void expire_waiting(struct pgpool *p, struct pglane_state *l, struct pgqueue *q,
	uint64_t now)
{
	for (struct pgjob *job = q->first, *next; job; job = next) {
		next = job->next;
		uint64_t since = MAX(job->queued_us, l->down_since_us);
		bool unreached = l->ready == 0 && now > since + p->wait_ms * 1000;
		if (job->due_us > now && !unreached)
			continue;
		queue_remove(q, job);
		p->stats.queued--;
		job_doom(p, job, unreached ? JOB_UNREACHED : JOB_TIMED_OUT);
	}
}

/* Reads past their deadline are answered now, whatever the server is doing. */
static void answer_late_reads(struct pgpool *p, struct pgconn *c, uint64_t now)
{
	for (unsigned i = 0; i < c->nops; i++) {
		struct pgjob *job = conn_op(c, i)->job;
		if (!job || job->due_us > now || !job_is_read(job))
			continue;
		pipe_detach(c, job);
		job_doom(p, job, JOB_TIMED_OUT);
	}
}

/* Nothing to cancel: the end of a transaction or of a batch. */
static bool is_ending(const struct pgop *op)
{
	return op->kind == OP_SYNC || op->kind == OP_END || op->kind == OP_DEALLOCATE ||
		(op->job && job_state(op->job) == JOB_ENDING);
}

/* Nobody waits in time for the op, or those that ride on it. */
static bool is_unwanted(const struct pgconn *c, unsigned at, uint64_t now)
{
	bool late = now > c->head_since_us + ABANDONED_US;
	unsigned end = at + conn_op(c, at)->riders;
	for (unsigned i = at; i <= end; i++) {
		const struct pgjob *job = conn_op(c, i)->job;
		if (job && job->due_us > now)
			return false;
		late |= job != NULL;
	}
	return late;
}

/* May the server be busy with something that nobody wants any more? What stands before a job's
 * first statement is wanted as that is. */
static bool runs_unwanted(const struct pgconn *c, uint64_t now)
{
	for (unsigned i = 0; i < c->nops && !is_ending(conn_op(c, i));
		i += 1 + conn_op(c, i)->riders)
		if (conn_op(c, i)->kind == OP_STMT && is_unwanted(c, i, now))
			return true;
	return false;
}

/* A commit, or the end of a batch, that does not come. */
static bool is_hung(const struct pgconn *c, uint64_t now)
{
	const struct pgop *op = conn_op(c, 0);
	uint64_t due = op->job ? MAX(op->job->due_us, c->head_since_us) : c->head_since_us;
	return is_ending(op) && now > due + HUNG_US;
}

static void expire_running(struct pgpool *p, struct pgconn *c, uint64_t now)
{
	answer_late_reads(p, c, now);
	bool cancelled = c->cancel_us && c->cancel_popped == c->popped;
	if (is_hung(c, now)) {
		conn_lost(c, "no answer");
	} else if (cancelled) {
		if (now > c->cancel_us + CANCEL_SILENT_US)
			conn_lost(c, "no answer to a cancel request");
	} else if (runs_unwanted(c, now) && cancel_start(c)) {
		c->cancel_us = now;
		c->cancel_popped = c->popped;
	}
}

static void expire_conn(struct pgpool *p, struct pgconn *c, uint64_t now)
{
	if (c->state == CONN_BUSY && c->nops > 0) {
		expire_running(p, c, now);
	} else if (c->state == CONN_HELD && c->held->due_us <= now) {
		c->held->state |= JOB_TIMED_OUT | JOB_ROLLBACK;
		pipe_finish(c, c->held, false);
	}
}

static void on_tick(void *arg)
{
	struct pgpool *p = arg;
	uint64_t now = loop_now_us(p->loop);
	for (unsigned i = 0; i < PGLANE_COUNT; i++) {
		struct pglane_state *l = &p->lanes[i];
		expire_waiting(p, l, &l->queue, now);
		expire_waiting(p, l, &l->again, now);
		for (unsigned k = 0; k < l->nconns; k++)
			expire_conn(p, &l->conns[k], now);
	}
	bool busy = p->stats.queued + p->stats.running > 0;
	for (unsigned i = 0; i < PGLANE_COUNT && !busy; i++)
		for (unsigned k = 0; k < p->lanes[i].nconns && !busy; k++)
			busy = p->lanes[i].conns[k].state == CONN_BUSY;
	if (!busy)
		timer_cancel(p->tick);
}

/* ---- the public calls ---- */

static bool is_malformed(const struct pgjob *job)
{
	if (job->nstmts < 1 || job->nsettings < 0 || job->nsettings > SETTINGS_MAX ||
		(unsigned)job->lane >= PGLANE_COUNT || (job->tx == PGTX_NONE && job->nstmts != 1) ||
		(job->hold && job->tx != PGTX_WRITE))
		return true;
	for (int i = 0; i < job->nstmts; i++)
		if (job->stmts[i].nparams < 0 || job->stmts[i].nparams > PARAMS_MAX)
			return true;
	return false;
}

void pgpool_submit(struct pgpool *p, struct pgjob *job)
{
	uint64_t now = loop_now_us(p->loop);
	job->state = JOB_QUEUED;
	job->attempts = 0;
	job->conn = NULL;
	job->next = job->prev = NULL;
	job->queued_us = now;
	job->sent_us = 0;
	job->due_us = job->deadline_us ? job->deadline_us : now + p->timeout_ms * 1000;
	p->stats.jobs++;
	if (p->closing || is_malformed(job)) {
		job_doom(p, job, p->closing ? 0 : JOB_MALFORMED);
		return;
	}
	struct pglane_state *l = &p->lanes[job->lane];
	if (l->queue.n >= l->queue_max) {
		p->stats.refused++;
		job_doom(p, job, JOB_REFUSED);
		return;
	}
	queue_push(&l->queue, job);
	p->stats.queued++;
	hook_again(p->hook);
}

void pgpool_finish(struct pgpool *p, struct pgjob *job, bool commit)
{
	struct pgconn *c = job->conn;
	UNUSED(p);
	if (job_state(job) != JOB_SENT || !c || c->held != job)
		return;
	job->state |= commit ? JOB_COMMIT : JOB_ROLLBACK;
	if (c->state == CONN_HELD)
		pipe_finish(c, job, commit);
}

void pgpool_cancel(struct pgpool *p, struct pgjob *job)
{
	struct pgconn *c = job->conn;
	job->state |= JOB_MUTED;
	if (job_state(job) == JOB_QUEUED) {
		struct pglane_state *l = &p->lanes[job->lane];
		queue_remove(job->attempts ? &l->again : &l->queue, job);
		p->stats.queued--;
		job_doom(p, job, 0);
	} else if (job_state(job) == JOB_SENT && job_is_read(job)) {
		pipe_detach(c, job);
		job_doom(p, job, 0);
	} else if (job_state(job) == JOB_SENT && c->state == CONN_HELD && c->held == job) {
		job->state |= JOB_ROLLBACK;
		pipe_finish(c, job, false);
	}
}

unsigned pgpool_ready(const struct pgpool *p, enum pglane lane)
{
	return p->lanes[lane].ready;
}

const struct err *pgpool_last_error(const struct pgpool *p)
{
	return p->last_error.code ? &p->last_error : NULL;
}

struct pgpool_stats pgpool_stats(const struct pgpool *p)
{
	struct pgpool_stats s = p->stats;
	for (unsigned i = 0; i < PGLANE_COUNT; i++)
		s.connections += p->lanes[i].ready;
	return s;
}

static void doom_queue(struct pgpool *p, struct pgqueue *q)
{
	while (q->first) {
		struct pgjob *job = q->first;
		queue_remove(q, job);
		p->stats.queued--;
		job_doom(p, job, 0);
	}
}

void pgpool_close(struct pgpool *p)
{
	p->closing = true;
	cancel_close(p);
	for (unsigned i = 0; i < PGLANE_COUNT; i++) {
		struct pglane_state *l = &p->lanes[i];
		doom_queue(p, &l->queue);
		doom_queue(p, &l->again);
		for (unsigned k = 0; k < l->nconns; k++)
			conn_fini(&l->conns[k]);
	}
	while (p->dying.n > 0)
		job_answer_doomed(p);
	timer_close(p->tick);
	hook_close(p->hook);
	mem_free(p->params);
	buf_free(&p->arrays);
	arena_close(p->arena);
}
