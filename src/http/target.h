/* SPDX-License-Identifier: MIT */
/* http/target.h - the request target, taken apart. Pure. Source: RFC 9112 §3.2, RFC 3986. */
#pragma once

#include "base/str.h"

struct target {
	str path;      /* starts with '/', or is "*" */
	str query;     /* without '?', may be empty */
	str authority; /* of the absolute form, else empty */
};

/*
 * Origin form ("/a?b"), absolute form ("http://host/a?b") or "*". False for everything else: empty,
 * other forms, bytes outside printable ASCII, '#', bad percent-encodings in the path. Views of
 * `raw`.
 */
bool target_parse(str raw, struct target *out);
/* The value of a query parameter, decoded ('+' is a blank) into `a`. False: absent or badly
 * encoded. */
bool query_param(struct arena *a, str query, str name, str *out);
/* Decodes percent-encodings and '+' into `a`. False: bad encoding, or the result is not UTF-8. */
bool query_decode(struct arena *a, str raw, str *out);
