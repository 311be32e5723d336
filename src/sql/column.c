/*
 * column - one column of a batch's rows as a PostgreSQL array literal.
 *
 * A batch goes to the server as one array a column, so its statement is the same for any number of
 * rows. Source: PostgreSQL documentation, §8.15.6 Array Input and Output Syntax.
 */
#include "sql/param.h"

struct column {
	const struct param_env *env;
	const struct param *param;
	struct buf out;
	size_t owner; /* of the row that is being written, from 1; 0 before the first */
};

static bool is_null(const struct gql_value *v)
{
	return !v || v->kind == GQL_NULL;
}

static const struct gql_value *member(const struct gql_value *row, uint32_t field)
{
	if (field == UINT32_MAX)
		return row;
	return row && row->kind == GQL_OBJECTVAL && field < row->n ? row->items[field] : NULL;
}

static const struct gql_value *below(const struct param_column *c, const struct gql_value *row)
{
	for (size_t i = 0; i < c->nbelow && !is_null(row); i++)
		row = member(row, c->below[i]);
	return row;
}

static uint64_t mask_of(const struct param_column *c, const struct gql_value *row)
{
	uint64_t mask = 0;
	for (size_t i = 0; i < c->nfields; i++)
		if (member(row, c->fields[i]))
			mask |= (uint64_t)1 << i;
	return mask;
}

static void put_row(struct column *q, const struct gql_value *row)
{
	const struct param_column *c = q->param->column;
	const struct gql_value *v = NULL;
	if (q->out.n > 1)
		buf_putc(&q->out, ',');
	switch (c->what) {
	case COLUMN_MASK: buf_put_u64(&q->out, mask_of(c, row)); return;
	case COLUMN_OWNER: buf_put_u64(&q->out, q->owner); return;
	case COLUMN_ONE: v = row; break;
	case COLUMN_VALUES: v = member(below(c, row), c->field); break;
	}
	if (is_null(v))
		buf_lit(&q->out, "NULL");
	else
		buf_put_quoted(&q->out, param_text_of(q->env, q->param, c->form, v));
}

/* The rows in `v`, below the path from its step `step` on. */
static void put_rows(struct column *q, const struct gql_value *v, size_t step)
{
	const struct param_column *c = q->param->column;
	if (is_null(v))
		return;
	if (v->kind == GQL_LIST) {
		for (size_t i = 0; i < v->n; i++)
			put_rows(q, v->items[i], step);
		return;
	}
	q->owner += step == c->nowner;
	if (step < c->npath)
		put_rows(q, member(v, c->path[step]), step + 1);
	else
		put_row(q, v);
}

/* The rows of a list without those that are left out. */
static void put_others(struct column *q, const struct gql_value *list)
{
	size_t k = 0;
	for (size_t i = 0; i < list->n; i++) {
		if (k < q->env->nskip && q->env->skip[k] == i)
			k++;
		else
			put_rows(q, list->items[i], 0);
	}
}

str param_column_text(const struct param_env *env, const struct param *p, const struct gql_value *v)
{
	struct column q = { .env = env, .param = p, .out = buf_on(env->arena) };
	buf_putc(&q.out, '{');
	if (p->column->what == COLUMN_ONE && !is_null(v))
		put_row(&q, v);
	else if (env->nskip && v && v->kind == GQL_LIST)
		put_others(&q, v);
	else
		put_rows(&q, v, 0);
	buf_putc(&q.out, '}');
	return buf_str(&q.out);
}
