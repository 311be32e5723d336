/*
 * page - connections: one page of rows by keyset, with what is known about the rest.
 *
 * A cursor holds the keys of a row in the order that it was made for, so the next page is what
 * compares greater, found by an index as quickly as the first: no offset, and rows that come or go
 * elsewhere do not shift it. Backward pages are read in the opposite order and turned round when
 * they are written.
 *
 * Whether there are more rows in the direction of reading is seen by fetching one more than was
 * asked for; in the other direction a look beyond the cursor that was given tells. Both, and
 * the total, are part of the statement only when they are selected.
 *
 * Comparing with null needs other conditions than comparing with a value. Which keys of a cursor
 * are null is part of the plan's fingerprint (DEP_CURSOR), so that the conditions stay simple
 * enough for indexes. The values themselves are parameters.
 */
#include "sql/planner_int.h"

#include "sql/cursor.h"

struct paging {
	struct planner *p;
	struct rows_of of;
	struct order_request order;
	struct row row;
	struct order_keys keys; /* of `row` */
	struct page *page;
	bool wants_rows, wants_cursors, wants_total, wants_next, wants_previous;
	struct {
		VEC(str);
	} once; /* expressions that are computed once, beside the rows */
};

/* ---- comparing with a cursor ---- */

enum side { BEFORE, BEHIND };

/* A condition on rows of `keys`: they stand before or behind a cursor. */
struct beyond {
	struct planner *p;
	struct sql *w;
	const struct order_keys *keys;
	const struct gql_value *cursor;
	const struct gql_input *arg;
	uint32_t order;
	uint64_t nulls;
	enum side side;
	bool or_equal;
};

static bool is_null_key(const struct beyond *b, size_t i)
{
	return i < 64 && (b->nulls >> i & 1);
}

static void put_key_value(const struct beyond *b, size_t i)
{
	struct param value = { .value = planner_pexpr(b->p, b->cursor),
		.form = PARAM_CURSOR,
		.name = b->arg->name,
		.key = (uint32_t)i,
		.order = b->order };
	sql_param(b->w, &value, b->keys->at[i].cast);
}

static bool is_greater(const struct beyond *b, size_t i)
{
	return b->keys->at[i].descending == (b->side == BEFORE);
}

/* Do rows without a value for key i stand beyond those with one? */
static bool nulls_beyond(const struct beyond *b, size_t i)
{
	const struct order_key *key = &b->keys->at[i];
	return key->nullable && key->nulls_first == (b->side == BEFORE);
}

/* key > value */
static void put_compare(const struct beyond *b, size_t i, bool or_equal)
{
	sql_catalog(b->w, b->keys->at[i].expression);
	sql_put_program(b->w,
		is_greater(b, i) ? (or_equal ? " >= " : " > ") : (or_equal ? " <= " : " < "));
	put_key_value(b, i);
}

/* Key i alone puts a row beyond the cursor. */
static void put_key_beyond(const struct beyond *b, size_t i)
{
	const struct order_key *key = &b->keys->at[i];
	if (is_null_key(b, i)) {
		bool values_beyond = key->nulls_first == (b->side == BEHIND);
		if (values_beyond) {
			sql_catalog(b->w, key->expression);
			sql_lit(b->w, " is not null");
		} else {
			sql_lit(b->w, "false");
		}
		return;
	}
	put_compare(b, i, false);
	if (!nulls_beyond(b, i))
		return;
	sql_lit(b->w, " or ");
	sql_catalog(b->w, key->expression);
	sql_lit(b->w, " is null");
}

static void put_key_equal(const struct beyond *b, size_t i)
{
	sql_catalog(b->w, b->keys->at[i].expression);
	if (is_null_key(b, i)) {
		sql_lit(b->w, " is null");
		return;
	}
	sql_lit(b->w, " = ");
	put_key_value(b, i);
}

/* a or (b and (c or (d and …))) for the keys from i on. */
static void put_keys_from(const struct beyond *b, size_t i)
{
	bool last = i + 1 == b->keys->n;
	sql_lit(b->w, "(");
	put_key_beyond(b, i);
	if (!last || b->or_equal) {
		sql_lit(b->w, " or ");
		put_key_equal(b, i);
	}
	if (!last) {
		sql_lit(b->w, " and ");
		put_keys_from(b, i + 1);
	}
	sql_lit(b->w, ")");
}

