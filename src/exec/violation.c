/*
 * violation - constraints of the database ↔ fields of the input.
 *
 * A column belongs to the argument, or to the field of an input object among the arguments, that is
 * stored under its name; a foreign key fk_author also to author and author_id. @write knows which
 * column of which table each field is, also of rows that are created together with a row. Texts of
 * the database reach a client only where their author meant them to: RAISE, and COMMENT ON
 * CONSTRAINT.
 */
#include "exec/violation.h"

#include "base/json.h"
#include "exec/failure.h"
#include "schema/names.h"
#include "schema/write.h"

static const struct refusal {
	const char *sqlstate, *code, *what; /* what: after the field's name in quotes */
	const char *alone;                  /* the sentence without a field; NULL: the code's */
} REFUSALS[] = {
	{ "23505", "unique", "is taken already.", "There is one already." },
	{ "23502", "required", "must not be null.", NULL },
	{ "23503", "reference", "refers to something that does not exist.", NULL },
	{ "23514", "check", "has a value that is not allowed.", NULL },
	{ "23P01", "exclusion", "overlaps with what is there.", NULL },
};

static const struct refusal *refusal_of(const struct err *e)
{
	for (size_t i = 0; i < COUNT(REFUSALS); i++)
		if (str_eq(str_from(e->sqlstate), str_from(REFUSALS[i].sqlstate)))
			return &REFUSALS[i];
	return NULL;
}

/* ---- columns as input ---- */

static void put_step(struct buf *b, str name)
{
	buf_putc(b, b->n ? ',' : '[');
	json_put_string(b, name);
}

static bool is_stored_as(struct exec *x, str key, str column)
{
	if (str_eq(key, column))
		return true;
	if (!str_starts(column, S("fk_")))
		return false;
	str rest = str_sub(column, 3, column.n);
	return str_eq(key, rest) || str_eq(key, str_printf(x->arena, "%.*s_id", STR_ARG(rest)));
}

/* Of a function: the first argument, or field of an input object, of the column's name. */
static bool call_path(struct exec *x, const struct gql_field *f, str column, struct buf *b)
{
	for (size_t i = 0; i < f->nargs; i++) {
		const struct gql_input *arg = &f->args[i];
		const struct gql_type *t = arg->type->type;
		const str *keys = model_facts(x->doc->model, t)->keys;
		buf_cut(b, 0);
		put_step(b, arg->name);
		for (size_t k = 0; t->kind == GQL_INPUT && keys && k < t->ninputs; k++) {
			if (!is_stored_as(x, keys[k], column))
				continue;
			put_step(b, t->inputs[k].name);
			return true;
		}
		if (t->kind != GQL_INPUT &&
			is_stored_as(x, names_snake(x->arena, arg->name), column))
			return true;
	}
	return false;
}

/* What is looked for: a column of a table that is written. */
struct wanted {
	str schema, table, column;
	const struct cat_relation *partitioned; /* is meant by the names of its partitions, too */
	uint64_t item;
};

static bool is_table(const struct wanted *q, const struct cat_relation *r)
{
	if (!q->table.n || (r == q->partitioned && r->kind == 'p'))
		return true;
	return str_eq(r->name, q->table) && str_eq(r->schema, q->schema);
}

/* The field of the row, or of a row that is created with it, that goes into the column. */
static bool row_path(const struct wanted *q, const struct write_row *row, struct buf *b)
{
	size_t start = b->n;
	bool here = row->table && is_table(q, row->table);
	for (size_t i = 0; here && i < row->nvalues; i++) {
		if (!str_eq(row->values[i].column->name, q->column))
			continue;
		put_step(b, row->values[i].input->name);
		return true;
	}
	for (size_t i = 0; i < row->nnested; i++) {
		const struct write_nested *n = &row->nested[i];
		put_step(b, n->input->name);
		for (size_t k = 0; here && !n->many && k < n->key->n; k++)
			if (str_eq(n->key->columns[k]->name, q->column))
				return true;
		if (n->create) {
			put_step(b, n->create->name);
			if (row_path(q, &n->row, b))
				return true;
		}
		buf_cut(b, start);
	}
	return false;
}

static void put_item(struct buf *b, bool many, uint64_t item)
{
	if (many && item != VIOLATION_NO_ITEM)
		buf_printf(b, ",\"%llu\"", (unsigned long long)item);
}

/* Of a @write: by the table as well, since another's column may have the same name. */
static bool write_path(const struct wanted *q, const struct write *t, struct buf *b)
{
	for (size_t i = 0; is_table(q, t->table) && i < t->nargs; i++) {
		if (!str_eq(t->args[i].column->name, q->column))
			continue;
		put_step(b, t->args[i].input->name);
		put_item(b, t->args[i].many, q->item);
		return true;
	}
	if (!t->input)
		return false;
	put_step(b, t->input->name);
	put_item(b, gql_is_list(t->input->type), q->item);
	return row_path(q, &t->row, b);
}

/* The path of the input that goes into the column; .p == NULL when there is none. */
static str input_path(struct exec *x, const struct plan_root *root, struct wanted q)
{
	struct buf b = buf_on(x->arena);
	const struct write *t = root->write ? root->write->write : NULL;
	if (t)
		q.partitioned = t->table;
	if (t ? !write_path(&q, t, &b) : !call_path(x, root->field.field, q.column, &b))
		return STR_NONE;
	buf_putc(&b, ']');
	return buf_str(&b);
}

/* ---- domains as columns ---- */

struct domain {
	str schema, name;
	str found; /* the one column or parameter of that type */
	size_t n;
};

