/*
 * write_nested - rows of other tables that are created or connected together with a row, in the
 * same statement: one INSERT or UPDATE for each table and field.
 *
 * Rows of one field are a set. A set k is a table expression xk with a column for each value, n
 * (its rows' number, from 1) and o (the number of the row that it belongs to), made like the
 * batch's x from one array a column; wk inserts it; ik are the inserted rows, with n.
 *
 *     to-one, created      x1, w1, i1 come before x, which is joined to them by o
 *     to-one, connected    x is joined to the other table by the key that was given
 *     to-many, created     x2, w2, i2 follow i and take the new rows' keys from it
 *     to-many, connected   x3, then u3 updates the foreign key of the rows that are there
 */
#include "sql/write_int.h"

struct set {
	struct writing *w;
	const struct gql_value *rows; /* the value of the input argument */
	const struct write_row *row;
	uint32_t number; /* 0: the batch itself */
	const uint32_t *path;
	size_t npath, nowner;
	struct sql *arrays, *names; /* of the table expression x */
	size_t *n;                  /* columns in them */
	struct sql fields, joins;   /* of to-one references: f0 …, and what gives them */
	size_t nfields;
	struct sql references; /* what others need of the inserted rows */
	struct sql bad;        /* a row to connect is not there */
	struct {
		VEC(struct given);
	} given;
	const struct set *parent; /* to-many: whose rows it belongs to */
};

static void plan_set(struct set *q, struct sql *out);

static void put_name(struct sql *s, const char *letter, uint32_t number)
{
	sql_put_program(s, letter);
	if (number)
		sql_number(s, number);
}

static struct sql *new_sql(struct writing *w)
{
	struct sql *s = arena_new(w->p->arena, struct sql);
	*s = sql_on(w->p->arena, w->params);
	return s;
}

static struct set *new_set(struct set *up, const struct write_nested *n,
	const struct gql_input *member)
{
	struct writing *w = up->w;
	struct set *q = arena_new(w->p->arena, struct set);
	uint32_t *path = arena_array(w->p->arena, uint32_t, up->npath + 2);
	for (size_t i = 0; i < up->npath; i++)
		path[i] = up->path[i];
	path[up->npath] = n->input->id;
	path[up->npath + 1] = member->id;
	*q = (struct set){ .w = w,
		.rows = up->rows,
		.row = &n->row,
		.number = ++w->nsets,
		.path = path,
		.npath = up->npath + 2,
		.nowner = up->npath,
		.arrays = new_sql(w),
		.names = new_sql(w),
		.n = arena_new(w->p->arena, size_t) };
	q->fields = q->joins = q->references = q->bad = *new_sql(w);
	return q;
}

static void give(struct set *q, const struct write_value *v, str sql, str test)
{
	struct arena *a = q->w->p->arena;
	struct given g = { v, sql, test };
	if (q->number == 0)
		*vec_push(a, &q->w->given) = g;
	else
		*vec_push(a, &q->given) = g;
}

/* ---- columns ---- */

/* Adds an array; its column is called `name`, or c and its number. Returns the number. */
static size_t add_array(struct set *q, const struct param *param, str type, const char *name)
{
	sql_put_program(q->arrays, *q->n ? ", " : "");
	sql_param(q->arrays, param, str_printf(q->w->p->arena, "%.*s[]", STR_ARG(type)));
	if (name)
		buf_printf(&q->names->text, "%s, ", name);
	else
		buf_printf(&q->names->text, "c%zu, ", *q->n);
	return (*q->n)++;
}

static struct param_column column_of(const struct set *q)
{
	return (struct param_column){ .path = q->path, .npath = q->npath, .nowner = q->nowner };
}

static void add_value(struct set *q, const struct write_value *v, str test)
{
	struct writing *w = q->w;
	bool leaf = v->form == WRITE_LEAF;
	struct param_column column = column_of(q);
	column.field = v->input->id;
	struct param param = write_column_param(w, q->rows, v, &column);
	size_t n = add_array(q, &param, leaf ? v->column->type->sql : S("text"), NULL);
	str sql = str_printf(w->p->arena, leaf ? "x.c%zu" : "x.c%zu::%.*s", n,
		STR_ARG(v->column->type->sql));
	give(q, v, sql, test);
}

static void add_owner(struct set *q)
{
	struct param_column column = column_of(q);
	column.what = COLUMN_OWNER;
	column.field = UINT32_MAX;
	struct param param = write_column_param(q->w, q->rows, NULL, &column);
	add_array(q, &param, S("int8"), "o");
}

