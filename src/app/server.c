/*
 * server - starts everything in the order in which it is needed, waits for signals and changes, and
 * stops it in the opposite order.
 *
 * The main thread runs a control loop: signals (TERM and INT stop, HUP compiles anew) and, in
 * development, the watch over the project's files. Compilation happens here, beside the serving
 * threads; a model that compiles is sent to every worker, one that does not leaves the old one
 * serving and is reported.
 */
#include "app/server.h"

#include "app/dev.h"
#include "app/project.h"
#include "app/pulling.h"
#include "app/worker.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "ev/file.h"
#include "ev/loop.h"
#include "pg/sync.h"

#include <signal.h>
#include <string.h>

struct server {
	const struct settings *settings;
	enum server_mode mode;
	struct log log;
	struct arena *arena;
	struct loop *loop;
	struct dev_database *database;
	struct dev_watch *watch;
	struct worker_shared shared;
	struct worker **workers;
	unsigned nworkers;
	bool started;
	const struct model *model;
	uint64_t generation; /* of the status that GraphiQL's page polls */
	enum server_end end;
};

struct log server_log(const struct settings *s)
{
	static const enum log_level LEVELS[] = { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO,
		LOG_LEVEL_DEBUG };
	struct log l = log_stderr();
	l.level = LEVELS[settings_number(s, SETTING_LOG_LEVEL)];
	l.json = settings_number(s, SETTING_LOG_FORMAT) == 1;
	return l;
}

void server_mode_defaults(struct settings *s, enum server_mode mode)
{
	static const enum setting_id DEV_ON[] = { SETTING_GRAPHIQL, SETTING_ERRORS_DEBUG };
	str value = mode == MODE_DEV ? S("true") : S("false");
	str source = mode == MODE_DEV ? S("default of dev") : S("default of serve");
	for (size_t i = 0; i < COUNT(DEV_ON); i++)
		(void)!settings_set(s, DEV_ON[i], value, FROM_MODE, source, NULL);
}

/* ---- the status for the page ---- */

static void put_status(struct jwrite *w, const struct server *s, const struct diagnostics *d)
{
	jw_object(w);
	jw_key(w, S("generation"));
	jw_i64(w, (int64_t)s->generation);
	jw_key(w, S("ok"));
	jw_bool(w, d->errors == 0);
	if (d->errors) {
		jw_key(w, S("errors"));
		jw_array(w);
		for (size_t i = 0; i < d->n; i++) {
			struct buf one = buf_on(s->shared.status_arena);
			if (d->at[i].severity != DIAG_ERROR)
				continue;
			diagnostic_print_json(&one, &d->at[i]);
			jw_raw(w, buf_str(&one));
		}
		jw_end_array(w);
	}
	jw_end_object(w);
}

static void publish_status(struct server *s, const struct diagnostics *d)
{
	pthread_mutex_lock(&s->shared.mutex);
	arena_reset(s->shared.status_arena);
	struct buf b = buf_on(s->shared.status_arena);
	struct jwrite w = jwrite_on(&b);
	put_status(&w, s, d);
	s->shared.dev_status = buf_str(&b);
	pthread_mutex_unlock(&s->shared.mutex);
}

/* An error whose message may begin with `file` and its line: "fraiseql.yaml:3: …". */
static void publish_error(struct server *s, const struct err *e, str file)
{
	struct diagnostic one = { .severity = DIAG_ERROR, .message = str_from(e->message) };
	str rest = one.message;
	uint64_t line;
	if (file.n && str_starts(rest, file) && str_starts(str_sub(rest, file.n, rest.n), S(":"))) {
		rest = str_sub(rest, file.n + 1, rest.n);
		bool placed = num_u64(str_split(&rest, ':'), &line) && line <= UINT32_MAX;
		one.file = file;
		one.line = placed ? (uint32_t)line : 0;
		one.message = placed ? str_trim(rest) : one.message;
	}
	struct diagnostics d = { .at = &one, .n = 1, .errors = 1 };
	publish_status(s, &d);
}

/* ---- compiling ---- */

static const char *conninfo(const struct server *s)
{
	return s->database ? dev_database_conninfo(s->database)
			   : settings_text(s->settings, SETTING_DATABASE);
}

static void use_model(struct server *s, const struct model *m)
{
	if (s->model)
		model_unref(s->model);
	s->model = m;
	s->generation++;
	for (unsigned i = 0; i < s->nworkers; i++)
		worker_send_model(s->workers[i], m);
}

