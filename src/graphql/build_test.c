/* build_test - schemas from documents: kinds, references, extensions, order, lookups. */
#include "base/check.h"

#include "base/arena.h"
#include "graphql/build_int.h"
#include "graphql/literal.h"
#include "graphql/parser.h"
#include "graphql/value.h"

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_open(0);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_close(arena);
	return 0;
}

/* The schema of a text, or NULL with the first message in *why. */
static const struct gql_schema *build(const char *sdl, str *why)
{
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("test"), str_from(sdl) };
	struct ast_document *d = arena_new(arena, struct ast_document);
	struct gql_errors errors = { .arena = arena };
	const struct gql_schema *s = NULL;
	if (!gql_parse(arena, source, &(struct parse_limits){ 0 }, d, &errors) ||
		!gql_schema_build(arena, d, &s, &errors))
		*why = errors.at[0].message;
	return s;
}

static str type_names(const struct gql_schema *s)
{
	struct buf b = buf_on(arena);
	for (size_t i = 0; i < s->ntypes; i++) {
		if (s->types[i]->id != i)
			buf_lit(&b, "WRONG ID ");
		buf_printf(&b, "%s%.*s", i ? " " : "", STR_ARG(s->types[i]->name));
	}
	return buf_str(&b);
}

#define INTROSPECTION                                                              \
	"__Schema __Type __TypeKind __Field __InputValue __EnumValue __Directive " \
	"__DirectiveLocation"

static void test_order(void **state)
{
	(void)state;
	static const struct {
		const char *name, *sdl, *want;
	} T[] = {
		{ "built-in scalars behind the first use", "type Query{a:A b:Float} type A{c:ID}",
			"Query Float A ID Boolean String " INTROSPECTION },
		{ "a built-in type defined keeps its place",
			"type Query{a:Int} scalar S scalar Int",
			"Query S Int Boolean String " INTROSPECTION },
		{ "arguments behind the field's type", "type Query{a(x:Int y:ID):Float}",
			"Query Float Int ID Boolean String " INTROSPECTION },
		{ "interfaces before fields", "type Query implements I{a:Int} interface I{a:Int}",
			"Query Int I Boolean String " INTROSPECTION },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		str why = STR_NONE;
		const struct gql_schema *s = build(T[i].sdl, &why);
		CHECK_STR(T[i].name, why, "");
		if (s)
			CHECK_STR(T[i].name, type_names(s), T[i].want);
	}
	check_end();
}

static void test_builtin_names(void **state)
{
	(void)state;
	const struct ast_document *d = gql_builtin_document(arena);
	size_t n, types = 0, directives = 0;
	gql_builtin_type_names(&n);
	for (size_t i = 0; i < d->n; i++) {
		bool is_directive = d->at[i]->kind == AST_DIRECTIVE_DEF;
		types += !is_directive && gql_is_builtin_type_name(d->at[i]->name.text);
		directives += is_directive && gql_is_builtin_directive_name(d->at[i]->name.text);
	}
	CHECK_INT("as many types as names", types, n);
	CHECK_INT("directives", directives, 5);
	CHECK_INT("nothing else", d->n, n + 5);
	check_end();
}

