/*
 * corpus_validate_test - documents and what the rules have to say of them.
 *
 * Sections: schema (without one, the folder's schema.graphql), query, errors (none when it is
 * valid).
 */
#include "corpus.h"

#include "graphql/build.h"
#include "graphql/parser.h"
#include "graphql/validate.h"

static void test_validate(void **state)
{
	struct corpus_case *c = *state;
	struct source sdl = { S("schema"), corpus_input(c, "schema", "schema.graphql") };
	struct source source = { S("corpus"), corpus_input(c, "query", NULL) };
	struct gql_errors errors = { .arena = c->arena };
	struct ast_document types, query;
	const struct gql_schema *schema;
	assert_true(gql_parse(c->arena, &sdl, NULL, &types, &errors));
	assert_true(gql_schema_build(c->arena, &types, &schema, &errors));
	assert_true(gql_parse(c->arena, &source, NULL, &query, &errors));
	struct validate_options o = { .suggestions = true };
	bool ok = gql_validate(c->arena, schema, &query, &o, &errors);
	assert_int_equal(ok, errors.n == 0);
	corpus_expect(c, "errors", corpus_errors(c, &errors));
}

int main(void)
{
	return corpus_run("tests/corpus/validate", test_validate);
}
