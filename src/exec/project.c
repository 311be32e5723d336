/*
 * project - walks a shape and a value side by side and writes the response.
 *
 * A value is a cell: text with a note whether it is a JSON token or PostgreSQL's text form. An
 * object reads its fields from the cells of its row, or from the members of a document, which are
 * found in one pass over the document and then written in the order of the selection.
 *
 * Null where the type says non-null: the error is added where it happens, what was written of the
 * surrounding values is cut off, and the nearest nullable one becomes null. Spec: §6.4.4.
 *
 * Invariant: a function that returns false has left the output as long as it found it.
 */
#include "exec/project_int.h"

#include "base/jread.h"
#include "base/json.h"
#include "base/num.h"
#include "exec/jscan.h"

enum { SMALL = 32 };

/* ---- errors ---- */

static void put_path(struct buf *b, const struct path *path)
{
	if (!path)
		return;
	put_path(b, path->up);
	if (path->up)
		buf_putc(b, ',');
	if (path->is_index)
		buf_put_u64(b, path->index);
	else
		json_put_string(b, path->name);
}

/* ["users",0,"name", without the closing bracket. */
static str path_text(const struct ctx *c, struct arena *a, const struct path *path)
{
	struct buf b = buf_on(a);
	buf_put(&b, c->p->prefix.n ? c->p->prefix : S("["));
	if (c->p->prefix.n && path)
		buf_putc(&b, ',');
	put_path(&b, path);
	return buf_str(&b);
}

/* Message: `before` Type.field `after`. */
static void add_error(struct ctx *c, enum err_code code, const struct path *path,
	const char *before, const char *after)
{
	struct gql_errors *errors = c->p->errors;
	const struct gql_field *f = c->field->field;
	struct gql_error *e = gql_error_add(errors, code, "%s %.*s.%.*s%s", before,
		STR_ARG(f->parent ? f->parent->name : S("")), STR_ARG(f->name), after);
	for (size_t i = 0; i < c->field->nnodes; i++)
		gql_error_at(errors, e, c->p->source, c->field->nodes[i]->at);
	e->path = str_printf(errors->arena, "%.*s]", STR_ARG(path_text(c, errors->arena, path)));
}

bool project_put_null(struct ctx *c, const struct shape *s, const struct path *path)
{
	if (s->non_null) {
		add_error(c, ERR_NULL_VALUE, path, "Cannot return null for non-nullable field",
			".");
		return false;
	}
	buf_lit(c->p->out, "null");
	return true;
}

bool project_bubble(struct ctx *c, const struct shape *s, size_t start)
{
	buf_cut(c->p->out, start);
	if (s->non_null)
		return false;
	buf_lit(c->p->out, "null");
	return true;
}

bool project_bad_value(struct ctx *c, const struct shape *s, const struct path *path)
{
	add_error(c, ERR_BAD_VALUE, path, "The stored value of",
		" can't be given in the field's type.");
	return project_bubble(c, s, c->p->out->n);
}

/* ---- leaves ---- */

static bool put_enum(struct ctx *c, const struct leaf *leaf, struct cell v)
{
	str label = v.text;
	if (v.json) {
		if (label.n < 2 || label.p[0] != '"')
			return false;
		label = json_unescape(c->p->arena, label);
	}
	const struct gql_enum_value *value = leaf->labels
		? map_find(&leaf->labels->by_label, label)
		: gql_enum_value_find(leaf->enum_type, label);
	if (!value)
		return false;
	json_put_string(c->p->out, value->name);
	return true;
}

static bool put_leaf(struct ctx *c, const struct shape *s, struct cell v, const struct path *path)
{
	size_t start = c->p->out->n;
	bool ok = s->leaf.scalar ? scalar_write(c->p->out, s->leaf.scalar, v.text, v.json)
				 : put_enum(c, &s->leaf, v);
	if (ok)
		return true;
	buf_cut(c->p->out, start);
	return project_bad_value(c, s, path);
}

/* ---- lists ---- */