static void look_at(struct domain *d, const struct cat_type *type, str name)
{
	if (type->kind != CAT_DOMAIN || !str_eq(type->name, d->name) ||
		!str_eq(type->schema, d->schema))
		return;
	d->found = name;
	d->n++;
}

static void look_at_row(struct domain *d, const struct write_row *row)
{
	for (size_t i = 0; i < row->nvalues; i++)
		look_at(d, row->values[i].column->type, row->values[i].column->name);
	for (size_t i = 0; i < row->nnested; i++)
		look_at_row(d, &row->nested[i].row);
}

/* A domain refuses a value before it is a column's: told only where one column has that domain. */
static str domain_column(struct exec *x, const struct plan_root *root, const struct pgdiag *diag)
{
	struct domain d = { .schema = diag->schema, .name = diag->datatype };
	const struct write *t = root->write ? root->write->write : NULL;
	const struct call *call = model_binding(x->doc->model, root->field.field)->call;
	for (size_t i = 0; t && i < t->nargs; i++)
		look_at(&d, t->args[i].column->type, t->args[i].column->name);
	if (t)
		look_at_row(&d, &t->row);
	for (size_t i = 0; call && i < call->function->nargs; i++)
		look_at(&d, call->function->args[i].type, call->function->args[i].name);
	return d.n == 1 ? d.found : STR_NONE;
}

static str last_name(struct exec *x, str path)
{
	size_t end = path.n >= 2 ? path.n - 2 : 0, at = end;
	while (at > 0 && path.p[at - 1] != '"')
		at--;
	return str_dup(x->arena, str_sub(path, at, end));
}

/* ---- messages ---- */

struct finding {
	const struct cat_constraint *constraint;
	const struct refusal *refusal;
	const str *columns;
	size_t n;
	str field; /* name of the first input that is concerned; empty = none */
};

static str own_message(struct exec *x, const struct err *e, const struct finding *found)
{
	const struct refusal *r = found->refusal;
	if (r && found->field.n && e->code != ERR_CONFLICT)
		return str_printf(x->arena, "\"%.*s\" %s", STR_ARG(found->field), r->what);
	if (r && found->field.n && !str_eq(str_from(r->code), S("reference")))
		return str_printf(x->arena, "\"%.*s\" %s", STR_ARG(found->field), r->what);
	return str_from(r && r->alone ? r->alone : err_info(e->code)->text);
}

static str message_for(struct exec *x, const struct err *e, const struct pgdiag *diag,
	const struct finding *found)
{
	bool raised = (diag && diag->raised) || str_eq(str_from(e->sqlstate), S("P0001"));
	if (raised)
		return str_dup(x->arena, str_from(e->message));
	if (found->constraint && found->constraint->comment.n)
		return found->constraint->comment;
	if (x->engine->o.debug)
		return str_dup(x->arena, str_from(e->message));
	return own_message(x, e, found);
}

static void put_error(struct buf *b, str path, str code, str message)
{
	buf_printf(b, "%s{\"path\":%.*s,\"code\":", b->n ? "," : "[", STR_ARG(path));
	json_put_string(b, code);
	buf_lit(b, ",\"message\":");
	json_put_string(b, message);
	buf_putc(b, '}');
}

static struct finding find(struct exec *x, const struct err *e, const struct pgdiag *diag)
{
	struct finding found = { .refusal = refusal_of(e) };
	if (!diag)
		return found;
	str table = diag->table.n ? diag->table : diag->datatype;
	found.constraint =
		catalog_constraint(x->doc->model->catalog, diag->schema, table, diag->constraint);
	if (diag->column.n) {
		found.columns = &diag->column;
		found.n = 1;
	} else if (found.constraint) {
		found.columns = found.constraint->columns;
		found.n = found.constraint->ncolumns;
	}
	return found;
}

void violation_explain(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, uint64_t item, struct failure *out)
{
	struct finding found = find(x, e, diag);
	struct buf errors = buf_on(x->arena);
	struct wanted q = { .item = item };
	str domain = STR_NONE;
	if (diag) {
		q.schema = diag->schema;
		q.table = diag->table;
	}
	if (root && diag && found.n == 0 && diag->datatype.n)
		domain = domain_column(x, root, diag);
	if (domain.n) {
		found.columns = &domain;
		found.n = 1;
	}
	if (root && diag && item == VIOLATION_NO_ITEM)
		q.item = violation_item(x, root, e, diag, found.columns, found.n);
	for (size_t i = 0; root && i < found.n && !found.field.p; i++) {
		q.column = found.columns[i];
		str path = input_path(x, root, q);
		if (path.p)
			found.field = last_name(x, path);
	}
	out->message = message_for(x, e, diag, &found);
	for (size_t i = 0; root && i < found.n; i++) {
		q.column = found.columns[i];
		str path = input_path(x, root, q);
		if (path.p)
			put_error(&errors, path,
				str_from(found.refusal ? found.refusal->code : "raised"),
				out->message);
	}
	if (errors.n) {
		buf_putc(&errors, ']');
		out->errors = buf_str(&errors);
	}
	if (!diag)
		return;
	bool shown = diag->raised || x->engine->o.debug;
	out->detail = shown && diag->detail.n ? str_dup(x->arena, diag->detail) : STR_NONE;
	out->hint = shown && diag->hint.n ? str_dup(x->arena, diag->hint) : STR_NONE;
	out->constraint =
		shown && diag->constraint.n ? str_dup(x->arena, diag->constraint) : STR_NONE;
}
