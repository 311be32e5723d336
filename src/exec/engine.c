/*
 * engine - the request pipeline.
 *
 * The response is written while results arrive, in the order of the root fields: `{"data":{` first,
 * then each root's key and value, then `}}`. Only when there are errors is it put together again
 * with "errors" in front. A query with one root field is one statement without a transaction; with
 * several, or a call of a VOLATILE function, it is one read-only transaction, so that all see one
 * snapshot and nothing is written. When a statement of several fails, the transaction is run again
 * without it, because the others were rolled back with it; a field that failed is null.
 *
 * Memory: what the database must find (the job, parameters) is on an arena of the engine's, because
 * the caller may vanish while the database works; the response is on the caller's.
 */
#include "exec/exec_int.h"

#include "base/json.h"
#include "ev/loop.h"
#include "exec/failure.h"
#include "exec/idempotency.h"
#include "exec/rules.h"
#include "graphql/introspect.h"
#include "schema/rule.h"

enum { ERRORS_MAX = 100 };

/* ---- arenas ---- */

static struct arena *take_arena(struct engine *e)
{
	return e->nspare ? e->spare[--e->nspare] : arena_open(e->o.request_bytes_max);
}

static void give_arena(struct engine *e, struct arena *a)
{
	arena_reset(a);
	if (e->nspare < SPARE_ARENAS_MAX)
		e->spare[e->nspare++] = a;
	else
		arena_close(a);
}

static void release(struct exec *x)
{
	struct engine *e = x->engine;
	if (x->doc)
		doc_cache_give(e->documents, x->doc);
	e->running--;
	give_arena(e, x->arena);
}

/* ---- the end ---- */

/* Every error is that the database could not be asked, and no root field has a value. */
static bool is_unavailable(const struct exec *x)
{
	if (x->errors.n == 0 || x->resolved || (x->plan && x->errors.n < x->plan->nroots))
		return false;
	for (size_t i = 0; i < x->errors.n; i++)
		if (x->errors.at[i].code != ERR_UNAVAILABLE)
			return false;
	return true;
}

static str final_body(struct exec *x, enum exec_outcome outcome)
{
	if (outcome == EXEC_DATA && x->errors.n == 0) {
		buf_lit(&x->out, "}}");
		return buf_str(&x->out);
	}
	struct buf b = buf_on(x->req->arena);
	buf_lit(&b, "{");
	respond_put_errors(&b, &x->errors);
	if (outcome == EXEC_DATA && x->data_null) {
		buf_lit(&b, ",\"data\":null");
	} else if (outcome == EXEC_DATA) {
		buf_lit(&b, ",");
		buf_put(&b, str_sub(buf_str(&x->out), 1, x->out.n));
		buf_lit(&b, "}");
	}
	buf_lit(&b, "}");
	return buf_str(&b);
}

static const char TOO_LARGE[] =
	"The request needs more memory than the server allows (limits.request_memory). Ask for less.";

/* The response or the work for it crossed `request_bytes_max`: nothing of it is sent. */
static void check_size(struct exec *x)
{
	if (!x->out.over && !arena_over(x->arena))
		return;
	x->errors.n = 0;
	gql_error_add(&x->errors, ERR_TOO_LARGE, "%s", TOO_LARGE);
	x->data_null = true;
}

static void put_token(struct exec *x, struct exec_response *response)
{
	char token[REPLICA_TOKEN_MAX];
	replicas_token(x->engine->o.replicas, x->log_place, token);
	response->written = str_dup(x->req->arena, str_from(token));
}

static void finish(struct exec *x, enum exec_outcome outcome)
{
	struct exec_request *r = x->req;
	check_size(x);
	if (r) {
		struct exec_response response = { .outcome = outcome, .query_us = x->query_us };
		response.code = x->errors.n ? x->errors.at[0].code : ERR_NONE;
		response.replayed = x->replayed;
		response.unavailable = is_unavailable(x);
		response.body = final_body(x, outcome);
		if (x->doc && x->doc->operation)
			response.operation_name = str_dup(r->arena, x->doc->operation->name.text);
		if (x->log_place)
			put_token(x, &response);
		x->engine->errors += x->errors.n > 0;
		r->exec = NULL;
		r->on_done(r, &response);
	}
	release(x);
}

