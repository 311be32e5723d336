/* SPDX-License-Identifier: MIT */
/* http/assets.h - files inside the program, served with ETag, gzip and a content security policy.
 */
#pragma once

#include "http/server.h"

#include "gen/embedded.h"

struct assets {
	const struct embedded_file *files; /* as tools/embed writes them: sorted, ends with NULL */
	const char *prefix;                /* what is cut off the path: "/studio/" */
	const char *index;                 /* the file for the prefix itself; NULL: none */
	const char *csp;                   /* Content-Security-Policy; NULL: none */
	const char *cache_control;         /* NULL: "no-cache", that is: ask each time, by ETag */
};

/* A handler; `arg` is a struct assets that outlives the server. Answers 200, 304 or 404. */
void assets_serve(struct http_request *r, void *arg);
