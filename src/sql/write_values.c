/*
 * write_values - the values of a write: parameters of one row, or columns of a batch.
 *
 * One row: each value that is given is a parameter, so the statement depends on which are given. A
 * batch: each column is one array parameter, and `m` tells by a bit for each column what a row
 * gives, so one statement serves all batches.
 */
#include "sql/write_int.h"

/* ---- one row ---- */

static enum param_form form_of(const struct write_value *v)
{
	switch (v->form) {
	case WRITE_LEAF: return PARAM_TEXT;
	case WRITE_ARRAY: return PARAM_ARRAY;
	case WRITE_JSON: return PARAM_JSON;
	}
	return PARAM_TEXT;
}

static void add_given(struct writing *w, const struct write_value *v, str sql, str test)
{
	*vec_push(w->p->arena, &w->given) = (struct given){ v, sql, test };
}

/* Leaves a value in a setting and writes the expression that reads it. */
static str put_setting(struct writing *w, const struct param *param, str array_type)
{
	str name = str_printf(w->p->arena, "fraiseql.v%zu", w->nsettings);
	sql_put_program(&w->settings, w->nsettings++ ? ", set_config(" : "set_config(");
	sql_quoted(&w->settings, name);
	sql_lit(&w->settings, ", ");
	sql_param(&w->settings, param, S("text"));
	sql_lit(&w->settings, ", true)");
	return str_printf(w->p->arena, "current_setting('%.*s')::%.*s", STR_ARG(name),
		STR_ARG(array_type));
}

/* One value for all items, as an array of one: an empty array is null. */
static void put_setting_of_one(struct writing *w, struct sql *s, const struct write_value *v,
	const struct param *value)
{
	struct param_column *column = arena_new(w->p->arena, struct param_column);
	struct param param = *value;
	bool leaf = v->form == WRITE_LEAF;
	str type = leaf ? v->column->type->sql : S("text");
	*column = (struct param_column){ .what = COLUMN_ONE, .form = value->form };
	param.form = PARAM_COLUMN;
	param.column = column;
	sql_lit(s, "(");
	sql_catalog(s, put_setting(w, &param, str_printf(w->p->arena, "%.*s[]", STR_ARG(type))));
	sql_lit(s, ")[1]");
	if (!leaf) {
		sql_lit(s, "::");
		sql_catalog(s, v->column->type->sql);
	}
}

/* A version that is null is not compared. */
static void give_value(struct writing *w, const struct write_value *v,
	const struct gql_value *value)
{
	struct sql s = sql_on(w->p->arena, w->params);
	struct param param = { .value = planner_pexpr(w->p, value),
		.form = form_of(v),
		.leaf = v->leaf,
		.type = v->input->type };
	if (!value || (v->role == WRITE_VERSION && value->kind == GQL_NULL))
		return;
	if (w->each)
		put_setting_of_one(w, &s, v, &param);
	else
		sql_param(&s, &param, v->column->type->sql);
	add_given(w, v, buf_str(&s.text), STR_NONE);
}

static void give_row(struct writing *w)
{
	const struct write_row *row = &w->t->row;
	planner_consult(w->p, w->input);
	for (size_t i = 0; i < row->nvalues; i++) {
		const struct write_value *v = &row->values[i];
		uint32_t id = v->input->id;
		if (w->input->kind == GQL_OBJECTVAL && id < w->input->n && w->input->items[id])
			give_value(w, v, w->input->items[id]);
	}
}

/* ---- a batch ---- */

struct batch {
	struct writing *w;
	const struct gql_value *list;
	struct sql arrays, names;
	size_t n;
};

/* Adds a column `name` to x. */
static void add_column(struct batch *b, const struct param *param, str array_type)
{
	if (b->n++)
		sql_lit(&b->arrays, ", ");
	if (b->w->each)
		sql_catalog(&b->arrays, put_setting(b->w, param, array_type));
	else
		sql_param(&b->arrays, param, array_type);
}

