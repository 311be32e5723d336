/*
 * schema/write.h - @write as compiled: rows that a field of Mutation puts into a table, changes
 * there or removes.
 *
 * Values come from the field's arguments (the same for all rows) and from the fields of its `input`
 * (an input object, or a list of them: a batch). Each stands for one column.
 */
#pragma once

#include "schema/model.h"

enum write_action { WRITE_INSERT, WRITE_UPDATE, WRITE_UPSERT, WRITE_DELETE };

enum write_role {
	WRITE_VALUE,   /* is stored */
	WRITE_KEY,     /* says which row; UPSERT: stored, too, and the conflict target */
	WRITE_VERSION, /* must equal what is stored */
};

/* How a value becomes a parameter. */
enum write_form { WRITE_LEAF, WRITE_ARRAY, WRITE_JSON };

struct write_value {
	enum write_role role;
	enum write_form form;
	const struct cat_column *column;
	const struct gql_input *input; /* argument of the field, or field of the input object */
	struct leaf leaf;              /* LEAF, ARRAY (of the items) */
	bool many;                     /* argument: a list of keys, one row each */
};

struct write_nested;

/* What goes into one row of a table, from one input object. */
struct write_row {
	const struct cat_relation *table;
	const struct gql_type *type; /* the input object */
	struct write_value *values;
	size_t nvalues;
	struct write_nested *nested;
	size_t nnested;
};

/* A field of an input object that stands for rows of another table. */
struct write_nested {
	const struct gql_input *input;
	const struct gql_input *create, *connect; /* of its input object; NULL = not offered */
	/* to-one: from the row's table to row.table; to-many: from row.table to it */
	const struct cat_foreign_key *key;
	bool many;
	struct write_row row;   /* what `create` makes; .table is set without `create`, too */
	struct write_value *by; /* what `connect` finds a row by */
	size_t nby;
};

enum write_result {
	WRITE_DONE,    /* Boolean: true */
	WRITE_COUNT,   /* Int: how many rows */
	WRITE_ROWS,    /* the row, or a list of them */
	WRITE_MEMBERS, /* a payload, or a union of success and error */
};

/* A column of the table and that of the type's source which has the same value. */
struct write_link {
	const struct cat_column *table, *source;
};

struct write {
	enum write_action action;
	enum write_result result;
	const struct cat_relation *table;
	const struct gql_input *input; /* the argument, or NULL */
	const struct gql_input *where; /* the argument, or NULL */
	const struct gql_type *about;  /* where: the object type */
	struct write_row row;          /* of the input; without input only .table */
	struct write_value *args;      /* by the field's other arguments */
	size_t nargs;
	bool batch;        /* a list goes in */
	bool each;         /* a list of unions comes out: every item succeeds or fails by itself */
	bool list;         /* entities come out as a list */
	bool allow_all;    /* an empty `where` is accepted */
	uint32_t max_rows; /* of a `where` */
	const struct cat_column *version; /* is advanced by every change; NULL = none */
	bool xmin;                        /* the version is the row's xmin */
	const struct cat_column **set;    /* UPSERT: what an existing row gets; NULL = all values */
	size_t nset;
	const struct gql_type *entity;  /* object type whose source shows the rows, or NULL */
	const struct write_link *links; /* tell which row of the entity's source a row is */
	size_t nlinks;
	const struct write_link *where_links; /* the same for the type of `where` */
	size_t nwhere_links;
	const struct call *members; /* MEMBERS: success, error, entity */
};
