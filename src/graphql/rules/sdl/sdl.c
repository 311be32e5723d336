/*
 * sdl - the table of rules for schema documents, and the helpers that they share.
 *
 * In: a document as parsed. Out: errors. The rules know nothing of types: they compare names, so
 * that what builds the types afterwards finds every name it looks up, once. A document that also
 * holds operations is walked whole, as in the reference; those are not part of the schema.
 *
 * Spec: §3 "Type System Documents", §5.4, §5.6.3, §5.7, and the uniqueness rules of §3.3 to §3.13.
 */
#include "graphql/rules/sdl/sdl_int.h"

#include <stdarg.h>

/* In the order of the reference's specifiedSDLRules. */
static const struct sdl_rule RULES[] = {
	{ "LoneSchemaDefinition", .definition = sdl_lone_schema },
	{ "UniqueOperationTypes", .definition = sdl_unique_operation_types },
	{ "UniqueTypeNames", .definition = sdl_unique_type_names },
	{ "UniqueEnumValueNames", .definition = sdl_unique_enum_values },
	{ "UniqueFieldDefinitionNames", .definition = sdl_unique_fields },
	{ "UniqueArgumentDefinitionNames", .definition = sdl_unique_argument_definitions },
	{ "UniqueDirectiveNames", .definition = sdl_unique_directive_names },
	{ "KnownTypeNames", .type = sdl_known_type },
	{ "KnownDirectives", .directive = sdl_known_directive },
	{ "UniqueDirectivesPerLocation", .owner = sdl_unique_directives },
	{ "PossibleTypeExtensions", .definition = sdl_possible_extension },
	{ "KnownArgumentNamesOnDirectives", .directive = sdl_known_arguments },
	{ "UniqueArgumentNames", .arguments = sdl_unique_arguments },
	{ "UniqueInputFieldNames", .object_field = sdl_unique_object_fields },
	{ "ProvidedRequiredArgumentsOnDirectives", .directive_end = sdl_required_arguments },
};

struct gql_error *sdl_error(struct sdl *s, uint32_t at, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	struct gql_error *e = gql_error_addv(s->errors, ERR_SCHEMA, fmt, args);
	va_end(args);
	gql_error_at(s->errors, e, s->definition->source, at);
	return e;
}

struct gql_error *sdl_error_after(struct sdl *s, const struct gql_place *earlier, uint32_t at,
	const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	struct gql_error *e = gql_error_addv(s->errors, ERR_SCHEMA, fmt, args);
	va_end(args);
	gql_error_at(s->errors, e, earlier->source, earlier->at);
	gql_error_at(s->errors, e, s->definition->source, at);
	return e;
}

const struct gql_place *sdl_seen(struct sdl *s, struct map *seen, str name, uint32_t at)
{
	const struct gql_place *earlier = map_find(seen, name);
	if (earlier)
		return earlier;
	struct gql_place *place = arena_new(s->arena, struct gql_place);
	*place = (struct gql_place){ s->definition->source, at };
	map_add(seen, name, place);
	return NULL;
}

struct map *sdl_submap(struct sdl *s, struct map *m, str key)
{
	struct map *sub = map_find(m, key);
	if (!sub) {
		sub = arena_new(s->arena, struct map);
		*sub = map_on(s->arena, 0);
		map_add(m, key, sub);
	}
	return sub;
}

const struct sdl_repeated *sdl_repeated(struct sdl *s, const struct ast_name *names, size_t n,
	size_t *nrepeated)
{
	*nrepeated = 0;
	if (n < 2)
		return NULL;
	struct map groups = map_on(s->arena, 0);
	struct sdl_repeated *found = arena_array(s->arena, struct sdl_repeated, n);
	size_t nfound = 0;
	for (size_t i = 0; i < n; i++) {
		struct sdl_repeated *group = map_find(&groups, names[i].text);
		if (!group) {
			group = &found[nfound++];
			group->name = names[i].text;
			map_add(&groups, group->name, group);
		}
		*vec_push(s->arena, group) = names[i].at;
	}
	for (size_t i = 0; i < nfound; i++)
		if (found[i].n > 1)
			found[(*nrepeated)++] = found[i];
	return found;
}

/* Names of the document win over the built-in ones, later definitions over earlier ones. */
static void collect_definitions(struct sdl *s, const struct ast_document *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct ast_definition *def = d->at[i];
		if (def->kind == AST_DIRECTIVE_DEF)
			map_set(&s->directives, def->name.text, def);
		else if (gql_is_type_definition(def) && !def->extend && d == s->document)
			map_set(&s->types, def->name.text, def);
	}
}

bool gql_sdl_check(struct build *b, const struct ast_document *document)
{
	struct arena *a = b->arena;
	struct sdl s = {
		.arena = a,
		.errors = b->errors,
		.document = document,
		.types = map_on(a, 0),
		.directives = map_on(a, 0),
		.hints = { map_on(a, 0), map_on(a, 0) },
		.type_names = map_on(a, 0),
		.directive_names = map_on(a, 0),
		.value_names = map_on(a, 0),
		.field_names = map_on(a, 0),
		.schema_directives = map_on(a, 0),
		.type_directives = map_on(a, 0),
	};
	size_t before = b->errors->n;
	collect_definitions(&s, b->built_in);
	collect_definitions(&s, document);
	sdl_walk(&s, RULES, COUNT(RULES));
	return b->errors->n == before && !b->errors->full;
}
