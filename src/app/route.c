/*
 * route - HTTP requests → GraphQL requests and back. Statuses are status.c's.
 *
 * Spec: GraphQL over HTTP (draft)
 */
#include "app/route.h"

#include "app/status.h"
#include "app/worker.h"
#include "base/jread.h"
#include "base/json.h"
#include "http/negotiate.h"

#include <string.h>

enum { JSON_DEPTH = 128, HEADERS_MAX = 4 };

#define WRITTEN "Fraiseql-Written"
#define COOKIE "fraiseql_written"

struct graphql_request {
	struct exec_request exec; /* first: on_done gets its address */
	struct http_request *http;
	struct worker *worker;
	enum media media;
	enum statuses statuses;
	bool is_unread;            /* the body is not even JSON */
	bool replayed;             /* the answer was stored under an Idempotency-Key */
	struct auth_waiter waiter; /* for keys that its token may be signed with */
	const char *challenge;     /* for WWW-Authenticate; NULL = the usual */
	str written;               /* token of this request's write; empty = none */
};

/* ---- answers ---- */

static const char *media_name(enum media m)
{
	return m == MEDIA_GRAPHQL ? "application/graphql-response+json; charset=utf-8"
				  : "application/json; charset=utf-8";
}

/* The write's place in the log, for clients that send it back and for browsers. */
static size_t put_written(struct graphql_request *g, struct http_header_field *out)
{
	const struct settings *s = g->worker->shared->settings;
	uint64_t seconds = settings_number(s, SETTING_REPLICAS_REMEMBER) / 1000;
	bool tls = settings_path(s, SETTING_TLS_KEY) != NULL;
	str cookie = str_printf(g->http->arena,
		COOKIE "=%.*s; Path=/; Max-Age=%llu; HttpOnly; SameSite=Lax%s", STR_ARG(g->written),
		(unsigned long long)seconds, tls ? "; Secure" : "");
	out[0] = (struct http_header_field){ WRITTEN, str_z(g->http->arena, g->written) };
	out[1] = (struct http_header_field){ "Set-Cookie", str_z(g->http->arena, cookie) };
	return 2;
}

/* The token of the client's last write, from its header, else from the cookie. */
static str read_written(struct http_request *h)
{
	str given = http_header(h, WRITTEN), rest = http_header(h, "Cookie");
	while (!given.n && rest.n > 0) {
		str pair = str_trim(str_split(&rest, ';'));
		if (str_starts(pair, S(COOKIE "=")))
			given = str_sub(pair, sizeof COOKIE, pair.n);
	}
	return given;
}

static void answer(struct graphql_request *g, int status, str body)
{
	struct http_header_field headers[HEADERS_MAX];
	struct http_response r = { .status = status,
		.content_type = media_name(status_media(g->statuses, status, g->media)),
		.body = body,
		.headers = headers };
	if (status == 405)
		headers[r.nheaders++] = (struct http_header_field){ "Allow", "POST" };
	else if (status == 503 || status == 409)
		headers[r.nheaders++] = (struct http_header_field){ "Retry-After", "1" };
	else if (g->replayed)
		headers[r.nheaders++] =
			(struct http_header_field){ "Idempotency-Replayed", "true" };
	else if (status == 401 || g->challenge)
		headers[r.nheaders++] = (struct http_header_field){ "WWW-Authenticate",
			g->challenge ? g->challenge
				     : identify_challenge(g->http->arena, false, NULL) };
	if (g->written.n)
		r.nheaders += put_written(g, &headers[r.nheaders]);
	http_respond(g->http, &r);
}

/* A request that is no GraphQL request: malformed, or not to be answered in any way. */
static void reject(struct graphql_request *g, enum err_code code, const char *message)
{
	struct buf b = buf_on(g->http->arena);
	buf_lit(&b, "{\"errors\":[{\"message\":");
	json_put_string(&b, str_from(message));
	buf_printf(&b, ",\"extensions\":{\"code\":\"%s\"}}]}", err_info(code)->name);
	answer(g, status_rejection(g->statuses, code, !g->is_unread), buf_str(&b));
}

