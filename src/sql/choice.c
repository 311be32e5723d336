/*
 * choice - rows of an interface or union whose members have relations of their own.
 *
 *     select case t0.m when 0 then (select json_build_array(0, …) from "book" t2 where t2."id" =
 * t0.k0) when 1 then (select json_build_array(1, …) from "film" t4 where t4."id" = t0.k0) end from
 * ((select 0 as m, t1."id" as k0, t1."title" as o0 from "book" t1 where … order by o0, k0 limit 20)
 *           union all
 *           (select 1, t3."id", t3."title" from "film" t3 where … order by 3, 2 limit 20)
 *           order by o0, k0, m limit 20) t0
 *
 * The union is narrow: keys and what is ordered by. Each branch is cut to as many rows as can be in
 * the result; details are read for those that are. Keys of the same types share columns, so that
 * rows of all members can be ordered by them; others have columns of their own, and rows stand
 * member by member. The first element of a row tells its member, by which the projector chooses a
 * shape.
 */
#include "sql/planner_int.h"

struct branch {
	const struct binding *binding;
	struct row row;    /* in the union */
	struct row detail; /* whose slots are selected */
	struct order_keys keys;
	struct sql from;  /* " from … where …" */
	size_t first_key; /* number of its first k column */
};

struct choosing {
	struct planner *p;
	const struct gql_field *field;
	const struct ast_selection *node;
	const struct members *members;
	const struct scope *parent; /* NULL: a root field */
	struct branch *branches;
	size_t nkeys;   /* k columns of the union */
	size_t norders; /* o columns */
	struct row_args args;
	bool many;
};

/* ---- branches ---- */

static bool begin_branch(struct choosing *q, size_t i)
{
	struct planner *p = q->p;
	struct branch *b = &q->branches[i];
	b->binding = &q->members->at[i];
	b->row = (struct row){ .alias = p->aliases++, .source = b->binding->target };
	b->from = sql_on(p->arena, p->params);
	struct rows_of of = { .field = q->field,
		.node = q->node,
		.binding = b->binding,
		.parent = q->parent,
		.args = q->args };
	struct order_request order = row_order(&of);
	if (!order_keys(p, &b->row, &order, &b->keys) ||
		!put_rows_of(p, &b->from, &of, &b->row, NULL))
		return false;
	b->first_key = q->members->same_key ? 0 : q->nkeys;
	q->nkeys = b->first_key + b->binding->target->nkey;
	return true;
}

/*
 * The keys of the order besides the row's own key, which the union has anyway. They are the same
 * for all members, unless one member reads two of them from one column.
 */
static bool count_orders(struct choosing *q)
{
	q->norders = q->branches[0].keys.nasked;
	for (size_t i = 1; i < q->members->n; i++)
		if (q->branches[i].keys.nasked != q->norders)
			return planner_fail(q->p, q->node, ERR_UNSUPPORTED,
				"\"%.*s\" can't be ordered like this: two of the fields are one column of a "
				"member.",
				STR_ARG(q->field->name));
	return true;
}

static bool has_key(const struct branch *b, size_t number)
{
	return number >= b->first_key && number < b->first_key + b->binding->target->nkey;
}

/* The type of a k column, from the member that it belongs to. */
static str key_type(const struct choosing *q, size_t number)
{
	for (size_t i = 0; i < q->members->n; i++) {
		const struct branch *b = &q->branches[i];
		if (has_key(b, number))
			return cat_type_plain(b->binding->target->key[number - b->first_key]->type)
				->sql;
	}
	return S("text");
}

static void put_name(struct sql *w, const char *kind, size_t number)
{
	sql_put_program(w, kind);
	sql_number(w, number);
}

static void put_key(struct choosing *q, struct sql *w, const struct branch *b, size_t number)
{
	if (!has_key(b, number)) {
		sql_lit(w, "null::");
		sql_catalog(w, key_type(q, number));
		return;
	}
	struct row self = b->row;
	struct scope s = { .row = &self };
	struct place place = { .column = b->binding->target->key[number - b->first_key] };
	put_place_typed(w, &s, &place);
}

static void put_order(struct sql *w, const struct choosing *q, const struct branch *one)
{
	for (size_t i = 0; i < q->norders; i++) {
		const struct order_key *key = &q->branches[0].keys.at[i];
		sql_put_program(w, i ? ", " : " order by ");
		put_name(w, "o", i);
		sql_put_program(w, key->descending ? " desc" : "");
		sql_put_program(w, key->nulls_first ? " nulls first" : " nulls last");
	}
	bool by_member = !one && !q->members->same_key;
	sql_put_program(w, q->norders ? ", " : " order by ");
	if (by_member)
		sql_lit(w, "m, ");
	for (size_t i = 0, n = 0; i < q->nkeys; i++) {
		if (one && !has_key(one, i))
			continue;
		sql_put_program(w, n++ ? ", " : "");
		put_name(w, "k", i);
	}
	if (!one && !by_member)
		sql_lit(w, ", m");
}

/* ---- limits ---- */

static void put_limit(struct choosing *q, struct sql *w)
{
	const struct list_policy *policy = &q->members->at[0].list;
	const struct gql_value *limit = q->args.by_role[ARG_LIMIT];
	struct param made;
	if (!q->many)
		sql_lit(w, "1");
	else if (limit)
		put_count(q->p, w, limit, q->args.input[ARG_LIMIT], policy->max_limit, &made);
	else
		sql_number(w, policy->default_limit);
}

static void put_offset(struct choosing *q, struct sql *w, const char *before)
{
	const struct gql_value *offset = q->args.by_role[ARG_OFFSET];
	struct param made;
	if (!offset)
		return;
	sql_put_program(w, before);
	put_count(q->p, w, offset, q->args.input[ARG_OFFSET], INT32_MAX, &made);
}

