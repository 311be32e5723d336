/*
 * write_each - a batch whose items succeed or fail one by one.
 *
 *     1  the items' values go into settings of the transaction
 *     2  DELETE: the rows are read as they are
 *     3  a block of PL/pgSQL writes one item after the other, each in a subtransaction of its own
 *        (a block with an exception handler), and leaves what came of it in a setting
 *     4  the outcomes, in the order of the items, with the rows read again
 *     5  the rows whose versions were others
 *
 * All in one transaction and round trip. Errors of an item are its own when a client can expect
 * them (data, constraints, privileges, raised by the application); all others end the transaction.
 */
#include "sql/write_int.h"

/* SQLSTATEs that are an item's own. */
#define OWN_STATES "^(22|23|42501|55P03|P0001)"

static const char OUTCOMES[] =
	" from jsonb_array_elements(current_setting('fraiseql.outcomes')::jsonb)"
	" with ordinality i(r, n)";

/* ---- the block ---- */

/* select … into w_ from the change */
static void put_item(struct writing *w, struct sql *s)
{
	bool keys = w->rows == ROWS_AFTER || w->out->conflict_in >= 0;
	sql_lit(s, "with w as (");
	write_put_change(w, s, write_returning(w));
	sql_lit(s, ") select jsonb_build_object('v', ");
	write_put_verdict(w, s);
	if (w->echo.n)
		sql_lit(s, ", 'e', r.e");
	for (size_t i = 0; keys && i < w->t->nlinks; i++) {
		sql_lit(s, ", 'k");
		sql_number(s, i);
		sql_lit(s, "', coalesce(");
		write_put_one_key(w, s, i);
		sql_lit(s, ")");
	}
	sql_lit(s, ")::text into fraiseql_outcome from (select 1) o left join w r on true;");
}

static void put_block(struct writing *w, struct sql *s)
{
	sql_lit(s,
		"#variable_conflict use_column\n"
		"declare x record; fraiseql_outcome text; fraiseql_outcomes text[] := '{}';"
		" s text; m text; d text; c text; t text; h text; i text; l text; f text;"
		" y text;"
		" begin for x in select * from ");
	sql_catalog(s, w->batch);
	sql_lit(s, " order by n loop begin ");
	put_item(w, s);
	sql_lit(s,
		" exception when others then get stacked diagnostics s = returned_sqlstate,"
		" m = message_text, d = pg_exception_detail, c = constraint_name,"
		" h = schema_name, t = table_name, i = pg_exception_hint, l = column_name,"
		" y = pg_datatype_name,"
		" f = pg_exception_context;"
		" if s !~ '" OWN_STATES "' then raise; end if;"
		" fraiseql_outcome := jsonb_build_object('s', s, 'm', m, 'd', d, 'c', c, 'h', h,"
		" 't', t, 'i', i, 'y', y, 'l', l, 'f', split_part(f, chr(10), 1) like '%RAISE')::text; end;"
		" fraiseql_outcomes := fraiseql_outcomes || fraiseql_outcome; end loop;"
		" perform set_config('fraiseql.outcomes',"
		" '[' || array_to_string(fraiseql_outcomes, ',') || ']', true); end");
}

/* ---- statements ---- */

static int end_statement(struct writing *w, struct sql *s)
{
	planner_statement(w->p, s);
	return (int)w->nstatements++;
}

static struct sql begin_statement(struct writing *w)
{
	return sql_on(w->p->arena, arena_new(w->p->arena, struct params));
}

static void plan_settings(struct writing *w)
{
	struct sql s = sql_on(w->p->arena, w->params);
	sql_lit(&s, "select ");
	sql_append(&s, &w->settings);
	end_statement(w, &s);
}

/* " left join source on its key is that of the outcome"; only for outcomes with this verdict. */
static void put_row_of_outcome(struct writing *w, struct sql *s, const struct row *row,
	const char *verdict)
{
	sql_lit(s, " left join ");
	sql_catalog(s, row->source->relation->sql);
	sql_lit(s, " ");
	sql_alias(s, row->alias);
	sql_lit(s, " on i.r->>'v' = '");
	sql_put_program(s, verdict);
	sql_lit(s, "'");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_lit(s, " and ");
		sql_alias(s, row->alias);
		sql_lit(s, ".");
		sql_ident(s, w->t->links[i].source->name);
		sql_lit(s, " = (i.r->>'k");
		sql_number(s, i);
		sql_lit(s, "')::");
		sql_catalog(s, cat_type_plain(w->t->links[i].table->type)->sql);
	}
}