static bool put_list(struct ctx *c, const struct shape *s, struct cell v,
	const struct row_cells *outer, const struct path *path)
{
	size_t start = c->p->out->n;
	if (v.text.n == 0 || v.text.p[0] != '[')
		return project_bad_value(c, s, path);
	const char *p = v.text.p + 1, *end = v.text.p + v.text.n;
	struct path at = { .up = path, .is_index = true, .shape = s->item };
	str element;
	buf_putc(c->p->out, '[');
	while (jscan_element(&p, end, &element)) {
		if (at.index)
			buf_putc(c->p->out, ',');
		at.start = c->p->out->n;
		if (!project_put_value(c, s->item, (struct cell){ element, true }, outer, &at))
			return project_bubble(c, s, start);
		at.index++;
	}
	buf_putc(c->p->out, ']');
	return true;
}

/* ---- objects ---- */

/* Finds the wanted keys' values in one pass. Keys usually come in the order of the document, so the
 * next is tried first. */
static void find_members(str doc, const str *keys, size_t n, str *values)
{
	const char *p = doc.p + 1, *end = doc.p + doc.n;
	size_t next = 0, found = 0;
	str key, value;
	while (found < n && jscan_member(&p, end, &key, &value)) {
		for (size_t i = 0; i < n; i++) {
			size_t k = next + i < n ? next + i : next + i - n;
			if (!str_eq(keys[k], key))
				continue;
			if (!values[k].p) { /* of two members of one name the first counts */
				values[k] = value;
				found++;
			}
			next = k + 1 < n ? k + 1 : 0;
			break;
		}
	}
}

static str follow_path(str value, const str *path, size_t n)
{
	for (size_t i = 0; i < n && value.p; i++) {
		str inner = STR_NONE;
		if (value.n && value.p[0] == '{')
			find_members(value, &path[i], 1, &inner);
		value = inner;
	}
	return value;
}

struct cell project_slot(const struct row_cells *r, uint32_t slot)
{
	if (r->result)
		return (struct cell){ pgresult_get(r->result, r->row, (int)slot), false };
	return slot < r->n ? (struct cell){ r->elements[slot], true }
			   : (struct cell){ STR_NONE, true };
}

struct object {
	const struct row_cells *row;
	const str *members; /* by wanted key */
};

/* Bytes from the start of the innermost nullable value to `at`. */
static size_t way_back(const struct path *path, size_t at)
{
	while (path && (!path->shape || path->shape->non_null))
		path = path->up;
	return path ? at - path->start : GAP_BEYOND;
}

/* Gaps in the splice from which null would leave it find their way in the text around. */
static void put_splice(struct ctx *c, const struct shape_field *f, const struct path *path)
{
	str text = c->p->splices[f->slot];
	size_t start = c->p->out->n, at = 0, from, number;
	buf_put(c->p->out, text);
	while (c->p->gaps && gap_next(text, &at, &from, &number)) {
		struct gap *g = &c->p->gaps->at[number];
		bool leaves = g->back == GAP_BEYOND || (g->back == from && f->shape->non_null);
		if (leaves)
			g->back = way_back(path, start + from);
	}
}

static bool put_field(struct ctx *c, const struct object *o, const struct shape_field *f,
	const struct path *path);

/* A field with a resolver: what it requires of this object is written to the gap. */
static bool put_gap(struct ctx *c, const struct object *o, const struct shape_field *f,
	const struct path *path)
{
	struct buf *out = c->p->out;
	struct gaps *gaps = c->p->gaps;
	const struct resolving *r = f->resolving;
	size_t start = out->n;
	buf_putc(out, '{');
	for (size_t i = 0; i < r->resolver->n; i++) {
		if (i)
			buf_putc(out, ',');
		buf_put(out, r->parent[i].key);
		if (!put_field(c, o, &r->parent[i], path))
			buf_lit(out, "null");
	}
	buf_putc(out, '}');
	struct gap g = { .field = f,
		.parent = str_dup(gaps->arena, str_sub(buf_str(out), start, out->n)),
		.path = path_text(c, gaps->arena, path),
		.back = way_back(path->up, start) };
	buf_cut(out, start);
	gap_put(gaps, out, &g);
	return true;
}

