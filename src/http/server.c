/* SPDX-License-Identifier: MIT */
/*
 * server - one libmicrohttpd daemon on one loop.
 *
 * The daemon polls nothing by itself: its epoll descriptor is watched, and MHD_run is called when
 * that is readable, and once at the end of a loop turn in which somebody answered a request.
 * libmicrohttpd asks for every unanswered, unsuspended request at every run, and its
 * MHD_get_timeout then says 0 ("run again") always. So 0 is obeyed when nothing is pending
 * unsuspended, or when the run moved something that we saw; for what we can't see (the
 * rest of a long header) a timer runs it again a few milliseconds later, which also suspends what
 * is late by then.
 *
 * The library's own timeouts are off; deadline.c looks at all connections a few times per deadline.
 *
 * Invariant: outside MHD_run each conn of the list has a living libmicrohttpd connection.
 */
#include "http/server_int.h"

#include "base/clock.h"

#include <string.h>
#include <unistd.h>

/*
 * The library keeps a connection's request head, its list of fields and the response's head in one
 * pool; the reserve is for the latter two.
 */
enum { RUNS_PER_TURN = 3, POOL_RESERVE = 2048, LATE_MS_MAX = 10 };

struct http_options http_defaults(void)
{
	return (struct http_options){
		.host = "127.0.0.1",
		.header_limit = 8 * 1024,
		.body_limit = 1024 * 1024,
		.header_timeout_ms = 10 * 1000,
		.body_timeout_ms = 30 * 1000,
		.idle_timeout_ms = 75 * 1000,
		.write_timeout_ms = 30 * 1000,
		.connections_max = 10 * 1000,
		.suspend_after_ms = 3,
	};
}

/* ---- arenas ---- */

struct arena *server_arena_take(struct http_server *s)
{
	if (s->narenas > 0)
		return s->arenas[--s->narenas];
	return arena_open(0);
}

void server_arena_give(struct http_server *s, struct arena *a)
{
	if (s->narenas == ARENAS_KEPT_MAX) {
		arena_close(a);
		return;
	}
	arena_reset(a);
	s->arenas[s->narenas++] = a;
}

/* ---- running the daemon ---- */

/* Has the library work that no event will announce? */
static bool must_run_again(const struct http_server *s)
{
	MHD_UNSIGNED_LONG_LONG ms;
	return s->run_wanted || (MHD_get_timeout(s->daemon, &ms) == MHD_YES && ms == 0);
}

static void run(void *arg)
{
	struct http_server *s = arg;
	bool again = true, useful = true;
	for (int i = 0; again && useful && i < RUNS_PER_TURN; i++) {
		s->run_wanted = s->progress = false;
		s->running = true;
		MHD_run(s->daemon);
		s->running = false;
		again = must_run_again(s);
		useful = s->run_wanted || s->progress || s->unsuspended == 0;
	}
	s->run_wanted = again && useful;
	if (s->run_wanted)
		hook_again(s->hook);
	else if (again && !timer_is_set(s->late_timer))
		timer_set(s->late_timer, MIN(s->o.suspend_after_ms, (uint64_t)LATE_MS_MAX));
}

static void on_readable(void *arg, int events)
{
	UNUSED(events);
	run(arg);
}

static void on_turn(void *arg)
{
	struct http_server *s = arg;
	if (s->run_wanted)
		run(s);
	access_flush(s);
}

/* ---- opening ---- */

PRINTF(2, 0)
static void on_mhd_log(void *arg, const char *format, va_list args)
{
	struct http_server *s = arg;
	vsnprintf(s->mhd_message, sizeof s->mhd_message, format, args);
	str line = str_trim(str_from(s->mhd_message));
	if (s->daemon && s->o.log)
		log_debug(s->o.log, "http: %.*s", STR_ARG(line));
}

static size_t keep_escapes(void *arg, struct MHD_Connection *mhd, char *text)
{
	UNUSED(arg);
	UNUSED(mhd);
	return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
	const struct http_options *o = &s->o;
	bool tls = o->tls_cert_pem != NULL;
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG | MHD_ALLOW_SUSPEND_RESUME;
	/* The options of TLS come last, so that the plain daemon's list ends before them. */
	return MHD_start_daemon(flags | (tls ? MHD_USE_TLS : 0u), 0, NULL, NULL, on_request, s,
		MHD_OPTION_EXTERNAL_LOGGER, on_mhd_log, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, o->header_limit + POOL_RESERVE,
		MHD_OPTION_CONNECTION_LIMIT, o->connections_max, MHD_OPTION_CONNECTION_TIMEOUT, 0u,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, s,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, s, MHD_OPTION_NOTIFY_CONNECTION,
		on_connection, s, MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
		tls ? MHD_OPTION_HTTPS_MEM_CERT : MHD_OPTION_END, o->tls_cert_pem,
		MHD_OPTION_HTTPS_MEM_KEY, o->tls_key_pem, MHD_OPTION_HTTPS_PRIORITIES,
		"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2", MHD_OPTION_END);
}

