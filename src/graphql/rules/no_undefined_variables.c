/* Every variable that an operation uses, if only through fragments, is defined. Spec: §5.8.3 */
#include "graphql/validate_int.h"

static void report(struct validation *v, const struct ast_definition *d,
	const struct ast_value *node)
{
	str name = d->name.text;
	struct gql_error *e = name.n > 0
		? rule_error(v, "Variable \"$%.*s\" is not defined by operation \"%.*s\".",
			  STR_ARG(node->text), STR_ARG(name))
		: rule_error(v, "Variable \"$%.*s\" is not defined.", STR_ARG(node->text));
	rule_at(v, e, node->at);
	rule_at(v, e, d->at);
}

static void operation_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	const struct operation_usages *used = operation_usages(v, d);
	if (used->n == 0)
		return;
	struct map defined = rule_map(v);
	for (size_t i = 0; i < d->nvariables; i++)
		rule_map_add(&defined, d->variables[i].name.text, &d->variables[i]);
	for (size_t i = 0; i < used->n; i++)
		for (size_t j = 0; j < used->lists[i]->n && !v->aborted; j++)
			if (!map_find(&defined, used->lists[i]->at[j].node->text))
				report(v, d, used->lists[i]->at[j].node);
}

const struct rule RULES_NO_UNDEFINED_VARIABLES = {
	.leave = { [NODE_OPERATION] = operation_leave },
};
