/*
 * sql/write_int.h - a write while it is planned: values in write_values.c, the change itself in
 * write_change.c, statements in write.c and write_where.c, what comes back in write_result.c.
 */
#pragma once

#include "schema/write.h"
#include "sql/planner_int.h"

/* A value of the row that is written. */
struct given {
	const struct write_value *value;
	str sql;  /* an expression of the column's type */
	str test; /* a condition that tells whether the row gives it; empty: it does */
};

/* A column of an inserted row that others refer to, and what it is called when it is given back. */
struct reference {
	const struct cat_column *column;
	str name;
};

/* Where the rows of the entity come from. */
enum row_source {
	ROWS_NONE,   /* none are asked for */
	ROWS_DIRECT, /* the written rows' columns are enough */
	ROWS_BEFORE, /* DELETE: the source as it was before, in the same statement */
	ROWS_AFTER,  /* the source as it is afterwards: the next statement */
};

struct writing {
	struct planner *p;
	const struct gql_field *field;
	const struct write *t;
	struct nodes nodes;
	const struct ast_selection *node;
	struct params *params; /* of the first statement */
	bool many;             /* rows come from the table expression x */
	bool each;             /* every item by itself: x is a variable that holds one */
	struct sql settings;   /* each: set_config(…) of what the items' values are */
	size_t nsettings;
	const struct gql_value *input, *where;
	struct {
		VEC(struct given);
	} given;
	/* Nested rows: parts of the WITH list before and after the change, each with a comma behind
	 * it; what the change must give back for them; when a row to connect is not there. */
	struct sql before, behind, unconnected;
	struct {
		VEC(struct reference);
	} references;
	uint32_t nsets; /* of nested rows */
	str batch; /* the table expression x, with columns c0 …, m (what is given), n (from 1) */
	uint32_t table;      /* alias of the written table */
	str from, condition; /* of a filter: a further table expression; what must hold */
	struct row row;      /* the entity's */
	enum row_source rows;
	struct row conflict; /* the row that is there with another version */
	const struct params *conflict_params;
	size_t nstatements;
	str echo; /* JSON of columns that the success member shows, or empty */
	struct write_plan *out;
};

/* ---- write_values.c ---- */

/* Reads the field's arguments into w->given. False with errors. */
MUST_USE bool write_values(struct writing *w);
/* The value of a role and column that is given, or NULL. */
const struct given *write_given(const struct writing *w, const struct cat_column *column);
/* Does a value say which version the row must have? */
bool write_has_version(const struct writing *w);

/* Adds a column of a table expression's arrays: `v` of the rows that `column` (without its form)
 * describes. Its name is cN with the number that is returned. */
struct param write_column_param(struct writing *w, const struct gql_value *rows,
	const struct write_value *v, const struct param_column *column);

/* ---- write_nested.c ---- */

/* What a row of a set gives, as bits of its column m: its values, then its nested rows. */
bool write_is_always(const struct gql_input *in);
bool write_needs_mask(const struct write_row *row);
uint32_t *write_mask_fields(struct arena *a, const struct write_row *row);
/* The condition that the input with this bit is given; empty: it always is. */
str write_mask_test(struct arena *a, const struct gql_input *in, size_t bit);

/*
 * Rows that are created or connected with those of the batch whose columns are `arrays` and `names`
 * (n of them): sets before … unconnected, and gives the rows what they refer to. Returns the
 * batch's table expression x, with a column `bad`.
 */
str write_nested(struct writing *w, const struct gql_value *rows, struct sql *arrays,
	struct sql *names, size_t *n);

/* ---- write_change.c ---- */

/* The value, or the column's default where a row does not give it. */
void write_put_or_default(struct sql *s, const struct given *g);

/*
 * The statement that changes the table: `returning` follows, and is also the select list when there
 * is nothing to change.
 */
void write_put_change(struct writing *w, struct sql *s, str returning);
/*
 * A key's value. Of an upsert as the column stores it (rounded, padded), which is what the row has
 * that is written or in the way; others find no row by a value that the column can't have.
 */
void write_put_key_value(struct writing *w, struct sql *s, const struct given *g);
/* alias.key = value and … */
void write_put_key(struct writing *w, struct sql *s, uint32_t alias);
/* ", x as (…)", with what else the change reads; nothing for a single row. */
void write_put_batch(struct writing *w, struct sql *s);

/* The change's list of what comes back, named: n or the key q0 …, s0 … (slots), k0 … (links), e,
 * hit. */
str write_returning(struct writing *w);
/* "case … end": the verdict of an item whose written row, if there is one, is r. */
void write_put_verdict(struct writing *w, struct sql *s);
/* r.k0::text and, when the row is wanted that another version forbade to change, its key. */
void write_put_one_key(struct writing *w, struct sql *s, size_t i);

/* ---- write_each.c ---- */

/* Plans the statements of a batch whose items succeed or fail one by one. */
void write_each(struct writing *w, const struct params *after);

/* ---- write_result.c ---- */

/* Plans what the selection shows: w->rows, the shapes, the plan's members. False with errors. */
MUST_USE bool write_result(struct writing *w, struct plan_root *root);
/* Plans the next statement: the written rows, read through their source. */
void write_reread(struct writing *w, const struct row *row, const struct params *params, bool many);

/* ---- write_where.c ---- */

/* Plans the statements of a write by a filter; `after`: parameters of what is read again. */
MUST_USE bool write_by_filter(struct writing *w, const struct params *after);
