/* SPDX-License-Identifier: MIT */
/*
 * request - libmicrohttpd's callbacks: from the request line to the end of the answer.
 *
 *     on_connection(started)
 *       on_target                 request line: arena taken, target copied
 *       on_request, first         headers complete: checked, route found; a refusal that must not
 * wait for the body is answered here (the library then closes the connection) on_request, with data
 * body: collected into one buffer on_request, no data       request complete: handler called once;
 * until it has answered, the library comes back here at each run, and we say "not yet" or suspend
 *       on_completed              answered, or the client is gone: arena given back
 *     on_connection(closed)
 *
 * on_completed runs for every request that on_target saw, also when the connection dies.
 */
#include "http/server_int.h"

#include "base/clock.h"
#include "base/num.h"
#include "http/target.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
	str name;
	enum http_method method;
} METHODS[] = {
	{ STR_INIT("POST"), HTTP_POST },
	{ STR_INIT("GET"), HTTP_GET },
	{ STR_INIT("HEAD"), HTTP_HEAD },
	{ STR_INIT("OPTIONS"), HTTP_OPTIONS },
	{ STR_INIT("PUT"), HTTP_PUT },
	{ STR_INIT("DELETE"), HTTP_DELETE },
	{ STR_INIT("PATCH"), HTTP_PATCH },
};

/* ---- connections ---- */

void request_wait(struct request *r, bool waiting)
{
	struct http_server *s = r->http.server;
	if (waiting == r->waiting)
		return;
	r->waiting = waiting;
	if (waiting)
		s->unsuspended++;
	else
		s->unsuspended--;
}

void httpconn_enter(struct conn *c, enum conn_state state)
{
	c->state = state;
	c->since_us = loop_now_us(c->server->loop);
	c->seen = false;
}

void httpconn_kill(struct conn *c)
{
	if (c->state == CONN_CLOSING)
		return;
	httpconn_enter(c, CONN_CLOSING);
	shutdown(c->fd, SHUT_RDWR);
	struct request *r = c->request;
	if (r && r->suspended) {
		r->suspended = false;
		request_wait(r, true);
		MHD_resume_connection(c->mhd);
	}
	c->server->run_wanted = true;
	hook_again(c->server->hook);
}

static void put_peer(struct conn *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *at = info ? info->client_addr : NULL;
	const void *address = NULL;
	if (at && at->sa_family == AF_INET)
		address = &((const struct sockaddr_in *)(const void *)at)->sin_addr;
	else if (at && at->sa_family == AF_INET6)
		address = &((const struct sockaddr_in6 *)(const void *)at)->sin6_addr;
	if (!address || !inet_ntop(at->sa_family, address, c->peer, sizeof c->peer))
		c->peer[0] = '\0';
	/* An IPv4 client of a dual-stack socket is written as such. */
	static const char mapped[] = "::ffff:";
	if (strncmp(c->peer, mapped, sizeof mapped - 1) == 0 && strchr(c->peer, '.'))
		memmove(c->peer, c->peer + sizeof mapped - 1, sizeof c->peer - sizeof mapped + 1);
}

static void conn_open(struct http_server *s, struct MHD_Connection *mhd, void **context)
{
	struct conn *c = mem_new(struct conn);
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c->server = s;
	c->mhd = mhd;
	c->fd = info->connect_fd;
	c->next = s->conns;
	if (c->next)
		c->next->prev = c;
	s->conns = c;
	put_peer(c);
	c->from_proxy = nets_have(&s->proxies, str_from(c->peer));
	httpconn_enter(c, CONN_FIRST);
	*context = c;
	s->stats.connections_opened++;
	if (s->stats.connections++ == 0)
		timer_every(s->scan_timer, deadline_period_ms(&s->o));
}

static void conn_close(struct http_server *s, struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		s->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
	if (c->lingers && !s->closing)
		linger_start(s, c->fd);
	mem_free(c);
	/* At its limit the library accepts again only in the run after a connection has ended. */
	s->run_wanted = true;
	if (--s->stats.connections == 0 && !s->closing)
		timer_cancel(s->scan_timer);
}

