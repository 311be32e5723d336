/* SPDX-License-Identifier: MIT */
/* test_server - the server and client of http_test_int.h. */
#include "http/http_test_int.h"

#include "http/assets.h"

#include "base/clock.h"
#include "base/num.h"
#include "ev/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* ---- handlers ---- */

static void answer(struct http_request *r)
{
	struct http_response response = { .status = 200, .content_type = "text/plain" };
	response.body = r->method == HTTP_POST
		? r->body
		: str_printf(r->arena, "%.*s?%.*s", STR_ARG(r->path), STR_ARG(r->query));
	http_respond(r, &response);
}

static void on_echo(struct http_request *r, void *arg)
{
	struct fixture *f = arg;
	f->dispatched++;
	answer(r);
}

static void turn_gone(struct http_request *r)
{
	struct fixture *f = r->user;
	f->gone++;
	for (unsigned i = 0; i < f->nturn; i++)
		if (f->turn[i] == r)
			f->turn[i] = NULL;
}

static void on_turn_route(struct http_request *r, void *arg)
{
	struct fixture *f = arg;
	f->dispatched++;
	r->user = f;
	r->on_gone = turn_gone;
	f->turn[f->nturn++] = r;
	hook_again(f->hook);
}

static void on_turn_end(void *arg)
{
	struct fixture *f = arg;
	for (unsigned i = 0; i < f->nturn; i++)
		if (f->turn[i])
			answer(f->turn[i]);
	f->nturn = 0;
	f->turns++;
}

struct delayed {
	struct http_request *request;
	struct fixture *fixture;
	struct timer *timer;
};

static void on_delay(void *arg)
{
	struct delayed *d = arg;
	timer_close(d->timer);
	answer(d->request);
}

static void delayed_gone(struct http_request *r)
{
	struct delayed *d = r->user;
	d->fixture->gone++;
	timer_close(d->timer);
}

static void on_later(struct http_request *r, void *arg)
{
	struct fixture *f = arg;
	struct delayed *d = arena_new(r->arena, struct delayed);
	str ms_text;
	uint64_t ms = 0;
	if (!http_query_param(r, S("ms"), &ms_text) || !num_u64(ms_text, &ms))
		ms = 20;
	*d = (struct delayed){ .request = r,
		.fixture = f,
		.timer = timer_open(f->loop, on_delay, d) };
	r->user = d;
	r->on_gone = delayed_gone;
	f->dispatched++;
	timer_set(d->timer, ms);
}

static void never_gone(struct http_request *r)
{
	struct fixture *f = r->user;
	f->gone++;
}

static void on_never(struct http_request *r, void *arg)
{
	struct fixture *f = arg;
	r->user = f;
	r->on_gone = never_gone;
	f->dispatched++;
}

static void on_big(struct http_request *r, void *arg)
{
	struct fixture *f = arg;
	str n_text;
	uint64_t n = 0;
	if (!http_query_param(r, S("n"), &n_text) || !num_u64(n_text, &n))
		n = 1024;
	f->dispatched++;
	char *p = arena_alloc_raw(r->arena, (size_t)n, 1);
	memset(p, 'x', (size_t)n);
	struct http_response response = { .status = 200,
		.content_type = "text/plain",
		.body = { p, (size_t)n } };
	http_respond(r, &response);
}

static const struct embedded_file FILES[] = {
	{ "a.js", "text/javascript", "\"a1\"", (const unsigned char *)"let a = 1;\n", 11,
		(const unsigned char *)"zipped", 6 },
	{ "index.html", "text/html; charset=utf-8", "\"i1\"", (const unsigned char *)"<p>", 3, NULL,
		0 },
	{ NULL },
};

static const struct assets ASSETS = { FILES, "/assets/", "index.html", "default-src 'self'", NULL };

/* ---- the server's thread ---- */

enum { ROUTES = 8 };

struct http_options fixture_options(void)
{
	struct http_options o = http_defaults();
	o.header_timeout_ms = o.body_timeout_ms = 400;
	o.write_timeout_ms = o.idle_timeout_ms = 800;
	o.body_limit = 64 * 1024;
	return o;
}

static void publish(struct fixture *f)
{
	struct http_stats stats = http_server_stats(f->server);
	f->pending = stats.pending;
	f->connections = stats.connections;
	f->timeouts = (unsigned)stats.timeouts;
}

static void on_wake(void *arg)
{
	struct fixture *f = arg;
	int task = atomic_exchange(&f->task, 0);
	if (task == 'd')
		http_server_drain(f->server);
	if (task == 's')
		loop_stop(f->loop);
}

static void serve(void *arg)
{
	struct fixture *f = arg;
	struct timer *publisher = timer_open(f->loop, (ev_fn *)publish, f);
	timer_every(publisher, 5);
	loop_run(f->loop);
	http_server_close(f->server);
	loop_close(f->loop);
}

