/* SPDX-License-Identifier: MIT */
/*
 * response - answers: made when http_respond is called, queued when libmicrohttpd asks next.
 *
 * The body is never copied: it lies in the request's arena (or is static), and the arena lives
 * until the library says that the request is complete. Answers to HEAD and 204/304 lose their body
 * in the library.
 */
#include "http/server_int.h"

#include "base/json.h"
#include "http/negotiate.h"
#include "http/target.h"

#include <assert.h>
#include <string.h>

/* ---- what handlers read ---- */

static struct request *request_of(const struct http_request *r)
{
	return r->conn;
}

str http_header(const struct http_request *r, const char *name)
{
	const char *value = NULL;
	size_t n = 0;
	struct MHD_Connection *mhd = request_of(r)->conn->mhd;
	if (MHD_lookup_connection_value_n(mhd, MHD_HEADER_KIND, name, strlen(name), &value, &n) !=
		MHD_YES)
		return STR_NONE;
	return str_trim((str){ value ? value : "", n });
}

struct lines {
	str name;
	struct buf joined;
	size_t n;
};

static enum MHD_Result on_line(void *arg, enum MHD_ValueKind kind, const char *key, size_t key_n,
	const char *value, size_t value_n)
{
	UNUSED(kind);
	struct lines *l = arg;
	if (!str_eq_fold((str){ key, key_n }, l->name))
		return MHD_YES;
	if (l->n++ > 0)
		buf_lit(&l->joined, ", ");
	buf_put(&l->joined, str_trim((str){ value ? value : "", value_n }));
	return MHD_YES;
}

str http_header_list(const struct http_request *r, const char *name)
{
	struct lines l = { .name = str_from(name), .joined = buf_on(r->arena) };
	MHD_get_connection_values_n(request_of(r)->conn->mhd, MHD_HEADER_KIND, on_line, &l);
	return l.n > 0 ? buf_str(&l.joined) : STR_NONE;
}

bool http_query_param(const struct http_request *r, str name, str *out)
{
	return query_param(r->arena, r->query, name, out);
}

/* ---- identifiers ---- */

