/*
 * doc_cache - a hash table with chains and a list by age.
 *
 * The key is the document's text with the operation's name, compared in full: a hash collision
 * can't confuse two documents. Errors are not kept: who sends broken documents pays for each.
 *
 * Documents are small, but a client may make large ones, with plans to match; so the bytes of all
 * together are bounded, too.
 */
#include "exec/doc_cache.h"

#include "exec/rules.h"

#include "base/clock.h"
#include "graphql/validate.h"

#include <string.h>

enum {
	BUCKETS = 1024,
	PLANS_MAX = 32,
	ARENA_MAX = 8 * 1024 * 1024,
	FAILED_MAX = 1024 * 1024,
	BYTES_EACH = 64 * 1024, /* that a document may have when all are as large */
};

struct doc_cache {
	struct prepared *buckets[BUCKETS];
	struct prepared *newest, *oldest;
	size_t n, max;
	size_t bytes, bytes_max; /* of all arenas, when they were looked at last */
	uint64_t seed;
	struct doc_limits limits;
	struct doc_cache_stats stats;
};

struct doc_cache *doc_cache_open(size_t max, const struct doc_limits *limits)
{
	struct doc_cache *c = mem_new(struct doc_cache);
	c->max = max ? max : 1;
	c->bytes_max = MAX(c->max * BYTES_EACH, (size_t)ARENA_MAX);
	c->limits = *limits;
	c->seed = random_u64();
	return c;
}

static void prepared_free(struct prepared *d)
{
	model_unref(d->model);
	arena_close(d->arena);
}

/* ---- the table and the list ---- */

static void list_remove(struct doc_cache *c, struct prepared *d)
{
	*(d->newer ? &d->newer->older : &c->newest) = d->older;
	*(d->older ? &d->older->newer : &c->oldest) = d->newer;
	d->newer = d->older = NULL;
}

static void list_push(struct doc_cache *c, struct prepared *d)
{
	d->older = c->newest;
	if (c->newest)
		c->newest->newer = d;
	c->newest = d;
	if (!c->oldest)
		c->oldest = d;
}

static void evict(struct doc_cache *c, struct prepared *d)
{
	struct prepared **at = &c->buckets[d->hash % BUCKETS];
	while (*at != d)
		at = &(*at)->bucket_next;
	*at = d->bucket_next;
	list_remove(c, d);
	d->cached = false;
	c->bytes -= d->bytes;
	c->n--;
	c->stats.evictions++;
	if (d->refs == 0)
		prepared_free(d);
}

/* Notes what the document has become; makes room for it. */
static void weigh(struct doc_cache *c, struct prepared *d)
{
	size_t used = arena_used(d->arena);
	c->bytes += used - d->bytes;
	d->bytes = used;
	while (c->bytes > c->bytes_max && c->oldest != d)
		evict(c, c->oldest);
}

static void insert(struct doc_cache *c, struct prepared *d)
{
	if (c->n >= c->max)
		evict(c, c->oldest);
	struct prepared **bucket = &c->buckets[d->hash % BUCKETS];
	d->bucket_next = *bucket;
	*bucket = d;
	list_push(c, d);
	d->cached = true;
	c->n++;
	weigh(c, d);
}

void doc_cache_clear(struct doc_cache *c)
{
	while (c->oldest)
		evict(c, c->oldest);
}

void doc_cache_close(struct doc_cache *c)
{
	doc_cache_clear(c);
	mem_free(c);
}

/* ---- preparing ---- */

static bool prepare(struct doc_cache *c, struct prepared *d, struct gql_errors *errors)
{
	struct parse_limits limits = { .tokens = c->limits.tokens, .depth = c->limits.depth };
	struct validate_options options = { .suggestions = c->limits.suggestions,
		.scalar = scalar_coerce };
	if (!gql_parse(d->arena, &d->source, &limits, &d->document, errors))
		return false;
	if (!gql_validate(d->arena, d->model->gql, &d->document, &options, errors))
		return false;
	d->operation = gql_operation_find(&d->document, d->operation_name, errors);
	if (!d->operation)
		return false;
	d->fragments = gql_fragment_index(d->arena, &d->document);
	d->ruled = rules_concern(d);
	d->types = gql_variable_types(d->arena, d->model->gql, d->operation);
	return true;
}

