/* SPDX-License-Identifier: MIT */
/*
 * http_bench - a server for a load generator; at its end it prints the CPU time that a request cost
 * it. Usage: http_bench PORT SECONDS [tls-cert.pem tls-key.pem]
 *
 *     POST /now    400 bytes, answered in the handler
 *     POST /turn   the same, answered at the end of the loop turn, as after a database's answer
 *     POST /next   the same, answered in the next loop turn
 */
#include "http/server.h"

#include "base/num.h"
#include "ev/file.h"
#include "ev/loop.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { ANSWER_BYTES = 400, WAITING_MAX = 4096 };

struct bench {
	struct loop *loop;
	struct hook *hook;
	struct http_request *waiting[WAITING_MAX];
	unsigned nwaiting, nolder;
	char answer[ANSWER_BYTES];
};

static void answer(struct bench *b, struct http_request *r)
{
	struct http_response response = { .status = 200,
		.content_type = "application/json",
		.body = { b->answer, sizeof b->answer } };
	http_respond(r, &response);
}

static void on_now(struct http_request *r, void *arg)
{
	answer(arg, r);
}

static void forget(struct http_request *r)
{
	struct bench *b = r->user;
	for (unsigned i = 0; i < b->nwaiting; i++)
		if (b->waiting[i] == r)
			b->waiting[i] = NULL;
}

static void wait(struct bench *b, struct http_request *r)
{
	r->user = b;
	r->on_gone = forget;
	b->waiting[b->nwaiting++] = r;
	hook_again(b->hook);
}

static void on_turn(struct http_request *r, void *arg)
{
	struct bench *b = arg;
	wait(b, r);
	b->nolder = b->nwaiting;
}

static void on_next(struct http_request *r, void *arg)
{
	wait(arg, r);
}

/* Answers what came before this turn (nolder), or with /turn also what came in it. */
static void on_turn_end(void *arg)
{
	struct bench *b = arg;
	for (unsigned i = 0; i < b->nolder; i++)
		if (b->waiting[i])
			answer(b, b->waiting[i]);
	b->nwaiting -= b->nolder;
	memmove(b->waiting, b->waiting + b->nolder, b->nwaiting * sizeof b->waiting[0]);
	b->nolder = b->nwaiting;
	if (b->nwaiting > 0)
		hook_again(b->hook);
}

static void on_end(void *arg)
{
	loop_stop(arg);
}

static bool read_identity(char **argv, struct arena *a, struct http_options *o, struct err *e)
{
	str cert, key;
	if (!file_read(a, argv[3], 1 << 20, &cert, e) || !file_read(a, argv[4], 1 << 20, &key, e))
		return false;
	o->tls_cert_pem = str_z(a, cert);
	o->tls_key_pem = str_z(a, key);
	return true;
}

int main(int argc, char **argv)
{
	uint64_t port = 0, seconds = 0;
	struct err e;
	struct http_server *server;
	struct http_options o = http_defaults();
	struct arena *a = arena_open(0);
	struct bench *b = mem_new(struct bench);
	const struct http_route routes[] = { { "/now", BIT(HTTP_POST) | BIT(HTTP_GET), on_now, b },
		{ "/turn", BIT(HTTP_POST) | BIT(HTTP_GET), on_turn, b },
		{ "/next", BIT(HTTP_POST) | BIT(HTTP_GET), on_next, b }, { NULL } };
	bool usage = argc < 3 || !num_u64(str_from(argv[1]), &port) ||
		!num_u64(str_from(argv[2]), &seconds);
	if (usage || (argc == 5 && !read_identity(argv, a, &o, &e))) {
		fprintf(stderr, "usage: http_bench PORT SECONDS [cert.pem key.pem]\n");
		return 2;
	}
	memset(b->answer, 'x', sizeof b->answer);
	o.port = (unsigned)port;
	o.routes = routes;
	b->loop = loop_open();
	if (!http_server_open(b->loop, &o, &server, &e)) {
		fprintf(stderr, "%s\n", e.message);
		return 1;
	}
	/* After the server's own hook: what is answered here leaves in the next turn's, as it does
	 * from elsewhere. */
	b->hook = hook_open(b->loop, on_turn_end, b);
	timer_set(timer_open(b->loop, on_end, b->loop), seconds * 1000);
	loop_run(b->loop);
	struct rusage used;
	getrusage(RUSAGE_SELF, &used);
	uint64_t n = http_server_stats(server).requests;
	double us = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 +
		(double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	printf("%lu requests, %.2f us of CPU each\n", (unsigned long)n, n ? us / (double)n : 0);
	http_server_close(server);
	loop_close(b->loop);
	arena_close(a);
	mem_free(b);
	return 0;
}
