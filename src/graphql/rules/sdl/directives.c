/*
 * directives - every directive exists, stands where it may and no more often than it may.
 *
 * Spec: §5.7.1, §5.7.2, §5.7.3; §3.13.
 */
#include "graphql/rules/sdl/sdl_int.h"

static bool may_stand(const struct ast_definition *directive, const char *location)
{
	for (size_t i = 0; i < directive->nlocations; i++)
		if (str_eq(directive->locations[i].text, str_from(location)))
			return true;
	return false;
}

/* KnownDirectives. Spec: §5.7.1, §5.7.2 */
void sdl_known_directive(struct sdl *s, const struct ast_directive *d,
	enum gql_directive_location l)
{
	str name = d->name.text;
	const struct ast_definition *definition = map_find(&s->directives, name);
	const char *location = gql_directive_location_name(l);
	if (!definition)
		sdl_error(s, d->at, "Unknown directive \"@%.*s\".", STR_ARG(name));
	else if (!may_stand(definition, location))
		sdl_error(s, d->at, "Directive \"@%.*s\" may not be used on %s.", STR_ARG(name),
			location);
}

/* Where the directives of a node are remembered: a type and its extensions share one place. */
static struct map *seen_for(struct sdl *s, const struct sdl_owner *o, struct map *own)
{
	if (!o->definition)
		return own;
	if (o->definition->kind == AST_SCHEMA)
		return &s->schema_directives;
	if (gql_is_type_definition(o->definition))
		return sdl_submap(s, &s->type_directives, o->definition->name.text);
	return own;
}

/* UniqueDirectivesPerLocation. Spec: §5.7.3 */
void sdl_unique_directives(struct sdl *s, const struct sdl_owner *o)
{
	if (o->directives->n == 0 || (!o->definition && o->directives->n == 1))
		return;
	struct map own = map_on(s->arena, 0);
	struct map *seen = seen_for(s, o, &own);
	for (size_t i = 0; i < o->directives->n; i++) {
		const struct ast_directive *d = &o->directives->at[i];
		const struct ast_definition *definition = map_find(&s->directives, d->name.text);
		if (!definition || definition->repeatable)
			continue;
		const struct gql_place *earlier = sdl_seen(s, seen, d->name.text, d->at);
		if (earlier)
			sdl_error_after(s, earlier, d->at,
				"The directive \"@%.*s\" can only be used once at this location.",
				STR_ARG(d->name.text));
	}
}
