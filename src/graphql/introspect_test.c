/*
 * introspect_test - collecting fields, and introspection over them; literals of default values.
 */
#include "base/check.h"

#include "base/arena.h"
#include "graphql/build.h"
#include "graphql/collect.h"
#include "graphql/introspect.h"
#include "graphql/literal.h"
#include "graphql/parser.h"

static const char SDL[] =
	"\"all\" schema { query: Q }\n"
	"type Q implements N { id: ID! a(x: In = {b: 1.50}, y: E @deprecated): [A!]! "
	"old: Int @deprecated(reason: \"gone\") q: Q u: U n: N }\n"
	"\"has an id\" interface N { id: ID! }\n"
	"type A implements N { id: ID! }\n"
	"union U = A | Q\n"
	"enum E { ONE TWO @deprecated }\n"
	"input In @oneOf { b: Float c: String }\n"
	"scalar Date @specifiedBy(url: \"https://example.org/date\")\n"
	"directive @d(a: Date) repeatable on QUERY | FIELD\n";

struct fixture {
	struct arena *arena;
	const struct gql_schema *schema;
	struct gql_errors errors;
};

static struct source *source_of(struct fixture *f, str text)
{
	struct source *s = arena_new(f->arena, struct source);
	*s = (struct source){ S("test"), text };
	return s;
}

static struct ast_document parse(struct fixture *f, str text)
{
	struct ast_document d = { NULL, 0 };
	if (!gql_parse(f->arena, source_of(f, text), NULL, &d, &f->errors))
		fail_msg("%.*s: %.*s", STR_ARG(text), STR_ARG(f->errors.at[0].message));
	return d;
}

static int setup(void **state)
{
	struct arena *a = arena_open(0);
	struct fixture *f = arena_new(a, struct fixture);
	f->arena = a;
	f->errors.arena = a;
	struct ast_document *d = arena_new(a, struct ast_document);
	*d = parse(f, str_from(SDL));
	assert_true(gql_schema_build(a, d, &f->schema, &f->errors));
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	arena_close(((struct fixture *)*state)->arena);
	return 0;
}

/* The operation's variables from JSON. */
static struct gql_variables variables_of(struct fixture *f, const struct ast_definition *o,
	const char *json)
{
	struct gql_coercion c = { .arena = f->arena, .schema = f->schema, .errors = &f->errors };
	struct gql_variables v = { NULL, 0 };
	if (!gql_coerce_variables(&c, o, gql_variable_types(f->arena, f->schema, o), str_from(json),
		    &v))
		fail_msg("%s: %.*s", json, STR_ARG(f->errors.at[0].message));
	return v;
}

/* ---- collecting ---- */

/* "key*n key …" of what the first operation's set asks for on `type`. */
static str collect(struct fixture *f, const char *text, const char *type, const char *json)
{
	struct ast_document d = parse(f, str_from(text));
	const struct ast_definition *o = gql_operation_find(&d, STR_NONE, &f->errors);
	struct gql_variables vars = variables_of(f, o, json);
	struct collect c = { f->arena, f->schema, &d, o, &vars, gql_fragment_index(f->arena, &d),
		&f->errors };
	const struct ast_selections *set = &o->selections;
	struct collection out = { 0 };
	gql_collect(&c, gql_type_find(f->schema, str_from(type)), &set, 1, &out);
	struct buf b = buf_on(f->arena);
	for (size_t i = 0; i < out.n; i++) {
		buf_put(&b, i > 0 ? S(" ") : STR_NONE);
		buf_put(&b, out.at[i].key);
		if (out.at[i].n > 1)
			buf_printf(&b, "*%zu", out.at[i].n);
	}
	return buf_str(&b);
}

