/*
 * http/server.h - HTTP/1.1 for one worker, over libmicrohttpd on the worker's loop.
 *
 * It knows neither GraphQL nor PostgreSQL: requests come in whole (head and body), a handler from a
 * route table is called once per request, and somebody calls http_respond exactly once, at once or
 * in a later loop turn.
 *
 * When the client vanishes before that (a reset, or its side closed for a second while the request
 * is pending), or the server closes, on_gone is called, once; from then on http_respond must not be
 * called: within on_gone itself it does nothing, and the arena dies when on_gone has returned.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"

struct loop;
struct http_server;

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_OPTIONS,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_PATCH,
	HTTP_OTHER
};

struct http_request {
	struct arena *arena; /* the request's memory: empty at its start, reset at its end */
	struct http_server *server;
	enum http_method method;
	str path;  /* without the query string, percent-decoding not applied */
	str query; /* raw query string without '?', may be empty */
	str body;  /* contiguous, in the arena */
	str id;    /* X-Request-Id of the client when well-formed, else generated */
	str peer;  /* client address as text; from X-Forwarded-For behind a trusted proxy */
	uint64_t start_us;
	/* the handler's */
	void *user;
	void (*on_gone)(struct http_request *r);
	/* for the access log: filled by the handler when it knows */
	str operation;   /* GraphQL operation name */
	bool is_routine; /* a page asks for its own sake: nobody wants a line, unless to debug */
	/* the module's */
	void *conn;
};

/* The value of a header (name in any case), or an empty slice with .p == NULL. Values live as long
 * as the request. */
str http_header(const struct http_request *r, const char *name);
/* The same for a header that is a list and may come in several lines: they are joined by commas.
 * Source: RFC 9110 §5.3. */
str http_header_list(const struct http_request *r, const char *name);
/* A parameter of the query string, decoded into the arena; false when absent or badly encoded. */
bool http_query_param(const struct http_request *r, str name, str *out);

struct http_header_field {
	const char *name;
	const char *value;
};

struct http_response {
	int status;
	const char *content_type; /* NULL = no such header */
	str body; /* borrowed: must live until the request ends (its arena, or static) */
	const struct http_header_field *headers;
	size_t nheaders;
};

/* Answers. HEAD requests get the headers only. Adds Content-Length, Date, X-Request-Id and security
 * headers. */
void http_respond(struct http_request *http, const struct http_response *response);
/* A JSON or text error body in GraphQL's form: {"errors":[{"message":…,"extensions":{"code":…}}]}.
 */
void http_respond_error(struct http_request *r, const struct err *e);

typedef void http_handler(struct http_request *r, void *arg);

/* method_mask is BIT(HTTP_GET) | …; other methods get 405 with Allow, OPTIONS 204 with Allow, HEAD
 * goes as GET. */
struct http_route {
	const char *path; /* exact, or a prefix when it ends in "/ *" without the blank */
	unsigned method_mask;
	http_handler *handler;
	void *arg;
};

struct http_options {
	const char *host; /* address to bind; NULL = 127.0.0.1 */
	unsigned port;    /* 0 = any free port, see http_server_port */
	bool reuse_port;  /* several workers on one port */
	bool first;       /* of them: refuses a port that somebody else listens on */
	const char *tls_cert_pem, *tls_key_pem;      /* file contents; NULL = plain */
	size_t header_limit, body_limit;             /* bytes */
	uint64_t header_timeout_ms, body_timeout_ms; /* from the first byte; not reset per byte */
	uint64_t idle_timeout_ms;                    /* keep-alive */
	uint64_t write_timeout_ms;                   /* a client that does not read */
	unsigned connections_max;
	uint64_t suspend_after_ms; /* a pending request is suspended after this; 0 = at once */
	bool access_log;
	bool access_brief; /* text without sizes, peers and ids of ours: for one who looks on */
	/* Addresses or networks ("10.0.0.0/8") whose X-Forwarded-For counts; NULL-terminated, or
	 * NULL. */
	const char *const *trusted_proxies;
	const struct log *log;
	const struct http_route *routes; /* ends with a NULL path; must outlive the server */
};

struct http_options http_defaults(void);

/* Binds and serves on the loop. Fails: ERR_IO (address in use: says which and what to do),
 * ERR_CONFIG. */
MUST_USE bool http_server_open(struct loop *l, const struct http_options *o,
	struct http_server **out, struct err *e);
unsigned http_server_port(const struct http_server *s);
/* Stops accepting; keep-alive connections close after their answer. */
void http_server_drain(struct http_server *s);
/* Requests that have not been answered completely. */
unsigned http_server_pending(const struct http_server *s);
struct http_stats {
	uint64_t requests, connections_opened, timeouts, refused;
	unsigned connections, pending;
};
struct http_stats http_server_stats(const struct http_server *s);
/* Closes every connection (on_gone for pending requests) and frees. */
void http_server_close(struct http_server *s);
