/*
 * Every field exists on the type that it is asked of. Spec: §5.3.1
 *
 * The hint names types on which an inline fragment would find the field, the most general first,
 * or, when there are none, fields with a similar name.
 */
#include "graphql/validate_int.h"

#include "graphql/suggest.h"

#include <string.h>

struct candidate {
	const struct gql_type *type;
	size_t uses; /* how many possible types have the field by way of it */
};

static bool has_field(const struct gql_type *t, str name)
{
	return map_find(&t->by_name, name) != NULL;
}

static int compare(const struct candidate *a, const struct candidate *b)
{
	if (a->uses != b->uses)
		return a->uses > b->uses ? -1 : 1;
	if (a->type->kind == GQL_INTERFACE && gql_implements(b->type, a->type))
		return -1;
	if (b->type->kind == GQL_INTERFACE && gql_implements(a->type, b->type))
		return 1;
	return gql_natural_cmp(a->type->name, b->type->name);
}

static void reverse(struct candidate *all, size_t n)
{
	for (size_t i = 0; i < n / 2; i++) {
		struct candidate c = all[i];
		all[i] = all[n - 1 - i];
		all[n - 1 - i] = c;
	}
}

/*
 * The order is not transitive (a type may come before its interface's neighbours by name), so what
 * comes out depends on the method. This is what engines do with short lists in the reference's
 * language: a run that is there already, turned round if it falls, then insertion by bisection.
 */
static void sort(struct candidate *all, size_t n)
{
	size_t run = MIN(n, (size_t)1);
	bool falling = n > 1 && compare(&all[1], &all[0]) < 0;
	while (run < n && run > 0 && (compare(&all[run], &all[run - 1]) < 0) == falling)
		run++;
	if (falling)
		reverse(all, run);
	for (; run < n; run++) {
		struct candidate pivot = all[run];
		size_t left = 0, right = run;
		while (left < right) {
			size_t middle = left + (right - left) / 2;
			if (compare(&pivot, &all[middle]) < 0)
				right = middle;
			else
				left = middle + 1;
		}
		memmove(&all[left + 1], &all[left], (run - left) * sizeof *all);
		all[left] = pivot;
	}
}

static void count(struct map *seen, struct candidate *all, size_t *n, const struct gql_type *type)
{
	struct candidate *c = map_find(seen, type->name);
	if (!c) {
		c = &all[(*n)++];
		c->type = type;
		map_add(seen, type->name, c);
	}
	c->uses++;
}

static str suggest_types(struct validation *v, const struct gql_type *type, str name)
{
	size_t n = 0;
	struct map seen = rule_map(v);
	struct candidate *all = arena_array(v->arena, struct candidate, v->schema->ntypes);
	for (size_t i = 0; i < type->npossible; i++) {
		const struct gql_type *object = type->possible[i];
		if (!has_field(object, name))
			continue;
		count(&seen, all, &n, object);
		for (size_t j = 0; j < object->ninterfaces; j++)
			if (has_field(object->interfaces[j], name))
				count(&seen, all, &n, object->interfaces[j]);
	}
	sort(all, n);
	str *names = arena_array(v->arena, str, n);
	for (size_t i = 0; i < n; i++)
		names[i] = all[i].type->name;
	return gql_did_you_mean(v->arena, "to use an inline fragment on", names, n);
}

static str suggest_fields(struct validation *v, const struct gql_type *type, str name)
{
	str *names = arena_array(v->arena, str, type->nfields);
	for (size_t i = 0; i < type->nfields; i++)
		names[i] = type->fields[i].name;
	return rule_suggest(v, name, names, type->nfields);
}

static str suggest(struct validation *v, const struct gql_type *type, str name)
{
	str hint = STR_NONE;
	if (!v->options->suggestions)
		return hint;
	if (type->kind == GQL_INTERFACE || type->kind == GQL_UNION)
		hint = suggest_types(v, type, name);
	return hint.n > 0 ? hint : suggest_fields(v, type, name);
}

static void field(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct gql_type *type = v->at.parent_type;
	str name = node.selection->name.text;
	if (!type || v->at.field)
		return;
	str hint = suggest(v, type, name);
	rule_at(v,
		rule_error(v, "Cannot query field \"%.*s\" on type \"%.*s\".%.*s", STR_ARG(name),
			STR_ARG(type->name), STR_ARG(hint)),
		node.selection->at);
}

const struct rule RULES_FIELDS_ON_CORRECT_TYPE = {
	.enter = { [NODE_FIELD] = field },
};
