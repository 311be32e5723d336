/*
 * resolve - fills the gaps of a response, level by level.
 *
 * When the database has answered, the gaps that are left in the response are gathered by field into
 * batches, and the batches are started. Their answers are projected like documents of the database;
 * they may have gaps again, which are the next level. When there are no more, the response is put
 * together.
 *
 * A batch has an arena of its own, because another thread works on it, and it outlives a request
 * that was cancelled or whose time is over: it is then detached, and thrown away when it is done.
 */
#include "exec/resolve.h"

#include "base/jread.h"
#include "base/json.h"
#include "ev/loop.h"
#include "exec/exec_int.h"

#include <pthread.h>

enum { ANSWER_DEPTH = 128 };

/* What the engine has for batches of all requests. */
struct resolve_desk {
	pthread_mutex_t mutex;
	struct exec_batch *done; /* guarded by the mutex */
	struct wake *wake;
	unsigned running; /* batches that are not done, detached ones included */
};

/* The run of one request. */
struct resolve_run {
	void (*then)(struct exec *x);
	struct exec_batch *first;
	struct timer *timer;
};

/* ---- batches ---- */

static void link_batch(struct resolve_run *run, struct exec_batch *b)
{
	b->next = run->first;
	if (run->first)
		run->first->prev = b;
	run->first = b;
}

static void unlink_batch(struct exec_batch *b)
{
	if (!b->exec)
		return;
	struct resolve_run *run = b->exec->resolve;
	if (b->prev)
		b->prev->next = b->next;
	else
		run->first = b->next;
	if (b->next)
		b->next->prev = b->prev;
	b->exec = NULL;
}

void exec_batch_done(struct exec_batch *b)
{
	struct resolve_desk *desk = b->engine->desk;
	pthread_mutex_lock(&desk->mutex);
	b->next_done = desk->done;
	desk->done = b;
	wake_send(desk->wake); /* under the mutex: then the desk can't be closed meanwhile */
	pthread_mutex_unlock(&desk->mutex);
}

static str copy(struct arena *a, str s)
{
	return (str){ str_z(a, s), s.n };
}

static bool arguments_text(struct exec *x, const struct resolving *r, str *out, struct err *e)
{
	struct buf b = buf_on(x->arena);
	struct param_env env = { .arena = x->arena, .model = x->doc->model, .vars = &x->vars };
	buf_putc(&b, '{');
	for (size_t i = 0; i < r->nargs; i++) {
		struct param_text text;
		if (!param_eval(&env, &r->args[i].value, &text, e))
			return false;
		if (i)
			buf_putc(&b, ',');
		buf_put(&b, r->args[i].key);
		buf_put(&b, text.null ? S("null") : text.text);
	}
	buf_putc(&b, '}');
	*out = buf_str(&b);
	return true;
}

/* All gaps of one field: `numbers` is their list. */
static struct exec_batch *batch_new(struct exec *x, str arguments, const size_t *numbers, size_t n)
{
	const struct shape_field *f = x->gaps.at[numbers[0]].field;
	struct arena *a = arena_open(0);
	struct exec_batch *b = arena_new(a, struct exec_batch);
	size_t *gaps = arena_array(a, size_t, n);
	str *parents = arena_array(a, str, n);
	for (size_t i = 0; i < n; i++) {
		gaps[i] = numbers[i];
		parents[i] = copy(a, x->gaps.at[numbers[i]].parent);
	}
	*b = (struct exec_batch){ .resolver = copy(a, f->resolving->resolver->name),
		.field = str_printf(a, "%.*s.%.*s", STR_ARG(f->field->parent->name),
			STR_ARG(f->field->name)),
		.arguments = copy(a, arguments),
		.parents = parents,
		.answers = arena_array(a, struct batch_answer, n),
		.n = n,
		.identity = x->identity ? identity_copy(a, x->identity) : NULL,
		.request_id = copy(a, x->req->request_id),
		.arena = a,
		.engine = x->engine,
		.exec = x,
		.gaps = gaps };
	return b;
}

