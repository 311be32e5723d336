/* Names of fragments are unique in a document. Spec: §5.5.1.1 */
#include "graphql/validate_int.h"

static void fragment(struct validation *v, void *state, union node node)
{
	struct map *known = state;
	const struct ast_definition *d = node.definition;
	if (!known->arena)
		*known = rule_map(v);
	if (rule_map_add(known, d->name.text, d))
		return;
	const struct ast_definition *first = map_find(known, d->name.text);
	struct gql_error *e = rule_error(v, "There can be only one fragment named \"%.*s\".",
		STR_ARG(d->name.text));
	rule_at(v, e, first->name.at);
	rule_at(v, e, d->name.at);
}

const struct rule RULES_UNIQUE_FRAGMENT_NAMES = {
	.state_bytes = sizeof(struct map),
	.enter = { [NODE_FRAGMENT] = fragment },
};
