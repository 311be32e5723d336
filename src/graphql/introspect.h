/*
 * graphql/introspect.h - answers __schema and __type from the compiled schema. Spec: §4.
 */
#pragma once

#include "base/buf.h"
#include "graphql/value.h"

struct introspection {
	struct arena *arena;
	const struct gql_schema *schema;
	const struct ast_document *document;
	const struct ast_definition *operation;
	const struct gql_variables *vars;
	const struct map *fragments; /* gql_fragment_index; NULL: the document is searched */
	struct gql_errors *errors;   /* NULL: nobody wants to know */
};

/*
 * Writes the JSON value of one introspection root field (`__schema` or `__type`) with its
 * selections, aliases, fragments and @skip/@include applied, reading variables from `vars`. The
 * document is valid. `fields` are the merged AST fields of one response key.
 *
 * What can fail is a variable that is null where a value is due (ERR_BAD_INPUT) and a selection
 * nested beyond all use (ERR_TOO_LARGE): errors with their path are added, and null takes the place
 * of the nearest nullable field. False when that would be the root field itself though it can't be
 * null: nothing is written then. Writing stops early once b->limit is reached (b->over).
 */
bool gql_introspect(struct buf *b, const struct introspection *i,
	const struct ast_selection *const *fields, size_t nfields);
/* Does the value depend on variables (so that a plan must not keep it)? */
bool gql_introspect_is_constant(const struct introspection *i,
	const struct ast_selection *const *fields, size_t nfields);