/* Are all keys compared in one direction, with nulls on neither side? */
static bool is_row_comparison(const struct beyond *b)
{
	for (size_t i = 0; i < b->keys->n; i++)
		if (is_null_key(b, i) || nulls_beyond(b, i) || is_greater(b, i) != is_greater(b, 0))
			return false;
	return true;
}

/* (a, b) > ($1, $2): what an index on both finds. */
static void put_row_comparison(const struct beyond *b)
{
	sql_lit(b->w, "(");
	for (size_t i = 0; i < b->keys->n; i++) {
		sql_put_program(b->w, i ? ", " : "");
		sql_catalog(b->w, b->keys->at[i].expression);
	}
	sql_put_program(b->w,
		is_greater(b, 0) ? (b->or_equal ? ") >= (" : ") > (")
				 : (b->or_equal ? ") <= (" : ") < ("));
	for (size_t i = 0; i < b->keys->n; i++) {
		sql_put_program(b->w, i ? ", " : "");
		put_key_value(b, i);
	}
	sql_lit(b->w, ")");
}

/* An index on the first key should find the beginning, so its condition is said alone, too. */
static void put_beyond(const struct beyond *b)
{
	if (b->keys->n == 0) {
		sql_lit(b->w, "false");
		return;
	}
	if (is_row_comparison(b)) {
		put_row_comparison(b);
		return;
	}
	if (b->keys->n > 1 && !is_null_key(b, 0) && !nulls_beyond(b, 0)) {
		put_compare(b, 0, true);
		sql_lit(b->w, " and ");
	}
	put_keys_from(b, 0);
}

/* ---- the parts of the statement ---- */

static uint32_t order_number(struct paging *q)
{
	struct buf b = buf_on(q->p->arena);
	buf_put(&b, q->row.source->type->name);
	for (size_t i = 0; i < q->keys.n; i++) {
		const struct order_key *key = &q->keys.at[i];
		buf_printf(&b, " %.*s%s%s", STR_ARG(key->name), key->descending ? " desc" : "",
			key->nulls_first ? " nulls first" : "");
	}
	return cursor_order(buf_str(&b));
}

/* Adds the condition that rows (of `keys`) stand on one side of the cursor that `role` gives. */
static void add_beyond(struct paging *q, struct sql *w, const struct order_keys *keys,
	enum arg_role role, enum side side, bool or_equal)
{
	const struct gql_value *cursor = q->of.args.by_role[role];
	if (!cursor)
		return;
	planner_consult_cursor(q->p, cursor);
	struct beyond b = { .p = q->p,
		.w = w,
		.keys = keys,
		.cursor = cursor,
		.arg = q->of.args.input[role],
		.order = q->page->order,
		.nulls = cursor_nulls(cursor->text),
		.side = side,
		.or_equal = or_equal };
	if (w->text.n)
		sql_lit(w, " and ");
	put_beyond(&b);
}

static void put_limit(struct paging *q, struct sql *w)
{
	enum arg_role role = q->page->backward ? ARG_LAST : ARG_FIRST;
	const struct gql_value *limit = q->of.args.by_role[role];
	const struct list_policy *policy = &q->of.binding->list;
	sql_lit(w, " limit ");
	if (!limit) {
		q->page->limit_fixed = policy->default_limit;
		sql_number(w, policy->default_limit + q->page->one_more);
		return;
	}
	struct param *made = arena_new(q->p->arena, struct param);
	put_count(q->p, w, limit, q->of.args.input[role], policy->max_limit, made);
	q->page->limit = made;
	if (q->page->one_more)
		sql_lit(w, " + 1");
}

/* " from … where … order by … limit …" of the page's rows. */
static bool put_page_rows(struct paging *q, struct sql *w)
{
	struct sql window = sql_on(q->p->arena, q->p->params);
	add_beyond(q, &window, &q->keys, ARG_AFTER, BEHIND, false);
	add_beyond(q, &window, &q->keys, ARG_BEFORE, BEFORE, false);
	if (!put_rows_of(q->p, w, &q->of, &q->row, &window))
		return false;
	put_order_keys(w, &q->keys, q->page->backward);
	put_limit(q, w);
	return true;
}

/*
 * An expression about the rows, under an alias of its own: how many there are, or (role of a
 * cursor's argument) true when there are any on the far side of that cursor, else null. These are
 * looked for from the cursor on, because then an index in that order finds the first at once.
 * Returns the expression's number, or -1 on failure.
 */
