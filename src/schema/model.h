/*
 * schema/model.h - a compiled schema: the GraphQL types together with where each field's value is.
 *
 * Immutable and shared by all workers; counted by reference (model_ref/model_unref) because
 * requests in flight finish on the model that they began with. Everything lives on the model's
 * arena. Facts about a field are in bindings[gql_field.id], facts about a type in
 * types[gql_type.id].
 */
#pragma once

#include "base/vec.h"
#include "graphql/build.h"
#include "schema/catalog.h"
#include "schema/scalar.h"

/* What a leaf or list-of-leaf value is. */
struct leaf {
	const struct scalar *scalar;      /* NULL for an enum */
	const struct gql_type *enum_type; /* NULL for a scalar */
	const struct enum_map *labels;    /* enum: names ↔ PostgreSQL labels */
};

struct enum_map {    /* by gql_enum_value.id */
	str *labels; /* the stored text of each value */
	size_t n;
	struct map by_label;       /* stored text → struct gql_enum_value */
	const struct cat_type *pg; /* NULL when stored as text */
	bool in_order;             /* `pg` has the labels in the order of the values */
};

/* The relation behind an object type or interface. */
struct backing {
	const struct gql_type *type;
	const struct cat_relation *relation;
	const struct cat_column *data; /* the JSONB column, or NULL */
	const struct cat_column *
		*key; /* what makes the order total: primary key, else `id`, else empty */
	size_t nkey;
	/* The same for cursors, which clients can read: a unique key that is not internal (pk_…).
	 */
	const struct cat_column **shown_key;
	size_t nshown_key;
	const struct cat_column *
		discriminator; /* abstract types: the column that holds the type's name; or NULL: */
	bool discriminator_in_data; /* … then the key "type" or "__typename" of the document */
	str discriminator_key;
};

/* What a row gives to a function of it: the first parameters. */
struct computed {
	const struct cat_function *function;
	const struct backing *backing;     /* of the row */
	const struct cat_column **columns; /* passed one by one; NULL: the row as a whole */
	size_t n;                          /* parameters that the row fills */
};

/* Where a value stands in a row: a column, a path of keys in the row's document, or nowhere. */
struct place {
	const struct computed *computed; /* what a function makes of the row … or NULL: */
	const struct cat_column *column; /* a column … or NULL: */
	str *path; /* … keys below the source's data (or below the embedded object) */
	size_t npath;
	const char
		*cast; /* SQL type of a JSON value for filters and keys, e.g. "uuid"; NULL = text */
};

enum bind_kind {
	BIND_NONE,  /* not readable (a field of a type that is only returned by functions and has no
		       source) */
	BIND_PLACE, /* a leaf, list of leaves, or embedded object at `place` */
	BIND_RELATION, /* rows of `target`, joined */
	BIND_ROOT,     /* rows of `target`: a field of Query */
	BIND_FUNCTION, /* a call: a field of Query or Mutation */
	BIND_RESOLVER, /* the embedding program answers */
	BIND_COMPUTED, /* a call with the row: a field of an object, unless a place says it all */
	BIND_NODE_ID,  /* the global id of a row of `target` */
	BIND_NODE,     /* a field of Query that finds rows of any type by global ids */
	BIND_WRITE,    /* rows of a table: a field of Mutation; see schema/write.h */
};

struct join_pair {
	struct place from; /* in the parent's row */
	struct place to;   /* in the target's row (or the link table's column) */
};

struct join {
	const struct backing *from; /* the parent's; NULL: a document without a source */
	struct join_pair *pairs;    /* parent = target, or parent = link */
	size_t n;
	const struct cat_relation *link; /* many-to-many: the link table */
	bool repeats;                    /* … may hold a pair more than once */
	struct join_pair *link_pairs;    /* link = target */
	size_t nlink_pairs;
};

struct order_item {
	const struct gql_field *field;
	str direction; /* ASC, DESC_NULLS_LAST … */
};

struct list_policy {
	uint32_t default_limit, max_limit; /* rows; default_limit 0: all */
	struct order_item *order;          /* default order; may be empty */
	size_t norder;
};

enum arg_role {
	ARG_EQ,
	ARG_WHERE,
	ARG_ORDER_BY,
	ARG_LIMIT,
	ARG_OFFSET,
	ARG_FIRST, /* of connections */
	ARG_AFTER,
	ARG_LAST,
	ARG_BEFORE,
	ARG_NODE_ID, /* a global id of the target's type */
	ARG_FUNCTION,
	ARG_ROLES
};

struct arg_binding { /* by gql_input.id of the field's arguments */
	enum arg_role role;
	struct place place;    /* ARG_EQ */
	struct leaf leaf;      /* ARG_EQ, ARG_FUNCTION of leaf type */
	uint32_t function_arg; /* ARG_FUNCTION: index in cat_function.args */
};

enum call_form {
	CALL_INPUT_JSONB, /* context values, then one jsonb made of the `input` argument (or of all
			     arguments) */
	CALL_NAMED, /* typed parameters, matched by name to the arguments or the input object's
		       fields */
};

enum call_result {
	RESULT_MUTATION, /* a row with a status column: the mutation contract */
	RESULT_ROWS,     /* rows or composites shaped like the type */
	RESULT_JSON,     /* one json/jsonb value shaped like the type */
	RESULT_VALUE,    /* a scalar */
	RESULT_VOID,
};

struct call_named {   /* CALL_NAMED: what goes into a parameter */
	uint32_t arg; /* gql_input.id of the field's argument */
	const struct gql_input
		*field;   /* field of its input object, or NULL for the argument itself */
	struct leaf leaf; /* scalar NULL and enum NULL: passed as json */
	bool list;
	const struct cat_type *composite; /* made of the json; a list of them with `list` */
};

