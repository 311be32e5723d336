/*
 * validate_test - options and bounds of validation. What each rule says is in
 * tests/corpus/validate.
 */
#include "graphql/validate.h"

#include "base/check.h"
#include "base/clock.h"
#include "graphql/build.h"
#include "graphql/parser.h"

static const char SDL[] =
	"interface N { id: ID! n: N } type A implements N { id: ID! n: N v: Int } "
	"type B implements N { id: ID! n: N v: Int } scalar Day "
	"type Query { name: String q: Query n: N f(x: Int s: String d: Day): Int }";

struct world {
	struct arena *arena;
	struct source sdl;
	struct ast_document types;
	const struct gql_schema *schema;
};

static void open_world(struct world *w)
{
	w->arena = arena_open(0);
	w->sdl = (struct source){ S("sdl"), str_from(SDL) };
	struct gql_errors errors = { .arena = w->arena };
	assert_true(gql_parse(w->arena, &w->sdl, NULL, &w->types, &errors));
	assert_true(gql_schema_build(w->arena, &w->types, &w->schema, &errors));
}

struct result {
	bool ok;
	struct gql_errors errors;
	size_t bytes;     /* that validation needed */
	uint64_t time_us; /* that it took */
};

static struct result validate(struct world *w, struct arena *a, str text,
	const struct validate_options *o)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ S("query"), text };
	struct result r = { .errors = { .arena = a } };
	struct ast_document d;
	assert_true(gql_parse(a, source, NULL, &d, &r.errors));
	size_t used = arena_used(a);
	uint64_t started = clock_mono_us();
	r.ok = gql_validate(a, w->schema, &d, o, &r.errors);
	r.time_us = clock_mono_us() - started;
	r.bytes = arena_used(a) - used;
	assert_int_equal(r.ok, r.errors.n == 0);
	return r;
}

static bool refuse_day(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(a);
	UNUSED(scalar);
	*why = "Not today.";
	return v->kind == GQL_STRING && *(const bool *)ctx;
}

static void test_options(void **state)
{
	(void)state;
	bool yes = true, no = false;
	const struct {
		const char *name, *query;
		struct validate_options o;
		size_t n;
		const char *last;
	} T[] = {
		{ "suggestions", "{ nam }", { .suggestions = true }, 1,
			"Cannot query field \"nam\" on type \"Query\". Did you mean \"name\" or \"n\"?" },
		{ "no suggestions", "{ nam }", { .suggestions = false }, 1,
			"Cannot query field \"nam\" on type \"Query\"." },
		{ "no suggested types", "{ n { v } }", { .suggestions = false }, 1,
			"Cannot query field \"v\" on type \"N\"." },
		{ "two errors wanted", "{ a b c d }", { .errors_max = 2 }, 3,
			"Too many validation errors, error limit reached. Validation aborted." },
		{ "as many as there are", "{ a b }", { .errors_max = 2 }, 2,
			"Cannot query field \"b\" on type \"Query\"." },
		{ "scalar refuses", "{ f(d: \"x\") }", { .scalar = refuse_day, .scalar_ctx = &no },
			1, "Expected value of type \"Day\", found \"x\"; Not today." },
		{ "scalar accepts", "{ f(d: \"x\") }", { .scalar = refuse_day, .scalar_ctx = &yes },
			0, "" },
	};
	struct world w;
	open_world(&w);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct result r = validate(&w, w.arena, str_from(T[i].query), &T[i].o);
		CHECK_INT(T[i].name, r.errors.n, T[i].n);
		if (r.errors.n > 0)
			CHECK_STR(T[i].name, r.errors.at[r.errors.n - 1].message, T[i].last);
	}
	arena_close(w.arena);
	check_end();
}

/* ---- hostile documents ---- */

/* Repeats `part`, in which # is the number and + the next one, between `head` and `tail`. */
static str repeat(struct arena *a, const char *head, const char *part, const char *tail, size_t n)
{
	struct buf b = buf_on(a);
	buf_put(&b, str_from(head));
	for (size_t i = 0; i < n; i++)
		for (const char *p = part; *p; p++) {
			if (*p == '#')
				buf_put_u64(&b, i);
			else if (*p == '+')
				buf_put_u64(&b, i + 1);
			else
				buf_putc(&b, *p);
		}
	buf_put(&b, str_from(tail));
	return buf_str(&b);
}

struct hostile {
	const char *name, *head, *part, *tail;
};

static const struct hostile HOSTILE[] = {
	{ "one alias", "{", " a: name", "}" },
	{ "many aliases", "{", " a#: name", "}" },
	{ "objects under one alias", "{", " q { q { name } }", "}" },
	{ "a conflict among many", "{ name: f", " name", "}" },
	{ "conflicts everywhere", "{", " a: name a: f", "}" },
	{ "conflicts below", "{", " q { a: name } q { a: f }", "}" },
	{ "types that exclude", "{ n {", " ... on A { x: v } ... on B { x: v }", "} }" },
	{ "types that exclude and one that does not", "{ n {",
		" ... on A { n { id } } ... on B { n { id } } n { id n { id } }", "} }" },
	{ "fragments in a chain", "{ ...F0 } fragment L on Query { name }",
		" fragment F# on Query { ...F+ ...L }", "" },
	{ "fragments below fields", "{ ...F0 }", " fragment F# on Query { q { ...F+ } name }", "" },
	{ "fragments at both", "{ ...F0 }", " fragment F# on Query { ...F+ q { ...F+ } }", "" },
	{ "fragments twice below", "{ ...F0 }",
		" fragment F# on Query { q { ...F+ } q { ...F+ x: q { ...F+ } } }", "" },
	{ "fragments in a ring", "{ ...F0 }", " fragment F# on Query { ...F+ ...F0 }", "" },
	{ "unused fragments", "{ name }", " fragment F# on Query { name ...F+ }", "" },
	{ "operations on one fragment", "fragment F on Query { name ...F }",
		" query Q# { ...F name q { ...F } }", "" },
	{ "operations with variables", "fragment F on Query { a: f(x: $a) b: f(x: $a) }",
		" query Q#($a: Int) { ...F }", "" },
	{ "variables", "query (", " $v#: Int", ") { name }" },
	{ "one variable", "query (", " $v: Int", ") { name }" },
	{ "arguments", "{ f(", " x: 1", ") }" },
	{ "unknown arguments", "{ f(", " x#: 1", ") }" },
	{ "directives", "{ name", " @skip(if: true)", " }" },
	{ "introspection", "{", " __schema { types { name } }", " }" },
	{ "values", "{ f(x: [", " {a: 1, a: [2]}", "]) }" },
};

/* Twice the length must not take much more than twice the memory, nor work without end. */
static void test_hostile(void **state)
{
	(void)state;
	enum { N = 2000, TIMES = 4, SLACK = 3, LIMIT_US = 5 * 1000 * 1000 };
	struct validate_options o = { .suggestions = true };
	struct world w;
	open_world(&w);
	for (size_t i = 0; i < COUNT(HOSTILE); i++) {
		const struct hostile *h = &HOSTILE[i];
		struct arena *a = arena_open(0), *b = arena_open(0);
		struct result small = validate(&w, a, repeat(a, h->head, h->part, h->tail, N), &o);
		struct result large =
			validate(&w, b, repeat(b, h->head, h->part, h->tail, TIMES * N), &o);
		CHECK_TRUE(h->name, large.bytes < SLACK * TIMES * MAX(small.bytes, (size_t)65536));
		CHECK_TRUE(h->name, large.time_us < LIMIT_US);
		arena_close(a);
		arena_close(b);
	}
	arena_close(w.arena);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_hostile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