static int add_once(struct paging *q, enum arg_role role)
{
	struct planner *p = q->p;
	struct row row = { .alias = p->aliases++, .source = q->row.source };
	struct order_keys keys;
	struct sql w = sql_on(p->arena, p->params), window = sql_on(p->arena, p->params);
	if (!order_keys(p, &row, &q->order, &keys))
		return -1;
	bool look = role == ARG_AFTER || role == ARG_BEFORE;
	if (look)
		add_beyond(q, &window, &keys, role, role == ARG_AFTER ? BEFORE : BEHIND, true);
	sql_put_program(&w, look ? "(select true" : "(select count(*)");
	if (!put_rows_of(p, &w, &q->of, &row, &window))
		return -1;
	if (look) {
		put_order_keys(&w, &keys, role == ARG_AFTER);
		sql_lit(&w, " limit 1");
	}
	sql_lit(&w, ")");
	*vec_push(p->arena, &q->once) = buf_str(&w.text);
	return (int)q->once.n - 1;
}

/* Totals and looks past the given cursors. The page's numbers count from 0. */
static bool add_all_once(struct paging *q)
{
	struct page *page = q->page;
	const struct gql_value *const *given = q->of.args.by_role;
	page->present = page->total = page->before = page->behind = -1;
	if (q->wants_total) {
		page->total = add_once(q, ARG_ROLES);
		if (page->total < 0)
			return false;
	}
	if (q->wants_previous && given[ARG_AFTER]) {
		page->before = add_once(q, ARG_AFTER);
		if (page->before < 0)
			return false;
	}
	if (q->wants_next && given[ARG_BEFORE]) {
		page->behind = add_once(q, ARG_BEFORE);
		if (page->behind < 0)
			return false;
	}
	return true;
}

/* What is computed once stands from slot `first` on. */
static void place_once(struct page *page, int first)
{
	if (page->total >= 0)
		page->total += first;
	if (page->before >= 0)
		page->before += first;
	if (page->behind >= 0)
		page->behind += first;
}

/* ---- what is selected ---- */

static struct shape_field new_field(struct paging *q, const struct gql_type *type,
	const struct collected *c)
{
	return (struct shape_field){ .key = shape_key(q->p, c->key),
		.name = c->key,
		.nodes = c->fields,
		.nnodes = c->n,
		.page = q->page,
		.field = gql_field_find(q->p->model->gql, type, c->fields[0]->name.text) };
}

static struct shape *leaf_shape(struct paging *q, const struct gql_field *f)
{
	struct leaf leaf = model_facts(q->p->model, f->type->type)->leaf;
	return shape_wrap(q->p, f->type, &leaf, NULL);
}

typedef bool page_field_fn(struct paging *q, struct nodes nodes, struct shape_field *out);

/* An object of a generated type: each field by `fn`. */
static bool select_generated(struct paging *q, const struct gql_type *type, struct nodes nodes,
	page_field_fn *fn, struct shape *out)
{
	struct collection fields;
	if (!select_fields(q->p, type, nodes, &fields))
		return false;
	struct shape_field *at = arena_array(q->p->arena, struct shape_field, fields.n);
	for (size_t i = 0; i < fields.n; i++) {
		struct nodes inner = { fields.at[i].fields, fields.at[i].n };
		at[i] = new_field(q, type, &fields.at[i]);
		if (at[i].field->id == GQL_FIELD_TYPENAME)
			shape_typename(q->p, type, &at[i]);
		else if (!fn(q, inner, &at[i]))
			return false;
	}
	struct shape_fields *variant = arena_new(q->p->arena, struct shape_fields);
	*variant = (struct shape_fields){ type, at, fields.n };
	out->kind = SHAPE_OBJECT;
	out->form = OBJECT_ROW;
	out->variants = variant;
	out->nvariants = 1;
	return true;
}

static bool select_node(struct paging *q, struct nodes nodes, struct shape **out)
{
	struct scope scope = { .row = &q->row };
	return select_object(q->p, &scope, q->row.source->type, nodes, out);
}

static bool edge_field(struct paging *q, struct nodes nodes, struct shape_field *out)
{
	if (str_eq(out->field->name, S("cursor"))) {
		q->wants_cursors = true;
		out->from = FROM_CURSOR;
		out->shape = leaf_shape(q, out->field);
		return true;
	}
	struct shape *node;
	if (!select_node(q, nodes, &node))
		return false;
	out->from = FROM_SELF;
	out->shape = shape_wrap(q->p, out->field->type, NULL, node);
	return true;
}