static uint64_t rotate(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* Source: Blackman, Vigna, "Scrambled linear pseudorandom number generators" (xoshiro256**). */
static uint64_t next_random(uint64_t s[4])
{
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;
	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

void request_id_put(struct http_server *s, char out[32])
{
	static const char digits[] = "0123456789abcdef";
	for (int half = 0; half < 2; half++) {
		uint64_t x = next_random(s->random);
		for (int i = 0; i < 16; i++, x >>= 4)
			*out++ = digits[x & 15];
	}
}

/* ---- answering ---- */

static void add(struct MHD_Response *m, const char *name, const char *value)
{
	/* Fails for line breaks in a value: then the answer goes without it rather than split in
	 * two. */
	(void)MHD_add_response_header(m, name, value);
}

static void *without_const(const char *p)
{
	return (void *)(uintptr_t)p;
}

static struct MHD_Response *make(struct request *r, const struct http_response *response)
{
	struct MHD_Response *m = MHD_create_response_from_buffer(response->body.n,
		without_const(response->body.p), MHD_RESPMEM_PERSISTENT);
	if (!m)
		return NULL;
	if (response->content_type)
		add(m, "Content-Type", response->content_type);
	add(m, "X-Content-Type-Options", "nosniff");
	add(m, "X-Request-Id", r->http.id.p);
	for (size_t i = 0; i < response->nheaders; i++)
		add(m, response->headers[i].name, response->headers[i].value);
	if (r->close_after || r->http.server->draining)
		add(m, "Connection", "close");
	return m;
}

/* Asks for a run of libmicrohttpd, which then calls on_request for this request. */
static void want_run(struct request *r)
{
	struct http_server *s = r->http.server;
	if (r->suspended) {
		r->suspended = false;
		request_wait(r, true);
		MHD_resume_connection(r->conn->mhd);
	}
	if (!s->run_wanted)
		hook_again(s->hook);
	s->run_wanted = true;
}

void http_respond(struct http_request *http, const struct http_response *response)
{
	struct request *r = request_of(http);
	if (r->gone)
		return;
	assert(r->dispatched && !r->response && !r->queued);
	r->response = make(r, response);
	r->status = response->status;
	r->answer_bytes = http->method == HTTP_HEAD ? 0 : response->body.n;
	if (!r->response)
		httpconn_kill(r->conn);
	else if (!r->in_handler)
		want_run(r);
}

bool response_queue(struct request *r)
{
	if (!r->response)
		return false;
	/* The state first: queueing may complete the request before it returns. */
	r->queued = true;
	r->http.server->progress = true;
	struct MHD_Response *m = r->response;
	r->response = NULL;
	httpconn_enter(r->conn, CONN_WRITING);
	enum MHD_Result queued = MHD_queue_response(r->conn->mhd, (unsigned)r->status, m);
	MHD_destroy_response(m);
	return queued == MHD_YES;
}

/* ---- errors ---- */

static const char *json_type(const struct request *r)
{
	enum media type = media_accepted(http_header_list(&r->http, "Accept"));
	return type == MEDIA_GRAPHQL ? "application/graphql-response+json; charset=utf-8"
				     : "application/json; charset=utf-8";
}

static str error_json(struct arena *a, const char *message, const char *code)
{
	struct buf b = buf_on(a);
	buf_lit(&b, "{\"errors\":[{\"message\":");
	json_put_string(&b, str_from(message));
	buf_lit(&b, ",\"extensions\":{\"code\":");
	json_put_string(&b, str_from(code));
	buf_lit(&b, "}}]}");
	return buf_str(&b);
}

void http_respond_error(struct http_request *r, const struct err *e)
{
	const struct err_info *info = err_info(e->code);
	const char *message = info->shown ? e->message : info->text;
	struct http_response response = {
		.status = info->http,
		.content_type = json_type(request_of(r)),
		.body = error_json(r->arena, message, info->name),
	};
	http_respond(r, &response);
}

static const struct {
	enum http_method method;
	const char *name;
} ALLOW[] = {
	{ HTTP_GET, "GET" },
	{ HTTP_GET, "HEAD" },
	{ HTTP_POST, "POST" },
	{ HTTP_PUT, "PUT" },
	{ HTTP_DELETE, "DELETE" },
	{ HTTP_PATCH, "PATCH" },
};

static const char *allow_value(struct request *r)
{
	struct buf b = buf_on(r->http.arena);
	for (size_t i = 0; i < COUNT(ALLOW); i++)
		if (r->allow & BIT(ALLOW[i].method))
			buf_printf(&b, "%s, ", ALLOW[i].name);
	buf_put(&b, (str){ "OPTIONS", sizeof "OPTIONS" });
	return b.p;
}

static const char *fault_code(int status)
{
	switch (status) {
	case 404: return "NOT_FOUND";
	case 405: return "METHOD_NOT_ALLOWED";
	case 413: return "PAYLOAD_TOO_LARGE";
	case 501: return "NOT_IMPLEMENTED";
	default: return "BAD_REQUEST";
	}
}

void respond_fault(struct request *r, int status, const char *message)
{
	struct http_header_field allow = { "Allow", NULL };
	struct http_response response = { .status = status };
	if (status == 405 || status == 204) {
		allow.value = allow_value(r);
		response.headers = &allow;
		response.nheaders = 1;
	}
	if (status == 204) {
		/* no body */
	} else if (media_accepted(http_header_list(&r->http, "Accept")) == MEDIA_HTML) {
		response.content_type = "text/plain; charset=utf-8";
		response.body = str_printf(r->http.arena, "%d %s\n", status, message);
	} else {
		response.content_type = json_type(r);
		response.body = error_json(r->http.arena, message, fault_code(status));
	}
	http_respond(&r->http, &response);
}
