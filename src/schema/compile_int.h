/*
 * schema/compile_int.h - what the steps of the compiler share.
 *
 *     parse → directives (what is used, is it implemented?) → generate (SDL of inputs, arguments)
 *           → gql_schema_build → backings → fields → roots and calls → model
 *
 * Until the types are built, steps look at declarations (struct decl: all nodes of one name); after
 * that at gql_types. Steps add diagnostics and go on as long as that makes sense, so that all
 * problems are reported at once.
 */
#pragma once

#include "schema/compile.h"

#include "graphql/ast.h"

/* A type as the documents declare it: its definition and extensions. */
struct decl {
	str name;
	enum ast_definition_kind kind;
	struct {
		VEC(const struct ast_definition *);
	} nodes;
	struct {
		VEC(struct decl *);
	} implementers; /* interface: the types that name it */
	bool source_known;
	str source; /* the relation behind it, as written; empty = none */
	bool wants_where, wants_order, wants_list_filter, wants_filter, wants_between;
	bool wants_array_filter, wants_path_filter, wants_search;
	bool wants_aggregate_order, wants_value_orders;
	enum { ORDER_UNKNOWN, ORDER_ASKED, ORDER_NO, ORDER_YES } orderable;
};

/* An input type that the compiler generated. */
struct generated {
	enum input_role role;
	str about;
};

struct compiler {
	struct arena *arena;
	const struct compile_options *options;
	const struct catalog *catalog;
	struct diagnostics *diagnostics;
	struct {
		VEC(struct ast_definition *);
	} definitions;         /* of all files, then the generated ones */
	size_t nwritten;       /* of them, those of files */
	struct map decls;      /* by name → struct decl */
	struct map global_ids; /* by address of an ast_field_def: ids of types that are Nodes */
	struct map generated;  /* by name → struct generated */
	const struct source *prelude; /* the generated text */
	const struct gql_schema *gql;
	struct binding *bindings;
	struct type_facts *facts;
	bool ruled;          /* there are rules on inputs */
	bool *broken_source; /* by gql_type.id: has a @source that was reported */
	struct enum_maps {
		VEC(struct enum_map_of);
	} *enum_maps; /* by gql_type.id */
};

struct enum_map_of {
	const struct cat_type *pg; /* an enum, or NULL: … */
	bool text;                 /* a column of another type, … or a key of a document */
	const struct enum_map *map;
};

/* ---- compile.c ---- */

/* Generates, and builds the types: false with their errors. */
bool compile_types(struct compiler *c, struct gql_errors *errors);
/* Binds the types to the catalog. */
void compile_bindings(struct compiler *c);

/* ---- salvage.c ---- */

/* After errors of the types: compiles what they leave, for further diagnostics. */
void salvage(struct compiler *c, const struct gql_errors *errors);

/* ---- diag.c ---- */

/* Adds a problem at byte `at` of `s`. Its hint may be set on what is returned, until the next one.
 */
struct diagnostic *diag_error(struct compiler *c, const struct source *s, uint32_t at,
	const char *fmt, ...) PRINTF(4, 5);
struct diagnostic *diag_warning(struct compiler *c, const struct source *s, uint32_t at,
	const char *fmt, ...) PRINTF(4, 5);
/* ` did you mean "x"?` as a hint, or nothing. */
void diag_nearest(struct compiler *c, struct diagnostic *d, str nearest);
/* What to do without a Query type, as a hint. */
void diag_no_query(struct diagnostic *d);
void diag_from_gql(struct compiler *c, const struct gql_error *e);

/* ---- directives.c ---- */

const struct ast_directive *directive_find(const struct ast_directives *l, const char *name);
/* The directive on any node of a type; *source is where it stands. */
const struct ast_directive *directive_on_type(const struct gql_type *t, const char *name,
	const struct source **source);
/* An argument's value; NULL when it is absent or null. */
const struct ast_value *directive_arg(const struct ast_directive *d, const char *name);
/* A text argument: false when it is absent; an error, and false, when it is something else. */
bool directive_text(struct compiler *c, const struct source *s, const struct ast_directive *d,
	const char *name, str *out);
/* A list of texts (one text counts as a list of one); the same. */
bool directive_texts(struct compiler *c, const struct source *s, const struct ast_directive *d,
	const char *name, struct ast_value ***items, size_t *n);
/* The nearest name of a directive that may be used, or empty. */
str directives_nearest(struct compiler *c, str name);
/* Reports directives that are known but not implemented, everywhere. */
void directives_check(struct compiler *c);
/* Puts the definitions of the directives that are used and not defined by the documents. */
void directives_put(struct compiler *c, struct buf *b);

