/* graphql/literal.h - default values as GraphQL literals. Spec: §4.2.6 __InputValue.defaultValue */
#pragma once

#include "graphql/type.h"

/*
 * Puts the default of an argument or input field that has one, as the value that it means: single
 * items in lists, omitted fields of input objects filled in, in the order of declaration or, with
 * `sorted`, of names. Scratch memory comes from `a`.
 */
void gql_put_default(struct arena *a, struct buf *b, const struct gql_input *in, bool sorted);
