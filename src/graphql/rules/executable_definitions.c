/* Only operations and fragments stand in a document that is executed. Spec: §5.1.1 */
#include "graphql/validate_int.h"

static void document(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (d->kind <= AST_FRAGMENT)
			continue;
		struct gql_error *e = d->kind == AST_SCHEMA
			? rule_error(v, "The schema definition is not executable.")
			: rule_error(v, "The \"%.*s\" definition is not executable.",
				  STR_ARG(d->name.text));
		rule_at(v, e, d->at);
	}
}

const struct rule RULES_EXECUTABLE_DEFINITIONS = {
	.enter = { [NODE_DOCUMENT] = document },
};
