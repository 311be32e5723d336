/* exec/project_int.h - what the parts of the projector share. */
#pragma once

#include "exec/project.h"

struct cell {
	str text; /* .p == NULL: null */
	bool json;
};

/* The row that fields with FROM_SLOT read: a result row, or the elements of a JSON array. */
struct row_cells {
	const struct pgresult *result;
	int row;
	const str *elements;
	size_t n;
};

struct path {
	const struct path *up;
	str name;
	size_t index;
	bool is_index;
	/* where the value began, for nulls that come later; NULL: not known */
	size_t start;
	const struct shape *shape;
};

struct ctx {
	struct projection *p;
	const struct shape_field *field; /* the innermost field, for messages and locations */
};

/* ---- project.c ---- */

/* Each writes one value, or returns false with an error added and nothing written. */

bool project_put_value(struct ctx *c, const struct shape *s, struct cell v,
	const struct row_cells *outer, const struct path *path);
/* An OBJECT_ROW of field `f`. */
bool project_put_row(struct ctx *c, const struct shape_field *f, const struct shape *s,
	const struct row_cells *row, const struct path *path);
bool project_put_null(struct ctx *c, const struct shape *s, const struct path *path);
/* The stored value does not fit the type: null here, or further out. */
bool project_bad_value(struct ctx *c, const struct shape *s, const struct path *path);
/* After a failure inside: null here, or further out. `start` is where the value began. */
bool project_bubble(struct ctx *c, const struct shape *s, size_t start);
struct cell project_slot(const struct row_cells *r, uint32_t slot);
/* The elements of a JSON array; *elements has room for `cap`, and is replaced if that is too few.
 */
size_t project_elements(struct ctx *c, str array, str **elements, size_t cap);

/* ---- project_node.c ---- */

/* A row's global id, made of its key, as a JSON string. */
void project_put_node_id(struct ctx *c, const struct shape_field *f, struct cell v);
/* The objects that nodes(ids:) found. */
bool project_put_nodes(struct ctx *c, const struct plan_root *root, const struct pgresult *r,
	const struct path *path);

/* ---- project_page.c ---- */

/* The connection of a root field, … */
bool project_put_page(struct ctx *c, const struct shape *s, const struct pgresult *r,
	const struct path *path);
/* … or of a parent's row: a JSON array. */
bool project_put_nested_page(struct ctx *c, const struct shape *s, str array,
	const struct path *path);
/* A row's cursor as a JSON string. */
void project_put_cursor(struct ctx *c, const struct page *page, const struct row_cells *row);
