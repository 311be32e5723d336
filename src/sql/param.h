/*
 * sql/param.h - statement parameters as recipes: made when a plan is built, evaluated for each
 * request.
 */
#pragma once

#include "base/vec.h"
#include "schema/model.h"

/* Where a value comes from. */
enum pexpr_kind {
	PEXPR_CONST,    /* a literal of the document */
	PEXPR_VARIABLE, /* a variable, then steps into its lists and input objects */
	PEXPR_LIST,     /* a list literal with variables in it */
	PEXPR_OBJECT,   /* an object literal with variables in it; items by gql_input.id, NULL =
			   absent */
	PEXPR_CONTEXT,  /* a value of the request's identity: `name` */
};

struct pexpr {
	enum pexpr_kind kind;
	const struct gql_value *constant;
	uint32_t variable;
	const uint32_t *steps;
	size_t nsteps;
	const struct input_rule *rule; /* VARIABLE: prepares its texts; NULL = none */
	const struct pexpr **items;
	size_t nitems;
	str name;
};

/* What text is made of the value. A null or absent value is always NULL, except for PARAM_JSON
 * objects. */
enum param_form {
	PARAM_TEXT,  /* a leaf in the text form of its type */
	PARAM_ARRAY, /* a list of leaves as a PostgreSQL array literal */
	PARAM_JSON,  /* JSON; keys of input objects in their stored names, enum values as labels */
	PARAM_CONTAINS, /* %escaped% */
	PARAM_STARTS,   /* escaped% */
	PARAM_ENDS,     /* %escaped */
	PARAM_VENDOR,   /* the first three octets of a hardware address as a whole address */
	PARAM_POINT,    /* a range of this element alone */
	PARAM_CONFIG,   /* the name of a text search configuration that the catalog has */
	PARAM_LIMIT,    /* a row count: 0 ≤ value ≤ max, else BAD_USER_INPUT */
	PARAM_NODE_KEY, /* part of a global id, or of each of a list of them; see sql/node.h */
	PARAM_CURSOR,   /* key number `key` of a cursor that was made for `order` */
	PARAM_COLUMN,   /* one column of many rows, as a PostgreSQL array literal */
};

/*
 * PARAM_COLUMN: the value holds input objects, the rows: below `path`, with lists on the way
 * flattened in their order. Never NULL.
 */
struct param_column {
	enum {
		COLUMN_VALUES, /* of `field`; NULL where it is null or absent */
		COLUMN_MASK,   /* whole numbers: bit i is set when the row has fields[i] */
		COLUMN_ONE,    /* the parameter's value itself, as an array of one; none when it is
				  null */
		COLUMN_OWNER, /* whole numbers from 1: which of the rows at `nowner` steps has it */
	} what;
	const uint32_t *path; /* gql_input.id */
	size_t npath, nowner;
	const uint32_t *below; /* steps from a row to the object that has `field` */
	size_t nbelow;
	uint32_t field; /* UINT32_MAX: the item itself is the value */
	const uint32_t *fields;
	size_t nfields;
	enum param_form form; /* of a value: TEXT, ARRAY or JSON */
};

struct param {
	struct pexpr value;
	enum param_form form;
	struct leaf leaf;                  /* TEXT, ARRAY and patterns */
	const struct gql_ref *type;        /* JSON */
	uint64_t max;                      /* LIMIT */
	str name;                          /* LIMIT, CURSOR: the argument's name for messages */
	uint32_t key, order;               /* CURSOR */
	const struct param_column *column; /* COLUMN */
	str cast;                          /* the type that the statement reads it as */
};

/* What the parts of a statement share. */
struct params {
	VEC(struct param);
	bool varies; /* it reads what may differ from one read to the next */
};

/* A parameter's text as libpq takes it: NUL-terminated at p[n]. */
struct param_text {
	str text;
	bool null;
};

struct param_env {
	struct arena *arena;
	const struct model *model;
	const struct gql_variables *vars;
	/* The value of a context name ("tenant_id"), or a slice with .p == NULL. */
	str (*context)(void *arg, str name);
	void *context_arg;
	uint64_t cursor_seed; /* checks cursors; see sql/cursor.h */
	const size_t *skip;   /* PARAM_COLUMN: rows to leave out, ascending */
	size_t nskip;
};

/* Evaluates one parameter. Fails: ERR_BAD_INPUT with a message for the client. */
MUST_USE bool param_eval(const struct param_env *env, const struct param *p, struct param_text *out,
	struct err *e);
/* How many items the list has. */
size_t pexpr_length(const struct pexpr *x, const struct gql_variables *vars);
/* The value of a PARAM_LIMIT that param_eval has accepted. */
uint64_t param_count(const struct param *p, const struct gql_variables *vars);
/* The text of a value that is not null: TEXT, ARRAY or JSON. */
str param_text_of(const struct param_env *env, const struct param *p, enum param_form form,
	const struct gql_value *v);
/* The array literal of PARAM_COLUMN. */
str param_column_text(const struct param_env *env, const struct param *p,
	const struct gql_value *v);
/* Writes a value as JSON in stored form: keys by type_facts.keys, enum labels, scalars in their own
 * JSON form. */
void param_put_json(struct buf *b, const struct model *m, const struct gql_ref *type,
	const struct gql_value *v);

/* ---- param_form.c ---- */

/* PARAM_VENDOR, PARAM_POINT, PARAM_CONFIG of a value's text. Fails: ERR_BAD_INPUT. */
MUST_USE bool param_form_text(const struct param_env *env, enum param_form form, str text, str *out,
	struct err *e);
