#include "base/arena.h"
#include "base/check.h"
#include "base/clock.h"
#include "schema/compile.h"

enum { MANY = 5000 };

static void put_catalog(struct buf *b, size_t n)
{
	buf_lit(b,
		"{\"search_path\":[\"public\"],\"types\":["
		"{\"oid\":23,\"schema\":\"pg_catalog\",\"name\":\"int4\",\"sql\":\"integer\"},"
		"{\"oid\":25,\"schema\":\"pg_catalog\",\"name\":\"text\",\"sql\":\"text\"}],\"relations\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			"%s{\"oid\":%zu,\"schema\":\"public\",\"name\":\"thing_%zu\",\"sql\":\"public.thing_%zu\","
			"\"kind\":\"r\",\"columns\":[{\"name\":\"id\",\"type\":23,\"number\":1,\"not_null\":true},"
			"{\"name\":\"first_name\",\"type\":25,\"number\":2},"
			"{\"name\":\"next_id\",\"type\":23,\"number\":3}],"
			"\"keys\":[{\"name\":\"pk\",\"columns\":[1],\"primary\":true,\"unique\":true}],"
			"\"foreign_keys\":[{\"name\":\"fk\",\"columns\":[3],\"to\":%zu,\"references\":[1]}]}",
			i ? "," : "", 20000 + i, i, i, 20000 + (i + 1) % n);
	buf_lit(b, "]}");
}

static void put_sdl(struct buf *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b,
			"type Thing%zu @source(relation: \"thing_%zu\") { id: Int! firstName: String "
			"next: Thing%zu @relation(fields: [\"next_id\"], references: [\"id\"]) "
			"before: [Thing%zu!]! @relation(fields: [\"id\"], references: [\"next_id\"]) }\n",
			i, i, (i + 1) % n, (i + n - 1) % n);
	buf_lit(b, "type Query {\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "thing%zu(id: Int!): Thing%zu things%zu: [Thing%zu!]!\n", i, i, i, i);
	buf_lit(b, "}\n");
}

/* Milliseconds that compiling n types over n tables takes. */
static uint64_t compile_many(size_t n)
{
	struct arena *a = arena_open(0);
	struct buf json = buf_on(a), sdl = buf_on(a);
	put_catalog(&json, n);
	put_sdl(&sdl, n);
	uint64_t start = clock_mono_us();
	const struct catalog *c;
	struct err e;
	if (!catalog_from_json(a, buf_str(&json), &c, &e))
		fail_msg("%s", e.message);
	struct source_file file = { S("schema.graphql"), buf_str(&sdl) };
	struct compile_options o = { &file, 1, 100, 1000, 7 };
	struct diagnostics problems = { 0 };
	const struct model *m;
	if (!schema_compile(a, &o, c, &m, &problems))
		fail_msg("%.*s", STR_ARG(problems.at[0].message));
	uint64_t ms = (clock_mono_us() - start) / 1000;
	const struct gql_field *f =
		gql_field_find(m->gql, gql_type_find(m->gql, S("Thing1")), S("next"));
	assert_non_null(f);
	CHECK_STR("target", model_binding(m, f)->target->relation->name, "thing_2");
	CHECK_INT("generation", m->generation, 7);
	model_unref(m);
	return ms;
}

static void test_many(void **state)
{
	(void)state;
	uint64_t quarter = compile_many(MANY / 4), whole = compile_many(MANY);
	print_message("%d types: %llu ms; a quarter of them: %llu ms\n", MANY,
		(unsigned long long)whole, (unsigned long long)quarter);
	/* Four times the work must not cost ten times the time; the constant is for busy machines.
	 */
	CHECK_TRUE("linear", whole < quarter * 10 + 500);
	check_end();
}

static void test_references(void **state)
{
	(void)state;
	struct arena *a = arena_open(0);
	struct model *m = arena_new(a, struct model);
	*m = (struct model){ .arena = a, .refs = 1 };
	model_ref(m);
	CHECK_INT("two", m->refs, 2);
	model_unref(m);
	CHECK_INT("one", m->refs, 1);
	model_unref(m); /* closes the arena: valgrind and ASan see it if not */
	model_unref(NULL);
	check_end();
}

static void test_diagnostic(void **state)
{
	(void)state;
	struct diagnostic d = { .severity = DIAG_WARNING,
		.file = S("a.graphql"),
		.line = 3,
		.column = 5,
		.message = S("Something \"odd\"."),
		.hint = S("Do it."),
		.excerpt = S("\tx: Int\n\t^") };
	struct buf b = buf_on(NULL);
	diagnostic_print(&b, &d, false);
	CHECK_STR("plain", buf_str(&b),
		"a.graphql:3:5: warning: Something \"odd\".\n    \tx: Int\n    \t^\n  Do it.\n");
	buf_cut(&b, 0);
	diagnostic_print(&b, &d, true);
	CHECK_TRUE("colour", str_find_str(buf_str(&b), S("\033[1;33mwarning\033[0m")) < b.n);
	buf_cut(&b, 0);
	diagnostic_print_json(&b, &d);
	CHECK_STR("JSON", buf_str(&b),
		"{\"severity\":\"warning\",\"file\":\"a.graphql\",\"line\":3,\"column\":5,"
		"\"message\":\"Something \\\"odd\\\".\",\"hint\":\"Do it.\","
		"\"excerpt\":\"\\tx: Int\\n\\t^\"}");
	buf_cut(&b, 0);
	diagnostic_print(&b, &(struct diagnostic){ .message = S("M") }, false);
	CHECK_STR("without a place", buf_str(&b), "error: M\n");
	buf_free(&b);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_diagnostic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
