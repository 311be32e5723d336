/*
 * write_row - the columns that arguments and input fields stand for.
 *
 * A field is the column of its name in snake_case, or the one that @column(name:) gives. Columns
 * that the database fills by itself (generated, identity) can't be given; a column that needs a
 * value must have a field.
 */
#include "schema/write_int.h"

#include "schema/names.h"

static bool is_json(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

static bool is_field_of(const struct gql_type *t, const struct gql_input *in)
{
	return t && t->ninputs && in >= t->inputs && in < t->inputs + t->ninputs;
}

str write_input_name(struct writing *w, const struct gql_input *in)
{
	const struct gql_schema *gql = w->c->gql;
	for (size_t i = 0; i < gql->ntypes; i++)
		if (is_field_of(gql->types[i], in))
			return str_printf(w->c->arena, "%.*s.%.*s", STR_ARG(gql->types[i]->name),
				STR_ARG(in->name));
	return str_printf(w->c->arena, "%.*s.%.*s(%.*s:)", STR_ARG(w->field->parent->name),
		STR_ARG(w->field->name), STR_ARG(in->name));
}

/* ---- columns ---- */

static const struct cat_column *find_column(struct writing *w, const struct cat_relation *table,
	const struct gql_input *in, str key)
{
	const struct cat_column *column = cat_column_find(table, key);
	bool named = directive_find(&in->node->directives, "column") != NULL;
	if (!column)
		column = bind_system_column(w->c, table, key);
	for (size_t i = 0; !column && !named && i < table->ncolumns; i++)
		if (!names_is_regular(table->columns[i].name) &&
			str_eq(names_camel(w->c->arena, table->columns[i].name), in->name))
			column = &table->columns[i];
	return column;
}

static bool misfit(struct writing *w, const struct gql_input *in, const struct cat_column *column,
	str hint)
{
	struct diagnostic *d = diag_error(w->c, in->source, in->node->type->at,
		"%.*s is %.*s, but column \"%.*s\" is %.*s.", STR_ARG(write_input_name(w, in)),
		STR_ARG(gql_ref_text(w->c->arena, in->type)), STR_ARG(column->name),
		STR_ARG(column->type->sql));
	d->hint = hint;
	return false;
}

static bool fit(struct writing *w, const struct gql_input *in, struct write_value *out)
{
	struct compiler *c = w->c;
	const struct cat_type *type = cat_type_plain(out->column->type);
	const struct gql_type *t = in->type->type;
	str fits = STR_NONE;
	out->form = is_json(type) ? WRITE_JSON : type->kind == CAT_ARRAY ? WRITE_ARRAY : WRITE_LEAF;
	if (out->form == WRITE_JSON)
		return true;
	if (t->kind == GQL_INPUT)
		return misfit(w, in, out->column,
			S("An input object fits a column of type jsonb, or a foreign key's name, "
			  "below which rows are connected or created."));
	bool list = gql_is_list(in->type) && !out->many;
	if (list != (out->form == WRITE_ARRAY))
		return misfit(w, in, out->column, STR_NONE);
	const struct cat_type *item = list && type->base ? type->base : type;
	out->leaf = leaf_of(c, t, item);
	return leaf_reads(c, &t->ref, item, &fits) || misfit(w, in, out->column, fits);
}

bool write_value_bind(struct writing *w, const struct cat_relation *table,
	const struct gql_input *in, str key, struct write_value *out)
{
	struct compiler *c = w->c;
	const struct cat_column *column = find_column(w, table, in, key);
	struct place place = { .column = column };
	if (!column) {
		struct diagnostic *d = diag_error(c, in->source, in->node->name.at,
			"%.*s: \"%.*s\" has no column \"%.*s\".", STR_ARG(write_input_name(w, in)),
			STR_ARG(table->name), STR_ARG(key));
		diag_nearest(c, d, cat_nearest_column(table, c->arena, key));
		return false;
	}
	if (bind_is_hidden(c, &place, in->source, in->node->name.at, "Input", in->name))
		return false;
	*out = (struct write_value){ .column = column, .input = in, .many = out->many };
	return fit(w, in, out);
}

/* ---- input objects ---- */

bool write_row_bind(struct writing *w, const struct gql_type *type, struct write_row *row)
{
	struct compiler *c = w->c;
	const str *keys = c->facts[type->id].keys;
	bool ok = true;
	row->type = type;
	row->values = arena_array(c->arena, struct write_value, type->ninputs);
	row->nested = arena_array(c->arena, struct write_nested, type->ninputs);
	for (size_t i = 0; i < type->ninputs; i++) {
		const struct gql_input *in = &type->inputs[i];
		if (write_is_nested(in)) {
			ok &= write_nested_bind(w, row, in, keys[i]);
			continue;
		}
		if (write_value_bind(w, row->table, in, keys[i], &row->values[row->nvalues]))
			row->nvalues++;
		else
			ok = false;
	}
	return ok;
}

/* ---- what must be there ---- */

static bool needs_value(const struct cat_column *column)
{
	return column->not_null && !column->has_default && !column->generated && !column->identity;
}

static const struct write_value *value_for(const struct write_value *values, size_t n,
	const struct cat_column *column)
{
	for (size_t i = 0; i < n; i++)
		if (values[i].column == column)
			return &values[i];
	return NULL;
}

static bool is_nested_key(const struct write_row *row, const struct cat_column *column)
{
	for (size_t i = 0; i < row->nnested; i++)
		for (size_t k = 0; !row->nested[i].many && k < row->nested[i].key->n; k++)
			if (row->nested[i].key->columns[k] == column)
				return true;
	return false;
}

static void report_missing(struct writing *w, const struct write_row *row,
	const struct cat_column *column)
{
	struct compiler *c = w->c;
	const struct gql_type *t = row->type;
	const struct scalar *s = scalar_for_pg(cat_type_plain(column->type)->name);
	str what = t ? t->name
		     : str_printf(c->arena, "%.*s.%.*s", STR_ARG(w->field->parent->name),
			       STR_ARG(w->field->name));
	const struct source *source = t ? t->nodes[0]->source : w->field->source;
	uint32_t at = t ? t->nodes[0]->name.at : w->field->node->name.at;
	str text = str_printf(c->arena,
		"%.*s gives no value for column \"%.*s\" of \"%.*s\", which needs one.",
		STR_ARG(what), STR_ARG(column->name), STR_ARG(row->table->name));
	/* a trigger may fill it */
	struct diagnostic *d = row->table->fires_before
		? diag_warning(c, source, at, "%.*s", STR_ARG(text))
		: diag_error(c, source, at, "%.*s", STR_ARG(text));
	d->hint = str_printf(c->arena, "Add `%.*s: %s!`, or give the column a default.",
		STR_ARG(names_camel(c->arena, column->name)), s ? s->name : "…");
}

void write_row_check(struct writing *w, const struct write_row *row, const struct write_value *args,
	size_t nargs)
{
	struct compiler *c = w->c;
	for (size_t i = 0; i < row->table->ncolumns; i++) {
		const struct cat_column *column = &row->table->columns[i];
		const struct write_value *v = value_for(row->values, row->nvalues, column);
		if (!needs_value(column) || value_for(args, nargs, column) ||
			is_nested_key(row, column))
			continue;
		if (!v) {
			report_missing(w, row, column);
			continue;
		}
		if (gql_is_non_null(v->input->type) || row->table->fires_before)
			continue;
		struct diagnostic *d = diag_warning(c, v->input->source, v->input->node->type->at,
			"%.*s may be left out, but column \"%.*s\" needs a value.",
			STR_ARG(write_input_name(w, v->input)), STR_ARG(column->name));
		d->hint = str_printf(c->arena, "%.*s! fits.",
			STR_ARG(gql_ref_text(c->arena, v->input->type)));
	}
}
