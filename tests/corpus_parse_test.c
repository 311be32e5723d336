/*
 * corpus_parse_test - documents and what they print as, or why they are refused.
 *
 * Sections: source, then print or error (`line:column message`). What prints must be read again to
 * the same print.
 */
#include "corpus.h"

#include "graphql/parser.h"
#include "graphql/printer.h"

static str print(struct arena *a, const struct ast_document *d)
{
	struct buf b = buf_on(a);
	gql_print_document(&b, d);
	return buf_str(&b);
}

static void test_parse(void **state)
{
	const struct corpus_case *c = *state;
	struct source source = { S("corpus"), corpus_section(c, "source") };
	struct gql_errors errors = { .arena = c->arena };
	struct ast_document d;
	if (!gql_parse(c->arena, &source, NULL, &d, &errors)) {
		assert_int_equal(errors.n, 1);
		const struct gql_error *e = &errors.at[0];
		struct location l = source_location(e->places[0].source, e->places[0].at);
		corpus_expect(c, "error",
			str_printf(c->arena, "%u:%u %.*s", l.line, l.column, STR_ARG(e->message)));
		return;
	}
	str once = print(c->arena, &d);
	corpus_expect(c, "print", once);
	struct source again = { S("printed"), once };
	assert_true(gql_parse(c->arena, &again, NULL, &d, &errors));
	str twice = print(c->arena, &d);
	if (!str_eq(once, twice))
		fail_msg("%s: printed again:\n%.*s\n", c->path, STR_ARG(twice));
}

int main(void)
{
	return corpus_run("tests/corpus/parse", test_parse);
}
