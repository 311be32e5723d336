/*
 * infer - queries: items of FROM, columns by name, subselects, unions, views in views.
 *
 * A view is inferred once and kept with the facts. Where one view reads another, the inner one's
 * columns come with their places below that of the item of FROM: "1" becomes "2.1" for the third
 * item. So two columns with the same place come from the same row.
 */
#include "pull/infer_int.h"

enum { DEPTH_MAX = 100 };

/* ---- columns of relations ---- */

static const struct doc *table_column(struct inferring *x, const struct cat_column *c, str place)
{
	struct doc *d = doc_new(x, DOC_VALUE, !c->not_null);
	d->type = c->type;
	d->origin = c;
	d->place = place;
	return d;
}

static const struct view_doc *infer_table(struct inferring *x, const struct cat_relation *r)
{
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	v->columns = arena_array(x->arena, struct doc_field, r->ncolumns);
	v->main = r;
	v->main_place = S("0");
	v->whole = true;
	for (size_t i = 0; i < r->ncolumns; i++)
		v->columns[v->n++] = (struct doc_field){ r->columns[i].name,
			table_column(x, &r->columns[i], S("0")) };
	return v;
}

static const struct view_doc *unknown(struct inferring *x, str why)
{
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	v->why = why;
	return v;
}

/* Columns get the names that the view has, and documents remember whose they are. */
static void name_columns(struct inferring *x, const struct cat_relation *r, struct view_doc *v)
{
	if (v->n != r->ncolumns) {
		*v = *unknown(x, S("its definition has other columns than itself"));
		return;
	}
	for (size_t i = 0; i < v->n; i++) {
		v->columns[i].name = r->columns[i].name;
		const struct doc *d = v->columns[i].doc;
		if (d->kind != DOC_OBJECT || !doc_is_json_type(r->columns[i].type))
			continue;
		struct doc *own = arena_new(x->arena, struct doc);
		*own = *d;
		own->of = r;
		own->of_column = &r->columns[i];
		v->columns[i].doc = own;
	}
}

static const struct view_doc *infer_view(struct inferring *x, struct pull_view *view)
{
	const struct sqlq *q;
	struct err e;
	if (view->doc)
		return view->doc;
	if (view->in_progress || x->depth >= DEPTH_MAX)
		return unknown(x, S("views are nested too deeply"));
	if (!sql_analyse(x->arena, view->sql, &q, &e)) {
		view->doc =
			unknown(x, str_printf(x->arena, "the view's definition: %s", e.message));
		return view->doc;
	}
	view->in_progress = true;
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	*v = *infer_select(x, q, NULL);
	if (!v->why.n)
		name_columns(x, view->relation, v);
	view->in_progress = false;
	view->doc = v;
	return v;
}

static const struct view_doc *relation_doc(struct inferring *x, const struct cat_relation *r)
{
	struct pull_view *view = pull_view_of(x->facts, r);
	if (view)
		return infer_view(x, view);
	if (r->kind == 'v' || r->kind == 'm')
		return unknown(x, S("the view's definition is not known"));
	return infer_table(x, r);
}

/* ---- items of from ---- */

static str place_below(struct inferring *x, size_t item, str place)
{
	return place.n ? str_printf(x->arena, "%zu.%.*s", item, STR_ARG(place))
		       : str_printf(x->arena, "%zu", item);
}

static const struct doc *lift(struct inferring *x, const struct doc *d, size_t item, bool table)
{
	struct doc *copy = arena_new(x->arena, struct doc);
	*copy = *d;
	if (d->origin)
		copy->place = place_below(x, item, table ? STR_NONE : d->place);
	return copy;
}

static void lift_columns(struct inferring *x, const struct view_doc *v, size_t item,
	struct infer_from *out)
{
	const struct sqlq_from *from = out->from;
	bool table = out->relation && v->main == out->relation;
	out->columns = arena_array(x->arena, struct doc_field, v->n);
	out->n = v->n;
	out->unknown = v->why.n > 0;
	for (size_t i = 0; i < v->n; i++) {
		out->columns[i].name = i < from->ncolumns ? from->columns[i] : v->columns[i].name;
		out->columns[i].doc = lift(x, v->columns[i].doc, item, table);
	}
}

