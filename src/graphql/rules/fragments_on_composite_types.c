/* Fragments are on types that have fields to select. Spec: §5.5.1.3 */
#include "graphql/validate_int.h"

static bool is_fine(const struct validation *v, const struct ast_name *on)
{
	const struct gql_type *type = gql_type_find(v->schema, on->text);
	return !type || gql_is_composite(type);
}

static void inline_fragment(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_name *on = &node.selection->on;
	if (on->text.n == 0 || is_fine(v, on))
		return;
	rule_at(v,
		rule_error(v, "Fragment cannot condition on non composite type \"%.*s\".",
			STR_ARG(on->text)),
		on->at);
}

static void fragment(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	if (is_fine(v, &d->on))
		return;
	rule_at(v,
		rule_error(v, "Fragment \"%.*s\" cannot condition on non composite type \"%.*s\".",
			STR_ARG(d->name.text), STR_ARG(d->on.text)),
		d->on.at);
}

const struct rule RULES_FRAGMENTS_ON_COMPOSITE_TYPES = {
	.enter = { [NODE_INLINE] = inline_fragment, [NODE_FRAGMENT] = fragment },
};
