/*
 * definitions - what may be defined once: the schema, its roots, types, directives.
 *
 * Spec: §3.3 "Root Operation Types", §3.4 and §3.13 "must have a unique name".
 */
#include "graphql/rules/sdl/sdl_int.h"

/* LoneSchemaDefinition. Spec: §3.3.2 */
void sdl_lone_schema(struct sdl *s, const struct ast_definition *d)
{
	if (d->kind != AST_SCHEMA || d->extend)
		return;
	if (s->has_schema)
		sdl_error(s, d->at, "Must provide only one schema definition.");
	s->has_schema = true;
}

/* UniqueOperationTypes. Spec: §3.3.1 */
void sdl_unique_operation_types(struct sdl *s, const struct ast_definition *d)
{
	static const char *const NAMES[] = { "query", "mutation", "subscription" };
	for (size_t i = 0; i < d->noperation_types; i++) {
		const struct ast_operation_type *o = &d->operation_types[i];
		const struct ast_operation_type **first = &s->operation_types[o->operation];
		const struct source **source = &s->operation_sources[o->operation];
		if (*first) {
			const struct gql_place earlier = { *source, (*first)->at };
			sdl_error_after(s, &earlier, o->at,
				"There can be only one %s type in schema.", NAMES[o->operation]);
		} else {
			*first = o;
			*source = d->source;
		}
	}
}

/* UniqueTypeNames. Spec: §3 "All types within a GraphQL schema must have unique names." */
void sdl_unique_type_names(struct sdl *s, const struct ast_definition *d)
{
	if (!gql_is_type_definition(d) || d->extend)
		return;
	const struct gql_place *earlier = sdl_seen(s, &s->type_names, d->name.text, d->name.at);
	if (earlier)
		sdl_error_after(s, earlier, d->name.at,
			"There can be only one type named \"%.*s\".", STR_ARG(d->name.text));
}

/* UniqueDirectiveNames. Spec: §3.13 */
void sdl_unique_directive_names(struct sdl *s, const struct ast_definition *d)
{
	if (d->kind != AST_DIRECTIVE_DEF)
		return;
	const struct gql_place *earlier =
		sdl_seen(s, &s->directive_names, d->name.text, d->name.at);
	if (earlier)
		sdl_error_after(s, earlier, d->name.at,
			"There can be only one directive named \"@%.*s\".", STR_ARG(d->name.text));
}