static void finish_filled(struct exec *x)
{
	exec_fill_gaps(x);
	finish(x, EXEC_DATA);
}

void exec_finish(struct exec *x)
{
	bool resolves = x->plan && x->plan->resolves && x->req && !x->data_null && !x->out.over;
	if (resolves && exec_has_gaps(x))
		exec_resolve(x, finish_filled);
	else
		finish(x, EXEC_DATA);
}

void exec_refuse(struct exec *x)
{
	finish(x, EXEC_REQUEST_ERROR);
}

/* ---- errors at root fields ---- */

struct gql_error *exec_root_error(struct exec *x, const struct plan_root *root, enum err_code code,
	str message)
{
	struct gql_error *e = gql_error_add(&x->errors, code, "%.*s", STR_ARG(message));
	for (size_t i = 0; i < root->field.nnodes; i++)
		gql_error_at(&x->errors, e, &x->doc->source, root->field.nodes[i]->at);
	struct buf path = buf_on(x->arena);
	buf_lit(&path, "[");
	json_put_string(&path, root->field.name);
	buf_lit(&path, "]");
	e->path = buf_str(&path);
	return e;
}

static str database_details(struct exec *x, const struct err *e, const struct pgdiag *diag)
{
	struct buf b = buf_on(x->arena);
	if (e->sqlstate[0])
		buf_printf(&b, "\"sqlstate\":\"%s\"", e->sqlstate);
	const struct {
		const char *key;
		str value;
	} details[] = {
		{ "detail", diag ? diag->detail : STR_NONE },
		{ "hint", diag ? diag->hint : STR_NONE },
		{ "constraint", diag ? diag->constraint : STR_NONE },
	};
	for (size_t i = 0; i < COUNT(details); i++) {
		if (!details[i].value.n)
			continue;
		buf_printf(&b, "%s\"%s\":", b.n ? "," : "", details[i].key);
		json_put_string(&b, details[i].value);
	}
	return buf_str(&b);
}

static str masked(struct exec *x, const struct err *e, const struct pgdiag *diag)
{
	bool raised = str_eq(str_from(e->sqlstate), S("P0001")) ||
		(diag && diag->raised && e->code != ERR_INTERNAL);
	/* why a connection was lost is told in the database's words */
	bool ours = !diag && err_info(e->code)->shown && e->code != ERR_UNAVAILABLE;
	if (x->engine->o.debug || raised || ours)
		return str_from(e->message);
	return str_from(err_info(e->code)->text);
}

struct gql_error *exec_database_error(struct exec *x, const struct plan_root *root,
	const struct err *e, const struct pgdiag *diag)
{
	struct gql_error *error = exec_root_error(x, root, e->code, masked(x, e, diag));
	const struct log_field fields[] = {
		{ "field", root->field.name },
		{ "sqlstate", str_from(e->sqlstate) },
		{ "request_id", x->req ? x->req->request_id : STR_NONE },
	};
	enum log_level level = e->code == ERR_INTERNAL ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG;
	log_fields(x->engine->o.log, level, str_from(e->message), fields, COUNT(fields));
	if (x->engine->o.debug) {
		error->extensions = database_details(x, e, diag);
	} else if (!err_info(e->code)->shown && x->req) {
		struct buf b = buf_on(x->arena);
		buf_lit(&b, "\"reference\":");
		json_put_string(&b, x->req->request_id);
		error->extensions = buf_str(&b);
	}
	return error;
}

/* ---- writing roots ---- */

void exec_put_key(struct exec *x, const struct plan_root *root)
{
	char last = x->out.n ? x->out.p[x->out.n - 1] : '{';
	if (last != '{')
		buf_putc(&x->out, ',');
	buf_put(&x->out, root->field.key);
}