/* ---- the union ---- */

static void put_branch(struct choosing *q, struct sql *w, size_t number)
{
	const struct branch *b = &q->branches[number];
	sql_lit(w, "(select ");
	sql_number(w, number);
	sql_lit(w, " as m");
	for (size_t i = 0; i < q->nkeys; i++) {
		sql_lit(w, ", ");
		put_key(q, w, b, i);
		put_name(w, " as k", i);
	}
	for (size_t i = 0; i < q->norders; i++) {
		sql_lit(w, ", ");
		sql_catalog(w, b->keys.at[i].expression);
		put_name(w, " as o", i);
	}
	sql_append(w, &b->from);
	put_order(w, q, b);
	sql_lit(w, " limit ");
	put_limit(q, w);
	put_offset(q, w, " + ");
	sql_lit(w, ")");
}

static void put_union(struct choosing *q, struct sql *w)
{
	for (size_t i = 0; i < q->members->n; i++) {
		sql_put_program(w, i ? " union all " : "");
		put_branch(q, w, i);
	}
	put_order(w, q, NULL);
	sql_lit(w, " limit ");
	put_limit(q, w);
	put_offset(q, w, " offset ");
}

/* ---- details ---- */

static bool select_details(struct choosing *q, struct nodes nodes, struct shape **out)
{
	struct planner *p = q->p;
	struct shape *shape = arena_new(p->arena, struct shape);
	const struct shape **choices = arena_array(p->arena, const struct shape *, q->members->n);
	for (size_t i = 0; i < q->members->n; i++) {
		struct branch *b = &q->branches[i];
		struct shape *object;
		b->detail = (struct row){ .alias = p->aliases++, .source = b->binding->target };
		row_slot(p, &b->detail, str_printf(p->arena, "%zu", i));
		struct scope s = { .row = &b->detail };
		if (!select_object(p, &s, b->binding->target->type, nodes, &object))
			return false;
		choices[i] = object;
	}
	*shape = (struct shape){ .kind = SHAPE_CHOICE,
		.choices = choices,
		.nchoices = q->members->n };
	*out = shape;
	return true;
}

static void put_detail(struct choosing *q, struct sql *w, size_t number, uint32_t wrapper)
{
	struct branch *b = &q->branches[number];
	struct scope s = { .row = &b->detail };
	sql_lit(w, " when ");
	sql_number(w, number);
	sql_lit(w, " then (select ");
	put_slots_json(w, &b->detail);
	sql_lit(w, " from ");
	sql_relation(w, b->detail.source->relation);
	sql_lit(w, " ");
	sql_alias(w, b->detail.alias);
	for (size_t i = 0; i < b->binding->target->nkey; i++) {
		struct place place = { .column = b->binding->target->key[i] };
		sql_put_program(w, i ? " and " : " where ");
		put_place_typed(w, &s, &place);
		sql_lit(w, " = ");
		sql_alias(w, wrapper);
		put_name(w, ".k", b->first_key + i);
	}
	sql_lit(w, ")");
}

/* case … end from (…) t0 */
static bool put_choice(struct choosing *q, struct sql *w, const char *name)
{
	uint32_t wrapper = q->p->aliases++;
	sql_lit(w, "case ");
	sql_alias(w, wrapper);
	sql_lit(w, ".m");
	for (size_t i = 0; i < q->members->n; i++)
		put_detail(q, w, i, wrapper);
	sql_lit(w, " end");
	sql_put_program(w, name);
	sql_lit(w, " from (");
	put_union(q, w);
	sql_lit(w, ") ");
	sql_alias(w, wrapper);
	return true;
}

static bool begin(struct choosing *q, struct planner *p, const struct gql_field *f,
	struct nodes nodes)
{
	const struct binding *b = model_binding(p->model, f);
	q->p = p;
	q->field = f;
	q->node = nodes.at[0];
	q->members = b->members;
	q->many = gql_is_list(f->type);
	q->branches = arena_array(p->arena, struct branch, b->members->n);
	if (!read_row_args(p, f, nodes.at[0], b, &q->args))
		return false;
	for (size_t i = 0; i < b->members->n; i++)
		if (!begin_branch(q, i))
			return false;
	return count_orders(q);
}

/* ---- the field ---- */

bool plan_choice(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	struct choosing q = { 0 };
	struct shape *shape;
	p->params = arena_new(p->arena, struct params);
	p->aliases = 0;
	if (!begin(&q, p, f, nodes))
		return false;
	p->depth++;
	bool ok = select_details(&q, nodes, &shape);
	p->depth--;
	if (!ok)
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "select ");
	if (!put_choice(&q, &w, ""))
		return false;
	root->kind = q.many ? ROOT_ROWS : ROOT_ROW;
	root->field.shape = shape_wrap(p, f->type, NULL, shape);
	root->statement = planner_statement(p, &w);
	return true;
}

bool choice_expression(struct planner *p, const struct scope *parent, const struct gql_field *f,
	struct nodes nodes, str *expression, struct shape **out)
{
	struct choosing q = { .parent = parent };
	if (!begin(&q, p, f, nodes) || !select_details(&q, nodes, out))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	uint32_t wrapper = p->aliases++;
	sql_lit(&w, "(select ");
	if (q.many) {
		sql_lit(&w, "coalesce(json_agg(");
		sql_alias(&w, wrapper);
		sql_lit(&w, ".j), '[]'::json) from (select ");
	}
	if (!put_choice(&q, &w, q.many ? " as j" : ""))
		return false;
	if (q.many) {
		sql_lit(&w, ") ");
		sql_alias(&w, wrapper);
	}
	sql_lit(&w, ")");
	*expression = buf_str(&w.text);
	return true;
}