static bool info_field(struct paging *q, struct nodes nodes, struct shape_field *out)
{
	static const struct {
		str name;
		enum field_from from;
	} FIELDS[] = {
		{ STR_INIT("hasNextPage"), FROM_PAGE_NEXT },
		{ STR_INIT("hasPreviousPage"), FROM_PAGE_PREVIOUS },
		{ STR_INIT("startCursor"), FROM_PAGE_START },
		{ STR_INIT("endCursor"), FROM_PAGE_END },
	};
	UNUSED(nodes);
	for (size_t i = 0; i < COUNT(FIELDS); i++)
		if (str_eq(out->field->name, FIELDS[i].name))
			out->from = FIELDS[i].from;
	bool cursor = out->from == FROM_PAGE_START || out->from == FROM_PAGE_END;
	q->wants_cursors |= cursor;
	q->wants_rows |= cursor;
	q->wants_next |= out->from == FROM_PAGE_NEXT;
	q->wants_previous |= out->from == FROM_PAGE_PREVIOUS;
	out->shape = leaf_shape(q, out->field);
	return true;
}

static bool connection_field(struct paging *q, struct nodes nodes, struct shape_field *out)
{
	const struct gql_field *f = out->field;
	struct shape *object = arena_new(q->p->arena, struct shape);
	if (str_eq(f->name, S("totalCount"))) {
		q->wants_total = true;
		out->from = FROM_PAGE_TOTAL;
		out->shape = leaf_shape(q, f);
		return true;
	}
	if (str_eq(f->name, S("pageInfo"))) {
		if (!select_generated(q, f->type->type, nodes, info_field, object))
			return false;
		out->from = FROM_PAGE_INFO;
		out->shape = shape_wrap(q->p, f->type, NULL, object);
		return true;
	}
	bool ok = str_eq(f->name, S("edges"))
		? select_generated(q, f->type->type, nodes, edge_field, object)
		: select_node(q, nodes, &object);
	q->wants_rows = true;
	out->from = FROM_PAGE_ROWS;
	out->shape = shape_wrap(q->p, f->type, NULL, object);
	return ok;
}

static void add_cursor_slots(struct paging *q)
{
	struct planner *p = q->p;
	uint32_t *slots = arena_array(p->arena, uint32_t, q->keys.n);
	for (size_t i = 0; i < q->keys.n; i++) {
		struct sql w = sql_on(p->arena, p->params);
		sql_lit(&w, "(");
		sql_catalog(&w, q->keys.at[i].expression);
		sql_lit(&w, ")::text");
		slots[i] = row_slot(p, &q->row, buf_str(&w.text));
	}
	q->page->keys = slots;
	q->page->nkeys = q->keys.n;
}

/* ---- the field ---- */

static bool begin(struct paging *q, struct planner *p, const struct gql_field *f,
	struct nodes nodes)
{
	const struct binding *b = model_binding(p->model, f);
	q->p = p;
	q->of.field = f;
	q->of.node = nodes.at[0];
	q->of.binding = b;
	q->page = arena_new(p->arena, struct page);
	q->row = (struct row){ .alias = p->aliases++, .source = b->target };
	if (!read_row_args(p, f, nodes.at[0], b, &q->of.args))
		return false;
	const struct gql_value *const *given = q->of.args.by_role;
	if (given[ARG_FIRST] && given[ARG_LAST])
		return planner_fail(p, nodes.at[0], ERR_BAD_INPUT,
			"\"first\" and \"last\" can't be given together: a page is read forward or "
			"backward.");
	q->page->backward = given[ARG_LAST] != NULL;
	q->order = row_order(&q->of);
	q->order.for_cursor = true;
	if (!order_keys(p, &q->row, &q->order, &q->keys))
		return false;
	if (q->keys.n == 0)
		return planner_fail(p, nodes.at[0], ERR_UNSUPPORTED,
			"\"%.*s\" has no primary key and no column \"id\", so its rows can't be paged.",
			STR_ARG(b->target->relation->name));
	q->page->order = order_number(q);
	return true;
}

/* Arguments that no one needs are checked by the statement all the same. */
static bool is_window(const struct paging *q)
{
	const struct gql_value *const *given = q->of.args.by_role;
	return given[ARG_FIRST] || given[ARG_LAST] || given[ARG_AFTER] || given[ARG_BEFORE];
}

