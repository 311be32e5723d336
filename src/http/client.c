/*
 * client - libcurl's multi interface on the loop.
 *
 * libcurl says which descriptors to watch and when it wants to be woken; whatever happens, it is
 * asked afterwards which transfers have ended. The library is opened with the first client: most
 * servers ask nobody.
 */
#include "http/client.h"

#include "base/buf.h"
#include "base/library.h"
#include "ev/loop.h"

#include <curl/curl.h>

/* clang-format off */
#define CURL_CALLS(X) \
	X(global_init) X(global_cleanup) X(slist_append) X(slist_free_all) \
	X(easy_init) X(easy_cleanup) X(easy_setopt) X(easy_getinfo) X(easy_strerror) \
	X(multi_init) X(multi_cleanup) X(multi_setopt) X(multi_add_handle) X(multi_remove_handle) \
	X(multi_assign) X(multi_socket_action) X(multi_info_read)
/* clang-format on */

/* libcurl's functions, by their names there. */
struct curl {
#define CURL_POINTER(name) __typeof__(curl_##name) *name;
	CURL_CALLS(CURL_POINTER)
};

enum { TIMEOUT_MS = 10000, REPLY_MAX = 1024 * 1024 };

struct http_client {
	struct curl curl;
	struct loop *loop;
	CURLM *multi;
	struct timer *timer;
	struct transfer *first;
};

struct transfer {
	struct http_client *client;
	struct http_call *call;
	CURL *easy;
	struct curl_slist *headers;
	struct buf body;
	char why[CURL_ERROR_SIZE];
	struct transfer *next, *prev;
};

struct socket_watch {
	struct http_client *client;
	struct watch *watch;
	curl_socket_t fd;
};

static bool open_curl(struct curl *curl, struct err *e)
{
#define CURL_NAME(name) { "curl_" #name, &curl->name },
	const struct library_call calls[] = { CURL_CALLS(CURL_NAME) };
	return library_open(CURL_LIBRARY, calls, COUNT(calls), e);
}

/* ---- transfers ---- */

/* curl wants `bytes` to be writable. NOLINTNEXTLINE(readability-non-const-parameter) */
static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;
	buf_put(&t->body, (str){ bytes, size * n });
	return t->body.over ? 0 : size * n;
}

static void unlink_transfer(struct transfer *t)
{
	struct http_client *c = t->client;
	if (t->prev)
		t->prev->next = t->next;
	else
		c->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
}

static void free_transfer(struct transfer *t)
{
	const struct curl *curl = &t->client->curl;
	unlink_transfer(t);
	curl->multi_remove_handle(t->client->multi, t->easy);
	curl->easy_cleanup(t->easy);
	curl->slist_free_all(t->headers);
	buf_free(&t->body);
	t->call->transfer = NULL;
	mem_free(t);
}

static void describe(const struct transfer *t, CURLcode code, struct err *e)
{
	enum err_code kind = code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE;
	const char *why = t->why[0] ? t->why : t->client->curl.easy_strerror(code);
	if (t->body.over)
		err_set(e, ERR_TOO_LARGE, "%s: the answer is larger than %zu bytes", t->call->url,
			t->body.limit);
	else
		err_set(e, kind, "%s: %s", t->call->url, why);
}

static void finish(struct transfer *t, CURLcode code)
{
	struct http_call *call = t->call;
	struct http_reply reply = { .body = buf_str(&t->body) };
	struct err e;
	long status = 0;
	char *type = NULL;
	t->client->curl.easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	t->client->curl.easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
	reply.status = (int)status;
	reply.content_type = str_from(type);
	call->transfer = NULL; /* a cancel inside on_done has nothing to do */
	if (code == CURLE_OK) {
		call->on_done(call, &reply, NULL);
	} else {
		describe(t, code, &e);
		call->on_done(call, NULL, &e);
	}
}

/* Answers what has ended; on_done may send and cancel. */
static void collect(struct http_client *c)
{
	CURLMsg *m;
	int left;
	while ((m = c->curl.multi_info_read(c->multi, &left))) {
		struct transfer *t = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		CURLcode code = m->data.result;
		c->curl.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		finish(t, code);
		struct http_call gone = { .transfer = t };
		t->call = &gone; /* the call may be freed or sent again by now */
		free_transfer(t);
	}
}

/* ---- what libcurl asks for ---- */