static void on_done(struct exec_request *exec, const struct exec_response *r)
{
	struct graphql_request *g = (struct graphql_request *)(void *)exec;
	g->http->operation = r->operation_name;
	g->replayed = r->replayed;
	g->written = r->written;
	answer(g, status_response(g->statuses, r, g->media), r->body);
}

static void on_gone(struct http_request *r)
{
	struct graphql_request *g = r->user;
	if (g->waiter.waiting)
		identify_unwait(g->worker->identify, &g->waiter);
	engine_cancel(g->worker->engine, &g->exec);
}

/* ---- reading the request ---- */

/* A member that must be a string or null. */
static bool read_text(struct jread *r, struct arena *a, str *out, const char **why,
	const char *message)
{
	*out = STR_NONE;
	if (jread_peek(r) == JSON_NULL)
		return jread_null(r);
	if (jread_peek(r) == JSON_STRING)
		return jread_string(r, a, out);
	*why = message;
	return false;
}

/* A member that must be an object or null; its text. */
static bool read_object(struct jread *r, str *out, const char **why, const char *message)
{
	enum json_kind kind = jread_peek(r);
	if (kind == JSON_OBJECT || kind == JSON_NULL)
		return jread_raw(r, out);
	*why = message;
	return false;
}

static bool read_members(struct graphql_request *g, struct jread *r, const char **why)
{
	struct arena *a = g->http->arena;
	struct exec_request *x = &g->exec;
	str key, extensions;
	bool ok = jread_object(r);
	while (ok && jread_member(r, a, &key)) {
		if (str_eq(key, S("query")))
			ok = read_text(r, a, &x->query, why, "\"query\" must be a string.");
		else if (str_eq(key, S("operationName")))
			ok = read_text(r, a, &x->operation_name, why,
				"\"operationName\" must be a string or null.");
		else if (str_eq(key, S("variables")))
			ok = read_object(r, &x->variables, why,
				"\"variables\" must be an object or null.");
		else if (str_eq(key, S("extensions")))
			ok = read_object(r, &extensions, why,
				"\"extensions\" must be an object or null.");
		else
			ok = jread_skip(r);
	}
	return ok && jread_end(r);
}

static bool is_json(str text)
{
	struct jread r = jread_on(text, JSON_DEPTH);
	return jread_skip(&r) && jread_end(&r);
}

static bool is_json_object(str text)
{
	struct jread r = jread_on(text, JSON_DEPTH);
	enum json_kind kind = jread_peek(&r);
	return (kind == JSON_OBJECT || kind == JSON_NULL) && is_json(text);
}

static bool read_body(struct graphql_request *g, const char **why)
{
	struct jread r = jread_on(g->http->body, JSON_DEPTH);
	if (jread_peek(&r) == JSON_ARRAY) {
		*why = "Batches of operations are not enabled on this server: send one operation.";
		return false;
	}
	if (read_members(g, &r, why))
		return true;
	g->is_unread = !is_json(g->http->body);
	if (!*why)
		*why = str_printf(g->http->arena, "The body is not a JSON object: %s at byte %zu.",
			r.fault ? r.fault : "expected an object", r.fault_at)
			       .p;
	return false;
}

static bool read_target(struct graphql_request *g, const char **why)
{
	struct http_request *h = g->http;
	struct exec_request *x = &g->exec;
	str extensions;
	x->query_only = true;
	http_query_param(h, S("query"), &x->query);
	http_query_param(h, S("operationName"), &x->operation_name);
	if (http_query_param(h, S("variables"), &x->variables) && x->variables.n &&
		!is_json_object(x->variables)) {
		*why = "\"variables\" must be a JSON object.";
		return false;
	}
	if (http_query_param(h, S("extensions"), &extensions) && extensions.n &&
		!is_json_object(extensions)) {
		*why = "\"extensions\" must be a JSON object.";
		return false;
	}
	return true;
}

/* ---- /graphql ---- */

