/* SPDX-License-Identifier: MIT */
/*
 * http/negotiate.h - which media type to answer in, and whether a body's type can be read. Pure.
 * Source: RFC 9110 §8.3, §12.5.1; Spec: GraphQL over HTTP, "Accept" and "Content-Type".
 */
#pragma once

#include "base/str.h"

enum media {
	MEDIA_NONE,    /* nothing that we produce: 406 */
	MEDIA_GRAPHQL, /* application/graphql-response+json */
	MEDIA_JSON,    /* application/json; also for a missing header and for wildcards */
	MEDIA_HTML     /* a browser that wants a page: names text/html and neither of the two */
};

/* The answer's type for an Accept header (empty: none given). Malformed parts count as not there.
 */
enum media media_accepted(str accept);
/* The same, but MEDIA_GRAPHQL also for a missing header and for wildcards. */
enum media media_accepted_new(str accept);
/*
 * How much the header wants `type` ("text/event-stream"), 0 (not at all) to 1000. `named` (may be
 * NULL): by name, not through a wildcard.
 */
unsigned media_quality(str accept, str type, bool *named);

enum content {
	CONTENT_OK,
	CONTENT_MISSING,
	CONTENT_MALFORMED,
	CONTENT_OTHER_TYPE,
	CONTENT_OTHER_CHARSET
};

/* Is the Content-Type header `value` the `type` ("application/json") in UTF-8, said or unsaid? */
enum content content_type_check(str value, str type);

/* May the answer be in the content coding ("gzip")? Not when the header is empty. Source: RFC 9110
 * §12.5.3. */
bool coding_accepted(str accept_encoding, str coding);
