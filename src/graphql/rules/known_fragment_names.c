/* Every fragment that is spread exists. Spec: §5.5.2.1 */
#include "graphql/validate_int.h"

static void spread(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_name *name = &node.selection->name;
	if (!fragment_find(v, name->text))
		rule_at(v, rule_error(v, "Unknown fragment \"%.*s\".", STR_ARG(name->text)),
			name->at);
}

const struct rule RULES_KNOWN_FRAGMENT_NAMES = {
	.enter = { [NODE_SPREAD] = spread },
};
