/*
 * write - @write: the table, the action, and what each argument of the field is for.
 *
 * An argument is the input (an input object or a list of them), a `where` (a generated input), or
 * stands for a column: what INSERT and UPSERT store in every row, and what UPDATE and DELETE find
 * rows by. One such argument of UPDATE and DELETE may be a list: then one row is meant by each
 * item.
 */
#include "schema/write_int.h"

#include "base/num.h"
#include "schema/names.h"

enum { BATCH_FIELDS_MAX = 63 }; /* bits of a whole number say which are given */

static bool refuse(struct writing *w, uint32_t at, str message, str hint)
{
	struct diagnostic *d = diag_error(w->c, w->field->source, at, "%.*s.%.*s: %.*s",
		STR_ARG(w->field->parent->name), STR_ARG(w->field->name), STR_ARG(message));
	d->hint = hint;
	return false;
}

/* ---- the directive ---- */

static bool read_table(struct writing *w)
{
	struct compiler *c = w->c;
	str name;
	if (!directive_text(c, w->field->source, w->directive, "table", &name))
		return false;
	uint32_t at = directive_arg(w->directive, "table")->at;
	const struct cat_relation *r = catalog_relation(c->catalog, name);
	if (!r) {
		struct diagnostic *d = diag_error(c, w->field->source, at,
			"There is no table \"%.*s\".", STR_ARG(name));
		diag_nearest(c, d, catalog_nearest_relation(c->catalog, c->arena, name));
		return false;
	}
	w->write->table = r;
	w->write->row.table = r;
	if (r->kind == 'r' || r->kind == 'p' || r->kind == 'f')
		return true;
	return refuse(w, at,
		str_printf(c->arena, "\"%.*s\" is a view, and @write needs a table.",
			STR_ARG(name)),
		S("Name the table under it; the result's type may be read from the view."));
}

static bool read_action(struct writing *w)
{
	static const str NAMES[] = { [WRITE_INSERT] = STR_INIT("INSERT"),
		[WRITE_UPDATE] = STR_INIT("UPDATE"),
		[WRITE_UPSERT] = STR_INIT("UPSERT"),
		[WRITE_DELETE] = STR_INIT("DELETE") };
	const struct ast_value *v = directive_arg(w->directive, "action");
	for (size_t i = 0; v && i < COUNT(NAMES); i++)
		if (str_eq(v->text, NAMES[i])) {
			w->write->action = (enum write_action)i;
			return true;
		}
	return false; /* reported with the directive's arguments */
}

static bool only_for(struct writing *w, const char *name, bool fits, const char *what)
{
	const struct ast_value *v = directive_arg(w->directive, name);
	if (!v || fits)
		return true;
	return refuse(w, v->at, str_printf(w->c->arena, "\"%s\" of @write is for %s.", name, what),
		STR_NONE);
}

static bool read_limits(struct writing *w)
{
	struct write *t = w->write;
	const struct ast_value *max = directive_arg(w->directive, "maxRows");
	const struct ast_value *all = directive_arg(w->directive, "allowAll");
	uint64_t n = w->c->options->max_limit;
	bool upsert = t->action == WRITE_UPSERT, where = t->where != NULL;
	if (!only_for(w, "conflict", upsert, "UPSERT") ||
		!only_for(w, "update", upsert, "UPSERT") ||
		!only_for(w, "maxRows", where, "fields with a `where`") ||
		!only_for(w, "allowAll", where, "fields with a `where`"))
		return false;
	if (max && (max->kind != AST_INT || !num_u64(max->text, &n) || n < 1 || n > INT32_MAX))
		return refuse(w, max->at, S("\"maxRows\" of @write must be a whole number from 1."),
			STR_NONE);
	t->max_rows = (uint32_t)n;
	t->allow_all = all && all->kind == AST_BOOLEAN && str_eq(all->text, S("true"));
	return true;
}

/* ---- arguments ---- */

