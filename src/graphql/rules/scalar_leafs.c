/* Fields of scalar and enum types have no selections, all others have. Spec: §5.3.3 */
#include "graphql/validate_int.h"

static void field(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_selection *s = node.selection;
	const struct gql_ref *type = v->at.type;
	if (!type || gql_is_leaf(type->type) == (s->selections.n == 0))
		return;
	str name = s->name.text, text = gql_ref_text(v->arena, type);
	if (s->selections.n > 0)
		rule_at(v,
			rule_error(v,
				"Field \"%.*s\" must not have a selection since type \"%.*s\" has "
				"no subfields.",
				STR_ARG(name), STR_ARG(text)),
			s->selections.begin);
	else
		rule_at(v,
			rule_error(v,
				"Field \"%.*s\" of type \"%.*s\" must have a selection of "
				"subfields. Did you mean \"%.*s { ... }\"?",
				STR_ARG(name), STR_ARG(text), STR_ARG(name)),
			s->at);
}

const struct rule RULES_SCALAR_LEAFS = {
	.enter = { [NODE_FIELD] = field },
};
