/* An operation without a name is the only one. Spec: §5.2.3.1 */
#include "graphql/validate_int.h"

static void document(struct validation *v, void *state, union node node)
{
	size_t *operations = state;
	UNUSED(v);
	for (size_t i = 0; i < node.document->n; i++)
		*operations += node.document->at[i]->kind == AST_OPERATION;
}

static void operation(struct validation *v, void *state, union node node)
{
	const size_t *operations = state;
	if (node.definition->name.text.n > 0 || *operations <= 1)
		return;
	rule_at(v, rule_error(v, "This anonymous operation must be the only defined operation."),
		node.definition->at);
}

const struct rule RULES_LONE_ANONYMOUS_OPERATION = {
	.state_bytes = sizeof(size_t),
	.enter = { [NODE_DOCUMENT] = document, [NODE_OPERATION] = operation },
};
