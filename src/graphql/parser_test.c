/*
 * parser_test - what the corpus of documents (tests/corpus/parse) can't show: where nodes begin and
 * end, limits, bytes that are not UTF-8, nesting without end, single values and types.
 */
#include "base/check.h"

#include "base/arena.h"
#include "graphql/lexer.h"
#include "graphql/parser.h"
#include "graphql/printer.h"

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

static struct source *source_of(str text)
{
	struct source *s = arena_new(arena, struct source);
	*s = (struct source){ S("test"), text };
	return s;
}

/* "line:column message", or the empty slice when the text is accepted. */
static str parse_error(str text, struct parse_limits limits, enum err_code *code)
{
	struct gql_errors errors = { .arena = arena };
	struct ast_document d;
	*code = ERR_NONE;
	if (gql_parse(arena, source_of(text), &limits, &d, &errors))
		return S("");
	const struct gql_error *e = &errors.at[0];
	*code = e->code;
	struct location l = source_location(e->places[0].source, e->places[0].at);
	return str_printf(arena, "%u:%u %.*s", l.line, l.column, STR_ARG(e->message));
}

static void test_limits(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text;
		struct parse_limits limits;
		const char *want;
	} T[] = {
		{ "tokens enough", "{ a b }", { .tokens = 4 }, "" },
		{ "tokens too many", "{ a b }", { .tokens = 3 },
			"1:7 Syntax Error: Document contains more that 3 tokens. Parsing aborted." },
		{ "comments are no tokens", "{ a # b c d\n }", { .tokens = 3 }, "" },
		{ "a description is one", "\"x\" scalar A", { .tokens = 3 }, "" },
		{ "depth enough", "{ a { b } }", { .depth = 2 }, "" },
		{ "selections too deep", "{ a { b { c } } }", { .depth = 2 },
			"1:9 Syntax Error: Document is nested too deeply: more than 2 levels. "
			"Parsing aborted." },
		{ "inline fragments count", "{ ... { ... { c } } }", { .depth = 2 },
			"1:13 Syntax Error: Document is nested too deeply: more than 2 levels. "
			"Parsing aborted." },
		{ "values too deep", "{ a(b: [{c: 1}]) }", { .depth = 2 },
			"1:9 Syntax Error: Document is nested too deeply: more than 2 levels. "
			"Parsing aborted." },
		{ "types too deep", "scalar A type T { a: [[[A]]] }", { .depth = 2 },
			"1:24 Syntax Error: Document is nested too deeply: more than 2 levels. "
			"Parsing aborted." },
		{ "brothers are not deeper", "{ a { b } c { d } e { f } }", { .depth = 2 }, "" },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		enum err_code code;
		str got = parse_error(str_from(T[i].text), T[i].limits, &code);
		CHECK_STR(T[i].name, got, T[i].want);
		CHECK_INT(T[i].name, code, *T[i].want ? ERR_TOO_LARGE : ERR_NONE);
	}
	check_end();
}

/* `n` times `open`, then `core`, then `n` times `close`. */
static str nest(const char *open, const char *core, const char *close, size_t n)
{
	struct buf b = buf_on(arena);
	for (size_t i = 0; i < n; i++)
		buf_put(&b, str_from(open));
	buf_put(&b, str_from(core));
	for (size_t i = 0; i < n; i++)
		buf_put(&b, str_from(close));
	return buf_str(&b);
}

static void test_nesting(void **state)
{
	(void)state;
	static const struct {
		const char *name, *open, *core, *close;
	} T[] = {
		{ "selections", "{a", "", "}" },
		{ "inline fragments", "{...", "{a}", "}" },
		{ "lists", "[", "1", "]" },
		{ "objects", "{a:", "1", "}" },
		{ "types", "[", "T", "]" },
	};
	enum { DEEP = 1000000, ALLOWED = 490 };
	for (size_t i = 0; i < COUNT(T); i++) {
		const char *before = i < 2 ? "" : i < 4 ? "{a(b:" : "query($v:";
		const char *after = i < 2 ? "" : i < 4 ? ")}" : "){a}";
		for (int deep = 0; deep < 2; deep++) {
			str nested = nest(T[i].open, T[i].core, T[i].close, deep ? DEEP : ALLOWED);
			if (i == 0 && !deep)
				nested = nest("{a", "", "}", ALLOWED);
			struct buf b = buf_on(arena);
			buf_put(&b, str_from(before));
			buf_put(&b, nested);
			buf_put(&b, str_from(after));
			enum err_code code;
			parse_error(buf_str(&b), (struct parse_limits){ 0 }, &code);
			CHECK_INT(T[i].name, code, deep ? ERR_TOO_LARGE : ERR_NONE);
		}
	}
	check_end();
}