static bool accept_body(struct graphql_request *g)
{
	struct http_request *h = g->http;
	str coding = http_header(h, "Content-Encoding");
	if (coding.n && !str_eq_fold(coding, S("identity"))) {
		reject(g, ERR_MEDIA_TYPE, "Send the body without a Content-Encoding.");
		return false;
	}
	switch (content_type_check(http_header(h, "Content-Type"), S("application/json"))) {
	case CONTENT_OK: return true;
	case CONTENT_OTHER_CHARSET: reject(g, ERR_MEDIA_TYPE, "Send the body in UTF-8."); break;
	case CONTENT_MISSING:
	case CONTENT_MALFORMED:
	case CONTENT_OTHER_TYPE:
		reject(g, ERR_MEDIA_TYPE, "Send the body with \"Content-Type: application/json\".");
		break;
	}
	return false;
}

static void redirect_to_page(struct http_request *h)
{
	static const struct http_header_field TO[] = { { "Location", "/" } };
	http_respond(h,
		&(struct http_response){ .status = 302, .headers = TO, .nheaders = COUNT(TO) });
}

/* Version, trace id, parent id, flags: 00-<32 digits>-<16 digits>-<2 digits>. Source: W3C Trace
 * Context */
static str trace_id_of(str header)
{
	enum { ID = 3, ID_DIGITS = 32, WHOLE = 55 };
	bool shaped = header.n >= WHOLE && header.p[2] == '-' && header.p[ID + ID_DIGITS] == '-';
	for (size_t i = ID; shaped && i < ID + ID_DIGITS; i++)
		shaped = (header.p[i] >= '0' && header.p[i] <= '9') ||
			(header.p[i] >= 'a' && header.p[i] <= 'f');
	return shaped ? str_sub(header, ID, ID + ID_DIGITS) : STR_NONE;
}

static struct graphql_request *graphql_new(struct http_request *h, struct worker *w)
{
	struct graphql_request *g = arena_new(h->arena, struct graphql_request);
	g->http = h;
	g->worker = w;
	g->statuses = (enum statuses)settings_number(w->shared->settings, SETTING_HTTP_STATUSES);
	g->exec.arena = h->arena;
	g->exec.request_id = h->id;
	g->exec.trace_id = trace_id_of(http_header(h, "traceparent"));
	g->exec.idempotency_key = http_header(h, "Idempotency-Key");
	if (w->replicas)
		g->exec.written = read_written(h);
	g->exec.on_done = on_done;
	h->user = g;
	h->on_gone = on_gone;
	return g;
}

/* Reads the request and runs it. */
static void run(struct graphql_request *g)
{
	const char *why = NULL;
	bool post = g->http->method == HTTP_POST;
	if (post && !accept_body(g))
		return;
	if (!(post ? read_body(g, &why) : read_target(g, &why))) {
		reject(g, ERR_BAD_REQUEST, why);
		return;
	}
	if (!g->exec.query.p) {
		reject(g, ERR_BAD_REQUEST, "The request has no \"query\".");
		return;
	}
	engine_execute(g->worker->engine, &g->exec);
}

static void identify(struct graphql_request *g);

static void on_keys(struct auth_waiter *w)
{
	identify(CONTAINER(w, struct graphql_request, waiter));
}

/* True when the program that has us inside knows who it is from, or refuses it. */
static bool ask_host(struct graphql_request *g, const struct host *host)
{
	struct identity *identity = arena_new(g->http->arena, struct identity);
	struct err e;
	switch (host->identify(host->arg, g->http, identity, &e)) {
	case HOST_PASS: return false;
	case HOST_KNOWN:
		g->exec.identity = identity;
		run(g);
		return true;
	case HOST_REFUSED: break;
	}
	bool debug = settings_flag(g->worker->shared->settings, SETTING_ERRORS_DEBUG);
	bool shown = err_info(e.code)->shown;
	if (!shown) { /* the program's mistake, not the client's */
		const struct log_field id = { "request_id", g->http->id };
		log_fields(g->worker->shared->log, LOG_LEVEL_ERROR, str_from(e.message), &id, 1);
	}
	reject(g, e.code, shown || debug ? e.message : err_info(e.code)->text);
	return true;
}