void on_connection(void *arg, struct MHD_Connection *mhd, void **context,
	enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		conn_open(arg, mhd, context);
	else
		conn_close(arg, *context);
}

static struct conn *conn_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* ---- request line and headers ---- */

void *on_target(void *arg, const char *target, struct MHD_Connection *mhd)
{
	struct http_server *s = arg;
	struct conn *c = conn_of(mhd);
	struct arena *a = server_arena_take(s);
	struct request *r = arena_new(a, struct request);
	str raw = str_from(target);
	r->conn = c;
	r->target = target;
	r->target_n = raw.n;
	r->http.arena = a;
	r->http.server = s;
	r->http.conn = r;
	r->http.start_us = clock_mono_us();
	r->http.path = str_dup(a, raw);
	r->http.peer = str_from(c->peer);
	c->request = r;
	if (c->state == CONN_IDLE)
		httpconn_enter(c, CONN_HEADERS);
	s->stats.requests++;
	s->stats.pending++;
	return r;
}

void request_refuse(struct request *r, int status, const char *why)
{
	if (r->fault)
		return;
	r->fault = why;
	r->fault_status = status;
	r->close_after = true;
}

static enum http_method method_of(const char *name)
{
	str given = str_from(name);
	for (size_t i = 0; i < COUNT(METHODS); i++)
		if (str_eq(given, METHODS[i].name))
			return METHODS[i].method;
	return HTTP_OTHER;
}

static bool route_fits(const struct http_route *route, str path)
{
	str pattern = str_from(route->path);
	if (str_ends(pattern, S("/*")))
		return str_starts(path, str_sub(pattern, 0, pattern.n - 1));
	return str_eq(pattern, path);
}

/*
 * The first route of the path and method. Without one: r->allow has the methods of the path's
 * routes, 0 when there are none.
 */
static void find_route(struct request *r)
{
	const struct http_route *routes = r->http.server->o.routes;
	enum http_method method = r->http.method == HTTP_HEAD ? HTTP_GET : r->http.method;
	bool all = str_eq(r->http.path, S("*"));
	for (const struct http_route *route = routes; route->path; route++) {
		if (!all && !route_fits(route, r->http.path))
			continue;
		r->allow |= route->method_mask;
		if (!all && route->method_mask & BIT(method)) {
			r->route = route;
			return;
		}
	}
}

static void check_target(struct request *r)
{
	struct target t;
	if (!target_parse(r->http.path, &t)) {
		r->http.path = STR_NONE;
		request_refuse(r, 400, "The request target is malformed.");
		return;
	}
	r->http.path = t.path;
	r->http.query = t.query;
	if (str_eq(t.path, S("*")) && r->http.method != HTTP_OPTIONS)
		request_refuse(r, 400, "The target * is for OPTIONS only.");
}

/* Headers are complete. True: go on with the body; false: answered, or close. */
static enum MHD_Result begin(struct request *r, const char *method, const char *version)
{
	struct http_server *s = r->http.server;
	r->begun = true;
	r->http.method = method_of(method);
	check_target(r);
	fields_check(r, method, version);
	if (r->has_length && r->content_length > s->o.body_limit)
		request_refuse(r, 413, "The body is larger than the limit.");
	find_route(r);
	bool has_body = r->encoded || r->content_length > 0;
	httpconn_enter(r->conn, CONN_BODY);
	if (!r->fault || !has_body)
		return MHD_YES;
	/* The body is not wanted: answer now; the library closes the connection afterwards. */
	s->stats.refused++;
	r->dispatched = true;
	r->in_handler = true;
	respond_fault(r, r->fault_status, r->fault);
	r->in_handler = false;
	r->conn->lingers = true;
	return response_queue(r) ? MHD_YES : MHD_NO;
}

/* ---- body ---- */

/* Beyond the limit bytes are counted but not kept, as long again as the limit; then the connection
 * is closed. */
static bool discard(struct request *r, size_t n)
{
	size_t limit = r->http.server->o.body_limit;
	request_refuse(r, 413, "The body is larger than the limit.");
	r->discarded += n;
	return r->discarded <= limit;
}

