/*
 * aggregate - what rows add up to: counts, sums, means, extremes, and the same by groups.
 *
 * An aggregate is one row, whose slots are calls of aggregate functions over the places of fields.
 * Groups are a subselect each, a JSON array of rows, because one field can ask for several
 * groupings. Conditions on groups and their orders name the same calls again.
 */
#include "sql/filter_int.h"

#include "schema/aggregate.h"

struct summing {
	struct planner *p;
	struct rows_of of;
	struct row row;
	bool calls; /* an aggregate function is among the slots: they must be selected from rows */
	enum aggregate_id function;    /* whose values are being selected */
	const struct group_keys *keys; /* of groups: what they have in common */
};

/* A field to group by. */
struct group_key {
	str name; /* as in XGroupField */
	const struct gql_field *field;
	const struct date_part *part; /* or NULL: the value itself */
};
struct group_keys {
	VEC(struct group_key);
};

/* ---- expressions ---- */

/* A field's value, of the rows with this alias. */
static str value_text(struct planner *p, struct row *row, const struct gql_field *f)
{
	struct scope scope = { .row = row };
	struct sql w = sql_on(p->arena, p->params);
	put_place_typed(&w, &scope, &model_binding(p->model, f)->place);
	return buf_str(&w.text);
}

static enum scalar_kind kind_of(const struct leaf *leaf)
{
	return leaf->scalar ? leaf->scalar->kind : KIND_ENUM;
}

/* An aggregate of one field: its SQL, and the leaf and SQL type of its result. */
struct sum {
	str expression, cast;
	str order, order_cast; /* what sorts as the result does */
	struct leaf leaf;
};

static void put_labels(struct sql *w, const struct leaf *leaf)
{
	sql_lit(w, "(array[");
	for (size_t i = 0; i < leaf->enum_type->nvalues; i++) {
		sql_put_program(w, i ? ", " : "");
		sql_quoted(w,
			leaf->labels ? leaf->labels->labels[i] : leaf->enum_type->values[i].name);
	}
	sql_lit(w, "])");
}

/* The least or greatest value of an enum that is stored as text: by its place among the values. */
static void by_rank(struct planner *p, struct row *row, enum aggregate_id id,
	const struct gql_field *f, struct sum *sum)
{
	struct where q = { .p = p };
	struct subject subject = { .kind = KIND_ENUM, .leaf = sum->leaf };
	struct rank rank = { STR_NONE, STR_NONE };
	if (sum->leaf.enum_type)
		rank = subject_rank(&q, &subject);
	if (!rank.open.n)
		return;
	struct sql w = sql_on(p->arena, p->params), value = sql_on(p->arena, p->params);
	sql_put_program(&w, aggregate_get(id)->sql);
	sql_catalog(&w, rank.open);
	sql_catalog(&w, value_text(p, row, f));
	sql_catalog(&w, rank.close);
	sql_lit(&w, ")");
	sum->order = buf_str(&w.text);
	sum->order_cast = S("int4");
	put_labels(&value, &sum->leaf);
	sql_lit(&value, "[");
	sql_catalog(&value, sum->order);
	sql_lit(&value, "]");
	sum->expression = buf_str(&value.text);
	sum->cast = S("text");
}

static struct sum sum_of(struct planner *p, struct row *row, enum aggregate_id id,
	const struct gql_field *f)
{
	const struct binding *b = model_binding(p->model, f);
	struct sum sum = { .leaf = b->leaf };
	bool same;
	const struct scalar *result =
		aggregate_result(id, kind_of(&b->leaf), b->leaf.scalar, &same);
	if (same)
		sum.cast = place_cast(&b->place, &b->leaf);
	else
		sum.leaf = (struct leaf){ .scalar = result };
	if (!same && result)
		sum.cast = str_from(result->pg);
	struct sql w = sql_on(p->arena, p->params);
	sql_put_program(&w, aggregate_get(id)->sql);
	sql_catalog(&w, value_text(p, row, f));
	sql_lit(&w, ")");
	sum.expression = sum.order = buf_str(&w.text);
	sum.order_cast = sum.cast;
	if (same)
		by_rank(p, row, id, f, &sum);
	return sum;
}