static void put_found(struct writing *w, struct sql *s, const struct row *row)
{
	sql_lit(s, ", ");
	sql_alias(s, row->alias);
	sql_lit(s, ".");
	sql_ident(s, w->t->links[0].source->name);
}

/* DELETE: one row an item, as it was. */
static void plan_rows_before(struct writing *w, const struct params *params)
{
	struct params *own = arena_new(w->p->arena, struct params);
	*own = *params;
	struct sql s = sql_on(w->p->arena, own);
	sql_lit(&s, "select ");
	put_slots(&s, &w->row);
	put_found(w, &s, &w->row);
	sql_lit(&s, " from ");
	sql_catalog(&s, w->batch);
	sql_lit(&s, " left join ");
	sql_catalog(&s, w->t->table->sql);
	sql_lit(&s, " ");
	sql_alias(&s, w->table);
	sql_lit(&s, " on ");
	write_put_key(w, &s, w->table);
	sql_lit(&s, " left join ");
	sql_catalog(&s, w->row.source->relation->sql);
	sql_lit(&s, " ");
	sql_alias(&s, w->row.alias);
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(&s, i ? " and " : " on ");
		sql_alias(&s, w->row.alias);
		sql_lit(&s, ".");
		sql_ident(&s, w->t->links[i].source->name);
		sql_lit(&s, " = ");
		sql_alias(&s, w->table);
		sql_lit(&s, ".");
		sql_ident(&s, w->t->links[i].table->name);
	}
	sql_lit(&s, " order by x.n");
	w->out->rows_in = end_statement(w, &s);
	w->out->found_at = (int)MAX(w->row.slots.n, 1);
}

static void plan_block(struct writing *w)
{
	struct sql body = begin_statement(w), s = begin_statement(w);
	put_block(w, &body);
	sql_lit(&s, "do ");
	sql_quoted(&s, buf_str(&body.text));
	end_statement(w, &s);
}

static void plan_outcomes(struct writing *w, const struct params *after)
{
	struct params *params = arena_new(w->p->arena, struct params);
	struct write_plan *out = w->out;
	*params = *after;
	struct sql s = sql_on(w->p->arena, params);
	bool rows = w->rows == ROWS_AFTER;
	sql_lit(&s, "select ");
	if (rows)
		put_slots(&s, &w->row);
	else
		sql_lit(&s, "null");
	out->verdict_at = rows ? (int)MAX(w->row.slots.n, 1) : 1;
	out->echo_at = out->verdict_at + 11;
	sql_lit(&s,
		", i.r->>'v', i.r->>'s', i.r->>'m', i.r->>'d', i.r->>'c', i.r->>'h', i.r->>'t',"
		" i.r->>'l', i.r->>'f', i.r->>'i', i.r->>'y', i.r->'e'");
	if (rows)
		put_found(w, &s, &w->row);
	sql_put_program(&s, OUTCOMES);
	if (rows)
		put_row_of_outcome(w, &s, &w->row, "ok");
	sql_lit(&s, " order by i.n");
	out->verdicts_in = end_statement(w, &s);
	if (!rows)
		return;
	out->rows_in = out->verdicts_in;
	out->found_at = out->echo_at + 1;
}

static void plan_conflicts(struct writing *w)
{
	struct params *params = arena_new(w->p->arena, struct params);
	*params = *w->conflict_params;
	struct sql s = sql_on(w->p->arena, params);
	sql_lit(&s, "select ");
	put_slots(&s, &w->conflict);
	put_found(w, &s, &w->conflict);
	sql_put_program(&s, OUTCOMES);
	put_row_of_outcome(w, &s, &w->conflict, "conflict");
	sql_lit(&s, " order by i.n");
	w->out->conflict_in = end_statement(w, &s);
}

void write_each(struct writing *w, const struct params *after)
{
	w->many = false;
	w->out->each = true;
	plan_settings(w);
	if (w->rows == ROWS_BEFORE)
		plan_rows_before(w, after);
	plan_block(w);
	plan_outcomes(w, after);
	if (w->out->conflict_in >= 0)
		plan_conflicts(w);
}
