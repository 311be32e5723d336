/*
 * graphql/collect.h - CollectFields: which fields a selection set asks for on an object type.
 *
 * Spec: §6.3.2.
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
	const struct map *fragments;      /* gql_fragment_index; NULL: the document is searched */
	/*
	 * Where to tell that a condition is null, which a valid document can still bring about: a
	 * nullable variable with a default, and null given for it. NULL: nowhere. The node is left
	 * out.
	 */
	struct gql_errors *errors;
};

/*
 * Adds the fields asked for on `object` by all the given selection sets together to *out, in order
 * of first appearance. Each fragment is taken once. Time is linear in the selections.
 */
void gql_collect(const struct collect *c, const struct gql_type *object,
	const struct ast_selections *const *sets, size_t nsets, struct collection *out);
/* Should the node be left out? Reads @skip and @include. Spec: §3.13.1, §3.13.2 */
bool gql_is_skipped(const struct collect *c, const struct ast_directives *directives);
/* The document's fragment of that name, or NULL. */
const struct ast_definition *gql_fragment_find(const struct ast_document *d, str name);
/* The document's fragments by name, for many look-ups. The map is the arena's. */
const struct map *gql_fragment_index(struct arena *a, const struct ast_document *d);
/*
 * The operation to run: by name, or (empty) the only one. NULL with ERR_OPERATION added as the
 * reference words it. Spec: §6.1, GetOperation.
 */
const struct ast_definition *gql_operation_find(const struct ast_document *d, str name,
	struct gql_errors *errors);
/* The variable's value: NULL when it is absent, or not among the operation's. */
const struct gql_value *gql_variable_find(const struct ast_definition *operation,
	const struct gql_variables *vars, str name);