static str key_text(struct planner *p, struct row *row, const struct group_key *key)
{
	const struct binding *b = model_binding(p->model, key->field);
	str value = value_text(p, row, key->field);
	if (!key->part)
		return value;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "date_trunc('");
	sql_put_program(&w, key->part->name);
	sql_lit(&w, "', ");
	sql_catalog(&w, value);
	sql_lit(&w, ")");
	if (b->leaf.scalar == scalar_get(SCALAR_DATE))
		sql_lit(&w, "::date");
	return buf_str(&w.text);
}

/* ---- what is selected ---- */

typedef bool sum_field_fn(struct summing *q, struct nodes nodes, struct shape_field *out);

static bool select_generated(struct summing *q, const struct gql_type *type, struct nodes nodes,
	sum_field_fn *fn, struct shape **out)
{
	struct planner *p = q->p;
	struct collection fields;
	if (!select_fields(p, type, nodes, &fields))
		return false;
	struct shape_field *at = arena_array(p->arena, struct shape_field, fields.n);
	for (size_t i = 0; i < fields.n; i++) {
		const struct collected *c = &fields.at[i];
		str name = c->fields[0]->name.text;
		at[i] = (struct shape_field){ .key = shape_key(p, c->key),
			.name = c->key,
			.nodes = c->fields,
			.nnodes = c->n,
			.field = gql_field_find(p->model->gql, type, name) };
		struct nodes inner = { c->fields, c->n };
		if (at[i].field->id == GQL_FIELD_TYPENAME)
			shape_typename(p, type, &at[i]);
		else if (!fn(q, inner, &at[i]))
			return false;
	}
	struct shape_fields *variant = arena_new(p->arena, struct shape_fields);
	*variant = (struct shape_fields){ type, at, fields.n };
	*out = arena_new(p->arena, struct shape);
	**out = (struct shape){ .kind = SHAPE_OBJECT,
		.form = OBJECT_ROW,
		.variants = variant,
		.nvariants = 1 };
	return true;
}

static void from_slot(struct summing *q, str expression, const struct leaf *leaf,
	struct shape_field *out)
{
	out->from = FROM_SLOT;
	out->slot = row_slot(q->p, &q->row, expression);
	out->shape = shape_wrap(q->p, out->field->type, leaf, NULL);
}

static bool from_self(struct summing *q, struct nodes nodes, sum_field_fn *fn,
	struct shape_field *out)
{
	struct shape *object;
	if (!select_generated(q, out->field->type->type, nodes, fn, &object))
		return false;
	out->from = FROM_SELF;
	out->shape = shape_wrap(q->p, out->field->type, NULL, object);
	return true;
}

/* sum { price } */
static bool value_field(struct summing *q, struct nodes nodes, struct shape_field *out)
{
	struct planner *p = q->p;
	const struct gql_type *type = q->row.source->type;
	UNUSED(nodes);
	const struct gql_field *of = gql_field_find(p->model->gql, type, out->field->name);
	struct sum sum = sum_of(p, &q->row, q->function, of);
	q->calls = true;
	from_slot(q, sum.expression, &sum.leaf, out);
	return true;
}

static const struct group_key *find_key(const struct group_keys *keys, str name)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->at[i].name, name))
			return &keys->at[i];
	return NULL;
}

/* key { city createdAt_month } */
static bool key_field(struct summing *q, struct nodes nodes, struct shape_field *out)
{
	struct planner *p = q->p;
	const struct group_key *key = find_key(q->keys, out->field->name);
	if (!key)
		return planner_fail(p, nodes.at[0], ERR_BAD_INPUT,
			"\"%.*s\" is not among the fields of \"by\", so groups have no such key.",
			STR_ARG(out->field->name));
	from_slot(q, key_text(p, &q->row, key), &model_binding(p->model, key->field)->leaf, out);
	return true;
}

