/*
 * order - order by: what was asked for, or the field's default, then the key, so that the order is
 * total.
 *
 * An order is a list of keys first: lists write it as it is, connections also turn it round,
 * compare rows with cursors by it, and keep its keys in cursors.
 */
#include "sql/filter_int.h"

struct ordering {
	struct planner *p;
	const struct ast_selection *node;
	struct order_keys *keys;
};

void order_direction(str name, struct order_key *out)
{
	out->descending = str_starts(name, S("DESC"));
	out->nulls_first = out->descending;
	if (str_ends(name, S("_FIRST")))
		out->nulls_first = true;
	if (str_ends(name, S("_LAST")))
		out->nulls_first = false;
}

/* A repeated key counts once: the first wins. */
static void add_key(struct ordering *o, const struct order_key *key)
{
	for (size_t i = 0; i < o->keys->n; i++)
		if (str_eq(o->keys->at[i].expression, key->expression))
			return;
	*vec_push(o->p->arena, o->keys) = *key;
}

static str place_text(struct planner *p, const struct scope *s, const struct place *place)
{
	struct sql w = sql_on(p->arena, p->params);
	put_place_typed(&w, s, place);
	return buf_str(&w.text);
}

const struct gql_value *order_member(const struct gql_value *v, size_t *index)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->items[i]) {
			*index = i;
			return v->items[i];
		}
	}
	return NULL;
}

static str prefixed(struct planner *p, str name, str inner)
{
	return str_printf(p->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(inner));
}

static bool order_text(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *v, struct order_key *out);

/* (select … from target where joined limit 1): the order of a to-one relation's field. */
static bool order_relation(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_field *f, const struct gql_type *input, const struct gql_value *v,
	struct order_key *out)
{
	struct planner *p = o->p;
	struct row child = { .alias = p->aliases++, .source = b->target };
	struct scope to = { .row = &child };
	if (!order_text(o, &to, f->type->type, input, v, out))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "(");
	put_related(p, &w, s, b, &child, out->expression);
	sql_lit(&w, " limit 1)");
	out->expression = buf_str(&w.text);
	out->name = prefixed(p, f->name, out->name);
	out->nullable = true;
	return true;
}

/* (select sum(…) from …): the order of a list relation. `v` is {sum: {price: direction}}. */
static bool order_many(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_field *f, const struct gql_type *input, const struct gql_value *v,
	struct order_key *out)
{
	struct planner *p = o->p;
	struct row child = { .alias = p->aliases++, .source = b->target };
	if (!order_aggregate(p, &child, input, v, o->node, out))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "(");
	put_related(p, &w, s, b, &child, out->expression);
	sql_lit(&w, ")");
	out->expression = buf_str(&w.text);
	out->name = prefixed(p, f->name, out->name);
	return true;
}

static bool order_embedded(struct ordering *o, const struct scope *s, const struct binding *b,
	const struct gql_field *f, const struct gql_type *input, const struct gql_value *v,
	struct order_key *out)
{
	struct scope inner = scope_embedded(o->p, s, &b->place);
	if (!order_text(o, &inner, f->type->type, input, v, out))
		return false;
	out->name = prefixed(o->p, f->name, out->name);
	out->nullable |= !gql_is_non_null(f->type);
	return true;
}

/* Enums that are stored as text sort as they are declared, like those of PostgreSQL. */
static void order_enum(struct planner *p, const struct leaf *leaf, struct order_key *out)
{
	struct where q = { .p = p };
	struct subject subject = { .kind = KIND_ENUM, .leaf = *leaf };
	if (!leaf->enum_type)
		return;
	struct rank rank = subject_rank(&q, &subject);
	if (!rank.open.n)
		return;
	out->expression = str_printf(p->arena, "%.*s%.*s%.*s", STR_ARG(rank.open),
		STR_ARG(out->expression), STR_ARG(rank.close));
	out->cast = S("int4");
}

/* A leaf. What the schema calls non-null has no nulls, whatever a view's columns may allow. */
static void order_place(struct ordering *o, const struct scope *s, const struct gql_field *f,
	struct order_key *out)
{
	const struct binding *b = model_binding(o->p->model, f);
	const struct cat_column *column = b->place.column;
	out->expression = place_text(o->p, s, &b->place);
	out->cast = place_cast(&b->place, &b->leaf);
	out->name = f->name;
	order_enum(o->p, &b->leaf, out);
	out->nullable = !gql_is_non_null(f->type) && !(column && column->not_null);
}