static void test_bad_bytes(void **state)
{
	(void)state;
	static const struct {
		const char *name, *text, *want;
	} T[] = {
		{ "between tokens", "{ \xff }", "1:3 Syntax Error: Invalid character: byte 0xFF." },
		{ "surrogate", "{ \xed\xba\xad }", "1:3 Syntax Error: Invalid character: U+DEAD." },
		{ "in a comment", "{ # a\n#\xc3(\n }",
			"2:2 Syntax Error: Invalid character: byte 0xC3." },
		{ "in a string", "{ a(b: \"\xe2\x82\") }",
			"1:9 Syntax Error: Invalid character within String: byte 0xE2." },
		{ "in a block string", "{ a(b: \"\"\"\n\xf8\"\"\") }",
			"2:1 Syntax Error: Invalid character within String: byte 0xF8." },
		{ "surrogate in a string", "{ a(b: \"\xed\xa0\xbd\") }",
			"1:9 Syntax Error: Invalid character within String: U+D83D." },
		{ "cut short at the end", "{ a } \xf0\x9f\x98",
			"1:7 Syntax Error: Invalid character: byte 0xF0." },
		{ "overlong", "{ \xc0\xaf }", "1:3 Syntax Error: Invalid character: byte 0xC0." },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		enum err_code code;
		str got = parse_error(str_from(T[i].text), (struct parse_limits){ 0 }, &code);
		CHECK_STR(T[i].name, got, T[i].want);
	}
	check_end();
}

static void check_span(const char *name, str text, uint32_t at, uint32_t end, const char *want)
{
	CHECK_STR(name, str_sub(text, at, end), want);
}

static void test_spans(void **state)
{
	(void)state;
	str text = S(
		"# x\nquery Q($v: [Int!]! = [1] @d) @e { # c\n b: f(x: {k: $v}) @g { h } , ...F }");
	struct gql_errors errors = { .arena = arena };
	struct ast_document d;
	assert_true(gql_parse(arena, source_of(text), NULL, &d, &errors));
	const struct ast_definition *q = d.at[0];
	check_span("operation", text, q->at, q->end, text.p + 4);
	CHECK_INT("name", q->name.at, 10);
	const struct ast_variable *v = &q->variables[0];
	check_span("variable", text, v->at, v->end, "$v: [Int!]! = [1] @d");
	CHECK_INT("variable name", v->name.at, v->at);
	check_span("type", text, v->type->at, v->type->end, "[Int!]!");
	check_span("inner type", text, v->type->of->of->at, v->type->of->of->end, "Int!");
	check_span("default", text, v->default_value->at, v->default_value->end, "[1]");
	check_span("directive", text, q->directives.at[0].at, q->directives.at[0].end, "@e");
	const struct ast_selection *s = q->selections.at[0];
	check_span("field", text, s->at, s->end, "b: f(x: {k: $v}) @g { h }");
	check_span("argument", text, s->args[0].at, s->args[0].end, "x: {k: $v}");
	check_span("object", text, s->args[0].value->at, s->args[0].value->end, "{k: $v}");
	CHECK_INT("set", text.p[s->selections.begin], '{');
	s = q->selections.at[1];
	check_span("spread", text, s->at, s->end, "...F");
	CHECK_INT("fragment name", s->name.at, s->at + 3);
	check_end();
}

static void test_parts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool type;
		const char *want;
	} T[] = {
		{ " [1, {a: \"b\"}] ", false, "[1, {a: \"b\"}]" },
		{ "$v", false, "Syntax Error: Unexpected variable \"$v\" in constant value." },
		{ "1 2", false, "Syntax Error: Expected <EOF>, found Int \"2\"." },
		{ "", false, "Syntax Error: Unexpected <EOF>." },
		{ "[ A ! ] !", true, "[A!]!" },
		{ "[A", true, "Syntax Error: Expected \"]\", found <EOF>." },
		{ "A B", true, "Syntax Error: Expected <EOF>, found Name \"B\"." },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct gql_errors errors = { .arena = arena };
		struct source *source = source_of(str_from(T[i].text));
		struct buf b = buf_on(arena);
		struct ast_value *v;
		struct ast_type *t;
		bool ok = T[i].type ? gql_parse_type(arena, source, &t, &errors)
				    : gql_parse_value(arena, source, &v, &errors);
		if (ok && T[i].type)
			gql_print_type(&b, t);
		else if (ok)
			gql_print_value(&b, v);
		else
			buf_put(&b, errors.at[0].message);
		CHECK_STR(T[i].text, buf_str(&b), T[i].want);
	}
	check_end();
}

/* A string's text is a view of the source where it can be: no copy for the common case. */
static void test_views(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool view;
	} T[] = {
		{ "\"plain\"", true },
		{ "\"esc\\n\"", false },
		{ "\"\"\"one line\"\"\"", true },
		{ "\"\"\"two\nlines\"\"\"", false },
		{ "name", true },
		{ "12", true },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		str text = str_from(T[i].text);
		struct lexer l = lexer_on(arena, text);
		struct token t = lexer_next(&l);
		bool view = t.text.p >= text.p && t.text.p < text.p + text.n;
		CHECK_INT(T[i].text, view, T[i].view);
		CHECK_INT(T[i].text, lexer_next(&l).kind, TOKEN_END);
		CHECK_INT(T[i].text, lexer_next(&l).kind, TOKEN_END);
	}
	check_end();
}

static void test_block_printable(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool want;
	} T[] = {
		{ "", true },
		{ "one", true },
		{ "one\n  two", true },
		{ " one", true },
		{ "\none", false },
		{ "one\n", false },
		{ "one\n ", false },
		{ "  ", false },
		{ "  one\n  two", false },
		{ "  one\ntwo", true },
		{ "one\rtwo", false },
		{ "one\x01", false },
		{ "one\ttwo", true },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].text, gql_is_block_printable(str_from(T[i].text)), T[i].want);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_limits, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_nesting, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_bad_bytes, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_spans, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_parts, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(test_views, open_arena, close_arena),
		cmocka_unit_test(test_block_printable),
	};
	return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
