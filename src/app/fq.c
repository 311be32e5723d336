/*
 * fq - the public API over `local` (requests in this process) and `server` (HTTP).
 *
 * A handle has one mutex: calls on it follow one another. The server gets settings of its own that
 * name the database of `local`, so that both use the same one, the private one included.
 */
#include "app/fq_int.h"
#include "app/local.h"
#include "app/server.h"
#include "base/jread.h"
#include "ev/file.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

enum { VARIABLES_DEPTH = 128 };

struct fq {
	struct arena *arena;
	struct settings settings;
	struct settings server_settings;
	enum server_mode mode;
	struct log log;
	struct fq_resolvers *resolvers;
	fq_context_fn *context;
	void *context_user;
	struct host host;
	struct local *local;
	struct server *server; /* NULL: it is not serving */
	pthread_mutex_t mutex;
};

const char *fq_version(void)
{
	return FRAISEQL_VERSION;
}

/* ---- errors ---- */

static enum fq_status status_of(enum err_code code)
{
	if (code == ERR_CONFIG)
		return FQ_CONFIG;
	if (code == ERR_IO || code == ERR_TOO_LARGE)
		return FQ_IO;
	bool refused = code == ERR_UNAVAILABLE || code == ERR_FORBIDDEN || code == ERR_TIMEOUT;
	return refused ? FQ_UNAVAILABLE : FQ_FAILED;
}

/* As much as there is room for, no character cut in two. */
static void copy_message(struct fq_error *out, const char *message)
{
	size_t n = strlen(message), max = sizeof out->message - 1;
	if (n > max)
		for (n = max; n > 0 && ((unsigned char)message[n] & 0xc0) == 0x80; n--)
			continue;
	memcpy(out->message, message, n);
	out->message[n] = '\0';
}

static enum fq_status fail(struct fq_error *out, enum fq_status status, const char *message)
{
	if (out) {
		out->status = status;
		copy_message(out, message);
	}
	return status;
}

static enum fq_status fail_with(struct fq_error *out, const struct err *e)
{
	return fail(out, status_of(e->code), e->message);
}

/* ---- open and close ---- */

static bool read_pairs(struct settings *s, const char *const *pairs, struct err *e)
{
	for (; pairs && *pairs; pairs++) {
		str value = str_from(*pairs);
		bool has_value = str_find(value, '=') < value.n;
		str key = str_split(&value, '=');
		enum setting_id id = setting_find(key);
		str near = setting_nearest(key);
		if (id == SETTING_COUNT)
			return err_set(e, ERR_CONFIG, "unknown setting \"%.*s\"%s%.*s%s",
				STR_ARG(key), near.n ? "; did you mean \"" : "", STR_ARG(near),
				near.n ? "\"?" : "");
		if (!has_value)
			return err_set(e, ERR_CONFIG,
				"the setting \"%.*s\" has no value: key=value", STR_ARG(key));
		if (!settings_set(s, id, value, FROM_COMMAND_LINE, S("option"), e))
			return false;
	}
	return true;
}

static bool read_settings(struct fq *fq, const struct fq_options *o, struct err *e)
{
	struct arena *a = fq->arena;
	struct settings *s = &fq->settings;
	*s = settings_new(a, file_absolute(a, str_dup(a, str_from(o->dir ? o->dir : "."))));
	server_mode_defaults(s, fq->mode);
	const char *file = str_z(a, file_join(a, s->dir, S("fraiseql.yaml")));
	return (!file_exists(file) || settings_read_file(s, file, e)) &&
		(!o->environment || settings_read_environment(s, environ, e)) &&
		read_pairs(s, o->settings, e) && settings_check(s, e);
}

/* Compiles; a schema with problems is an error whose message is all of them. */
static enum fq_status compile(struct fq *fq, struct fq_error *error)
{
	struct arena *a = arena_open(0);
	struct compiled c;
	struct err e;
	enum fq_status status = FQ_DONE;
	if (!local_compile(fq->local, a, &c, &e)) {
		status = fail_with(error, &e);
	} else if (!c.model) {
		struct buf b = buf_on(a);
		for (size_t i = 0; i < c.diagnostics.n; i++)
			if (c.diagnostics.at[i].severity == DIAG_ERROR)
				diagnostic_print(&b, &c.diagnostics.at[i], false);
		status = fail(error, FQ_FAILED, str_z(a, buf_str(&b)));
	}
	arena_close(a);
	return status;
}

static enum host_verdict ask_context(void *arg, struct http_request *h, struct identity *out,
	struct err *e)
{
	struct fq *fq = arg;
	return fq_context_ask(fq->context, fq->context_user, h, out, e);
}

static bool has_resolver(void *arg, str name)
{
	struct fq *fq = arg;
	return fq_resolvers_has(fq->resolvers, name);
}

static void set_host(struct fq *fq, const struct fq_options *o)
{
	unsigned threads = (unsigned)settings_number(&fq->settings, SETTING_RESOLVERS_THREADS);
	fq->resolvers = fq_resolvers_open(o->resolvers, threads);
	fq->context = o->context;
	fq->context_user = o->context_user;
	fq->host = (struct host){ .resolvers = { fq_resolvers_start, fq->resolvers },
		.has_resolver = has_resolver,
		.identify = o->context ? ask_context : NULL,
		.arg = fq };
	local_set_host(fq->local, &fq->host);
}

