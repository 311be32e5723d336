/*
 * doc - joining what is known of two values into what is known of both.
 */
#include "pull/infer_int.h"

#include <string.h>

struct doc *doc_new(struct inferring *x, enum doc_kind kind, bool nullable)
{
	struct doc *d = arena_new(x->arena, struct doc);
	d->kind = kind;
	d->nullable = nullable;
	return d;
}

const struct doc *doc_any(struct inferring *x, str why)
{
	struct doc *d = doc_new(x, DOC_ANY, true);
	d->why = why;
	return d;
}

const struct doc *doc_value(struct inferring *x, const struct cat_type *t, bool nullable)
{
	if (!t)
		return doc_any(x, S("its type is not known"));
	struct doc *d = doc_new(x, DOC_VALUE, nullable);
	d->type = t;
	return d;
}

const struct doc *doc_named(struct inferring *x, const char *type, bool nullable)
{
	return doc_value(x, pull_type(x->facts, STR_NONE, str_from(type)), nullable);
}

const struct doc *doc_with_null(struct inferring *x, const struct doc *d, bool nullable)
{
	if (d->nullable == nullable || d->kind == DOC_ANY)
		return d;
	struct doc *copy = arena_new(x->arena, struct doc);
	*copy = *d;
	copy->nullable = nullable;
	return copy;
}

const struct doc *doc_nullable(struct inferring *x, const struct doc *d)
{
	return doc_with_null(x, d, true);
}

const struct doc *doc_object(struct inferring *x, struct doc_field *fields, size_t n)
{
	struct doc *d = doc_new(x, DOC_OBJECT, false);
	d->fields = fields;
	d->n = n;
	return d;
}

bool doc_is_json_type(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

bool doc_is_json(const struct doc *d)
{
	return d->kind == DOC_OBJECT || d->kind == DOC_LIST || d->kind == DOC_NOTHING ||
		(d->kind == DOC_VALUE && doc_is_json_type(d->type));
}

const struct doc_field *doc_field(const struct doc *d, str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->fields[i].name, name))
			return &d->fields[i];
	return NULL;
}

const struct doc_field *view_field(const struct view_doc *v, str name)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->columns[i].name, name))
			return &v->columns[i];
	return NULL;
}

/* ---- joining ---- */

/* Numbers by how much they hold; 0 = no number. */
static int width(const struct cat_type *t)
{
	static const char *const NAMES[] = { "int2", "int4", "int8", "numeric", "float4",
		"float8" };
	str name = cat_type_plain(t)->name;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_from(NAMES[i])))
			return (int)i + 1;
	return 0;
}

static bool is_text(const struct cat_type *t)
{
	static const char *const NAMES[] = { "text", "varchar", "bpchar", "citext", "name" };
	str name = cat_type_plain(t)->name;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_from(NAMES[i])))
			return true;
	return false;
}

static const struct doc *join_values(struct inferring *x, const struct doc *a, const struct doc *b,
	bool nullable)
{
	const struct cat_type *type = NULL;
	if (a->type == b->type || cat_type_plain(a->type) == cat_type_plain(b->type))
		type = a->type;
	else if (is_text(a->type) && is_text(b->type))
		type = pull_type(x->facts, STR_NONE, S("text"));
	else if (width(a->type) && width(b->type))
		type = width(a->type) > width(b->type) ? a->type : b->type;
	if (!type)
		return doc_any(x, S("its values have several types"));
	if (a->origin == b->origin && str_eq(a->place, b->place))
		return doc_with_null(x, a, nullable);
	return doc_value(x, type, nullable);
}

static const struct doc *join_objects(struct inferring *x, const struct doc *a, const struct doc *b)
{
	struct {
		VEC(struct doc_field);
	} list = { 0 };
	for (size_t i = 0; i < a->n; i++) {
		const struct doc_field *other = doc_field(b, a->fields[i].name);
		const struct doc *joined = other ? doc_join(x, a->fields[i].doc, other->doc)
						 : doc_nullable(x, a->fields[i].doc);
		*vec_push(x->arena, &list) = (struct doc_field){ a->fields[i].name, joined };
	}
	for (size_t i = 0; i < b->n; i++)
		if (!doc_field(a, b->fields[i].name))
			*vec_push(x->arena, &list) = (struct doc_field){ b->fields[i].name,
				doc_nullable(x, b->fields[i].doc) };
	struct doc *d = doc_new(x, DOC_OBJECT, a->nullable || b->nullable);
	d->fields = list.at;
	d->n = list.n;
	if (a->of == b->of && a->of_column == b->of_column) {
		d->of = a->of;
		d->of_column = a->of_column;
	}
	return d;
}