/* Compiles and, when that works, serves the result. */
static bool compile(struct server *s, struct err *e)
{
	struct arena *a = arena_open(0);
	struct compiled c;
	uint64_t start = clock_mono_us();
	bool ok = project_compile(a, s->settings, conninfo(s), &s->log, &c, e);
	if (!ok) {
		publish_error(s, e, STR_NONE);
	} else {
		struct err unread;
		if (c.model && s->mode == MODE_DEV &&
			!pulling_misses(&c, conninfo(s), &s->log, &unread))
			log_debug(&s->log, "documents of views: %s", unread.message);
		project_log(&c.diagnostics, &s->log);
		publish_status(s, &c.diagnostics);
		ok = c.model ||
			err_set(e, ERR_SCHEMA, "the schema does not compile%s",
				s->model ? "; the previous one keeps serving" : "");
	}
	if (ok && !host_check(s->shared.host, c.model, &s->log, e)) {
		model_unref(c.model);
		ok = false;
	}
	if (ok) {
		use_model(s, c.model);
		log_info(&s->log, "schema compiled: %zu types in %.1f ms", c.model->gql->ntypes,
			(double)(clock_mono_us() - start) / 1000);
	}
	arena_close(a);
	return ok;
}

/* The project's SQL into its private database, if it has one. */
static bool apply_sql(struct server *s, struct err *e)
{
	bool changed;
	struct diagnostics problems = { 0 };
	struct arena *a = arena_open(0);
	bool ok = !s->database || dev_database_apply(s->database, &changed, a, &problems, e);
	if (!ok && problems.n) {
		project_log(&problems, &s->log);
		publish_status(s, &problems);
		err_set(e, ERR_SCHEMA, "the SQL can't be run%s",
			s->model ? "; the previous database keeps serving" : "");
	} else if (!ok) {
		publish_error(s, e, STR_NONE);
	}
	arena_close(a);
	return ok;
}

static void reload(struct server *s, bool sql)
{
	struct err e;
	if ((sql && !apply_sql(s, &e)) || !compile(s, &e))
		log_error(&s->log, "%s", e.message);
}

/* ---- changes and signals ---- */

/* Would a start with what is in the file now get as far as this one did? */
static bool try_config(const struct server *s, struct arena *a, str path, struct err *e)
{
	struct settings fresh = *s->settings;
	struct source_file *files;
	struct pgsync *db;
	size_t n;
	fresh.arena = a;
	settings_forget(&fresh, FROM_FILE);
	if (!file_exists(str_z(a, path)) && !s->settings->config_named)
		return true; /* it was removed: the defaults will do */
	if (!settings_read_file(&fresh, str_z(a, path), e) || !settings_check(&fresh, e) ||
		!project_schema_files(a, &fresh, &files, &n, e))
		return false;
	if (!settings_is_set(&fresh, SETTING_DATABASE))
		return true;
	if (!pgsync_open(settings_text(&fresh, SETTING_DATABASE), "fraiseql", &s->log, &db, e))
		return false;
	pgsync_close(db);
	return true;
}

static void on_config(struct server *s)
{
	struct arena *a = arena_open(0);
	str path = s->settings->config_path;
	struct err e;
	if (!path.n)
		path = file_join(a, s->settings->dir, S("fraiseql.yaml"));
	if (try_config(s, a, path, &e)) {
		log_info(&s->log, "%.*s changed: starting again", STR_ARG(path));
		s->end = END_RESTART;
		loop_stop(s->loop);
	} else {
		log_error(&s->log, "%s", e.message);
		publish_error(s, &e, path);
	}
	arena_close(a);
}

static void on_change(void *arg, unsigned changes)
{
	struct server *s = arg;
	if (changes & (CHANGED_SCHEMA | CHANGED_SQL))
		reload(s, changes & CHANGED_SQL);
	if (changes & CHANGED_CONFIG)
		on_config(s);
}

static void on_stop(void *arg)
{
	struct server *s = arg;
	log_info(&s->log, "stopping");
	s->end = END_STOPPED;
	loop_stop(s->loop);
}

static void on_hangup(void *arg)
{
	struct server *s = arg;
	log_info(&s->log, "SIGHUP: compiling the schema anew");
	reload(s, false);
}

/* Keeps the control loop waiting although signals alone do not. */
static void on_pulse(void *arg)
{
	UNUSED(arg);
}

/* ---- start and stop ---- */

/* Beside PostgreSQL half of the cores are enough to keep both busy, and fewer queues make larger
 * batches. */
static unsigned worker_count(const struct server *s)
{
	unsigned n = (unsigned)settings_number(s->settings, SETTING_WORKERS);
	unsigned cores = thread_cores();
	if (pgpool_is_local(conninfo(s)))
		cores = (cores + 1) / 2;
	return n ? n : MIN(cores, 4u);
}

static bool open_workers(struct server *s, struct err *e)
{
	unsigned n = worker_count(s);
	unsigned port = (unsigned)settings_number(s->settings, SETTING_PORT);
	s->workers = arena_array(s->arena, struct worker *, n);
	for (; s->nworkers < n; s->nworkers++) {
		if (!worker_open(&s->shared, s->nworkers, n, port, s->model,
			    &s->workers[s->nworkers], e))
			return false;
		port = http_server_port(s->workers[0]->http);
	}
	return true;
}

