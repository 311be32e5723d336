/*
 * generate_aggregate - the types and arguments of aggregates: a field of type XAggregate, when X
 * has a source and nobody declares XAggregate; and ordering by what related rows add up to.
 *
 * For each function there is a type with a field for each field of X that has it, so that every
 * result has its exact type. Functions that give equal fields share a type. A type without fields
 * is left out together with the field that would have it.
 */
#include "schema/generate_int.h"

#include "schema/aggregate.h"

/* Calls fn for each field of a type that has a single leaf value. */
typedef void leaf_field_fn(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg);

static void each_leaf(struct generator *g, const struct decl *d, leaf_field_fn *fn, void *arg)
{
	for (size_t i = 0; i < d->nodes.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->nfields; k++) {
			struct decl *leaf;
			if (decl_field_use(g->c, &node->fields[k], &leaf) == USE_LEAF)
				fn(g, &node->fields[k], leaf, arg);
		}
	}
}

/* The type of an aggregate over values of `leaf`; empty when there is none. */
static str result_type(enum aggregate_id id, const struct decl *leaf)
{
	enum scalar_kind kind;
	bool same;
	if (!decl_leaf_kind(leaf, &kind))
		return STR_NONE;
	const struct scalar *of = leaf->kind == AST_SCALAR ? scalar_find(leaf->name) : NULL;
	const struct scalar *result = aggregate_result(id, kind, of, &same);
	if (same)
		return leaf->name;
	return result ? str_from(result->name) : STR_NONE;
}

/* The scalar becomes part of the schema. */
static void use_type(struct generator *g, str name)
{
	const struct scalar *s = scalar_find(name);
	if (s)
		g->scalars[s - scalar_get(0)] = true;
}

static void note_any(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg)
{
	UNUSED(g);
	UNUSED(f);
	struct any {
		enum aggregate_id id;
		bool found;
	} *any = arg;
	any->found |= result_type(any->id, leaf).n > 0;
}

/* Has any field of the type such an aggregate? */
static bool has_aggregate(struct generator *g, const struct decl *d, enum aggregate_id id)
{
	struct any {
		enum aggregate_id id;
		bool found;
	} any = { id, false };
	each_leaf(g, d, note_any, &any);
	return any.found;
}

/* Does an earlier function have the same type? */
static bool is_shared(enum aggregate_id id)
{
	return id > 0 &&
		str_eq(str_from(aggregate_get(id)->suffix),
			str_from(aggregate_get(id - 1)->suffix));
}

static str type_of(struct generator *g, const struct decl *d, enum aggregate_id id,
	const char *suffix)
{
	return str_printf(g->c->arena, "%.*s%s%s", STR_ARG(d->name), aggregate_get(id)->suffix,
		suffix);
}

/* ---- outputs ---- */

static void put_result(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg)
{
	const enum aggregate_id *id = arg;
	str type = result_type(*id, leaf);
	bool count = *id == AGGREGATE_COUNT_DISTINCT;
	use_type(g, type);
	if (type.n)
		put_member(g, f->name.text, count ? suffixed(g, type, "!") : type, NULL);
}

static void put_result_types(struct generator *g, const struct decl *d)
{
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++) {
		str doc = str_printf(g->c->arena, "An aggregate of the fields of %.*s.",
			STR_ARG(d->name));
		if (is_shared(id) || !has_aggregate(g, d, id) ||
			!begin_type(g, d, aggregate_get(id)->suffix, OUTPUT_VALUES, doc))
			continue;
		each_leaf(g, d, put_result, &id);
		end_type(g);
	}
}

static void put_functions(struct generator *g, const struct decl *d)
{
	put_member(g, S("count"), S("Int!"), "How many rows there are.");
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++)
		if (has_aggregate(g, d, id))
			put_member(g, str_from(aggregate_get(id)->name), type_of(g, d, id, "!"),
				aggregate_get(id)->doc);
}

/* ---- groups ---- */

static bool declares(const struct decl *d, str name)
{
	for (size_t i = 0; i < d->nodes.n; i++)
		for (size_t k = 0; k < d->nodes.at[i]->nfields; k++)
			if (str_eq(d->nodes.at[i]->fields[k].name.text, name))
				return true;
	return false;
}

/* Writes a line for each key that rows can be grouped by. */
typedef void key_fn(struct generator *g, str name, str type, const char *doc);
struct keys {
	const struct decl *of;
	key_fn *fn;
};

