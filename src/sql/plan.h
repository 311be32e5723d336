/*
 * sql/plan.h - an operation compiled: statements with parameter recipes, and the shapes of their
 * results.
 *
 * A plan is made for an operation and for those properties of its variables that change the
 * statement (`deps`). It keeps no reference to a request; everything is on the arena it was built
 * on.
 */
#pragma once

#include "graphql/collect.h"
#include "sql/param.h"
#include "sql/shape.h"

struct statement {
	const char *sql;
	uint64_t key;     /* hash of sql */
	const char *many; /* the same for several sets of parameters at once; NULL = there is none
			     (many.c) */
	uint64_t many_key;
	bool shares; /* who asks at the same time with the same parameters gets the same rows */
	const struct param *params;
	size_t nparams;
	bool by_value; /* the best way to run it depends on the parameters' values */
};

enum root_kind {
	ROOT_CONST,      /* `constant` is the answer: __typename, introspection without variables */
	ROOT_INTROSPECT, /* introspection that depends on variables */
	ROOT_ROWS,       /* a list: each row is an item */
	ROOT_ROW,        /* the first row, or null */
	ROOT_PAGE,       /* a connection: see struct page in shape.h */
	ROOT_NODES,      /* objects of several types, by global ids */
	ROOT_VALUE,      /* first column of the first row */
	ROOT_RESOLVER,   /* the embedding program answers: `field` has the resolver */
	ROOT_MUTATION,   /* a call by the mutation contract */
	ROOT_WRITE,      /* rows of a table that are written */
	ROOT_REFUSED,    /* an argument has no value that it may have: null with `refusal` */
};

/* Columns of the row that a ROOT_MUTATION statement returns. */
enum mutation_column {
	MUTATION_STATUS,
	MUTATION_MESSAGE,
	MUTATION_ID,
	MUTATION_ENTITY,         /* JSON */
	MUTATION_UPDATED_FIELDS, /* JSON list */
	MUTATION_METADATA,       /* JSON object */
	MUTATION_COLUMNS,
};

/* An entity that is read again through its source, because the selection follows relations. */
struct reread {
	int statement;             /* index in plan.statements; gives one row, or none; of a list
				      one an item, whose last column is null where there is none */
	const struct shape *shape; /* OBJECT_ROW */
	uint32_t field; /* of the success member: becomes its FROM_SPLICE. UINT32_MAX: the whole
			   result */
};

/*
 * ROOT_MUTATION: how the contract's row becomes the result. exec composes a document from the row
 * (status, message, id, the entity under its field's key, metadata's members, …), and projects it
 * by the member's shape.
 */
struct mutation_plan {
	const struct call *call;
	const struct shape *success,
		*error; /* OBJECT_DOC; `error` is NULL unless the result is a union */
	bool is_union;
	str entity_key;   /* key of the entity in the document, e.g. "user"; empty = none */
	str conflict_key; /* key of the error member's conflict entity; empty = none */
	const struct reread *rereads;
	size_t nrereads;
};

/* A field of a member that is written from rows of its own. */
struct write_splice {
	const struct shape *shape;
	str name; /* its response key */
};

/*
 * ROOT_WRITE: statements that run in one transaction, and how their rows become the result.
 *
 * Verdicts are words that the database gives instead of an error: "ok"; "missing" (no row has the
 * key), "conflict" (it has another version), "duplicate" (an earlier item has the same key),
 * "unconnected" (a row to connect is not there),
 * "skipped" (a trigger kept the row from being stored), "many" (more rows match than allowed),
 * "all" (the filter is empty).
 */
struct write_plan {
	const struct write *write;
	/* Columns of the first statement's rows, one row an item; -1 = not there. Without a verdict
	 * every row is "ok", and no row is "missing". */
	int verdict_at;
	int count_at; /* how many rows were written */
	int echo_at;  /* JSON object: columns of the row that the success member has fields for */
	/* Statements whose rows are entities, by position among the root's; -1 = none is asked for.
	 */
	int rows_in, conflict_in;
	int found_at; /* column of rows_in that is null where the source has no row; -1 = no such */
	int verdicts_in; /* the statement that gives them */
	bool hold;       /* a bad verdict of an item undoes all */
	/* Every item by itself: behind its verdict, which is null when the database raised an
	 * error, stand SQLSTATE, message, detail, constraint, schema, table, column, whether it was
	 * raised by RAISE, hint, and data type. */
	bool each;
	struct pexpr items;       /* each: the list of them */
	const struct shape *rows; /* ROWS: of the root's value. MEMBERS: of the success member when
				     it is the row itself, else NULL */
	const struct write_splice *success_splices; /* by splice of the success member */
	size_t nsuccess_splices;
	const struct write_splice *error_splices; /* conflicting rows */
	size_t nerror_splices;
};

/* ROOT_NODES: column i of the one row is a JSON array of [place among the ids from 1, row]. */
struct nodes_plan {
	const struct shape **shapes; /* by column: OBJECT_ROW */
	size_t n;
	struct pexpr ids;
};

struct plan_root {
	enum root_kind kind;
	struct shape_field field; /* response key, location, shape of the value */
	str constant;
	int statement;      /* index in plan.statements, -1 = none */
	size_t nstatements; /* from there on, to be run together; mutations only */
	const struct mutation_plan *mutation; /* MUTATION, and WRITE with members */
	const struct write_plan *write;
	const struct nodes_plan *nodes_plan;      /* NODES */
	const struct gql_error *refusal;          /* REFUSED: message and places */
	const struct ast_selection *const *nodes; /* INTROSPECT */
	size_t nnodes;
};

struct plan {
	enum ast_operation_kind operation;
	bool atomic;    /* @atomic: one transaction, undone when a field fails */
	bool resolves;  /* some field has a resolver */
	bool dry_run;   /* @dryRun: one transaction, undone in any case */
	bool may_write; /* some function that is called is VOLATILE */
	const struct plan_root *roots;
	size_t nroots;
	const struct statement *statements;
	size_t nstatements;
	/* What of each variable the plan depends on beyond absent/null/present. Same length as the
	 * variables. */
	const uint8_t *deps;
	size_t ndeps;
};

enum {
	DEP_DEEP = 1,   /* the variable's structure, booleans and enum values */
	DEP_CURSOR = 2, /* which keys of the cursor are null */
	DEP_NODES = 8,  /* which types global ids are of, and how many keys they have */
	DEP_ITEMS = 4,  /* with DEEP: also the items of lists of leaves */
	DEP_BLANK = 32, /* which texts are blank, because a rule makes these null */
	DEP_VALUE = 16, /* all of it: its text is in the plan, in a custom scalar's literal */
};

struct plan_request {
	struct arena *arena; /* becomes the plan's */
	const struct model *model;
	const struct source *source;
	const struct ast_document *document;
	const struct map *fragments; /* gql_fragment_index */
	const struct ast_definition *operation;
	const struct gql_variables
		*vars; /* of the request that asked first: decides what deps name */
	struct gql_errors *errors;
	size_t fields_max; /* that are selected, each where fragments and types put it; 0 = any */
	size_t bytes_max;  /* memory for the plan; 0 = any */
};

/* Plans a valid operation. False with errors added (bad argument values, limits, what is not
 * implemented). */
MUST_USE bool plan_build(const struct plan_request *r, const struct plan **out);

/*
 * A number that is equal for variables that the plan serves equally: presence and nullness of each,
 * and the structure of those in `deps`.
 */
uint64_t plan_fingerprint(const uint8_t *deps, size_t ndeps, const struct gql_variables *vars,
	uint64_t seed);