struct param write_column_param(struct writing *w, const struct gql_value *rows,
	const struct write_value *v, const struct param_column *column)
{
	struct param_column *own = arena_new(w->p->arena, struct param_column);
	*own = *column;
	if (v)
		own->form = form_of(v);
	return (struct param){ .value = planner_pexpr(w->p, rows),
		.form = PARAM_COLUMN,
		.leaf = v ? v->leaf : (struct leaf){ 0 },
		.type = v ? v->input->type : NULL,
		.column = own };
}

static void add_values(struct batch *b, const struct write_value *v, uint32_t field, str test)
{
	struct writing *w = b->w;
	struct arena *a = w->p->arena;
	struct param_column *column = arena_new(a, struct param_column);
	/* what a type refuses is an item's own failure, if items stand by themselves */
	bool typed = v->form == WRITE_LEAF && !w->each;
	str type = typed ? v->column->type->sql : S("text");
	*column =
		(struct param_column){ .what = COLUMN_VALUES, .field = field, .form = form_of(v) };
	struct param param = { .value = planner_pexpr(w->p, b->list),
		.form = PARAM_COLUMN,
		.leaf = v->leaf,
		.type = v->input->type,
		.column = column };
	str sql = str_printf(a, "x.c%zu", b->n);
	buf_printf(&b->names.text, "c%zu, ", b->n);
	add_column(b, &param, str_printf(a, "%.*s[]", STR_ARG(type)));
	if (!typed)
		sql = str_printf(a, "%.*s::%.*s", STR_ARG(sql), STR_ARG(v->column->type->sql));
	add_given(w, v, sql, test);
}

bool write_is_always(const struct gql_input *in)
{
	return gql_is_non_null(in->type) && !in->default_ast;
}

str write_mask_test(struct arena *a, const struct gql_input *in, size_t bit)
{
	return write_is_always(in) ? STR_NONE : str_printf(a, "x.m & %llu <> 0", 1ull << bit);
}

uint32_t *write_mask_fields(struct arena *a, const struct write_row *row)
{
	uint32_t *fields = arena_array(a, uint32_t, row->nvalues + row->nnested);
	for (size_t i = 0; i < row->nvalues; i++)
		fields[i] = row->values[i].input->id;
	for (size_t i = 0; i < row->nnested; i++)
		fields[row->nvalues + i] = row->nested[i].input->id;
	return fields;
}

bool write_needs_mask(const struct write_row *row)
{
	bool needs = false;
	for (size_t i = 0; i < row->nvalues; i++)
		needs |= !write_is_always(row->values[i].input);
	for (size_t i = 0; i < row->nnested; i++)
		needs |= !row->nested[i].many && !write_is_always(row->nested[i].input);
	return needs;
}

static void add_mask(struct batch *b)
{
	struct arena *a = b->w->p->arena;
	const struct write_row *row = &b->w->t->row;
	struct param_column *column = arena_new(a, struct param_column);
	*column = (struct param_column){ .what = COLUMN_MASK,
		.field = UINT32_MAX,
		.fields = write_mask_fields(a, row),
		.nfields = row->nvalues + row->nnested };
	struct param param = { .value = planner_pexpr(b->w->p, b->list),
		.form = PARAM_COLUMN,
		.column = column };
	sql_lit(&b->names, "m, ");
	add_column(b, &param, S("int8[]"));
}

static void give_rows(struct batch *b)
{
	const struct write_row *row = &b->w->t->row;
	struct arena *a = b->w->p->arena;
	for (size_t i = 0; i < row->nvalues; i++) {
		const struct write_value *v = &row->values[i];
		add_values(b, v, v->input->id, write_mask_test(a, v->input, i));
	}
	if (write_needs_mask(row))
		add_mask(b);
}

