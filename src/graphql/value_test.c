/*
 * value_test - literals with variables, arguments, custom scalars, limits of variables. What JSON
 * becomes of each type is in tests/corpus/coerce.
 */
#include "graphql/value.h"

#include "base/check.h"
#include "graphql/build.h"
#include "graphql/parser.h"

static const char SDL[] =
	"scalar Day enum E { A B } "
	"input In { n: Int! = 7 list: [Int!] e: E = B in: In day: Day } "
	"type Query { f(a: Int b: Int! c: Int! = 3 l: [Int] m: [Int!] i: In d: Day s: String): Int }";

struct world {
	struct arena *arena;
	struct source sdl, query;
	struct ast_document types, document;
	const struct gql_schema *schema;
	const struct ast_definition *operation;
	const struct ast_selection *field;
	struct gql_errors errors;
	struct gql_coercion c;
	struct gql_variables vars;
};

/* Days are strings of two characters; they become upper case. */
static bool read_day(void *ctx, struct arena *a, const struct gql_type *scalar, struct gql_value *v,
	const char **why)
{
	UNUSED(ctx);
	assert_true(str_eq(scalar->name, S("Day")));
	*why = "A day has two letters.";
	if (v->kind != GQL_STRING || v->text.n != 2)
		return false;
	char *p = arena_alloc(a, 2, 1);
	for (size_t i = 0; i < 2; i++)
		p[i] = (char)(v->text.p[i] & ~0x20);
	v->text = (str){ p, 2 };
	return true;
}

static struct world *open_world(const char *query, const char *variables)
{
	struct arena *a = arena_open(0);
	struct world *w = arena_new(a, struct world);
	w->arena = a;
	w->errors.arena = a;
	w->sdl = (struct source){ S("sdl"), str_from(SDL) };
	w->query = (struct source){ S("query"), str_from(query) };
	assert_true(gql_parse(a, &w->sdl, NULL, &w->types, &w->errors));
	assert_true(gql_schema_build(a, &w->types, &w->schema, &w->errors));
	assert_true(gql_parse(a, &w->query, NULL, &w->document, &w->errors));
	w->operation = w->document.at[0];
	w->field = w->operation->selections.at[0];
	w->c = (struct gql_coercion){ .arena = a,
		.schema = w->schema,
		.scalar = read_day,
		.suggestions = true,
		.errors = &w->errors };
	const struct gql_ref *const *refs = gql_variable_types(a, w->schema, w->operation);
	bool ok = gql_coerce_variables(&w->c, w->operation, refs, str_from(variables), &w->vars);
	assert_int_equal(ok, w->errors.n == 0);
	return w;
}

/* The field's argument as JSON, "absent", or the error with its place. */
static str argument(struct world *w, const char *name)
{
	const struct gql_field *f = gql_field_find(w->schema, w->schema->query, S("f"));
	const struct gql_input *arg = gql_arg_find(f, str_from(name));
	const struct ast_argument *given = NULL;
	struct gql_value *v;
	for (size_t i = 0; i < w->field->nargs; i++)
		if (str_eq(w->field->args[i].name.text, str_from(name)))
			given = &w->field->args[i];
	if (!gql_coerce_argument(&w->c, w->operation, &w->vars, arg, given, w->field->at, &v)) {
		const struct gql_error *e = &w->errors.at[w->errors.n - 1];
		return str_printf(w->arena, "%u %.*s", e->places[0].at, STR_ARG(e->message));
	}
	if (!v)
		return S("absent");
	struct buf b = buf_on(w->arena);
	gql_value_print_json(&b, v, arg->type);
	return buf_str(&b);
}

