/* graphql/literal.h - coerced values as GraphQL literals, the way back from coercion. */
#pragma once

#include "graphql/value.h"

/*
 * Puts `v`, of type `type`, as the literal that the reference writes for it in introspection and in
 * a printed schema: numbers in their shortest form, an ID of digits as a number, fields of input
 * objects in the order of their declaration, absent ones left out. `a` is for scratch.
 */
void gql_put_literal(struct arena *a, struct buf *b, const struct gql_value *v,
	const struct gql_ref *type);
