/*
 * document - fuzzes the GraphQL lexer, parser and printer: what is accepted prints to a text that
 * is accepted again and prints to the same text. There is one exception, which the grammar makes: a
 * shorthand query directly behind a type without a body would be read as that body.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "graphql/parser.h"
#include "graphql/printer.h"
#include "graphql/source.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_shorthand(const struct ast_definition *d)
{
	return d->kind == AST_OPERATION && d->operation == AST_QUERY && d->name.text.n == 0 &&
		d->nvariables == 0 && d->directives.n == 0 && !d->description;
}

static bool is_ambiguous(const struct ast_document *d)
{
	for (size_t i = 1; i < d->n; i++)
		if (is_shorthand(d->at[i]) && d->at[i - 1]->kind >= AST_SCHEMA)
			return true;
	return false;
}

static bool reprint(str text, struct arena *a, struct buf *out)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ .name = S("fuzz"), .text = text };
	struct gql_errors errors = { .arena = a };
	struct parse_limits limits = { .tokens = 10000, .depth = 0 };
	struct ast_document document;
	if (!gql_parse(a, source, &limits, &document, &errors)) {
		assert(errors.n > 0);
		return false;
	}
	gql_print_document(out, &document);
	return !is_ambiguous(&document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	struct buf once = buf_on(a), twice = buf_on(a);
	if (reprint((str){ (const char *)data, size }, a, &once)) {
		assert(reprint(buf_str(&once), a, &twice));
		assert(str_eq(buf_str(&once), buf_str(&twice)));
	}
	arena_close(a);
	return 0;
}
