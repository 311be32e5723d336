/*
 * pull/known.h - the SDL that is there, by what its parts are bound to.
 *
 * Keys tell what a field is bound to, whatever its name is:
 *
 *     =created_at                              a column, or a key of the document (dots: a path)
 *     >"public"."album"(id=artist_id)          rows of a relation, joined
 *     >"public"."track"(id=id)"public"."link"  the same through a link table
 *     (public.fn_name                          a function
 *     ?"public"."album"(id)                    a root field for one row: arguments' columns, sorted
 *     *"public"."album"()                      a root field for rows
 *     &"public"."album"                        a root field for a connection
 *     +"public"."album"                        a root field for an aggregate
 *
 * A field or type that stands in a comment (`# name: …`, `# type User …`) is left out on purpose.
 */
#pragma once

#include "graphql/ast.h"
#include "pull/pull.h"

struct known_field {
	const struct ast_field_def *node;
	const struct known_type *type;
	str key;    /* empty: not told */
	str bottom; /* the named type at the bottom of its type */
	bool gone;  /* what it is bound to is no more (gone.c) */
};

struct known_type {
	str name;
	enum ast_definition_kind kind;
	struct {
		VEC(const struct ast_definition *);
	} nodes;                             /* the definition and its extensions */
	str source;                          /* as written; empty = none */
	const struct cat_relation *relation; /* NULL: none, or it is gone */
	struct {
		VEC(struct known_field);
	} fields;
	struct map by_field; /* names → struct known_field */
	struct map by_key;   /* keys → struct known_field */
	struct map left_out; /* names in comments */
	bool is_root;
};

struct known {
	struct arena *arena;
	const struct catalog *catalog;
	struct source *sources; /* by file */
	size_t nsources;
	struct {
		VEC(struct known_type *);
	} types;
	struct map by_name;
	struct map by_relation; /* cat_relation.sql → struct known_list of types */
	struct map left_out;    /* types in comments */
	struct map
		by_pg_type; /* cat_type.sql of enums and composites → the type written for them */
	str query_name, mutation_name; /* of the root types: Query unless `schema { … }` says so;
					  a schema without mutations has an empty name */
	const struct known_type *query, *mutation;
};

struct known_list {
	VEC(struct known_type *);
};

/* Fails: ERR_CONFIG, with file, line and column: a file is no SDL. */
MUST_USE bool known_read(struct arena *a, const struct catalog *c, const struct pull_options *o,
	const struct known **out, struct err *e);
const struct known_list *known_of(const struct known *k, const struct cat_relation *r);
/* Album of AlbumConnection and AlbumAggregate, which the compiler makes; *kind is how the key of a
 * root field begins. NULL for other names. */
const struct known_type *known_made_of(const struct known *k, str name, char *kind);
/* Does the value stand for the label? As it is, in capitals, or by @column(name:). */
bool known_means_label(struct arena *a, const struct ast_enum_value *v, str label);
/* Parts of keys. */
str known_join_key(struct arena *a, str target, const str *from, const str *to, size_t n, str link);
