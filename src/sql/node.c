/*
 * node - the root fields node(id:) and nodes(ids:), and conditions on global ids.
 *
 * Which types are among the ids decides the statement, so it is part of the plan's fingerprint
 * (DEP_NODES); the keys are parameters. `nodes` is one statement: for each type an array of rows,
 * each with its place among the ids.
 */
#include "sql/planner_int.h"

#include "sql/node.h"

/* How the text of a key in an id is checked: by the scalar of its column's type. */
static struct leaf key_leaf(const struct cat_column *column)
{
	return (struct leaf){ .scalar = scalar_for_pg(cat_type_plain(column->type)->name) };
}

static void put_key_param(struct planner *p, struct sql *w, const struct backing *b, size_t i,
	const struct gql_value *v, uint64_t max)
{
	const struct cat_column *column = b->shown_key[i];
	struct param key = { .value = planner_pexpr(p, v),
		.form = PARAM_NODE_KEY,
		.name = b->type->name,
		.key = (uint32_t)i,
		.order = (uint32_t)b->nshown_key,
		.max = max,
		.leaf = key_leaf(column) };
	str cast = cat_type_plain(column->type)->sql;
	if (v->kind == GQL_LIST)
		cast = str_printf(p->arena, "%.*s[]", STR_ARG(cast));
	sql_param(w, &key, cast);
}

void put_node_condition(struct planner *p, struct sql *w, const struct scope *s,
	const struct backing *b, const struct gql_value *id)
{
	for (size_t i = 0; i < b->nshown_key; i++) {
		struct place place = { .column = b->shown_key[i] };
		if (i)
			sql_lit(w, " and ");
		put_place(w, s, &place);
		sql_lit(w, " = ");
		put_key_param(p, w, b, i, id, 0);
	}
}

str node_id_expression(struct planner *p, uint32_t alias, const struct backing *b)
{
	struct sql w = sql_on(p->arena, p->params);
	if (b->nshown_key > 1)
		sql_lit(&w, "json_build_array(");
	for (size_t i = 0; i < b->nshown_key; i++) {
		if (i)
			sql_lit(&w, ", ");
		sql_alias(&w, alias);
		sql_lit(&w, ".");
		sql_ident(&w, b->shown_key[i]->name);
		if (b->nshown_key > 1)
			sql_lit(&w, "::text");
	}
	if (b->nshown_key > 1)
		sql_lit(&w, ")");
	return buf_str(&w.text);
}

/* The source of the type that an id names, if it is a node with rows. */
static const struct backing *source_of_id(struct planner *p, const struct gql_type *interface,
	const struct gql_value *v)
{
	struct node_id id;
	if (!v || v->kind != GQL_STRING || !node_id_read(p->arena, v->text, &id))
		return NULL;
	const struct gql_type *t = gql_type_find(p->model->gql, id.type);
	if (!t || t->kind != GQL_OBJECT || !gql_is_possible(interface, t))
		return NULL;
	const struct gql_field *f = gql_field_find(p->model->gql, t, S("id"));
	const struct binding *b = model_binding(p->model, f);
	return b->kind == BIND_NODE_ID && b->target->nshown_key == id.n ? b->target : NULL;
}

static bool select_node(struct planner *p, struct row *row, struct nodes nodes,
	const struct shape **out)
{
	struct scope scope = { .row = row };
	struct shape *shape;
	p->depth++;
	bool ok = select_object(p, &scope, row->source->type, nodes, &shape);
	p->depth--;
	*out = shape;
	return ok;
}

static void plan_null(struct plan_root *root)
{
	root->kind = ROOT_CONST;
	root->constant = S("null");
}