/* A request with a token that is not valid is refused, never taken for an anonymous one. */
static void identify(struct graphql_request *g)
{
	struct http_request *h = g->http;
	str authorization = http_header(h, "Authorization");
	const struct host *host = g->worker->shared->host;
	struct err e;
	if (host && host->identify && ask_host(g, host))
		return;
	switch (identify_request(g->worker->identify, authorization, &g->exec.identity, &e)) {
	case AUTH_KNOWN: run(g); break;
	case AUTH_WAIT:
		g->waiter.fn = on_keys;
		identify_wait(g->worker->identify, &g->waiter);
		break;
	case AUTH_REFUSED:
		if (e.code != ERR_UNAVAILABLE)
			g->challenge = identify_challenge(h->arena, authorization.p != NULL, &e);
		reject(g, e.code, e.message);
		break;
	}
}

void route_graphql(struct http_request *h, void *arg)
{
	struct worker *w = arg;
	struct graphql_request *g = graphql_new(h, w);
	str accept = http_header_list(h, "Accept");
	g->media =
		g->statuses == STATUSES_DRAFT ? media_accepted_new(accept) : media_accepted(accept);
	if (g->media == MEDIA_HTML && h->query.n == 0 &&
		settings_flag(w->shared->settings, SETTING_GRAPHIQL)) {
		redirect_to_page(h);
		return;
	}
	if (g->media == MEDIA_NONE) {
		reject(g, ERR_NOT_ACCEPTABLE,
			"Accept application/graphql-response+json or application/json.");
		return;
	}
	identify(g);
}

/* ---- the rest ---- */

static void answer_json(struct http_request *r, int status, str body)
{
	static const struct http_header_field FRESH[] = { { "Cache-Control", "no-store" } };
	http_respond(r,
		&(struct http_response){ .status = status,
			.content_type = "application/json; charset=utf-8",
			.body = body,
			.headers = FRESH,
			.nheaders = COUNT(FRESH) });
}

void route_health(struct http_request *r, void *arg)
{
	UNUSED(arg);
	answer_json(r, 200, S("{\"status\":\"ok\"}\n"));
}

static void put_check(struct jwrite *w, str name, bool ok, str reason)
{
	jw_key(w, name);
	jw_object(w);
	jw_key(w, S("ok"));
	jw_bool(w, ok);
	if (!ok && reason.n) {
		jw_key(w, S("reason"));
		jw_string(w, reason);
	}
	jw_end_object(w);
}

void route_ready(struct http_request *r, void *arg)
{
	struct worker *w = arg;
	const struct err *why = pgpool_last_error(w->pool);
	bool database = pgpool_ready(w->pool, PGLANE_FAST) > 0 &&
		pgpool_ready(w->pool, PGLANE_ISOLATED) > 0;
	bool schema = engine_model(w->engine) != NULL;
	bool shown = settings_flag(w->shared->settings, SETTING_ERRORS_DEBUG);
	str reason = why && shown ? str_from(why->message)
				  : S("no connection is ready; the server's log says why");
	struct buf b = buf_on(r->arena);
	struct jwrite j = jwrite_on(&b);
	jw_object(&j);
	jw_key(&j, S("ready"));
	jw_bool(&j, database && schema);
	jw_key(&j, S("checks"));
	jw_object(&j);
	put_check(&j, S("database"), database, reason);
	put_check(&j, S("schema"), schema,
		S("the schema does not compile; the server's log says why"));
	jw_end_object(&j);
	jw_end_object(&j);
	buf_lit(&b, "\n");
	answer_json(r, database && schema ? 200 : 503, buf_str(&b));
}

void route_dev_status(struct http_request *r, void *arg)
{
	struct worker *w = arg;
	pthread_mutex_lock(&w->shared->mutex);
	str body = str_dup(r->arena, w->shared->dev_status);
	pthread_mutex_unlock(&w->shared->mutex);
	r->is_routine = true;
	answer_json(r, 200, body);
}
