/*
 * fragments - who spreads whom, and who uses which variable.
 *
 * What is true of one fragment is found in one walk over it. What is true of an operation with all
 * its fragments costs as much as they are large, for each operation; rule_spend bounds the sum.
 */
#include "graphql/fragments.h"

#include "graphql/validate_int.h"

struct fragments *fragments_of(struct validation *v)
{
	struct fragments *all = arena_new(v->arena, struct fragments);
	all->by_name = rule_map(v);
	for (size_t i = 0; i < v->document->n; i++) {
		const struct ast_definition *d = v->document->at[i];
		if (d->kind != AST_FRAGMENT)
			continue;
		struct fragment *f = map_find(&all->by_name, d->name.text);
		if (!f) {
			f = arena_new(v->arena, struct fragment);
			f->id = (uint32_t)all->by_name.n;
			map_add(&all->by_name, d->name.text, f);
		}
		f->definition = d;
	}
	return all;
}

struct fragment *fragment_find(const struct validation *v, str name)
{
	return map_find(&v->fragments->by_name, name);
}

struct fragment fragment_of_operation(const struct ast_definition *operation)
{
	return (struct fragment){ .definition = operation };
}

/* ---- spreads ---- */

struct pending {
	VEC(const struct ast_selections *);
};

static void take_set(struct validation *v, struct fragment *f, struct pending *todo,
	const struct ast_selections *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct ast_selection *s = set->at[i];
		if (s->kind == AST_SPREAD)
			*vec_push(v->arena, &f->spreads) = s;
		else if (s->selections.n > 0)
			*vec_push(v->arena, todo) = &s->selections;
	}
}

const struct spreads *fragment_spreads(struct validation *v, struct fragment *f)
{
	struct pending todo = { 0 };
	if (f->has_spreads)
		return &f->spreads;
	f->has_spreads = true;
	*vec_push(v->arena, &todo) = &f->definition->selections;
	while (todo.n > 0)
		take_set(v, f, &todo, todo.at[--todo.n]);
	return &f->spreads;
}

static void reach(struct validation *v, struct fragment_list *out, struct fragment *from)
{
	const struct spreads *spreads = fragment_spreads(v, from);
	if (!rule_spend(v, spreads->n + 1))
		return;
	for (size_t i = 0; i < spreads->n; i++) {
		struct fragment *f = fragment_find(v, spreads->at[i]->name.text);
		if (!f || f->stamp == v->fragments->searches)
			continue;
		f->stamp = v->fragments->searches;
		*vec_push(v->arena, out) = f;
	}
}

struct fragment_list fragments_reached(struct validation *v, struct fragment *from, size_t nfrom)
{
	struct fragment_list out = { 0 };
	if (v->fragments->by_name.n == 0)
		return out;
	v->fragments->searches++;
	for (size_t i = 0; i < nfrom; i++)
		reach(v, &out, &from[i]);
	for (size_t i = 0; i < out.n && !v->aborted; i++)
		reach(v, &out, out.at[i]);
	return out;
}

/* ---- variables ---- */

static void take_variable(struct validation *v, void *state, union node node)
{
	struct usages *out = state;
	*vec_push(v->arena, out) = (struct usage){ node.value, v->at.input_type, v->at.parent_input,
		v->at.has_default };
}

/* Walks one definition with a listener of its own, beside the walk that is going on. */
static void collect(struct validation *v, struct usages *out, const struct ast_definition *d)
{
	if (!v->side) {
		v->side = arena_new(v->arena, struct validation);
		v->side->arena = v->arena;
		v->side->schema = v->schema;
		v->side->document = v->document;
	}
	struct listeners *l = &v->side->enter[NODE_VARIABLE];
	l->at[0] = (struct listener){ take_variable, out };
	l->n = 1;
	v->side->definition = d;
	validate_visit_body(v->side, d);
}

const struct usages *fragment_usages(struct validation *v, struct fragment *f)
{
	if (!f->has_usages)
		collect(v, &f->usages, f->definition);
	f->has_usages = true;
	return &f->usages;
}

const struct operation_usages *operation_usages(struct validation *v,
	const struct ast_definition *d)
{
	struct operation_usages *all = v->fragments->last;
	if (all && all->operation == d)
		return all;
	struct fragment *self = arena_new(v->arena, struct fragment);
	*self = fragment_of_operation(d);
	struct fragment_list reached = fragments_reached(v, self, 1);
	all = v->fragments->last = arena_new(v->arena, struct operation_usages);
	all->operation = d;
	all->lists = arena_array(v->arena, const struct usages *, reached.n + 1);
	for (size_t i = 0; i <= reached.n && !v->aborted; i++) {
		const struct usages *l = fragment_usages(v, i ? reached.at[i - 1] : self);
		if (l->n > 0 && rule_spend(v, l->n))
			all->lists[all->n++] = l;
	}
	return all;
}
