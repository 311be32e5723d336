/*
 * members - what may stand once in a type: values, fields, arguments.
 *
 * A type and its extensions count as one. Spec: §3.6, §3.7, §3.9, §3.10.
 */
#include "graphql/rules/sdl/sdl_int.h"

/* UniqueEnumValueNames. Spec: §3.9 */
void sdl_unique_enum_values(struct sdl *s, const struct ast_definition *d)
{
	if (d->nvalues == 0)
		return;
	struct map *seen = sdl_submap(s, &s->value_names, d->name.text);
	for (size_t i = 0; i < d->nvalues; i++) {
		const struct ast_name *name = &d->values[i].name;
		const struct gql_place *earlier = sdl_seen(s, seen, name->text, name->at);
		if (earlier)
			sdl_error_after(s, earlier, name->at,
				"Enum value \"%.*s.%.*s\" can only be defined once.",
				STR_ARG(d->name.text), STR_ARG(name->text));
	}
}

static void check_field(struct sdl *s, struct map *seen, str type, const struct ast_name *name)
{
	const struct gql_place *earlier = sdl_seen(s, seen, name->text, name->at);
	if (earlier)
		sdl_error_after(s, earlier, name->at,
			"Field \"%.*s.%.*s\" can only be defined once.", STR_ARG(type),
			STR_ARG(name->text));
}

/* UniqueFieldDefinitionNames. Spec: §3.6, §3.7, §3.10 */
void sdl_unique_fields(struct sdl *s, const struct ast_definition *d)
{
	size_t ninputs = d->kind == AST_INPUT ? d->ninputs : 0;
	if (d->nfields + ninputs == 0)
		return;
	struct map *seen = sdl_submap(s, &s->field_names, d->name.text);
	for (size_t i = 0; i < d->nfields; i++)
		check_field(s, seen, d->name.text, &d->fields[i].name);
	for (size_t i = 0; i < ninputs; i++)
		check_field(s, seen, d->name.text, &d->inputs[i].name);
}

/* `owner` is "@directive" or, with `field`, "Type.field". */
static void check_arguments(struct sdl *s, const struct ast_definition *owner, str field,
	const struct ast_input_value *args, size_t n)
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
			"Argument \"%s%.*s%s%.*s(%.*s:)\" can only be defined once.",
			field.n ? "" : "@", STR_ARG(owner->name.text), field.n ? "." : "",
			STR_ARG(field), STR_ARG(r->name));
		for (size_t k = 1; k < r->n; k++)
			gql_error_at(s->errors, e, owner->source, r->at[k]);
	}
}

/* UniqueArgumentDefinitionNames. Spec: §3.6.1, §3.13 */
void sdl_unique_argument_definitions(struct sdl *s, const struct ast_definition *d)
{
	if (d->kind == AST_DIRECTIVE_DEF)
		check_arguments(s, d, STR_NONE, d->inputs, d->ninputs);
	for (size_t i = 0; i < d->nfields; i++)
		check_arguments(s, d, d->fields[i].name.text, d->fields[i].args,
			d->fields[i].nargs);
}
