/*
 * rows - the part of a select that follows its list: from, where, order by, limit, offset.
 */
#include "sql/planner_int.h"

static bool is_given(const struct gql_value *v)
{
	return v && v->kind != GQL_NULL;
}

/* The arguments of a list or row field, by role. */
struct row_args {
	const struct gql_value *where, *order, *limit, *offset;
	const struct gql_input *limit_arg, *offset_arg;
};

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

static bool read_args(struct planner *p, const struct rows_request *q, const struct scope *s,
	struct sql *conditions, struct row_args *out)
{
	for (size_t i = 0; i < q->field->nargs; i++) {
		const struct gql_input *arg = &q->field->args[i];
		const struct arg_binding *b = &q->binding->args[i];
		struct gql_value *v;
		if (!planner_arg(p, q->field, q->node, arg, &v))
			return false;
		switch (b->role) {
		case ARG_EQ:
			if (!put_equal(p, conditions, s, b, v))
				return false;
			break;
		case ARG_WHERE: out->where = v; break;
		case ARG_ORDER_BY: out->order = v; break;
		case ARG_LIMIT:
			out->limit = v;
			out->limit_arg = arg;
			break;
		case ARG_OFFSET:
			out->offset = v;
			out->offset_arg = arg;
			break;
		case ARG_FUNCTION: break;
		}
	}
	return true;
}

static void put_count(struct planner *p, struct sql *w, const struct gql_value *v,
	const struct gql_input *arg, uint64_t max)
{
	struct param count = { .value = planner_pexpr(p, v),
		.form = PARAM_LIMIT,
		.max = max,
		.name = arg->name };
	sql_param(w, &count, S("int8"));
}

static void put_limit(struct planner *p, struct sql *w, const struct rows_request *q,
	const struct row_args *a)
{
	const struct list_policy *policy = &q->binding->list;
	if (!q->many) {
		sql_lit(w, " limit 1");
		return;
	}
	sql_lit(w, " limit ");
	if (is_given(a->limit))
		put_count(p, w, a->limit, a->limit_arg, policy->max_limit);
	else
		sql_number(w, policy->default_limit);
	if (is_given(a->offset)) {
		sql_lit(w, " offset ");
		put_count(p, w, a->offset, a->offset_arg, INT32_MAX);
	}
}

static void put_from(struct sql *w, const struct row *row, const struct rows_request *q)
{
	sql_lit(w, " from ");
	if (q->from)
		sql_append(w, q->from);
	else
		sql_catalog(w, row->source->relation->sql);
	sql_lit(w, " ");
	sql_alias(w, row->alias);
	if (q->extra_from)
		sql_append(w, q->extra_from);
}

bool put_rows(struct planner *p, struct sql *w, const struct row *row, const struct rows_request *q)
{
	struct row self = *row;
	struct scope s = { .row = &self };
	struct sql conditions = sql_on(p->arena, p->params);
	struct row_args args = { 0 };
	if (q->joined)
		sql_append(&conditions, q->joined);
	if (!read_args(p, q, &s, &conditions, &args))
		return false;
	if (is_given(args.where)) {
		put_and(&conditions);
		if (!put_where(p, &conditions, &s, q->field->type->type, args.where, q->node))
			return false;
	}
	put_from(w, row, q);
	if (conditions.text.n) {
		sql_lit(w, " where ");
		sql_append(w, &conditions);
	}
	if (q->many && !put_order(p, w, row, args.order, &q->binding->list, q->node))
		return false;
	put_limit(p, w, q, &args);
	return true;
}
