/*
 * write_result - what a write's field promises against what it can give.
 */
#include "schema/write_int.h"

static bool refuse(struct writing *w, str message, str hint)
{
	struct diagnostic *d = diag_error(w->c, w->field->source, w->field->node->type->at,
		"%.*s.%.*s is %.*s, but %.*s", STR_ARG(w->field->parent->name),
		STR_ARG(w->field->name), STR_ARG(gql_ref_text(w->c->arena, w->field->type)),
		STR_ARG(message));
	d->hint = hint;
	return false;
}

static bool has_rows(const struct compiler *c, const struct gql_type *t)
{
	const struct backing *b = c->facts[t->id].source;
	return t->kind == GQL_OBJECT && b && b->relation->kind != 'c';
}

/* ---- the shape of the result ---- */

static const struct gql_field *list_of_entities(const struct compiler *c, const struct gql_type *t)
{
	for (size_t i = 0; i < t->nfields; i++)
		if (gql_is_list(t->fields[i].type) && has_rows(c, t->fields[i].type->type))
			return &t->fields[i];
	return NULL;
}

static bool result_members(struct writing *w)
{
	struct write *t = w->write;
	struct call *call = arena_new(w->c->arena, struct call);
	struct calling k = { .c = w->c,
		.field = w->field,
		.directive = w->directive,
		.call = call };
	if (!bind_members(&k))
		return false;
	bool whole = call->entity == call->success; /* its lists are relations */
	const struct gql_field *list = whole ? NULL : list_of_entities(w->c, call->success);
	if (list && !call->entity)
		call->entity = list->type->type;
	t->list = list && call->entity == list->type->type;
	t->result = WRITE_MEMBERS;
	t->members = call;
	w->members = call;
	t->entity = call->entity;
	t->each = gql_is_list(w->field->type);
	return true;
}

static bool read_shape(struct writing *w)
{
	struct write *t = w->write;
	const struct gql_type *type = w->field->type->type;
	bool list = gql_is_list(w->field->type);
	if (!list && str_eq(type->name, S("Boolean")))
		t->result = WRITE_DONE;
	else if (!list && str_eq(type->name, S("Int")))
		t->result = WRITE_COUNT;
	else if (type->kind == GQL_UNION || (type->kind == GQL_OBJECT && !has_rows(w->c, type)))
		return w->c->broken_source[type->id] ? false : result_members(w);
	else if (!has_rows(w->c, type))
		return refuse(w, S("that is nothing that a write gives."),
			S("A write gives the row (a type with @source), a list of rows, a union of a "
			  "success and an error type, Int (how many rows) or Boolean."));
	else
		t->result = WRITE_ROWS;
	if (t->result == WRITE_ROWS) {
		t->entity = type;
		t->list = list;
	}
	return true;
}

/* ---- one or many ---- */

static bool check_number(struct writing *w)
{
	struct write *t = w->write;
	bool many = t->batch || t->where;
	if (t->each && !t->batch)
		return refuse(w, S("one result an item needs a list of items."),
			S("Let the input be a list, or the result no list."));
	if (t->each && w->field->type->type->kind != GQL_UNION)
		return refuse(w, S("one result an item must be able to be an error."),
			S("Let the items be unions of a success and an error type."));
	if (t->each && t->list)
		return refuse(w, S("each item writes one row."), STR_NONE);
	if (t->each || !t->entity || t->list == many)
		return true;
	return many ? refuse(w, S("many rows may be written."),
			      S("Let the result be a list, Int or Boolean."))
		    : refuse(w, S("one row is written."), S("Let the result be no list."));
}

bool write_result_bind(struct writing *w)
{
	struct write *t = w->write;
	if (!read_shape(w) || !check_number(w))
		return false;
	return !t->entity || write_links_bind(w, t->entity, &t->links, &t->nlinks);
}