/* Without any column there would be no array to count rows by. */
static void end_batch(struct batch *b)
{
	struct sql x = sql_on(b->w->p->arena, b->w->params);
	if (b->n == 0)
		add_mask(b);
	sql_lit(&x, "unnest(");
	sql_append(&x, &b->arrays);
	sql_lit(&x, ") with ordinality x(");
	sql_append(&x, &b->names);
	sql_lit(&x, "n)");
	b->w->batch = buf_str(&x.text);
	if (b->w->each)
		b->w->out->items = planner_pexpr(b->w->p, b->list);
	if (b->w->t->row.nnested)
		b->w->batch = write_nested(b->w, b->list, &b->arrays, &b->names, &b->n);
}

/* ---- arguments ---- */

static bool argument(struct writing *w, const struct gql_input *arg, struct gql_value **v)
{
	return planner_arg(w->p, w->field, w->node, arg, v);
}

static bool refuse_null(struct writing *w, const struct gql_input *arg)
{
	return planner_fail(w->p, w->node, ERR_BAD_INPUT, "Argument \"%.*s\" must be given.",
		STR_ARG(arg->name));
}

/* Are other rows created or connected? An update of one row without any is one of that row alone.
 */
static bool gives_rows(struct writing *w)
{
	const struct write_row *row = &w->t->row;
	planner_consult(w->p, w->input);
	for (size_t i = 0; i < row->nnested; i++) {
		uint32_t id = row->nested[i].input->id;
		if (w->input->kind != GQL_OBJECTVAL || (id < w->input->n && w->input->items[id]))
			return true;
	}
	return false;
}

static bool read_input(struct writing *w, struct batch *b)
{
	const struct write *t = w->t;
	struct gql_value *v = NULL;
	if (!t->input)
		return true;
	if (!argument(w, t->input, &v))
		return false;
	if (v && v->kind == GQL_NULL)
		v = NULL;
	if (!v && t->action != WRITE_INSERT)
		return refuse_null(w, t->input);
	w->input = v;
	if (!t->batch && t->action == WRITE_UPDATE)
		w->many = gives_rows(w);
	if (!w->many && v)
		give_row(w);
	if (!w->many || (!gql_is_list(t->input->type) && !t->row.nnested))
		return true;
	if (!v)
		return refuse_null(w, t->input);
	b->list = v;
	give_rows(b);
	return true;
}

static bool read_argument(struct writing *w, struct batch *b, const struct write_value *arg)
{
	struct gql_value *v;
	if (!argument(w, arg->input, &v))
		return false;
	if (!arg->many) {
		if (v)
			give_value(w, arg, v);
		return true;
	}
	if (!v || v->kind == GQL_NULL)
		return refuse_null(w, arg->input);
	b->list = v;
	add_values(b, arg, UINT32_MAX, STR_NONE);
	return true;
}

bool write_values(struct writing *w)
{
	const struct write *t = w->t;
	struct batch b = { .w = w,
		.arrays = sql_on(w->p->arena, w->params),
		.names = sql_on(w->p->arena, w->params) };
	struct gql_value *where = NULL;
	w->many = t->batch || t->row.nnested;
	w->each = t->each;
	w->settings = sql_on(w->p->arena, w->params);
	w->before = w->behind = w->unconnected = w->settings;
	if (!read_input(w, &b))
		return false;
	if (t->batch && t->input && !gql_is_list(t->input->type) && w->input)
		give_row(w);
	for (size_t i = 0; i < t->nargs; i++)
		if (!read_argument(w, &b, &t->args[i]))
			return false;
	if (t->where && !argument(w, t->where, &where))
		return false;
	w->where = where;
	if (w->many)
		end_batch(&b);
	return true;
}

const struct given *write_given(const struct writing *w, const struct cat_column *column)
{
	for (size_t i = 0; i < w->given.n; i++)
		if (w->given.at[i].value->column == column)
			return &w->given.at[i];
	return NULL;
}

bool write_has_version(const struct writing *w)
{
	for (size_t i = 0; i < w->given.n; i++)
		if (w->given.at[i].value->role == WRITE_VERSION)
			return true;
	return false;
}