static bool groups_field(struct summing *q, struct nodes nodes, struct shape_field *out);

/* A field of XAggregate or XGroup. */
static bool sum_field(struct summing *q, struct nodes nodes, struct shape_field *out)
{
	str name = out->field->name;
	if (str_eq(name, S("count"))) {
		q->calls = true;
		from_slot(q, S("count(*)"), &(struct leaf){ .scalar = scalar_get(SCALAR_INT) },
			out);
		return true;
	}
	if (str_eq(name, S("groups")))
		return groups_field(q, nodes, out);
	if (str_eq(name, S("key")))
		return from_self(q, nodes, key_field, out);
	if (!aggregate_find(name, &q->function))
		return planner_fail(q->p, nodes.at[0], ERR_INTERNAL, "\"%.*s\" is no aggregate.",
			STR_ARG(name));
	return from_self(q, nodes, value_field, out);
}

/* ---- the arguments of groups ---- */

static const struct gql_value *group_arg(struct gql_value *const *values, const struct gql_field *f,
	const char *name)
{
	const struct gql_input *arg = gql_arg_find(f, str_from(name));
	const struct gql_value *v = arg ? values[arg->id] : NULL;
	return v && v->kind != GQL_NULL ? v : NULL;
}

/* createdAt_month → createdAt and the part. A field of the whole name comes first. */
static bool read_key(struct summing *q, str name, struct group_key *out)
{
	const struct gql_schema *gql = q->p->model->gql;
	const struct gql_type *type = q->row.source->type;
	*out = (struct group_key){ .name = name, .field = gql_field_find(gql, type, name) };
	for (size_t i = 0; i < DATE_PARTS_COUNT && !out->field; i++) {
		str part = str_from(DATE_PARTS[i].name);
		if (!str_ends(name, part) || name.n < part.n + 2)
			continue;
		out->field = gql_field_find(gql, type, str_sub(name, 0, name.n - part.n - 1));
		out->part = &DATE_PARTS[i];
	}
	return out->field != NULL;
}

static bool read_by(struct summing *q, const struct ast_selection *node, const struct gql_value *by,
	struct group_keys *out)
{
	planner_consult_items(q->p, by);
	if (!by || by->n == 0)
		return planner_fail(q->p, node, ERR_BAD_INPUT,
			"\"by\" needs at least one field to group by.");
	for (size_t i = 0; i < by->n; i++) {
		struct group_key key;
		planner_consult(q->p, by->items[i]);
		if (!find_key(out, by->items[i]->text) && read_key(q, by->items[i]->text, &key))
			*vec_push(q->p->arena, out) = key;
	}
	return true;
}

static void put_group_by(struct summing *q, struct sql *w)
{
	for (size_t i = 0; i < q->keys->n; i++) {
		sql_put_program(w, i ? ", " : " group by ");
		sql_catalog(w, key_text(q->p, &q->row, &q->keys->at[i]));
	}
}

/* ---- having ---- */

struct having {
	struct summing *q;
	const struct ast_selection *node;
	struct sql *w;
	unsigned depth;
};

enum { HAVING_DEPTH_MAX = 32 };

static bool put_having(struct having *h, const struct gql_type *type, const struct gql_value *v);

static bool refuse_null(struct having *h, const struct gql_input *in)
{
	return planner_fail(h->q->p, h->node, ERR_BAD_INPUT,
		"The filter \"%.*s\" must not be null.", STR_ARG(in->name));
}

static bool put_sum_filter(struct having *h, const struct sum *sum, const struct gql_type *filter,
	const struct gql_value *v)
{
	struct where where = { .p = h->q->p, .w = h->w, .node = h->node };
	struct subject subject = { .kind = kind_of(&sum->leaf),
		.leaf = sum->leaf,
		.typed = sum->expression,
		.text = sum->expression,
		.cast = sum->cast };
	size_t written = 0;
	planner_consult(h->q->p, v);
	if (!put_operators(&where, &subject, filter, v, &written))
		return false;
	if (written == 0)
		sql_lit(h->w, "true");
	return true;
}

