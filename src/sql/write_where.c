/*
 * write_where - UPDATE and DELETE of all rows that a filter matches.
 *
 *     with n as (how many match, counted no further than one too many),
 *          w as (the change, where the filter matches and n is not too many, returning …)
 *     select …, verdict, how many were written …
 *
 * Both parts look at the same snapshot, so no more than `maxRows` are written and nothing has to be
 * undone. When the filter is about a view, its rows are joined to the table's by their key.
 */
#include "sql/write_int.h"

/* ---- empty filters ---- */

static bool matches_all(struct writing *w, const struct gql_type *type, const struct gql_value *v);

static bool is_name(str name, const char *word)
{
	return str_eq(name, str_from(word));
}

/* AND of nothing but empty filters, OR with an empty filter in it. */
static bool group_matches_all(struct writing *w, const struct gql_type *type,
	const struct gql_value *list, bool all)
{
	size_t empty = 0;
	planner_consult(w->p, list);
	if (list->kind != GQL_LIST)
		return false;
	for (size_t i = 0; i < list->n; i++)
		empty += matches_all(w, type, list->items[i]);
	return all ? empty == list->n : empty > 0;
}

static bool member_matches_all(struct writing *w, const struct gql_input *in,
	const struct gql_type *type, const struct gql_value *v)
{
	if (is_name(in->name, "AND") || is_name(in->name, "OR"))
		return group_matches_all(w, type, v, is_name(in->name, "AND"));
	if (v->kind != GQL_OBJECTVAL || is_name(in->name, "NOT"))
		return false;
	return matches_all(w, in->type->type, v);
}

/* A filter without any condition in it. */
static bool matches_all(struct writing *w, const struct gql_type *type, const struct gql_value *v)
{
	planner_consult(w->p, v);
	if (!v || v->kind != GQL_OBJECTVAL)
		return !v || v->kind == GQL_NULL;
	for (size_t i = 0; i < v->n && i < type->ninputs; i++)
		if (v->items[i] && !member_matches_all(w, &type->inputs[i], type, v->items[i]))
			return false;
	return true;
}

static bool has_key(const struct writing *w)
{
	for (size_t i = 0; i < w->given.n; i++)
		if (w->given.at[i].value->role == WRITE_KEY)
			return true;
	return false;
}

/* ---- conditions ---- */

/* The filter on the row `alias` of its source; true without a filter. */
static bool put_filter(struct writing *w, struct sql *s, uint32_t alias)
{
	const struct backing *source = model_facts(w->p->model, w->t->about)->source;
	struct row row = { .alias = alias, .source = source };
	struct scope scope = { .row = &row };
	if (w->where && w->where->kind != GQL_NULL)
		return put_where(w->p, s, &scope, w->t->about, w->t->where->type->type, w->where,
			w->node);
	sql_lit(s, "true");
	return true;
}

/* " and source.key = table.key": the rows that the filter is about are those that are written. */
static void put_same_row(struct writing *w, struct sql *s, uint32_t source, uint32_t table)
{
	for (size_t i = 0; i < w->t->nwhere_links; i++) {
		sql_lit(s, " and ");
		sql_alias(s, source);
		sql_lit(s, ".");
		sql_ident(s, w->t->where_links[i].source->name);
		sql_lit(s, " = ");
		sql_alias(s, table);
		sql_lit(s, ".");
		sql_ident(s, w->t->where_links[i].table->name);
	}
}

/* "n as (…), ": how many rows match. */
static bool put_number(struct writing *w, struct sql *s)
{
	const struct cat_relation *source = model_facts(w->p->model, w->t->about)->source->relation;
	bool view = source != w->t->table;
	uint32_t table = w->p->aliases++, alias = view ? w->p->aliases++ : table;
	sql_lit(s, "n as materialized (select count(*) as n from (select 1 from ");
	sql_catalog(s, w->t->table->sql);
	sql_lit(s, " ");
	sql_alias(s, table);
	if (view) {
		sql_lit(s, ", ");
		sql_catalog(s, source->sql);
		sql_lit(s, " ");
		sql_alias(s, alias);
	}
	sql_lit(s, " where ");
	write_put_key(w, s, table);
	if (view)
		put_same_row(w, s, alias, table);
	sql_lit(s, " and (");
	if (!put_filter(w, s, alias))
		return false;
	sql_lit(s, ") limit ");
	sql_number(s, (uint64_t)w->t->max_rows + 1);
	sql_lit(s, ") c), ");
	return true;
}

/* Sets w->from and w->condition for the change. */
static bool set_condition(struct writing *w)
{
	const struct cat_relation *source = model_facts(w->p->model, w->t->about)->source->relation;
	struct sql condition = sql_on(w->p->arena, w->params),
		   from = sql_on(w->p->arena, w->params);
	uint32_t alias = w->table;
	sql_lit(&condition, "(select n.n from n) <= ");
	sql_number(&condition, w->t->max_rows);
	if (source != w->t->table) {
		alias = w->p->aliases++;
		sql_catalog(&from, source->sql);
		sql_lit(&from, " ");
		sql_alias(&from, alias);
		put_same_row(w, &condition, alias, w->table);
	}
	sql_lit(&condition, " and (");
	if (!put_filter(w, &condition, alias))
		return false;
	sql_lit(&condition, ")");
	w->condition = buf_str(&condition.text);
	w->from = buf_str(&from.text);
	return true;
}

/* ---- the statement ---- */

static void put_comma(struct sql *s)
{
	if (s->text.n)
		sql_lit(s, ", ");
}

