/*
 * filter - where values → conditions: objects, relations and combinations. Leaves are in
 * filter_leaf.c.
 *
 * A where object is a conjunction of its members: AND, OR, NOT and one member per field. A leaf's
 * member is a filter object whose members are operators of schema/filter_op's table; a to-one
 * relation's or embedded object's member is a where object of its type; a to-many relation's is
 * {some, every, none}, as is that of an embedded list of objects. SQL's three-valued logic applies
 * throughout. Every condition is in brackets where it could bind differently in its surroundings.
 *
 * What the conditions look like depends on which members are present, so every where value that
 * comes from a variable is noted in the plan's deps; the operands are parameters and are not.
 */
#include "sql/filter_int.h"

enum { WHERE_DEPTH_MAX = 32 };

/* `type` is the input type of the value; `object` the type whose fields it is about. */
static bool put_object(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_type *type, const struct gql_value *v);

bool filter_refuse_null(struct where *q, const char *what, str name)
{
	return planner_fail(q->p, q->node, ERR_BAD_INPUT,
		"The %s \"%.*s\" must not be null. Leave it out, or use {isNull: true} to find rows "
		"without a value.",
		what, STR_ARG(name));
}

void filter_and(struct where *q, size_t *written)
{
	if ((*written)++)
		sql_lit(q->w, " and ");
}

/* ---- relations and embedded objects ---- */

/* A where value about objects elsewhere. */
struct condition {
	const struct gql_value *value;
	const struct gql_type *object, *type;
};

/* exists (… and condition); `negate_inside` makes "every" out of "not exists a counterexample". */
static bool put_exists(struct where *q, const struct scope *s, const struct binding *b,
	const struct condition *c, const char *open, bool negate_inside)
{
	struct row child = { .alias = q->p->aliases++, .source = b->target };
	struct scope to = { .row = &child };
	bool exact = q->exact;
	q->exact = false; /* a where clause takes unknown for false */
	sql_put_program(q->w, open);
	put_related(q->p, q->w, s, b, &child, S("1"));
	sql_put_program(q->w, negate_inside ? " and not coalesce((" : " and (");
	if (!put_object(q, &to, c->object, c->type, c->value))
		return false;
	q->exact = exact;
	sql_put_program(q->w, negate_inside ? "), false))" : "))");
	return true;
}

/*
 * The same for the items of a list that is embedded in a document or a column of composites. Null
 * for what is no list.
 */
static bool put_exists_item(struct where *q, const struct scope *s, const struct binding *b,
	const struct condition *c, const char *open, bool negate_inside)
{
	struct row item = { .alias = q->p->aliases++ };
	struct scope to = { .row = &item, .embedded = true, .element = true };
	bool exact = q->exact;
	q->exact = false;
	sql_lit(q->w, "(case when jsonb_typeof(");
	put_place_json(q->w, s, &b->place);
	sql_lit(q->w, ") = 'array' then ");
	sql_put_program(q->w, open);
	sql_lit(q->w, "select 1 from jsonb_array_elements(");
	put_place_json(q->w, s, &b->place);
	sql_lit(q->w, ") ");
	sql_alias(q->w, item.alias);
	sql_put_program(q->w, negate_inside ? "(v) where not coalesce((" : "(v) where (");
	if (!put_object(q, &to, c->object, c->type, c->value))
		return false;
	q->exact = exact;
	sql_put_program(q->w, negate_inside ? "), false)) end)" : ")) end)");
	return true;
}

static bool put_many(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_type *filter, const struct gql_type *object, const struct gql_value *v,
	size_t *written)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct gql_value *where = v->items[i];
		if (!where)
			continue;
		const struct gql_input *in = &filter->inputs[i];
		if (where->kind == GQL_NULL)
			return filter_refuse_null(q, "filter", in->name);
		filter_and(q, written);
		bool every = str_eq(in->name, S("every"));
		bool some = str_eq(in->name, S("some"));
		const char *open = some ? "exists (" : "not exists (";
		struct condition c = { where, object, in->type->type };
		bool ok = b->kind == BIND_RELATION ? put_exists(q, s, b, &c, open, every)
						   : put_exists_item(q, s, b, &c, open, every);
		if (!ok)
			return false;
	}
	return true;
}

