/*
 * variables - fuzzes the coercion of JSON to variables of all kinds of types. What is accepted
 * prints as JSON that is accepted again and prints the same.
 */
#include "base/arena.h"
#include "base/json.h"
#include "graphql/build.h"
#include "graphql/parser.h"
#include "graphql/value.h"

#include <assert.h>

static const char SDL[] =
	"enum E { X Y LONG_NAME } scalar S "
	"input In { a: Int! = 3 b: [In!] e: E k: K s: S f: Float t: [[String!]]! = [[\"x\"]] } "
	"input K @oneOf { a: ID b: Boolean } "
	"type Query { a(i: In): Int }";
static const char QUERY[] =
	"query ($a: Int $b: [Int!] $c: In $d: K! = {a: 1} $e: [[E]]! = X $f: Float $g: S "
	"$h: String = \"d\" $i: ID $j: Boolean) { a }";

static str coerce(struct arena *a, const struct gql_schema *s, const struct ast_definition *op,
	str json)
{
	struct gql_errors errors = { .arena = a };
	struct gql_coercion c = { .arena = a, .schema = s, .suggestions = true, .errors = &errors };
	const struct gql_ref *const *types = gql_variable_types(a, s, op);
	struct gql_variables vars;
	if (!gql_coerce_variables(&c, op, types, json, &vars)) {
		assert(errors.n > 0);
		return STR_NONE;
	}
	struct buf b = buf_on(a);
	buf_putc(&b, '{');
	for (size_t i = 0; i < vars.n; i++) {
		if (!vars.at[i])
			continue;
		if (b.n > 1)
			buf_putc(&b, ',');
		json_put_string(&b, op->variables[i].name.text);
		buf_putc(&b, ':');
		gql_value_print_json(&b, vars.at[i], types[i]);
	}
	buf_putc(&b, '}');
	return buf_str(&b);
}

struct world {
	const struct gql_schema *schema;
	struct source sdl, query;
	struct ast_document types, d;
};

/* Schema and query, read once: nothing changes them afterwards. */
static const struct world *world_once(void)
{
	static struct world w;
	if (w.schema)
		return &w;
	struct arena *a = arena_open(0);
	struct gql_errors errors = { .arena = a };
	w.sdl = (struct source){ S("schema"), str_from(SDL) };
	w.query = (struct source){ S("query"), str_from(QUERY) };
	bool built = gql_parse(a, &w.sdl, NULL, &w.types, &errors) &&
		gql_schema_build(a, &w.types, &w.schema, &errors) &&
		gql_parse(a, &w.query, NULL, &w.d, &errors);
	assert(built);
	return &w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct world *w = world_once();
	struct arena *a = arena_open(64 * 1024 * 1024);
	str once = coerce(a, w->schema, w->d.at[0], (str){ (const char *)data, size });
	if (once.p)
		assert(str_eq(once, coerce(a, w->schema, w->d.at[0], once)));
	arena_close(a);
	return 0;
}
