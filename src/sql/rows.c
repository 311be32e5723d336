/*
 * rows - the part of a select that follows its list: from, where, order by, limit, offset.
 */
#include "sql/planner_int.h"

static bool is_given(const struct gql_value *v)
{
	return v && v->kind != GQL_NULL;
}

static void put_and(struct sql *conditions)
{
	if (conditions->text.n)
		sql_lit(conditions, " and ");
}

static bool put_equal(struct planner *p, struct sql *conditions, const struct scope *s,
	const struct arg_binding *arg, const struct gql_value *v)
{
	if (!is_given(v))
		return true;
	put_and(conditions);
	put_place_typed(conditions, s, &arg->place);
	sql_lit(conditions, " = ");
	struct param value = { .value = planner_pexpr(p, v),
		.form = PARAM_TEXT,
		.leaf = arg->leaf };
	sql_param(conditions, &value, place_cast(&arg->place, &arg->leaf));
	return true;
}

bool read_row_args(struct planner *p, const struct gql_field *f, const struct ast_selection *node,
	const struct binding *b, struct row_args *out)
{
	out->values = arena_array(p->arena, struct gql_value *, f->nargs);
	for (size_t i = 0; i < f->nargs; i++) {
		const struct gql_input *arg = &f->args[i];
		enum arg_role role = b->args[i].role;
		if (!planner_arg(p, f, node, arg, &out->values[i]))
			return false;
		if (!is_given(out->values[i]))
			continue;
		out->by_role[role] = out->values[i];
		out->input[role] = arg;
	}
	return true;
}

/* What the arguments ask of a row. */
static bool put_conditions(struct planner *p, struct sql *conditions, const struct scope *s,
	const struct rows_of *q)
{
	const struct gql_value *where = q->args.by_role[ARG_WHERE];
	for (size_t i = 0; i < q->field->nargs; i++) {
		const struct arg_binding *b = &q->binding->args[i];
		const struct gql_value *v = q->args.values[i];
		if (b->role == ARG_NODE_ID && is_given(v)) {
			put_and(conditions);
			put_node_condition(p, conditions, s, q->binding->target, v);
		}
		if (b->role == ARG_EQ && !put_equal(p, conditions, s, b, q->args.values[i]))
			return false;
	}
	if (!where)
		return true;
	put_and(conditions);
	return put_where(p, conditions, s, q->binding->target->type,
		q->args.input[ARG_WHERE]->type->type, where, q->node);
}

void put_count(struct planner *p, struct sql *w, const struct gql_value *v,
	const struct gql_input *arg, uint64_t max, struct param *made)
{
	*made = (struct param){ .value = planner_pexpr(p, v),
		.form = PARAM_LIMIT,
		.max = max,
		.name = arg->name };
	sql_param(w, made, S("int8"));
}

static void put_limit(struct planner *p, struct sql *w, const struct rows_request *q,
	const struct row_args *a)
{
	const struct list_policy *policy = &q->binding->list;
	const struct gql_value *limit = a->by_role[ARG_LIMIT], *offset = a->by_role[ARG_OFFSET];
	struct param made;
	if (!q->many) {
		sql_lit(w, " limit 1");
		return;
	}
	if (!limit && policy->default_limit == 0)
		return;
	sql_lit(w, " limit ");
	if (limit)
		put_count(p, w, limit, a->input[ARG_LIMIT], policy->max_limit, &made);
	else
		sql_number(w, policy->default_limit);
	if (offset) {
		sql_lit(w, " offset ");
		put_count(p, w, offset, a->input[ARG_OFFSET], INT32_MAX, &made);
	}
}

static void put_from(struct sql *w, const struct row *row, const struct rows_request *q)
{
	sql_lit(w, " from ");
	if (q->from)
		sql_append(w, q->from);
	else
		sql_relation(w, row->source->relation);
	sql_lit(w, " ");
	sql_alias(w, row->alias);
	if (q->extra_from)
		sql_append(w, q->extra_from);
}

struct order_request row_order(const struct rows_of *q)
{
	const struct gql_input *in = q->args.input[ARG_ORDER_BY];
	return (struct order_request){ .order = q->args.by_role[ARG_ORDER_BY],
		.input = in ? in->type->type : NULL,
		.policy = &q->binding->list,
		.node = q->node };
}

bool put_rows(struct planner *p, struct sql *w, const struct row *row, const struct rows_request *q)
{
	struct row self = *row;
	struct scope s = { .row = &self };
	struct sql conditions = sql_on(p->arena, p->params);
	struct rows_of of = { .field = q->field, .node = q->node, .binding = q->binding };
	if (q->joined)
		sql_append(&conditions, q->joined);
	if (!read_row_args(p, q->field, q->node, q->binding, &of.args) ||
		!put_conditions(p, &conditions, &s, &of))
		return false;
	put_from(w, row, q);
	if (conditions.text.n) {
		sql_lit(w, " where ");
		sql_append(w, &conditions);
	}
	struct order_request order = row_order(&of);
	struct order_keys keys = { 0 };
	/* a function's rows have its order, unless the schema says another */
	bool ordered = q->many && (!q->from || q->binding->list.norder > 0);
	if (ordered && !order_keys(p, row, &order, &keys))
		return false;
	put_order_keys(w, &keys, false);
	put_limit(p, w, q, &of.args);
	return true;
}

bool put_rows_of(struct planner *p, struct sql *w, const struct rows_of *q, struct row *row,
	const struct sql *extra)
{
	struct scope s = { .row = row };
	struct sql conditions = sql_on(p->arena, p->params);
	struct sql from = sql_on(p->arena, p->params);
	if (q->parent)
		put_join(p, q->parent, row, q->binding->join, &conditions, &from);
	if (!put_conditions(p, &conditions, &s, q))
		return false;
	if (extra && extra->text.n) {
		put_and(&conditions);
		sql_append(&conditions, extra);
	}
	sql_lit(w, " from ");
	sql_relation(w, row->source->relation);
	sql_lit(w, " ");
	sql_alias(w, row->alias);
	sql_append(w, &from);
	if (conditions.text.n) {
		sql_lit(w, " where ");
		sql_append(w, &conditions);
	}
	return true;
}
