/*
 * Introspection does not nest lists of types deeper than two. No rule of the specification: it
 * keeps a small query from asking for a huge answer. Source: the reference implementation's
 * behaviour.
 *
 * For each fragment it is enough to know the greatest depth at which it was found to be fine and
 * the smallest at which it was not; a fragment is walked again only at a new depth, of which there
 * are three. Fragments are followed with a stack of their own.
 */
#include "graphql/validate_int.h"

enum { LISTS_MAX = 3 };

struct frame {
	const struct ast_selections *set;
	unsigned depth;
};

struct search {
	struct validation *v;
	uint8_t *seen; /* by fragment id: BIT(depth) */
	struct {
		VEC(struct frame);
	} todo;
};

struct state {
	const struct ast_selection *skipped; /* a field that was reported: nothing inside is */
};

static bool is_list(str name)
{
	return str_eq(name, S("fields")) || str_eq(name, S("interfaces")) ||
		str_eq(name, S("possibleTypes")) || str_eq(name, S("inputFields"));
}

static void push(struct search *s, const struct ast_selections *set, unsigned depth)
{
	if (set->n > 0)
		*vec_push(s->v->arena, &s->todo) = (struct frame){ set, depth };
}

/* Returns true when the limit is reached. */
static bool check_selection(struct search *s, const struct ast_selection *sel, unsigned depth)
{
	if (sel->kind == AST_SPREAD) {
		const struct fragment *f = fragment_find(s->v, sel->name.text);
		if (!f || s->seen[f->id] >> depth)
			return false; /* seen at this depth or deeper */
		s->seen[f->id] |= (uint8_t)BIT(depth);
		push(s, &f->definition->selections, depth);
		return false;
	}
	if (sel->kind == AST_FIELD && is_list(sel->name.text) && ++depth >= LISTS_MAX)
		return true;
	push(s, &sel->selections, depth);
	return false;
}

static bool is_too_deep(struct validation *v, const struct ast_selection *field)
{
	struct search s = { .v = v };
	s.seen = arena_array(v->arena, uint8_t, v->fragments->by_name.n);
	push(&s, &field->selections, 0);
	while (s.todo.n > 0) {
		struct frame f = s.todo.at[--s.todo.n];
		if (!rule_spend(v, f.set->n))
			return false;
		for (size_t i = 0; i < f.set->n; i++)
			if (check_selection(&s, f.set->at[i], f.depth))
				return true;
	}
	return false;
}

static void field(struct validation *v, void *state, union node node)
{
	struct state *st = state;
	str name = node.selection->name.text;
	if (st->skipped || !str_starts(name, S("__")))
		return;
	if (!str_eq(name, S("__schema")) && !str_eq(name, S("__type")))
		return;
	if (!is_too_deep(v, node.selection))
		return;
	rule_at(v, rule_error(v, "Maximum introspection depth exceeded"), node.selection->at);
	st->skipped = node.selection;
}

static void field_leave(struct validation *v, void *state, union node node)
{
	UNUSED(v);
	struct state *st = state;
	if (st->skipped == node.selection)
		st->skipped = NULL;
}

const struct rule RULES_MAX_INTROSPECTION_DEPTH = {
	.state_bytes = sizeof(struct state),
	.enter = { [NODE_FIELD] = field },
	.leave = { [NODE_FIELD] = field_leave },
};
