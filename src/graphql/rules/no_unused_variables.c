/* Every variable that is defined is used. Spec: §5.8.4 */
#include "graphql/validate_int.h"

static void operation_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	if (d->nvariables == 0)
		return;
	const struct usages *usages = operation_usages(v, d);
	struct map used = rule_map(v);
	for (size_t i = 0; i < usages->n; i++)
		rule_map_add(&used, usages->at[i].node->text, usages->at[i].node);
	for (size_t i = 0; i < d->nvariables && !v->aborted; i++) {
		str name = d->variables[i].name.text;
		if (map_find(&used, name))
			continue;
		struct gql_error *e = d->name.text.n > 0
			? rule_error(v, "Variable \"$%.*s\" is never used in operation \"%.*s\".",
				  STR_ARG(name), STR_ARG(d->name.text))
			: rule_error(v, "Variable \"$%.*s\" is never used.", STR_ARG(name));
		rule_at(v, e, d->variables[i].at);
	}
}

const struct rule RULES_NO_UNUSED_VARIABLES = {
	.leave = { [NODE_OPERATION] = operation_leave },
};
