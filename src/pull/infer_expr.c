/*
 * infer_expr - expressions: constants, casts, CASE, COALESCE, subselects, rows.
 */
#include "pull/infer_int.h"

enum { DEPTH_MAX = 500 };

static const struct doc *any(struct inferring *x)
{
	return doc_any(x, S("it is computed"));
}

/* A value that is not a copy of one row's column. */
static const struct doc *detached(struct inferring *x, const struct doc *d, bool nullable)
{
	struct doc *copy = arena_new(x->arena, struct doc);
	*copy = *d;
	copy->origin = NULL;
	copy->nullable = nullable || d->kind == DOC_ANY;
	return copy;
}

/* ---- casts ---- */

static bool is_empty(str text)
{
	str s = str_trim(text);
	if (s.n < 2)
		return false;
	bool list = s.p[0] == '[' && s.p[s.n - 1] == ']',
	     object = s.p[0] == '{' && s.p[s.n - 1] == '}';
	return (list || object) && str_trim(str_sub(s, 1, s.n - 1)).n == 0;
}

static const struct doc *cast_constant(struct inferring *x, const struct sqlx *value,
	const struct cat_type *t)
{
	if (t && doc_is_json_type(t) && is_empty(value->name))
		return doc_new(x, DOC_NOTHING, false);
	if (t && doc_is_json_type(t))
		return any(x);
	return doc_value(x, t, false);
}

static const struct doc *infer_cast(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct cat_type *t = pull_type(x->facts, e->qualifier, e->name);
	const struct sqlx *value = e->args[0];
	if (value->kind == SQLX_TEXT && !e->array)
		return cast_constant(x, value, t);
	const struct doc *d = infer_expr(x, s, value);
	if (d->kind == DOC_NOTHING && !(t && doc_is_json_type(t)))
		return e->array ? d : doc_value(x, t, d->nullable);
	if (t && doc_is_json_type(t) && doc_is_json(d))
		return d;
	if (e->array) {
		struct doc *list = doc_new(x, DOC_LIST, d->nullable);
		list->item = doc_value(x, t, true);
		return list;
	}
	if (d->kind == DOC_VALUE && d->origin && t == d->type)
		return d;
	return doc_value(x, t, d->nullable || d->kind == DOC_ANY);
}

/* ---- choices ---- */

static const struct doc *join_args(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = doc_new(x, DOC_NOTHING, false);
	for (size_t i = 0; i < e->n; i++)
		d = doc_join(x, d, infer_expr(x, s, e->args[i]));
	return d;
}

static const struct doc *infer_case(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = join_args(x, s, e);
	return detached(x, d, d->nullable || !e->has_else);
}

/* Null only when all are. */
static const struct doc *infer_coalesce(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = doc_new(x, DOC_NOTHING, false);
	bool nullable = true, json_null = false;
	for (size_t i = 0; i < e->n; i++) {
		const struct doc *one = infer_expr(x, s, e->args[i]);
		json_null |= one->json_null;
		nullable = nullable && one->nullable;
		d = doc_join(x, d, one);
	}
	return detached(x, d, nullable || json_null);
}

static const struct doc *infer_truth(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	bool nullable = e->n == 0;
	for (size_t i = 0; i < e->n; i++) {
		const struct doc *d = infer_expr(x, s, e->args[i]);
		nullable |= d->nullable || e->args[i]->kind == SQLX_ROW;
	}
	return doc_named(x, "bool", nullable);
}

/* ---- subselects ---- */

static bool is_aggregate_name(str name)
{
	static const char *const NAMES[] = { "count", "sum", "avg", "min", "max", "jsonb_agg",
		"json_agg", "array_agg", "string_agg", "bool_and", "bool_or", "every",
		"jsonb_object_agg", "json_object_agg", "stddev", "variance", "bit_and", "bit_or" };
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_from(NAMES[i])))
			return true;
	return false;
}

bool infer_is_aggregate(const struct sqlx *e)
{
	if (e->kind == SQLX_CALL && !e->window && is_aggregate_name(e->name))
		return true;
	for (size_t i = 0; i < e->n; i++)
		if (infer_is_aggregate(e->args[i]))
			return true;
	return false;
}

