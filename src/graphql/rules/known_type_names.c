/* Every type that is named exists. Spec: §5.5.1.2, §5.8.2 */
#include "graphql/validate_int.h"

/* Types that the document itself defines; it is refused, but not for using them. */
static void document(struct validation *v, void *state, union node node)
{
	struct map *defined = state;
	*defined = rule_map(v);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (is_type_definition(d))
			rule_map_add(defined, d->name.text, d);
	}
}

static bool is_standard(str name)
{
	static const str NAMES[] = { STR_INIT("Int"), STR_INIT("Float"), STR_INIT("String"),
		STR_INIT("Boolean"), STR_INIT("ID") };
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, NAMES[i]))
			return true;
	return false;
}

static str suggest(struct validation *v, const struct map *defined, str name)
{
	const struct gql_schema *s = v->schema;
	str *names = arena_array(v->arena, str, s->ntypes + defined->n);
	size_t n = 0;
	for (size_t i = 0; i < s->ntypes; i++)
		names[n++] = s->types[i]->name;
	for (size_t i = 0; i < defined->n; i++)
		if (!gql_type_find(s, defined->entries[i].key))
			names[n++] = defined->entries[i].key;
	return rule_suggest(v, name, names, n);
}

static void named_type(struct validation *v, void *state, union node node)
{
	const struct map *defined = state;
	str name = node.type_name->text;
	if (gql_type_find(v->schema, name) || map_find(defined, name))
		return;
	if (v->definition->kind > AST_FRAGMENT && is_standard(name))
		return;
	str hint = suggest(v, defined, name);
	struct gql_error *e =
		rule_error(v, "Unknown type \"%.*s\".%.*s", STR_ARG(name), STR_ARG(hint));
	rule_at(v, e, node.type_name->at);
}

const struct rule RULES_KNOWN_TYPE_NAMES = {
	.state_bytes = sizeof(struct map),
	.enter = { [NODE_DOCUMENT] = document, [NODE_NAMED_TYPE] = named_type },
};
