/* SPDX-License-Identifier: MIT */
/*
 * http/http_test_int.h - a server on a thread of its own, with routes that show every way to
 * answer, and a client that says any bytes. For the tests of this folder.
 *
 *     /echo        the body (POST) or the path and query (GET), at once
 *     /turn        the same, at the end of the loop turn
 *     /later?ms=N  the same, N ms later
 *     /never       no answer
 *     /big?n=N     N bytes
 *     /tree/…      prefix route
 */
#pragma once

#include "http/server.h"

#include <stdatomic.h>

struct fixture {
	struct http_options options;
	struct http_server *server;
	struct loop *loop;
	struct wake *wake;
	struct hook *hook;
	struct thread *thread;
	unsigned port;
	struct http_request *turn[1024]; /* to be answered at the end of the turn */
	unsigned nturn;
	_Atomic int task; /* for the loop's thread: 'd'rain, 's'top, 'c'lose */
	_Atomic unsigned gone, dispatched, pending, connections, timeouts, waits;
	_Atomic unsigned long turns;
	struct err error;
};

/* Default options but for limits that suit a test; routes set. */
struct http_options fixture_options(void);
bool fixture_start(struct fixture *f, const struct http_options *o);
void fixture_drain(struct fixture *f);
/* Closes the server and waits for its thread. */
void fixture_stop(struct fixture *f);

/* A connected socket with timeouts of 5 s. */
int client_open(const struct fixture *f);
void client_send(int fd, str bytes);
#define client_say(fd, lit) client_send((fd), S(lit))
/* Closes with a reset. */
void client_reset(int fd);

struct reply {
	int status;  /* 0: closed or timed out without an answer */
	bool closed; /* the server closed after (or instead of) it */
	size_t body_n;
	char head[4096];
	char body[4096]; /* its start */
};

/* Reads one response by its Content-Length; waits at most 5 s. `head_only`: it has no body (HEAD,
 * 204, 304). */
struct reply client_read(int fd, bool head_only);
/* Waits up to `ms` for the server's close; true when it came. */
bool client_sees_close(int fd, int ms);
void sleep_ms(unsigned ms);
/* Memory and time mean something only without tools that change both. */
bool is_instrumented(void);
/* Waits up to 5 s until *value is `wanted`. */
bool wait_for(_Atomic unsigned *value, unsigned wanted);
