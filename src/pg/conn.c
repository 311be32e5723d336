/*
 * conn - one connection: dialling, watching, losing.
 *
 *            conn_dial          dial_done          pipe_send             pipe_read
 *     DOWN ────────────▶ DIAL ────────────▶ IDLE ────────────▶ BUSY ────────────▶ IDLE
 *      ▲                  │                  │                 │  ▲ pipe_finish
 *      └──── conn_lost ◀──┴──────────────────┴─────────────────┤  │
 *                                                 last result  ▼  │
 *                                                 of a hold job HELD
 *
 *     DOWN   no PGconn; `timer` is set to the next attempt (back-off with jitter)
 *     DIAL   PQconnectPoll is in charge; `timer` is set to the connect timeout
 *     IDLE   pipeline mode, no transaction, nothing in flight; takes jobs, but not while a
 *            cancel request is on its way
 *     BUSY   `ops` in flight
 *     HELD   in a transaction, nothing in flight, `held` waits for pgpool_finish
 *
 * In the last three `timer` is set when libpq has read the end while it wrote.
 *
 * libpq may replace its socket while dialling, so each step of PQconnectPoll gets a watch of its
 * own.
 */
#include "pg/pool_int.h"
#include "pg/sqlstate.h"

#include "base/arena.h"
#include "base/clock.h"

#include <assert.h>
#include <stdio.h>

enum { BACKOFF_MIN_MS = 50, BACKOFF_MAX_MS = 5000, LOG_LOST_EVERY_US = 1000000 };

static const struct {
	const char *name;
	unsigned next;
	bool ready;
} STATES[] = {
	[CONN_DOWN] = { "down", BIT(CONN_DIAL) | BIT(CONN_DOWN), false },
	[CONN_DIAL] = { "dial", BIT(CONN_IDLE) | BIT(CONN_DOWN), false },
	[CONN_IDLE] = { "idle", BIT(CONN_BUSY) | BIT(CONN_DOWN), true },
	[CONN_BUSY] = { "busy", BIT(CONN_IDLE) | BIT(CONN_HELD) | BIT(CONN_DOWN), true },
	[CONN_HELD] = { "held", BIT(CONN_BUSY) | BIT(CONN_DOWN), true },
};
_Static_assert(COUNT(STATES) == CONN_STATES, "one row per state");

void pgconn_enter(struct pgconn *c, enum pgconn_state next)
{
	assert(STATES[c->state].next & BIT(next));
	struct pglane_state *lane = &c->pool->lanes[c->lane];
	if (STATES[c->state].ready && !STATES[next].ready && --lane->ready == 0)
		lane->down_since_us = loop_now_us(c->pool->loop);
	if (!STATES[c->state].ready && STATES[next].ready)
		lane->ready++;
	c->state = next;
}

static void hang_up(struct pgconn *c)
{
	cancel_forget(c);
	watch_close(c->watch);
	c->watch = NULL;
	if (c->pg)
		PQfinish(c->pg);
	c->pg = NULL;
}