const struct doc *doc_join(struct inferring *x, const struct doc *a, const struct doc *b)
{
	bool nullable = a->nullable || b->nullable;
	if (a == b)
		return a;
	if (a->kind == DOC_NOTHING)
		return doc_with_null(x, b, nullable);
	if (b->kind == DOC_NOTHING)
		return doc_with_null(x, a, nullable);
	if (a->kind == DOC_ANY || b->kind == DOC_ANY)
		return a->kind == DOC_ANY ? a : b;
	if (a->kind != b->kind)
		return doc_any(x, S("its values have several forms"));
	if (a->kind == DOC_VALUE)
		return join_values(x, a, b, nullable);
	if (a->kind == DOC_OBJECT)
		return join_objects(x, a, b);
	struct doc *d = doc_new(x, DOC_LIST, nullable);
	d->item = !a->item ? b->item : !b->item ? a->item : doc_join(x, a->item, b->item);
	return d;
}

const struct doc *doc_merge(struct inferring *x, const struct doc *a, const struct doc *b)
{
	struct {
		VEC(struct doc_field);
	} list = { 0 };
	bool nullable = a->nullable || b->nullable;
	if (a->kind == DOC_LIST && b->kind == DOC_LIST)
		return doc_join(x, a, b);
	if (a->kind == DOC_NOTHING)
		return doc_with_null(x, b, nullable);
	if (b->kind == DOC_NOTHING)
		return doc_with_null(x, a, nullable);
	if (a->kind != DOC_OBJECT || b->kind != DOC_OBJECT)
		return doc_any(x, S("one side of || is not known"));
	for (size_t i = 0; i < a->n; i++) {
		const struct doc_field *later = doc_field(b, a->fields[i].name);
		*vec_push(x->arena, &list) = later ? *later : a->fields[i];
	}
	for (size_t i = 0; i < b->n; i++)
		if (!doc_field(a, b->fields[i].name))
			*vec_push(x->arena, &list) = b->fields[i];
	return doc_with_null(x, doc_object(x, list.at, list.n), nullable);
}

/* ---- printing ---- */

static void put_end(struct buf *b, const struct doc *d)
{
	if (!d->nullable && d->kind != DOC_ANY)
		buf_lit(b, "!");
	if (d->origin)
		buf_printf(b, " = %.*s.%.*s of %.*s", STR_ARG(d->origin->relation->name),
			STR_ARG(d->origin->name), STR_ARG(d->place));
	if (d->of)
		buf_printf(b, " = %.*s.%.*s", STR_ARG(d->of->name), STR_ARG(d->of_column->name));
}

static void put_fields(struct buf *b, const struct doc *d, unsigned indent)
{
	for (size_t i = 0; i < d->n; i++) {
		buf_printf(b, "%*s%.*s: ", (int)indent * 2, "", STR_ARG(d->fields[i].name));
		doc_print(b, d->fields[i].doc, indent);
	}
}

void doc_print(struct buf *b, const struct doc *d, unsigned indent)
{
	const struct doc *bottom = d;
	unsigned lists = 0;
	for (; bottom->kind == DOC_LIST && bottom->item; bottom = bottom->item)
		lists++;
	for (unsigned i = 0; i < lists; i++)
		buf_lit(b, "[");
	switch (bottom->kind) {
	case DOC_ANY: buf_printf(b, "any (%.*s)", STR_ARG(bottom->why)); break;
	case DOC_VALUE: buf_put(b, bottom->type->sql); break;
	case DOC_OBJECT: buf_lit(b, "object"); break;
	case DOC_LIST: buf_lit(b, "list"); break;
	case DOC_NOTHING: buf_lit(b, "nothing"); break;
	}
	for (const struct doc *at = d; lists > 0; at = at->item, lists--) {
		const struct doc *in = d;
		for (unsigned i = 1; i < lists; i++)
			in = in->item;
		put_end(b, in->item);
		buf_lit(b, "]");
	}
	put_end(b, d);
	buf_lit(b, "\n");
	if (bottom->kind == DOC_OBJECT)
		put_fields(b, bottom, indent + 1);
}
