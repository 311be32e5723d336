/* Names of arguments are unique in a field or directive. Spec: §5.4.2 */
#include "graphql/validate_int.h"

static str name_of(const void *items, size_t i)
{
	return ((const struct ast_argument *)items)[i].name.text;
}

static void check(struct validation *v, const struct ast_argument *args, size_t n)
{
	for (struct repeated *r = rule_repeated(v, args, n, name_of); r; r = r->next) {
		struct gql_error *e = rule_error(v,
			"There can be only one argument named \"%.*s\".", STR_ARG(r->name));
		for (size_t i = 0; i < r->n; i++)
			rule_at(v, e, args[r->at[i]].name.at);
	}
}

static void field(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	check(v, node.selection->args, node.selection->nargs);
}

static void directive(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	check(v, node.directive->args, node.directive->nargs);
}

const struct rule RULES_UNIQUE_ARGUMENT_NAMES = {
	.enter = { [NODE_FIELD] = field, [NODE_DIRECTIVE] = directive },
};