static bool check_options(const struct http_options *o, struct err *e)
{
	if (!o->routes)
		return err_set(e, ERR_CONFIG, "an HTTP server needs routes");
	if (!o->tls_cert_pem != !o->tls_key_pem)
		return err_set(e, ERR_CONFIG, "TLS needs both a certificate and a key");
	if (o->header_limit < 1024 || o->header_limit > 1024 * 1024)
		return err_set(e, ERR_CONFIG, "the header limit must be between 1 KB and 1 MB");
	if (o->body_limit == 0 || o->connections_max == 0)
		return err_set(e, ERR_CONFIG,
			"the body limit and the number of connections "
			"must be positive");
	if (o->header_timeout_ms == 0 || o->body_timeout_ms == 0 || o->idle_timeout_ms == 0 ||
		o->write_timeout_ms == 0)
		return err_set(e, ERR_CONFIG, "HTTP timeouts must be positive");
	if (o->access_log && !o->log)
		return err_set(e, ERR_CONFIG, "an access log needs a log");
	return true;
}

static struct http_server *server_new(struct loop *l, const struct http_options *o,
	const struct nets *proxies)
{
	struct http_server *s = mem_new(struct http_server);
	s->loop = l;
	s->o = *o;
	s->proxies = *proxies;
	s->suspend_after_us = o->tls_cert_pem ? 0 : o->suspend_after_ms * 1000;
	s->arenas = mem_alloc(ARENAS_KEPT_MAX * sizeof(struct arena *));
	s->access = buf_on(NULL);
	s->check_places = fields_lie_in_place();
	for (size_t i = 0; i < COUNT(s->random); i++)
		s->random[i] = random_u64();
	return s;
}

static void server_free(struct http_server *s)
{
	while (s->narenas > 0)
		arena_close(s->arenas[--s->narenas]);
	mem_free(s->arenas);
	buf_free(&s->access);
	mem_free(s);
}

static bool fail_start(const struct http_server *s, struct err *e)
{
	str why = str_trim(str_from(s->mhd_message));
	if (s->o.tls_cert_pem)
		return err_set(e, ERR_CONFIG,
			"the TLS certificate and key are not usable: they are not PEM, or do not "
			"belong together (%.*s)",
			STR_ARG(why));
	return err_set(e, ERR_IO, "the HTTP server does not start: %.*s", STR_ARG(why));
}

bool http_server_open(struct loop *l, const struct http_options *o, struct http_server **out,
	struct err *e)
{
	int fd;
	unsigned port;
	struct nets proxies;
	if (!check_options(o, e) || !nets_parse(o->trusted_proxies, &proxies, e) ||
		!listen_open(o, &fd, &port, e))
		return false;
	struct http_server *s = server_new(l, o, &proxies);
	s->daemon = start_daemon(s, fd);
	if (!s->daemon) {
		fail_start(s, e);
		server_free(s);
		close(fd);
		return false;
	}
	s->port = port;
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	s->hook = hook_open(l, on_turn, s);
	s->scan_timer = timer_open(l, deadline_scan, s);
	s->late_timer = timer_open(l, run, s);
	s->watch = watch_open(l, info->epoll_fd, on_readable, s);
	watch_set(s->watch, EV_READ);
	/* The first run puts the listening socket into the daemon's epoll set. */
	run(s);
	*out = s;
	return true;
}

/* ---- observing ---- */

unsigned http_server_port(const struct http_server *s)
{
	return s->port;
}

unsigned http_server_pending(const struct http_server *s)
{
	return s->stats.pending;
}

struct http_stats http_server_stats(const struct http_server *s)
{
	return s->stats;
}

/* ---- ending ---- */

void http_server_drain(struct http_server *s)
{
	if (s->draining)
		return;
	s->draining = true;
	int fd = MHD_quiesce_daemon(s->daemon);
	if (fd >= 0)
		close(fd);
	for (struct conn *c = s->conns; c; c = c->next)
		if (c->state == CONN_IDLE || c->state == CONN_FIRST)
			httpconn_kill(c);
}

void http_server_close(struct http_server *s)
{
	if (!s)
		return;
	s->closing = true;
	for (struct conn *c = s->conns; c; c = c->next)
		if (c->request && c->request->suspended)
			MHD_resume_connection(c->mhd);
	watch_close(s->watch);
	timer_close(s->scan_timer);
	timer_close(s->late_timer);
	hook_close(s->hook);
	MHD_stop_daemon(s->daemon);
	linger_end_all(s);
	access_flush(s);
	server_free(s);
}
