/* SPDX-License-Identifier: MIT */
/* fault_test - clients that vanish, dawdle, flood, and the server's own end. */
#include "http/http_test_int.h"

#include "base/check.h"
#include "base/clock.h"

#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a\r\n"

static unsigned long resident_kb(void)
{
	char line[256];
	unsigned long kb = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		if (memcmp(line, "VmRSS:", 6) == 0)
			for (const char *p = line; *p; p++)
				if (*p >= '0' && *p <= '9')
					kb = kb * 10 + (unsigned long)(*p - '0');
	if (f)
		fclose(f);
	return kb;
}

/* Deadlines that no healthy test meets, even under valgrind. */
static void start(struct fixture *f, uint64_t suspend_after_ms)
{
	struct http_options o = fixture_options();
	o.header_timeout_ms = o.body_timeout_ms = o.write_timeout_ms = o.idle_timeout_ms = 4000;
	o.suspend_after_ms = suspend_after_ms;
	assert_true(fixture_start(f, &o));
}

static void start_strict(struct fixture *f)
{
	struct http_options o = fixture_options();
	assert_true(fixture_start(f, &o));
}

/* The server still answers. */
static void check_alive(const char *name, const struct fixture *f)
{
	int fd = client_open(f);
	client_say(fd, "GET /turn HTTP/1.1\r\n" HOST "\r\n");
	CHECK_INT(name, client_read(fd, false).status, 200);
	close(fd);
}

/* ---- clients that vanish ---- */

enum end { END_CLOSE, END_RESET, END_HALF };

static void vanish(int *fd, enum end how)
{
	if (how == END_CLOSE)
		close(*fd);
	else if (how == END_RESET)
		client_reset(*fd);
	else
		shutdown(*fd, SHUT_WR);
	if (how != END_HALF)
		*fd = -1;
}

/* Pending for ever, in both ways to wait: on_gone comes, memory is freed once, the loop sleeps. */
static void test_vanish_while_pending(void **state)
{
	UNUSED(state);
	static const struct {
		const char *name;
		uint64_t suspend_after_ms;
		enum end how;
		int within_ms;
	} T[] = {
		{ "unsuspended, reset", 100000, END_RESET, 200 },
		{ "unsuspended, closed", 100000, END_CLOSE, 2500 },
		{ "unsuspended, half-closed", 100000, END_HALF, 2500 },
		{ "suspended, reset", 0, END_RESET, 1500 },
		{ "suspended, closed", 0, END_CLOSE, 2500 },
		{ "suspended, half-closed", 0, END_HALF, 2500 },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct fixture f;
		start(&f, T[i].suspend_after_ms);
		int fd = client_open(&f);
		client_say(fd, "POST /never HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");
		CHECK_TRUE(T[i].name, wait_for(&f.dispatched, 1));
		unsigned long turns = f.turns;
		uint64_t from_us = clock_mono_us();
		vanish(&fd, T[i].how);
		CHECK_TRUE(T[i].name, wait_for(&f.gone, 1));
		int took_ms = (int)((clock_mono_us() - from_us) / 1000);
		turns = f.turns - turns;
		print_message("%s: gone after %d ms, %lu turns\n", T[i].name, took_ms, turns);
		CHECK_TRUE(T[i].name, took_ms <= T[i].within_ms);
		CHECK_TRUE(T[i].name, turns < (unsigned long)took_ms + 50);
		CHECK_TRUE(T[i].name, wait_for(&f.connections, 0));
		CHECK_TRUE(T[i].name, wait_for(&f.pending, 0));
		check_alive(T[i].name, &f);
		if (fd >= 0)
			close(fd);
		fixture_stop(&f);
	}
	check_end();
}

/* Gone before the answer comes: http_respond is not called, or comes too late, and nothing breaks.
 */