static void add_values(struct set *q)
{
	struct arena *a = q->w->p->arena;
	const struct write_row *row = q->row;
	for (size_t i = 0; i < row->nvalues; i++)
		add_value(q, &row->values[i], write_mask_test(a, row->values[i].input, i));
	struct param_column column = column_of(q);
	column.what = COLUMN_MASK;
	column.field = UINT32_MAX;
	column.fields = write_mask_fields(a, row);
	column.nfields = row->nvalues + row->nnested;
	struct param param = write_column_param(q->w, q->rows, NULL, &column);
	if (write_needs_mask(row))
		add_array(q, &param, S("int8"), "m");
	add_owner(q);
}

/* The keys that a to-one `connect` gives, beside the set's rows, or those of a set of keys. */
static size_t add_keys(struct set *q, const struct write_nested *n, bool beside)
{
	size_t first = *q->n;
	uint32_t *below = arena_array(q->w->p->arena, uint32_t, 2);
	below[0] = n->input->id;
	below[1] = n->connect->id;
	for (size_t i = 0; i < n->nby; i++) {
		struct param_column column = column_of(q);
		column.field = n->by[i].input->id;
		column.below = below;
		column.nbelow = beside ? 2 : 0;
		struct param param = write_column_param(q->w, q->rows, &n->by[i], &column);
		add_array(q, &param, n->by[i].column->type->sql, NULL);
	}
	return first;
}

/* ---- to-one ---- */

/* The given value is the referenced column itself. */
static const struct write_value *given_directly(const struct write_nested *n, size_t i)
{
	for (size_t k = 0; k < n->nby; k++)
		if (n->by[k].column == n->key->references[i])
			return &n->by[k];
	return NULL;
}

static bool needs_lookup(const struct write_nested *n)
{
	for (size_t i = 0; i < n->key->n; i++)
		if (!given_directly(n, i))
			return true;
	return false;
}

static void join_connected(struct set *q, const struct write_nested *n, uint32_t number,
	size_t first)
{
	sql_lit(&q->joins, " left join ");
	sql_catalog(&q->joins, n->row.table->sql);
	sql_lit(&q->joins, " l");
	sql_number(&q->joins, number);
	sql_put_program(&q->bad, q->bad.text.n ? " or (" : "(");
	for (size_t i = 0; i < n->nby; i++) {
		sql_put_program(&q->joins, i ? " and l" : " on l");
		sql_number(&q->joins, number);
		sql_lit(&q->joins, ".");
		sql_ident(&q->joins, n->by[i].column->name);
		buf_printf(&q->joins.text, " = x.c%zu", first + i);
		buf_printf(&q->bad.text, "x.c%zu is not null and ", first + i);
	}
	sql_lit(&q->bad, "l");
	sql_number(&q->bad, number);
	sql_lit(&q->bad, ".");
	sql_ident(&q->bad, n->key->references[0]->name);
	sql_lit(&q->bad, " is null)");
}

static void join_created(struct set *q, const struct write_nested *n, uint32_t number)
{
	struct sql *s = &q->joins;
	sql_lit(s, " left join (select ");
	put_name(s, "x", number);
	sql_lit(s, ".o");
	for (size_t i = 0; i < n->key->n; i++) {
		sql_lit(s, ", ");
		put_name(s, "i", number);
		sql_lit(s, ".p");
		sql_number(s, i);
	}
	sql_lit(s, " from ");
	put_name(s, "x", number);
	sql_lit(s, " join ");
	put_name(s, "i", number);
	sql_lit(s, " on ");
	put_name(s, "i", number);
	sql_lit(s, ".n = ");
	put_name(s, "x", number);
	sql_lit(s, ".n) j");
	sql_number(s, number);
	sql_lit(s, " on j");
	sql_number(s, number);
	sql_lit(s, ".o = x.n");
}

/* The expression of the foreign key's column i. */
static void put_reference(struct set *q, const struct write_nested *n, uint32_t connected,
	size_t first, uint32_t created, size_t i)
{
	struct sql *s = &q->fields;
	const struct write_value *direct = n->connect ? given_directly(n, i) : NULL;
	bool both = n->connect && n->create;
	sql_put_program(s, both ? ", coalesce(" : ", ");
	if (direct)
		buf_printf(&s->text, "x.c%zu", first + (size_t)(direct - n->by));
	if (n->connect && !direct) {
		sql_lit(s, "l");
		sql_number(s, connected);
		sql_lit(s, ".");
		sql_ident(s, n->key->references[i]->name);
	}
	sql_put_program(s, both ? ", " : "");
	if (n->create) {
		sql_lit(s, "j");
		sql_number(s, created);
		sql_lit(s, ".p");
		sql_number(s, i);
	}
	sql_put_program(s, both ? ") as f" : " as f");
	sql_number(s, q->nfields);
}

