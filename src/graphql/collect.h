/*
 * graphql/collect.h - CollectFields: which fields a selection set asks for on an object type. Spec:
 * §6.3.2.
 */
#pragma once

#include "graphql/value.h"

/* The fields of one response key, to be merged. */
struct collected {
	str key; /* alias or name */
	const struct ast_selection **fields;
	size_t n, cap;
};

struct collection {
	VEC(struct collected);
};

struct collect {
	struct arena *arena;
	const struct gql_schema *schema;
	const struct ast_document *document;
	const struct ast_definition *operation;
	const struct gql_variables *vars; /* for @skip and @include */
};

/* The fields asked for on `object` by all the given selection sets together, in order of first
 * appearance. */
void gql_collect(const struct collect *c, const struct gql_type *object,
	const struct ast_selections *const *sets, size_t nsets, struct collection *out);
/* Should the node be left out? Reads @skip and @include. */
bool gql_is_skipped(const struct collect *c, const struct ast_directives *directives);
/* The document's fragment of that name, or NULL. */
const struct ast_definition *gql_fragment_find(const struct ast_document *d, str name);
/* The operation to run: by name, or the only one. NULL with an error as the reference words it. */
const struct ast_definition *gql_operation_find(const struct ast_document *d, str name,
	struct gql_errors *errors);