static bool is_where(const struct compiler *c, const struct gql_input *arg)
{
	const struct generated *made = map_find(&c->generated, arg->type->type->name);
	return made && made->role == INPUT_WHERE && !gql_is_list(arg->type);
}

static bool takes_rows(const struct write *t)
{
	return t->action == WRITE_UPDATE || t->action == WRITE_DELETE;
}

static bool bind_where(struct writing *w, const struct gql_input *arg)
{
	struct write *t = w->write;
	const struct generated *made = map_find(&w->c->generated, arg->type->type->name);
	if (!takes_rows(t) || t->where)
		return refuse(w, arg->node->name.at,
			t->where ? S("there are two filters.")
				 : S("a filter is for UPDATE and DELETE."),
			STR_NONE);
	t->where = arg;
	t->about = gql_type_find(w->c->gql, made->about);
	return write_links_bind(w, t->about, &t->where_links, &t->nwhere_links);
}

static bool is_list_of_required(const struct gql_ref *type)
{
	const struct gql_ref *bare = gql_nullable(type);
	return bare->kind == AST_TYPE_LIST && gql_is_non_null(bare->of) &&
		gql_nullable(bare->of)->kind == AST_TYPE_NAMED;
}

static bool bind_batch(struct writing *w, const struct gql_input *arg)
{
	if (w->write->batch)
		return refuse(w, arg->node->name.at, S("two arguments are lists of rows."),
			STR_NONE);
	if (!is_list_of_required(arg->type))
		return refuse(w, arg->node->type->at, S("a list of rows has no null in it."),
			str_printf(w->c->arena, "[%.*s!] fits.", STR_ARG(arg->type->type->name)));
	w->write->batch = true;
	return true;
}

static bool bind_input(struct writing *w, const struct gql_input *arg)
{
	struct write *t = w->write;
	if (t->input)
		return refuse(w, arg->node->name.at, S("there are two inputs."),
			S("One input object, or a list of one, holds what is written."));
	t->input = arg;
	if (gql_is_list(arg->type) && !bind_batch(w, arg))
		return false;
	if (!write_row_bind(w, arg->type->type, &t->row))
		return false;
	bool many = gql_is_list(arg->type) || t->row.nnested;
	if (many && arg->type->type->ninputs > BATCH_FIELDS_MAX)
		return refuse(w, arg->node->type->at,
			S("an input object of a batch, or with rows in it, has at most 63 "
			  "fields."),
			STR_NONE);
	return true;
}

/* "ids" stands for "id" when there is no such column. */
static str key_of_argument(struct writing *w, const struct gql_input *arg)
{
	struct compiler *c = w->c;
	const struct ast_directive *d = directive_find(&arg->node->directives, "column");
	str name;
	if (d && directive_text(c, arg->source, d, "name", &name))
		return name;
	name = names_snake(c->arena, arg->name);
	bool plural = gql_is_list(arg->type) && str_ends(name, S("s"));
	str single = str_sub(name, 0, name.n - plural);
	return plural && !cat_column_find(w->write->table, name) ? single : name;
}

static bool bind_argument(struct writing *w, const struct gql_input *arg)
{
	struct write *t = w->write;
	struct write_value *v = &t->args[t->nargs];
	str key = key_of_argument(w, arg);
	const struct cat_column *column = cat_column_find(t->table, key);
	bool array = column && cat_type_plain(column->type)->kind == CAT_ARRAY;
	v->many = takes_rows(t) && gql_is_list(arg->type) && column && !array;
	if (!write_value_bind(w, t->table, arg, key, v))
		return false;
	t->nargs++;
	return !v->many || bind_batch(w, arg);
}

static bool bind_arguments_of(struct writing *w)
{
	const struct gql_field *f = w->field;
	bool ok = true;
	w->write->args = arena_array(w->c->arena, struct write_value, f->nargs);
	for (size_t i = 0; i < f->nargs; i++) {
		const struct gql_input *arg = &f->args[i];
		if (is_where(w->c, arg))
			ok &= bind_where(w, arg);
		else if (arg->type->type->kind == GQL_INPUT)
			ok &= bind_input(w, arg);
		else
			ok &= bind_argument(w, arg);
	}
	return ok;
}

