/*
 * project_page - the rows of a connection → edges, nodes and page information.
 *
 * The rows come in the order of reading, perhaps with one more than was asked for at the end. What
 * is shown is the first `limit` of them, from the last to the first when the page was read
 * backward.
 */
#include "exec/project_int.h"

#include "base/jread.h"
#include "sql/cursor.h"

enum { SMALL = 32 };

/* The rows of one page and what was computed beside them. */
struct page_cells {
	const struct page *page;
	const struct pgresult *result; /* a row each, or NULL: … */
	const str *arrays;             /* … a JSON array each */
	size_t shown;
	bool more;               /* there is a row that is not shown */
	struct row_cells beside; /* what was computed once */
};

/* ---- cursors ---- */

static struct param_text key_text(struct ctx *c, const struct row_cells *row, uint32_t slot)
{
	struct cell v = project_slot(row, slot);
	bool null = !v.text.p || (v.json && str_eq(v.text, S("null")));
	if (null)
		return (struct param_text){ .text = S(""), .null = true };
	return (struct param_text){ .text = v.json ? json_unescape(c->p->arena, v.text) : v.text };
}

void project_put_cursor(struct ctx *c, const struct page *page, const struct row_cells *row)
{
	struct param_text small[SMALL], *keys = small;
	if (page->nkeys > SMALL)
		keys = arena_array(c->p->arena, struct param_text, page->nkeys);
	for (size_t i = 0; i < page->nkeys; i++)
		keys[i] = key_text(c, row, page->keys[i]);
	buf_putc(c->p->out, '"');
	cursor_put(c->p->arena, c->p->out, c->p->cursor_seed, page->order, keys, page->nkeys);
	buf_putc(c->p->out, '"');
}

/* ---- rows ---- */

/* Row number i of those that are shown. `elements` is room for SMALL. */
static struct row_cells row_at(struct ctx *c, const struct page_cells *cells, size_t i,
	str *elements)
{
	size_t at = cells->page->backward ? cells->shown - 1 - i : i;
	struct row_cells row = { .result = cells->result, .row = (int)at };
	if (!cells->result) {
		row.n = project_elements(c, cells->arrays[at], &elements, SMALL);
		row.elements = elements;
	}
	return row;
}

static bool put_rows(struct ctx *c, const struct shape_field *f, const struct page_cells *cells,
	const struct path *path)
{
	size_t start = c->p->out->n;
	buf_putc(c->p->out, '[');
	for (size_t i = 0; i < cells->shown; i++) {
		str elements[SMALL];
		struct row_cells row = row_at(c, cells, i, elements);
		struct path at = { .up = path, .index = i, .is_index = true };
		if (i)
			buf_putc(c->p->out, ',');
		if (!project_put_row(c, f, f->shape->item, &row, &at))
			return project_bubble(c, f->shape, start);
	}
	buf_putc(c->p->out, ']');
	return true;
}

/* ---- page information ---- */

static bool is_true(const struct page_cells *cells, int slot)
{
	struct cell v = project_slot(&cells->beside, (uint32_t)slot);
	return v.text.p && v.text.n && v.text.p[0] == 't';
}

static bool has_rows_at(const struct page_cells *cells, bool ahead)
{
	const struct page *page = cells->page;
	bool more = page->one_more && cells->more && page->backward != ahead;
	int slot = ahead ? page->behind : page->before;
	return more || (slot >= 0 && is_true(cells, slot));
}

static void put_end(struct ctx *c, const struct page_cells *cells, size_t i)
{
	str elements[SMALL];
	if (cells->shown == 0) {
		buf_lit(c->p->out, "null");
		return;
	}
	struct row_cells row = row_at(c, cells, i, elements);
	project_put_cursor(c, cells->page, &row);
}

static void put_bool(struct ctx *c, bool value)
{
	buf_put(c->p->out, value ? S("true") : S("false"));
}

static bool put_fields(struct ctx *c, const struct shape *s, const struct page_cells *cells,
	const struct path *path);

static bool put_field(struct ctx *c, const struct shape_field *f, const struct page_cells *cells,
	const struct path *path)
{
	struct ctx inner = { c->p, f };
	switch (f->from) {
	case FROM_TYPENAME: buf_put(c->p->out, f->constant); return true;
	case FROM_PAGE_ROWS: return put_rows(&inner, f, cells, path);
	case FROM_PAGE_INFO: return put_fields(&inner, f->shape, cells, path);
	case FROM_PAGE_NEXT: put_bool(c, has_rows_at(cells, true)); return true;
	case FROM_PAGE_PREVIOUS: put_bool(c, has_rows_at(cells, false)); return true;
	case FROM_PAGE_START: put_end(c, cells, 0); return true;
	case FROM_PAGE_END: put_end(c, cells, cells->shown - 1); return true;
	case FROM_PAGE_TOTAL:
		return project_put_value(&inner, f->shape,
			project_slot(&cells->beside, (uint32_t)f->page->total), NULL, path);
	case FROM_SLOT:
	case FROM_JSON_SLOT:
	case FROM_KEY:
	case FROM_SPLICE:
	case FROM_RESOLVER:
	case FROM_SELF:
	case FROM_NODE_ID:
	case FROM_CURSOR: break;
	}
	return project_bad_value(&inner, f->shape, path);
}

static bool put_fields(struct ctx *c, const struct shape *s, const struct page_cells *cells,
	const struct path *path)
{
	const struct shape_fields *fields = &s->variants[0];
	size_t start = c->p->out->n;
	buf_putc(c->p->out, '{');
	for (size_t i = 0; i < fields->n; i++) {
		struct path at = { .up = path, .name = fields->at[i].name };
		if (i)
			buf_putc(c->p->out, ',');
		buf_put(c->p->out, fields->at[i].key);
		if (!put_field(c, &fields->at[i], cells, &at))
			return project_bubble(c, s, start);
	}
	buf_putc(c->p->out, '}');
	return true;
}

/* ---- a page ---- */

static void cut(struct ctx *c, struct page_cells *cells, size_t n)
{
	const struct page *page = cells->page;
	uint64_t limit = page->limit ? param_count(page->limit, c->p->vars) : page->limit_fixed;
	cells->more = n > limit;
	cells->shown = cells->more ? (size_t)limit : n;
}

bool project_put_page(struct ctx *c, const struct shape *s, const struct pgresult *r,
	const struct path *path)
{
	const struct page *page = s->page;
	struct page_cells cells = { .page = page, .result = r, .beside = { .result = r } };
	size_t n = (size_t)pgresult_rows(r);
	bool none = page->present >= 0 && n && !pgresult_get(r, 0, page->present).p;
	cut(c, &cells, none || !page->has_rows ? 0 : n);
	return put_fields(c, s, &cells, path);
}

bool project_put_nested_page(struct ctx *c, const struct shape *s, str array,
	const struct path *path)
{
	str small[SMALL], *parts = small, rows[SMALL], *arrays = rows;
	if (array.n == 0 || array.p[0] != '[')
		return project_bad_value(c, s, path);
	size_t nparts = project_elements(c, array, &parts, SMALL);
	struct page_cells cells = { .page = s->page, .beside = { .elements = parts, .n = nparts } };
	size_t n = s->page->has_rows ? project_elements(c, parts[0], &arrays, SMALL) : 0;
	cells.arrays = arrays;
	cut(c, &cells, n);
	return put_fields(c, s, &cells, path);
}
