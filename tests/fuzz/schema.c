/*
 * schema - fuzzes building, checking and printing schemas: what is accepted prints, also sorted, to
 * a text that is accepted again and prints to the same text; what is refused says why.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "graphql/build.h"
#include "graphql/parser.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct gql_schema *build(str text, struct arena *a)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ .name = S("fuzz"), .text = text };
	struct gql_errors errors = { .arena = a };
	struct parse_limits limits = { .tokens = 10000, .depth = 0 };
	struct ast_document *document = arena_new(a, struct ast_document);
	const struct gql_schema *schema;
	if (gql_parse(a, source, &limits, document, &errors) &&
		gql_schema_build(a, document, &schema, &errors))
		return schema;
	assert(errors.n > 0);
	return NULL;
}

static void reprint(const struct gql_schema *schema, struct arena *a, bool sorted)
{
	struct buf once = buf_on(a), twice = buf_on(a);
	gql_schema_print(&once, schema, sorted);
	const struct gql_schema *again = build(buf_str(&once), a);
	assert(again);
	gql_schema_print(&twice, again, sorted);
	assert(str_eq(buf_str(&once), buf_str(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	const struct gql_schema *schema = build((str){ (const char *)data, size }, a);
	if (schema) {
		reprint(schema, a, false);
		reprint(schema, a, true);
	}
	arena_close(a);
	return 0;
}