static void plan_dial(struct pgconn *c)
{
	uint64_t ms = BACKOFF_MIN_MS;
	for (unsigned i = 1; i < c->failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	ms = MIN(ms, (uint64_t)BACKOFF_MAX_MS);
	timer_set(c->timer, ms / 2 + random_u64() % (ms / 2 + 1));
}

static void dial_failed(struct pgconn *c, const struct err *e)
{
	struct pgpool *p = c->pool;
	p->last_error = *e;
	if (!p->down)
		log_warn(p->log, "the database can't be reached: %s", e->message);
	p->down = true;
	c->failures++;
	hang_up(c);
	pgconn_enter(c, CONN_DOWN);
	plan_dial(c);
}

static void dial_failed_pq(struct pgconn *c)
{
	struct err e;
	char text[ERR_MESSAGE_MAX];
	const char *said = c->pg ? PQerrorMessage(c->pg) : "out of memory";
	str why = pgerr_line(text, sizeof text, said);
	err_set(&e, ERR_UNAVAILABLE, "%.*s", STR_ARG(why));
	dial_failed(c, &e);
}

static void on_notice(void *arg, const PGresult *r)
{
	const struct pgconn *c = arg;
	str text = str_trim(str_from(PQresultErrorMessage(r)));
	log_debug(c->pool->log, "postgres: %.*s", STR_ARG(text));
}

static void on_ready(void *arg, int events);

static void dial_done(struct pgconn *c)
{
	struct pgpool *p = c->pool;
	struct err e;
	if (!session_check(c->pg, &e)) {
		dial_failed(c, &e);
		return;
	}
	if (PQsetnonblocking(c->pg, 1) != 0 || !PQenterPipelineMode(c->pg)) {
		dial_failed_pq(c);
		return;
	}
	PQsetNoticeReceiver(c->pg, on_notice, c);
	stmtcache_clear(&c->stmts);
	c->nevicted = 0;
	c->purge = false;
	timer_cancel(c->timer);
	c->watch = watch_open(p->loop, PQsocket(c->pg), on_ready, c);
	watch_set(c->watch, EV_READ);
	if (p->down)
		log_info(p->log, "the database can be reached again");
	p->down = false;
	p->last_error = (struct err){ 0 };
	c->failures = 0;
	pgconn_enter(c, CONN_IDLE);
	hook_again(p->hook);
}

static void dial_more(void *arg, int events)
{
	UNUSED(events);
	struct pgconn *c = arg;
	watch_close(c->watch);
	c->watch = NULL;
	int wait = EV_READ;
	switch (PQconnectPoll(c->pg)) {
	case PGRES_POLLING_OK: dial_done(c); return;
	case PGRES_POLLING_WRITING: wait = EV_WRITE; break;
	case PGRES_POLLING_READING: break;
	case PGRES_POLLING_ACTIVE:
	case PGRES_POLLING_FAILED: dial_failed_pq(c); return;
	}
	c->watch = watch_open(c->pool->loop, PQsocket(c->pg), dial_more, c);
	watch_set(c->watch, wait);
}

void conn_dial(struct pgconn *c)
{
	struct pgpool *p = c->pool;
	const struct session *s = &p->lanes[c->lane].session;
	c->pg = PQconnectStartParams(s->keywords, s->values, 1);
	if (!c->pg || PQstatus(c->pg) == CONNECTION_BAD) {
		dial_failed_pq(c);
		return;
	}
	pgconn_enter(c, CONN_DIAL);
	timer_set(c->timer, p->connect_timeout_ms);
	c->watch = watch_open(p->loop, PQsocket(c->pg), dial_more, c);
	watch_set(c->watch, EV_WRITE);
}

static void on_timer(void *arg)
{
	struct pgconn *c = arg;
	if (c->state == CONN_DOWN) {
		c->pool->stats.reconnects++;
		conn_dial(c);
	} else if (c->state == CONN_DIAL) {
		struct err e;
		err_set(&e, ERR_UNAVAILABLE, "no answer within %llu ms",
			(unsigned long long)c->pool->connect_timeout_ms);
		dial_failed(c, &e);
	} else { /* what was said before the end, then the loss */
		pipe_read(c);
		if (c->pg)
			conn_lost(c, PQerrorMessage(c->pg));
	}
}

/* Settles every job that is in flight, in the order in which they were sent. */
static void settle_lost(struct pgconn *c, const char *why)
{
	struct pgjob *held = c->held;
	c->held = NULL;
	for (unsigned i = 0; i < c->nops; i++) {
		struct pgjob *job = conn_op(c, i)->job;
		if (!job)
			continue;
		held = held == job ? NULL : held;
		pipe_detach(c, job);
		job_lost(c->pool, job, why);
	}
	c->nops = 0;
	if (held)
		job_lost(c->pool, held, why);
}

static void log_lost(struct pgpool *p, const char *why)
{
	uint64_t now = loop_now_us(p->loop);
	if (p->down || (p->lost_logged_us && now - p->lost_logged_us < LOG_LOST_EVERY_US))
		return;
	p->lost_logged_us = now;
	log_warn(p->log, "connection to the database lost: %s", why);
}

void conn_lost(struct pgconn *c, const char *why)
{
	char text[ERR_MESSAGE_MAX];
	pgerr_line(text, sizeof text, why);
	hang_up(c);
	c->cancel_us = 0;
	c->got_result = c->resync = false;
	pgconn_enter(c, CONN_DOWN);
	if (!c->pool->closing) {
		log_lost(c->pool, text);
		err_set(&c->pool->last_error, ERR_UNAVAILABLE, "%s", text);
		plan_dial(c);
	}
	settle_lost(c, text);
	hook_again(c->pool->hook);
}

/*
 * libpq closes its socket as soon as it reads the end, also when it reads because a write failed.
 * The watch must go at once: nothing would come of it, and the number may soon be another's.
 */
static bool has_ended(struct pgconn *c)
{
	if (PQsocket(c->pg) >= 0)
		return false;
	watch_close(c->watch);
	c->watch = NULL;
	return true;
}

void conn_flush(struct pgconn *c)
{
	int left = PQflush(c->pg);
	if (has_ended(c)) {
		timer_set(c->timer, 0); /* not now: the caller is in the middle of a batch */
		return;
	}
	/* A failed write shows again as a failed read, behind what the server still had to say. */
	watch_set(c->watch, left > 0 ? EV_READ | EV_WRITE : EV_READ);
}

static void on_ready(void *arg, int events)
{
	struct pgconn *c = arg;
	bool alive = true;
	if (events & (EV_READ | EV_HANGUP))
		alive = PQconsumeInput(c->pg) == 1;
	else
		conn_flush(c);
	alive &= !has_ended(c);
	pipe_read(c);
	if (!c->pg) /* lost on the way */
		return;
	if (!alive || PQstatus(c->pg) == CONNECTION_BAD)
		conn_lost(c, PQerrorMessage(c->pg));
	else if (events & EV_WRITE)
		conn_flush(c);
}

void conn_init(struct pgconn *c, struct pgpool *p, enum pglane lane)
{
	*c = (struct pgconn){ .pool = p, .lane = lane, .ops_cap = 64 };
	c->ops = mem_alloc(c->ops_cap * sizeof *c->ops);
	c->timer = timer_open(p->loop, on_timer, c);
}

void conn_fini(struct pgconn *c)
{
	if (c->state != CONN_DOWN)
		conn_lost(c, "the server is shutting down");
	timer_close(c->timer);
	stmtcache_fini(&c->stmts);
	mem_free(c->evicted);
	mem_free(c->ops);
}
