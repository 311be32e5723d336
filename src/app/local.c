/*
 * local - a project's database and schema, and an engine that is made when the first request comes.
 *
 * The engine's loop is turned here, by whoever asks, until the answer is there. Between requests
 * nobody turns it.
 */
#include "app/local.h"

#include "app/dev.h"
#include "app/options.h"
#include "base/clock.h"
#include "ev/file.h"
#include "ev/loop.h"

struct local {
	struct arena *arena;
	const struct settings *settings;
	const struct log *log;
	struct dev_database *database; /* the private one, or NULL */
	const struct host *host;
	const struct model *model;
	struct loop *loop; /* these three from the first request on */
	struct pgpool *pool;
	struct engine *engine;
};

/* ---- the database ---- */

static bool open_private(struct local *l, struct err *e)
{
	bool changed;
	struct diagnostics problems = { 0 };
	if (!dev_database_start(l->settings, l->log, true, &l->database, e))
		return false;
	if (dev_database_apply(l->database, &changed, l->arena, &problems, e))
		return true;
	project_log(&problems, l->log);
	return problems.n == 0 || err_set(e, ERR_SCHEMA, "the SQL can't be run");
}

static bool find_database(struct local *l, bool private_database, struct err *e)
{
	str dir = l->settings->dir;
	if (settings_is_set(l->settings, SETTING_DATABASE))
		return true;
	if (private_database && file_is_dir(str_z(l->arena, file_join(l->arena, dir, S("db")))))
		return open_private(l, e);
	return err_set(e, ERR_CONFIG,
		"no database: set DATABASE_URL, database in fraiseql.yaml, or --database%s",
		private_database ? "; or write db/schema/*.sql for a private one" : "");
}

bool local_open(const struct settings *s, const struct log *log, bool private_database,
	struct local **out, struct err *e)
{
	struct arena *a = arena_open(0);
	struct local *l = arena_new(a, struct local);
	*l = (struct local){ .arena = a, .settings = s, .log = log };
	if (find_database(l, private_database, e)) {
		*out = l;
		return true;
	}
	local_close(l);
	return false;
}

const char *local_conninfo(const struct local *l)
{
	return l->database ? dev_database_conninfo(l->database)
			   : settings_text(l->settings, SETTING_DATABASE);
}

/* ---- the schema ---- */

bool local_compile(struct local *l, struct arena *a, struct compiled *out, struct err *e)
{
	if (!project_compile(a, l->settings, local_conninfo(l), l->log, out, e))
		return false;
	if (!out->model)
		return true;
	if (l->host && !host_check(l->host, out->model, l->log, e)) {
		model_unref(out->model);
		out->model = NULL;
		return false;
	}
	if (l->engine)
		engine_swap(l->engine, out->model);
	if (l->model)
		model_unref(l->model);
	l->model = out->model;
	return true;
}

void local_set_host(struct local *l, const struct host *host)
{
	l->host = host;
}

const struct model *local_model(const struct local *l)
{
	return l->model;
}

/* ---- a request ---- */

static bool open_engine(struct local *l, struct err *e)
{
	if (l->engine)
		return true;
	if (!l->loop)
		l->loop = loop_open();
	struct pgpool_options pool = options_pool(l->settings, local_conninfo(l), 1, l->log);
	for (size_t i = 0; i < PGLANE_COUNT; i++)
		pool.lanes[i].connections = 1;
	if (!pgpool_open(l->loop, &pool, &l->pool, e))
		return false;
	struct engine_options o = options_engine(l->settings, l->host);
	o.loop = l->loop;
	o.pool = l->pool;
	o.log = l->log;
	o.model = l->model;
	l->engine = engine_open(&o);
	return true;
}

struct waiting {
	struct exec_request exec; /* first: on_done gets its address */
	struct exec_response *response;
	bool done;
};

static void on_done(struct exec_request *exec, const struct exec_response *response)
{
	struct waiting *c = (struct waiting *)(void *)exec;
	*c->response = *response;
	c->done = true;
}

bool local_execute(struct local *l, struct arena *a, const struct local_request *r,
	struct exec_response *out, struct err *e)
{
	if (!open_engine(l, e))
		return false;
	/* Since the last request the loop stood still: its clock, and what connections had to say.
	 */
	loop_turn(l->loop, false);
	struct waiting *c = arena_new(a, struct waiting);
	c->exec = (struct exec_request){ .arena = a,
		.query = r->query,
		.operation_name = r->operation,
		.variables = r->variables,
		.request_id = str_printf(a, "%016llx%016llx", (unsigned long long)random_u64(),
			(unsigned long long)random_u64()),
		.identity = r->identity,
		.on_done = on_done };
	c->response = out;
	engine_execute(l->engine, &c->exec);
	while (!c->done)
		loop_turn(l->loop, true);
	out->operation_name = str_dup(a, out->operation_name);
	return true;
}

void local_close(struct local *l)
{
	if (!l)
		return;
	if (l->pool)
		pgpool_close(l->pool);
	if (l->engine)
		engine_close(l->engine);
	if (l->loop)
		loop_close(l->loop);
	if (l->model)
		model_unref(l->model);
	dev_database_stop(l->database);
	arena_close(l->arena);
}
