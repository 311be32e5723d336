/* graphql/validate.h - the specification's rules for executable documents. Spec: §5. */
#pragma once

#include "graphql/value.h"

struct validate_options {
	bool suggestions;      /* "Did you mean" in messages */
	size_t errors_max;     /* 0 = 100 */
	gql_scalar_fn *scalar; /* see value.h: how literals of custom scalars are checked */
	void *scalar_ctx;
};

/* Checks every rule; adds all errors in the reference's order. False if any. The document is not
 * changed. */
MUST_USE bool gql_validate(struct arena *a, const struct gql_schema *s,
	const struct ast_document *d, const struct validate_options *o, struct gql_errors *errors);
