/* schema/generate_int.h - what the parts of the generator share. */
#pragma once

#include "schema/compile_int.h"

#include "base/buf.h"

/* What a field gives a where input. */
enum field_use {
	USE_NONE,
	USE_LEAF,     /* a filter of the leaf's type */
	USE_LEAVES,   /* a filter of a list of leaves */
	USE_ONE,      /* the target's where: to-one relation or embedded object */
	USE_MANY,     /* some, every, none: a list relation */
	USE_EMBEDDED, /* the same: a list of embedded objects */
};

/* Collects c->decls from c->definitions. */
void decl_collect(struct compiler *c);
/* The relation behind a type, as written; empty when it has none. */
str decl_source(struct compiler *c, struct decl *d);
/* Has it rows, of its own source or of its members'? */
bool decl_has_rows(struct compiler *c, struct decl *d);
bool decl_leaf_kind(const struct decl *d, enum scalar_kind *kind);
enum field_use decl_field_use(struct compiler *c, const struct ast_field_def *f,
	struct decl **target);
/* The declaration of a scalar or enum; known scalars are declared without nodes. */
struct decl *decl_leaf(struct compiler *c, str name);
/* Can one order by what the rows of the field add up to: is it a list relation? */
bool decl_field_counts(struct compiler *c, const struct ast_field_def *f, struct decl **target);
/* Can one order by the field? */
bool decl_field_orders(struct compiler *c, const struct ast_field_def *f, struct decl **target);
/* Can one order by any field of the type? */
bool decl_is_orderable(struct compiler *c, struct decl *d);
/* The declaration of a scalar of the table, whether the documents mention it or not. */
struct decl *decl_scalar(struct compiler *c, enum scalar_id id);

enum want_kind {
	WANT_WHERE,
	WANT_ORDER,
	WANT_LIST_FILTER,
	WANT_FILTER,
	WANT_BETWEEN,
	WANT_ARRAY_FILTER,
	WANT_PATH_FILTER,
	WANT_SEARCH,
	WANT_AGGREGATE_ORDER, /* {count: …, sum: …}, of a list's rows */
	WANT_VALUE_ORDERS,    /* what it mentions: {price: …} */
};

struct want {
	enum want_kind kind;
	struct decl *decl;
};

struct generator {
	struct compiler *c;
	struct buf out;
	struct {
		VEC(struct want);
	} wants;
	bool scalars[SCALAR_COUNT]; /* used */
	bool order_direction;
	bool page_info; /* PageInfo is there */
};

/* ---- node.c ---- */

/* Is it the interface Node { id: ID! }? */
bool decl_is_node(const struct decl *d);
/* Collects c->global_ids. */
void decl_collect_nodes(struct compiler *c);
/* Is the field the global id of a type that implements Node? */
bool decl_is_global_id(const struct compiler *c, const struct ast_field_def *f);

/* ---- generate.c ---- */

/* Notes an input type that something mentions; it is written later, once. */
void want(struct generator *g, enum want_kind kind, struct decl *d);
void put_doc(struct generator *g, str indent, str text);
/* `  name: type`, with a description unless `doc` is NULL. */
void put_member(struct generator *g, str name, str type, const char *doc);
str suffixed(struct generator *g, str name, const char *suffix);
/*
 * Begins `input <about><suffix> {`, or `type` for an output role; false when the user has a type of
 * that name.
 */
bool begin_type(struct generator *g, const struct decl *about, const char *suffix,
	enum input_role role, str doc);
void end_type(struct generator *g);
struct ast_type *type_named(struct arena *a, str name, uint32_t at);
struct ast_type *type_wrap(struct arena *a, enum ast_type_kind kind, struct ast_type *of);
/* Adds an argument to a field, unless it has one of that name. */
void add_argument(struct generator *g, struct ast_field_def *f, str name, struct ast_type *type,
	str doc);
/* The enum OrderDirection, once. */
void put_order_direction(struct generator *g);
/* where and orderBy, for the rows of `target`. */
void add_row_arguments(struct generator *g, struct ast_field_def *f, struct decl *target);

/* ---- generate_page.c ---- */

/*
 * The type that a name with this suffix is generated for: a declared object or interface with a
 * source, when there is no declaration of the whole name. NULL when it is no such name.
 */
struct decl *generated_for(struct compiler *c, str name, const char *suffix);
/* The arguments of a connection field, and its types. */
void put_connection(struct generator *g, struct ast_field_def *f, struct decl *target);

/* ---- generate_filter.c ---- */

/* Has the kind operators in this database? */
bool filter_is_there(const struct compiler *c, enum scalar_kind kind);
void put_filter(struct generator *g, struct decl *leaf);
void put_between(struct generator *g, struct decl *leaf);
/* Of a list of leaves. */
void put_array_filter(struct generator *g, struct decl *leaf);
void put_path_filter(struct generator *g, struct decl *leaf);
/* TextSearchInput and its enum. */
void put_search(struct generator *g);
/* some, every, none. */
void put_list_filter(struct generator *g, struct decl *d);

/* ---- generate_aggregate.c ---- */

/* The arguments of an aggregate field, and its types. */
void put_aggregate(struct generator *g, struct ast_field_def *f, struct decl *target);
/* XAggregateOrderByInput, and the types of its members. */
void put_aggregate_order(struct generator *g, struct decl *d);
void put_value_orders(struct generator *g, struct decl *d);