static void test_extensions(void **state)
{
	(void)state;
	str why = STR_NONE;
	const struct gql_schema *s =
		build("extend type Query { b(x: Int = 1): [E!]! } type Query { a: Int } "
		      "enum E { A } extend enum E { B @deprecated(reason: \"old\") } "
		      "interface I { a: Int } extend type Query implements I "
		      "input In { a: Int @deprecated } extend input In @oneOf { b: Int } "
		      "union U = Query extend union U = T type T { c: Int } "
		      "scalar S extend scalar S @specifiedBy(url: \"http://s\") "
		      "schema { query: Query } extend schema { mutation: T }",
			&why);
	CHECK_STR("builds", why, "");
	if (!s)
		fail_msg("no schema");
	const struct gql_type *query = gql_type_find(s, S("Query"));
	const struct gql_type *in = gql_type_find(s, S("In"));
	const struct gql_type *iface = gql_type_find(s, S("I"));
	const struct gql_type *un = gql_type_find(s, S("U"));
	const struct gql_enum_value *b = gql_enum_value_find(gql_type_find(s, S("E")), S("B"));
	CHECK_TRUE("query", s->query == query && query->nfields == 2 && query->nnodes == 3);
	CHECK_TRUE("mutation", s->mutation == gql_type_find(s, S("T")) && !s->subscription);
	const struct gql_field *f = gql_field_find(s, query, S("b"));
	CHECK_STR("list of non-null", gql_ref_text(arena, f->type), "[E!]!");
	CHECK_TRUE("argument", gql_arg_find(f, S("x")) && gql_arg_find(f, S("x"))->default_ast);
	CHECK_TRUE("enum value", b && b->id == 1 && b->deprecated);
	CHECK_STR("reason", b->deprecation_reason, "old");
	CHECK_TRUE("one of", in->one_of && in->ninputs == 2 && in->inputs[1].id == 1);
	CHECK_STR("default reason", in->inputs[0].deprecation_reason, "No longer supported");
	CHECK_STR("url", gql_type_find(s, S("S"))->specified_by, "http://s");
	CHECK_TRUE("implementation", iface->nmembers == 1 && gql_is_possible(iface, query));
	CHECK_TRUE("members", un->npossible == 2 && gql_is_possible(un, s->mutation));
	CHECK_TRUE("not possible", !gql_is_possible(iface, s->mutation));
	check_end();
}

static void test_meta(void **state)
{
	(void)state;
	str why = STR_NONE;
	const struct gql_schema *s = build("type Query { a: T } type T { a: Int }", &why);
	CHECK_STR("builds", why, "");
	const struct gql_type *t = gql_type_find(s, S("T"));
	CHECK_TRUE("__typename", gql_field_find(s, t, S("__typename")) == &s->meta[0]);
	CHECK_TRUE("__type", gql_field_find(s, s->query, S("__type")) == &s->meta[2]);
	CHECK_TRUE("only there", !gql_field_find(s, t, S("__schema")));
	CHECK_INT("ids are dense", t->fields[0].id, s->query->fields[0].id + 1);
	CHECK_INT("behind the meta-fields", s->query->fields[0].id, GQL_META_FIELDS);
	const struct gql_directive *d = gql_directive_find(s, S("skip"));
	CHECK_TRUE("@skip", d && d->built_in && d->locations & BIT(GQL_AT_FIELD));
	CHECK_INT("directives", s->ndirectives, 5);
	check_end();
}

static void test_defaults(void **state)
{
	(void)state;
	str why = STR_NONE;
	const struct gql_schema *s = build("type Query { a(x: I = {}): Int } "
					   "input I { a: Int = 3, b: J = {} } "
					   "input J { c: [Int] = 1, d: Float }",
		&why);
	CHECK_STR("builds", why, "");
	const struct gql_input *x = &s->query->fields[0].args[0];
	struct buf json = buf_on(arena), literal = buf_on(arena);
	gql_value_print_json(&json, x->default_value, x->type);
	CHECK_STR("coerced", buf_str(&json), "{\"a\":3,\"b\":{\"c\":[1]}}");
	gql_put_default(arena, &literal, x, false);
	CHECK_STR("as a literal", buf_str(&literal), "{a: 3, b: {c: [1]}}");
	const struct gql_type *type = gql_type_find(s, S("__Type"));
	const struct gql_field *f = gql_field_find(s, type, S("fields"));
	CHECK_TRUE("of a built-in type", f->args[0].default_value);
	CHECK_TRUE("of a built-in directive",
		gql_directive_find(s, S("deprecated"))->args[0].default_value);
	check_end();
}

