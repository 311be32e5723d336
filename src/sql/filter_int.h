/* sql/filter_int.h - what the parts of filters share: where objects, and operators on leaves. */
#pragma once

#include "schema/filter_op.h"
#include "sql/planner_int.h"

struct where {
	struct planner *p;
	struct sql *w;
	const struct ast_selection *node;
	unsigned depth;
	bool exact; /* below NOT: unknown must stay unknown and not become false */
};

/* What the operators of a filter look at, as SQL. */
struct subject {
	enum scalar_kind kind;
	struct leaf leaf; /* lists: of the items */
	str typed;        /* of the type `cast`; null where a document has null */
	str text;         /* PATH: the same as text, null unless it is a string; else as `typed` */
	str json; /* as jsonb, where it comes from a document: null may be JSON's; or empty */
	str cast; /* of operands of the same type; lists: an array type */
	bool stored_json; /* it is a document or stands in one, so an index is on `json` */
};

/* ---- filter.c ---- */

bool filter_refuse_null(struct where *q, const char *what, str name);
void filter_and(struct where *q, size_t *written);

/* ---- filter_subject.c ---- */

/* What is stored at a place of a scope: a leaf, or a list of leaves. */
struct subject subject_at(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_ref *type);
/* An expression of a scalar's type. */
struct subject subject_of(const struct scalar *s, str expression);
/* An item of a list, with this name. */
struct subject subject_item(struct where *q, const struct subject *list, str expression);
/* What stands at a path of a JSON value; `path` is a text[] expression. */
struct subject subject_path(struct where *q, const struct subject *json, str path);
/*
 * Opens and closes what makes the stored text of an enum comparable: the position of its value.
 * Empty where PostgreSQL's order is that of the declaration.
 */
struct rank {
	str open, close;
};
struct rank subject_rank(struct where *q, const struct subject *s);

/* ---- filter_leaf.c ---- */

/* Writes the conditions of a filter object; `filter` is its type. Counts them in *written. */
MUST_USE bool put_operators(struct where *q, const struct subject *s, const struct gql_type *filter,
	const struct gql_value *v, size_t *written);
