/*
 * corpus_schema_test - schema documents and what they print as, or why they are refused.
 *
 * Sections: sdl, then print, or sorted (print in natural order, in files named sorted-*), or
 * errors: a line for each, `line:column, line:column message`. What prints must build again to the
 * same print.
 */
#include "corpus.h"

#include "graphql/build.h"
#include "graphql/parser.h"

static const struct gql_schema *build(struct arena *a, str sdl, struct gql_errors *errors)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ S("corpus"), sdl };
	struct ast_document *d = arena_new(a, struct ast_document);
	const struct gql_schema *s;
	bool ok = gql_parse(a, source, NULL, d, errors) && gql_schema_build(a, d, &s, errors);
	return ok ? s : NULL;
}

static str print(struct arena *a, const struct gql_schema *s, bool sorted)
{
	struct buf b = buf_on(a);
	gql_schema_print(&b, s, sorted);
	return buf_str(&b);
}

static void test_schema(void **state)
{
	const struct corpus_case *c = *state;
	bool sorted = str_starts(c->name, S("sorted-"));
	struct gql_errors errors = { .arena = c->arena };
	const struct gql_schema *s = build(c->arena, corpus_section(c, "sdl"), &errors);
	if (!s) {
		assert_true(errors.n > 0);
		corpus_expect(c, "errors", corpus_errors(c, &errors));
		return;
	}
	assert_int_equal(errors.n, 0);
	str once = print(c->arena, s, sorted);
	corpus_expect(c, sorted ? "sorted" : "print", once);
	const struct gql_schema *again = build(c->arena, once, &errors);
	if (!again || !str_eq(once, print(c->arena, again, sorted)))
		fail_msg("%s: built from its own print, it prints differently\n", c->path);
}

int main(void)
{
	return corpus_run("tests/corpus/schema", test_schema);
}