static struct infer_with *find_with(const struct infer_scope *s, str name,
	const struct infer_scope **where)
{
	for (; s; s = s->up)
		for (size_t i = 0; i < s->nwiths; i++)
			if (str_eq(s->withs[i].with->name, name)) {
				*where = s;
				return &s->withs[i];
			}
	return NULL;
}

/* WITH t (a, b): the first columns get these names. */
static const struct view_doc *name_with(struct inferring *x, const struct sqlq_with *w,
	const struct view_doc *v)
{
	struct view_doc *named = arena_new(x->arena, struct view_doc);
	*named = *v;
	named->columns = arena_array(x->arena, struct doc_field, v->n);
	for (size_t i = 0; i < v->n; i++) {
		named->columns[i] = v->columns[i];
		if (i < w->ncolumns)
			named->columns[i].name = w->columns[i];
	}
	return named;
}

static const struct view_doc *with_doc(struct inferring *x, const struct infer_scope *s,
	struct infer_with *w)
{
	if (w->doc)
		return w->doc;
	const struct sqlq *q = w->with->query;
	if (!q || w->in_progress)
		return unknown(x, S("WITH RECURSIVE"));
	w->in_progress = true;
	if (q->left) /* what a recursive one reads of itself */
		w->doc = name_with(x, w->with, infer_select(x, q->left, s));
	w->doc = name_with(x, w->with, infer_select(x, q, s));
	w->in_progress = false;
	return w->doc;
}

static const struct cat_relation *find_relation(struct inferring *x, const struct sqlq_from *from)
{
	if (!from->schema.n)
		return catalog_relation(x->facts->catalog, from->relation);
	return catalog_relation(x->facts->catalog,
		str_printf(x->arena, "%.*s.%.*s", STR_ARG(from->schema), STR_ARG(from->relation)));
}

/* A function in FROM: rows of a composite, the columns that it names, or one value. */
static const struct view_doc *function_doc(struct inferring *x, const struct infer_scope *s,
	const struct sqlq_from *from)
{
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	const struct sqlx *call = from->call;
	const struct cat_function *f = catalog_function(x->facts->catalog,
		call->qualifier.n ? str_printf(x->arena, "%.*s.%.*s", STR_ARG(call->qualifier),
					    STR_ARG(call->name))
				  : call->name);
	if (f && f->nout) {
		v->columns = arena_array(x->arena, struct doc_field, f->nout);
		for (size_t i = 0; i < f->nout; i++)
			v->columns[v->n++] = (struct doc_field){ f->out[i].name,
				doc_value(x, f->out[i].type, true) };
		return v;
	}
	v->columns = arena_array(x->arena, struct doc_field, 2);
	v->n = 1;
	v->columns[0].name = from->alias;
	v->columns[0].doc = doc_nullable(x, infer_call(x, s, call));
	return v;
}

static void infer_from_item(struct inferring *x, struct infer_scope *s, size_t item)
{
	struct infer_from *out = &s->froms[item];
	const struct sqlq_from *from = &s->query->froms[item];
	const struct infer_scope *where;
	out->from = from;
	out->nullable = from->nullable;
	struct infer_with *with =
		from->relation.n && !from->schema.n ? find_with(s, from->relation, &where) : NULL;
	if (with) {
		lift_columns(x, with_doc(x, where, with), item, out);
	} else if (from->relation.n) {
		out->relation = find_relation(x, from);
		if (out->relation)
			lift_columns(x, relation_doc(x, out->relation), item, out);
	} else if (from->query) {
		lift_columns(x, infer_select(x, from->query, s), item, out);
	} else if (from->call) {
		lift_columns(x, function_doc(x, s, from), item, out);
	}
	out->unknown |= out->n == 0;
}

/* ---- names ---- */