static bool put_field(struct ctx *c, const struct object *o, const struct shape_field *f,
	const struct path *path)
{
	struct cell v = { .json = true };
	switch (f->from) {
	case FROM_TYPENAME: buf_put(c->p->out, f->constant); return true;
	case FROM_SPLICE:
		if (c->p->splices[f->slot].n) {
			put_splice(c, f, path);
			return true;
		}
		if (c->p->splices[f->slot].p)
			return project_bubble(c, f->shape, c->p->out->n);
		break;
	case FROM_RESOLVER: return put_gap(c, o, f, path);
	case FROM_SLOT: v = project_slot(o->row, f->slot); break;
	case FROM_JSON_SLOT:
		v.text = follow_path(project_slot(o->row, f->slot).text, f->path, f->npath);
		break;
	case FROM_KEY: v.text = follow_path(o->members[f->slot], f->path, f->npath); break;
	case FROM_SELF: return project_put_row(c, f, f->shape, o->row, path);
	case FROM_NODE_ID:
		if (f->in_doc)
			v.text = o->members[f->slot];
		else
			v = project_slot(o->row, f->slot);
		if (!v.text.p || (v.json && str_eq(v.text, S("null"))))
			break;
		project_put_node_id(c, f, v);
		return true;
	case FROM_CURSOR: project_put_cursor(c, f->page, o->row); return true;
	case FROM_PAGE_ROWS:
	case FROM_PAGE_INFO:
	case FROM_PAGE_NEXT:
	case FROM_PAGE_PREVIOUS:
	case FROM_PAGE_START:
	case FROM_PAGE_END:
	case FROM_PAGE_TOTAL: break; /* project_page's */
	}
	struct ctx inner = { c->p, f };
	return project_put_value(&inner, f->shape, v, o->row, path);
}

static bool put_fields(struct ctx *c, const struct shape *s, const struct shape_fields *fields,
	const struct object *o, const struct path *path)
{
	struct buf *out = c->p->out;
	size_t start = out->n;
	buf_putc(out, '{');
	for (size_t i = 0; i < fields->n; i++) {
		const struct shape_field *f = &fields->at[i];
		struct path at = { .up = path, .name = f->name };
		if (i)
			buf_putc(out, ',');
		buf_put(out, f->key);
		at.start = out->n;
		at.shape = f->shape;
		if (!put_field(c, o, f, &at))
			return project_bubble(c, s, start);
	}
	buf_putc(out, '}');
	return true;
}

static const struct shape_fields *choose_variant(struct ctx *c, const struct shape *s,
	const struct object *o)
{
	if (!s->by_type)
		return &s->variants[0];
	struct cell v = { .json = true };
	if (s->type_in_slot)
		v = project_slot(o->row, s->type_at);
	else
		v.text = o->members[s->type_at];
	str name = v.text;
	if (v.json && name.n >= 2 && name.p[0] == '"')
		name = json_unescape(c->p->arena, name);
	for (size_t i = 0; i < s->nvariants; i++)
		if (str_eq(s->variants[i].type->name, name))
			return &s->variants[i];
	return NULL;
}

static bool put_object(struct ctx *c, const struct shape *s, const struct row_cells *row, str doc,
	const struct path *path)
{
	str small[SMALL], *members = small;
	if (s->nkeys > SMALL)
		members = arena_array(c->p->arena, str, s->nkeys);
	for (size_t i = 0; i < s->nkeys; i++)
		members[i] = STR_NONE;
	if (s->nkeys && doc.n && doc.p[0] == '{')
		find_members(doc, s->keys, s->nkeys, members);
	struct object o = { row, members };
	const struct shape_fields *fields = choose_variant(c, s, &o);
	if (fields)
		return put_fields(c, s, fields, &o, path);
	add_error(c, ERR_BAD_VALUE, path, "The type of a value of",
		" is not one of the possible types.");
	return project_bubble(c, s, c->p->out->n);
}