/* A scalar of upper-case text. */
static bool read_upper(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	*why = "Expected upper case.";
	return v->kind == GQL_STRING && v->text.n > 0 && v->text.p[0] <= 'Z';
}

static void test_scalars(void **state)
{
	(void)state;
	static const struct {
		const char *sdl, *want;
	} T[] = {
		{ "type Query { a(x: Up = \"A\"): Int } scalar Up", "" },
		{ "type Query { a(x: Up = \"a\"): Int } scalar Up",
			"Query.a(x:) has invalid default value: " },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct source *source = arena_new(arena, struct source);
		*source = (struct source){ S("test"), str_from(T[i].sdl) };
		struct ast_document d;
		struct gql_errors errors = { .arena = arena };
		const struct gql_schema *s;
		assert_true(gql_parse(arena, source, NULL, &d, &errors));
		bool ok = gql_schema_build_with(arena, &d,
			&(struct gql_build_options){ .scalar = read_upper }, &s, &errors);
		CHECK_INT(T[i].sdl, ok, *T[i].want == '\0');
		str message = errors.n ? errors.at[0].message : S("");
		CHECK_STR(T[i].sdl, str_sub(message, 0, strlen(T[i].want)), T[i].want);
	}
	check_end();
}

/* Definitions of several files, each error in its own. */
static void test_files(void **state)
{
	(void)state;
	static const char *const TEXTS[] = { "type Query { a: Int }", "  type Query { b: Nope }" };
	struct source sources[COUNT(TEXTS)];
	struct ast_definition *all[COUNT(TEXTS)];
	struct gql_errors errors = { .arena = arena };
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		struct ast_document d;
		sources[i] = (struct source){ S("file"), str_from(TEXTS[i]) };
		assert_true(gql_parse(arena, &sources[i], NULL, &d, &errors));
		all[i] = d.at[0];
	}
	const struct ast_document both = { all, COUNT(TEXTS) };
	const struct gql_schema *s;
	assert_false(gql_schema_build(arena, &both, &s, &errors));
	assert_int_equal(errors.n, 2);
	const struct gql_error *twice = &errors.at[0], *unknown = &errors.at[1];
	CHECK_INT("two places", twice->nplaces, 2);
	CHECK_TRUE("first", twice->places[0].source == &sources[0] && twice->places[0].at == 5);
	CHECK_TRUE("second", twice->places[1].source == &sources[1] && twice->places[1].at == 7);
	CHECK_TRUE("unknown type", unknown->places[0].source == &sources[1]);
	check_end();
}

/* Input types that each need the next, the last one needing `last`. */
static const char *chain(unsigned n, const char *value, const char *last)
{
	struct buf b = buf_on(arena);
	buf_lit(&b, "type Query { a(x: A0): Int } ");
	for (unsigned i = 0; i + 1 < n; i++)
		buf_printf(&b, "input A%u { x: A%u!%s y: A%u!%s } ", i, i + 1, value, i + 1, value);
	buf_printf(&b, "input A%u { x: %s }", n - 1, last);
	return str_z(arena, buf_str(&b));
}

/* Deep chains take neither the stack nor time that doubles at each step. */
static void test_chains(void **state)
{
	(void)state;
	enum { TYPES = 20000 };
	str why = S("");
	assert_non_null(build(chain(TYPES, " = {}", "Int = 1"), &why));
	CHECK_STR("defaults", why, "");
	assert_non_null(build(chain(TYPES, "", "Int"), &why));
	CHECK_STR("required fields", why, "");
	assert_null(build(chain(TYPES, "", "A0!"), &why));
	CHECK_TRUE("required fields in a circle", str_starts(why, S("Cannot reference Input")));
	assert_null(build(chain(TYPES, " = {}", "A0 = {}"), &why));
	CHECK_TRUE("defaults in a circle", str_starts(why, S("Invalid circular reference")));
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_builtin_names, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_extensions, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_meta, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_defaults, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_scalars, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_files, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_chains, open_arena, close_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