static void test_arguments(void **state)
{
	(void)state;
	static const struct {
		const char *name, *query, *variables, *arg, *want;
	} T[] = {
		{ "literal", "{ f(a: 1) }", "", "a", "1" },
		{ "not given", "{ f }", "", "a", "absent" },
		{ "default", "{ f }", "", "c", "3" },
		{ "required", "{ f }", "", "b",
			"2 Argument \"b\" of required type \"Int!\" was not provided." },
		{ "variable", "query ($x: Int) { f(a: $x) }", "{\"x\": 5}", "a", "5" },
		{ "absent variable", "query ($x: Int) { f(a: $x) }", "", "a", "absent" },
		{ "absent variable, default", "query ($x: Int) { f(c: $x) }", "", "c", "3" },
		{ "absent variable, required", "query ($x: Int) { f(b: $x) }", "", "b",
			"23 Argument \"b\" of required type \"Int!\" was provided the variable "
			"\"$x\" which was not provided a runtime value." },
		{ "null variable", "query ($x: Int) { f(c: $x) }", "{\"x\": null}", "c",
			"23 Argument \"c\" of non-null type \"Int!\" must not be null." },
		{ "null variable where it may be", "query ($x: Int) { f(a: $x) }", "{\"x\": null}",
			"a", "null" },
		{ "in a list", "query ($x: Int $y: Int) { f(l: [1, $x, $y]) }", "{\"y\": 2}", "l",
			"[1,null,2]" },
		{ "absent in a list of non-null", "query ($x: Int) { f(m: [1, $x]) }", "", "m",
			"23 Argument \"m\" has invalid value [1, $x]." },
		{ "single item", "{ f(l: 1) }", "", "l", "[1]" },
		{ "defaults of fields", "{ f(i: {}) }", "", "i", "{\"n\":7,\"e\":\"B\"}" },
		{ "absent field variable", "query ($x: Int $e: E) { f(i: {n: $x, e: $e}) }", "",
			"i", "{\"n\":7,\"e\":\"B\"}" },
		{ "null field variable", "query ($x: Int) { f(i: {n: $x}) }", "{\"x\": null}", "i",
			"23 Argument \"i\" has invalid value {n: $x}." },
		{ "nested", "query ($l: [Int!]) { f(i: {in: {in: {list: $l}, n: 1}}) }",
			"{\"l\": 4}", "i",
			"{\"n\":7,\"e\":\"B\",\"in\":{\"n\":1,\"e\":\"B\",\"in\":{\"n\":7,"
			"\"list\":[4],\"e\":\"B\"}}}" },
		{ "hook on a literal", "{ f(d: \"mo\") }", "", "d", "\"MO\"" },
		{ "hook on a variable", "query ($d: Day) { f(d: $d) }", "{\"d\": \"su\"}", "d",
			"\"SU\"" },
		{ "hook refuses", "{ f(d: 1) }", "", "d", "7 Argument \"d\" has invalid value 1." },
		{ "block string", "{ f(s: \"\"\"\n  a\n  b\n\"\"\") }", "", "s", "\"a\\nb\"" },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct world *w = open_world(T[i].query, T[i].variables);
		CHECK_STR(T[i].name, argument(w, T[i].arg), T[i].want);
		arena_close(w->arena);
	}
	check_end();
}

static void test_hook_on_variables(void **state)
{
	(void)state;
	struct world *w = open_world("query ($d: Day $i: In) { f }",
		"{\"d\": \"monday\", \"i\": {\"day\": 3}}");
	assert_int_equal(w->errors.n, 2);
	CHECK_STR("variable", w->errors.at[0].message,
		"Variable \"$d\" got invalid value \"monday\"; Expected type \"Day\". "
		"A day has two letters.");
	CHECK_STR("field", w->errors.at[1].message,
		"Variable \"$i\" got invalid value 3 at \"i.day\"; Expected type \"Day\". "
		"A day has two letters.");
	arena_close(w->arena);
	check_end();
}

static void test_suggestions_off(void **state)
{
	(void)state;
	struct world *w = open_world("query ($e: E $i: In) { f }", "{}");
	const struct gql_ref *const *refs = gql_variable_types(w->arena, w->schema, w->operation);
	w->c.suggestions = false;
	assert_false(gql_coerce_variables(&w->c, w->operation, refs,
		S("{\"e\": \"a\", \"i\": {\"nn\": 1}}"), &w->vars));
	CHECK_STR("enum", w->errors.at[0].message,
		"Variable \"$e\" got invalid value \"a\"; Value \"a\" does not exist in \"E\" enum.");
	CHECK_STR("field", w->errors.at[1].message,
		"Variable \"$i\" got invalid value { nn: 1 }; Field \"nn\" is not defined by type "
		"\"In\".");
	arena_close(w->arena);
	check_end();
}

/* Objects cost as much as their type has fields, so many small ones must not fill the memory. */
static void test_memory_is_bounded(void **state)
{
	(void)state;
	struct world *w = open_world("query ($l: [In!]) { f }", "{}");
	const struct gql_ref *const *refs = gql_variable_types(w->arena, w->schema, w->operation);
	struct buf json = buf_on(w->arena);
	buf_lit(&json, "{\"l\": [{}");
	for (int i = 0; i < 100 * 1000; i++)
		buf_lit(&json, ",{}");
	buf_lit(&json, "]}");
	struct arena *small = arena_open(1024 * 1024);
	struct gql_errors errors = { .arena = small };
	w->c.arena = small;
	w->c.errors = &errors;
	assert_false(gql_coerce_variables(&w->c, w->operation, refs, buf_str(&json), &w->vars));
	assert_int_equal(errors.n, 1);
	CHECK_STR("message", errors.at[0].message, "The variables need too much memory.");
	CHECK_TRUE("not much over", arena_used(small) < 2 * 1024 * 1024);
	arena_close(small);
	arena_close(w->arena);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_hook_on_variables),
		cmocka_unit_test(test_suggestions_off),
		cmocka_unit_test(test_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