static void test_collect(void **state)
{
	static const struct {
		const char *name, *text, *type, *json, *want;
	} T[] = {
		{ "order of appearance", "{ b a: b b c }", "Q", "", "b*2 a c" },
		{ "fragments in place", "{ a ...F z } fragment F on Q { b a }", "Q", "",
			"a*2 b z" },
		{ "a fragment once", "{ ...F ...F } fragment F on Q { b }", "Q", "", "b" },
		{ "a fragment again in another",
			"{ ...F ...G } fragment F on Q { b } "
			"fragment G on Q { ...F c }",
			"Q", "", "b c" },
		{ "cycle", "{ ...F } fragment F on Q { a ...F }", "Q", "", "a" },
		{ "interface applies", "{ ... on N { a } ... on A { b } }", "Q", "", "a" },
		{ "union applies", "{ ... on U { a } ... { c } }", "A", "", "a c" },
		{ "fragment of another type", "{ ...F b } fragment F on A { a }", "Q", "", "b" },
		{ "skip", "{ a @skip(if: true) b @skip(if: false) }", "Q", "", "b" },
		{ "include", "{ a @include(if: true) b @include(if: false) }", "Q", "", "a" },
		{ "both",
			"{ a @skip(if: true) @include(if: true) b @include(if: true) "
			"@skip(if: false) }",
			"Q", "", "b" },
		{ "on fragments",
			"{ ...F @skip(if: true) ... @include(if: false) { b } ...F } "
			"fragment F on Q { a }",
			"Q", "", "a" },
		{ "variables",
			"query ($y: Boolean!, $n: Boolean = false) { a @skip(if: $y) "
			"b @include(if: $n) c @include(if: $y) }",
			"Q", "{\"y\": true}", "c" },
		{ "other directives", "{ a @other(if: false) }", "Q", "", "a" },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].name, collect(*state, T[i].text, T[i].type, T[i].json), T[i].want);
	CHECK_INT("no errors", ((struct fixture *)*state)->errors.n, 0);
	check_end();
}

static void test_null_condition(void **state)
{
	struct fixture *f = *state;
	str got = collect(f, "query ($v: Boolean = true) { a @skip(if: $v) b }", "Q",
		"{\"v\": null}");
	CHECK_STR("left out", got, "b");
	CHECK_INT("told", f->errors.n, 1);
	check_end();
}

/* Many keys and fragments go through the index; the result is the same. */
static void test_many(void **state)
{
	struct fixture *f = *state;
	enum { MANY = 1000 };
	struct buf b = buf_on(f->arena), want = buf_on(f->arena);
	buf_putc(&b, '{');
	for (int turn = 0; turn < 2; turn++)
		for (int i = 0; i < MANY; i++)
			buf_printf(&b, " k%d: a ...F%d", i, i);
	buf_putc(&b, '}');
	for (int i = 0; i < MANY; i++)
		buf_printf(&b, " fragment F%d on Q { f%d }", i, i);
	for (int i = 0; i < MANY; i++)
		buf_printf(&want, "%sk%d*2 f%d", i > 0 ? " " : "", i, i);
	str got = collect(f, str_z(f->arena, buf_str(&b)), "Q", "");
	CHECK_TRUE("all in order", str_eq(got, buf_str(&want)));
	check_end();
}

static void test_operations(void **state)
{
	static const struct {
		const char *text, *name, *want;
	} T[] = {
		{ "{ a }", "", "" },
		{ "query A { a } query B { b }", "B", "B" },
		{ "query A { a } query B { b }", "",
			"Must provide operation name if query contains multiple operations." },
		{ "query A { a }", "C", "Unknown operation named \"C\"." },
		{ "fragment F on Q { a }", "", "Must provide an operation." },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct gql_errors errors = { .arena = f->arena };
		struct ast_document d = parse(f, str_from(T[i].text));
		const struct ast_definition *o =
			gql_operation_find(&d, str_from(T[i].name), &errors);
		CHECK_STR(T[i].text, o ? o->name.text : errors.at[0].message, T[i].want);
	}
	check_end();
}

/* ---- introspection ---- */