/* {price: {gt: 5}, …}, of one function */
static bool put_having_values(struct having *h, enum aggregate_id id, const struct gql_type *type,
	const struct gql_value *v)
{
	struct summing *q = h->q;
	size_t written = 0;
	planner_consult(q->p, v);
	for (size_t i = 0; i < v->n; i++) {
		if (!v->items[i])
			continue;
		const struct gql_input *in = &type->inputs[i];
		if (v->items[i]->kind == GQL_NULL)
			return refuse_null(h, in);
		const struct gql_field *f =
			gql_field_find(q->p->model->gql, q->row.source->type, in->name);
		struct sum sum = sum_of(q->p, &q->row, id, f);
		if (written++)
			sql_lit(h->w, " and ");
		if (!put_sum_filter(h, &sum, in->type->type, v->items[i]))
			return false;
	}
	if (written == 0)
		sql_lit(h->w, "true");
	return true;
}

static bool put_having_list(struct having *h, const struct gql_type *type,
	const struct gql_value *list, bool all)
{
	planner_consult(h->q->p, list);
	if (list->n == 0)
		sql_put_program(h->w, all ? "true" : "false");
	for (size_t i = 0; i < list->n; i++) {
		sql_put_program(h->w, i ? (all ? " and (" : " or (") : "(");
		if (!put_having(h, type, list->items[i]))
			return false;
		sql_lit(h->w, ")");
	}
	return true;
}

static bool put_having_member(struct having *h, const struct gql_type *type,
	const struct gql_input *in, const struct gql_value *v)
{
	enum aggregate_id id;
	if (v->kind == GQL_NULL)
		return refuse_null(h, in);
	if (str_eq(in->name, S("AND")) || str_eq(in->name, S("OR")))
		return put_having_list(h, type, v, str_eq(in->name, S("AND")));
	if (str_eq(in->name, S("NOT"))) {
		sql_lit(h->w, "not (");
		bool ok = put_having(h, type, v);
		sql_lit(h->w, ")");
		return ok;
	}
	if (aggregate_find(in->name, &id))
		return put_having_values(h, id, in->type->type, v);
	struct sum count = { .expression = S("count(*)"),
		.cast = S("int8"),
		.leaf = { .scalar = scalar_get(SCALAR_INT) } };
	return put_sum_filter(h, &count, in->type->type, v);
}

static bool put_having(struct having *h, const struct gql_type *type, const struct gql_value *v)
{
	size_t written = 0;
	planner_consult(h->q->p, v);
	if (++h->depth > HAVING_DEPTH_MAX)
		return planner_fail(h->q->p, h->node, ERR_BAD_INPUT,
			"The filter is nested more than %d levels deep.", HAVING_DEPTH_MAX);
	for (size_t i = 0; i < v->n; i++) {
		if (!v->items[i])
			continue;
		sql_put_program(h->w, written++ ? " and (" : "(");
		if (!put_having_member(h, type, &type->inputs[i], v->items[i]))
			return false;
		sql_lit(h->w, ")");
	}
	if (written == 0)
		sql_lit(h->w, "true");
	h->depth--;
	return true;
}

/* ---- orders ---- */

