/*
 * graphql/build.h - documents → schema, schema → text.
 */
#pragma once

#include "graphql/type.h"

/*
 * Builds and checks a schema from type system documents (definitions of all files together, in
 * order): the SDL rules of the specification, then building, then the type system's rules; the
 * first step that finds errors adds them all (messages as the reference's) and false is returned.
 * The documents and `a` must outlive the schema.
 */
MUST_USE bool gql_schema_build(struct arena *a, const struct ast_document *document,
	const struct gql_schema **out, struct gql_errors *errors);
/* The schema as SDL, as the reference's printSchema; `sorted` orders types, fields and values by
 * name. */
void gql_schema_print(struct buf *b, const struct gql_schema *s, bool sorted);
/* The default value of an argument or input field that has one, as a GraphQL literal. Spec: §4.2.6
 */
void gql_default_print(struct buf *b, const struct gql_input *in);
