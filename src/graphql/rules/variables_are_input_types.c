/* Variables are of types that may be input. Spec: §5.8.2 */
#include "graphql/validate_int.h"

static void variable(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_variable *d = node.variable;
	const struct gql_ref *type = gql_ref_from_ast(v->arena, v->schema, d->type);
	if (!type || gql_is_input(type->type))
		return;
	str text = rule_type_text(v, d->type);
	rule_at(v,
		rule_error(v, "Variable \"$%.*s\" cannot be non-input type \"%.*s\".",
			STR_ARG(d->name.text), STR_ARG(text)),
		d->type->at);
}

const struct rule RULES_VARIABLES_ARE_INPUT_TYPES = {
	.enter = { [NODE_VARIABLE_DEFINITION] = variable },
};
