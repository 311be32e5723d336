/*
 * write_result - what a write's selection shows, and where that is read.
 *
 * Columns that the change gives back are enough when the type's source is the written table, unless
 * something could make them differ from what a query would show afterwards: a trigger that runs
 * after the change, or a relation, which may lead to rows that the same change writes. Then the
 * rows are read again through the source by the next statement, which sees all of it. What is
 * deleted is read as it was.
 */
#include "base/json.h"
#include "schema/names.h"
#include "sql/write_int.h"

/* ---- members ---- */

struct splices {
	struct write_splice *at;
	size_t n;
};

static bool is_entity_field(const struct writing *w, const struct gql_field *f, bool conflict)
{
	return f->type->type == w->t->entity && str_starts(f->name, S("conflict")) == conflict &&
		(conflict || gql_is_list(f->type) == w->t->list);
}

/* Makes the fields that are entities splices, selected from `row`. */
static bool splice_entities(struct writing *w, const struct gql_type *member, struct shape *shape,
	struct row *row, bool conflict, struct splices *out)
{
	struct planner *p = w->p;
	const struct shape_fields *fields = &shape->variants[0];
	struct shape_field *copy = arena_array(p->arena, struct shape_field, fields->n);
	out->at = arena_array(p->arena, struct write_splice, fields->n);
	for (size_t i = 0; i < fields->n; i++) {
		copy[i] = fields->at[i];
		struct nodes nodes = { copy[i].nodes, copy[i].nnodes };
		struct scope scope = { .row = row };
		struct shape *object;
		if (!copy[i].field || !is_entity_field(w, copy[i].field, conflict)) {
			if (!copy[i].wants_row)
				continue;
			return planner_fail(p, nodes.at[0], ERR_UNSUPPORTED,
				"Relations can't be followed from \"%.*s.%.*s\".",
				STR_ARG(member->name), STR_ARG(copy[i].field->name));
		}
		if (!select_object(p, &scope, w->t->entity, nodes, &object))
			return false;
		copy[i].from = FROM_SPLICE;
		copy[i].slot = (uint32_t)out->n;
		out->at[out->n++] =
			(struct write_splice){ shape_wrap(p, copy[i].field->type, NULL, object),
				copy[i].name };
	}
	struct shape_fields *variant = arena_new(p->arena, struct shape_fields);
	*variant = (struct shape_fields){ fields->type, copy, fields->n };
	shape->variants = variant;
	return true;
}

static bool select_member(struct writing *w, const struct gql_type *member, struct row *row,
	bool conflict, const struct shape **shape, struct splices *splices)
{
	struct planner *p = w->p;
	struct scope scope = { .embedded = true };
	struct shape *own;
	p->wants_row = false;
	if (!select_object(p, &scope, member, w->nodes, &own))
		return false;
	p->wants_row = false;
	*shape = own;
	return splice_entities(w, member, own, row, conflict, splices);
}

/* {"id": …} of the row's columns that the success member has fields for. */
static void echo_columns(struct writing *w, const struct gql_type *success)
{
	struct planner *p = w->p;
	struct sql s = sql_on(p->arena, w->params);
	for (size_t i = 0; i < success->nfields && !w->t->list; i++) {
		const struct gql_field *f = &success->fields[i];
		const struct cat_column *column =
			cat_column_find(w->t->table, names_snake(p->arena, f->name));
		if (!column || !gql_is_leaf(f->type->type) || str_eq(f->name, S("status")) ||
			str_eq(f->name, S("message")) || str_eq(f->name, S("count")))
			continue;
		sql_put_program(&s, s.text.n ? ", " : "json_build_object(");
		sql_quoted(&s, column->name);
		sql_lit(&s, ", ");
		sql_alias(&s, w->table);
		sql_lit(&s, ".");
		sql_ident(&s, column->name);
	}
	if (s.text.n)
		sql_lit(&s, ")");
	w->echo = buf_str(&s.text);
}

/* ---- where rows come from ---- */

/* Is every slot a column of the row, perhaps as JSON? */
static bool has_columns_only(const struct row *row)
{
	for (size_t i = 0; i < row->slots.n; i++) {
		str slot = row->slots.at[i];
		if (str_starts(slot, S("to_json(")))
			slot = str_sub(slot, S("to_json(").n, slot.n);
		if (!str_starts(slot, S("t0.\"")))
			return false;
	}
	return true;
}

static enum row_source source_of_rows(struct writing *w)
{
	const struct cat_relation *table = w->t->table;
	bool deletes = w->t->action == WRITE_DELETE;
	if (w->row.source->relation != table)
		return deletes ? ROWS_BEFORE : ROWS_AFTER;
	if (deletes || (has_columns_only(&w->row) && !table->fires_after && table->kind == 'r'))
		return ROWS_DIRECT;
	return ROWS_AFTER;
}

static bool choose_source(struct writing *w)
{
	w->rows = source_of_rows(w);
	if (w->each && w->rows == ROWS_DIRECT)
		w->rows = w->t->action == WRITE_DELETE ? ROWS_BEFORE : ROWS_AFTER;
	if (w->rows == ROWS_DIRECT || w->t->nlinks > 0)
		return true;
	return planner_fail(w->p, w->node, ERR_UNSUPPORTED,
		"Relations of \"%.*s\" can't be followed here: its table has no unique key.",
		STR_ARG(w->t->entity->name));
}

/* The columns by which the rows of `row` are those of the table. */
static void put_link(struct sql *s, const struct row *row, const struct write_link *link)
{
	sql_alias(s, row->alias);
	sql_lit(s, ".");
	sql_ident(s, link->source->name);
}

