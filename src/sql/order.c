/*
 * order - order by: what was asked for, or the field's default, then the key, so that the order is
 * total.
 */
#include "sql/planner_int.h"

struct ordering {
	struct planner *p;
	struct sql *w;
	size_t written;
	const struct ast_selection *node;
	struct {
		VEC(str);
	} seen; /* expressions written: a repeated key counts once */
};

static const struct {
	const char *name, *sql;
} DIRECTIONS[] = {
	{ "ASC", "" },
	{ "DESC", " desc" },
	{ "ASC_NULLS_FIRST", " nulls first" },
	{ "ASC_NULLS_LAST", "" },
	{ "DESC_NULLS_FIRST", " desc" },
	{ "DESC_NULLS_LAST", " desc nulls last" },
};

static const char *direction_sql(str name)
{
	for (size_t i = 0; i < COUNT(DIRECTIONS); i++)
		if (str_eq(name, str_from(DIRECTIONS[i].name)))
			return DIRECTIONS[i].sql;
	return "";
}

static void put_item(struct ordering *o, str expression, const char *direction)
{
	for (size_t i = 0; i < o->seen.n; i++)
		if (str_eq(o->seen.at[i], expression))
			return;
	*vec_push(o->p->arena, &o->seen) = expression;
	sql_put_program(o->w, o->written++ ? ", " : " order by ");
	sql_catalog(o->w, expression);
	sql_put_program(o->w, direction);
}

static str place_text(struct planner *p, const struct scope *s, const struct place *place)
{
	struct sql w = sql_on(p->arena, p->params);
	put_place_typed(&w, s, place);
	return buf_str(&w.text);
}

/* The member of an order object that is given: the input is a @oneOf. */
static const struct gql_value *only_member(const struct gql_value *v, size_t *index)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->items[i]) {
			*index = i;
			return v->items[i];
		}
	}
	return NULL;
}

static bool order_text(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *v, str *expression, str *direction);

/* (select … from target where joined limit 1): the order of a to-one relation's field. */
static bool order_relation(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_field *f, const struct gql_type *input, const struct gql_value *v,
	str *expression, str *direction)
{
	struct planner *p = o->p;
	struct row child = { .alias = p->aliases++, .source = b->target };
	struct scope to = { .row = &child };
	str inner;
	if (!order_text(o, &to, f->type->type, input, v, &inner, direction))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "(select ");
	sql_catalog(&w, inner);
	sql_lit(&w, " from ");
	sql_catalog(&w, b->target->relation->sql);
	sql_lit(&w, " ");
	sql_alias(&w, child.alias);
	sql_lit(&w, " where ");
	for (size_t i = 0; i < b->join->n; i++) {
		if (i)
			sql_lit(&w, " and ");
		put_place_typed(&w, &to, &b->join->pairs[i].to);
		sql_lit(&w, " = ");
		put_place_typed(&w, s, &b->join->pairs[i].from);
	}
	sql_lit(&w, " limit 1)");
	*expression = buf_str(&w.text);
	return true;
}

/* (select count(*) from …): the order of a list relation. `v` is {count: direction}. */
static bool order_count(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_value *v, str *expression, str *direction)
{
	struct planner *p = o->p;
	size_t index;
	const struct gql_value *count = v->kind == GQL_OBJECTVAL ? only_member(v, &index) : NULL;
	if (!count || count->kind != GQL_ENUMVAL)
		return planner_fail(p, o->node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(p, count);
	struct row child = { .alias = p->aliases++, .source = b->target };
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "(");
	put_related(p, &w, s, b, &child, "count(*)");
	sql_lit(&w, ")");
	*expression = buf_str(&w.text);
	*direction = count->text;
	return true;
}

static bool order_embedded(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_field *f, const struct gql_type *input, const struct gql_value *v,
	str *expression, str *direction)
{
	struct scope inner = scope_embedded(o->p, s, &b->place);
	return order_text(o, &inner, f->type->type, input, v, expression, direction);
}

static bool order_text(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *v, str *expression, str *direction)
{
	struct planner *p = o->p;
	planner_consult(p, v);
	size_t index = 0;
	const struct gql_value *member = only_member(v, &index);
	if (!member || member->kind == GQL_NULL)
		return planner_fail(p, o->node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(p, member);
	const struct gql_input *in = &input->inputs[index];
	const struct gql_field *f = gql_field_find(p->model->gql, object, in->name);
	const struct binding *b = f ? model_binding(p->model, f) : NULL;
	if (b && b->kind == BIND_RELATION && gql_is_list(f->type))
		return order_count(o, s, b, member, expression, direction);
	if (b && b->kind == BIND_RELATION && !b->join->link)
		return order_relation(o, s, b, f, in->type->type, member, expression, direction);
	if (!b || b->kind != BIND_PLACE)
		return planner_fail(p, o->node, ERR_UNSUPPORTED,
			"Ordering by \"%.*s\" is not implemented.", STR_ARG(in->name));
	if (gql_is_composite(f->type->type))
		return order_embedded(o, s, b, f, in->type->type, member, expression, direction);
	*expression = place_text(p, s, &b->place);
	*direction = member->text;
	return true;
}

static bool put_asked(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *order)
{
	planner_consult(o->p, order);
	for (size_t i = 0; i < order->n; i++) {
		str expression, direction;
		if (!order_text(o, s, object, input, order->items[i], &expression, &direction))
			return false;
		put_item(o, expression, direction_sql(direction));
	}
	return true;
}

static void put_default(struct ordering *o, const struct scope *s, const struct list_policy *policy)
{
	for (size_t i = 0; i < policy->norder; i++) {
		const struct binding *b = model_binding(o->p->model, policy->order[i].field);
		put_item(o, place_text(o->p, s, &b->place),
			direction_sql(policy->order[i].direction));
	}
}

bool put_order(struct planner *p, struct sql *w, const struct row *row,
	const struct gql_value *order, const struct list_policy *policy,
	const struct ast_selection *node)
{
	struct ordering o = { .p = p, .w = w, .node = node };
	struct row self = *row;
	struct scope s = { .row = &self };
	const struct gql_type *object = row->source->type;
	bool asked = order && order->kind == GQL_LIST && order->n > 0;
	if (asked) {
		str name = str_printf(p->arena, "%.*sOrderByInput", STR_ARG(object->name));
		const struct gql_type *input = gql_type_find(p->model->gql, name);
		if (!input || !put_asked(&o, &s, object, input, order))
			return false;
	} else {
		put_default(&o, &s, policy);
	}
	for (size_t i = 0; i < row->source->nkey; i++) {
		struct place key = { .column = row->source->key[i] };
		put_item(&o, place_text(p, &s, &key), "");
	}
	return true;
}
