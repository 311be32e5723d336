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
		{ "date", "GET /echo HTTP/1.1\r\n" HOST "\r\n", 200, NULL, "Date: " },
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

#define POST "POST /echo HTTP/1.1\r\n" HOST
static const struct exchange HOSTILE[] = {
	/* Framing. Source: RFC 9112 §6.3. */
	{ "length and encoding",
		POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL,
		NULL, true },
	{ "encoding and length",
		POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400, NULL,
		NULL, true },
	{ "two lengths", POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400, NULL, NULL,
		true },
	{ "the same length twice", POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
		NULL, NULL, true },
	{ "length list", POST "Content-Length: 3, 3\r\n\r\nabc", 400, NULL, NULL, true },
	{ "negative length", POST "Content-Length: -1\r\n\r\n", 400, NULL, NULL, true },
	{ "signed length", POST "Content-Length: +3\r\n\r\nabc", 400, NULL, NULL, true },
	{ "length in hex", POST "Content-Length: 0x3\r\n\r\nabc", 400, NULL, NULL, true },
	{ "no length at all", POST "Content-Length:\r\n\r\nabc", 400, NULL, NULL, true },
	{ "length beyond 64 bits", POST "Content-Length: 99999999999999999999\r\n\r\nabc", 413,
		NULL, NULL, true },
	{ "length beyond the limit", POST "Content-Length: 65537\r\n\r\nabc", 413, NULL, NULL,
		true },
	{ "long body, asked before", POST "Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n",
		413, NULL, NULL, true },
	{ "other encoding", POST "Transfer-Encoding: gzip\r\n\r\nabc", 501, NULL, NULL, true },
	{ "two encodings", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501, NULL,
		NULL, true },
	{ "encoding twice",
		POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		501, NULL, NULL, true },
	{ "encoding with a blank before the colon",
		POST "Transfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc", 400, NULL, NULL,
		true },
	{ "encoding with a vertical tab", POST "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", 400,
		NULL, NULL, true },
	{ "encoding in HTTP/1.0",
		"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400, NULL,
		NULL, true },
	{ "chunk size is no number",
		POST "Transfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n", 400, NULL, NULL,
		true },
	{ "chunk size negative", POST "Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
		400, NULL, NULL, true },
	{ "chunk size with 0x", POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
		400, NULL, NULL, true },
	{ "chunk size beyond 64 bits",
		POST "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc", 413, NULL, NULL,
		true },
	{ "chunk longer than its size",
		POST "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", 400, NULL, NULL,
		true },
	/* Fields. Source: RFC 9112 §5. */
	{ "no host", "GET /echo HTTP/1.1\r\n\r\n", 400, NULL, NULL, true },
	{ "two hosts", "GET /echo HTTP/1.1\r\n" HOST "Host: b\r\n\r\n", 400, NULL, NULL, true },
	{ "blank before the colon", "GET /echo HTTP/1.1\r\n" HOST "X-A : b\r\n\r\n", 400, NULL,
		NULL, true },
	{ "no colon", "GET /echo HTTP/1.1\r\n" HOST "X-A\r\n\r\n", 400, NULL, NULL, true },
	{ "no name", "GET /echo HTTP/1.1\r\n" HOST ": b\r\n\r\n", 400, NULL, NULL, true },
	{ "folded", "GET /echo HTTP/1.1\r\n" HOST "X-A: b\r\n c\r\n\r\n", 400, NULL, NULL, true },
	{ "folded, not last", "GET /echo HTTP/1.1\r\nX-A: b\r\n\tc\r\n" HOST "\r\n", 400, NULL,
		NULL, true },
	{ "folded length", POST "Content-Length: 1\r\n 0\r\n\r\nabcdefghij", 400, NULL, NULL,
		true },
	{ "first field folded", "GET /echo HTTP/1.1\r\n X-A: b\r\n" HOST "\r\n", 400, NULL, NULL,
		true },
	{ "control character in a value", "GET /echo HTTP/1.1\r\n" HOST "X-A: \001\r\n\r\n", 400,
		NULL, NULL, true },
	{ "return in a value", "GET /echo HTTP/1.1\r\n" HOST "X-A: a\rX-B: b\r\n\r\n", 400, NULL,
		NULL, true },
	{ "request id with other characters",
		"GET /echo HTTP/1.1\r\n" HOST "X-Request-Id: <x>\r\n\r\n", 200 },
	/* Request line. Source: RFC 9112 §3. */
	{ "blank in the target", "GET /echo /x HTTP/1.1\r\n" HOST "\r\n", 0, NULL, NULL, true },
	{ "two blanks before the target", "GET  /echo HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL,
		true },
	{ "head ends early", "GET /echo HTTP/1.1\r\n" HOST ":\r\nX-A: b\r\n\r\n", 400, NULL, NULL,
		true },
	{ "control character in the target", "GET /echo\001 HTTP/1.1\r\n" HOST "\r\n", 400, NULL,
		NULL, true },
	{ "bytes beyond ASCII in the target", "GET /echo\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 400,
		NULL, NULL, true },
	{ "fragment in the target", "GET /echo#a HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, true },
	{ "bad percent-encoding", "GET /echo%4 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, true },
	{ "other scheme", "GET ftp://a/echo HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, true },
	{ "user in the authority", "GET http://u@a/echo HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL,
		true },
	{ "authority form", "CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, true },
	{ "star for another method", "GET * HTTP/1.1\r\n" HOST "\r\n", 400, NULL, NULL, true },
	{ "dots are not resolved", "GET /tree/../echo HTTP/1.1\r\n" HOST "\r\n", 200,
		"/tree/../echo?" },
	{ "percent is not decoded", "GET /%65cho HTTP/1.1\r\n" HOST "\r\n", 404 },
	{ "HTTP/2.0", "GET /echo HTTP/2.0\r\n" HOST "\r\n", 505, NULL, NULL, true },
	{ "HTTP/0.9", "GET /echo\r\n\r\n", 400, NULL, NULL, true },
	{ "no HTTP", "\x16\x03\x01\x02\r\n\r\n", 0, NULL, NULL, true },
	{ "lower case method", "get /echo HTTP/1.1\r\n" HOST "\r\n", 405 },
};
#undef POST

static void test_hostile_requests(void **state)
{
	UNUSED(state);
	try_all(HOSTILE, COUNT(HOSTILE));
}

static void test_assets(void **state)
{
	UNUSED(state);
	static const struct exchange T[] = {
		{ "whole", "GET /assets/a.js HTTP/1.1\r\n" HOST "\r\n", 200, "let a = 1;\n",
			"ETag: \"a1\"\r\n" },
		{ "type", "GET /assets/a.js HTTP/1.1\r\n" HOST "\r\n", 200, NULL,
			"Content-Type: text/javascript\r\n" },
		{ "policy", "GET /assets/ HTTP/1.1\r\n" HOST "\r\n", 200, "<p>",
			"Content-Security-Policy: default-src 'self'\r\n" },
		{ "caching", "GET /assets/ HTTP/1.1\r\n" HOST "\r\n", 200, "<p>",
			"Cache-Control: no-cache\r\n" },
		{ "gzip", "GET /assets/a.js HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n", 200,
			"zipped", "Content-Encoding: gzip\r\n" },
		{ "gzip has its own tag",
			"GET /assets/a.js HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n", 200,
			NULL, "ETag: \"a1-gzip\"\r\n" },
		{ "no gzip form", "GET /assets/ HTTP/1.1\r\n" HOST "Accept-Encoding: gzip\r\n\r\n",
			200, "<p>", "Vary: Accept-Encoding\r\n" },
		{ "known", "GET /assets/a.js HTTP/1.1\r\n" HOST "If-None-Match: \"a1\"\r\n\r\n",
			304, NULL, "ETag: \"a1\"\r\n", false, true },
		{ "known, weak, in a list",
			"GET /assets/a.js HTTP/1.1\r\n" HOST
			"If-None-Match: \"b\", W/\"a1\"\r\n\r\n",
			304, NULL, NULL, false, true },
		{ "any", "GET /assets/a.js HTTP/1.1\r\n" HOST "If-None-Match: *\r\n\r\n", 304, NULL,
			NULL, false, true },
		{ "known in the other form",
			"GET /assets/a.js HTTP/1.1\r\n" HOST "If-None-Match: \"a1-gzip\"\r\n\r\n",
			200, "let a = 1;\n" },
		{ "head", "HEAD /assets/a.js HTTP/1.1\r\n" HOST "\r\n", 200, NULL,
			"Content-Length: 11\r\n", false, true },
		{ "nothing", "GET /assets/b.js HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "no way out", "GET /assets/../a.js HTTP/1.1\r\n" HOST "\r\n", 404 },
	};
	try_all(T, COUNT(T));
}

/* Identifiers that the server makes are 128 random bits in hexadecimal. */
static void test_request_ids(void **state)
{
	UNUSED(state);
	struct fixture f;
	struct http_options o = fixture_options();
	assert_true(fixture_start(&f, &o));
	int fd = client_open(&f);
	char last[33] = "";
	for (int i = 0; i < 3; i++) {
		client_say(fd, "GET /echo HTTP/1.1\r\n" HOST "\r\n");
		struct reply r = client_read(fd, false);
		const char *at = strstr(r.head, "\r\nX-Request-Id: ");
		assert_non_null(at);
		str id = { at + 16, 32 };
		CHECK_INT("length", strspn(id.p, "0123456789abcdef"), 32);
		CHECK_TRUE("new", !str_eq(id, str_from(last)));
		snprintf(last, sizeof last, "%.*s", STR_ARG(id));
	}
	close(fd);
	fixture_stop(&f);
	check_end();
}

/* One line per request, in the order of completion. */
static void test_access_log(void **state)
{
	UNUSED(state);
	static const char *const wanted[2][4] = {
		{ "info  GET /echo status=200 duration_ms=",
			"bytes=8 request_id=abc peer=127.0.0.1\n", "info  POST /nothing status=404",
			"info  GET - status=400" },
		{ "\"method\":\"GET\",\"path\":\"/echo\",\"status\":200,\"duration_ms\":",
			"\"bytes\":8,\"request_id\":\"abc\",\"peer\":\"127.0.0.1\"}\n",
			"\"path\":\"/nothing\",\"status\":404", "\"path\":\"\",\"status\":400" },
	};
	static const char *const proxies[] = { "127.0.0.0/8", NULL };
	for (int json = 0; json < 2; json++) {
		FILE *file = tmpfile();
		struct log log = { .fd = fileno(file), .level = LOG_LEVEL_INFO, .json = json };
		struct http_options o = fixture_options();
		struct fixture f;
		o.log = &log;
		o.access_log = true;
		o.trusted_proxies = json ? NULL : proxies;
		assert_true(fixture_start(&f, &o));
		int fd = client_open(&f);
		client_say(fd, "GET /echo?ab HTTP/1.1\r\n" HOST "X-Request-Id: abc\r\n\r\n");
		client_read(fd, false);
		client_say(fd,
			"POST /nothing HTTP/1.1\r\n" HOST
			"X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nContent-Length: 1\r\n\r\na");
		client_read(fd, false);
		client_say(fd, "GET \001 HTTP/1.1\r\n" HOST "\r\n");
		client_read(fd, false);
		close(fd);
		fixture_stop(&f);
		char text[4096];
		rewind(file);
		text[fread(text, 1, sizeof text - 1, file)] = '\0';
		fclose(file);
		const char *at = text;
		for (size_t i = 0; i < COUNT(wanted[json]); i++) {
			at = strstr(at, wanted[json][i]);
			if (!at)
				print_error("no %s in\n%s", wanted[json][i], text);
			assert_non_null(at);
		}
	}
}

/* NUL bytes, which end a C string too early. */
static void test_nul_bytes(void **state)
{
	UNUSED(state);
	static const struct {
		const char *name;
		str request;
	} T[] = {
		{ "in the method", STR_INIT("GET\0 /echo HTTP/1.1\r\n" HOST "\r\n") },
		{ "in the target", STR_INIT("GET /echo\0/x HTTP/1.1\r\n" HOST "\r\n") },
		{ "in a name", STR_INIT("GET /echo HTTP/1.1\r\n" HOST "X\0-A: b\r\n\r\n") },
		{ "in a value", STR_INIT("GET /echo HTTP/1.1\r\nX-A: b\0c\r\n" HOST "\r\n") },
		{ "in the last value",
			STR_INIT("GET /echo HTTP/1.1\r\n" HOST "X-A: b\0c\r\n\r\n") },
	};
	struct fixture f;
	struct http_options o = fixture_options();
	assert_true(fixture_start(&f, &o));
	for (size_t i = 0; i < COUNT(T); i++) {
		int fd = client_open(&f);
		client_send(fd, T[i].request);
		struct reply r = client_read(fd, false);
		CHECK_TRUE(T[i].name, r.status == 400 || r.status == 0);
		CHECK_TRUE(T[i].name, r.closed);
		close(fd);
	}
	CHECK_INT("handled", f.dispatched, 0);
	fixture_stop(&f);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_requests),
		cmocka_unit_test(test_hostile_requests),
		cmocka_unit_test(test_nul_bytes),
		cmocka_unit_test(test_assets),
		cmocka_unit_test(test_request_ids),
		cmocka_unit_test(test_access_log),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