static enum MHD_Result take_body(struct request *r, str data)
{
	size_t limit = r->http.server->o.body_limit;
	r->http.server->progress = true;
	if (r->discarded > 0 || data.n > limit - r->body.n)
		return discard(r, data.n) ? MHD_YES : MHD_NO;
	if (!r->body.p) {
		r->body = buf_on(r->http.arena);
		buf_reserve(&r->body, r->has_length ? (size_t)r->content_length : data.n);
	}
	buf_put(&r->body, data);
	return MHD_YES;
}

/* ---- the handler ---- */

static void answer_options(struct request *r)
{
	if (r->allow == 0 && !str_eq(r->http.path, S("*"))) {
		respond_fault(r, 404, "There is nothing at this path.");
		return;
	}
	respond_fault(r, 204, NULL);
}

static void call_handler(struct request *r)
{
	if (r->fault) {
		r->http.server->stats.refused++;
		respond_fault(r, r->fault_status, r->fault);
	} else if (r->route) {
		r->route->handler(&r->http, r->route->arg);
	} else if (r->http.method == HTTP_OPTIONS) {
		answer_options(r);
	} else if (r->allow) {
		respond_fault(r, 405, "This method is not allowed here.");
	} else {
		respond_fault(r, 404, "There is nothing at this path.");
	}
}

static enum MHD_Result dispatch(struct request *r)
{
	struct http_server *s = r->http.server;
	r->http.body = buf_str(&r->body);
	r->dispatched = true;
	r->in_handler = true;
	r->pending_us = loop_now_us(s->loop);
	call_handler(r);
	r->in_handler = false;
	if (r->response)
		return response_queue(r) ? MHD_YES : MHD_NO;
	httpconn_enter(r->conn, CONN_PENDING);
	request_wait(r, true);
	return MHD_YES;
}

/* The handler has been called: is there an answer by now? */
static enum MHD_Result poll_answer(struct request *r)
{
	if (r->conn->state == CONN_CLOSING)
		return MHD_NO;
	if (!r->response)
		return MHD_YES;
	request_wait(r, false);
	return response_queue(r) ? MHD_YES : MHD_NO;
}

static void suspend_if_late(struct request *r)
{
	struct http_server *s = r->http.server;
	if (loop_now_us(s->loop) - r->pending_us < s->suspend_after_us)
		return;
	r->suspended = true;
	request_wait(r, false);
	MHD_suspend_connection(r->conn->mhd);
}

enum MHD_Result on_request(void *arg, struct MHD_Connection *mhd, const char *url,
	const char *method, const char *version, const char *data, size_t *data_n, void **request)
{
	UNUSED(arg);
	UNUSED(mhd);
	UNUSED(url);
	struct request *r = *request;
	if (!r->begun)
		return begin(r, method, version);
	if (*data_n > 0) {
		str piece = { data, *data_n };
		*data_n = 0;
		return take_body(r, piece);
	}
	enum MHD_Result result = r->dispatched ? poll_answer(r) : dispatch(r);
	if (result == MHD_YES && !r->queued && !r->response)
		suspend_if_late(r);
	return result;
}

/* ---- the end ---- */

static void call_gone(struct request *r)
{
	r->gone = true;
	r->status = 499;
	if (r->http.on_gone)
		r->http.on_gone(&r->http);
}

void on_completed(void *arg, struct MHD_Connection *mhd, void **request,
	enum MHD_RequestTerminationCode why)
{
	UNUSED(mhd);
	UNUSED(why);
	struct http_server *s = arg;
	struct request *r = *request;
	if (!r)
		return;
	*request = NULL;
	struct conn *c = r->conn;
	c->request = NULL;
	request_wait(r, false);
	if (r->dispatched && !r->response && !r->queued)
		call_gone(r);
	if (r->response)
		MHD_destroy_response(r->response);
	if (s->o.access_log)
		access_put(s, r);
	server_arena_give(s, r->http.arena);
	s->stats.pending--;
	if (c->state != CONN_CLOSING)
		httpconn_enter(c, CONN_IDLE);
}
