/* SPDX-License-Identifier: MIT */
/* http_test - the server from outside: what a client sends, and what comes back. */
#include "http/http_test_int.h"

#include "base/check.h"

#include <sys/socket.h>
#include <unistd.h>

/* ---- one request each ---- */

struct exchange {
	const char *name, *request;
	int status;
	const char *body;  /* NULL: any */
	const char *field; /* must be in the head, NULL: none */
	bool closes;
	bool head_only;
};

static void try_all(const struct exchange *cases, size_t n)
{
	struct fixture f;
	struct http_options o = fixture_options();
	assert_true(fixture_start(&f, &o));
	for (size_t i = 0; i < n; i++) {
		const struct exchange *x = &cases[i];
		int fd = client_open(&f);
		client_send(fd, str_from(x->request));
		struct reply r = client_read(fd, x->head_only);
		CHECK_INT(x->name, r.status, x->status);
		CHECK_INT(x->name, r.closed, x->closes);
		if (x->body)
			CHECK_STR(x->name, str_from(r.body), x->body);
		if (x->field && !strstr(r.head, x->field)) {
			print_error("%s: no %s in\n%s", x->name, x->field, r.head);
			check_failures++;
		}
		close(fd);
	}
	fixture_stop(&f);
	check_end();
}

#define HOST "Host: a\r\n"

static void test_plain_requests(void **state)
{
	UNUSED(state);
	static const struct exchange T[] = {
		{ "get", "GET /echo?a=1 HTTP/1.1\r\n" HOST "\r\n", 200, "/echo?a=1" },
		{ "nosniff", "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200, "/echo?",
			"X-Content-Type-Options: nosniff\r\n" },
		{ "post", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc", 200,
			"abc" },
		{ "post, chunked",
			"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
			"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
			200, "abcde" },
		{ "post, empty", "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 200,
			"" },
		{ "answered at the end of the turn", "GET /turn?x HTTP/1.1\r\n" HOST "\r\n", 200,
			"/turn?x" },
		{ "answered later", "GET /later?ms=1 HTTP/1.1\r\n" HOST "\r\n", 200,
			"/later?ms=1" },
		{ "answered much later",
			"POST /later?ms=60 HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nz", 200,
			"z" },
		{ "head", "HEAD /echo?q HTTP/1.1\r\n" HOST "\r\n", 200, NULL,
			"Content-Length: 7\r\n", false, true },
		{ "prefix", "GET /tree/a/b HTTP/1.1\r\n" HOST "\r\n", 200, "/tree/a/b?" },
		{ "HTTP/1.0 closes", "GET /echo HTTP/1.0\r\n\r\n", 200, "/echo?", NULL, true },
		{ "HTTP/1.0 may stay", "GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200,
			"/echo?" },
		{ "connection: close", "GET /echo HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
			200, "/echo?", NULL, true },
		{ "absolute form", "GET http://a/echo?b HTTP/1.1\r\n" HOST "\r\n", 200, "/echo?b" },
		{ "request id, given",
			"GET /echo HTTP/1.1\r\n" HOST "X-Request-Id: A.b-c_9\r\n\r\n", 200, NULL,
			"X-Request-Id: A.b-c_9\r\n" },
		{ "options", "OPTIONS /echo HTTP/1.1\r\n" HOST "\r\n", 204, NULL,
			"Allow: GET, HEAD, POST, OPTIONS\r\n", false, true },
		{ "options of all", "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 204, NULL,
			"Allow: GET, HEAD, POST, OPTIONS\r\n", false, true },
		{ "wrong method", "DELETE /post HTTP/1.1\r\n" HOST "\r\n", 405, NULL,
			"Allow: POST, OPTIONS\r\n" },
		{ "unknown method", "BREW /post HTTP/1.1\r\n" HOST "\r\n", 405, NULL, NULL },
		{ "nothing there", "GET /nothing HTTP/1.1\r\n" HOST "\r\n", 404,
			"{\"errors\":[{\"message\":\"There is nothing at this path.\","
			"\"extensions\":{\"code\":\"NOT_FOUND\"}}]}",
			"Content-Type: application/json; charset=utf-8\r\n" },
		{ "nothing there, in a browser",
			"GET /nothing HTTP/1.1\r\n" HOST "Accept: text/html,*/*;q=0.8\r\n\r\n", 404,
			"404 There is nothing at this path.\n", "Content-Type: text/plain" },
		{ "expect 100",
			"POST /echo HTTP/1.1\r\n" HOST
			"Expect: 100-continue\r\nContent-Length: 1\r\n\r\n",
			100, NULL, NULL, false, true },
	};
	try_all(T, COUNT(T));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_requests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