enum fq_status fq_open(const struct fq_options *options, struct fq **out, struct fq_error *error)
{
	struct arena *a = arena_open(0);
	struct fq *fq = arena_new(a, struct fq);
	struct err e;
	fq->arena = a;
	fq->mode = options->development ? MODE_DEV : MODE_SERVE;
	pthread_mutex_init(&fq->mutex, NULL);
	enum fq_status status;
	bool ok = read_settings(fq, options, &e) && fq_resolvers_check(options->resolvers, &e);
	fq->log = server_log(&fq->settings);
	ok = ok && local_open(&fq->settings, &fq->log, options->development, &fq->local, &e);
	if (ok)
		set_host(fq, options);
	status = ok ? compile(fq, error) : fail_with(error, &e);
	if (status == FQ_DONE)
		*out = fq;
	else
		fq_close(fq);
	return status;
}

void fq_close(struct fq *fq)
{
	if (!fq)
		return;
	server_close(fq->server);
	local_close(fq->local);
	fq_resolvers_close(fq->resolvers);
	pthread_mutex_destroy(&fq->mutex);
	arena_close(fq->arena);
}

/* ---- requests ---- */

static bool has_errors(str body)
{
	struct arena *a = arena_open(0);
	struct jread r = jread_on(body, VARIABLES_DEPTH);
	str key;
	bool found = false;
	if (jread_object(&r))
		while (!found && jread_member(&r, a, &key) && jread_skip(&r))
			found = str_eq(key, S("errors"));
	arena_close(a);
	return found;
}

static bool is_object(str text)
{
	struct jread r = jread_on(text, VARIABLES_DEPTH);
	return jread_peek(&r) == JSON_OBJECT && jread_skip(&r) && jread_end(&r);
}

enum fq_status fq_execute(struct fq *fq, const struct fq_request *request,
	struct fq_response *response, struct fq_error *error)
{
	*response = (struct fq_response){ .body = "" };
	if (!request->query)
		return fail(error, FQ_CONFIG, "the request has no query");
	if (request->variables && !is_object(str_from(request->variables)))
		return fail(error, FQ_CONFIG, "the variables are not a JSON object");
	struct arena *a = arena_open(0);
	struct local_request r = { .query = str_dup(a, str_from(request->query)),
		.operation = str_dup(a, str_from(request->operation)),
		.variables = str_dup(a, str_from(request->variables)) };
	struct exec_response answer;
	struct err e;
	struct identity identity;
	if (request->identity) {
		if (!fq_identity_read(a, request->identity, &identity, &e)) {
			arena_close(a);
			return fail_with(error, &e);
		}
		r.identity = &identity;
	}
	pthread_mutex_lock(&fq->mutex);
	bool ok = local_execute(fq->local, a, &r, &answer, &e);
	pthread_mutex_unlock(&fq->mutex);
	if (!ok) {
		arena_close(a);
		return fail_with(error, &e);
	}
	response->body = str_z(a, answer.body);
	response->size = answer.body.n;
	response->has_errors = has_errors(answer.body);
	response->executed = answer.outcome == EXEC_DATA;
	response->memory = a;
	if (answer.unavailable)
		return fail(error, FQ_UNAVAILABLE,
			"the database can't be reached or has no "
			"capacity left");
	return FQ_DONE;
}

void fq_response_free(struct fq_response *response)
{
	arena_close(response->memory);
	*response = (struct fq_response){ .body = "" };
}

/* ---- serving ---- */

static enum fq_status serve(struct fq *fq, struct fq_error *error)
{
	struct err e;
	str database = str_from(local_conninfo(fq->local));
	if (fq->server)
		return fail(error, FQ_CONFIG, "it is serving already");
	fq->server_settings = fq->settings;
	if (!settings_set(&fq->server_settings, SETTING_DATABASE, database, FROM_COMMAND_LINE,
		    S("fq_open"), &e) ||
		!server_open(&fq->server_settings, MODE_SERVE, &fq->host, &fq->server, &e))
		return fail_with(error, &e);
	server_start(fq->server);
	return FQ_DONE;
}

enum fq_status fq_serve(struct fq *fq, struct fq_error *error)
{
	pthread_mutex_lock(&fq->mutex);
	enum fq_status status = serve(fq, error);
	pthread_mutex_unlock(&fq->mutex);
	return status;
}

unsigned fq_port(struct fq *fq)
{
	pthread_mutex_lock(&fq->mutex);
	unsigned port = fq->server ? server_port(fq->server) : 0;
	pthread_mutex_unlock(&fq->mutex);
	return port;
}

enum fq_status fq_reload(struct fq *fq, struct fq_error *error)
{
	struct err e;
	pthread_mutex_lock(&fq->mutex);
	enum fq_status status = compile(fq, error);
	if (status == FQ_DONE && fq->server && !server_reload(fq->server, &e))
		status = fail_with(error, &e);
	pthread_mutex_unlock(&fq->mutex);
	return status;
}

void fq_stop(struct fq *fq)
{
	pthread_mutex_lock(&fq->mutex);
	server_close(fq->server);
	fq->server = NULL;
	pthread_mutex_unlock(&fq->mutex);
}
