/*
 * graphql/overlap.h - can all fields of a document be merged? Spec: §5.3.2
 */
#pragma once

#include "graphql/validate_int.h"

/* A field where it stands: the type around it and what that type knows of it. */
struct overlap_field {
	const struct ast_selection *node;
	const struct gql_type *parent;
	const struct gql_field *def; /* NULL when unknown, and for meta-fields */
	uint64_t arguments;          /* equal for equal arguments, in any order */
};

/* The type that an inline fragment's fields belong to. */
const struct gql_type *overlap_inline_type(const struct validation *v,
	const struct ast_selection *inline_fragment, const struct gql_type *parent);
struct overlap_field overlap_field_of(const struct validation *v, const struct ast_selection *s,
	const struct gql_type *parent);
static inline str overlap_key(const struct ast_selection *s)
{
	return s->alias.text.n > 0 ? s->alias.text : s->name.text;
}
/* Can no object have both fields? */
bool overlap_excludes(const struct overlap_field *a, const struct overlap_field *b);
/* Can one response hold values of both types? Composite types may differ, their fields decide. */
bool overlap_types_conflict(const struct gql_ref *a, const struct gql_ref *b);

enum overlap_verdict { OVERLAP_CLEAN, OVERLAP_CONFLICT, OVERLAP_TOO_MUCH };
/*
 * Looks at the document as a whole, quickly. CLEAN means that no pair of fields conflicts; CONFLICT
 * that some pair does, which a slower search will name.
 */
enum overlap_verdict overlap_check(struct validation *v);
