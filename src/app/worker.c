/*
 * worker - opens what a serving thread needs, in the order in which it is needed, and closes it the
 * other way round.
 *
 * A stop is graceful: the listener stops accepting, running requests get `timeout.drain`, then
 * everything is closed.
 */
#include "app/worker.h"

#include "app/options.h"
#include "app/route.h"
#include "app/upkeep.h"
#include "base/clock.h"
#include "ev/file.h"
#include "ev/loop.h"
#include "gen/pages.h"

#include <stdio.h>

enum { DRAIN_TICK_MS = 5, PEM_MAX = 1024 * 1024 };

/* What GraphiQL needs: its editor sets styles by itself. Everything is from here. */
static const char PAGE_CSP[] =
	"default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; "
	"font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
	"frame-ancestors 'none'";

/* ---- pool and engine ---- */

static bool open_pool(struct worker *w, unsigned workers, struct err *e)
{
	const struct worker_shared *shared = w->shared;
	struct pgpool_options o =
		options_pool(shared->settings, shared->conninfo, workers, shared->log);
	return pgpool_open(w->loop, &o, &w->pool, e);
}

/* Texts of key=value have blanks in them, which part the replicas. */
static bool is_uri(str url)
{
	return str_starts(url, S("postgresql://")) || str_starts(url, S("postgres://"));
}

/* One pool each, like that of the primary. */
static bool open_replicas(struct worker *w, unsigned workers, struct err *e)
{
	const struct worker_shared *shared = w->shared;
	struct arena *a = arena_open(0);
	str rest = str_from(settings_text(shared->settings, SETTING_REPLICAS_URLS));
	bool ok = true;
	while (ok && rest.n > 0) {
		str url = str_split(&rest, ' ');
		if (!url.n)
			continue;
		struct pgpool_options o =
			options_pool(shared->settings, str_z(a, url), workers, shared->log);
		w->replica_pools =
			mem_grow(w->replica_pools, (w->nreplicas + 1) * sizeof(struct pgpool *));
		ok = (is_uri(url) ||
			     err_set(e, ERR_CONFIG, "\"%.*s\" is no postgresql:// URI",
				     STR_ARG(url))) &&
			pgpool_open(w->loop, &o, &w->replica_pools[w->nreplicas], e);
		ok = ok || err_prefix(e, "replicas.urls: ");
		w->nreplicas += ok;
	}
	arena_close(a);
	if (!ok || !w->nreplicas)
		return ok;
	struct replicas_options o = options_replicas(shared->settings);
	o.loop = w->loop;
	o.log = shared->log;
	o.primary = w->pool;
	o.pools = w->replica_pools;
	o.n = w->nreplicas;
	w->replicas = replicas_open(&o);
	return true;
}

static void open_engine(struct worker *w, const struct model *m)
{
	struct engine_options o = options_engine(w->shared->settings, w->shared->host);
	o.loop = w->loop;
	o.pool = w->pool;
	o.replicas = w->replicas;
	o.log = w->shared->log;
	o.model = m;
	w->engine = engine_open(&o);
}

/* ---- routes ---- */

static void add_route(struct worker *w, size_t *n, const char *path, unsigned methods,
	http_handler *fn, void *arg)
{
	w->routes[(*n)++] = (struct http_route){ path, methods, fn, arg };
}

static void set_routes(struct worker *w)
{
	size_t n = 0;
	add_route(w, &n, "/graphql", BIT(HTTP_GET) | BIT(HTTP_POST), route_graphql, w);
	add_route(w, &n, "/health", BIT(HTTP_GET), route_health, w);
	add_route(w, &n, "/ready", BIT(HTTP_GET), route_ready, w);
	if (w->shared->dev)
		add_route(w, &n, "/_dev/status", BIT(HTTP_GET), route_dev_status, w);
	if (settings_flag(w->shared->settings, SETTING_GRAPHIQL)) {
		w->pages = (struct assets){ .files = pages_files,
			.prefix = "/",
			.index = "index.html",
			.csp = PAGE_CSP };
		add_route(w, &n, "/*", BIT(HTTP_GET), assets_serve, &w->pages);
	}
}

static bool read_pem(struct arena *a, const struct settings *s, enum setting_id id,
	const char **out, struct err *e)
{
	const char *path = settings_path(s, id);
	str text;
	if (!path)
		return true;
	if (!file_read(a, path, PEM_MAX, &text, e))
		return err_prefix(e, "%s: ", setting_get(id)->key);
	*out = str_z(a, text);
	return true;
}

