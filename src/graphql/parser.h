/*
 * graphql/parser.h - text → syntax tree. Spec: §2, §3; messages as the reference implementation
 * writes them.
 */
#pragma once

#include "graphql/ast.h"

struct parse_limits {
	size_t tokens;  /* 0 = none */
	unsigned depth; /* nesting of selection sets, values, types; 0 = a built-in bound that
			   protects the stack */
};

/*
 * Parses `source` (which must outlive the tree). On failure returns false with one error
 * (ERR_SYNTAX, or ERR_TOO_LARGE for a limit) added to `errors`. Time is linear in the text.
 */
MUST_USE bool gql_parse(struct arena *a, const struct source *source,
	const struct parse_limits *limits, struct ast_document *out, struct gql_errors *errors);
/* One value / one type reference alone, for defaults given as text. */
MUST_USE bool gql_parse_value(struct arena *a, const struct source *source, struct ast_value **out,
	struct gql_errors *errors);
MUST_USE bool gql_parse_type(struct arena *a, const struct source *source, struct ast_type **out,
	struct gql_errors *errors);
