/*
 * write_change - INSERT, UPDATE, upsert and DELETE of one row, or of the rows of x.
 *
 * A value that a row of a batch does not give is the column's default when the row is new, and what
 * is stored when it is there. A batch's INSERT takes rows in the order of x and gives them back in
 * that order; an upsert gives its key back, the others n.
 */
#include "sql/write_int.h"

static void put_column(struct sql *s, uint32_t alias, const struct cat_column *column)
{
	sql_alias(s, alias);
	sql_lit(s, ".");
	sql_ident(s, column->name);
}

static void put_table(struct writing *w, struct sql *s)
{
	sql_catalog(s, w->t->table->sql);
	sql_lit(s, " as ");
	sql_alias(s, w->table);
}

static bool is_stored(const struct writing *w, const struct given *g)
{
	bool inserts = w->t->action == WRITE_INSERT || w->t->action == WRITE_UPSERT;
	return g->value->role == WRITE_VALUE || (inserts && g->value->role == WRITE_KEY);
}

/* ---- conditions ---- */

void write_put_key_value(struct writing *w, struct sql *s, const struct given *g)
{
	const struct cat_column *column = g->value->column;
	bool stored = w->t->action == WRITE_UPSERT && column->stored.n;
	if (stored)
		sql_lit(s, "(");
	sql_catalog(s, g->sql);
	if (!stored)
		return;
	sql_lit(s, ")::");
	sql_catalog(s, column->stored);
}

void write_put_key(struct writing *w, struct sql *s, uint32_t alias)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY)
			continue;
		if (n++)
			sql_lit(s, " and ");
		put_column(s, alias, g->value->column);
		sql_lit(s, " = ");
		write_put_key_value(w, s, g);
	}
	if (n == 0)
		sql_lit(s, "true");
}

/* " and …": the version that was sent, if it was. */
static void put_version(struct writing *w, struct sql *s)
{
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_VERSION)
			continue;
		sql_lit(s, " and (");
		put_column(s, w->table, g->value->column);
		sql_lit(s, " = ");
		sql_catalog(s, g->sql);
		if (g->test.n) {
			sql_lit(s, " or ");
			sql_catalog(s, g->sql);
			sql_lit(s, " is null");
		}
		sql_lit(s, ")");
	}
}

/* ---- insert ---- */

static size_t put_columns(struct writing *w, struct sql *s)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (!is_stored(w, g))
			continue;
		sql_put_program(s, n++ ? ", " : " (");
		sql_ident(s, g->value->column->name);
	}
	if (n)
		sql_lit(s, ")");
	return n;
}

void write_put_or_default(struct sql *s, const struct given *g)
{
	const struct cat_column *column = g->value->column;
	if (!g->test.n) {
		sql_catalog(s, g->sql);
		return;
	}
	sql_lit(s, "case when ");
	sql_catalog(s, g->test);
	sql_lit(s, " then ");
	sql_catalog(s, g->sql);
	sql_lit(s, " else ");
	if (column->default_sql.n)
		sql_catalog(s, column->default_sql);
	else
		sql_lit(s, "null");
	sql_lit(s, " end");
}

static void put_new_values(struct writing *w, struct sql *s)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		if (!is_stored(w, &w->given.at[i]))
			continue;
		if (n++)
			sql_lit(s, ", ");
		write_put_or_default(s, &w->given.at[i]);
	}
}

static bool stores_identity(const struct writing *w)
{
	for (size_t i = 0; i < w->given.n; i++)
		if (is_stored(w, &w->given.at[i]) && w->given.at[i].value->column->identity)
			return true;
	return false;
}

/* The values of an item's key. */
static void put_item_key(struct writing *w, struct sql *s)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY)
			continue;
		if (n++)
			sql_lit(s, ", ");
		write_put_key_value(w, s, g);
	}
}

static void put_insert(struct writing *w, struct sql *s)
{
	sql_lit(s, "insert into ");
	put_table(w, s);
	size_t n = put_columns(w, s);
	if (stores_identity(w))
		sql_lit(s, " overriding system value");
	if (n == 0 && !w->many) {
		sql_lit(s, " default values");
	} else if (!w->many) {
		sql_lit(s, " values (");
		put_new_values(w, s);
		sql_lit(s, ")");
	} else {
		sql_lit(s, " select ");
		put_new_values(w, s);
		sql_lit(s, " from x");
		if (w->t->action == WRITE_UPSERT)
			sql_lit(s, " where not x.dup");
		if (w->unconnected.text.n)
			sql_lit(s, " where not x.bad");
		sql_lit(s, " order by ");
		/* in the order of their keys upserts do not wait for each other in a circle */
		if (w->t->action == WRITE_UPSERT)
			put_item_key(w, s);
		else
			sql_lit(s, "x.n");
	}
}

