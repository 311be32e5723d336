/*
 * graphql/rules/sdl/sdl_int.h - the rules for documents that define a schema.
 *
 * A rule is a row of functions, one for each kind of node that it looks at. The walk visits the
 * tree once, depth first, and calls every rule at every node in the order of the table, so the
 * errors come in the order of the reference.
 */
#pragma once

#include "graphql/build_int.h"

/* Any node that may carry directives. */
struct sdl_owner {
	const struct ast_directives *directives;
	const struct ast_definition *definition; /* NULL: the node is inside a definition */
	enum gql_directive_location location;
};

struct sdl;

struct sdl_rule {
	const char *name; /* the reference's, without "Rule" */
	void (*definition)(struct sdl *s, const struct ast_definition *d);
	void (*owner)(struct sdl *s, const struct sdl_owner *o);
	void (*type)(struct sdl *s, const struct ast_name *type); /* a type is named */
	void (*directive)(struct sdl *s, const struct ast_directive *d,
		enum gql_directive_location l);
	void (*directive_end)(struct sdl *s, const struct ast_directive *d);
	/* of a directive or, in an operation, of a field */
	void (*arguments)(struct sdl *s, const struct ast_argument *args, size_t n);
	/* `seen` is empty at the first field of each object literal */
	void (*object_field)(struct sdl *s, struct map *seen, const struct ast_object_field *f);
};

/* The state of the walk and of all rules. */
struct sdl {
	struct arena *arena;
	struct gql_errors *errors;
	const struct ast_document *document;
	const struct ast_definition *definition; /* the one being walked */
	struct map types; /* of the document: name → struct ast_definition; the last one counts */
	struct map directives; /* built-in and of the document, likewise */
	struct map hints[2];   /* unknown type → str; without and with the built-in types */

	bool has_schema;                                     /* LoneSchemaDefinition */
	const struct ast_operation_type *operation_types[3]; /* UniqueOperationTypes */
	const struct source *operation_sources[3];
	struct map type_names;        /* UniqueTypeNames: name → struct gql_place */
	struct map directive_names;   /* UniqueDirectiveNames: likewise */
	struct map value_names;       /* UniqueEnumValueNames: type → struct map of places */
	struct map field_names;       /* UniqueFieldDefinitionNames: likewise */
	struct map schema_directives; /* UniqueDirectivesPerLocation: name → place */
	struct map type_directives;   /* type → struct map of places */
};

/* Calls the rules at every node of the document. */
void sdl_walk(struct sdl *s, const struct sdl_rule *rules, size_t nrules);

/* Adds an error at a node of the definition being walked. */
struct gql_error *sdl_error(struct sdl *s, uint32_t at, const char *fmt, ...) PRINTF(3, 4);
/* The same, with the place of an earlier node in front. */
struct gql_error *sdl_error_after(struct sdl *s, const struct gql_place *earlier, uint32_t at,
	const char *fmt, ...) PRINTF(4, 5);
/*
 * Remembers that `name` stands at `at` in the definition being walked. Returns NULL, or the place
 * where the same name was before, which stays remembered.
 */
const struct gql_place *sdl_seen(struct sdl *s, struct map *seen, str name, uint32_t at);
/* The map stored under `key`, made at the first call. */
struct map *sdl_submap(struct sdl *s, struct map *m, str key);
/* A name that occurs more than once in a list: its places, in order. */
struct sdl_repeated {
	str name;
	VEC(uint32_t);
};
/* The repeated names among `names`, in order of their first place; *n = 0 without any. */
const struct sdl_repeated *sdl_repeated(struct sdl *s, const struct ast_name *names, size_t n,
	size_t *nrepeated);

/* The rules, by file. */
void sdl_lone_schema(struct sdl *s, const struct ast_definition *d);
void sdl_unique_operation_types(struct sdl *s, const struct ast_definition *d);
void sdl_unique_type_names(struct sdl *s, const struct ast_definition *d);
void sdl_unique_directive_names(struct sdl *s, const struct ast_definition *d);
void sdl_unique_enum_values(struct sdl *s, const struct ast_definition *d);
void sdl_unique_fields(struct sdl *s, const struct ast_definition *d);
void sdl_unique_argument_definitions(struct sdl *s, const struct ast_definition *d);
void sdl_known_type(struct sdl *s, const struct ast_name *type);
void sdl_possible_extension(struct sdl *s, const struct ast_definition *d);
void sdl_known_directive(struct sdl *s, const struct ast_directive *d,
	enum gql_directive_location l);
void sdl_unique_directives(struct sdl *s, const struct sdl_owner *o);
void sdl_known_arguments(struct sdl *s, const struct ast_directive *d,
	enum gql_directive_location l);
void sdl_unique_arguments(struct sdl *s, const struct ast_argument *args, size_t n);
void sdl_unique_object_fields(struct sdl *s, struct map *seen, const struct ast_object_field *f);
void sdl_required_arguments(struct sdl *s, const struct ast_directive *d);
