/*
 * types - every type that is named or extended exists.
 *
 * Spec: §3.4 "Type References", §3.4.3 "Type Extensions".
 */
#include "graphql/rules/sdl/sdl_int.h"
#include "graphql/suggest.h"

static bool is_executable(const struct ast_definition *d)
{
	return d->kind == AST_OPERATION || d->kind == AST_FRAGMENT;
}

/* Each name is compared with all types, so there is an end to it. */
enum { HINTS_MAX = 200 };

static str hint_for(struct sdl *s, str name, bool with_built_in)
{
	size_t nbuiltin, n = 0;
	const str *builtin = gql_builtin_type_names(&nbuiltin);
	str *names = arena_array(s->arena, str, nbuiltin + s->types.n);
	for (size_t i = 0; with_built_in && i < nbuiltin; i++)
		if (!map_find(&s->types, builtin[i]))
			names[n++] = builtin[i];
	for (size_t i = 0; i < s->types.n; i++)
		names[n++] = s->types.entries[i].key;
	return gql_did_you_mean_of(s->arena, NULL, name, names, n);
}

/* What `name` may have meant, found once for each name. */
static str suggest(struct sdl *s, str name, bool with_built_in)
{
	struct map *hints = &s->hints[with_built_in];
	str *hint = map_find(hints, name);
	if (hint)
		return *hint;
	if (s->errors->full || hints->n >= HINTS_MAX)
		return STR_NONE;
	hint = arena_new(s->arena, str);
	*hint = hint_for(s, name, with_built_in);
	map_add(hints, name, hint);
	return *hint;
}

/* KnownTypeNames. Operations know only the document's own types, as in the reference. */
void sdl_known_type(struct sdl *s, const struct ast_name *type)
{
	bool is_sdl = !is_executable(s->definition);
	if (map_find(&s->types, type->text) || (is_sdl && gql_is_builtin_type_name(type->text)))
		return;
	str hint = suggest(s, type->text, is_sdl);
	sdl_error(s, type->at, "Unknown type \"%.*s\".%.*s", STR_ARG(type->text), STR_ARG(hint));
}

static const char *kind_name(enum ast_definition_kind kind)
{
	switch (kind) {
	case AST_SCALAR: return "scalar";
	case AST_OBJECT_TYPE: return "object";
	case AST_INTERFACE: return "interface";
	case AST_UNION: return "union";
	case AST_ENUM_TYPE: return "enum";
	case AST_INPUT: return "input object";
	case AST_OPERATION:
	case AST_FRAGMENT:
	case AST_SCHEMA:
	case AST_DIRECTIVE_DEF: break;
	}
	return "";
}

/* PossibleTypeExtensions. Spec: §3.4.3 */
void sdl_possible_extension(struct sdl *s, const struct ast_definition *d)
{
	if (!gql_is_type_definition(d) || !d->extend)
		return;
	const struct ast_definition *of = map_find(&s->types, d->name.text);
	if (!of) {
		str hint = suggest(s, d->name.text, false);
		sdl_error(s, d->name.at,
			"Cannot extend type \"%.*s\" because it is not defined.%.*s",
			STR_ARG(d->name.text), STR_ARG(hint));
	} else if (of->kind != d->kind) {
		const struct gql_place defined = { of->source, of->at };
		sdl_error_after(s, &defined, d->at, "Cannot extend non-%s type \"%.*s\".",
			kind_name(d->kind), STR_ARG(d->name.text));
	}
}