static const struct doc *find_in(const struct infer_from *from, str name)
{
	for (size_t i = 0; i < from->n; i++)
		if (str_eq(from->columns[i].name, name))
			return from->columns[i].doc;
	return NULL;
}

static bool is_alias(const struct infer_from *from, str name)
{
	return from->from && str_eq(from->from->alias, name);
}

const struct doc *infer_row(struct inferring *x, const struct infer_scope *s, str qualifier)
{
	for (; s; s = s->up)
		for (size_t i = 0; i < s->nfroms; i++) {
			const struct infer_from *from = &s->froms[i];
			if (qualifier.n && !is_alias(from, qualifier))
				continue;
			if (from->unknown || (!qualifier.n && s->nfroms != 1))
				return doc_any(x, S("its columns are not known"));
			return doc_with_null(x, doc_object(x, from->columns, from->n),
				from->nullable);
		}
	return doc_any(x, S("its columns are not known"));
}

const struct doc *infer_column(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	for (const struct infer_scope *at = s; at; at = at->up)
		for (size_t i = 0; i < at->nfroms; i++) {
			const struct infer_from *from = &at->froms[i];
			if (e->qualifier.n && !is_alias(from, e->qualifier))
				continue;
			const struct doc *found = find_in(from, e->name);
			if (found)
				return doc_with_null(x, found, found->nullable || from->nullable);
		}
	if (!e->qualifier.n) /* a row by its alias */
		return infer_row(x, s, e->name);
	return doc_any(x,
		str_printf(x->arena, "the column %.*s.%.*s is not known", STR_ARG(e->qualifier),
			STR_ARG(e->name)));
}

/* ---- selects ---- */

static void put_column(struct inferring *x, struct view_doc *v, str name, const struct doc *d,
	size_t *cap)
{
	if (v->n == *cap) {
		size_t wider = *cap ? *cap * 2 : 16;
		v->columns = arena_grow(x->arena, v->columns, *cap * sizeof *v->columns,
			wider * sizeof *v->columns);
		*cap = wider;
	}
	v->columns[v->n++] = (struct doc_field){ name, d };
}

static bool put_star(struct inferring *x, const struct infer_scope *s, str qualifier,
	struct view_doc *v, size_t *cap)
{
	for (size_t i = 0; i < s->nfroms; i++) {
		const struct infer_from *from = &s->froms[i];
		if (qualifier.n && !is_alias(from, qualifier))
			continue;
		if (from->unknown)
			return false;
		for (size_t k = 0; k < from->n; k++)
			put_column(x, v, from->columns[k].name,
				doc_with_null(x, from->columns[k].doc,
					from->columns[k].doc->nullable || from->nullable),
				cap);
	}
	return true;
}

static void infer_links(struct inferring *x, const struct infer_scope *s, struct view_doc *v)
{
	struct {
		VEC(struct doc_link);
	} list = { 0 };
	for (size_t i = 0; i < s->query->nequal; i++) {
		const struct sqlq_equal *q = &s->query->equal[i];
		if (q->left->kind != SQLX_COLUMN || q->right->kind != SQLX_COLUMN)
			continue;
		struct doc_link link = { infer_column(x, s, q->left),
			infer_column(x, s, q->right) };
		if (link.left->origin && link.right->origin)
			*vec_push(x->arena, &list) = link;
	}
	for (size_t i = 0; i < s->nfroms; i++) {
		const struct infer_from *from = &s->froms[i];
		struct pull_view *inner =
			from->relation ? pull_view_of(x->facts, from->relation) : NULL;
		for (size_t k = 0; inner && inner->doc && k < inner->doc->nlinks; k++) {
			const struct doc_link *l = &inner->doc->links[k];
			*vec_push(x->arena, &list) = (struct doc_link){ lift(x, l->left, i, false),
				lift(x, l->right, i, false) };
		}
	}
	v->links = list.at;
	v->nlinks = list.n;
}