static void put_keys(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg)
{
	const struct keys *keys = arg;
	if (!result_type(AGGREGATE_COUNT_DISTINCT, leaf).n)
		return;
	keys->fn(g, f->name.text, leaf->name, NULL);
	const struct scalar *s = leaf->kind == AST_SCALAR ? scalar_find(leaf->name) : NULL;
	for (size_t i = 0; i < DATE_PARTS_COUNT; i++) {
		const char *part = DATE_PARTS[i].name;
		str name = str_printf(g->c->arena, "%.*s_%s", STR_ARG(f->name.text), part);
		if (!date_part_fits(&DATE_PARTS[i], s) || declares(keys->of, name))
			continue;
		str doc = str_printf(g->c->arena, "The beginning of the %s that %.*s is in.", part,
			STR_ARG(f->name.text));
		keys->fn(g, name, leaf->name, str_z(g->c->arena, doc));
	}
}

static void key_as_value(struct generator *g, str name, str type, const char *doc)
{
	UNUSED(type);
	if (doc)
		put_doc(g, S("  "), str_from(doc));
	buf_printf(&g->out, "  %.*s\n", STR_ARG(name));
}

static void key_as_order(struct generator *g, str name, str type, const char *doc)
{
	UNUSED(type);
	UNUSED(doc);
	put_member(g, name, S("OrderDirection"), NULL);
}

static void put_key_type(struct generator *g, const struct decl *d, const char *suffix,
	enum input_role role, const char *about, key_fn *fn)
{
	struct keys keys = { d, fn };
	str doc = str_printf(g->c->arena, "%s %.*s.", about, STR_ARG(d->name));
	if (!begin_type(g, d, suffix, role, doc))
		return;
	each_leaf(g, d, put_keys, &keys);
	end_type(g);
}

static void put_having_field(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg)
{
	const enum aggregate_id *id = arg;
	str type = result_type(*id, leaf);
	if (!type.n)
		return;
	struct decl *result = decl_leaf(g->c, type);
	want(g, WANT_FILTER, result);
	put_member(g, f->name.text, suffixed(g, result->name, "Filter"), NULL);
}

static void put_having(struct generator *g, const struct decl *d)
{
	struct arena *a = g->c->arena;
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++) {
		str doc = str_printf(a, "Conditions on an aggregate of the fields of %.*s.",
			STR_ARG(d->name));
		if (is_shared(id) || !has_aggregate(g, d, id))
			continue;
		const char *suffix =
			str_z(a, str_printf(a, "%sHavingInput", aggregate_get(id)->suffix));
		if (!begin_type(g, d, suffix, INPUT_HAVING_VALUES, doc))
			continue;
		each_leaf(g, d, put_having_field, &id);
		end_type(g);
	}
	str doc = str_printf(a, "Conditions on groups of %.*s; all that are given must hold.",
		STR_ARG(d->name));
	if (!begin_type(g, d, "HavingInput", INPUT_HAVING, doc))
		return;
	str self = suffixed(g, d->name, "HavingInput");
	str list = str_printf(a, "[%.*s!]", STR_ARG(self));
	put_member(g, S("AND"), list, "All of these hold; true for the empty list.");
	put_member(g, S("OR"), list, "At least one of these holds; false for the empty list.");
	put_member(g, S("NOT"), self, "This does not hold.");
	want(g, WANT_FILTER, decl_leaf(g->c, S("Int")));
	put_member(g, S("count"), S("IntFilter"), NULL);
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++)
		if (has_aggregate(g, d, id))
			put_member(g, str_from(aggregate_get(id)->name),
				type_of(g, d, id, "HavingInput"), NULL);
	end_type(g);
}

/* ---- orders ---- */

/* Sums and means have the same fields to order by. */
static enum aggregate_id order_type(enum aggregate_id id)
{
	return id == AGGREGATE_AVG ? AGGREGATE_SUM : id;
}

/* Can lists be ordered by it, too, or only groups? */
static bool is_for_lists(enum aggregate_id id)
{
	return id >= AGGREGATE_SUM && id <= AGGREGATE_MAX;
}

static void put_value_order(struct generator *g, const struct ast_field_def *f, struct decl *leaf,
	void *arg)
{
	const enum aggregate_id *id = arg;
	if (result_type(*id, leaf).n)
		put_member(g, f->name.text, S("OrderDirection"), NULL);
}

/* The types of the orders by one aggregate, for lists or only for groups. */
static void put_order_types(struct generator *g, struct decl *d, bool lists)
{
	struct arena *a = g->c->arena;
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++) {
		str doc = str_printf(a, "What to order by: an aggregate of one field of %.*s.",
			STR_ARG(d->name));
		if (is_for_lists(id) != lists || is_shared(id) || order_type(id) != id ||
			!has_aggregate(g, d, id))
			continue;
		str suffix = str_printf(a, "%sOrderByInput", aggregate_get(id)->suffix);
		if (!begin_type(g, d, str_z(a, suffix), INPUT_ORDER_VALUES, doc))
			continue;
		each_leaf(g, d, put_value_order, &id);
		end_type(g);
	}
}