/* The answers to all root fields, as an object; errors as `path message`. */
static str introspect(struct fixture *f, const char *text, const char *json)
{
	struct ast_document d = parse(f, str_from(text));
	const struct ast_definition *o = gql_operation_find(&d, STR_NONE, &f->errors);
	struct gql_variables vars = variables_of(f, o, json);
	struct introspection in = { f->arena, f->schema, &d, o, &vars, NULL, &f->errors };
	struct buf b = buf_on(f->arena);
	for (size_t i = 0; i < o->selections.n; i++) {
		const struct ast_selection *s = o->selections.at[i];
		if (!gql_introspect(&b, &in, &s, 1))
			buf_lit(&b, "FAILED");
	}
	for (; f->errors.n > 0; f->errors.n--) {
		const struct gql_error *e = &f->errors.at[f->errors.n - 1];
		buf_printf(&b, " %.*s %.*s", STR_ARG(e->path), STR_ARG(e->message));
	}
	return buf_str(&b);
}

#define NULL_FLAG "Argument \"includeDeprecated\" of non-null type \"Boolean!\" must not be null."

static void test_introspect(void **state)
{
	static const struct {
		const char *name, *text, *json, *want;
	} T[] = {
		{ "schema", "{ __schema { description queryType { name } mutationType { name } } }",
			"",
			"{\"description\":\"all\",\"queryType\":{\"name\":\"Q\"},"
			"\"mutationType\":null}" },
		{ "aliases and typename",
			"{ __schema { __typename x: queryType { __typename y: kind } } }", "",
			"{\"__typename\":\"__Schema\",\"x\":{\"__typename\":\"__Type\","
			"\"y\":\"OBJECT\"}}" },
		{ "merged",
			"{ __schema { queryType { name } ...F } } "
			"fragment F on __Schema { queryType { kind } }",
			"", "{\"queryType\":{\"name\":\"Q\",\"kind\":\"OBJECT\"}}" },
		{ "name by variable", "query ($n: String!) { __type(name: $n) { name kind } }",
			"{\"n\": \"U\"}", "{\"name\":\"U\",\"kind\":\"UNION\"}" },
		{ "scalar",
			"{ __type(name: \"Date\") { kind specifiedByURL description isOneOf "
			"fields { name } interfaces { name } possibleTypes { name } "
			"enumValues { name } inputFields { name } ofType { name } } }",
			"",
			"{\"kind\":\"SCALAR\",\"specifiedByURL\":\"https://example.org/date\","
			"\"description\":null,\"isOneOf\":null,\"fields\":null,"
			"\"interfaces\":null,\"possibleTypes\":null,\"enumValues\":null,"
			"\"inputFields\":null,\"ofType\":null}" },
		{ "interface",
			"{ __type(name: \"N\") { description interfaces { name } "
			"possibleTypes { name } } }",
			"",
			"{\"description\":\"has an id\",\"interfaces\":[],"
			"\"possibleTypes\":[{\"name\":\"Q\"},{\"name\":\"A\"}]}" },
		{ "union", "{ __type(name: \"U\") { possibleTypes { name } } }", "",
			"{\"possibleTypes\":[{\"name\":\"A\"},{\"name\":\"Q\"}]}" },
		{ "deprecated left out", "{ __type(name: \"E\") { enumValues { name } } }", "",
			"{\"enumValues\":[{\"name\":\"ONE\"}]}" },
		{ "deprecated taken",
			"{ __type(name: \"E\") { enumValues(includeDeprecated: true) "
			"{ name isDeprecated deprecationReason } } }",
			"",
			"{\"enumValues\":[{\"name\":\"ONE\",\"isDeprecated\":false,"
			"\"deprecationReason\":null},{\"name\":\"TWO\",\"isDeprecated\":true,"
			"\"deprecationReason\":\"No longer supported\"}]}" },
		{ "deprecated by variable",
			"query ($v: Boolean!) { __type(name: \"E\") { "
			"enumValues(includeDeprecated: $v) { name } } }",
			"{\"v\": true}",
			"{\"enumValues\":[{\"name\":\"ONE\"},{\"name\":\"TWO\"}]}" },
		{ "input object",
			"{ __type(name: \"In\") { isOneOf inputFields { name defaultValue "
			"type { name } isDeprecated } } }",
			"",
			"{\"isOneOf\":true,\"inputFields\":[{\"name\":\"b\","
			"\"defaultValue\":null,\"type\":{\"name\":\"Float\"},"
			"\"isDeprecated\":false},{\"name\":\"c\",\"defaultValue\":null,"
			"\"type\":{\"name\":\"String\"},\"isDeprecated\":false}]}" },
		{ "null flag of a nullable field",
			"query ($v: Boolean = true) { __type(name: \"E\") "
			"{ name enumValues(includeDeprecated: $v) { name } } }",
			"{\"v\": null}",
			"{\"name\":\"E\",\"enumValues\":null} "
			"[\"__type\",\"enumValues\"] " NULL_FLAG },
		{ "null flag of a field that can't be null",
			"query ($v: Boolean = true) { "
			"x: __type(name: \"A\") { fields { args(includeDeprecated: $v) { name } } } }",
			"{\"v\": null}",
			"{\"fields\":null} [\"x\",\"fields\",0,\"args\"] " NULL_FLAG },
		{ "null flag up to the root",
			"query ($v: Boolean = true) { __schema { directives "
			"{ args(includeDeprecated: $v) { name } } } }",
			"{\"v\": null}",
			"FAILED [\"__schema\",\"directives\",0,\"args\"] " NULL_FLAG },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].name, introspect(*state, T[i].text, T[i].json), T[i].want);
	check_end();
}