static bool order_text(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *v, struct order_key *out)
{
	struct planner *p = o->p;
	planner_consult(p, v);
	size_t index = 0;
	const struct gql_value *member = order_member(v, &index);
	if (!member || member->kind == GQL_NULL)
		return planner_fail(p, o->node, ERR_BAD_INPUT, "An order needs exactly one field.");
	planner_consult(p, member);
	const struct gql_input *in = &input->inputs[index];
	const struct gql_field *f = gql_field_find(p->model->gql, object, in->name);
	const struct binding *b = f ? model_binding(p->model, f) : NULL;
	if (b && b->kind == BIND_RELATION && gql_is_list(f->type))
		return order_many(o, s, b, f, in->type->type, member, out);
	if (b && b->kind == BIND_RELATION)
		return order_relation(o, s, b, f, in->type->type, member, out);
	if (!b || b->kind != BIND_PLACE)
		return planner_fail(p, o->node, ERR_UNSUPPORTED,
			"Ordering by \"%.*s\" is not implemented.", STR_ARG(in->name));
	if (gql_is_composite(f->type->type))
		return order_embedded(o, s, b, f, in->type->type, member, out);
	order_place(o, s, f, out);
	order_direction(member->text, out);
	return true;
}

static bool add_asked(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct gql_type *input, const struct gql_value *order)
{
	for (size_t i = 0; i < order->n; i++) {
		struct order_key key = { 0 };
		if (!order_text(o, s, object, input, order->items[i], &key))
			return false;
		add_key(o, &key);
	}
	return true;
}

/* The policy's fields are those of an interface for its members' rows. */
static void add_default(struct ordering *o, const struct scope *s, const struct gql_type *object,
	const struct list_policy *policy)
{
	for (size_t i = 0; i < policy->norder; i++) {
		struct order_key key = { 0 };
		str name = policy->order[i].field->name;
		order_place(o, s, gql_field_find(o->p->model->gql, object, name), &key);
		order_direction(policy->order[i].direction, &key);
		add_key(o, &key);
	}
}

static void add_row_key(struct ordering *o, const struct scope *s,
	const struct cat_column *const *columns, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct place place = { .column = columns[i] };
		struct order_key key = { .name = columns[i]->name };
		key.expression = place_text(o->p, s, &place);
		key.cast = place_cast(&place, &(struct leaf){ 0 });
		add_key(o, &key);
	}
}

/* A relation without a key, such as a view of documents alone: the field `id`, if there is one. */
static void add_id_field(struct ordering *o, const struct scope *s, const struct gql_type *type)
{
	const struct gql_field *f =
		type->kind == GQL_UNION ? NULL : map_find(&type->by_name, S("id"));
	const struct binding *b = f ? model_binding(o->p->model, f) : NULL;
	struct order_key key = { 0 };
	if (!b || b->kind != BIND_PLACE || !gql_is_leaf(f->type->type) || gql_is_list(f->type))
		return;
	order_place(o, s, f, &key);
	add_key(o, &key);
}

bool order_keys(struct planner *p, const struct row *row, const struct order_request *q,
	struct order_keys *out)
{
	struct ordering o = { .p = p, .node = q->node, .keys = out };
	struct row self = *row;
	struct scope s = { .row = &self };
	const struct backing *source = row->source;
	bool asked = q->order && q->order->kind == GQL_LIST && q->order->n > 0;
	*out = (struct order_keys){ 0 };
	if (q->order)
		planner_consult(p, q->order); /* an empty list from a variable, too */
	if (asked) {
		if (!add_asked(&o, &s, source->type, q->input, q->order))
			return false;
	} else {
		add_default(&o, &s, source->type, q->policy);
	}
	out->nasked = out->n;
	if (source->nkey == 0)
		add_id_field(&o, &s, source->type);
	else if (q->for_cursor)
		add_row_key(&o, &s, source->shown_key, source->nshown_key);
	else
		add_row_key(&o, &s, source->key, source->nkey);
	return true;
}

void put_order_keys(struct sql *w, const struct order_keys *keys, bool backward)
{
	for (size_t i = 0; i < keys->n; i++) {
		const struct order_key *key = &keys->at[i];
		bool descending = key->descending != backward;
		bool nulls_first = key->nulls_first != backward;
		sql_put_program(w, i ? ", " : " order by ");
		sql_catalog(w, key->expression);
		if (descending)
			sql_lit(w, " desc");
		if (nulls_first != descending)
			sql_put_program(w, nulls_first ? " nulls first" : " nulls last");
	}
}