static void on_ready(void *arg, int events)
{
	struct socket_watch *w = arg;
	struct http_client *c = w->client;
	int running,
		mask = (events & EV_READ ? CURL_CSELECT_IN : 0) |
		(events & EV_WRITE ? CURL_CSELECT_OUT : 0) |
		(events & EV_HANGUP ? CURL_CSELECT_ERR : 0);
	c->curl.multi_socket_action(c->multi, w->fd, mask, &running);
	collect(c);
}

static void on_timer(void *arg)
{
	struct http_client *c = arg;
	int running;
	c->curl.multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	collect(c);
}

static int on_timeout(CURLM *multi, long ms, void *arg)
{
	struct http_client *c = arg;
	UNUSED(multi);
	if (ms < 0)
		timer_cancel(c->timer);
	else
		timer_set(c->timer, (uint64_t)ms);
	return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
	struct http_client *c = arg;
	struct socket_watch *w = mine;
	UNUSED(easy);
	if (what == CURL_POLL_REMOVE) {
		if (w) {
			watch_close(w->watch);
			mem_free(w);
		}
		return 0;
	}
	if (!w) {
		w = mem_new(struct socket_watch);
		*w = (struct socket_watch){ .client = c, .fd = fd };
		w->watch = watch_open(c->loop, fd, on_ready, w);
		c->curl.multi_assign(c->multi, fd, w);
	}
	watch_set(w->watch,
		(what & CURL_POLL_IN ? EV_READ : 0) | (what & CURL_POLL_OUT ? EV_WRITE : 0));
	return 0;
}

/* ---- calls ---- */

static void set_options(struct transfer *t)
{
	const struct http_call *call = t->call;
	const struct curl *curl = &t->client->curl;
	CURL *h = t->easy;
	curl->easy_setopt(h, CURLOPT_PRIVATE, t);
	curl->easy_setopt(h, CURLOPT_URL, call->url);
	curl->easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(h, CURLOPT_USERAGENT, "fraiseql/" FRAISEQL_VERSION);
	curl->easy_setopt(h, CURLOPT_ERRORBUFFER, t->why);
	curl->easy_setopt(h, CURLOPT_TIMEOUT_MS,
		(long)(call->timeout_ms ? call->timeout_ms : TIMEOUT_MS));
	curl->easy_setopt(h, CURLOPT_WRITEFUNCTION, on_body);
	curl->easy_setopt(h, CURLOPT_WRITEDATA, t);
	if (call->body.p) {
		curl->easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.n);
		curl->easy_setopt(h, CURLOPT_POSTFIELDS, call->body.p);
	}
	if (call->method)
		curl->easy_setopt(h, CURLOPT_CUSTOMREQUEST, call->method);
	for (size_t i = 0; call->headers && call->headers[i]; i++)
		t->headers = curl->slist_append(t->headers, call->headers[i]);
	curl->easy_setopt(h, CURLOPT_HTTPHEADER, t->headers);
}

void http_client_send(struct http_client *c, struct http_call *call)
{
	struct transfer *t = mem_new(struct transfer);
	*t = (struct transfer){ .client = c, .call = call, .next = c->first };
	t->body = buf_on(NULL);
	t->body.limit = call->reply_max ? call->reply_max : REPLY_MAX;
	if (c->first)
		c->first->prev = t;
	c->first = t;
	call->transfer = t;
	t->easy = c->curl.easy_init();
	set_options(t);
	c->curl.multi_add_handle(c->multi, t->easy);
}

void http_client_cancel(struct http_call *call)
{
	if (call->transfer)
		free_transfer(call->transfer);
}

/* ---- the client ---- */

bool http_client_open(struct loop *l, struct http_client **out, struct err *e)
{
	struct curl curl;
	if (!open_curl(&curl, e))
		return false;
	if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(e, ERR_INTERNAL, "libcurl could not be initialised");
	struct http_client *c = mem_new(struct http_client);
	*c = (struct http_client){ .curl = curl, .loop = l };
	c->multi = c->curl.multi_init();
	c->timer = timer_open(l, on_timer, c);
	c->curl.multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	c->curl.multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c);
	c->curl.multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
	c->curl.multi_setopt(c->multi, CURLMOPT_TIMERDATA, c);
	*out = c;
	return true;
}

void http_client_close(struct http_client *c)
{
	if (!c)
		return;
	while (c->first)
		free_transfer(c->first);
	c->curl.multi_cleanup(c->multi);
	timer_close(c->timer);
	c->curl.global_cleanup();
	mem_free(c);
}
