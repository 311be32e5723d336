/*
 * app/host.h - what a program that has the library inside brings along: resolvers, and who a
 * request is from.
 */
#pragma once

#include "base/log.h"
#include "exec/resolve.h"
#include "schema/model.h"

struct http_request;

enum host_verdict {
	HOST_PASS,    /* as the bearer token says */
	HOST_KNOWN,   /* the identity that was written */
	HOST_REFUSED, /* with an error */
};

struct host {
	struct resolver_host resolvers;
	bool (*has_resolver)(void *arg, str name);
	/* Looks at a request before its token is; what it writes is on the request's arena. NULL:
	 * tokens alone tell. Called on serving threads, several at a time. */
	enum host_verdict (
		*identify)(void *arg, struct http_request *h, struct identity *out, struct err *e);
	void *arg;
};

/*
 * Are there resolvers for all fields that want one? With a host, one that is missing is an error:
 * ERR_CONFIG. Without, such fields are refused when they are asked for, and the log says so.
 */
MUST_USE bool host_check(const struct host *h, const struct model *m, const struct log *log,
	struct err *e);