void exec_put_items(struct exec *x, const struct plan_root *root, size_t n,
	bool (*put)(struct exec *x, const struct plan_root *root, size_t i))
{
	exec_put_key(x, root);
	size_t start = x->out.n;
	buf_putc(&x->out, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(&x->out, ',');
		if (put(x, root, i))
			continue;
		buf_cut(&x->out, start);
		x->data_null |= root->field.shape->non_null;
		buf_lit(&x->out, "null");
		return;
	}
	buf_putc(&x->out, ']');
}

struct projection exec_projection(struct exec *x)
{
	return (struct projection){ .out = &x->out,
		.arena = x->arena,
		.errors = &x->errors,
		.source = &x->doc->source,
		.model = x->doc->model,
		.vars = &x->vars,
		.gaps = x->plan->resolves ? &x->gaps : NULL,
		.cursor_seed = x->engine->o.cursor_seed };
}

void exec_put_null(struct exec *x, const struct plan_root *root)
{
	bool non_null = root->field.shape && root->field.shape->non_null;
	x->data_null |= non_null;
	exec_put_key(x, root);
	buf_lit(&x->out, "null");
}

static void put_introspection(struct exec *x, const struct plan_root *root)
{
	struct introspection in = { .arena = x->arena,
		.schema = x->doc->model->gql,
		.document = &x->doc->document,
		.operation = x->doc->operation,
		.vars = &x->vars,
		.fragments = x->doc->fragments,
		.errors = &x->errors };
	size_t before = x->out.n;
	exec_put_key(x, root);
	if (gql_introspect(&x->out, &in, root->nodes, root->nnodes))
		return;
	buf_cut(&x->out, before);
	exec_put_null(x, root);
}

static void put_refused(struct exec *x, const struct plan_root *root)
{
	struct gql_error *e = exec_root_error(x, root, ERR_BAD_INPUT, root->refusal->message);
	e->places = root->refusal->places;
	e->nplaces = root->refusal->nplaces;
	exec_put_null(x, root);
}

/* Writes the roots before `until` that need no statement, and those that failed. */
static void put_ready_roots(struct exec *x, size_t until)
{
	for (; x->next_root < until; x->next_root++) {
		const struct plan_root *root = &x->plan->roots[x->next_root];
		if (root->kind == ROOT_CONST) {
			exec_put_key(x, root);
			buf_put(&x->out, root->constant);
		} else if (root->kind == ROOT_INTROSPECT) {
			put_introspection(x, root);
		} else if (root->kind == ROOT_RESOLVER) {
			exec_put_resolver_root(x, root);
		} else if (root->kind == ROOT_REFUSED) {
			put_refused(x, root);
		} else {
			exec_put_null(x, root);
		}
	}
}

/* ---- queries ---- */

static void send_query(struct exec *x);

static void on_query_result(struct pgjob *job, int statement, const struct pgresult *r)
{
	struct exec *x = job->user;
	uint32_t number = x->root_of[statement];
	const struct plan_root *root = &x->plan->roots[number];
	put_ready_roots(x, number);
	struct projection p = exec_projection(x);
	exec_put_key(x, root);
	if (!project_root(&p, root, r))
		x->data_null = true;
	x->next_root = number + 1;
}

static struct plan_entry *plan_entry(const struct exec *x)
{
	struct plan_entry *e = x->doc->plans;
	while (e && e->plan != x->plan)
		e = e->next;
	return e;
}

/* The place of the job's statements, and their key: 0 = not known by a key. */
static struct pace *pace_of(const struct exec *x, uint64_t *key)
{
	*key = 0;
	for (int i = 0; i < x->job.nstmts; i++) {
		if (!x->job.stmts[i].key)
			return NULL;
		*key = *key * 31 + x->job.stmts[i].key;
	}
	return *key ? &x->engine->paces[*key % PACES] : NULL;
}

static uint64_t mean_of(uint64_t mean, uint64_t took)
{
	return mean ? (mean * 7 + took) / 8 : took;
}

/* A running mean of what the statements take, for the choice of the lane. */
static void note_time(struct exec *x)
{
	uint64_t now = loop_now_us(x->engine->o.loop), key;
	uint64_t took = now - MIN(now, x->job.sent_us ? x->job.sent_us : now) + 1;
	struct plan_entry *e = plan_entry(x);
	struct pace *p = pace_of(x, &key);
	x->query_us += took;
	if (e)
		e->mean_us = mean_of(e->mean_us, took);
	if (p)
		*p = (struct pace){ key, mean_of(p->key == key ? p->mean_us : 0, took) };
}

