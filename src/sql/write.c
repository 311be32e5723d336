/*
 * write - root fields that write rows of a table.
 *
 * One statement changes the table. When it is one row, nothing is compared, and the columns that
 * come back are enough, it is the bare INSERT, UPDATE or DELETE with its RETURNING. Otherwise it is
 * the part `w` of a statement that gives one row an item, in their order, with a verdict:
 *
 *     with x as (the batch's items), w as (the change … returning …)
 *     select slots, verdict, … from x left join w … order by x.n
 *
 * When rows must be read again, their keys are left in settings of the transaction, where the next
 * statement finds them: all in one round trip.
 */
#include "sql/write_int.h"

/* ---- select lists ---- */

static void put_comma(struct sql *s)
{
	if (s->text.n)
		sql_lit(s, ", ");
}

static bool wants_links(const struct writing *w)
{
	bool elsewhere = w->rows == ROWS_BEFORE || w->rows == ROWS_AFTER;
	return elsewhere || w->out->conflict_in >= 0;
}

static void put_link(struct sql *s, uint32_t alias, const struct write_link *link)
{
	sql_alias(s, alias);
	sql_lit(s, ".");
	sql_ident(s, link->table->name);
}

str write_returning(struct writing *w)
{
	struct sql s = sql_on(w->p->arena, w->params);
	bool found = w->t->action == WRITE_UPDATE || w->t->action == WRITE_DELETE;
	if (w->many && found)
		sql_lit(&s, "x.n");
	for (size_t i = 0; w->many && w->t->action == WRITE_UPSERT && i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY)
			continue;
		put_comma(&s);
		sql_alias(&s, w->table);
		sql_lit(&s, ".");
		sql_ident(&s, g->value->column->name);
		sql_lit(&s, " as q");
		sql_number(&s, i);
	}
	for (size_t i = 0; w->rows == ROWS_DIRECT && i < w->row.slots.n; i++) {
		put_comma(&s);
		sql_catalog(&s, w->row.slots.at[i]);
		sql_lit(&s, " as s");
		sql_number(&s, i);
	}
	for (size_t i = 0; wants_links(w) && i < w->t->nlinks; i++) {
		put_comma(&s);
		put_link(&s, w->table, &w->t->links[i]);
		sql_lit(&s, " as k");
		sql_number(&s, i);
	}
	if (w->echo.n) {
		put_comma(&s);
		sql_catalog(&s, w->echo);
		sql_lit(&s, " as e");
	}
	for (size_t i = 0; i < w->references.n; i++) {
		put_comma(&s);
		sql_alias(&s, w->table);
		sql_lit(&s, ".");
		sql_ident(&s, w->references.at[i].column->name);
		sql_lit(&s, " as ");
		sql_catalog(&s, w->references.at[i].name);
	}
	put_comma(&s);
	sql_lit(&s, "true as hit");
	return buf_str(&s.text);
}

/* The entity's slots, as they come out of the statement. */
static int put_row_slots(struct writing *w, struct sql *s)
{
	size_t n = w->row.slots.n;
	bool here = w->rows == ROWS_DIRECT || w->rows == ROWS_BEFORE;
	if (!here || n == 0) {
		sql_lit(s, "null");
		return 1;
	}
	if (w->rows == ROWS_BEFORE) {
		put_slots(s, &w->row);
		return (int)n;
	}
	for (size_t i = 0; i < n; i++) {
		sql_put_program(s, i ? ", r.s" : "r.s");
		sql_number(s, i);
	}
	return (int)n;
}

/* What it means that no row was written. */
static void put_miss(struct writing *w, struct sql *s)
{
	bool upsert = w->t->action == WRITE_UPSERT;
	if (w->t->action == WRITE_INSERT || (upsert && !write_has_version(w))) {
		sql_lit(s, "'skipped'");
		return;
	}
	if (!upsert && !write_has_version(w)) {
		sql_lit(s, "'missing'");
		return;
	}
	uint32_t other = w->p->aliases++;
	sql_lit(s, "case when exists (select 1 from ");
	sql_catalog(s, w->t->table->sql);
	sql_lit(s, " ");
	sql_alias(s, other);
	sql_lit(s, " where ");
	write_put_key(w, s, other);
	sql_put_program(s,
		upsert ? ") then 'conflict' else 'skipped' end"
		       : ") then 'conflict' else 'missing' end");
}

