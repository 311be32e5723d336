/*
 * graphql/coerce_int.h - what the coercion of literals and of variables share: leaf types.
 */
#pragma once

#include "graphql/value.h"

/* The specification's own scalars; GQL_CUSTOM is any other. */
enum gql_builtin { GQL_CUSTOM, GQL_INT, GQL_FLOAT, GQL_STRING_SCALAR, GQL_BOOLEAN, GQL_ID };
enum gql_builtin gql_builtin_of(const struct gql_type *scalar);

/* Is the number's text (JSON or GraphQL) without fraction and exponent? */
bool gql_is_plain_integer(str number);
/* Does a plain integer fit 32 bits? Spec: §3.5.1 */
bool gql_fits_int(str number);
/* Is the number finite as a double? */
bool gql_is_finite(str number);

/* The name of `s` in the enum as a value, or NULL. */
struct gql_value *gql_enum_coerce(struct arena *a, const struct gql_type *type, str s);
/* " Did you mean the enum value …?", or nothing when suggestions are off. */
str gql_enum_suggest(const struct gql_coercion *c, const struct gql_type *type, str s);
/* " Did you mean …?" for a field that the input object does not have, or nothing. */
str gql_input_suggest(const struct gql_coercion *c, const struct gql_type *type, str name);

/*
 * Reads a literal (no variable, not null) as the leaf type `type`. Returns false with the
 * reference's message in *why; its text is in the arena. Variables inside the lists and objects of
 * a custom scalar come from `vars`.
 */
struct gql_literal {
	const struct gql_coercion *c;
	const struct ast_definition *operation;
	const struct gql_variables *vars;
	const struct source *source;
	unsigned depth; /* of defaults within defaults, which a broken schema may nest for ever */
};
MUST_USE bool gql_leaf_from_literal(const struct gql_literal *l, const struct gql_type *type,
	const struct ast_value *v, struct gql_value **out, str *why);

/* Adds an error whose text may hold any byte. NULL: no list, no place. */
void gql_error_put(struct gql_errors *l, str message, const struct source *s, uint32_t at);