static bool open_http(struct worker *w, unsigned workers, unsigned port, struct err *e)
{
	const struct settings *s = w->shared->settings;
	struct http_options o = http_defaults();
	struct arena *a = arena_open(0);
	set_routes(w);
	o.host = settings_text(s, SETTING_HOST);
	o.port = port;
	o.reuse_port = workers > 1;
	o.first = w->number == 0;
	o.header_limit = settings_number(s, SETTING_LIMITS_HEADERS);
	o.body_limit = settings_number(s, SETTING_LIMITS_BODY);
	o.header_timeout_ms = settings_number(s, SETTING_TIMEOUT_HEADERS);
	o.body_timeout_ms = settings_number(s, SETTING_TIMEOUT_BODY);
	o.idle_timeout_ms = settings_number(s, SETTING_TIMEOUT_IDLE);
	o.write_timeout_ms = settings_number(s, SETTING_TIMEOUT_WRITE);
	o.connections_max = (unsigned)settings_number(s, SETTING_LIMITS_CONNECTIONS);
	o.access_log = settings_flag(s, SETTING_LOG_ACCESS);
	o.access_brief = w->shared->dev;
	o.log = w->shared->log;
	o.routes = w->routes;
	bool ok = read_pem(a, s, SETTING_TLS_CERTIFICATE, &o.tls_cert_pem, e) &&
		read_pem(a, s, SETTING_TLS_KEY, &o.tls_key_pem, e) &&
		http_server_open(w->loop, &o, &w->http, e);
	arena_close(a);
	return ok;
}

/* ---- the end ---- */

static void close_all(struct worker *w)
{
	/* Waiting for resolvers turns the loop: nothing of it may look at what is closed. */
	w->drain_until_us = MAX(w->drain_until_us, 1u);
	timer_cancel(w->drain_timer);
	if (w->http)
		http_server_close(w->http);
	if (w->engine)
		engine_settle(w->engine);
	identify_close(w->identify);
	upkeep_stop(w->upkeep);
	if (w->pool)
		pgpool_close(w->pool);
	for (size_t i = 0; i < w->nreplicas; i++)
		pgpool_close(w->replica_pools[i]);
	mem_free(w->replica_pools);
	replicas_close(w->replicas);
	upkeep_close(w->upkeep);
	if (w->engine)
		engine_close(w->engine);
	if (w->next_model)
		model_unref(w->next_model);
	timer_close(w->drain_timer);
	wake_close(w->wake);
	loop_close(w->loop);
	pthread_mutex_destroy(&w->mutex);
	mem_free(w);
}

static void on_drain_tick(void *arg)
{
	struct worker *w = arg;
	bool idle = http_server_pending(w->http) == 0;
	if (idle || clock_mono_us() >= w->drain_until_us)
		loop_stop(w->loop);
}

static void begin_drain(struct worker *w)
{
	if (w->drain_until_us)
		return;
	uint64_t grace_ms = settings_number(w->shared->settings, SETTING_TIMEOUT_DRAIN);
	w->drain_until_us = clock_mono_us() + grace_ms * 1000;
	upkeep_stop(w->upkeep);
	http_server_drain(w->http);
	timer_every(w->drain_timer, DRAIN_TICK_MS);
}

/* ---- the mailbox ---- */

static void on_wake(void *arg)
{
	struct worker *w = arg;
	pthread_mutex_lock(&w->mutex);
	const struct model *m = w->next_model;
	bool stop = w->stop;
	w->next_model = NULL;
	pthread_mutex_unlock(&w->mutex);
	if (m) {
		engine_swap(w->engine, m);
		model_unref(m);
	}
	if (stop)
		begin_drain(w);
}

void worker_send_model(struct worker *w, const struct model *m)
{
	model_ref(m);
	pthread_mutex_lock(&w->mutex);
	const struct model *unseen = w->next_model;
	w->next_model = m;
	pthread_mutex_unlock(&w->mutex);
	if (unseen)
		model_unref(unseen);
	wake_send(w->wake);
}

void worker_stop(struct worker *w)
{
	pthread_mutex_lock(&w->mutex);
	w->stop = true;
	pthread_mutex_unlock(&w->mutex);
	wake_send(w->wake);
}

/* ---- the thread ---- */

static void open_upkeep(struct worker *w)
{
	struct upkeep_options o = { .loop = w->loop,
		.pool = w->pool,
		.engine = w->engine,
		.settings = w->shared->settings,
		.log = w->shared->log };
	w->upkeep = upkeep_open(&o);
}

bool worker_open(struct worker_shared *shared, unsigned number, unsigned workers, unsigned port,
	const struct model *m, struct worker **out, struct err *e)
{
	struct worker *w = mem_new(struct worker);
	w->shared = shared;
	w->number = number;
	pthread_mutex_init(&w->mutex, NULL);
	w->loop = loop_open();
	w->wake = wake_open(w->loop, on_wake, w);
	w->drain_timer = timer_open(w->loop, on_drain_tick, w);
	if (!open_pool(w, workers, e) || !open_replicas(w, workers, e) ||
		!identify_open(w->loop, shared->settings, shared->log, &w->identify, e) ||
		!open_http(w, workers, port, e)) {
		close_all(w);
		return false;
	}
	open_engine(w, m);
	if (number == 0)
		open_upkeep(w);
	*out = w;
	return true;
}

static void run(void *arg)
{
	struct worker *w = arg;
	loop_run(w->loop);
}

void worker_start(struct worker *w)
{
	char name[16];
	snprintf(name, sizeof name, "worker-%u", w->number);
	w->thread = thread_start(name, run, w);
}

void worker_join(struct worker *w)
{
	if (w->thread)
		thread_join(w->thread);
	close_all(w);
}