size_t project_elements(struct ctx *c, str array, str **elements, size_t cap)
{
	size_t n = 0;
	const char *p = array.p + 1, *end = array.p + array.n;
	str element;
	while (jscan_element(&p, end, &element)) {
		if (n == cap) {
			str *grown = arena_array(c->p->arena, str, cap * 2);
			for (size_t i = 0; i < n; i++)
				grown[i] = (*elements)[i];
			*elements = grown;
			cap *= 2;
		}
		(*elements)[n++] = element;
	}
	return n;
}

bool project_put_row(struct ctx *c, const struct shape_field *f, const struct shape *s,
	const struct row_cells *row, const struct path *path)
{
	struct ctx inner = { c->p, f };
	str doc = s->has_doc ? project_slot(row, s->doc_slot).text : STR_NONE;
	return put_object(&inner, s, row, doc, path);
}

/* An object whose slots are the elements of a JSON array. */
static bool put_nested_row(struct ctx *c, const struct shape *s, str array, const struct path *path)
{
	str small[SMALL], *elements = small;
	size_t n = project_elements(c, array, &elements, SMALL);
	struct row_cells row = { .elements = elements, .n = n };
	return project_put_row(c, c->field, s, &row, path);
}

/* A row of one of several relations: its first element is the choice's number. */
static bool put_choice(struct ctx *c, const struct shape *s, str array, const struct path *path)
{
	const char *p = array.p + 1, *end = array.p + array.n;
	uint64_t number;
	str first;
	bool known = array.n && array.p[0] == '[' && jscan_element(&p, end, &first) &&
		num_u64(first, &number) && number < s->nchoices;
	if (!known)
		return project_bad_value(c, s, path);
	struct shape one = *s->choices[number];
	one.non_null = s->non_null;
	return put_nested_row(c, &one, array, path);
}

bool project_put_value(struct ctx *c, const struct shape *s, struct cell v,
	const struct row_cells *outer, const struct path *path)
{
	bool null = !v.text.p || (v.json && str_eq(v.text, S("null")));
	if (null)
		return project_put_null(c, s, path);
	switch (s->kind) {
	case SHAPE_LEAF: return put_leaf(c, s, v, path);
	case SHAPE_LIST: return put_list(c, s, v, outer, path);
	case SHAPE_PAGE: return project_put_nested_page(c, s, v.text, path);
	case SHAPE_CHOICE: return put_choice(c, s, v.text, path);
	case SHAPE_OBJECT: break;
	}
	if (v.text.n == 0 || v.text.p[0] != (s->form == OBJECT_ROW ? '[' : '{'))
		return project_bad_value(c, s, path);
	if (s->form == OBJECT_ROW)
		return put_nested_row(c, s, v.text, path);
	return put_object(c, s, outer, v.text, path);
}

/* ---- roots ---- */

static bool put_result_row(struct ctx *c, const struct shape *s, const struct pgresult *r, int row,
	const struct path *path)
{
	if (s->kind == SHAPE_CHOICE)
		return project_put_value(c, s, (struct cell){ pgresult_get(r, row, 0), true }, NULL,
			path);
	struct row_cells cells = { .result = r, .row = row };
	str doc = s->has_doc ? pgresult_get(r, row, (int)s->doc_slot) : STR_NONE;
	return put_object(c, s, &cells, doc, path);
}

static bool put_found_row(struct ctx *c, const struct shape *s, const struct pgresult *r, int row,
	int found, const struct path *path)
{
	if (found >= 0 && !pgresult_get(r, row, found).p)
		return project_put_null(c, s, path);
	return put_result_row(c, s, r, row, path);
}

static bool put_rows_list(struct ctx *c, const struct shape *s, const struct pgresult *r, int found,
	bool skip, const struct path *path)
{
	size_t start = c->p->out->n;
	int n = pgresult_rows(r);
	struct path at = { .up = path, .is_index = true };
	buf_putc(c->p->out, '[');
	for (int i = 0; i < n; i++) {
		if (skip && !pgresult_get(r, i, found).p)
			continue;
		if (at.index)
			buf_putc(c->p->out, ',');
		at.start = c->p->out->n;
		at.shape = s->item;
		if (!put_found_row(c, s->item, r, i, found, &at))
			return project_bubble(c, s, start);
		at.index++;
	}
	buf_putc(c->p->out, ']');
	return true;
}