static void close_workers(struct server *s)
{
	for (unsigned i = 0; i < s->nworkers; i++)
		if (s->started)
			worker_stop(s->workers[i]);
	for (unsigned i = 0; i < s->nworkers; i++)
		worker_join(s->workers[i]);
	s->nworkers = 0;
}

static bool open_database(struct server *s, struct err *e)
{
	if (settings_is_set(s->settings, SETTING_DATABASE))
		return true;
	if (s->mode == MODE_DEV)
		return dev_database_start(s->settings, &s->log, false, &s->database, e);
	return err_set(e, ERR_CONFIG,
		"no database: set DATABASE_URL, database in fraiseql.yaml, or --database. "
		"Without one, use: fraiseql dev");
}

static void say_where(struct server *s)
{
	const char *scheme =
		settings_is_set(s->settings, SETTING_TLS_CERTIFICATE) ? "https" : "http";
	unsigned port = server_port(s);
	const char *host = settings_text(s->settings, SETTING_HOST);
	bool page = settings_flag(s->settings, SETTING_GRAPHIQL);
	log_info(&s->log, "serving %s://%s:%u/graphql, workers: %u%s", scheme, host, port,
		s->nworkers, page ? "; GraphiQL is at /" : "");
	if (s->database)
		log_info(&s->log, "its database: psql \"%s\"", conninfo(s));
}

enum server_end server_wait(struct server *s)
{
	struct sigwatch *signals[] = { sigwatch_open(s->loop, SIGTERM, on_stop, s),
		sigwatch_open(s->loop, SIGINT, on_stop, s),
		sigwatch_open(s->loop, SIGHUP, on_hangup, s) };
	struct timer *pulse = timer_open(s->loop, on_pulse, s);
	timer_every(pulse, 3600 * 1000);
	server_start(s); /* whoever reads that it serves may end it */
	loop_run(s->loop);
	timer_close(pulse);
	for (size_t i = 0; i < COUNT(signals); i++)
		sigwatch_close(signals[i]);
	return s->end;
}

/* In development a project with problems is served, too: it says what they are. */
static bool prepare(struct server *s, struct err *e)
{
	if (!open_database(s, e))
		return false;
	if (!apply_sql(s, e) || !compile(s, e)) {
		if (s->mode == MODE_SERVE || e->code == ERR_CONFIG)
			return false;
		log_error(&s->log, "%s", e->message);
	}
	s->shared.conninfo = conninfo(s);
	return open_workers(s, e);
}

bool server_open(const struct settings *settings, enum server_mode mode, const struct host *host,
	struct server **out, struct err *e)
{
	struct arena *a = arena_open(0);
	struct server *s = arena_new(a, struct server);
	*s = (struct server){ .settings = settings,
		.mode = mode,
		.log = server_log(settings),
		.arena = a,
		.loop = loop_open(),
		.end = END_STOPPED };
	s->shared = (struct worker_shared){ .settings = settings,
		.log = &s->log,
		.dev = mode == MODE_DEV,
		.host = host,
		.status_arena = arena_open(0),
		.dev_status = S("{\"generation\":0,\"ok\":true}") };
	pthread_mutex_init(&s->shared.mutex, NULL);
	/* Before anything is read, so that no change is missed. */
	if (mode == MODE_DEV)
		s->watch = dev_watch_open(s->loop, settings, on_change, s);
	if (prepare(s, e)) {
		*out = s;
		return true;
	}
	server_close(s);
	return false;
}

void server_start(struct server *s)
{
	for (unsigned i = 0; i < s->nworkers; i++)
		worker_start(s->workers[i]);
	s->started = true;
	say_where(s);
}

unsigned server_port(const struct server *s)
{
	return http_server_port(s->workers[0]->http);
}

bool server_reload(struct server *s, struct err *e)
{
	return apply_sql(s, e) && compile(s, e);
}

void server_close(struct server *s)
{
	if (!s)
		return;
	close_workers(s);
	dev_watch_close(s->watch);
	dev_database_stop(s->database);
	if (s->model)
		model_unref(s->model);
	loop_close(s->loop);
	pthread_mutex_destroy(&s->shared.mutex);
	arena_close(s->shared.status_arena);
	arena_close(s->arena);
}

enum server_end server_run(const struct settings *settings, enum server_mode mode, struct err *e)
{
	struct server *s;
	signal(SIGPIPE, SIG_IGN);
	files_raise_limit();
	if (!server_open(settings, mode, NULL, &s, e))
		return END_FAILED;
	enum server_end end = server_wait(s);
	server_close(s);
	return end;
}
