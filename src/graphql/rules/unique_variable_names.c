/* Names of variables are unique in an operation. Spec: §5.8.1 */
#include "graphql/validate_int.h"

static str name_of(const void *items, size_t i)
{
	return ((const struct ast_variable *)items)[i].name.text;
}

static void operation(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	struct repeated *r = rule_repeated(v, d->variables, d->nvariables, name_of);
	for (; r; r = r->next) {
		struct gql_error *e = rule_error(v,
			"There can be only one variable named \"$%.*s\".", STR_ARG(r->name));
		for (size_t i = 0; i < r->n; i++)
			rule_at(v, e, rule_variable_name_at(v, &d->variables[r->at[i]]));
	}
}

const struct rule RULES_UNIQUE_VARIABLE_NAMES = {
	.enter = { [NODE_OPERATION] = operation },
};
