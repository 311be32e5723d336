/* SPDX-License-Identifier: MIT */
/*
 * linger - lets a client that is still sending read why it was refused.
 *
 * Closing a socket on which unread bytes lie resets the connection, and the reset can reach the
 * client before it has read the answer. So the socket of a request refused in the middle is
 * duplicated when libmicrohttpd closes its own; what still comes is thrown away until the client
 * ends, or a limit of time or bytes. Source: RFC 9112 §9.6.
 */
#include "http/server_int.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINGER_MS = 2000, LINGER_BYTES = 16 * 1024 * 1024, LINGERS_MAX = 64, PIECE = 64 * 1024 };

struct lingering {
	struct lingering *prev, *next;
	struct http_server *server;
	struct watch *watch;
	struct timer *timer;
	size_t taken;
	int fd;
};

static void end(void *arg)
{
	struct lingering *l = arg;
	if (l->prev)
		l->prev->next = l->next;
	else
		l->server->lingers = l->next;
	if (l->next)
		l->next->prev = l->prev;
	l->server->nlingers--;
	watch_close(l->watch);
	timer_close(l->timer);
	close(l->fd);
	mem_free(l);
}

static void on_bytes(void *arg, int events)
{
	UNUSED(events);
	struct lingering *l = arg;
	char piece[PIECE];
	ssize_t n = recv(l->fd, piece, sizeof piece, MSG_DONTWAIT);
	if (n > 0)
		l->taken += (size_t)n;
	if (n <= 0 || l->taken > LINGER_BYTES)
		end(l);
}

void linger_start(struct http_server *s, int fd)
{
	if (s->nlingers == LINGERS_MAX)
		return;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return;
	struct lingering *l = mem_new(struct lingering);
	l->server = s;
	l->fd = own;
	l->next = s->lingers;
	if (l->next)
		l->next->prev = l;
	s->lingers = l;
	s->nlingers++;
	l->timer = timer_open(s->loop, end, l);
	timer_set(l->timer, LINGER_MS);
	l->watch = watch_open(s->loop, own, on_bytes, l);
	watch_set(l->watch, EV_READ);
}

void linger_end_all(struct http_server *s)
{
	while (s->lingers)
		end(s->lingers);
}