static uint64_t usual_time(const struct exec *x)
{
	uint64_t key;
	const struct plan_entry *e = plan_entry(x);
	if (e && e->mean_us)
		return e->mean_us;
	const struct pace *p = pace_of(x, &key);
	return p && p->key == key ? p->mean_us : 0;
}

/*
 * A pipeline is first in, first out: a slow statement delays all behind it, beyond their deadlines
 * if need be. So only statements that are known to be quick share the fast lane, or a batch of the
 * isolated one; what is new has a connection for itself.
 */
static void choose_lane(const struct exec *x, struct pgjob *job)
{
	uint64_t usual = usual_time(x);
	job->alone = usual == 0;
	if (usual > x->engine->o.slow_us)
		job->lane = PGLANE_SLOW;
	else
		job->lane = usual && job->tx == PGTX_NONE ? PGLANE_FAST : PGLANE_ISOLATED;
}

/* What a replica could not answer is asked of the primary: it may be gone, have cancelled the query
 * for the sake of the log, or not know a table yet. */
static bool leave_replica(struct exec *x, const struct err *e)
{
	if (x->pool == x->engine->o.pool || e->code == ERR_TIMEOUT)
		return false;
	x->pool = x->engine->o.pool;
	x->errors.n = x->errors_sent;
	x->rounds--;
	return true;
}

static void on_query_done(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct exec *x = job->user;
	if (!x->req) {
		release(x);
		return;
	}
	struct err none;
	note_time(x);
	if (!e && x->next_root <= x->root_of[job->nstmts - 1]) {
		err_set(&none, ERR_INTERNAL, "a statement ended without a result");
		e = &none;
	}
	if (e && leave_replica(x, e)) {
		send_query(x);
		return;
	}
	if (!e) {
		put_ready_roots(x, x->plan->nroots);
		exec_finish(x);
		return;
	}
	x->errors.n = x->errors_sent; /* what the results had is found again when they come again */
	bool one = diag && diag->statement >= 0;
	for (int i = 0; i < job->nstmts; i++) {
		if (one && i != diag->statement)
			continue;
		uint32_t number = x->root_of[i];
		x->failed[number] = true;
		exec_database_error(x, &x->plan->roots[number], e, diag);
	}
	send_query(x);
}

static bool bind_roots(struct exec *x)
{
	size_t n = x->plan->nroots;
	x->stmts = arena_array(x->arena, struct pgstmt, n);
	x->root_of = arena_array(x->arena, uint32_t, n);
	x->job.nstmts = 0;
	for (uint32_t i = 0; i < n; i++) {
		const struct plan_root *root = &x->plan->roots[i];
		if (root->statement < 0 || x->failed[i])
			continue;
		const struct failure *refused = rules_refused(x, root);
		if (refused) {
			failure_add(x, root, refused);
			x->failed[i] = true;
			continue;
		}
		int k = x->job.nstmts;
		if (!exec_bind(x, root, &x->plan->statements[root->statement], &x->stmts[k])) {
			x->failed[i] = true;
			continue;
		}
		x->root_of[k] = i;
		x->job.nstmts++;
	}
	if (arena_over(x->arena))
		x->job.nstmts = 0; /* the database need not be asked */
	x->job.stmts = x->stmts;
	return x->job.nstmts > 0;
}

/* Sends the statements of all roots that have not failed; also the second time, after one failed.
 */