/* ---- answers ---- */

static void fail_gap(struct exec *x, struct gap *g, enum err_code code, str message)
{
	struct gql_error *e = gql_error_add(&x->errors, code, "%.*s", STR_ARG(message));
	for (size_t i = 0; i < g->field->nnodes; i++)
		gql_error_at(&x->errors, e, &x->doc->source, g->field->nodes[i]->at);
	e->path = str_printf(x->errors.arena, "%.*s]", STR_ARG(g->path));
	g->null = true;
}

static void fail_gaps(struct exec *x, const size_t *numbers, size_t n, enum err_code code,
	str message)
{
	for (size_t i = 0; i < n; i++) {
		struct gap *g = &x->gaps.at[numbers[i]];
		g->done = true;
		fail_gap(x, g, code, message);
	}
}

static bool is_json(str text)
{
	struct jread r = jread_on(text, ANSWER_DEPTH);
	return jread_skip(&r) && jread_end(&r);
}

static void take_answer(struct exec *x, size_t number, const struct batch_answer *answer)
{
	struct gap *g = &x->gaps.at[number];
	g->done = true;
	if (answer->failed) {
		fail_gap(x, g, answer->code, answer->message);
		return;
	}
	if (answer->json.p && !is_json(answer->json)) {
		fail_gap(x, g, ERR_RESOLVER, S("The resolver's answer is not JSON."));
		return;
	}
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	p.out = &text;
	p.prefix = g->path;
	str json = answer->json.p ? str_dup(x->arena, answer->json) : STR_NONE;
	bool ok = project_value(&p, g->field, json);
	g = &x->gaps.at[number]; /* projecting may have added gaps */
	g->text = buf_str(&text);
	g->null = !ok;
}

static void take_answers(struct exec_batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		take_answer(b->exec, b->gaps[i], &b->answers[i]);
}

/* ---- levels ---- */

struct numbers {
	VEC(size_t);
};

/* The gaps of a text that are not done, those in the texts of done ones included. */
static void find_gaps(struct exec *x, str text, struct numbers *out)
{
	size_t at = 0, from, number;
	while (gap_next(text, &at, &from, &number)) {
		const struct gap *g = &x->gaps.at[number];
		if (!g->done)
			*vec_push(x->arena, out) = number;
		else if (!g->null)
			find_gaps(x, g->text, out);
	}
}

static void start_batch(struct exec *x, struct exec_batch *b)
{
	const struct resolver_host *host = x->engine->o.resolvers;
	link_batch(x->resolve, b);
	x->engine->desk->running++;
	if (host->start(host->arg, b))
		return;
	for (size_t i = 0; i < b->n; i++)
		b->answers[i] = (struct batch_answer){ .failed = true,
			.code = ERR_UNSUPPORTED,
			.message = S("No resolver is registered under the field's name.") };
	exec_batch_done(b);
}

/* Starts the batch of one field's gaps, or fails them when its arguments have no value. */
static void start_field(struct exec *x, const size_t *numbers, size_t n)
{
	str arguments;
	struct err e;
	if (arguments_text(x, x->gaps.at[numbers[0]].field->resolving, &arguments, &e))
		start_batch(x, batch_new(x, arguments, numbers, n));
	else
		fail_gaps(x, numbers, n, e.code, str_from(e.message));
}

/* Puts the gaps of the first's field in front, in order; returns how many. */
static size_t take_field(const struct exec *x, struct numbers *l, struct numbers *rest)
{
	const struct shape_field *f = x->gaps.at[l->at[0]].field;
	size_t n = 0;
	rest->n = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (x->gaps.at[l->at[i]].field == f)
			l->at[n++] = l->at[i];
		else
			*vec_push(x->arena, rest) = l->at[i];
	}
	return n;
}