/* Does the select always return exactly one row? */
static bool has_one_row(const struct sqlq *q)
{
	if (q->left || q->grouped || q->limited || q->is_values)
		return false;
	for (size_t i = 0; i < q->n; i++)
		if (infer_is_aggregate(q->columns[i].value))
			return true;
	return false;
}

static const struct doc *infer_subquery(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct view_doc *v = infer_select(x, e->query, s);
	if (v->why.n || v->n != 1)
		return doc_any(x, v->why.n ? v->why : S("it is computed"));
	const struct doc *d = v->columns[0].doc;
	if (e->kind == SQLX_ARRAY_OF) {
		struct doc *list = doc_new(x, DOC_LIST, false);
		list->item = d;
		return list;
	}
	return detached(x, d, d->nullable || !has_one_row(e->query));
}

/* ---- rows and arrays ---- */

static const struct doc *infer_array(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	struct doc *list = doc_new(x, DOC_LIST, false);
	const struct doc *item = join_args(x, s, e);
	list->item = item->kind == DOC_NOTHING && !e->n ? NULL : detached(x, item, item->nullable);
	return list;
}

static const struct doc *infer_field(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct sqlx *of = e->args[0];
	const struct doc *d = infer_expr(x, s, of);
	const struct doc_field *field = d->kind == DOC_OBJECT ? doc_field(d, e->name) : NULL;
	if (field)
		return detached(x, field->doc, d->nullable || field->doc->nullable);
	const struct cat_type *t = d->kind == DOC_VALUE ? cat_type_plain(d->type) : NULL;
	const struct cat_relation *r = t && t->kind == CAT_COMPOSITE
		? catalog_relation_by_oid(x->facts->catalog, t->relation_oid)
		: NULL;
	const struct cat_column *c = r ? cat_column_find(r, e->name) : NULL;
	return c ? doc_value(x, c->type, true) : any(x);
}

static const struct doc *infer_element(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = infer_expr(x, s, e->args[0]);
	if (e->array)
		return detached(x, d, true);
	if (d->kind == DOC_LIST && d->item)
		return detached(x, d->item, true);
	const struct cat_type *t = d->kind == DOC_VALUE ? cat_type_plain(d->type) : NULL;
	return t && t->kind == CAT_ARRAY ? doc_value(x, t->base, true) : any(x);
}

/* ---- one expression ---- */

static const struct doc *infer_one(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	switch (e->kind) {
	case SQLX_COLUMN: return infer_column(x, s, e);
	case SQLX_STAR: return infer_row(x, s, e->qualifier);
	case SQLX_NULL: return doc_new(x, DOC_NOTHING, true);
	case SQLX_TEXT: return doc_named(x, "text", false);
	case SQLX_INT: return doc_named(x, "int4", false);
	case SQLX_DECIMAL: return doc_named(x, "numeric", false);
	case SQLX_BOOL: return doc_named(x, "bool", false);
	case SQLX_CALL: return infer_call(x, s, e);
	case SQLX_OP: return infer_op(x, s, e);
	case SQLX_TRUTH: return infer_truth(x, s, e);
	case SQLX_TEST: return doc_named(x, "bool", false);
	case SQLX_CAST: return infer_cast(x, s, e);
	case SQLX_CASE: return infer_case(x, s, e);
	case SQLX_COALESCE: return infer_coalesce(x, s, e);
	case SQLX_MINMAX: return infer_coalesce(x, s, e); /* null only when all are */
	case SQLX_NULLIF: return detached(x, infer_expr(x, s, e->args[0]), true);
	case SQLX_SUBQUERY:
	case SQLX_ARRAY_OF: return infer_subquery(x, s, e);
	case SQLX_ARRAY: return infer_array(x, s, e);
	case SQLX_FIELD: return infer_field(x, s, e);
	case SQLX_ELEMENT: return infer_element(x, s, e);
	case SQLX_NOW: return doc_value(x, pull_type(x->facts, STR_NONE, e->name), false);
	case SQLX_ROW:
	case SQLX_OTHER: break;
	}
	return any(x);
}

const struct doc *infer_expr(struct inferring *x, const struct infer_scope *s, const struct sqlx *e)
{
	if (x->depth >= DEPTH_MAX)
		return doc_any(x, S("it is nested too deeply"));
	x->depth++;
	const struct doc *d = infer_one(x, s, e);
	x->depth--;
	return d;
}