static void test_arguments(void **state)
{
	CHECK_STR("no such type", introspect(*state, "{ __type(name: \"Nope\") { name } }", ""),
		"null");
	CHECK_STR("fields and arguments",
		introspect(*state,
			"{ __type(name: \"Q\") { fields { name args { name defaultValue } "
			"type { kind ofType { kind ofType { kind ofType { name } } } } } } }",
			""),
		"{\"fields\":[{\"name\":\"id\",\"args\":[],\"type\":{\"kind\":\"NON_NULL\","
		"\"ofType\":{\"kind\":\"SCALAR\",\"ofType\":null}}},"
		"{\"name\":\"a\",\"args\":[{\"name\":\"x\",\"defaultValue\":\"{b: 1.5}\"}],"
		"\"type\":{\"kind\":\"NON_NULL\",\"ofType\":{\"kind\":\"LIST\","
		"\"ofType\":{\"kind\":\"NON_NULL\",\"ofType\":{\"name\":\"A\"}}}}},"
		"{\"name\":\"q\",\"args\":[],\"type\":{\"kind\":\"OBJECT\",\"ofType\":null}},"
		"{\"name\":\"u\",\"args\":[],\"type\":{\"kind\":\"UNION\",\"ofType\":null}},"
		"{\"name\":\"n\",\"args\":[],\"type\":{\"kind\":\"INTERFACE\",\"ofType\":null}}]}");
	check_end();
}

static void test_directives(void **state)
{
	str all = introspect(*state,
		"{ __schema { directives { name isRepeatable locations args { name } } } }", "");
	str want = S("{\"name\":\"d\",\"isRepeatable\":true,\"locations\":[\"QUERY\",\"FIELD\"],"
		     "\"args\":[{\"name\":\"a\"}]}");
	CHECK_TRUE("own directive", str_find_str(all, want) < all.n);
	check_end();
}

/* An answer that would grow without end stops at the buffer's limit. */
static void test_bounds(void **state)
{
	struct fixture *f = *state;
	struct buf text = buf_on(f->arena);
	enum { LEVELS = 16, TOO_DEEP = 101 };
	buf_lit(&text, "{ __type(name: \"N\") {");
	for (int i = 0; i < LEVELS; i++)
		buf_lit(&text, " possibleTypes { interfaces {");
	buf_lit(&text, " name");
	for (int i = 0; i < LEVELS; i++)
		buf_lit(&text, " } }");
	buf_lit(&text, " } }");
	struct ast_document d = parse(f, buf_str(&text));
	struct introspection in = { .arena = f->arena,
		.schema = f->schema,
		.document = &d,
		.operation = d.at[0],
		.errors = &f->errors };
	const struct ast_selection *s = d.at[0]->selections.at[0];
	struct buf b = buf_on(f->arena);
	b.limit = 100000;
	CHECK_TRUE("written", gql_introspect(&b, &in, &s, 1));
	CHECK_TRUE("over", b.over && b.n <= b.limit);

	buf_cut(&text, 0);
	buf_lit(&text, "{ __type(name: \"Q\") {");
	for (int i = 0; i < TOO_DEEP; i++)
		buf_lit(&text, " ofType {");
	buf_lit(&text, " name");
	for (int i = 0; i < TOO_DEEP; i++)
		buf_lit(&text, " }");
	buf_lit(&text, " } }");
	CHECK_STR("too deep", introspect(f, str_z(f->arena, buf_str(&text)), ""),
		"null [\"__type\"] The introspection query is too large.");
	check_end();
}