static void put_settings_from(struct writing *w, struct sql *s, const struct row *row)
{
	sql_lit(s, " from unnest(");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		str type = cat_type_plain(w->t->links[i].table->type)->sql;
		sql_put_program(s, i ? ", " : "");
		sql_lit(s, "current_setting('fraiseql.key");
		sql_number(s, i);
		sql_lit(s, "', true)::");
		sql_catalog(s, type);
		sql_lit(s, "[]");
	}
	sql_lit(s, ") with ordinality k(");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_lit(s, "k");
		sql_number(s, i);
		sql_lit(s, ", ");
	}
	sql_lit(s, "n) left join ");
	sql_catalog(s, row->source->relation->sql);
	sql_lit(s, " ");
	sql_alias(s, row->alias);
	sql_lit(s, " on ");
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(s, i ? " and " : "");
		put_link(s, row, &w->t->links[i]);
		sql_lit(s, " = k.k");
		sql_number(s, i);
	}
	sql_lit(s, " order by k.n");
}

void write_reread(struct writing *w, const struct row *row, const struct params *params, bool many)
{
	struct params *own = arena_new(w->p->arena, struct params);
	*own = *params;
	struct sql s = sql_on(w->p->arena, own);
	sql_lit(&s, "select ");
	put_slots(&s, row);
	if (many) {
		sql_lit(&s, ", ");
		put_link(&s, row, &w->t->links[0]);
		put_settings_from(w, &s, row);
		planner_statement(w->p, &s);
		return;
	}
	sql_lit(&s, " from ");
	sql_catalog(&s, row->source->relation->sql);
	sql_lit(&s, " ");
	sql_alias(&s, row->alias);
	for (size_t i = 0; i < w->t->nlinks; i++) {
		sql_put_program(&s, i ? " and " : " where ");
		put_link(&s, row, &w->t->links[i]);
		sql_lit(&s, " = nullif(current_setting('fraiseql.key");
		sql_number(&s, i);
		sql_lit(&s, "', true), '')::");
		sql_catalog(&s, cat_type_plain(w->t->links[i].table->type)->sql);
	}
	sql_lit(&s, " limit 1");
	planner_statement(w->p, &s);
}

/* ---- results ---- */

static bool result_rows(struct writing *w, struct plan_root *root)
{
	struct scope scope = { .row = &w->row };
	struct shape *object;
	if (!select_object(w->p, &scope, w->t->entity, w->nodes, &object))
		return false;
	root->field.shape = shape_wrap(w->p, w->field->type, NULL, object);
	w->out->rows = root->field.shape;
	return choose_source(w);
}

static str conflict_key(struct writing *w, const struct gql_type *error)
{
	for (size_t i = 0; i < error->nfields; i++)
		if (is_entity_field(w, &error->fields[i], true))
			return names_snake(w->p->arena, error->fields[i].name);
	return STR_NONE;
}

static bool result_error(struct writing *w, struct mutation_plan *m)
{
	const struct gql_type *error = w->t->members->error;
	struct params *params = arena_new(w->p->arena, struct params);
	struct params *before = w->p->params;
	struct row *row = &w->conflict;
	struct splices splices = { 0 };
	row->alias = w->p->aliases++;
	w->conflict_params = params;
	if (w->t->entity)
		row->source = model_facts(w->p->model, w->t->entity)->source;
	w->p->params = params;
	if (!select_member(w, error, row, true, &m->error, &splices))
		return false;
	w->p->params = before;
	m->is_union = true;
	m->conflict_key = conflict_key(w, error);
	w->out->error_splices = splices.at;
	w->out->nerror_splices = splices.n;
	if (splices.n && write_has_version(w) && w->t->nlinks && (!w->t->batch || w->each))
		w->out->conflict_in = 1; /* or later: see plan_statements */
	return true;
}

static bool result_members(struct writing *w, struct plan_root *root)
{
	const struct call *members = w->t->members;
	struct mutation_plan *m = arena_new(w->p->arena, struct mutation_plan);
	struct splices splices = { 0 };
	struct scope scope = { .row = &w->row };
	struct shape *whole = NULL;
	m->call = members;
	root->mutation = m;
	bool ok;
	if (members->success == w->t->entity) {
		ok = select_object(w->p, &scope, w->t->entity, w->nodes, &whole);
		m->success = whole;
		w->out->rows = whole;
	} else {
		ok = select_member(w, members->success, &w->row, false, &m->success, &splices);
	}
	if (!ok)
		return false;
	w->out->success_splices = splices.at;
	w->out->nsuccess_splices = splices.n;
	if ((whole || splices.n) && !choose_source(w))
		return false;
	if (w->rows != ROWS_DIRECT)
		w->table = w->p->aliases++;
	echo_columns(w, members->success);
	root->field.shape = shape_wrap(w->p, w->field->type, NULL, m->success);
	return !members->error || result_error(w, m);
}

bool write_result(struct writing *w, struct plan_root *root)
{
	switch (w->t->result) {
	case WRITE_MEMBERS: return result_members(w, root);
	case WRITE_ROWS:
		if (!result_rows(w, root))
			return false;
		break;
	case WRITE_DONE:
	case WRITE_COUNT:
		root->field.shape = shape_wrap(w->p, w->field->type,
			&model_binding(w->p->model, w->field)->leaf, NULL);
		break;
	}
	if (w->rows != ROWS_DIRECT)
		w->table = w->p->aliases++;
	return true;
}