static void give_reference(struct set *q, const struct write_nested *n, size_t i)
{
	struct arena *a = q->w->p->arena;
	struct write_value *v = arena_new(a, struct write_value);
	size_t bit = q->row->nvalues + (size_t)(n - q->row->nested);
	*v = (struct write_value){ .role = WRITE_VALUE, .column = n->key->columns[i] };
	give(q, v, str_printf(a, "x.f%zu", q->nfields++), write_mask_test(a, n->input, bit));
}

/* The columns of `key` that the set's rows are referred to by: given back under `prefix`. */
static void ask_for(struct set *q, const struct cat_foreign_key *key, str prefix)
{
	struct arena *a = q->w->p->arena;
	for (size_t i = 0; i < key->n; i++) {
		struct reference r = { key->references[i],
			str_printf(a, "%.*s%zu", STR_ARG(prefix), i) };
		if (q->number == 0) {
			*vec_push(a, &q->w->references) = r;
			continue;
		}
		sql_lit(&q->references, ", t.");
		sql_ident(&q->references, r.column->name);
		sql_lit(&q->references, " as ");
		sql_catalog(&q->references, r.name);
	}
}

static void plan_one(struct set *q, const struct write_nested *n, struct sql *out)
{
	uint32_t connected = 0, created = 0;
	size_t first = 0;
	if (n->create) {
		struct set *made = new_set(q, n, n->create);
		created = made->number;
		ask_for(made, n->key, S("p"));
		plan_set(made, out);
		join_created(q, n, created);
	}
	if (n->connect) {
		connected = ++q->w->nsets;
		first = add_keys(q, n, true);
		if (needs_lookup(n))
			join_connected(q, n, connected, first);
	}
	for (size_t i = 0; i < n->key->n; i++) {
		put_reference(q, n, connected, first, created, i);
		give_reference(q, n, i);
	}
}

/* ---- a set's statements ---- */

static void note_unconnected(struct writing *w, str condition)
{
	if (w->unconnected.text.n)
		sql_lit(&w->unconnected, " or ");
	sql_catalog(&w->unconnected, condition);
}

/* select x.*, f0 …, bad from unnest(…) with ordinality x(…, n) and what it is joined to */
static void put_expression(struct set *q, struct sql *s)
{
	sql_lit(s, "select x.*");
	sql_append(s, &q->fields);
	sql_lit(s, ", ");
	if (q->bad.text.n)
		sql_append(s, &q->bad);
	else
		sql_lit(s, "false");
	sql_lit(s, " as bad from unnest(");
	sql_append(s, q->arrays);
	sql_lit(s, ") with ordinality x(");
	sql_append(s, q->names);
	sql_lit(s, "n)");
	sql_append(s, &q->joins);
}

/* x1 x join i p on p.n = x.o */
static void put_source(struct set *q, struct sql *s)
{
	put_name(s, "x", q->number);
	sql_lit(s, " x");
	if (!q->parent)
		return;
	sql_lit(s, " join ");
	put_name(s, "i", q->parent->number);
	sql_lit(s, " p on p.n = x.o");
}

static void put_insert(struct set *q, struct sql *s)
{
	sql_lit(s, "insert into ");
	sql_catalog(s, q->row->table->sql);
	sql_lit(s, " as t");
	for (size_t i = 0; i < q->given.n; i++) {
		sql_put_program(s, i ? ", " : " (");
		sql_ident(s, q->given.at[i].value->column->name);
	}
	sql_put_program(s, q->given.n ? ") select " : " select ");
	for (size_t i = 0; i < q->given.n; i++) {
		sql_put_program(s, i ? ", " : "");
		write_put_or_default(s, &q->given.at[i]);
	}
	sql_lit(s, " from ");
	put_source(q, s);
	sql_lit(s, " where not x.bad order by x.n returning true as hit");
	sql_append(s, &q->references);
}

/* "xk as materialized (…), " */
static void put_x(struct set *q, struct sql *s)
{
	put_name(s, "x", q->number);
	sql_lit(s, " as materialized (");
	put_expression(q, s);
	sql_lit(s, "), ");
}

