/*
 * check_directives - no directive stands, directly or through others, on its own arguments.
 *
 * What the directives on a definition's arguments reach is searched once for each directive of the
 * document; most carry none. The specification also forbids the way through the types of the
 * arguments (`directive @d(x: S) on SCALAR`, `scalar S @d`). The reference accepts that, schemas in
 * use have it and nothing goes wrong by it, so it is accepted here.
 *
 * Spec: §3.13 "Type Validation", 2 and 3.
 */
#include "graphql/check_int.h"

/* The directives reached and not looked into yet. */
struct reach {
	VEC(const struct gql_directive *);
	struct map seen;
};

static void reach_uses(struct check *c, struct reach *r, const struct gql_directive *d)
{
	for (size_t i = 0; i < d->nargs; i++) {
		const struct ast_directives *uses = &d->args[i].node->directives;
		for (size_t k = 0; k < uses->n; k++) {
			const struct gql_directive *used =
				gql_directive_find(c->schema, uses->at[k].name.text);
			if (used && map_add(&r->seen, used->name, NULL))
				*vec_push(c->arena, r) = used;
		}
	}
}

void check_directive_cycle(struct check *c, const struct gql_directive *d)
{
	struct reach r = { .seen = map_on(c->arena, 0) };
	bool found = false;
	reach_uses(c, &r, d);
	while (r.n > 0 && !found) {
		const struct gql_directive *next = r.at[--r.n];
		found = next == d;
		reach_uses(c, &r, next);
	}
	if (!found)
		return;
	struct gql_error *e = check_error(c,
		"Directive @%.*s must not be used in its own definition.", STR_ARG(d->name));
	check_at(c, e, d->node->source, d->node->at);
}