static bool plan_one(struct planner *p, const struct gql_field *f, struct nodes nodes,
	const struct gql_value *id, struct plan_root *root)
{
	const struct backing *b = source_of_id(p, f->type->type, id);
	const struct shape *object;
	if (!b) {
		plan_null(root);
		return true;
	}
	struct row row = { .alias = p->aliases++, .source = b };
	struct scope scope = { .row = &row };
	struct sql w = sql_on(p->arena, p->params);
	if (!select_node(p, &row, nodes, &object))
		return false;
	sql_lit(&w, "select ");
	put_slots(&w, &row);
	sql_lit(&w, " from ");
	sql_relation(&w, b->relation);
	sql_lit(&w, " ");
	sql_alias(&w, row.alias);
	sql_lit(&w, " where ");
	put_node_condition(p, &w, &scope, b, id);
	sql_lit(&w, " limit 1");
	root->kind = ROOT_ROW;
	root->field.shape = shape_wrap(p, f->type, NULL, object);
	root->statement = planner_statement(p, &w);
	planner_many(p, root->statement);
	return true;
}

/* (select json_agg(json_build_array(n, row)) from unnest(keys) k (k0, …, n) join …) */
static void put_nodes_of(struct planner *p, struct sql *w, const struct row *row,
	const struct gql_value *ids, uint64_t max)
{
	const struct backing *b = row->source;
	uint32_t keys = p->aliases++;
	sql_lit(w, "(select json_agg(json_build_array(");
	sql_alias(w, keys);
	sql_lit(w, ".n, ");
	put_slots_json(w, row);
	sql_lit(w, ")) from unnest(");
	for (size_t i = 0; i < b->nshown_key; i++) {
		sql_put_program(w, i ? ", " : "");
		put_key_param(p, w, b, i, ids, max);
	}
	sql_lit(w, ") with ordinality ");
	sql_alias(w, keys);
	sql_lit(w, " (");
	for (size_t i = 0; i < b->nshown_key; i++) {
		sql_lit(w, "k");
		sql_number(w, i);
		sql_lit(w, ", ");
	}
	sql_lit(w, "n) join ");
	sql_relation(w, b->relation);
	sql_lit(w, " ");
	sql_alias(w, row->alias);
	for (size_t i = 0; i < b->nshown_key; i++) {
		sql_put_program(w, i ? " and " : " on ");
		sql_alias(w, row->alias);
		sql_lit(w, ".");
		sql_ident(w, b->shown_key[i]->name);
		sql_lit(w, " = ");
		sql_alias(w, keys);
		sql_lit(w, ".k");
		sql_number(w, i);
	}
	sql_lit(w, ")");
}

static bool is_listed(const struct nodes_plan *plan, const struct backing *b)
{
	for (size_t i = 0; i < plan->n; i++)
		if (plan->shapes[i]->variants[0].type == b->type)
			return true;
	return false;
}

static bool plan_many(struct planner *p, const struct gql_field *f, struct nodes nodes,
	const struct gql_value *ids, struct plan_root *root)
{
	const struct binding *own = model_binding(p->model, f);
	struct nodes_plan *plan = arena_new(p->arena, struct nodes_plan);
	const struct shape **shapes = arena_array(p->arena, const struct shape *, ids->n);
	struct sql w = sql_on(p->arena, p->params);
	plan->shapes = shapes;
	plan->ids = planner_pexpr(p, ids);
	sql_lit(&w, "select ");
	for (size_t i = 0; i < ids->n; i++) {
		const struct backing *b = source_of_id(p, f->type->type, ids->items[i]);
		if (!b || is_listed(plan, b))
			continue;
		struct row row = { .alias = p->aliases++, .source = b };
		if (!select_node(p, &row, nodes, &shapes[plan->n]))
			return false;
		sql_put_program(&w, plan->n++ ? ", " : "");
		put_nodes_of(p, &w, &row, ids, own->list.max_limit);
	}
	if (plan->n == 0)
		sql_lit(&w, "null");
	root->kind = ROOT_NODES;
	root->nodes_plan = plan;
	root->field.shape = shape_wrap(p, f->type, NULL, &(struct shape){ .kind = SHAPE_OBJECT });
	root->statement = planner_statement(p, &w);
	return true;
}

bool plan_node(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	struct gql_value *v;
	p->params = arena_new(p->arena, struct params);
	p->aliases = 0;
	if (!planner_arg(p, f, nodes.at[0], &f->args[0], &v))
		return false;
	planner_consult_nodes(p, v);
	return gql_is_list(f->type) ? plan_many(p, f, nodes, v, root)
				    : plan_one(p, f, nodes, v, root);
}