/* s0 … (slots), k0 … (links), hit */
static str returning(struct writing *w)
{
	struct sql s = sql_on(w->p->arena, w->params);
	for (size_t i = 0; w->rows == ROWS_DIRECT && i < w->row.slots.n; i++) {
		put_comma(&s);
		sql_catalog(&s, w->row.slots.at[i]);
		sql_lit(&s, " as s");
		sql_number(&s, i);
	}
	for (size_t i = 0; i < w->t->nlinks; i++) {
		put_comma(&s);
		sql_alias(&s, w->table);
		sql_lit(&s, ".");
		sql_ident(&s, w->t->links[i].table->name);
		sql_lit(&s, " as k");
		sql_number(&s, i);
	}
	put_comma(&s);
	sql_lit(&s, "true as hit");
	return buf_str(&s.text);
}

static void put_order_by_key(struct writing *w, struct sql *s)
{
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(s, i ? ", r.k" : " order by r.k");
		sql_number(s, i);
	}
}

/* ", k as (…)": the keys of what was written, for the next statement. */
static void put_settings(struct writing *w, struct sql *s)
{
	sql_lit(s, ", k as materialized (select ");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(s, i ? ", set_config('fraiseql.key" : "set_config('fraiseql.key");
		sql_number(s, i);
		sql_lit(s, "', coalesce(array_agg(r.k");
		sql_number(s, i);
		put_order_by_key(w, s);
		sql_lit(s, ")::text, '{}'), true) as k");
		sql_number(s, i);
	}
	sql_lit(s, " from w r)");
}

static int put_row_slots(struct writing *w, struct sql *s)
{
	bool here = w->rows == ROWS_DIRECT || w->rows == ROWS_BEFORE;
	if (!here || w->row.slots.n == 0) {
		sql_lit(s, "null");
		return 1;
	}
	if (w->rows == ROWS_BEFORE)
		put_slots(s, &w->row);
	for (size_t i = 0; w->rows == ROWS_DIRECT && i < w->row.slots.n; i++) {
		sql_put_program(s, i ? ", r.s" : "r.s");
		sql_number(s, i);
	}
	return (int)w->row.slots.n;
}

/* " from …": one row for each that was written, or one in all. */
static void put_rows_from(struct writing *w, struct sql *s)
{
	if (w->rows == ROWS_NONE) {
		sql_lit(s, " from n");
		return;
	}
	if (w->rows == ROWS_AFTER) {
		sql_lit(s, " from n cross join k");
		return;
	}
	sql_lit(s, " from n left join w r on true");
	if (w->rows == ROWS_BEFORE) {
		sql_lit(s, " left join ");
		sql_catalog(s, w->row.source->relation->sql);
		sql_lit(s, " ");
		sql_alias(s, w->row.alias);
		sql_lit(s, " on true");
		for (size_t i = 0; i < w->t->nlinks; i++) {
			sql_lit(s, " and ");
			sql_alias(s, w->row.alias);
			sql_lit(s, ".");
			sql_ident(s, w->t->links[i].source->name);
			sql_lit(s, " = r.k");
			sql_number(s, i);
		}
	}
	put_order_by_key(w, s);
}

static void put_found(struct writing *w, struct sql *s)
{
	if (w->rows == ROWS_BEFORE) {
		sql_lit(s, ", ");
		sql_alias(s, w->row.alias);
		sql_lit(s, ".");
		sql_ident(s, w->t->links[0].source->name);
	} else {
		sql_put_program(s, w->rows == ROWS_DIRECT ? ", r.hit" : ", k.k0");
	}
}

static bool put_statement(struct writing *w, struct sql *s)
{
	struct write_plan *out = w->out;
	sql_lit(s, "with ");
	if (!put_number(w, s) || !set_condition(w))
		return false;
	sql_lit(s, "w as (");
	write_put_change(w, s, returning(w));
	sql_lit(s, ")");
	if (w->rows == ROWS_AFTER)
		put_settings(w, s);
	sql_lit(s, " select ");
	out->verdict_at = put_row_slots(w, s);
	out->count_at = out->verdict_at + 1;
	sql_lit(s, ", case when n.n > ");
	sql_number(s, w->t->max_rows);
	sql_lit(s, " then 'many' else 'ok' end, (select count(*) from w)");
	if (w->rows != ROWS_NONE)
		put_found(w, s);
	put_rows_from(w, s);
	return true;
}

bool write_by_filter(struct writing *w, const struct params *after)
{
	struct sql s = sql_on(w->p->arena, w->params);
	const struct gql_type *type = w->t->where->type->type;
	if (!w->t->allow_all && !has_key(w) && matches_all(w, type, w->where)) {
		w->params->n = 0; /* nothing of what was given is used */
		sql_lit(&s, "select null, 'all'");
		w->out->verdict_at = 1;
		w->nstatements = 1;
		planner_statement(w->p, &s);
		return true;
	}
	if (!put_statement(w, &s))
		return false;
	planner_statement(w->p, &s);
	w->nstatements = 1;
	bool here = w->rows == ROWS_DIRECT || w->rows == ROWS_BEFORE;
	w->out->rows_in = here ? 0 : -1;
	w->out->found_at = here ? w->out->count_at + 1 : -1;
	if (w->rows != ROWS_AFTER)
		return true;
	w->nstatements = 2;
	w->out->rows_in = 1;
	w->out->found_at = (int)MAX(w->row.slots.n, 1);
	write_reread(w, &w->row, after, true);
	return true;
}
