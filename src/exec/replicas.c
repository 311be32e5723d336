/*
 * replicas - which replica has what.
 *
 * A timer asks each replica how far it has replayed, and the primary where it is; while reads wait
 * for a replica, replicas are asked again as soon as they have answered. How far a replica lags is
 * told by the primary's places of the past: it must have replayed the newest that is `lag_max_ms`
 * old.
 */
#include "exec/replicas.h"

#include "base/arena.h"
#include "base/num.h"
#include "ev/loop.h"

#include <stdio.h>

enum { PAST = 64, TICK_MIN_MS = 50, TICK_MAX_MS = 1000, HURRY_MS = 2 };

static const char WHERE[] =
	"select (case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else "
	"pg_current_wal_insert_lsn() end - '0/0'::pg_lsn)::text";

const struct pgstmt REPLICAS_WHERE = { .sql = WHERE, .key = 0x5245504c49434153 };

struct server { /* a replica, or the primary */
	struct replicas *all;
	struct pgpool *pool;
	struct pgjob job;
	bool asking;
	uint64_t place; /* what it has said last; 0 = nothing yet */
};

struct replicas {
	struct replicas_options o;
	struct server primary, *at;
	struct timer *tick, *hurry;
	struct {
		uint64_t us, place;
	} past[PAST]; /* a ring of the primary's places */
	size_t npast, turn;
	struct replica_wait *first, *last;
};

/* ---- tokens ---- */

static uint64_t check_of(const struct replicas *r, uint64_t lsn)
{
	return str_hash((str){ (const char *)&lsn, sizeof lsn }, r->o.seed) >> 32;
}

void replicas_token(const struct replicas *r, uint64_t lsn, char out[REPLICA_TOKEN_MAX])
{
	snprintf(out, REPLICA_TOKEN_MAX, "1-%016llx-%08llx", (unsigned long long)lsn,
		(unsigned long long)check_of(r, lsn));
}

static bool read_hex(str text, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool digit = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
		if (!digit && !letter)
			return false;
		*out = *out * 16 + (uint64_t)(digit ? c - '0' : c - 'a' + 10);
	}
	return true;
}

uint64_t replicas_place(const struct replicas *r, str token)
{
	uint64_t lsn, check;
	str rest = token;
	if (!token.n)
		return 0;
	str version = str_split(&rest, '-'), place = str_split(&rest, '-');
	bool formed = str_eq(version, S("1")) && place.n == 16 && rest.n == 8;
	bool ours = formed && read_hex(place, &lsn) && read_hex(rest, &check) &&
		check == check_of(r, lsn);
	return ours ? lsn : UINT64_MAX;
}

uint64_t replicas_read_place(const struct pgresult *r)
{
	uint64_t place;
	bool ok = pgresult_rows(r) == 1 && num_u64(pgresult_get(r, 0, 0), &place);
	return ok ? place : UINT64_MAX;
}

/* ---- choosing ---- */

static bool is_connected(const struct server *s)
{
	return pgpool_ready(s->pool, PGLANE_FAST) > 0 && pgpool_ready(s->pool, PGLANE_ISOLATED) > 0;
}

static bool is_fresh(const struct replicas *r, const struct server *s)
{
	uint64_t now = loop_now_us(r->o.loop), lag = r->o.lag_max_ms * 1000;
	if (lag == 0)
		return true;
	for (size_t i = 0; i < PAST && i < r->npast; i++) { /* the newest first */
		size_t at = (r->npast - 1 - i) % PAST;
		if (r->past[at].us + lag <= now)
			return s->place >= r->past[at].place;
	}
	return true;
}

/* A replica that has `lsn`, in turn; NULL when there is none. */
static struct pgpool *choose(struct replicas *r, uint64_t lsn)
{
	for (size_t i = 0; i < r->o.n; i++) {
		const struct server *s = &r->at[(r->turn + i) % r->o.n];
		if (!s->place || s->place < lsn || !is_connected(s) || !is_fresh(r, s))
			continue;
		r->turn = (r->turn + i + 1) % r->o.n;
		return s->pool;
	}
	return NULL;
}

static bool can_wait(const struct replicas *r)
{
	for (size_t i = 0; i < r->o.n; i++)
		if (is_connected(&r->at[i]) && is_fresh(r, &r->at[i]))
			return true;
	return false;
}

/* ---- waiting ---- */

static void ask(struct server *s);