static void put_orders(struct generator *g, struct decl *d, bool groups)
{
	put_member(g, S("count"), S("OrderDirection"), "How many there are.");
	want(g, WANT_VALUE_ORDERS, d);
	for (enum aggregate_id id = 0; id < AGGREGATE_COUNT; id++)
		if ((groups || is_for_lists(id)) && has_aggregate(g, d, id))
			put_member(g, str_from(aggregate_get(id)->name),
				type_of(g, d, order_type(id), "OrderByInput"), NULL);
}

static void put_group_order(struct generator *g, struct decl *d)
{
	str doc = str_printf(g->c->arena, "What to order groups of %.*s by: one of these.",
		STR_ARG(d->name));
	put_key_type(g, d, "GroupKeyOrderByInput", INPUT_ORDER_VALUES,
		"What to order groups by: a key of", key_as_order);
	put_order_types(g, d, false);
	if (!begin_type(g, d, "GroupOrderByInput", INPUT_ORDER_GROUPS, doc))
		return;
	put_member(g, S("key"), suffixed(g, d->name, "GroupKeyOrderByInput"), NULL);
	put_orders(g, d, true);
	end_type(g);
}

void put_aggregate_order(struct generator *g, struct decl *d)
{
	str doc = str_printf(g->c->arena,
		"What to order by of a list of %.*s: what its rows add up to.", STR_ARG(d->name));
	if (!begin_type(g, d, "AggregateOrderByInput", INPUT_ORDER_GROUPS, doc))
		return;
	put_orders(g, d, false);
	end_type(g);
}

void put_value_orders(struct generator *g, struct decl *d)
{
	put_order_direction(g);
	put_order_types(g, d, true);
}

/* ---- aggregates ---- */

static void put_group_types(struct generator *g, struct decl *d)
{
	struct arena *a = g->c->arena;
	put_key_type(g, d, "GroupField", OUTPUT_GROUP_FIELD, "What to group by: fields of",
		key_as_value);
	put_key_type(g, d, "GroupKey", OUTPUT_GROUP_KEY,
		"What the rows of a group have in common: fields of", put_member);
	str doc = str_printf(a, "Rows of %.*s with a common key, added up.", STR_ARG(d->name));
	if (begin_type(g, d, "Group", OUTPUT_GROUP, doc)) {
		put_member(g, S("key"), suffixed(g, d->name, "GroupKey!"),
			"What the rows have in common: the fields that were grouped by.");
		put_functions(g, d);
		end_type(g);
	}
	put_having(g, d);
	put_group_order(g, d);
}

static void put_groups_field(struct generator *g, const struct decl *d)
{
	int n = (int)d->name.n;
	const char *name = d->name.p;
	put_doc(g, S("  "), S("The rows in groups with a common key."));
	buf_printf(&g->out,
		"  groups(\n    \"What rows of a group have in common.\"\n    by: [%.*sGroupField!]!\n"
		"    \"Only groups that match.\"\n    having: %.*sHavingInput\n"
		"    \"What to order by; the first counts most. The keys follow.\"\n"
		"    orderBy: [%.*sGroupOrderByInput!]\n"
		"    \"At most so many groups.\"\n    limit: Int\n"
		"    \"Leaves out so many groups.\"\n    offset: Int\n  ): [%.*sGroup!]!\n",
		n, name, n, name, n, name, n, name);
}

static void put_types(struct generator *g, struct decl *d)
{
	bool groups = has_aggregate(g, d, AGGREGATE_COUNT_DISTINCT);
	str doc = str_printf(g->c->arena, "What rows of %.*s add up to.", STR_ARG(d->name));
	put_result_types(g, d);
	if (groups)
		put_group_types(g, d);
	if (!begin_type(g, d, "Aggregate", OUTPUT_AGGREGATE, doc))
		return;
	put_functions(g, d);
	if (groups)
		put_groups_field(g, d);
	end_type(g);
}

void put_aggregate(struct generator *g, struct ast_field_def *f, struct decl *target)
{
	uint32_t at = f->name.at;
	want(g, WANT_WHERE, target);
	add_argument(g, f, S("where"),
		type_named(g->c->arena, suffixed(g, target->name, "WhereInput"), at),
		S("Only rows that match."));
	if (!map_find(&g->c->generated, suffixed(g, target->name, "Aggregate")))
		put_types(g, target);
}
