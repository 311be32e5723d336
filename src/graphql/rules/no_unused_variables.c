/* Every variable that is defined is used. Spec: §5.8.4 */
#include "graphql/validate_int.h"

/* Which variables are used, by position; of those with one name the first counts. */
static const bool *used_variables(struct validation *v, const struct ast_definition *d,
	struct map *defined)
{
	const struct operation_usages *used = operation_usages(v, d);
	bool *is_used = arena_array(v->arena, bool, d->nvariables);
	for (size_t i = 0; i < d->nvariables; i++)
		rule_map_add(defined, d->variables[i].name.text, &d->variables[i]);
	for (size_t i = 0; i < used->n; i++)
		for (size_t j = 0; j < used->lists[i]->n; j++) {
			const struct ast_variable *var =
				map_find(defined, used->lists[i]->at[j].node->text);
			if (var)
				is_used[var - d->variables] = true;
		}
	return is_used;
}

static void operation_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	if (d->nvariables == 0)
		return;
	struct map defined = rule_map(v);
	const bool *is_used = used_variables(v, d, &defined);
	for (size_t i = 0; i < d->nvariables && !v->aborted; i++) {
		str name = d->variables[i].name.text;
		const struct ast_variable *first = map_find(&defined, name);
		if (is_used[first - d->variables])
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