static void send_query(struct exec *x)
{
	x->out.n = 0;
	x->next_root = 0;
	x->data_null = false;
	buf_lit(&x->out, "{\"data\":{");
	bool any = bind_roots(x);
	x->errors_sent = x->errors.n;
	if (!any || x->rounds++ > x->plan->nroots) {
		put_ready_roots(x, x->plan->nroots);
		exec_finish(x);
		return;
	}
	bool alone = x->job.nstmts == 1 && x->nsettings == 0 && !x->plan->may_write;
	struct pgjob *job = &x->job;
	job->tx = alone ? PGTX_NONE : PGTX_READ;
	choose_lane(x, job);
	if (job->lane != PGLANE_FAST)
		job->tx = PGTX_READ; /* the fast lane is read-only by itself */
	job->settings = x->settings;
	job->nsettings = x->nsettings;
	job->deadline_us = x->req->deadline_us;
	job->on_result = on_query_result;
	job->on_done = on_query_done;
	job->user = x;
	pgpool_submit(x->pool, job);
}

static void on_pool(struct replica_wait *w, struct pgpool *pool)
{
	struct exec *x = CONTAINER(w, struct exec, wait);
	x->pool = pool;
	send_query(x);
}

/* Chooses the database, then sends the query there. */
static void begin_query(struct exec *x)
{
	struct engine *e = x->engine;
	x->pool = e->o.pool;
	if (!e->o.replicas || !replica_may_read(x)) {
		send_query(x);
		return;
	}
	x->wait.fn = on_pool;
	x->wait.lsn = replicas_place(e->o.replicas, x->req->written);
	replicas_find(e->o.replicas, &x->wait);
}

/* ---- parameters ---- */

struct param_env exec_param_env(struct exec *x)
{
	return (struct param_env){ .arena = x->arena,
		.model = x->doc->model,
		.vars = &x->vars,
		.context = exec_context,
		.context_arg = x,
		.cursor_seed = x->engine->o.cursor_seed };
}

bool exec_bind(struct exec *x, const struct plan_root *root, const struct statement *s,
	struct pgstmt *out)
{
	struct pgparam *params = arena_array(x->arena, struct pgparam, s->nparams);
	struct param_env env = exec_param_env(x);
	if (root->write && root->write->each) {
		struct refused_items refused = rules_items(x, root);
		env.skip = refused.numbers;
		env.nskip = refused.n;
	}
	for (size_t i = 0; i < s->nparams; i++) {
		struct param_text text;
		struct err e;
		if (arena_over(x->arena)) {
			exec_root_error(x, root, ERR_TOO_LARGE, str_from(TOO_LARGE));
			return false;
		}
		if (!param_eval(&env, &s->params[i], &text, &e)) {
			exec_root_error(x, root, e.code, str_from(e.message));
			return false;
		}
		params[i] = (struct pgparam){ text.text, text.null };
	}
	*out = (struct pgstmt){ .sql = s->sql,
		.key = s->key,
		.params = params,
		.nparams = (int)s->nparams,
		.shares = s->shares,
		.many_sql = s->many,
		.many_key = s->many_key,
		.by_value = s->by_value };
	return true;
}

/* ---- the beginning ---- */

static bool refuse(struct exec *x, enum err_code code, const char *message)
{
	gql_error_add(&x->errors, code, "%s", message);
	return false;
}

static bool introspection_allowed(struct exec *x)
{
	enum introspection_policy policy = x->engine->o.introspection;
	if (policy == INTROSPECTION_PUBLIC ||
		(policy == INTROSPECTION_AUTHENTICATED && x->identity))
		return true;
	for (size_t i = 0; i < x->plan->nroots; i++) {
		const struct gql_field *f = x->plan->roots[i].field.field;
		if (f->id == GQL_FIELD_SCHEMA || f->id == GQL_FIELD_TYPE)
			return policy == INTROSPECTION_DISABLED
				? refuse(x, ERR_VALIDATION,
					  "Introspection is switched off on this server.")
				: refuse(x, ERR_UNAUTHENTICATED,
					  "Introspection needs a request with an identity.");
	}
	return true;
}