/* Selects everything; afterwards the row has its slots and `once` its expressions. */
static bool select_page(struct paging *q, struct nodes nodes, struct shape **out)
{
	struct shape *shape = arena_new(q->p->arena, struct shape);
	struct planner *p = q->p;
	p->depth++;
	bool ok = select_generated(q, q->of.field->type->type, nodes, connection_field, shape);
	p->depth--;
	if (!ok)
		return false;
	shape->kind = SHAPE_PAGE;
	shape->page = q->page;
	q->page->one_more = q->page->backward ? q->wants_previous : q->wants_next;
	q->page->has_rows = q->wants_rows || q->page->one_more || is_window(q);
	if (q->wants_cursors)
		add_cursor_slots(q);
	*out = shape;
	return add_all_once(q);
}

bool page_expression(struct planner *p, const struct scope *parent, const struct gql_field *f,
	struct nodes nodes, str *expression, struct shape **out)
{
	struct paging q = { .of = { .parent = parent } };
	struct sql w = sql_on(p->arena, p->params);
	if (!begin(&q, p, f, nodes) || !select_page(&q, nodes, out))
		return false;
	sql_lit(&w, "json_build_array(");
	if (q.page->has_rows) {
		uint32_t wrapper = p->aliases++;
		sql_lit(&w, "(select coalesce(json_agg(");
		sql_alias(&w, wrapper);
		sql_lit(&w, ".j), '[]'::json) from (select ");
		put_slots_json(&w, &q.row);
		sql_lit(&w, " as j");
		if (!put_page_rows(&q, &w))
			return false;
		sql_lit(&w, ") ");
		sql_alias(&w, wrapper);
		sql_lit(&w, ")");
	} else {
		sql_lit(&w, "null::json");
	}
	for (size_t i = 0; i < q.once.n; i++) {
		sql_lit(&w, ", ");
		sql_catalog(&w, q.once.at[i]);
	}
	sql_lit(&w, ")");
	place_once(q.page, 1);
	*expression = buf_str(&w.text);
	return true;
}

static void put_column(struct sql *w, uint32_t alias, const char *letter, size_t number)
{
	sql_alias(w, alias);
	sql_lit(w, ".");
	sql_put_program(w, letter);
	sql_number(w, number);
}

static void put_named(struct sql *w, const str *expressions, size_t n, const char *letter)
{
	for (size_t i = 0; i < n; i++) {
		sql_put_program(w, i ? ", " : "");
		sql_catalog(w, expressions[i]);
		sql_lit(w, " as ");
		sql_put_program(w, letter);
		sql_number(w, i);
	}
}

/*
 * The rows beside what is computed once: one row on the left, so the join can only be a loop over
 * the rows in their order.
 */
static bool put_joined(struct paging *q, struct sql *w)
{
	uint32_t rows = q->p->aliases++, once = q->p->aliases++;
	size_t n = q->row.slots.n;
	for (size_t i = 0; i < n; i++) {
		put_column(w, rows, "s", i);
		sql_lit(w, ", ");
	}
	sql_alias(w, rows);
	sql_lit(w, ".present");
	for (size_t i = 0; i < q->once.n; i++) {
		sql_lit(w, ", ");
		put_column(w, once, "o", i);
	}
	sql_lit(w, " from (select ");
	put_named(w, q->once.at, q->once.n, "o");
	sql_lit(w, ") ");
	sql_alias(w, once);
	sql_lit(w, " left join (select ");
	put_named(w, q->row.slots.at, n, "s");
	sql_put_program(w, n ? ", true as present" : "true as present");
	if (!put_page_rows(q, w))
		return false;
	sql_lit(w, ") ");
	sql_alias(w, rows);
	sql_lit(w, " on true");
	q->page->present = (int)n;
	place_once(q->page, (int)n + 1);
	return true;
}

static bool put_root(struct paging *q, struct sql *w)
{
	sql_lit(w, "select ");
	if (!q->page->has_rows) {
		for (size_t i = 0; i < q->once.n; i++) {
			sql_put_program(w, i ? ", " : "");
			sql_catalog(w, q->once.at[i]);
		}
		if (q->once.n == 0)
			sql_lit(w, "null");
		return true;
	}
	if (q->once.n)
		return put_joined(q, w);
	put_slots(w, &q->row);
	return put_page_rows(q, w);
}

bool plan_page(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	struct paging q = { 0 };
	struct shape *shape;
	p->params = arena_new(p->arena, struct params);
	p->aliases = 0;
	if (!begin(&q, p, f, nodes) || !select_page(&q, nodes, &shape))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	if (!put_root(&q, &w))
		return false;
	root->kind = ROOT_PAGE;
	root->field.shape = shape_wrap(p, f->type, NULL, shape);
	root->statement = planner_statement(p, &w);
	return true;
}
