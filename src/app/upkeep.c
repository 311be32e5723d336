/*
 * upkeep - a table of tasks, each with a timer and a job.
 *
 * A task is one statement. It is left out while the database lacks the function that it calls (the
 * schema "fraiseql" is not installed, or an older one) or the role may not execute it. A statement
 * that returns true has more to do and runs again at once; else the task rests for its period.
 */
#include "app/upkeep.h"

#include "ev/loop.h"
#include "exec/engine.h"
#include "pg/pool.h"

enum { TASK_PARAMS = 1, FIRST_MS = 200, PARAM_MAX = 32 };

static const struct task {
	const char *function, *sql;
	const char *what;      /* is not done where the role may not */
	const char *failed;    /* what to run when it failed, or NULL */
	enum setting_id every; /* the period; 0 switches it off … */
	uint64_t every_ms;     /* … or this, when `keep` is the setting that switches it off */
	enum setting_id keep;  /* the parameter, a duration */
	bool has_keep;
} TASKS[] = {
	{ .function = "fraiseql.saga_run",
		.sql = "select fraiseql.saga_run()",
		.what = "steps of sagas are not run here",
		.failed = "select fraiseql.saga_put_off()",
		.every = SETTING_SAGAS_POLL },
	{ .function = "fraiseql.change_log_maintain",
		.sql = "select fraiseql.change_log_maintain($1::interval) is null",
		.what = "the change log's partitions are not looked after here",
		.every_ms = 3600000,
		.keep = SETTING_CHANGE_LOG_KEEP,
		.has_keep = true },
};

struct running {
	struct upkeep *upkeep;
	const struct task *task;
	uint64_t every_ms;
	struct timer *timer;
	struct pgjob job;
	struct pgstmt stmt, failed;
	struct pgparam param;
	char keep[PARAM_MAX];
	bool again;      /* there is more to do */
	bool has_failed; /* `failed` is next */
	bool told;       /* that the role may not execute the function */
};

struct upkeep {
	struct upkeep_options o;
	struct running running[COUNT(TASKS)];
	bool stopped;
};

static void submit(struct running *r);

static void on_result(struct pgjob *job, int statement, const struct pgresult *result)
{
	struct running *r = job->user;
	UNUSED(statement);
	r->again = !r->task->has_keep && !r->has_failed && pgresult_rows(result) == 1 &&
		str_eq(pgresult_get(result, 0, 0), S("t"));
}

static void on_done(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct running *r = job->user;
	UNUSED(diag);
	if (e && !r->upkeep->stopped)
		log_warn(r->upkeep->o.log, "%s: %s", r->task->function, e->message);
	if (r->upkeep->stopped)
		return;
	r->has_failed = e && r->task->failed && !r->has_failed;
	timer_set(r->timer, r->again && !e ? 0 : r->every_ms);
}

static void submit(struct running *r)
{
	const struct upkeep *u = r->upkeep;
	r->again = false;
	r->job = (struct pgjob){ .lane = PGLANE_SLOW,
		.tx = PGTX_NONE,
		.stmts = r->has_failed ? &r->failed : &r->stmt,
		.nstmts = 1,
		.on_result = on_result,
		.on_done = on_done,
		.user = r };
	pgpool_submit(u->o.pool, &r->job);
}

static void on_tick(void *arg)
{
	struct running *r = arg;
	const struct model *m = engine_model(r->upkeep->o.engine);
	const struct cat_function *fn =
		m ? catalog_function(m->catalog, str_from(r->task->function)) : NULL;
	bool closed = fn && fn->closed;
	if (closed && !r->told)
		log_info(r->upkeep->o.log, "%s: the database role has no EXECUTE on %s",
			r->task->what, r->task->function);
	r->told = closed;
	if (fn && !closed)
		submit(r);
	else
		timer_set(r->timer, r->every_ms);
}

static void begin(struct upkeep *u, struct running *r, const struct task *t)
{
	const struct settings *s = u->o.settings;
	uint64_t switch_ms = settings_number(s, t->has_keep ? t->keep : t->every);
	if (switch_ms == 0)
		return;
	r->upkeep = u;
	r->task = t;
	r->every_ms = t->has_keep ? t->every_ms : switch_ms;
	r->stmt = (struct pgstmt){ .sql = t->sql, .key = str_hash(str_from(t->sql), 0) };
	if (t->failed)
		r->failed = (struct pgstmt){ .sql = t->failed,
			.key = str_hash(str_from(t->failed), 0) };
	if (t->has_keep) {
		snprintf(r->keep, sizeof r->keep, "%llu milliseconds",
			(unsigned long long)switch_ms);
		r->param = (struct pgparam){ .text = str_from(r->keep) };
		r->stmt.params = &r->param;
		r->stmt.nparams = TASK_PARAMS;
	}
	r->timer = timer_open(u->o.loop, on_tick, r);
	timer_set(r->timer, FIRST_MS);
}

struct upkeep *upkeep_open(const struct upkeep_options *o)
{
	struct upkeep *u = mem_new(struct upkeep);
	u->o = *o;
	for (size_t i = 0; i < COUNT(TASKS); i++)
		begin(u, &u->running[i], &TASKS[i]);
	return u;
}

void upkeep_stop(struct upkeep *u)
{
	if (!u)
		return;
	u->stopped = true;
	for (size_t i = 0; i < COUNT(TASKS); i++)
		if (u->running[i].timer)
			timer_cancel(u->running[i].timer);
}

void upkeep_close(struct upkeep *u)
{
	if (!u)
		return;
	for (size_t i = 0; i < COUNT(TASKS); i++)
		if (u->running[i].timer)
			timer_close(u->running[i].timer);
	mem_free(u);
}
