/*
 * violation - constraints of the database ↔ fields of the input.
 *
 * A column belongs to the argument, or to the field of an input object among the arguments, that is
 * stored under its name; a foreign key fk_author also to author and author_id. Texts of the
 * database reach a client only where their author meant them to: RAISE, and COMMENT ON CONSTRAINT.
 */
#include "exec/violation.h"

#include "base/json.h"
#include "exec/failure.h"
#include "schema/names.h"

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

static bool is_stored_as(struct exec *x, str key, str column)
{
	if (str_eq(key, column))
		return true;
	if (!str_starts(column, S("fk_")))
		return false;
	str rest = str_sub(column, 3, column.n);
	return str_eq(key, rest) || str_eq(key, str_printf(x->arena, "%.*s_id", STR_ARG(rest)));
}

/* The path of the input that goes into the column; .p == NULL when there is none. */
static str input_path(struct exec *x, const struct gql_field *f, str column)
{
	struct buf b = buf_on(x->arena);
	for (size_t i = 0; i < f->nargs; i++) {
		const struct gql_input *arg = &f->args[i];
		const struct gql_type *t = arg->type->type;
		const str *keys = model_facts(x->doc->model, t)->keys;
		buf_cut(&b, 0);
		buf_putc(&b, '[');
		json_put_string(&b, arg->name);
		for (size_t k = 0; t->kind == GQL_INPUT && keys && k < t->ninputs; k++) {
			if (!is_stored_as(x, keys[k], column))
				continue;
			buf_putc(&b, ',');
			json_put_string(&b, t->inputs[k].name);
			buf_putc(&b, ']');
			return buf_str(&b);
		}
		buf_putc(&b, ']');
		if (t->kind != GQL_INPUT &&
			is_stored_as(x, names_snake(x->arena, arg->name), column))
			return buf_str(&b);
	}
	return STR_NONE;
}

static str last_name(struct exec *x, const struct gql_field *f, str path)
{
	UNUSED(f);
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
	const struct pgdiag *diag, struct failure *out)
{
	struct finding found = find(x, e, diag);
	const struct gql_field *f = root ? root->field.field : NULL;
	struct buf errors = buf_on(x->arena);
	str first = STR_NONE;
	for (size_t i = 0; f && i < found.n; i++) {
		str path = input_path(x, f, found.columns[i]);
		if (path.p && !first.p) {
			first = path;
			found.field = last_name(x, f, path);
		}
	}
	out->message = message_for(x, e, diag, &found);
	for (size_t i = 0; f && i < found.n; i++) {
		str path = input_path(x, f, found.columns[i]);
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
