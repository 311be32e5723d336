/*
 * violation_item - which item of a batch PostgreSQL has refused.
 *
 * A batch is one statement, and what PostgreSQL says of the row is its text. For a key it is
 * "(columns)=(values)", in all languages, which is compared with the values that the items give, as
 * texts; a null where none may be is looked for among the items. What is not equal as text (1.50
 * and 1.5) is not found: then the item is not told.
 */
#include "exec/violation.h"

#include "schema/write.h"

enum { COLUMNS_MAX = 8 };

/* A column's values: the literal of a PostgreSQL array of texts that are all quoted, or NULL. */
struct values {
	const char *p, *end;
};

/* The next value; .p == NULL: null. False: there is none. */
static bool next_value(struct values *v, struct buf *text, str *out)
{
	if (v->p >= v->end || *v->p == '}')
		return false;
	if (*v->p == ',' || *v->p == '{')
		v->p++;
	*out = STR_NONE;
	buf_cut(text, 0);
	if (v->p < v->end && *v->p == 'N') {
		v->p += S("NULL").n;
		return true;
	}
	if (v->p >= v->end || *v->p != '"')
		return false;
	for (v->p++; v->p < v->end && *v->p != '"'; v->p++) {
		v->p += *v->p == '\\' && v->p + 1 < v->end;
		buf_putc(text, *v->p);
	}
	v->p++;
	*out = buf_str(text);
	if (!out->p)
		*out = S("");
	return true;
}

static bool find_field(const struct write *t, str column, uint32_t *field)
{
	for (size_t i = 0; i < t->row.nvalues; i++)
		if (str_eq(t->row.values[i].column->name, column)) {
			*field = t->row.values[i].input->id;
			return true;
		}
	for (size_t i = 0; i < t->nargs; i++)
		if (t->args[i].many && str_eq(t->args[i].column->name, column)) {
			*field = UINT32_MAX;
			return true;
		}
	return false;
}

/* The parameter with the items' values of the column, as it was sent. */
static bool find_values(struct exec *x, const struct plan_root *root, str column,
	struct values *out)
{
	const struct statement *s = &x->plan->statements[root->statement];
	const struct param_env env = exec_param_env(x);
	struct param_text text;
	struct err e;
	uint32_t field;
	if (!find_field(root->write->write, column, &field))
		return false;
	for (size_t i = 0; i < s->nparams; i++) {
		const struct param_column *c = s->params[i].column;
		if (s->params[i].form != PARAM_COLUMN || c->what != COLUMN_VALUES || c->npath ||
			c->nbelow || c->field != field ||
			!param_eval(&env, &s->params[i], &text, &e))
			continue;
		*out = (struct values){ text.text.p, text.text.p + text.text.n };
		return true;
	}
	return false;
}

static uint64_t find_null(struct values v, struct buf *text)
{
	uint64_t found = VIOLATION_NO_ITEM, n = 0;
	for (str value; next_value(&v, text, &value); n++) {
		if (value.p)
			continue;
		if (found != VIOLATION_NO_ITEM)
			return VIOLATION_NO_ITEM;
		found = n;
	}
	return found;
}

/* The last item with the key: those before it are what it contradicts, if there are several. */
static uint64_t find_key(struct values *v, const str *columns, size_t n, str detail,
	struct buf *text)
{
	uint64_t found = VIOLATION_NO_ITEM;
	struct buf key = buf_on(text->arena);
	for (uint64_t row = 0;; row++) {
		bool null = false;
		buf_cut(&key, 0);
		for (size_t i = 0; i < n; i++) {
			buf_put(&key, i ? S(", ") : S("("));
			buf_put(&key, columns[i]);
		}
		buf_lit(&key, ")=(");
		for (size_t i = 0; i < n; i++) {
			str value;
			if (!next_value(&v[i], text, &value))
				return found;
			null |= !value.p;
			buf_put(&key, i ? S(", ") : S(""));
			buf_put(&key, value);
		}
		buf_lit(&key, ")");
		if (!null && str_find_str(detail, buf_str(&key)) < detail.n)
			found = row;
	}
}

static bool is_about(const struct write *t, const struct pgdiag *diag)
{
	bool named = str_eq(t->table->name, diag->table) && str_eq(t->table->schema, diag->schema);
	return named || t->table->kind == 'p';
}

uint64_t violation_item(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, const str *columns, size_t n)
{
	const struct write *t = root->write ? root->write->write : NULL;
	str state = str_from(e->sqlstate);
	struct buf text = buf_on(x->arena);
	struct values values[COLUMNS_MAX];
	if (!t || !t->batch || root->write->each || n == 0 || n > COLUMNS_MAX || !is_about(t, diag))
		return VIOLATION_NO_ITEM;
	for (size_t i = 0; i < n; i++)
		if (!find_values(x, root, columns[i], &values[i]))
			return VIOLATION_NO_ITEM;
	const struct cat_column *column = cat_column_find(t->table, columns[0]);
	if (str_eq(state, S("23502")))
		return column && !column->default_sql.n ? find_null(values[0], &text)
							: VIOLATION_NO_ITEM;
	if (str_eq(state, S("23505")) || str_eq(state, S("23503")))
		return find_key(values, columns, n, diag->detail, &text);
	return VIOLATION_NO_ITEM;
}
