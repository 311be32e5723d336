/* Every directive exists and stands where it may. Spec: §5.7.1, §5.7.2 */
#include "graphql/validate_int.h"

/* Directives that the document itself defines, by name. */
static void document(struct validation *v, void *state, union node node)
{
	struct map *defined = state;
	*defined = rule_map(v);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (d->kind == AST_DIRECTIVE_DEF)
			rule_map_add(defined, d->name.text, d);
	}
}

static bool may_stand(const struct validation *v, const struct ast_definition *own,
	const char *location)
{
	if (!own)
		return v->at.directive->locations & BIT(v->at.location);
	for (size_t i = 0; i < own->nlocations; i++)
		if (str_eq(own->locations[i].text, str_from(location)))
			return true;
	return false;
}

static void directive(struct validation *v, void *state, union node node)
{
	const struct map *defined = state;
	str name = node.directive->name.text;
	const struct ast_definition *own = map_find(defined, name);
	struct gql_error *e = NULL;
	const char *location = gql_directive_location_name(v->at.location);
	if (!v->at.directive && !own)
		e = rule_error(v, "Unknown directive \"@%.*s\".", STR_ARG(name));
	else if (!may_stand(v, own, location))
		e = rule_error(v, "Directive \"@%.*s\" may not be used on %s.", STR_ARG(name),
			location);
	rule_at(v, e, node.directive->at);
}

const struct rule RULES_KNOWN_DIRECTIVES = {
	.state_bytes = sizeof(struct map),
	.enter = { [NODE_DOCUMENT] = document, [NODE_DIRECTIVE] = directive },
};
