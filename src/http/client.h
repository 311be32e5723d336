/*
 * http/client.h - HTTP requests to other servers, on the worker's loop: key sets, webhooks.
 *
 * A call is one request. Redirects are not followed, and only http and https are spoken; a server's
 * certificate is verified. Proxies come from the environment (https_proxy, no_proxy). Names are
 * looked up in a thread of the library's.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct loop;
struct http_client;

struct http_reply { /* valid during on_done only */
	int status;
	str content_type; /* empty: none */
	str body;
};

struct http_call {
	/* set by the caller; must live until on_done or the cancel */
	const char *method; /* NULL = GET */
	const char *url;
	const char *const *headers; /* "Name: value", NULL at the end; or NULL */
	str body;                   /* .p == NULL: none */
	uint64_t timeout_ms;        /* for all of it; 0 = 10 s */
	size_t reply_max;           /* bytes of the body; more is a failure. 0 = 1 MB */
	/* One of the two is NULL. Fails: ERR_UNAVAILABLE with a message that names the host,
	 * ERR_TIMEOUT, ERR_TOO_LARGE. */
	void (*on_done)(struct http_call *c, const struct http_reply *r, const struct err *e);
	void *user;
	/* the module's */
	void *transfer;
};

/* Fails: ERR_CONFIG (libcurl is missing), ERR_INTERNAL. */
MUST_USE bool http_client_open(struct loop *l, struct http_client **out, struct err *e);
/* Sends; on_done is called exactly once, in a later turn, unless it is cancelled before. */
void http_client_send(struct http_client *c, struct http_call *call);
/* on_done is not called any more. Harmless when it is not running. */
void http_client_cancel(struct http_call *call);
/* Cancels all and frees. Not from on_done. NULL is allowed. */
void http_client_close(struct http_client *c);
