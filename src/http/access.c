/* SPDX-License-Identifier: MIT */
/*
 * access - one line per answered request, text or JSON as the log is; the lines of a loop turn
 * leave in one write. The time is formatted once per millisecond at most.
 */
#include "http/server_int.h"

#include "base/clock.h"
#include "base/json.h"

#include <unistd.h>

enum { FLUSH_BYTES = 64 * 1024 };

static const char *const METHOD_NAMES[] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_OPTIONS] = "OPTIONS",
	[HTTP_PUT] = "PUT",
	[HTTP_DELETE] = "DELETE",
	[HTTP_PATCH] = "PATCH",
	[HTTP_OTHER] = "OTHER",
};

static str time_text(struct http_server *s, struct arena *a)
{
	uint64_t now_us = clock_wall_us();
	if (now_us / 1000 != s->access_time_us / 1000) {
		struct buf b = buf_on(a);
		clock_put_rfc3339(&b, now_us);
		snprintf(s->access_time, sizeof s->access_time, "%.*s", STR_ARG(buf_str(&b)));
		s->access_time_us = now_us;
	}
	return str_from(s->access_time);
}

static void put_ms(struct buf *b, uint64_t us)
{
	buf_put_u64(b, us / 1000);
	char digits[4] = { '.', (char)('0' + us / 100 % 10), (char)('0' + us / 10 % 10),
		(char)('0' + us % 10) };
	buf_put(b, (str){ digits, 4 });
}

static void put_json(struct http_server *s, const struct request *r, uint64_t us)
{
	struct buf *b = &s->access;
	buf_lit(b, "{\"time\":\"");
	buf_put(b, time_text(s, r->http.arena));
	buf_lit(b, "\",\"level\":\"");
	buf_put(b, r->http.is_routine ? S("debug") : S("info"));
	buf_lit(b, "\",\"message\":\"request\",\"method\":\"");
	buf_put(b, str_from(METHOD_NAMES[r->http.method]));
	buf_lit(b, "\",\"path\":");
	json_put_string(b, r->http.path);
	buf_lit(b, ",\"status\":");
	buf_put_i64(b, r->status);
	buf_lit(b, ",\"duration_ms\":");
	put_ms(b, us);
	buf_lit(b, ",\"bytes\":");
	buf_put_u64(b, r->answer_bytes);
	buf_lit(b, ",\"request_id\":");
	json_put_string(b, r->http.id);
	buf_lit(b, ",\"peer\":");
	json_put_string(b, r->http.peer);
	if (r->http.operation.n > 0) {
		buf_lit(b, ",\"operation\":");
		json_put_string(b, r->http.operation);
	}
	buf_lit(b, "}\n");
}

static void put_level(struct http_server *s, const struct request *r)
{
	bool debug = r->http.is_routine;
	if (s->o.log->colour)
		buf_put(&s->access,
			debug ? S(" \033[90mdebug\033[0m ") : S(" \033[32minfo\033[0m  "));
	else
		buf_put(&s->access, debug ? S(" debug ") : S(" info  "));
}

/* Text that may hold anything is quoted; the rest was checked when it was parsed. */
static void put_text(struct http_server *s, const struct request *r, uint64_t us)
{
	struct buf *b = &s->access;
	buf_put(b, str_sub(time_text(s, r->http.arena), 11, 24));
	put_level(s, r);
	buf_put(b, str_from(METHOD_NAMES[r->http.method]));
	buf_lit(b, " ");
	buf_put(b, r->http.path.n ? r->http.path : S("-"));
	buf_lit(b, " status=");
	buf_put_i64(b, r->status);
	buf_lit(b, " duration_ms=");
	put_ms(b, us);
	if (!s->o.access_brief) {
		buf_lit(b, " bytes=");
		buf_put_u64(b, r->answer_bytes);
	}
	if (!s->o.access_brief || r->has_own_id) {
		buf_lit(b, " request_id=");
		buf_put(b, r->http.id);
	}
	if (!s->o.access_brief) {
		buf_lit(b, " peer=");
		buf_put(b, r->http.peer);
	}
	if (r->http.operation.n > 0) {
		buf_lit(b, " operation=");
		json_put_string(b, r->http.operation);
	}
	buf_lit(b, "\n");
}

void access_put(struct http_server *s, const struct request *r)
{
	/* Refused before it was a request: there is nothing to say but that it was. */
	if (!r->begun || s->o.log->level < (r->http.is_routine ? LOG_LEVEL_DEBUG : LOG_LEVEL_INFO))
		return;
	uint64_t us = clock_mono_us() - r->http.start_us;
	if (s->o.log->json)
		put_json(s, r, us);
	else
		put_text(s, r, us);
	if (s->access.n >= FLUSH_BYTES)
		access_flush(s);
}

void access_flush(struct http_server *s)
{
	str rest = buf_str(&s->access);
	while (rest.n > 0) {
		ssize_t n = write(s->o.log->fd, rest.p, rest.n);
		if (n <= 0)
			break;
		rest = str_sub(rest, (size_t)n, rest.n);
	}
	buf_cut(&s->access, 0);
}
