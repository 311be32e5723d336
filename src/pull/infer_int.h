/* pull/infer_int.h - infer.c: queries and names; infer_expr.c: expressions; doc.c: joining docs. */
#pragma once

#include "pull/infer.h"
#include "sql/analyse.h"

#include "base/vec.h"

/* An item of FROM. Its columns are as they are without the join. */
struct infer_from {
	const struct sqlq_from *from;
	struct doc_field *columns;
	size_t n;
	const struct cat_relation *relation; /* NULL: none, or a CTE */
	bool unknown;                        /* its columns are not known */
	bool nullable; /* the optional side of a join; false where a condition says otherwise */
};

struct infer_scope {
	const struct infer_scope *up; /* of the query around */
	const struct sqlq *query;
	struct infer_from *froms;
	size_t nfroms;
	struct infer_with {
		const struct sqlq_with *with;
		const struct view_doc *doc; /* NULL: not yet; while it is in progress what its
					       first half gives */
		bool in_progress;
	} *withs;
	size_t nwiths;
};

struct inferring {
	struct arena *arena;
	struct pull_facts *facts;
	unsigned depth;
};

/* ---- doc.c ---- */

struct doc *doc_new(struct inferring *x, enum doc_kind kind, bool nullable);
const struct doc *doc_any(struct inferring *x, str why);
const struct doc *doc_value(struct inferring *x, const struct cat_type *t, bool nullable);
/* A value of one of PostgreSQL's own types, by name. */
const struct doc *doc_named(struct inferring *x, const char *type, bool nullable);
/* The same, nullable. */
const struct doc *doc_nullable(struct inferring *x, const struct doc *d);
const struct doc *doc_with_null(struct inferring *x, const struct doc *d, bool nullable);
/* What is either of both. */
const struct doc *doc_join(struct inferring *x, const struct doc *a, const struct doc *b);
/* `a || b` for JSON: b's fields win. */
const struct doc *doc_merge(struct inferring *x, const struct doc *a, const struct doc *b);
const struct doc *doc_object(struct inferring *x, struct doc_field *fields, size_t n);
/* Is it JSON, or a row: no value of another type? */
bool doc_is_json(const struct doc *d);

/* ---- infer.c ---- */

const struct view_doc *infer_select(struct inferring *x, const struct sqlq *q,
	const struct infer_scope *up);
const struct doc *infer_column(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e);
/* The row of `qualifier` as an object, or ANY. */
const struct doc *infer_row(struct inferring *x, const struct infer_scope *s, str qualifier);

/* ---- infer_expr.c ---- */

const struct doc *infer_expr(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e);
/* Does the expression contain an aggregate of the query itself? */
bool infer_is_aggregate(const struct sqlx *e);

/* ---- infer_call.c ---- */

const struct doc *infer_call(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e);
const struct doc *infer_op(struct inferring *x, const struct infer_scope *s, const struct sqlx *e);
