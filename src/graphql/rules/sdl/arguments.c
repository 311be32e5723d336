/*
 * arguments - directives are given the arguments that they take, each once.
 *
 * Whether the values fit is asked by whoever gives the directive a meaning. Spec: §5.4, §5.6.3.
 */
#include "graphql/printer.h"
#include "graphql/rules/sdl/sdl_int.h"
#include "graphql/suggest.h"

static bool defines(const struct ast_definition *d, str name)
{
	for (size_t i = 0; i < d->ninputs; i++)
		if (str_eq(d->inputs[i].name.text, name))
			return true;
	return false;
}

static bool gives(const struct ast_directive *d, str name)
{
	for (size_t i = 0; i < d->nargs; i++)
		if (str_eq(d->args[i].name.text, name))
			return true;
	return false;
}

/* KnownArgumentNamesOnDirectives. Spec: §5.4.1 */
void sdl_known_arguments(struct sdl *s, const struct ast_directive *d,
	enum gql_directive_location l)
{
	UNUSED(l);
	const struct ast_definition *definition = map_find(&s->directives, d->name.text);
	if (!definition)
		return;
	for (size_t i = 0; i < d->nargs; i++) {
		str name = d->args[i].name.text;
		if (defines(definition, name))
			continue;
		str *known = arena_array(s->arena, str, definition->ninputs);
		for (size_t k = 0; k < definition->ninputs; k++)
			known[k] = definition->inputs[k].name.text;
		str hint = gql_did_you_mean_of(s->arena, NULL, name, known, definition->ninputs);
		sdl_error(s, d->args[i].at, "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s",
			STR_ARG(name), STR_ARG(d->name.text), STR_ARG(hint));
	}
}

/* UniqueArgumentNames. Spec: §5.4.2 */
void sdl_unique_arguments(struct sdl *s, const struct ast_argument *args, size_t n)
{
	if (n < 2)
		return;
	struct ast_name *names = arena_array(s->arena, struct ast_name, n);
	for (size_t i = 0; i < n; i++)
		names[i] = args[i].name;
	size_t nrepeated;
	const struct sdl_repeated *repeated = sdl_repeated(s, names, n, &nrepeated);
	for (size_t i = 0; i < nrepeated; i++) {
		const struct sdl_repeated *r = &repeated[i];
		struct gql_error *e = sdl_error(s, r->at[0],
			"There can be only one argument named \"%.*s\".", STR_ARG(r->name));
		for (size_t k = 1; k < r->n; k++)
			gql_error_at(s->errors, e, s->definition->source, r->at[k]);
	}
}

/* UniqueInputFieldNames. Spec: §5.6.3 */
void sdl_unique_object_fields(struct sdl *s, struct map *seen, const struct ast_object_field *f)
{
	const struct gql_place *earlier = sdl_seen(s, seen, f->name.text, f->name.at);
	if (earlier)
		sdl_error_after(s, earlier, f->name.at,
			"There can be only one input field named \"%.*s\".", STR_ARG(f->name.text));
}

/* ProvidedRequiredArgumentsOnDirectives. Spec: §5.4.3 */
void sdl_required_arguments(struct sdl *s, const struct ast_directive *d)
{
	const struct ast_definition *definition = map_find(&s->directives, d->name.text);
	for (size_t i = 0; definition && i < definition->ninputs; i++) {
		const struct ast_input_value *in = &definition->inputs[i];
		if (in->type->kind != AST_TYPE_NON_NULL || in->default_value ||
			gives(d, in->name.text))
			continue;
		struct buf type = buf_on(s->arena);
		gql_print_type(&type, in->type);
		sdl_error(s, d->at,
			"Directive \"@%.*s\" argument \"%.*s\" of type \"%.*s\" is required, "
			"but it was not provided.",
			STR_ARG(d->name.text), STR_ARG(in->name.text), STR_ARG(buf_str(&type)));
	}
}
