/*
 * corpus_coerce_test - variables of requests and the values that they become.
 *
 * Sections: schema (without one, the folder's schema.graphql), query, variables, then coerced (as
 * one JSON object) or errors.
 */
#include "corpus.h"

#include "base/json.h"
#include "graphql/build.h"
#include "graphql/parser.h"
#include "graphql/value.h"

static str print(const struct corpus_case *c, const struct ast_definition *d,
	const struct gql_ref *const *types, const struct gql_variables *vars)
{
	struct buf b = buf_on(c->arena);
	buf_putc(&b, '{');
	for (size_t i = 0; i < vars->n; i++) {
		if (!vars->at[i])
			continue;
		if (b.n > 1)
			buf_putc(&b, ',');
		json_put_string(&b, d->variables[i].name.text);
		buf_putc(&b, ':');
		gql_value_print_json(&b, vars->at[i], types[i]);
	}
	buf_putc(&b, '}');
	return buf_str(&b);
}

static void test_coerce(void **state)
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
	const struct ast_definition *operation = query.at[0];
	struct gql_coercion how = { .arena = c->arena,
		.schema = schema,
		.suggestions = true,
		.errors = &errors };
	const struct gql_ref *const *refs = gql_variable_types(c->arena, schema, operation);
	struct gql_variables vars;
	if (gql_coerce_variables(&how, operation, refs, corpus_input(c, "variables", NULL), &vars))
		corpus_expect(c, "coerced", print(c, operation, refs, &vars));
	else
		corpus_expect(c, "errors", corpus_errors(c, &errors));
}

int main(void)
{
	return corpus_run("tests/corpus/coerce", test_coerce);
}