/* ---- the field ---- */

static bool stores_something(const struct write *t)
{
	for (size_t i = 0; i < t->row.nvalues; i++)
		if (t->row.values[i].role == WRITE_VALUE)
			return true;
	return t->row.nnested > 0;
}

/* Two values for one column contradict each other. */
static bool check_twice(struct writing *w)
{
	const struct write *t = w->write;
	size_t n = t->nargs + t->row.nvalues;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++) {
			const struct write_value *v =
				i < t->nargs ? &t->args[i] : &t->row.values[i - t->nargs];
			const struct write_value *first =
				k < t->nargs ? &t->args[k] : &t->row.values[k - t->nargs];
			/* an update may give the column of its key a new value */
			bool old_and_new =
				t->action == WRITE_UPDATE && k < t->nargs && i >= t->nargs;
			if (v->column != first->column || old_and_new)
				continue;
			diag_error(w->c, v->input->source, v->input->node->name.at,
				"%.*s and %.*s both stand for column \"%.*s\".",
				STR_ARG(write_input_name(w, first->input)),
				STR_ARG(write_input_name(w, v->input)), STR_ARG(v->column->name));
			return false;
		}
	return true;
}

static bool check_input(struct writing *w)
{
	struct write *t = w->write;
	uint32_t at = w->directive->at;
	if (!check_twice(w))
		return false;
	if (t->action == WRITE_UPDATE && !stores_something(t))
		return refuse(w, at, S("nothing tells what to change."),
			S("Give the field an argument `input`."));
	if (t->action == WRITE_DELETE && stores_something(t))
		return refuse(w, at, S("a deleted row stores nothing."),
			S("Leave only the fields of the key (and the version) in the input."));
	if (t->each && t->row.nnested)
		return refuse(w, at,
			S("items that stand by themselves can't create or connect other rows yet."),
			S("Let the result be a list of rows, or one union with a list in it."));
	if (t->where && t->row.nnested)
		return refuse(w, at,
			S("rows that a filter finds can't create or connect other rows."),
			S("Let a key find the row."));
	if (t->where && t->batch)
		return refuse(w, at, S("a filter and a list of rows exclude each other."),
			STR_NONE);
	if (t->action == WRITE_INSERT || t->action == WRITE_UPSERT)
		write_row_check(w, &t->row, t->args, t->nargs);
	return true;
}

void bind_write(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	struct binding *out)
{
	struct writing w = { .c = c, .field = f, .directive = d };
	w.write = arena_new(c->arena, struct write);
	if (f->parent != c->gql->mutation) {
		diag_error(c, f->source, d->at, "@write is for fields of Mutation.");
		return;
	}
	if (!read_table(&w) || !read_action(&w) || !bind_arguments_of(&w))
		return;
	if (!write_result_bind(&w) || !read_limits(&w) || !write_roles_bind(&w) || !check_input(&w))
		return;
	out->kind = BIND_WRITE;
	out->write = w.write;
	if (gql_is_leaf(f->type->type))
		out->leaf = leaf_of(c, f->type->type, NULL);
}

/* Every @version must be that of some write. */
void check_versions(struct compiler *c)
{
	const struct gql_type *mutation = c->gql->mutation;
	for (size_t i = 0; i < c->gql->ntypes; i++) {
		const struct gql_type *t = c->gql->types[i];
		const struct source *s;
		const struct ast_directive *d = directive_on_type(t, "version", &s);
		bool used = false;
		for (size_t k = 0; d && mutation && k < mutation->nfields; k++) {
			const struct binding *b = &c->bindings[mutation->fields[k].id];
			bool broken = b->kind == BIND_NONE;
			used |= broken ||
				(b->write && (b->write->row.type == t || b->write->entity == t));
		}
		if (d && !used)
			diag_error(c, s, d->at,
				"@version on \"%.*s\" has no effect: no @write takes or gives it.",
				STR_ARG(t->name));
	}
}