static bool put_member(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_input *in, const struct gql_value *v, size_t *written)
{
	struct planner *p = q->p;
	const struct gql_field *f = gql_field_find(p->model->gql, object, in->name);
	const struct binding *b = f ? model_binding(p->model, f) : NULL;
	if (!b)
		return planner_fail(p, q->node, ERR_INTERNAL, "The filter \"%.*s\" is unknown.",
			STR_ARG(in->name));
	planner_consult(p, v);
	if (v->kind == GQL_NULL)
		return filter_refuse_null(q, "filter", in->name);
	const struct gql_type *filter = in->type->type;
	if (b->kind == BIND_PLACE && !gql_is_composite(f->type->type)) {
		struct subject leaf = subject_at(q, s, b, f->type);
		return put_operators(q, &leaf, filter, v, written);
	}
	if (b->kind == BIND_PLACE && gql_is_list(f->type))
		return put_many(q, s, b, filter, f->type->type, v, written);
	if (b->kind == BIND_PLACE) {
		struct scope inner = scope_embedded(p, s, &b->place);
		filter_and(q, written);
		return put_object(q, &inner, f->type->type, filter, v);
	}
	if (b->kind != BIND_RELATION)
		return planner_fail(p, q->node, ERR_UNSUPPORTED,
			"The filter \"%.*s\" is not implemented.", STR_ARG(in->name));
	if (gql_is_list(f->type))
		return put_many(q, s, b, filter, f->type->type, v, written);
	filter_and(q, written);
	return put_exists(q, s, b, &(struct condition){ v, f->type->type, filter }, "exists (",
		false);
}

/* ---- AND, OR, NOT ---- */

struct member {
	const struct gql_input *input;
	const struct gql_value *value;
};

static bool put_group(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_type *type, const struct member *m)
{
	const struct gql_value *list = m->value;
	bool all = str_eq(m->input->name, S("AND"));
	planner_consult(q->p, list);
	if (list->n == 0) {
		sql_put_program(q->w, all ? "true" : "false");
		return true;
	}
	sql_lit(q->w, "(");
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			sql_put_program(q->w, all ? " and " : " or ");
		sql_lit(q->w, "(");
		if (!put_object(q, s, object, type, list->items[i]))
			return false;
		sql_lit(q->w, ")");
	}
	sql_lit(q->w, ")");
	return true;
}

static bool put_combined(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_type *type, const struct member *m)
{
	const struct gql_input *in = m->input;
	const struct gql_value *v = m->value;
	planner_consult(q->p, v);
	if (v->kind == GQL_NULL)
		return filter_refuse_null(q, "filter", in->name);
	if (!str_eq(in->name, S("NOT")))
		return put_group(q, s, object, type, m);
	bool exact = q->exact;
	q->exact = true;
	sql_lit(q->w, "not (");
	bool ok = put_object(q, s, object, type, v);
	sql_lit(q->w, ")");
	q->exact = exact;
	return ok;
}

static bool is_combination(str name)
{
	return str_eq(name, S("AND")) || str_eq(name, S("OR")) || str_eq(name, S("NOT"));
}

static bool put_object(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_type *type, const struct gql_value *v)
{
	if (++q->depth > WHERE_DEPTH_MAX)
		return planner_fail(q->p, q->node, ERR_BAD_INPUT,
			"The filter is nested more than %d levels deep.", WHERE_DEPTH_MAX);
	planner_consult(q->p, v);
	size_t written = 0;
	for (size_t i = 0; i < v->n; i++) {
		if (!v->items[i])
			continue;
		const struct gql_input *in = &type->inputs[i];
		if (is_combination(in->name)) {
			filter_and(q, &written);
			if (!put_combined(q, s, object, type, &(struct member){ in, v->items[i] }))
				return false;
		} else if (!put_member(q, s, object, in, v->items[i], &written)) {
			return false;
		}
	}
	if (written == 0)
		sql_lit(q->w, "true");
	q->depth--;
	return true;
}

bool put_where(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_type *object, const struct gql_type *type, const struct gql_value *where,
	const struct ast_selection *node)
{
	struct where q = { .p = p, .w = w, .node = node };
	return put_object(&q, s, object, type, where);
}