static struct path root_path(const struct projection *p, const struct plan_root *root,
	const struct shape *shape)
{
	return (struct path){ .name = root->field.name, .start = p->out->n, .shape = shape };
}

bool project_root(struct projection *p, const struct plan_root *root, const struct pgresult *r)
{
	struct ctx c = { p, &root->field };
	const struct shape *s = root->field.shape;
	struct path path = root_path(p, root, s);
	if (root->kind == ROOT_NODES)
		return project_put_nodes(&c, root, r, &path);
	if (root->kind == ROOT_PAGE)
		return project_put_page(&c, s, r, &path);
	if (root->kind == ROOT_ROWS)
		return put_rows_list(&c, s, r, -1, false, &path);
	if (pgresult_rows(r) == 0)
		return project_put_null(&c, s, &path);
	if (root->kind == ROOT_ROW)
		return put_result_row(&c, s, r, 0, &path);
	return project_put_value(&c, s, (struct cell){ pgresult_get(r, 0, 0), false }, NULL, &path);
}

bool project_row(struct projection *p, const struct plan_root *root,
	const struct shape_field *below, const struct shape *shape, const struct pgresult *r)
{
	struct ctx c = { p, below ? below : &root->field };
	struct path top = root_path(p, root, shape);
	struct path path = { .up = &top,
		.name = below ? below->name : STR_NONE,
		.start = p->out->n,
		.shape = shape };
	const struct path *at = below ? &path : &top;
	if (pgresult_rows(r) == 0)
		return project_put_null(&c, shape, at);
	return put_result_row(&c, shape, r, 0, at);
}

bool project_rows(struct projection *p, const struct plan_root *root,
	const struct write_splice *splice, const struct pgresult *r, int found, bool skip)
{
	struct ctx c = { p, &root->field };
	const struct shape *shape = splice->shape;
	struct path top = root_path(p, root, shape), path = top;
	if (splice->name.n) {
		path.up = &top;
		path.name = splice->name;
	}
	if (shape->kind == SHAPE_LIST)
		return put_rows_list(&c, shape, r, found, skip, &path);
	if (pgresult_rows(r) == 0)
		return project_put_null(&c, shape, &path);
	return put_found_row(&c, shape, r, 0, found, &path);
}

bool project_item(struct projection *p, const struct plan_root *root,
	const struct write_splice *splice, const struct pgresult *r, int row, size_t index)
{
	struct ctx c = { p, &root->field };
	struct path top = { .name = root->field.name };
	struct path item = { .up = &top, .index = index, .is_index = true };
	struct path field = { .up = &item, .name = splice->name };
	return put_result_row(&c, splice->shape, r, row, splice->name.n ? &field : &item);
}

bool project_item_document(struct projection *p, const struct plan_root *root,
	const struct shape *shape, str document, size_t index)
{
	struct ctx c = { p, &root->field };
	struct path path = { .name = root->field.name };
	struct path at = { .up = &path, .index = index, .is_index = true };
	return project_put_value(&c, shape, (struct cell){ document, true }, NULL, &at);
}

bool project_document(struct projection *p, const struct plan_root *root, const struct shape *shape,
	str document)
{
	struct ctx c = { p, &root->field };
	struct path path = root_path(p, root, shape);
	return project_put_value(&c, shape, (struct cell){ document, true }, NULL, &path);
}

bool project_value(struct projection *p, const struct shape_field *f, str json)
{
	struct ctx c = { p, f };
	return project_put_value(&c, f->shape, (struct cell){ json, true }, NULL, NULL);
}

bool project_null(struct projection *p, const struct plan_root *root)
{
	struct ctx c = { p, &root->field };
	struct path path = root_path(p, root, root->field.shape);
	return project_put_null(&c, root->field.shape, &path);
}