/* "xk as (…), wk as (…), ik as (…), " */
static void put_parts(struct set *q, struct sql *s)
{
	put_x(q, s);
	buf_printf(&s->text, "w%u as (", q->number);
	put_insert(q, s);
	buf_printf(&s->text, "), i%u as (select row_number() over () as n, w.* from w%u w), ",
		q->number, q->number);
	if (q->bad.text.n)
		note_unconnected(q->w,
			str_printf(q->w->p->arena, "exists (select 1 from x%u x where x.bad)",
				q->number));
	/* a trigger that keeps a row out makes the numbers of the others wrong */
	note_unconnected(q->w,
		str_printf(q->w->p->arena,
			"(select count(*) from w%u) <> (select count(*) from x%u)", q->number,
			q->number));
}

/* ---- to-many ---- */

/* The foreign key's columns of the rows come from the row that they belong to. */
static struct set *created_with(struct set *up, const struct write_nested *n)
{
	struct arena *a = up->w->p->arena;
	struct set *made = new_set(up, n, n->create);
	made->parent = up;
	str prefix = str_printf(a, "r%u_", made->number);
	ask_for(up, n->key, prefix);
	for (size_t i = 0; i < n->key->n; i++) {
		struct write_value *v = arena_new(a, struct write_value);
		*v = (struct write_value){ .role = WRITE_VALUE, .column = n->key->columns[i] };
		give(made, v, str_printf(a, "p.%.*s%zu", STR_ARG(prefix), i), STR_NONE);
	}
	return made;
}

static struct set *connected_with(struct set *up, const struct write_nested *n)
{
	struct set *keys = new_set(up, n, n->connect);
	keys->parent = up;
	ask_for(up, n->key, str_printf(up->w->p->arena, "r%u_", keys->number));
	return keys;
}

/* "xk as (…), uk as (update …), " */
static void put_connected(struct set *q, const struct write_nested *n, struct sql *s)
{
	struct writing *w = q->w;
	add_keys(q, n, false);
	add_owner(q);
	put_x(q, s);
	buf_printf(&s->text, "u%u as (update ", q->number);
	sql_catalog(s, n->row.table->sql);
	sql_lit(s, " as t set ");
	for (size_t i = 0; i < n->key->n; i++) {
		sql_put_program(s, i ? ", " : "");
		sql_ident(s, n->key->columns[i]->name);
		buf_printf(&s->text, " = p.r%u_%zu", q->number, i);
	}
	sql_lit(s, " from ");
	put_source(q, s);
	for (size_t i = 0; i < n->nby; i++) {
		sql_put_program(s, i ? " and t." : " where t.");
		sql_ident(s, n->by[i].column->name);
		buf_printf(&s->text, " = x.c%zu", i);
	}
	sql_lit(s, " returning x.n), ");
	note_unconnected(w,
		str_printf(w->p->arena, "(select count(*) from u%u) <> (select count(*) from x%u)",
			q->number, q->number));
}

/* ---- all together ---- */

struct others {
	struct set *created, *connected;
};

/* What the set's rows refer to comes first, what refers to them behind them. */
static void plan_references(struct set *q, struct sql *before, struct others *others)
{
	for (size_t i = 0; i < q->row->nnested; i++) {
		const struct write_nested *n = &q->row->nested[i];
		if (!n->many)
			plan_one(q, n, before);
		if (n->many && n->create)
			others[i].created = created_with(q, n);
		if (n->many && n->connect)
			others[i].connected = connected_with(q, n);
	}
}

static void plan_others(struct set *q, struct sql *out, const struct others *others)
{
	for (size_t i = 0; i < q->row->nnested; i++) {
		if (others[i].created)
			plan_set(others[i].created, out);
		if (others[i].connected)
			put_connected(others[i].connected, &q->row->nested[i], out);
	}
}

static void plan_set(struct set *q, struct sql *out)
{
	struct others *others = arena_array(q->w->p->arena, struct others, q->row->nnested);
	add_values(q);
	plan_references(q, out, others);
	put_parts(q, out);
	plan_others(q, out, others);
}

/* The set counts in *n. NOLINTBEGIN(readability-non-const-parameter) */
str write_nested(struct writing *w, const struct gql_value *rows, struct sql *arrays,
	struct sql *names, size_t *n)
/* NOLINTEND(readability-non-const-parameter) */
{
	struct set root = { .w = w,
		.rows = rows,
		.row = &w->t->row,
		.arrays = arrays,
		.names = names,
		.n = n };
	struct others *others = arena_array(w->p->arena, struct others, w->t->row.nnested);
	struct sql x = *new_sql(w);
	root.fields = root.joins = root.references = root.bad = x;
	plan_references(&root, &w->before, others);
	plan_others(&root, &w->behind, others);
	if (root.bad.text.n)
		note_unconnected(w, S("x.bad"));
	sql_lit(&x, "(");
	put_expression(&root, &x);
	sql_lit(&x, ") x");
	return buf_str(&x.text);
}
