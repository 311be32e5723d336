/* SPDX-License-Identifier: MIT */
/*
 * deadline - ends connections that take too long, by looking at all of them a few times per
 * deadline.
 *
 * A deadline runs from the first byte and is not moved by further bytes, so a client that drips is
 * ended as surely as one that is silent. libmicrohttpd does not tell when the first byte of a
 * request came, so for a kept-alive connection the kernel's count of received bytes is compared
 * between looks. A client that reads its answer slowly may go on while it takes READ_RATE_MIN bytes
 * a second.
 *
 * libmicrohttpd waits for edges, and misses the end of a client that came together with its last
 * bytes; so the kernel is asked for it. A client that closes its side while its request is pending
 * may still read (half-close), so that it counts as gone only after GONE_AFTER_US; a reset
 * connection counts at once.
 */
#include "http/server_int.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { GONE_AFTER_US = 1000 * 1000, READ_RATE_MIN = 1024, POLLED_MAX = 256 };
enum { PERIOD_MIN_MS = 10, PERIOD_MAX_MS = 1000, IDLE_FULL_MS = 1000 };

uint64_t deadline_period_ms(const struct http_options *o)
{
	uint64_t shortest = MIN(MIN(o->header_timeout_ms, o->body_timeout_ms),
		MIN(o->idle_timeout_ms, o->write_timeout_ms));
	uint64_t period = shortest / 4;
	return MIN(MAX(period, (uint64_t)PERIOD_MIN_MS), (uint64_t)PERIOD_MAX_MS);
}

/* Bytes that the kernel received from the client / that the client's kernel acknowledged. */
static bool count_bytes(int fd, bool received, uint64_t *out)
{
	struct tcp_info info;
	socklen_t n = sizeof info;
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0 ||
		n < offsetof(struct tcp_info, tcpi_segs_out))
		return false;
	*out = received ? info.tcpi_bytes_received : info.tcpi_bytes_acked;
	return true;
}

static void end(struct conn *c)
{
	c->server->stats.timeouts++;
	httpconn_kill(c);
}

/*
 * Kept alive: when bytes have come since the last look, the next request has begun. When every
 * place is taken, idle connections make room early.
 */
static void look_idle(struct conn *c, uint64_t waited_ms)
{
	uint64_t bytes;
	const struct http_options *o = &c->server->o;
	if (c->server->draining) {
		httpconn_kill(c);
		return;
	}
	bool full = c->server->stats.connections >= o->connections_max;
	if (waited_ms >=
		(full ? MIN(o->idle_timeout_ms, (uint64_t)IDLE_FULL_MS) : o->idle_timeout_ms)) {
		end(c);
		return;
	}
	if (!count_bytes(c->fd, true, &bytes))
		return;
	if (c->seen && bytes != c->seen_bytes) {
		httpconn_enter(c, CONN_HEADERS);
		return;
	}
	c->seen = true;
	c->seen_bytes = bytes;
}

/* At each end of the deadline: has the client taken enough since the last? */
static void look_writing(struct conn *c, uint64_t waited_ms)
{
	uint64_t bytes;
	const struct http_options *o = &c->server->o;
	if (!count_bytes(c->fd, false, &bytes))
		bytes = c->seen_bytes;
	if (!c->seen) {
		c->seen = true;
		c->seen_bytes = bytes;
		return;
	}
	if (waited_ms < o->write_timeout_ms)
		return;
	uint64_t wanted = o->write_timeout_ms * READ_RATE_MIN / 1000;
	if (bytes - c->seen_bytes < MAX(wanted, 1u)) {
		end(c);
		return;
	}
	httpconn_enter(c, CONN_WRITING);
	c->seen = true;
	c->seen_bytes = bytes;
}

static void look(struct conn *c, uint64_t now_us)
{
	const struct http_options *o = &c->server->o;
	uint64_t waited_ms = (now_us - c->since_us) / 1000;
	switch (c->state) {
	case CONN_FIRST:
	case CONN_HEADERS:
		if (waited_ms >= o->header_timeout_ms)
			end(c);
		break;
	case CONN_IDLE: look_idle(c, waited_ms); break;
	case CONN_BODY:
		if (waited_ms >= o->body_timeout_ms)
			end(c);
		break;
	case CONN_WRITING: look_writing(c, waited_ms); break;
	case CONN_PENDING:
	case CONN_CLOSING: break;
	}
}

/* ---- clients that vanish ---- */

struct polled {
	struct pollfd fds[POLLED_MAX];
	struct conn *conns[POLLED_MAX];
	nfds_t n;
};

/* Has everything been read that came before the client's end? */
static bool is_read(int fd)
{
	int unread;
	return ioctl(fd, FIONREAD, &unread) == 0 && unread == 0;
}

static void poll_now(struct polled *p, uint64_t now_us)
{
	nfds_t n = p->n;
	p->n = 0;
	if (n == 0 || poll(p->fds, n, 0) <= 0)
		return;
	for (nfds_t i = 0; i < n; i++) {
		struct conn *c = p->conns[i];
		int seen = p->fds[i].revents;
		bool reset = seen & (POLLERR | POLLHUP | POLLNVAL);
		bool closed = seen & POLLRDHUP &&
			(c->state == CONN_PENDING ? now_us - c->since_us >= GONE_AFTER_US
						  : is_read(c->fd));
		if (reset || closed)
			httpconn_kill(c);
	}
}

static void poll_all(struct http_server *s, uint64_t now_us)
{
	struct polled p;
	p.n = 0;
	for (struct conn *c = s->conns; c; c = c->next) {
		if (c->state == CONN_WRITING || c->state == CONN_CLOSING)
			continue;
		p.fds[p.n] = (struct pollfd){ .fd = c->fd, .events = POLLRDHUP };
		p.conns[p.n++] = c;
		if (p.n == POLLED_MAX)
			poll_now(&p, now_us);
	}
	poll_now(&p, now_us);
}

void deadline_scan(void *server)
{
	struct http_server *s = server;
	uint64_t now_us = loop_now_us(s->loop);
	for (struct conn *c = s->conns; c; c = c->next)
		look(c, now_us);
	poll_all(s, now_us);
}