/* Everything before the database: false with errors when the request can't be executed. */
static bool prepare(struct exec *x)
{
	struct engine *e = x->engine;
	struct exec_request *r = x->req;
	if (!e->model)
		return refuse(x, ERR_UNAVAILABLE,
			"No schema is loaded. The server's log says why.");
	x->doc = doc_cache_take(e->documents, e->model, r->query, r->operation_name, &x->errors);
	if (!x->doc)
		return false;
	if (r->query_only && x->doc->operation->operation != AST_QUERY)
		return refuse(x, ERR_METHOD,
			"Can only perform a query operation from a GET request.");
	struct gql_coercion c = { .arena = x->arena,
		.schema = e->model->gql,
		.scalar = scalar_coerce,
		.prepare = e->model->ruled ? rule_prepare : NULL,
		.suggestions = e->o.suggestions,
		.errors = &x->errors };
	if (!gql_coerce_variables(&c, x->doc->operation, x->doc->types, r->variables, &x->vars))
		return false;
	if (x->doc->ruled)
		rules_check(x);
	x->plan = prepared_plan(e->documents, x->doc, &x->vars, &x->errors);
	if (x->plan && x->plan->resolves && !e->o.resolvers)
		return refuse(x, ERR_UNSUPPORTED,
			"The operation has fields with @resolver: they are answered by a program that has "
			"FraiseQL inside, and this server runs alone.");
	return x->plan && introspection_allowed(x) && idempotency_begin(x);
}

static struct exec *exec_new(struct engine *e, struct exec_request *r)
{
	struct arena *a = take_arena(e);
	struct exec *x = arena_new(a, struct exec);
	x->engine = e;
	x->req = r;
	x->arena = a;
	x->gaps.arena = a;
	x->errors = (struct gql_errors){ .arena = a, .max = ERRORS_MAX };
	x->out = buf_on(r->arena);
	x->out.limit = e->o.request_bytes_max;
	r->exec = x;
	e->running++;
	e->requests++;
	return x;
}

void engine_execute(struct engine *e, struct exec_request *r)
{
	struct exec *x = exec_new(e, r);
	exec_identify(x);
	if (!prepare(x)) {
		finish(x, EXEC_REQUEST_ERROR);
		return;
	}
	x->failed = arena_array(x->arena, bool, x->plan->nroots);
	if (x->plan->operation == AST_MUTATION) {
		mutate_begin(x);
	} else {
		begin_query(x);
	}
}

void engine_cancel(struct engine *e, struct exec_request *r)
{
	struct exec *x = r->exec;
	if (!x)
		return;
	x->req = NULL;
	r->exec = NULL;
	bool resolving = x->resolve != NULL, waiting = x->wait.waiting;
	if (resolving)
		exec_resolve_cancel(x);
	if (waiting)
		replicas_forget(e->o.replicas, &x->wait);
	if (!resolving && !waiting && !mutate_cancel(x)) {
		pgpool_cancel(x->pool ? x->pool : e->o.pool, &x->job);
		return;
	}
	release(x);
}

/* ---- the engine ---- */

struct engine *engine_open(const struct engine_options *o)
{
	struct engine *e = mem_new(struct engine);
	struct doc_limits limits = { .tokens = o->tokens_max,
		.depth = o->depth_max,
		.suggestions = o->suggestions,
		.fields = o->fields_max,
		.plan_bytes = o->request_bytes_max };
	e->o = *o;
	if (o->resolvers)
		resolve_open(e);
	e->documents = doc_cache_open(o->documents_max, &limits);
	if (o->model) {
		model_ref(o->model);
		e->model = o->model;
	}
	return e;
}

void engine_swap(struct engine *e, const struct model *m)
{
	model_ref(m);
	doc_cache_clear(e->documents);
	if (e->model)
		model_unref(e->model);
	e->model = m;
}

const struct model *engine_model(const struct engine *e)
{
	return e->model;
}

struct engine_stats engine_stats(const struct engine *e)
{
	struct doc_cache_stats d = doc_cache_stats(e->documents);
	return (struct engine_stats){ .requests = e->requests,
		.errors = e->errors,
		.document_hits = d.hits,
		.document_misses = d.misses,
		.plans = d.plans,
		.documents = d.documents,
		.running = e->running };
}

void engine_close(struct engine *e)
{
	resolve_close(e);
	doc_cache_close(e->documents);
	if (e->model)
		model_unref(e->model);
	while (e->nspare)
		arena_close(e->spare[--e->nspare]);
	mem_free(e);
}
