/*
 * computed - functions of a row, as expressions.
 *
 * Where the row itself is at hand it is passed by its alias. An object that is embedded in a
 * document has no row, so its columns are read from the document's keys, or its row is looked up by
 * the key that stands in the document; a document without the key gives the null row.
 */
#include "sql/planner_int.h"

void put_looked_up(struct sql *w, const struct scope *s, const struct backing *b,
	const struct cat_column *column)
{
	sql_lit(w, "(select r");
	if (column) {
		sql_lit(w, ".");
		sql_ident(w, column->name);
	}
	sql_lit(w, " from ");
	sql_relation(w, b->relation);
	sql_lit(w, " r where ");
	for (size_t i = 0; i < b->nkey; i++) {
		struct place key = { .column = b->key[i] };
		if (i)
			sql_lit(w, " and ");
		sql_lit(w, "r.");
		sql_ident(w, b->key[i]->name);
		sql_lit(w, " = ");
		put_place_typed(w, s, &key);
	}
	if (b->nkey == 0)
		sql_lit(w, "false");
	sql_lit(w, ")");
}

void put_row_arguments(struct sql *w, const struct scope *s, const struct computed *row)
{
	if (!row->columns && s->embedded)
		put_looked_up(w, s, row->backing, NULL);
	else if (!row->columns)
		sql_alias(w, s->row->alias);
	for (size_t i = 0; row->columns && i < row->n; i++) {
		struct place column = { .column = row->columns[i] };
		if (i)
			sql_lit(w, ", ");
		put_place_typed(w, s, &column);
	}
}

void put_computed(struct sql *w, const struct scope *s, const struct computed *row)
{
	sql_catalog(w, row->function->sql);
	sql_lit(w, "(");
	put_row_arguments(w, s, row);
	sql_lit(w, ")");
}

bool put_call_value(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_field *f, const struct binding *b, struct nodes nodes)
{
	const struct cat_type *t = cat_type_plain(b->call->function->returns);
	bool set = b->call->function->returns_set;
	bool wrap = !set && (t->kind == CAT_ARRAY || t->kind == CAT_COMPOSITE);
	if (set)
		sql_lit(w, "(select coalesce(json_agg(x), '[]'::json) from ");
	if (wrap)
		sql_lit(w, "to_json(");
	bool ok = put_function_call(p, w, s, f, b, nodes);
	if (set)
		sql_lit(w, " x)");
	if (wrap)
		sql_lit(w, ")");
	return ok;
}