static void test_vanish_before_answer(void **state)
{
	UNUSED(state);
	static const char *const paths[] = { "/turn", "/later?ms=0", "/later?ms=30",
		"/later?ms=300" };
	static const uint64_t suspend[] = { 0, 3, 100000 };
	for (size_t s = 0; s < COUNT(suspend); s++) {
		struct fixture f;
		start(&f, suspend[s]);
		for (int i = 0; i < 90; i++) {
			int fd = client_open(&f);
			char request[128];
			int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n",
				paths[(size_t)i % COUNT(paths)]);
			client_send(fd, (str){ request, (size_t)n });
			if (i % 2)
				sleep_ms((unsigned)i % 5);
			vanish(&fd, i % 3 == 0 ? END_RESET : END_CLOSE);
		}
		CHECK_TRUE("pending", wait_for(&f.pending, 0));
		CHECK_TRUE("connections", wait_for(&f.connections, 0));
		check_alive("alive", &f);
		fixture_stop(&f);
	}
	check_end();
}

static void test_half_close_is_answered(void **state)
{
	UNUSED(state);
	static const char *const paths[] = { "/echo", "/turn", "/later?ms=1", "/later?ms=100" };
	struct fixture f;
	start(&f, 3);
	for (size_t i = 0; i < COUNT(paths); i++) {
		int fd = client_open(&f);
		char request[128];
		int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\n" HOST "\r\n",
			paths[i]);
		client_send(fd, (str){ request, (size_t)n });
		shutdown(fd, SHUT_WR);
		CHECK_INT(paths[i], client_read(fd, false).status, 200);
		CHECK_TRUE(paths[i], client_sees_close(fd, 2000));
		close(fd);
	}
	CHECK_INT("gone", f.gone, 0);
	fixture_stop(&f);
	check_end();
}

/* At every byte of a request, and during the answer. */
static void test_vanish_at_each_byte(void **state)
{
	UNUSED(state);
	static const char request[] = "POST /turn?a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
				      "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
	struct fixture f;
	start(&f, 3);
	for (size_t i = 1; i < sizeof request; i++) {
		int fd = client_open(&f);
		client_send(fd, (str){ request, i });
		if (i % 4 == 0)
			sleep_ms(1);
		vanish(&fd, i % 2 ? END_RESET : END_CLOSE);
	}
	for (int i = 0; i < 20; i++) {
		int fd = client_open(&f);
		char first[1];
		client_say(fd, "GET /big?n=8000000 HTTP/1.1\r\n" HOST "\r\n");
		CHECK_INT("first byte", recv(fd, first, 1, 0), 1);
		vanish(&fd, i % 2 ? END_RESET : END_CLOSE);
	}
	CHECK_TRUE("pending", wait_for(&f.pending, 0));
	CHECK_TRUE("connections", wait_for(&f.connections, 0));
	check_alive("alive", &f);
	fixture_stop(&f);
	check_end();
}

/* ---- clients that dawdle ---- */

/* Sends `text` a byte at a time every 20 ms until the server closes; ms until then, or -1 after 5
 * s. */
static int drip(int fd, const char *text)
{
	uint64_t from_us = clock_mono_us();
	for (size_t i = 0; clock_mono_us() - from_us < 5000 * 1000; i++) {
		client_send(fd, (str){ text + i % strlen(text), 1 });
		if (client_sees_close(fd, 20))
			return (int)((clock_mono_us() - from_us) / 1000);
	}
	return -1;
}