bool order_aggregate(struct planner *p, struct row *row, const struct gql_type *input,
	const struct gql_value *v, const struct ast_selection *node, struct order_key *out)
{
	size_t index = 0, inner = 0;
	planner_consult(p, v);
	const struct gql_value *member = order_member(v, &index);
	enum aggregate_id id;
	if (!member || member->kind == GQL_NULL)
		return planner_fail(p, node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(p, member);
	const struct gql_input *in = &input->inputs[index];
	out->name = in->name;
	if (!aggregate_find(in->name, &id)) {
		out->expression = S("count(*)");
		out->cast = S("int8");
		order_direction(member->text, out);
		return true;
	}
	const struct gql_value *value = order_member(member, &inner);
	if (!value || value->kind == GQL_NULL)
		return planner_fail(p, node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(p, value);
	str name = in->type->type->inputs[inner].name;
	const struct gql_field *f = gql_field_find(p->model->gql, row->source->type, name);
	struct sum sum = sum_of(p, row, id, f);
	out->expression = sum.order;
	out->cast = sum.order_cast;
	out->name = str_printf(p->arena, "%.*s.%.*s", STR_ARG(in->name), STR_ARG(name));
	out->nullable = true;
	order_direction(value->text, out);
	return true;
}

static void add_key(struct summing *q, struct order_keys *keys, const struct order_key *key)
{
	for (size_t i = 0; i < keys->n; i++)
		if (str_eq(keys->at[i].expression, key->expression))
			return;
	*vec_push(q->p->arena, keys) = *key;
}

/* {key: {city: ASC}} */
static bool order_group_key(struct summing *q, const struct ast_selection *node,
	const struct gql_type *input, const struct gql_value *v, struct order_key *out)
{
	size_t index = 0;
	const struct gql_value *member = order_member(v, &index);
	if (!member || member->kind == GQL_NULL)
		return planner_fail(q->p, node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(q->p, v);
	planner_consult(q->p, member);
	str name = input->inputs[index].name;
	const struct group_key *key = find_key(q->keys, name);
	if (!key)
		return planner_fail(q->p, node, ERR_BAD_INPUT,
			"\"%.*s\" is not among the fields of \"by\", so groups can't be ordered by it.",
			STR_ARG(name));
	out->expression = key_text(q->p, &q->row, key);
	order_direction(member->text, out);
	return true;
}

static bool read_group_order(struct summing *q, const struct ast_selection *node,
	const struct gql_type *input, const struct gql_value *order, struct order_keys *keys)
{
	if (order)
		planner_consult(q->p, order);
	for (size_t i = 0; order && i < order->n; i++) {
		struct order_key key = { 0 };
		size_t index = 0;
		const struct gql_value *v = order->items[i];
		planner_consult(q->p, v);
		const struct gql_value *member = order_member(v, &index);
		bool by_key = member && member->kind == GQL_OBJECTVAL &&
			str_eq(input->inputs[index].name, S("key"));
		bool ok = by_key
			? order_group_key(q, node, input->inputs[index].type->type, member, &key)
			: order_aggregate(q->p, &q->row, input, v, node, &key);
		if (!ok)
			return false;
		add_key(q, keys, &key);
	}
	for (size_t i = 0; i < q->keys->n; i++) {
		struct order_key key = { .expression = key_text(q->p, &q->row, &q->keys->at[i]) };
		add_key(q, keys, &key);
	}
	return true;
}

/* ---- groups ---- */

static void put_group_limit(struct summing *q, struct sql *w, const struct gql_field *f,
	struct gql_value *const *values)
{
	const struct list_policy *policy = &q->of.binding->list;
	const struct gql_value *limit = group_arg(values, f, "limit");
	const struct gql_value *offset = group_arg(values, f, "offset");
	struct param made;
	sql_lit(w, " limit ");
	if (limit)
		put_count(q->p, w, limit, gql_arg_find(f, S("limit")), policy->max_limit, &made);
	else
		sql_number(w, policy->default_limit);
	if (!offset)
		return;
	sql_lit(w, " offset ");
	put_count(q->p, w, offset, gql_arg_find(f, S("offset")), INT32_MAX, &made);
}

/* select json_build_array(…) as j from … group by … having … order by … limit … */
static bool put_groups(struct summing *q, struct sql *w, const struct gql_field *f,
	const struct ast_selection *node, struct gql_value *const *values)
{
	struct order_keys keys = { 0 };
	const struct gql_value *having = group_arg(values, f, "having");
	const struct gql_input *order = gql_arg_find(f, S("orderBy"));
	sql_lit(w, "select ");
	put_slots_json(w, &q->row);
	sql_lit(w, " as j");
	if (!put_rows_of(q->p, w, &q->of, &q->row, NULL))
		return false;
	put_group_by(q, w);
	if (having) {
		struct having h = { .q = q, .node = node, .w = w };
		sql_lit(w, " having ");
		if (!put_having(&h, gql_arg_find(f, S("having"))->type->type, having))
			return false;
	}
	if (!read_group_order(q, node, order->type->type, group_arg(values, f, "orderBy"), &keys))
		return false;
	put_order_keys(w, &keys, false);
	put_group_limit(q, w, f, values);
	return true;
}

static bool groups_field(struct summing *q, struct nodes nodes, struct shape_field *out)
{
	struct planner *p = q->p;
	const struct gql_field *f = out->field;
	struct group_keys keys = { 0 };
	struct summing inner = { .p = p, .of = q->of, .keys = &keys };
	struct gql_value **values = arena_array(p->arena, struct gql_value *, f->nargs);
	for (size_t i = 0; i < f->nargs; i++)
		if (!planner_arg(p, f, nodes.at[0], &f->args[i], &values[i]))
			return false;
	inner.row = (struct row){ .alias = p->aliases++, .source = q->row.source };
	if (!read_by(&inner, nodes.at[0], group_arg(values, f, "by"), &keys))
		return false;
	struct shape *group;
	if (!select_generated(&inner, f->type->type, nodes, sum_field, &group))
		return false;
	uint32_t wrapper = p->aliases++;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "(select coalesce(json_agg(");
	sql_alias(&w, wrapper);
	sql_lit(&w, ".j), '[]'::json) from (");
	if (!put_groups(&inner, &w, f, nodes.at[0], values))
		return false;
	sql_lit(&w, ") ");
	sql_alias(&w, wrapper);
	sql_lit(&w, ")");
	out->from = FROM_SLOT;
	out->slot = row_slot(p, &q->row, buf_str(&w.text));
	out->shape = shape_wrap(p, f->type, NULL, group);
	return true;
}

/* ---- the field ---- */

static bool begin(struct summing *q, struct planner *p, const struct gql_field *f,
	struct nodes nodes, struct shape **out)
{
	const struct binding *b = model_binding(p->model, f);
	q->p = p;
	q->of.field = f;
	q->of.node = nodes.at[0];
	q->of.binding = b;
	q->row = (struct row){ .alias = p->aliases++, .source = b->target };
	if (!read_row_args(p, f, nodes.at[0], b, &q->of.args))
		return false;
	p->depth++;
	bool ok = select_generated(q, f->type->type, nodes, sum_field, out);
	p->depth--;
	return ok;
}

bool aggregate_expression(struct planner *p, const struct scope *parent, const struct gql_field *f,
	struct nodes nodes, str *expression, struct shape **out)
{
	struct summing q = { .of = { .parent = parent } };
	struct sql w = sql_on(p->arena, p->params);
	if (!begin(&q, p, f, nodes, out))
		return false;
	if (q.calls)
		sql_lit(&w, "(select ");
	put_slots_json(&w, &q.row);
	if (q.calls) {
		if (!put_rows_of(p, &w, &q.of, &q.row, NULL))
			return false;
		sql_lit(&w, ")");
	}
	*expression = buf_str(&w.text);
	return true;
}

bool plan_aggregate(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	struct summing q = { 0 };
	struct shape *shape;
	p->params = arena_new(p->arena, struct params);
	p->aliases = 0;
	if (!begin(&q, p, f, nodes, &shape))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "select ");
	put_slots(&w, &q.row);
	if (q.calls && !put_rows_of(p, &w, &q.of, &q.row, NULL))
		return false;
	root->kind = ROOT_ROW;
	root->field.shape = shape_wrap(p, f->type, NULL, shape);
	root->statement = planner_statement(p, &w);
	return true;
}
