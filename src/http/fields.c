/* SPDX-License-Identifier: MIT */
/*
 * fields - refuses what libmicrohttpd lets through in request headers.
 *
 * One pass over the fields. Refused: names that are no tokens (a blank before the colon among
 * them), control characters in values, folded lines, NUL bytes, several Host, Content-Length,
 * Content-Type or Authorization fields, Content-Length that is no plain number, Content-Length
 * together with Transfer-Encoding, and transfer codings other than chunked: everything on which two
 * servers in a row could disagree. Source: RFC 9112 §5, §6, §11.2; RFC 9110 §5.6.2.
 *
 * Folded lines and NUL bytes are seen by where the library's strings lie: it parses in place, so
 * that a value follows its name, and a name the value before it, with nothing but what it cut out
 * between them. From version 1.0 the library refuses both itself and makes no such promise, so the
 * check is only for older ones.
 */
#include "http/server_int.h"

#include "base/num.h"

#include <string.h>

enum { REQUEST_ID_MAX = 64 };

struct fields {
	struct request *r;
	unsigned hosts, lengths, encodings, identities, types;
	bool bad, unknown;
	bool check_places;
	const char *end; /* of the value before, at first of the request line */
};

/* tchar of RFC 9110 §5.6.2: bit per character, 64 a word. */
static bool is_token_char(unsigned char c)
{
	static const uint64_t allowed[2] = {
		/* ! # $ % & ' * + - . 0-9 */
		0x03ff6cfa00000000u,
		/* A-Z ^ _ ` a-z | ~ */
		0x57ffffffc7fffffeu,
	};
	return c < 128 && allowed[c >> 6] >> (c & 63) & 1;
}

static bool is_token(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_token_char((unsigned char)s.p[i]))
			return false;
	return s.n > 0;
}

static bool has_control(str s)
{
	unsigned char bad = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		bad |= (unsigned char)((c < ' ' && c != '\t') || c == 127);
	}
	return bad;
}

/* Does the value lie behind its name, and the name behind the value before? */
static bool is_in_place(const struct fields *f, str name, str value)
{
	uintptr_t at = (uintptr_t)name.p, to = (uintptr_t)value.p;
	if (to <= at + name.n)
		return false;
	for (const char *p = name.p + name.n + 1; p < value.p; p++)
		if (*p != ' ' && *p != '\t')
			return false;
	uintptr_t last = (uintptr_t)f->end;
	return at == last + 2 || at == last + 1;
}

static bool id_is_good(str id)
{
	for (size_t i = 0; i < id.n; i++) {
		char c = id.p[i], lower = (char)(c | 0x20);
		bool good = (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '.' ||
			c == '_' || c == '-';
		if (!good)
			return false;
	}
	return id.n > 0 && id.n <= REQUEST_ID_MAX;
}

static void take_length(struct fields *f, str value)
{
	f->lengths++;
	f->r->has_length = true;
	if (!num_u64(str_trim(value), &f->r->content_length))
		f->bad = true;
}

/* The fields that mean something to this module. */
static void take(struct fields *f, str name, str value)
{
	if (name.n == 4 && str_eq_fold(name, S("Host"))) {
		f->hosts++;
	} else if (name.n == 13 && str_eq_fold(name, S("Authorization"))) {
		f->identities++;
	} else if (name.n == 12 && str_eq_fold(name, S("X-Request-Id"))) {
		str id = str_trim(value);
		if (id_is_good(id))
			f->r->http.id = str_from(str_z(f->r->http.arena, id));
		f->r->has_own_id = f->r->http.id.p != NULL;
	} else if (name.n == 12 && str_eq_fold(name, S("Content-Type"))) {
		f->types++;
	} else if (name.n == 14 && str_eq_fold(name, S("Content-Length"))) {
		take_length(f, value);
	} else if (name.n == 15 && f->r->conn->from_proxy &&
		str_eq_fold(name, S("X-Forwarded-For"))) {
		str client = forwarded_client(&f->r->http.server->proxies, value);
		if (client.n > 0)
			f->r->http.peer = client;
	} else if (name.n == 17 && str_eq_fold(name, S("Transfer-Encoding"))) {
		f->encodings++;
		f->r->encoded = true;
		f->unknown = !str_eq_fold(str_trim(value), S("chunked"));
	}
}

static enum MHD_Result on_field(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_n,
	const char *val, size_t val_n)
{
	UNUSED(kind);
	struct fields *f = arg;
	str name = { key, key_n }, value = { val ? val : "", val_n };
	if (!is_token(name) || has_control(value) ||
		(f->check_places && !is_in_place(f, name, value)))
		f->bad = true;
	f->end = value.p + value.n;
	take(f, name, value);
	return f->bad ? MHD_NO : MHD_YES;
}

static void check_framing(struct request *r, const struct fields *f, const char *version)
{
	bool old = strcmp(version, "HTTP/1.0") == 0;
	if (f->bad)
		request_refuse(r, 400, "The request's headers are malformed.");
	if (f->hosts > 1)
		request_refuse(r, 400, "The request has several Host headers.");
	if (f->identities > 1)
		request_refuse(r, 400, "The request has several Authorization headers.");
	if (f->types > 1)
		request_refuse(r, 400, "The request has several Content-Type headers.");
	if (f->lengths > 1)
		request_refuse(r, 400, "The request has several Content-Length headers.");
	if (f->lengths && f->encodings)
		request_refuse(r, 400,
			"The request has both Content-Length and Transfer-Encoding.");
	if (f->encodings && old)
		request_refuse(r, 400, "HTTP/1.0 has no Transfer-Encoding.");
	if (f->encodings > 1 || f->unknown)
		request_refuse(r, 501, "No transfer coding but chunked is supported.");
}

/*
 * Do the request line's parts follow each other, and does the head end with an empty line after the
 * last value? A NUL byte in a part cuts it; an empty name makes the library end the head too early.
 */
static bool is_whole(const struct fields *f, const char *method, const char *version, size_t head_n)
{
	const struct request *r = f->r;
	uintptr_t start = (uintptr_t)method, target = (uintptr_t)r->target;
	uintptr_t line_end = target + r->target_n, end = (uintptr_t)f->end;
	return target == start + strlen(method) + 1 && (uintptr_t)version == line_end + 1 &&
		start + head_n >= end + 2 && start + head_n <= end + 4;
}

static size_t head_bytes(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	return info ? info->header_size : 0;
}

void fields_check(struct request *r, const char *method, const char *version)
{
	struct http_server *s = r->http.server;
	struct MHD_Connection *mhd = r->conn->mhd;
	struct fields f = { .r = r, .check_places = s->check_places };
	size_t head_n = head_bytes(mhd);
	f.end = version + strlen(version);
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_field, &f);
	if (s->check_places && !f.bad && !is_whole(&f, method, version, head_n))
		f.bad = true;
	check_framing(r, &f, version);
	if (head_n > s->o.header_limit)
		request_refuse(r, 431, "The request's headers are larger than the limit.");
	if (!r->http.id.p) {
		char *id = arena_alloc(r->http.arena, 33, 1);
		request_id_put(s, id);
		r->http.id = (str){ id, 32 };
	}
}

bool fields_lie_in_place(void)
{
	return str_starts(str_from(MHD_get_version()), S("0."));
}
