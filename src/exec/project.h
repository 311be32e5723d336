/*
 * exec/project.h - result rows → response text, by the plan's shapes, in one pass.
 */
#pragma once

#include "exec/gap.h"
#include "graphql/source.h"
#include "pg/pool.h"
#include "sql/plan.h"

struct projection {
	struct buf *out;
	struct arena *arena;       /* scratch */
	struct gql_errors *errors; /* field errors, with paths */
	const struct source *source;
	const struct model *model;
	const struct gql_variables *vars; /* of the request */
	uint64_t cursor_seed;
	struct gaps *gaps;  /* of fields with resolvers; NULL where there is none */
	str prefix;         /* of paths, as in struct gap; empty: the root */
	const str *splices; /* what FROM_SPLICE fields write, by slot; .p == NULL = null */
};

/* A splice whose null goes further out: the error was added when its row was written. */
#define SPLICE_TOLD S("")

/*
 * Writes the value of a root field (without its key): all rows as a list, the first row or null, or
 * the first column of the first row. False when a null must go to the field's parent: then nothing
 * was written and an error was added.
 */
MUST_USE bool project_root(struct projection *p, const struct plan_root *root,
	const struct pgresult *r);
/* Writes one row by an OBJECT_ROW shape as a value of the root field `root` (or of the field
 * `below` it, when that is not NULL), or null when there is no row. */
MUST_USE bool project_row(struct projection *p, const struct plan_root *root,
	const struct shape_field *below, const struct shape *shape, const struct pgresult *r);
/* As project_row (`below`: the field's response key, or empty), or all rows when the splice is a
 * list; rows whose column `found` is null (-1: none) are null, or with `skip` left out of the list.
 */
MUST_USE bool project_rows(struct projection *p, const struct plan_root *root,
	const struct write_splice *splice, const struct pgresult *r, int found, bool skip);
/* Row number `row` as the item `index` of a list root, or as a field of it. */
MUST_USE bool project_item(struct projection *p, const struct plan_root *root,
	const struct write_splice *splice, const struct pgresult *r, int row, size_t index);
/* A document as the item `index` of a list root. */
MUST_USE bool project_item_document(struct projection *p, const struct plan_root *root,
	const struct shape *shape, str document, size_t index);
/* Writes a document (JSON object text; .p == NULL = null) by an OBJECT_DOC shape. */
MUST_USE bool project_document(struct projection *p, const struct plan_root *root,
	const struct shape *shape, str document);
/* Writes a resolver's answer (JSON; .p == NULL = null) as the value of its field. */
MUST_USE bool project_value(struct projection *p, const struct shape_field *f, str json);
/* Writes "null" for the root field, or adds an error and returns false when it is non-null. */
MUST_USE bool project_null(struct projection *p, const struct plan_root *root);