static void unlink_wait(struct replicas *r, struct replica_wait *w)
{
	*(w->prev ? &w->prev->next : &r->first) = w->next;
	*(w->next ? &w->next->prev : &r->last) = w->prev;
	w->next = w->prev = NULL;
	w->waiting = false;
}

/* Lets those go on that have what they wait for, or have waited long enough. */
static void serve_waiting(struct replicas *r)
{
	uint64_t now = loop_now_us(r->o.loop);
	for (struct replica_wait *w = r->first, *next; w; w = next) {
		struct pgpool *pool = choose(r, w->lsn);
		next = w->next;
		if (!pool && now < w->until_us && can_wait(r))
			continue;
		unlink_wait(r, w);
		w->fn(w, pool ? pool : r->o.primary);
	}
}

static void on_hurry(void *arg)
{
	struct replicas *r = arg;
	serve_waiting(r);
	for (size_t i = 0; r->first && i < r->o.n; i++)
		ask(&r->at[i]);
	if (r->first)
		timer_set(r->hurry, HURRY_MS);
}

void replicas_find(struct replicas *r, struct replica_wait *w)
{
	struct pgpool *pool = choose(r, w->lsn);
	bool hopeless = w->lsn == UINT64_MAX || r->o.wait_ms == 0 || !can_wait(r);
	if (pool || w->lsn == 0 || hopeless) {
		w->fn(w, pool ? pool : r->o.primary);
		return;
	}
	w->until_us = loop_now_us(r->o.loop) + r->o.wait_ms * 1000;
	w->waiting = true;
	w->next = NULL;
	w->prev = r->last;
	*(r->last ? &r->last->next : &r->first) = w;
	r->last = w;
	for (size_t i = 0; i < r->o.n; i++)
		ask(&r->at[i]);
	timer_set(r->hurry, HURRY_MS);
}

void replicas_forget(struct replicas *r, struct replica_wait *w)
{
	unlink_wait(r, w);
}

/* ---- asking ---- */

static void note_past(struct replicas *r, uint64_t place)
{
	r->past[r->npast % PAST].us = loop_now_us(r->o.loop);
	r->past[r->npast % PAST].place = place;
	r->npast++;
}

static void on_place(struct pgjob *job, int statement, const struct pgresult *result)
{
	struct server *s = job->user;
	uint64_t place = replicas_read_place(result);
	UNUSED(statement);
	if (place == UINT64_MAX)
		return;
	if (s == &s->all->primary)
		note_past(s->all, place);
	else if (place > s->place)
		s->place = place;
}

static void on_asked(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct server *s = job->user;
	UNUSED(e);
	UNUSED(diag);
	s->asking = false;
}

static void ask(struct server *s)
{
	if (s->asking || pgpool_ready(s->pool, PGLANE_FAST) == 0)
		return;
	s->asking = true;
	s->job = (struct pgjob){ .lane = PGLANE_FAST,
		.tx = PGTX_NONE,
		.stmts = &REPLICAS_WHERE,
		.nstmts = 1,
		.on_result = on_place,
		.on_done = on_asked,
		.user = s };
	pgpool_submit(s->pool, &s->job);
}

static void on_tick(void *arg)
{
	struct replicas *r = arg;
	ask(&r->primary);
	for (size_t i = 0; i < r->o.n; i++) {
		if (!is_connected(&r->at[i]))
			r->at[i].place = 0; /* who knows what it is when it comes back */
		ask(&r->at[i]);
	}
}

/* ---- open and close ---- */

static void init_server(struct replicas *r, struct server *s, struct pgpool *pool)
{
	s->all = r;
	s->pool = pool;
}

struct replicas *replicas_open(const struct replicas_options *o)
{
	struct replicas *r = mem_new(struct replicas);
	uint64_t tick = o->lag_max_ms ? o->lag_max_ms / (PAST / 2) : TICK_MAX_MS;
	r->o = *o;
	init_server(r, &r->primary, o->primary);
	r->at = mem_alloc(o->n * sizeof *r->at);
	for (size_t i = 0; i < o->n; i++)
		init_server(r, &r->at[i], o->pools[i]);
	r->tick = timer_open(o->loop, on_tick, r);
	r->hurry = timer_open(o->loop, on_hurry, r);
	timer_every(r->tick, MIN(MAX(tick, (uint64_t)TICK_MIN_MS), (uint64_t)TICK_MAX_MS));
	return r;
}

void replicas_close(struct replicas *r)
{
	if (!r)
		return;
	timer_close(r->tick);
	timer_close(r->hurry);
	mem_free(r->at);
	mem_free(r);
}