void write_put_verdict(struct writing *w, struct sql *s)
{
	bool found = w->t->action == WRITE_UPDATE;
	sql_lit(s, "case ");
	if (w->unconnected.text.n) {
		sql_put_program(s, found ? "when x.bad or r.hit and (" : "when ");
		sql_append(s, &w->unconnected);
		/* what should refer to a row that is not there is not there either */
		if (found)
			sql_lit(s, ") and (select count(*) from w) = (select count(*) from x)");
		sql_lit(s, " then 'unconnected' ");
	}
	sql_lit(s, "when r.hit then 'ok' ");
	if (w->many && w->t->action != WRITE_INSERT)
		sql_lit(s, "when x.dup then 'duplicate' ");
	sql_lit(s, "else ");
	put_miss(w, s);
	sql_lit(s, " end");
}

/* ---- settings ---- */

void write_put_one_key(struct writing *w, struct sql *s, size_t i)
{
	sql_lit(s, "r.k");
	sql_number(s, i);
	sql_lit(s, "::text");
	if (w->out->conflict_in < 0)
		return;
	uint32_t other = w->p->aliases++;
	sql_lit(s, ", (select ");
	put_link(s, other, &w->t->links[i]);
	sql_lit(s, "::text from ");
	sql_catalog(s, w->t->table->sql);
	sql_lit(s, " ");
	sql_alias(s, other);
	sql_lit(s, " where ");
	write_put_key(w, s, other);
	sql_lit(s, ")");
}

static bool wants_settings(const struct writing *w)
{
	return w->rows == ROWS_AFTER || w->out->conflict_in >= 0;
}

/* ", set_config(…)" for each link. */
static void put_settings(struct writing *w, struct sql *s)
{
	for (size_t i = 0; wants_settings(w) && !w->many && i < w->t->nlinks; i++) {
		sql_lit(s, ", set_config('fraiseql.key");
		sql_number(s, i);
		sql_lit(s, "', coalesce(");
		write_put_one_key(w, s, i);
		sql_lit(s, ", ''), true)");
	}
	/* k is all keys: each row asks for it, none gives it back */
	for (size_t i = 0; wants_settings(w) && w->many && i < w->t->nlinks; i++) {
		sql_lit(s, ", k.k");
		sql_number(s, i);
		sql_lit(s, " is null");
	}
}

/* from x left join the written rows r */
static void put_items(struct writing *w, struct sql *s)
{
	sql_put_program(s,
		w->t->action == WRITE_INSERT ? " from x left join i r on "
					     : " from x left join w r on ");
	if (w->t->action != WRITE_UPSERT) {
		sql_lit(s, "r.n = x.n");
		return;
	}
	bool first = true;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY)
			continue;
		sql_put_program(s, first ? "r.q" : " and r.q");
		first = false;
		sql_number(s, i);
		sql_lit(s, " = ");
		write_put_key_value(w, s, g);
	}
}

/* ", k as (…)": all keys, as arrays in the order of the items. */
static void put_many_settings(struct writing *w, struct sql *s)
{
	if (!w->many || !wants_settings(w))
		return;
	sql_lit(s, ", k as materialized (select ");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(s, i ? ", " : "");
		sql_lit(s, "set_config('fraiseql.key");
		sql_number(s, i);
		sql_lit(s, "', coalesce(array_agg(coalesce(");
		write_put_one_key(w, s, i);
		sql_lit(s, ") order by x.n)::text, '{}'), true) as k");
		sql_number(s, i);
	}
	put_items(w, s);
	sql_lit(s, ")");
}

/* ---- the statement ---- */

static void put_source_before(struct writing *w, struct sql *s)
{
	if (w->rows != ROWS_BEFORE)
		return;
	sql_lit(s, " left join ");
	sql_catalog(s, w->row.source->relation->sql);
	sql_lit(s, " ");
	sql_alias(s, w->row.alias);
	sql_lit(s, " on ");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(s, i ? " and " : "");
		sql_alias(s, w->row.alias);
		sql_lit(s, ".");
		sql_ident(s, w->t->links[i].source->name);
		sql_lit(s, " = r.k");
		sql_number(s, i);
	}
}

static void put_bare(struct writing *w, struct sql *s)
{
	struct sql list = sql_on(w->p->arena, w->params);
	if (w->rows == ROWS_DIRECT)
		put_slots(&list, &w->row);
	else
		sql_lit(&list, "1");
	w->out->rows_in = w->rows == ROWS_DIRECT ? 0 : -1;
	if (w->echo.n) {
		w->out->echo_at = w->rows == ROWS_DIRECT ? (int)MAX(w->row.slots.n, 1) : 1;
		sql_lit(&list, ", ");
		sql_catalog(&list, w->echo);
	}
	write_put_change(w, s, buf_str(&list.text));
}

