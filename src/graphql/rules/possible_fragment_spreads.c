/* A fragment stands where its type is possible. Spec: §5.5.2.3 */
#include "graphql/validate_int.h"

static void refuse(struct validation *v, const struct ast_selection *s, str name,
	const struct gql_type *type)
{
	const struct gql_type *parent = v->at.parent_type;
	bool quoted = name.n > 0;
	rule_at(v,
		rule_error(v,
			"Fragment %s%.*s%scannot be spread here as objects of type \"%.*s\" can "
			"never be of type \"%.*s\".",
			quoted ? "\"" : "", STR_ARG(name), quoted ? "\" " : "",
			STR_ARG(parent->name), STR_ARG(type->name)),
		s->at);
}

static void inline_fragment(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct gql_type *type = v->at.type ? v->at.type->type : NULL;
	const struct gql_type *parent = v->at.parent_type;
	if (type && gql_is_composite(type) && parent && !gql_overlaps(v->schema, type, parent))
		refuse(v, node.selection, STR_NONE, type);
}

static void spread(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct fragment *f = fragment_find(v, node.selection->name.text);
	const struct gql_type *type = f ? gql_type_find(v->schema, f->definition->on.text) : NULL;
	const struct gql_type *parent = v->at.parent_type;
	if (type && gql_is_composite(type) && parent && !gql_overlaps(v->schema, type, parent))
		refuse(v, node.selection, node.selection->name.text, type);
}

const struct rule RULES_POSSIBLE_FRAGMENT_SPREADS = {
	.enter = { [NODE_INLINE] = inline_fragment, [NODE_SPREAD] = spread },
};