/* RESULT_MUTATION: what the function returns. */
enum contract_form {
	CONTRACT_COLUMNS, /* a row with a status column and (some of) its companions */
	CONTRACT_ROW,     /* a plain row: the entity */
	CONTRACT_JSON,    /* a JSON document with those members, or the entity */
	CONTRACT_ID,      /* one value: the entity's id */
	CONTRACT_VOID,    /* nothing */
};

/* @status: what a word of the function means, before the table of all (exec/status.h). */
struct status_rule {
	str match;          /* a whole status, or the part before ':' */
	enum err_code code; /* ERR_NONE: success */
};

struct call {
	const struct cat_function *function;
	enum call_form form;
	enum call_result result;
	const struct computed *row; /* BIND_COMPUTED: what the row fills, before all else */
	str *context;               /* names of session values that come next */
	size_t ncontext;
	struct call_named
		*named; /* by position after the context; n = the rest of function->args */
	size_t nnamed;
	uint32_t input_arg; /* CALL_INPUT_JSONB: gql_input.id, or UINT32_MAX: all arguments as one
			       object */
	const struct gql_type *success,
		*error;                /* members of the result union, NULL where there is none */
	const struct gql_type *entity; /* object type of the entity, NULL = none */
	const struct gql_field *entity_field; /* of `success` that holds the entity; NULL: there is
						 none, or `success` is the entity */
	enum contract_form contract;
	bool list;    /* RESULT_MUTATION: each row that the function returns is an item */
	bool partial; /* the entity is read again by its id: the function does not return all of it
		       */
	const struct status_rule *statuses;
	size_t nstatuses;
};

/* The number of the first parameter that the input fills. */
static inline size_t call_first(const struct call *c)
{
	return (c->row ? c->row->n : 0) + c->ncontext;
}

/* What the embedding program answers, and what it is given of each parent. */
struct resolver {
	str name;
	const struct gql_field *const *fields; /* stored leaves of the same type */
	const str *keys;                       /* their names in the JSON of a parent */
	size_t n;
};

/* What becomes of the rows that a RELATION or ROOT leads to. */
enum row_use {
	USE_ROWS,       /* the field's type is the target's, or a list of it */
	USE_CONNECTION, /* a page of them: the type is generated, XConnection */
	USE_AGGREGATE,  /* what they add up to: the type is generated, XAggregate */
};

struct write;
/*
 * An abstract type whose members have relations of their own: a binding for each, in the order of
 * the possible types, of the same kind as the field's, whose target is NULL.
 */
struct members {
	const struct binding *at;
	size_t n;
	bool same_key; /* the members' keys have the same types, so that rows can be ordered by them
			*/
};

struct binding {
	enum bind_kind kind;
	enum row_use use; /* RELATION, ROOT */
	struct leaf leaf; /* BIND_PLACE of leaf type (lists: of the items) */
	struct place place;
	const struct backing *target;
	const struct join *join;
	struct list_policy list;
	struct arg_binding *args; /* by gql_input.id */
	const struct call *call;
	const struct write *write;
	const struct members *members;
	const struct resolver *resolver; /* RESOLVER */
};

/* What a type is that the compiler knows the meaning of. */
enum input_role {
	INPUT_PLAIN,
	INPUT_WHERE,
	INPUT_FILTER,
	INPUT_ORDER_BY,
	INPUT_ORDER_GROUPS, /* by aggregates of rows: count, sum … */
	INPUT_ORDER_VALUES, /* by fields of one aggregate */
	INPUT_HAVING,
	INPUT_HAVING_VALUES, /* on fields of one aggregate */
	OUTPUT_CONNECTION,
	OUTPUT_EDGE,
	OUTPUT_PAGE_INFO,
	OUTPUT_AGGREGATE,
	OUTPUT_VALUES, /* fields of one aggregate */
	OUTPUT_GROUP,
	OUTPUT_GROUP_KEY,
	OUTPUT_GROUP_FIELD, /* an enum: what to group by */
};

struct type_facts {
	const struct backing *source; /* object, interface; NULL = none */
	bool scattered;               /* abstract: its members have several relations */
	struct leaf leaf;             /* scalar, enum */
	enum input_role role;
	/* FILTER: the leaf type; else the object type whose rows it is about, or NULL */
	const struct gql_type *about;
	bool filter_list; /* FILTER of an array */
	/* INPUT_PLAIN: JSON key of each input field, snake_case or @column, by gql_input.id */
	str *keys;
};

/* What the compiler noticed without refusing. */
struct diagnostic {
	enum { DIAG_ERROR, DIAG_WARNING, DIAG_HINT } severity;
	str file;
	uint32_t line, column; /* 0 = the whole file */
	str message;
	str hint;    /* what to do, may be empty */
	str excerpt; /* the line with a caret below, two lines; may be empty */
};

struct diagnostics {
	VEC(struct diagnostic);
	size_t errors;
};

struct model {
	const struct gql_schema *gql;
	const struct catalog *catalog;
	const struct binding *bindings; /* by gql_field.id */
	const struct type_facts *types; /* by gql_type.id */
	bool ruled;                     /* some argument or input field has a rule */
	uint64_t generation;            /* unique in the process */
	struct arena *arena;
	int refs; /* atomic */
};

static inline const struct binding *model_binding(const struct model *m, const struct gql_field *f)
{
	return &m->bindings[f->id];
}
static inline const struct type_facts *model_facts(const struct model *m, const struct gql_type *t)
{
	return &m->types[t->id];
}
void model_ref(const struct model *m);
void model_unref(const struct model *m);