static void put_judged(struct writing *w, struct sql *s)
{
	struct write_plan *out = w->out;
	sql_lit(s, "with ");
	write_put_batch(w, s);
	sql_lit(s, "w as (");
	write_put_change(w, s, write_returning(w));
	sql_lit(s, ")");
	if (w->many && w->t->action == WRITE_INSERT)
		sql_lit(s, ", i as (select row_number() over () as n, w.* from w)");
	else if (w->references.n)
		sql_lit(s, ", i as (select * from w)");
	if (w->behind.text.n) {
		sql_lit(s, ", ");
		sql_catalog(s, str_sub(buf_str(&w->behind.text), 0, w->behind.text.n - 2));
	}
	put_many_settings(w, s);
	sql_lit(s, " select ");
	out->verdict_at = put_row_slots(w, s);
	sql_lit(s, ", ");
	write_put_verdict(w, s);
	if (w->echo.n) {
		out->echo_at = out->verdict_at + 1;
		sql_lit(s, ", r.e");
	}
	if (w->rows == ROWS_BEFORE) {
		out->found_at = out->verdict_at + 1 + (w->echo.n > 0);
		sql_lit(s, ", ");
		sql_alias(s, w->row.alias);
		sql_lit(s, ".");
		sql_ident(s, w->t->links[0].source->name);
	}
	put_settings(w, s);
	if (w->many)
		put_items(w, s);
	else
		sql_lit(s, " from (select 1) o left join w r on true");
	put_source_before(w, s);
	if (!w->many)
		return;
	if (wants_settings(w))
		sql_lit(s, " cross join k");
	sql_lit(s, " order by x.n");
}

static bool is_bare(const struct writing *w)
{
	bool returned = w->rows == ROWS_NONE || w->rows == ROWS_DIRECT;
	return !w->many && !write_has_version(w) && returned;
}

/* The change comes first, then what is read again, in the order in which they run. */
static void plan_statements(struct writing *w, const struct params *after)
{
	struct planner *p = w->p;
	struct write_plan *out = w->out;
	struct sql s = sql_on(p->arena, w->params);
	if (is_bare(w))
		put_bare(w, &s);
	else
		put_judged(w, &s);
	planner_statement(p, &s);
	w->nstatements = 1;
	out->hold = w->many;
	if (w->rows == ROWS_DIRECT || w->rows == ROWS_BEFORE)
		out->rows_in = 0;
	if (w->rows == ROWS_AFTER) {
		out->rows_in = (int)w->nstatements++;
		out->found_at = w->many ? (int)MAX(w->row.slots.n, 1) : -1;
		write_reread(w, &w->row, after, w->many);
	}
	if (out->conflict_in >= 0) {
		out->conflict_in = (int)w->nstatements++;
		write_reread(w, &w->conflict, w->conflict_params, w->many);
	}
}

static bool plan_parts(struct writing *w, struct plan_root *root)
{
	struct planner *p = w->p;
	struct params *after = arena_new(p->arena, struct params);
	const struct write *t = w->t;
	if (!write_values(w))
		return false;
	w->row.alias = w->table = p->aliases++;
	if (t->entity)
		w->row.source = model_facts(p->model, t->entity)->source;
	p->params = t->action == WRITE_DELETE && !t->each ? w->params : after;
	if (!write_result(w, root))
		return false;
	p->params = w->params;
	if (t->where)
		return write_by_filter(w, after);
	if (w->each)
		write_each(w, after);
	else
		plan_statements(w, after);
	return true;
}

bool plan_write(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	struct write_plan *out = arena_new(p->arena, struct write_plan);
	struct writing w = { .p = p,
		.field = f,
		.t = model_binding(p->model, f)->write,
		.nodes = nodes,
		.node = nodes.at[0],
		.params = arena_new(p->arena, struct params),
		.out = out };
	*out = (struct write_plan){ .write = w.t,
		.verdict_at = -1,
		.count_at = -1,
		.echo_at = -1,
		.rows_in = -1,
		.conflict_in = -1,
		.found_at = -1 };
	p->params = w.params;
	p->aliases = 0;
	p->wants_row = false;
	p->depth++;
	bool ok = plan_parts(&w, root);
	p->depth--;
	if (!ok)
		return false;
	root->kind = ROOT_WRITE;
	root->write = out;
	root->nstatements = w.nstatements;
	root->statement = (int)(p->statements.n - w.nstatements);
	return true;
}