bool fixture_start(struct fixture *f, const struct http_options *o)
{
	memset(f, 0, sizeof *f);
	static const unsigned both = BIT(HTTP_GET) | BIT(HTTP_POST);
	struct http_route *routes = mem_alloc((ROUTES + 1) * sizeof *routes);
	routes[0] = (struct http_route){ "/echo", both, on_echo, f };
	routes[1] = (struct http_route){ "/turn", both, on_turn_route, f };
	routes[2] = (struct http_route){ "/later", both, on_later, f };
	routes[3] = (struct http_route){ "/never", both, on_never, f };
	routes[4] = (struct http_route){ "/big", BIT(HTTP_GET), on_big, f };
	routes[5] = (struct http_route){ "/tree/*", BIT(HTTP_GET), on_echo, f };
	routes[6] = (struct http_route){ "/post", BIT(HTTP_POST), on_echo, f };
	routes[7] = (struct http_route){ "/assets/*", BIT(HTTP_GET), assets_serve,
		(void *)(uintptr_t)&ASSETS };
	f->options = *o;
	f->options.routes = routes;
	f->loop = loop_open();
	f->wake = wake_open(f->loop, on_wake, f);
	f->hook = hook_open(f->loop, on_turn_end, f);
	if (!http_server_open(f->loop, &f->options, &f->server, &f->error)) {
		loop_close(f->loop);
		mem_free(routes);
		return false;
	}
	f->port = http_server_port(f->server);
	f->thread = thread_start("server", serve, f);
	return true;
}

static void send_task(struct fixture *f, int task)
{
	f->task = task;
	wake_send(f->wake);
}

void fixture_drain(struct fixture *f)
{
	send_task(f, 'd');
}

void fixture_stop(struct fixture *f)
{
	send_task(f, 's');
	thread_join(f->thread);
	mem_free((void *)(uintptr_t)f->options.routes);
}

/* ---- the client ---- */

int client_open(const struct fixture *f)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)f->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval limit = { .tv_sec = 5 };
	int on = 1;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void client_send(int fd, str bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
}

void client_reset(int fd)
{
	struct linger now = { .l_onoff = 1, .l_linger = 0 };
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	close(fd);
}

static bool read_head(int fd, struct reply *r)
{
	size_t n = 0;
	while (n + 1 < sizeof r->head) {
		if (recv(fd, r->head + n, 1, 0) != 1) {
			r->closed = true;
			return false;
		}
		n++;
		if (n >= 4 && memcmp(r->head + n - 4, "\r\n\r\n", 4) == 0)
			return true;
	}
	return false;
}

static uint64_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\ncontent-length:");
	uint64_t n = 0;
	if (!at)
		return 0;
	str value = str_from(at + strlen("\r\ncontent-length:"));
	value = str_trim(str_sub(value, 0, str_find(value, '\r')));
	return num_u64(value, &n) ? n : 0;
}

static void read_body(int fd, struct reply *r, uint64_t n)
{
	char piece[16 * 1024];
	while (r->body_n < n) {
		size_t want = MIN(sizeof piece, (size_t)n - r->body_n);
		ssize_t got = recv(fd, piece, want, 0);
		if (got <= 0) {
			r->closed = true;
			return;
		}
		if (r->body_n < sizeof r->body - 1) {
			size_t room = sizeof r->body - 1 - r->body_n;
			memcpy(r->body + r->body_n, piece, MIN(room, (size_t)got));
		}
		r->body_n += (size_t)got;
	}
}

struct reply client_read(int fd, bool head_only)
{
	struct reply r = { 0 };
	uint64_t status = 0;
	if (!read_head(fd, &r))
		return r;
	if (num_u64((str){ r.head + 9, 3 }, &status))
		r.status = (int)status;
	if (!head_only)
		read_body(fd, &r, content_length(r.head));
	if (strcasestr(r.head, "\r\nconnection: close"))
		r.closed = client_sees_close(fd, 2000);
	return r;
}

bool client_sees_close(int fd, int ms)
{
	char piece[4096];
	uint64_t until_us = clock_mono_us() + (uint64_t)ms * 1000;
	while (clock_mono_us() < until_us) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int left = (int)((until_us - clock_mono_us()) / 1000) + 1;
		if (poll(&p, 1, left) <= 0)
			return false;
		if (recv(fd, piece, sizeof piece, 0) <= 0)
			return true;
	}
	return false;
}

void sleep_ms(unsigned ms)
{
	poll(NULL, 0, (int)ms);
}

bool wait_for(_Atomic unsigned *value, unsigned wanted)
{
	for (int i = 0; i < 1000; i++) {
		if (*value == wanted)
			return true;
		sleep_ms(5);
	}
	return false;
}

#ifdef __has_feature /* clang's way to say it */
#define HAS_FEATURE(x) __has_feature(x)
#else
#define HAS_FEATURE(x) 0
#endif

bool is_instrumented(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	HAS_FEATURE(address_sanitizer) || HAS_FEATURE(thread_sanitizer)
	return true;
#else
	const char *preloaded = getenv("LD_PRELOAD");
	return preloaded && strstr(preloaded, "vgpreload");
#endif
}