/* ---- generate.c ---- */

struct decl *decl_find(const struct compiler *c, str name);
/* Generates everything: definitions are added to c->definitions, arguments to root and list fields.
 */
void generate(struct compiler *c);
/* The named type at the bottom of a type reference, and whether there is a list in it. */
str ast_type_bottom(const struct ast_type *t, bool *list);

/* ---- bind.c ---- */

void bind_schema(struct compiler *c);
/* Binds a type that has no source to columns that a function returns. */
const struct backing *bind_to_columns(struct compiler *c, const struct gql_type *t,
	const struct cat_relation *r);
/* A place by the name of a column, or of a key when there is no such column. False: neither. */
bool bind_name(struct compiler *c, const struct backing *b, str name, struct place *out);
/* A table's xmin, which no list of columns shows; NULL for other names. */
const struct cat_column *bind_system_column(struct compiler *c, const struct cat_relation *r,
	str name);
/* The same for a GraphQL name. */
bool bind_camel(struct compiler *c, const struct backing *b, str name, struct place *out);
/* What is wrong with a name that bind_name did not find. */
void bind_missing(struct compiler *c, struct diagnostic *d, const struct backing *b, str name);
/*
 * The type whose rows a field is about: the type of a list's items, or what a generated connection
 * or aggregate was made for. *use tells which.
 */
const struct gql_type *bind_rows_type(const struct compiler *c, const struct gql_field *f,
	enum row_use *use);
/* Does the field read rows in pages: a list or connection? */
bool bind_is_paged(const struct compiler *c, const struct gql_field *f);
/* A pk_ column or key must not be exposed; reports it. */
bool bind_is_hidden(struct compiler *c, const struct place *p, const struct source *s, uint32_t at,
	const char *what, str name);

/* ---- node.c ---- */

/* Is it the interface Node, by which objects have global ids? */
bool bind_is_node(const struct compiler *c, const struct gql_type *t);
/* Binds the field if it is the global id of a type with this source; false when it is none. */
bool bind_global_id(struct compiler *c, const struct gql_field *f, const struct backing *b,
	struct binding *out);
/* Binds node(id:) or nodes(ids:); false when the field is neither. */
bool bind_node_root(struct compiler *c, const struct gql_field *f, struct binding *out);

/* ---- leaf.c ---- */

struct leaf leaf_of(struct compiler *c, const struct gql_type *t, const struct cat_type *pg);
/* The stored labels of an enum, for a column of type `pg` (NULL: a key of a document). */
const struct enum_map *leaf_enum_map(struct compiler *c, const struct gql_type *t,
	const struct cat_type *pg);
/* Can a column of type `pg` be read as `ref` (a leaf or list of leaves)? *fits names what could. */
bool leaf_reads(struct compiler *c, const struct gql_ref *ref, const struct cat_type *pg,
	str *fits);
/* The cast of a key's value: NULL for text. */
const char *leaf_cast(struct compiler *c, const struct leaf *leaf);

/* ---- join.c ---- */

void bind_relation(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, struct binding *out);
/* The same to the rows of `to`. */
void bind_relation_to(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, const struct backing *to, struct binding *out);

/* ---- members.c ---- */

/*
 * Binds a field whose type is scattered: once for each member. `d` and `from` are those of a
 * relation, or NULL.
 */
void bind_each_member(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, struct binding *out);

/* ---- roots.c ---- */

/* Roles of a list or row field's arguments; list policy. */
void bind_arguments(struct compiler *c, const struct gql_field *f, struct binding *out);
void bind_list_policy(struct compiler *c, const struct gql_field *f, struct binding *out);
void bind_roots(struct compiler *c);

/* ---- call.c ---- */

/* `row`: what the parent's row fills; NULL for fields of root types. */
void bind_call(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct computed *row, struct binding *out);
/* Reports a @function that names no function, of a field that is not bound. */
void call_check_name(struct compiler *c, const struct source *s, const struct ast_field_def *f);

/* ---- computed.c ---- */

/* Binds the @function fields of objects and interfaces; after the root types' calls. */
void bind_computed_fields(struct compiler *c);

/* ---- resolver.c ---- */

/* Binds the fields with @resolver; after all others. */
void bind_resolvers(struct compiler *c);

/* ---- write.c ---- */

void bind_write(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	struct binding *out);
/* Reports uses of @version that nothing reads. */
void check_versions(struct compiler *c);

/* ---- describe.c ---- */

/* Gives types and fields without a description the database's comments. */
void describe_schema(struct compiler *c);