static void end_run(struct exec *x)
{
	void (*then)(struct exec * x) = x->resolve->then;
	timer_close(x->resolve->timer);
	x->resolve = NULL;
	then(x);
}

static void next_level(struct exec *x)
{
	struct numbers l = { 0 }, rest = { 0 };
	find_gaps(x, buf_str(&x->out), &l);
	if (l.n == 0) {
		end_run(x);
		return;
	}
	while (l.n) {
		size_t n = take_field(x, &l, &rest);
		start_field(x, l.at, n);
		struct numbers empty = l;
		l = rest;
		rest = empty;
	}
	if (!x->resolve->first) /* all failed */
		next_level(x);
}

static void on_batches(void *arg)
{
	struct resolve_desk *desk = arg;
	pthread_mutex_lock(&desk->mutex);
	struct exec_batch *done = desk->done;
	desk->done = NULL;
	pthread_mutex_unlock(&desk->mutex);
	while (done) {
		struct exec_batch *b = done;
		struct exec *x = b->exec;
		done = b->next_done;
		desk->running--;
		if (x)
			take_answers(b);
		unlink_batch(b);
		arena_close(b->arena);
		if (x && !x->resolve->first)
			next_level(x);
	}
}

/* ---- a request's run ---- */

/* Batches that run on are nobody's now. */
static void detach(struct exec *x)
{
	while (x->resolve->first)
		unlink_batch(x->resolve->first);
}

static void on_timeout(void *arg)
{
	struct exec *x = arg;
	struct numbers l = { 0 };
	detach(x);
	find_gaps(x, buf_str(&x->out), &l);
	fail_gaps(x, l.at, l.n, ERR_TIMEOUT, S("The resolver did not answer in time."));
	end_run(x);
}

void exec_resolve(struct exec *x, void (*then)(struct exec *x))
{
	x->resolve = arena_new(x->arena, struct resolve_run);
	x->resolve->then = then;
	x->resolved = true;
	x->resolve->timer = timer_open(x->engine->o.loop, on_timeout, x);
	if (x->engine->o.resolver_timeout_ms)
		timer_set(x->resolve->timer, x->engine->o.resolver_timeout_ms);
	next_level(x);
}

void exec_resolve_cancel(struct exec *x)
{
	detach(x);
	timer_close(x->resolve->timer);
	x->resolve = NULL;
}

void exec_put_resolver_root(struct exec *x, const struct plan_root *root)
{
	struct gap g = { .field = &root->field, .parent = S("{}"), .back = GAP_BEYOND };
	struct buf path = buf_on(x->arena);
	buf_lit(&path, "[");
	json_put_string(&path, root->field.name);
	g.path = buf_str(&path);
	exec_put_key(x, root);
	gap_put(&x->gaps, &x->out, &g);
}

bool exec_has_gaps(const struct exec *x)
{
	size_t at = 0, from, number;
	return gap_next(buf_str(&x->out), &at, &from, &number);
}

void exec_fill_gaps(struct exec *x)
{
	struct buf filled = buf_on(x->req->arena);
	filled.limit = x->out.limit;
	if (gap_fill(&x->gaps, buf_str(&x->out), &filled))
		x->out = filled;
	else
		x->data_null = true;
}

/* ---- the desk ---- */

void resolve_open(struct engine *e)
{
	struct resolve_desk *desk = mem_new(struct resolve_desk);
	pthread_mutex_init(&desk->mutex, NULL);
	desk->wake = wake_open(e->o.loop, on_batches, desk);
	e->desk = desk;
}

void engine_settle(struct engine *e)
{
	while (e->desk && e->desk->running)
		loop_turn(e->o.loop, true);
}

void resolve_close(struct engine *e)
{
	struct resolve_desk *desk = e->desk;
	if (!desk)
		return;
	engine_settle(e);
	wake_close(desk->wake);
	pthread_mutex_destroy(&desk->mutex);
	mem_free(desk);
}
