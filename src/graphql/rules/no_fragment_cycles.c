/*
 * No fragment spreads itself, directly or through others. Spec: §5.5.2.2
 *
 * One walk in depth over the graph of spreads, each fragment once. A spread of a fragment that is
 * on the path closes a cycle, which is reported with the spreads along it. The path is a stack of
 * our own: it may be as long as there are fragments.
 */
#include "graphql/validate_int.h"

enum mark { NEW, ON_PATH, DONE };

struct step {
	struct fragment *fragment;
	const struct spreads *spreads;
	size_t next;
};

struct search {
	enum mark *marks; /* by fragment id */
	size_t *depths;   /* of those on the path */
	struct {
		VEC(struct step);
	} path;
};

static const struct ast_selection *taken(const struct step *s)
{
	return s->spreads->at[s->next - 1];
}

/* The spreads from step `from` on, of which the last closes the cycle. */
static void report(struct validation *v, const struct search *s, size_t from)
{
	struct buf via = buf_on(v->arena);
	for (size_t i = from; i + 1 < s->path.n; i++) {
		buf_put(&via, via.n == 0 ? S(" via ") : S(", "));
		buf_putc(&via, '"');
		buf_put(&via, taken(&s->path.at[i])->name.text);
		buf_putc(&via, '"');
	}
	str name = taken(&s->path.at[s->path.n - 1])->name.text;
	struct gql_error *e = rule_error(v, "Cannot spread fragment \"%.*s\" within itself%.*s.",
		STR_ARG(name), STR_ARG(buf_str(&via)));
	for (size_t i = from; i < s->path.n; i++)
		rule_at(v, e, taken(&s->path.at[i])->at);
}

static void push(struct validation *v, struct search *s, struct fragment *f)
{
	s->marks[f->id] = ON_PATH;
	s->depths[f->id] = s->path.n;
	*vec_push(v->arena, &s->path) = (struct step){ f, fragment_spreads(v, f), 0 };
}

static void search(struct validation *v, struct search *s, struct fragment *from)
{
	push(v, s, from);
	while (s->path.n > 0 && !v->aborted) {
		struct step *top = &s->path.at[s->path.n - 1];
		if (top->next == top->spreads->n) {
			s->marks[top->fragment->id] = DONE;
			s->path.n--;
			continue;
		}
		const struct ast_selection *spread = top->spreads->at[top->next++];
		struct fragment *f = fragment_find(v, spread->name.text);
		if (f && s->marks[f->id] == ON_PATH) {
			if (rule_spend(v, s->path.n - s->depths[f->id]))
				report(v, s, s->depths[f->id]);
		} else if (f && s->marks[f->id] == NEW) {
			push(v, s, f);
		}
	}
}

static void fragment(struct validation *v, void *state, union node node)
{
	struct search *s = state;
	size_t n = v->fragments->by_name.n;
	if (!s->marks) {
		s->marks = arena_array(v->arena, enum mark, n);
		s->depths = arena_array(v->arena, size_t, n);
	}
	struct fragment *f = fragment_find(v, node.definition->name.text);
	if (s->marks[f->id] != NEW)
		return;
	if (f->definition != node.definition) { /* a later one has the same name */
		struct fragment *first = arena_new(v->arena, struct fragment);
		*first = (struct fragment){ .definition = node.definition, .id = f->id };
		f = first;
	}
	search(v, s, f);
}

const struct rule RULES_NO_FRAGMENT_CYCLES = {
	.state_bytes = sizeof(struct search),
	.enter = { [NODE_FRAGMENT] = fragment },
};