/* ---- update ---- */

/* The next version, for columns that the database does not advance by itself. */
static void put_next_version(struct writing *w, struct sql *s)
{
	const struct cat_column *v = w->t->version;
	str type = cat_type_plain(v->type)->name;
	sql_ident(s, v->name);
	sql_lit(s, " = ");
	if (str_eq(type, S("uuid"))) {
		sql_lit(s, "gen_random_uuid()");
		return;
	}
	bool with_zone = str_eq(type, S("timestamptz"));
	if (with_zone || str_eq(type, S("timestamp"))) {
		sql_put_program(s,
			with_zone ? "greatest(clock_timestamp(), "
				  : "greatest(clock_timestamp()::timestamp, ");
		put_column(s, w->table, v);
		sql_lit(s, " + interval '1 microsecond')");
		return;
	}
	sql_lit(s, "coalesce(");
	put_column(s, w->table, v);
	sql_lit(s, ", 0) + 1");
}

static bool is_set(const struct writing *w, const struct given *g)
{
	if (g->value->role != WRITE_VALUE)
		return false;
	for (size_t i = 0; i < w->t->nset; i++)
		if (w->t->set[i] == g->value->column)
			return true;
	return w->t->nset == 0;
}

static size_t count_set(const struct writing *w)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++)
		n += is_set(w, &w->given.at[i]);
	return n;
}

static void put_set(struct writing *w, struct sql *s)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (!is_set(w, g))
			continue;
		if (n++)
			sql_lit(s, ", ");
		sql_ident(s, g->value->column->name);
		sql_lit(s, " = ");
		if (g->test.n) {
			sql_lit(s, "case when ");
			sql_catalog(s, g->test);
			sql_lit(s, " then ");
		}
		sql_catalog(s, g->sql);
		if (g->test.n) {
			sql_lit(s, " else ");
			put_column(s, w->table, g->value->column);
			sql_lit(s, " end");
		}
	}
	if (w->t->version && !w->t->xmin) {
		if (n)
			sql_lit(s, ", ");
		put_next_version(w, s);
	}
}

static void put_where_of(struct writing *w, struct sql *s)
{
	sql_lit(s, " where ");
	write_put_key(w, s, w->table);
	put_version(w, s);
	if (w->many)
		sql_lit(s, " and not x.dup");
	if (w->many && w->t->row.nnested)
		sql_lit(s, " and not x.bad");
	if (w->condition.n) {
		sql_lit(s, " and ");
		sql_catalog(s, w->condition);
	}
}

/* Tables beside the written one: the batch's rows, or a filter's. */
static void put_others(struct writing *w, struct sql *s, const char *before)
{
	if (!w->many && !w->from.n)
		return;
	sql_put_program(s, before);
	sql_catalog(s, w->many ? S("x") : w->from);
}

static void put_update(struct writing *w, struct sql *s, str returning)
{
	bool changes = count_set(w) > 0;
	sql_put_program(s, changes ? "update " : "select ");
	if (!changes) {
		sql_catalog(s, returning);
		sql_lit(s, " from ");
	}
	put_table(w, s);
	if (changes) {
		sql_lit(s, " set ");
		put_set(w, s);
	}
	put_others(w, s, changes ? " from " : ", ");
	put_where_of(w, s);
	if (changes) {
		sql_lit(s, " returning ");
		sql_catalog(s, returning);
	}
}

/* ---- upsert ---- */

/* The conflict target's columns, of `alias` or bare. */
static void put_target(struct writing *w, struct sql *s, const char *before)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY)
			continue;
		if (n++)
			sql_lit(s, ", ");
		sql_put_program(s, before);
		sql_ident(s, g->value->column->name);
	}
}

/* The target's values of the row that was to be inserted, as one text. */
static void put_excluded_key(struct writing *w, struct sql *s)
{
	sql_lit(s, "jsonb_build_array(");
	put_target(w, s, "excluded.");
	sql_lit(s, ")::text");
}

/* What the item that wants to be inserted gives: looked up by its key in `g`. */
static void put_given_test(struct writing *w, struct sql *s, const struct given *g)
{
	size_t bit = (size_t)(g->value - w->t->row.values);
	sql_lit(s, "((select g.given from g) ->> ");
	put_excluded_key(w, s);
	sql_lit(s, ")::int8 & ");
	sql_number(s, (uint64_t)1 << bit);
	sql_lit(s, " <> 0");
}

