/*
 * graphql/build_int.h - what the files that build and check a schema share.
 */
#pragma once

#include "graphql/build.h"

/* How far a type is in getting its place in the schema's list. */
enum slot_state { SLOT_UNUSED, SLOT_WAITING, SLOT_LISTED };

/* A type while it is being built. */
struct type_slot {
	struct gql_type type;
	struct type_nodes {
		VEC(const struct ast_definition *);
	} nodes;
	enum slot_state state;
};

struct build {
	struct arena *arena;
	struct gql_errors *errors;
	const struct gql_build_options *options;
	struct gql_schema *schema;
	const struct ast_document *built_in; /* gql_builtin_document */
	struct map names; /* every type that a name may mean → struct type_slot */
	struct {
		VEC(struct type_slot *);
	} declared; /* the document's types, in its order */
	struct {
		VEC(struct gql_type *);
	} listed; /* the schema's types by id, while they are collected */
	struct {
		VEC(struct gql_directive *);
	} directives;
};

/* Does it define or extend a type? */
static inline bool gql_is_type_definition(const struct ast_definition *d)
{
	return d->kind >= AST_SCALAR && d->kind <= AST_INPUT;
}

/*
 * The types and directives that every schema has, as a document: the five scalars, the
 * introspection types, the five directives. Spec: §3.5, §3.13, §4.2.
 */
const struct ast_document *gql_builtin_document(struct arena *a);
/* Is it the name of a built-in scalar or introspection type? */
bool gql_is_builtin_type_name(str name);
bool gql_is_builtin_directive_name(str name);
/* The names of the built-in scalars and introspection types. */
const str *gql_builtin_type_names(size_t *n);

/* Makes types, directives and roots from a document that keeps the SDL rules. */
void gql_build_types(struct build *b, const struct ast_document *document);
/* The field's or value's @deprecated. */
struct deprecation {
	bool deprecated;
	str reason;
};
struct deprecation gql_deprecation(struct build *b, const struct ast_directives *l,
	const struct source *source);
/* The first use of a directive in a list, or NULL. */
const struct ast_directive *gql_directive_use(const struct ast_directives *l, str name);
/* The SDL rules (rules/sdl). False if any broke. Spec: §3; §5.4, §5.6.3, §5.7 */
bool gql_sdl_check(struct build *b, const struct ast_document *document);
/* The rules of the type system, on built types; fills default_value. False if any broke. */
bool gql_schema_check(struct build *b);