/* The rows are those of the first item, unless they are grouped. */
static void infer_main(struct inferring *x, const struct infer_scope *s, struct view_doc *v)
{
	const struct infer_from *first = s->nfroms ? &s->froms[0] : NULL;
	if (!first || !first->relation || first->nullable || s->query->grouped)
		return;
	const struct pull_view *view = pull_view_of(x->facts, first->relation);
	v->whole = !s->query->filtered && !s->query->limited;
	for (size_t i = 1; i < s->nfroms; i++)
		v->whole &= s->froms[i].nullable;
	if (view && view->doc && view->doc->main) {
		v->main = view->doc->main;
		v->main_place = place_below(x, 0, view->doc->main_place);
		v->whole &= view->doc->whole;
	} else if (!view) {
		v->main = first->relation;
		v->main_place = S("0");
	}
}

static void open_withs(struct inferring *x, const struct sqlq *q, struct infer_scope *s)
{
	s->withs = arena_array(x->arena, struct infer_with, q->nwiths);
	s->nwiths = q->nwiths;
	for (size_t i = 0; i < q->nwiths; i++)
		s->withs[i].with = &q->withs[i];
}

static const struct view_doc *infer_union(struct inferring *x, const struct sqlq *q,
	const struct infer_scope *s)
{
	const struct view_doc *left = infer_select(x, q->left, s);
	const struct view_doc *right = infer_select(x, q->right, s);
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	if (left->why.n || left->n != right->n)
		return left->why.n ? left : unknown(x, S("one side of a UNION is not known"));
	v->columns = arena_array(x->arena, struct doc_field, left->n);
	for (size_t i = 0; i < left->n; i++) {
		const struct doc *joined = doc_join(x, left->columns[i].doc, right->columns[i].doc);
		if (joined->origin) { /* a copy of a column, but not of one row's */
			struct doc *plain = arena_new(x->arena, struct doc);
			*plain = *joined;
			plain->origin = NULL;
			joined = plain;
		}
		v->columns[v->n++] = (struct doc_field){ left->columns[i].name, joined };
	}
	return v;
}

const struct view_doc *infer_select(struct inferring *x, const struct sqlq *q,
	const struct infer_scope *up)
{
	struct infer_scope *s = arena_new(x->arena, struct infer_scope);
	struct view_doc *v = arena_new(x->arena, struct view_doc);
	size_t cap = 0;
	if (x->depth >= DEPTH_MAX)
		return unknown(x, S("it is nested too deeply"));
	x->depth++;
	*s = (struct infer_scope){ .up = up, .query = q };
	open_withs(x, q, s);
	if (q->left) {
		const struct view_doc *joined = infer_union(x, q, s);
		x->depth--;
		return joined;
	}
	s->froms = arena_array(x->arena, struct infer_from, q->nfroms);
	for (size_t i = 0; i < q->nfroms; i++) {
		s->nfroms = i + 1; /* lateral: what stands before it can be seen */
		infer_from_item(x, s, i);
	}
	for (size_t i = 0; i < q->n; i++) {
		const struct sqlx *e = q->columns[i].value;
		if (e->kind != SQLX_STAR)
			put_column(x, v, q->columns[i].name, infer_expr(x, s, e), &cap);
		else if (!put_star(x, s, e->qualifier, v, &cap))
			v->why = S("the columns of * are not known");
	}
	if (q->is_values || q->rolled_up)
		for (size_t i = 0; i < v->n; i++)
			v->columns[i].doc = doc_nullable(x, v->columns[i].doc);
	infer_links(x, s, v);
	infer_main(x, s, v);
	x->depth--;
	return v;
}

/* ---- entry ---- */

const struct view_doc *infer_relation(struct pull_facts *f, const struct cat_relation *r)
{
	struct inferring x = { .arena = f->arena, .facts = f };
	return relation_doc(&x, r);
}

const struct view_doc *infer_query(struct pull_facts *f, str select)
{
	struct inferring x = { .arena = f->arena, .facts = f };
	const struct sqlq *q;
	struct err e;
	if (!sql_analyse(f->arena, select, &q, &e))
		return unknown(&x, str_printf(f->arena, "%s", e.message));
	return infer_select(&x, q, NULL);
}
