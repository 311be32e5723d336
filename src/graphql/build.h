/*
 * graphql/build.h - documents → schema, schema → text.
 */
#pragma once

#include "graphql/value.h"

/*
 * Builds and checks a schema from type system documents (definitions of all files together, in
 * order): the SDL rules of the specification, then building, then the type system's rules; the
 * first step that finds errors adds them all (messages as the reference's) and false is returned.
 * The documents and `a` must outlive the schema.
 */
MUST_USE bool gql_schema_build(struct arena *a, const struct ast_document *document,
	const struct gql_schema **out, struct gql_errors *errors);
/* The same, with default values of custom scalars checked and normalised by `scalar` (value.h). */
struct gql_build_options {
	gql_scalar_fn *scalar; /* may be NULL: accepts anything */
	void *scalar_ctx;
};
MUST_USE bool gql_schema_build_with(struct arena *a, const struct ast_document *document,
	const struct gql_build_options *options, const struct gql_schema **out,
	struct gql_errors *errors);
/* The schema as SDL, as the reference's printSchema; `sorted` orders types, fields and values by
 * name. */
void gql_schema_print(struct buf *b, const struct gql_schema *s, bool sorted);