static void put_upsert_set(struct writing *w, struct sql *s)
{
	size_t n = 0;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (!is_set(w, g))
			continue;
		if (n++)
			sql_lit(s, ", ");
		sql_ident(s, g->value->column->name);
		sql_lit(s, " = ");
		if (g->test.n) {
			sql_lit(s, "case when ");
			if (w->many)
				put_given_test(w, s, g);
			else
				sql_catalog(s, g->test);
			sql_lit(s, " then ");
		}
		sql_lit(s, "excluded.");
		sql_ident(s, g->value->column->name);
		if (g->test.n) {
			sql_lit(s, " else ");
			put_column(s, w->table, g->value->column);
			sql_lit(s, " end");
		}
	}
	if (w->t->version && !w->t->xmin && n > 0) {
		sql_lit(s, ", ");
		put_next_version(w, s);
	}
	if (n > 0)
		return;
	/* nothing to change: the row is locked and given back */
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_KEY || n++)
			continue;
		sql_ident(s, g->value->column->name);
		sql_lit(s, " = excluded.");
		sql_ident(s, g->value->column->name);
	}
}

/* " where …": the version of the row that is there. */
static void put_upsert_version(struct writing *w, struct sql *s)
{
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role != WRITE_VERSION)
			continue;
		struct sql sent = sql_on(w->p->arena, w->params);
		if (w->many) {
			sql_lit(&sent, "((select g.versions from g) ->> ");
			put_excluded_key(w, &sent);
			sql_lit(&sent, ")::");
			sql_catalog(&sent, g->value->column->type->sql);
		} else {
			sql_catalog(&sent, g->sql);
		}
		sql_lit(s, " where ");
		put_column(s, w->table, g->value->column);
		sql_lit(s, " = ");
		sql_append(s, &sent);
		if (w->many || g->test.n) {
			sql_lit(s, " or ");
			sql_append(s, &sent);
			sql_lit(s, " is null");
		}
	}
}

static void put_upsert(struct writing *w, struct sql *s)
{
	put_insert(w, s);
	sql_lit(s, " on conflict (");
	put_target(w, s, "");
	sql_lit(s, ") do update set ");
	put_upsert_set(w, s);
	put_upsert_version(w, s);
}

/* ---- delete ---- */

static void put_delete(struct writing *w, struct sql *s)
{
	sql_lit(s, "delete from ");
	put_table(w, s);
	put_others(w, s, " using ");
	put_where_of(w, s);
}

/* ---- the parts together ---- */

/* g: by key of the upsert, what the item gives and its version. */
static void put_upsert_lookup(struct writing *w, struct sql *s)
{
	const struct given *version = NULL;
	bool mask = false;
	for (size_t i = 0; i < w->given.n; i++) {
		const struct given *g = &w->given.at[i];
		if (g->value->role == WRITE_VERSION)
			version = g;
		mask |= g->test.n > 0;
	}
	if (!mask && !version)
		return;
	sql_lit(s, ", g as materialized (select jsonb_object_agg(jsonb_build_array(");
	put_item_key(w, s);
	sql_put_program(s, mask ? ")::text, x.m) as given" : ")::text, 0) as given");
	if (version) {
		sql_lit(s, ", jsonb_object_agg(jsonb_build_array(");
		put_item_key(w, s);
		sql_lit(s, ")::text, ");
		sql_catalog(s, version->sql);
		sql_lit(s, "::text) as versions");
	}
	sql_lit(s, " from x where not x.dup)");
}

void write_put_batch(struct writing *w, struct sql *s)
{
	if (!w->many)
		return;
	sql_append(s, &w->before);
	sql_lit(s, "x as materialized (select x.*");
	if (w->t->action != WRITE_INSERT) {
		sql_lit(s, ", count(*) over (partition by ");
		put_item_key(w, s);
		sql_lit(s, ") > 1 as dup");
	}
	sql_lit(s, " from ");
	sql_catalog(s, w->batch);
	sql_lit(s, ")");
	if (w->t->action == WRITE_UPSERT)
		put_upsert_lookup(w, s);
	sql_lit(s, ", ");
}

void write_put_change(struct writing *w, struct sql *s, str returning)
{
	switch (w->t->action) {
	case WRITE_INSERT: put_insert(w, s); break;
	case WRITE_UPSERT: put_upsert(w, s); break;
	case WRITE_DELETE: put_delete(w, s); break;
	case WRITE_UPDATE: put_update(w, s, returning); return;
	}
	sql_lit(s, " returning ");
	sql_catalog(s, returning);
}
