/*
 * A directive that is not repeatable stands once at a place. Spec: §5.7.3
 *
 * All definitions and extensions of one type count as one place, and so do those of the schema.
 */
#include "graphql/validate_int.h"

struct state {
	struct map own;    /* directives that the document defines, by name */
	struct map places; /* type name, or "" for the schema → struct map of directives */
};

static void document(struct validation *v, void *data, union node node)
{
	struct state *s = data;
	s->own = rule_map(v);
	s->places = rule_map(v);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (d->kind == AST_DIRECTIVE_DEF)
			map_set(&s->own, d->name.text, node.document->at[i]);
	}
}

static bool is_unique(const struct validation *v, const struct state *s, str name)
{
	const struct ast_definition *own = map_find(&s->own, name);
	if (own)
		return !own->repeatable;
	const struct gql_directive *d = gql_directive_find(v->schema, name);
	return d && !d->repeatable;
}

static void check(struct validation *v, const struct state *s, struct map *seen)
{
	const struct ast_directives *ds = v->at.directives;
	for (size_t i = 0; i < ds->n && !v->aborted; i++) {
		const struct ast_directive *d = &ds->at[i];
		if (!is_unique(v, s, d->name.text) || rule_map_add(seen, d->name.text, d))
			continue;
		const struct ast_directive *first = map_find(seen, d->name.text);
		struct gql_error *e = rule_error(v,
			"The directive \"@%.*s\" can only be used once at this location.",
			STR_ARG(d->name.text));
		rule_at(v, e, first->at);
		rule_at(v, e, d->at);
	}
}

static void any(struct validation *v, void *state, union node node)
{
	UNUSED(node);
	if (!v->at.directives || v->at.directives->n < 2)
		return;
	struct map seen = rule_map(v);
	check(v, state, &seen);
}

static void type_system(struct validation *v, void *state, union node node)
{
	struct state *s = state;
	str place = node.definition->kind == AST_SCHEMA ? STR_NONE : node.definition->name.text;
	struct map *seen = map_find(&s->places, place);
	if (node.definition->kind == AST_DIRECTIVE_DEF)
		return;
	if (!seen) {
		seen = arena_new(v->arena, struct map);
		*seen = rule_map(v);
		map_add(&s->places, place, seen);
	}
	check(v, s, seen);
}

const struct rule RULES_UNIQUE_DIRECTIVES_PER_LOCATION = {
	.state_bytes = sizeof(struct state),
	.enter = {
		[NODE_DOCUMENT] = document,
		[NODE_OPERATION] = any,
		[NODE_FRAGMENT] = any,
		[NODE_VARIABLE_DEFINITION] = any,
		[NODE_FIELD] = any,
		[NODE_SPREAD] = any,
		[NODE_INLINE] = any,
		[NODE_PART] = any,
		[NODE_TYPE_SYSTEM] = type_system,
	},
};