static void test_deadlines(void **state)
{
	UNUSED(state);
	static const struct {
		const char *name, *before, *dripped;
		int from_ms, to_ms; /* when the server closes */
		bool keep_alive;    /* one request is answered first */
	} T[] = {
		{ "silent from the start", "", NULL, 300, 700 },
		{ "silent after a header", "GET /echo HTTP/1.1\r\nHost: a\r\n", NULL, 300, 700 },
		{ "dripping the request line", "GET /", "a", 300, 700 },
		{ "dripping headers", "GET /echo HTTP/1.1\r\nHost: a\r\n", "A: b\r\n", 300, 700 },
		{ "silent in the body",
			"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab", NULL, 300,
			700 },
		{ "dripping a body",
			"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n", "ab",
			300, 700 },
		{ "dripping chunks",
			"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
			"1\r\nx\r\n", 300, 700 },
		{ "idle", "", NULL, 700, 1100, true },
		{ "dripping a second request", "", "GET /aaaaaaaaaaaaaaaaaaa", 300, 900, true },
		{ "dripping second headers", "GET /echo HTTP/1.1\r\nHost: a\r\n", "A: b\r\n", 300,
			800, true },
	};
	struct fixture f;
	start_strict(&f);
	for (size_t i = 0; i < COUNT(T); i++) {
		int fd = client_open(&f);
		if (T[i].keep_alive) {
			client_say(fd, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
			CHECK_INT(T[i].name, client_read(fd, false).status, 200);
		}
		uint64_t from_us = clock_mono_us();
		client_send(fd, str_from(T[i].before));
		if (T[i].dripped)
			drip(fd, T[i].dripped);
		else
			client_sees_close(fd, 5000);
		int took_ms = (int)((clock_mono_us() - from_us) / 1000);
		if (took_ms < T[i].from_ms || took_ms > T[i].to_ms)
			CHECK_INT(T[i].name, took_ms, T[i].from_ms);
		close(fd);
		CHECK_INT(T[i].name, wait_for(&f.timeouts, (unsigned)i + 1), 1);
	}
	check_alive("alive", &f);
	fixture_stop(&f);
	check_end();
}

static void test_slow_readers(void **state)
{
	UNUSED(state);
	struct fixture f;
	start_strict(&f);
	int small = 4096;
	int stuck = client_open(&f);
	setsockopt(stuck, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	client_say(stuck, "GET /big?n=30000000 HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_TRUE("one that reads nothing is ended", wait_for(&f.timeouts, 1));
	CHECK_TRUE("its request is over", wait_for(&f.pending, 0));
	close(stuck);
	/* Twice the deadline, but fast enough. */
	int slow = client_open(&f);
	client_say(slow, "GET /big?n=30000000 HTTP/1.1\r\nHost: a\r\n\r\n");
	char piece[16 * 1024];
	bool alive = true;
	for (int i = 0; i < 90 && alive; i++) {
		alive = recv(slow, piece, sizeof piece, 0) > 0;
		sleep_ms(20);
	}
	CHECK_TRUE("one that reads slowly is not", alive);
	CHECK_INT("timeouts", f.timeouts, 1);
	close(slow);
	fixture_stop(&f);
	check_end();
}

/* ---- much of everything ---- */

static void test_limits(void **state)
{
	UNUSED(state);
	struct fixture f;
	start(&f, 3);
	char *big = mem_alloc(200 * 1024);
	memset(big, 'a', 200 * 1024);
	/* A header of just under 8 KB passes, with its answer; one beyond is 431. */
	static const struct {
		const char *name;
		size_t n;
		int status;
	} H[] = { { "6 KB", 6000, 200 }, { "7.9 KB", 8192 - 80, 200 }, { "8.1 KB", 8300, 431 },
		{ "16 KB", 16000, 431 }, { "64 KB", 64000, 431 } };
	for (size_t i = 0; i < COUNT(H); i++) {
		int fd = client_open(&f);
		client_say(fd, "GET /echo HTTP/1.1\r\nHost: a\r\nX-A: ");
		client_send(fd, (str){ big, H[i].n });
		client_say(fd, "\r\n\r\n");
		CHECK_INT(H[i].name, client_read(fd, false).status, H[i].status);
		close(fd);
	}
	int fd = client_open(&f);
	client_say(fd, "GET /");
	client_send(fd, (str){ big, 20000 });
	CHECK_INT("long target", client_read(fd, false).status, 414);
	close(fd);
	/* Bodies: the limit passes, one byte more does not. */
	fd = client_open(&f);
	client_say(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n");
	client_send(fd, (str){ big, 65536 });
	struct reply r = client_read(fd, false);
	CHECK_INT("body at the limit", r.status, 200);
	CHECK_INT("body at the limit", r.body_n, 65536);
	close(fd);
	fd = client_open(&f);
	client_say(fd,
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n");
	client_send(fd, (str){ big, 65537 });
	client_say(fd, "\r\n0\r\n\r\n");
	r = client_read(fd, false);
	CHECK_INT("chunked body beyond the limit", r.status, 413);
	CHECK_TRUE("chunked body beyond the limit", r.closed);
	close(fd);
	fd = client_open(&f);
	client_say(fd,
		"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n30000\r\n");
	client_send(fd, (str){ big, 190 * 1024 });
	CHECK_TRUE("chunked body far beyond the limit", client_sees_close(fd, 2000));
	close(fd);
	mem_free(big);
	fixture_stop(&f);
	check_end();
}

/* A client that sends first and reads then gets the answer, not a reset. */
static void test_refused_while_sending(void **state)
{
	UNUSED(state);
	enum { BYTES = 4 * 1024 * 1024 };
	struct fixture f;
	start(&f, 3);
	char *big = mem_alloc(BYTES);
	memset(big, 'a', BYTES);
	for (int i = 0; i < 20; i++) {
		int fd = client_open(&f);
		client_say(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
		client_send(fd, (str){ big, BYTES });
		CHECK_INT("refused", client_read(fd, false).status, 413);
		close(fd);
	}
	int fd = client_open(&f);
	client_say(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
	CHECK_INT("refused", client_read(fd, false).status, 413);
	fixture_stop(&f);
	CHECK_TRUE("closed with the server", client_sees_close(fd, 1000));
	close(fd);
	mem_free(big);
	check_end();
}

/* What the library does not announce is done while other requests are pending. */
static void test_progress_beside_pending(void **state)
{
	UNUSED(state);
	static const uint64_t suspend[] = { 3, 100000 };
	enum { BYTES = 60000 };
	char *big = mem_alloc(BYTES);
	memset(big, 'a', BYTES);
	for (size_t s = 0; s < COUNT(suspend); s++) {
		struct fixture f;
		start(&f, suspend[s]);
		int pending = client_open(&f), fd = client_open(&f);
		client_say(pending, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
		CHECK_TRUE("pending", wait_for(&f.dispatched, 1));
		uint64_t from_us = clock_mono_us();
		for (int i = 0; i < 10; i++) {
			client_say(fd,
				"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n");
			client_send(fd, (str){ big, BYTES });
			CHECK_INT("body", client_read(fd, false).body_n, BYTES);
			client_say(fd, "GET /turn HTTP/1.1\r\nHost: a\r\nX-A: ");
			client_send(fd, (str){ big, 7000 });
			client_say(fd, "\r\n\r\n");
			CHECK_INT("header", client_read(fd, false).status, 200);
		}
		int took_ms = (int)((clock_mono_us() - from_us) / 1000);
		print_message("20 long requests beside a pending one: %d ms\n", took_ms);
		/* Never suspended, each piece of a header waits for the timer. */
		CHECK_TRUE("fast", took_ms < (s == 0 ? 1000 : 3500) || is_instrumented());
		close(pending);
		close(fd);
		fixture_stop(&f);
	}
	mem_free(big);
	check_end();
}

static void test_pipelining(void **state)
{
	UNUSED(state);
	static const char *const paths[] = { "/echo", "/turn", "/later?ms=2" };
	static const uint64_t suspend[] = { 0, 3, 100000 };
	for (size_t s = 0; s < COUNT(suspend); s++) {
		struct fixture f;
		start(&f, suspend[s]);
		int fd = client_open(&f);
		char all[100 * 64];
		size_t n = 0;
		for (int i = 0; i < 100; i++)
			n += (size_t)snprintf(all + n, sizeof all - n,
				"GET %s&%d HTTP/1.1\r\nHost: a\r\n\r\n", paths[i % 3], i);
		client_send(fd, (str){ all, n });
		for (int i = 0; i < 100; i++) {
			char want[64];
			snprintf(want, sizeof want, "&%d", i);
			struct reply r = client_read(fd, false);
			if (i % 3 < 2)
				CHECK_INT("pipelined", r.status, 404);
			else
				CHECK_TRUE(want, str_ends(str_from(r.body), str_from(want)));
		}
		close(fd);
		fixture_stop(&f);
	}
	check_end();
}

/* The library stalls in other modes when a multiple of 128 connections is ready at once. */
static void test_many_at_once(void **state)
{
	UNUSED(state);
	static const int counts[] = { 128, 256, 384 };
	static const char *const requests[] = { "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /turn HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /later?ms=1 HTTP/1.1\r\nHost: a\r\n\r\n" };
	for (size_t c = 0; c < COUNT(counts); c++) {
		struct fixture f;
		int fds[384];
		start(&f, 3);
		for (int i = 0; i < counts[c]; i++)
			fds[i] = client_open(&f);
		for (size_t round = 0; round < COUNT(requests); round++) {
			uint64_t from_us = clock_mono_us();
			for (int i = 0; i < counts[c]; i++)
				client_send(fds[i], str_from(requests[round]));
			for (int i = 0; i < counts[c]; i++)
				CHECK_INT("status", client_read(fds[i], false).status, 200);
			int took_ms = (int)((clock_mono_us() - from_us) / 1000);
			print_message("%d at once, %.12s: %d ms\n", counts[c], requests[round],
				took_ms);
			CHECK_TRUE("no stall", took_ms < 1000 || is_instrumented());
		}
		for (int i = 0; i < counts[c]; i++)
			close(fds[i]);
		fixture_stop(&f);
	}
	check_end();
}

static void test_idle_memory(void **state)
{
	UNUSED(state);
	enum { N = 1000, KB_MAX = 12 };
	struct fixture f;
	struct http_options o = fixture_options();
	o.idle_timeout_ms = o.header_timeout_ms = 60 * 1000;
	assert_true(fixture_start(&f, &o));
	int *fds = mem_alloc(N * sizeof *fds);
	unsigned long before = resident_kb();
	for (int i = 0; i < N; i++) {
		fds[i] = client_open(&f);
		client_say(fds[i], "POST /turn HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}");
		CHECK_INT("status", client_read(fds[i], false).status, 200);
	}
	CHECK_TRUE("connections", wait_for(&f.connections, N));
	unsigned long after = resident_kb();
	print_message("%d idle connections: %lu KB before, %lu KB after, %lu.%lu KB each\n", N,
		before, after, (after - before) / N, (after - before) % N / 100);
	if (!is_instrumented())
		CHECK_TRUE("memory", after - before <= (unsigned long)N * KB_MAX);
	for (int i = 0; i < N; i++)
		close(fds[i]);
	CHECK_TRUE("closed", wait_for(&f.connections, 0));
	mem_free(fds);
	fixture_stop(&f);
	check_end();
}

/* At the limit further clients wait for a place. */
static void test_connection_limit(void **state)
{
	UNUSED(state);
	struct fixture f;
	struct http_options o = fixture_options();
	o.connections_max = 2;
	o.idle_timeout_ms = o.header_timeout_ms = 60 * 1000;
	assert_true(fixture_start(&f, &o));
	int a = client_open(&f), b = client_open(&f);
	CHECK_TRUE("two", wait_for(&f.connections, 2));
	int c = client_open(&f);
	client_say(c, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
	sleep_ms(50);
	CHECK_INT("still two", f.connections, 2);
	close(a);
	CHECK_INT("then the third", client_read(c, false).status, 200);
	/* Kept alive, it makes room for a fourth. */
	int d = client_open(&f);
	client_say(d, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_INT("then the fourth", client_read(d, false).status, 200);
	CHECK_TRUE("the third is closed", client_sees_close(c, 1000));
	close(d);
	close(b);
	close(c);
	fixture_stop(&f);
	check_end();
}

/* ---- the server's end ---- */

static void test_drain(void **state)
{
	UNUSED(state);
	struct fixture f;
	start(&f, 3);
	int idle = client_open(&f), fresh = client_open(&f), busy = client_open(&f);
	client_say(idle, "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_INT("idle", client_read(idle, false).status, 200);
	client_say(busy, "GET /later?ms=200 HTTP/1.1\r\nHost: a\r\n\r\n");
	CHECK_TRUE("busy", wait_for(&f.dispatched, 2));
	fixture_drain(&f);
	CHECK_TRUE("an idle connection is closed", client_sees_close(idle, 1000));
	CHECK_TRUE("one without a request too", client_sees_close(fresh, 1000));
	CHECK_INT("no new connection", client_open(&f), -1);
	struct reply r = client_read(busy, false);
	CHECK_INT("a pending request is answered", r.status, 200);
	CHECK_TRUE("and its connection closed", r.closed && strstr(r.head, "Connection: close"));
	CHECK_TRUE("nothing pending", wait_for(&f.pending, 0));
	CHECK_TRUE("nothing open", wait_for(&f.connections, 0));
	close(idle);
	close(fresh);
	close(busy);
	fixture_stop(&f);
	check_end();
}

static void test_close_with_pending(void **state)
{
	UNUSED(state);
	static const uint64_t suspend[] = { 0, 100000 };
	for (size_t s = 0; s < COUNT(suspend); s++) {
		struct fixture f;
		start(&f, suspend[s]);
		int a = client_open(&f), b = client_open(&f), c = client_open(&f);
		client_say(a, "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
		client_say(b, "GET /later?ms=5000 HTTP/1.1\r\nHost: a\r\n\r\n");
		client_say(c, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
		CHECK_TRUE("dispatched", wait_for(&f.dispatched, 2));
		CHECK_TRUE("pending", wait_for(&f.pending, 3));
		fixture_stop(&f);
		CHECK_INT("gone", f.gone, 2);
		CHECK_TRUE("closed", client_sees_close(a, 1000) && client_sees_close(b, 1000));
		close(a);
		close(b);
		close(c);
	}
	check_end();
}

static void test_port_in_use(void **state)
{
	UNUSED(state);
	struct fixture f, g;
	start(&f, 3);
	struct http_options o = fixture_options();
	o.port = f.port;
	CHECK_TRUE("refused", !fixture_start(&g, &o));
	CHECK_INT("code", g.error.code, ERR_IO);
	CHECK_TRUE(g.error.message, strstr(g.error.message, "in use; choose another with --port"));
	fixture_stop(&f);
	o.port = 0;
	o.host = "192.0.2.1";
	CHECK_TRUE("refused", !fixture_start(&g, &o));
	CHECK_TRUE(g.error.message, strstr(g.error.message, "not an address of this machine"));
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_idle_memory), /* first: what is freed stays resident */
		cmocka_unit_test(test_vanish_while_pending),
		cmocka_unit_test(test_vanish_before_answer),
		cmocka_unit_test(test_half_close_is_answered),
		cmocka_unit_test(test_vanish_at_each_byte),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_slow_readers),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_refused_while_sending),
		cmocka_unit_test(test_progress_beside_pending),
		cmocka_unit_test(test_pipelining),
		cmocka_unit_test(test_many_at_once),
		cmocka_unit_test(test_connection_limit),
		cmocka_unit_test(test_drain),
		cmocka_unit_test(test_close_with_pending),
		cmocka_unit_test(test_port_in_use),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