static void test_constant(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} T[] = {
		{ "{ __schema { types { name } } }", true },
		{ "query ($n: String!) { __type(name: $n) { name } }", false },
		{ "query ($v: Boolean!) { __schema { types @skip(if: $v) { name } } }", false },
		{ "query ($v: Boolean!) { __schema { types { ...F } } } "
		  "fragment F on __Type { fields(includeDeprecated: $v) { name } }",
			false },
		{ "query ($v: Boolean!) { __schema { ...F ...F } } fragment F on __Schema { "
		  "types { name } }",
			true },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct ast_document d = parse(f, str_from(T[i].text));
		struct introspection in = { .arena = f->arena,
			.schema = f->schema,
			.document = &d,
			.operation = d.at[0] };
		const struct ast_selection *s = d.at[0]->selections.at[0];
		CHECK_INT(T[i].text, gql_introspect_is_constant(&in, &s, 1), T[i].want);
	}
	check_end();
}

/* ---- literals ---- */

static void test_literals(void **state)
{
	static const struct {
		const char *type, *literal, *want;
	} T[] = {
		{ "Int", "-0", "0" },
		{ "Int", "12", "12" },
		{ "Float", "1.0", "1" },
		{ "Float", "1.50e3", "1500" },
		{ "Float", "1e21", "1e+21" },
		{ "Float", "5", "5" },
		{ "ID", "12", "12" },
		{ "ID", "\"12\"", "12" },
		{ "ID", "\"012\"", "\"012\"" },
		{ "ID", "\"-7\"", "-7" },
		{ "ID", "\"-\"", "\"-\"" },
		{ "String", "\"12\"", "\"12\"" },
		{ "String", "\"\"\"a\n \"b\" \"\"\"", "\"a\\n\\\"b\\\" \"" },
		{ "Boolean", "true", "true" },
		{ "E", "TWO", "TWO" },
		{ "E", "null", "null" },
		{ "[Int]", "1", "[1]" },
		{ "[[Int!]]", "[[1, 2], null, 3]", "[[1, 2], null, [3]]" },
		{ "In", "{ c: \"x\" }", "{c: \"x\"}" },
		{ "Date", "\"2026-01-31\"", "\"2026-01-31\"" },
		{ "Date", "{ a: [1, \"x\\n\", true, null, {}], b: 1.50 }",
			"{a: [1, \"x\\n\", true, null, {}], b: 1.50}" },
	};
	struct fixture *f = *state;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct source *source = source_of(f, str_from(T[i].literal));
		struct ast_value *literal;
		struct ast_type *type;
		assert_true(gql_parse_value(f->arena, source, &literal, &f->errors));
		assert_true(gql_parse_type(f->arena, source_of(f, str_from(T[i].type)), &type,
			&f->errors));
		const struct gql_input in = {
			.type = gql_ref_from_ast(f->arena, f->schema, type),
			.default_ast = literal,
		};
		struct buf b = buf_on(f->arena);
		gql_put_default(f->arena, &b, &in, false);
		CHECK_STR(T[i].literal, buf_str(&b), T[i].want);
	}
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_collect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_null_condition, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_operations, setup, teardown),
		cmocka_unit_test_setup_teardown(test_introspect, setup, teardown),
		cmocka_unit_test_setup_teardown(test_arguments, setup, teardown),
		cmocka_unit_test_setup_teardown(test_directives, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bounds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_constant, setup, teardown),
		cmocka_unit_test_setup_teardown(test_literals, setup, teardown),
	};
	return cmocka_run_group_tests_name("introspect", tests, NULL, NULL);
}