/*
 * Errors point into the document's text, and messages may, so a document that fails lives as long
 * as the errors do: until the request's arena is reset.
 */
static void close_with_request(void *arg)
{
	prepared_free(arg);
}

static struct prepared *make(struct doc_cache *c, const struct model *m, str query,
	str operation_name, uint64_t hash, struct gql_errors *errors)
{
	struct arena *a = arena_open(0);
	struct prepared *d = arena_new(a, struct prepared);
	*d = (struct prepared){ .arena = a, .model = m, .hash = hash };
	d->query = str_dup(a, query);
	d->operation_name = str_dup(a, operation_name);
	d->source = (struct source){ S("GraphQL request"), d->query };
	model_ref(m);
	if (prepare(c, d, errors)) {
		insert(c, d);
		return d;
	}
	arena_defer(errors->arena, close_with_request, d);
	return NULL;
}

static struct prepared *find(struct doc_cache *c, const struct model *m, str query,
	str operation_name, uint64_t hash)
{
	for (struct prepared *d = c->buckets[hash % BUCKETS]; d; d = d->bucket_next)
		if (d->hash == hash && d->model == m && str_eq(d->query, query) &&
			str_eq(d->operation_name, operation_name))
			return d;
	return NULL;
}

struct prepared *doc_cache_take(struct doc_cache *c, const struct model *m, str query,
	str operation_name, struct gql_errors *errors)
{
	uint64_t hash = str_hash(query, c->seed) ^ str_hash(operation_name, ~c->seed);
	struct prepared *d = find(c, m, query, operation_name, hash);
	if (d) {
		c->stats.hits++;
		if (d != c->newest) {
			list_remove(c, d);
			list_push(c, d);
		}
	} else {
		c->stats.misses++;
		d = make(c, m, query, operation_name, hash, errors);
	}
	if (d)
		d->refs++;
	return d;
}

void doc_cache_give(struct doc_cache *c, struct prepared *d)
{
	UNUSED(c);
	d->refs--;
	if (d->refs == 0 && !d->cached)
		prepared_free(d);
}

/* ---- plans ---- */

static const struct plan *find_plan(const struct doc_cache *c, const struct prepared *d,
	const struct gql_variables *vars)
{
	for (const struct plan_entry *e = d->plans; e; e = e->next)
		if (plan_fingerprint(e->plan->deps, e->plan->ndeps, vars, c->seed) ==
			e->fingerprint)
			return e->plan;
	return NULL;
}

const struct plan *prepared_plan(struct doc_cache *c, struct prepared *d,
	const struct gql_variables *vars, struct gql_errors *errors)
{
	const struct plan *plan = find_plan(c, d, vars);
	if (plan)
		return plan;
	struct plan_request r = { .arena = d->arena,
		.model = d->model,
		.source = &d->source,
		.document = &d->document,
		.fragments = d->fragments,
		.operation = d->operation,
		.vars = vars,
		.errors = errors,
		.fields_max = c->limits.fields,
		.bytes_max = c->limits.plan_bytes };
	if (!plan_build(&r, &plan)) {
		/* Its errors may be about values on the document's arena, which the request holds.
		 */
		if (d->cached && arena_used(d->arena) > FAILED_MAX)
			evict(c, d);
		else if (d->cached)
			weigh(c, d);
		return NULL;
	}
	struct plan_entry *e = arena_new(d->arena, struct plan_entry);
	*e = (struct plan_entry){ .plan = plan, .next = d->plans };
	e->fingerprint = plan_fingerprint(plan->deps, plan->ndeps, vars, c->seed);
	d->plans = e;
	d->nplans++;
	c->stats.plans++;
	if (d->cached && (d->nplans >= PLANS_MAX || arena_used(d->arena) > ARENA_MAX))
		evict(c, d);
	else if (d->cached)
		weigh(c, d);
	return plan;
}

struct doc_cache_stats doc_cache_stats(const struct doc_cache *c)
{
	struct doc_cache_stats s = c->stats;
	s.documents = c->n;
	return s;
}
