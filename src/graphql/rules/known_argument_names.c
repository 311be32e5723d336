/* Every argument is one of the field's or directive's. Spec: §5.4.1 */
#include "graphql/validate_int.h"

static void document(struct validation *v, void *state, union node node)
{
	struct map *defined = state;
	*defined = rule_map(v);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (d->kind == AST_DIRECTIVE_DEF)
			map_set(defined, d->name.text, node.document->at[i]);
	}
}

static void argument(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct gql_field *f = v->at.field;
	if (v->at.argument || v->at.in_directive || !f || !v->at.parent_type)
		return;
	str *names = arena_array(v->arena, str, f->nargs);
	for (size_t i = 0; i < f->nargs; i++)
		names[i] = f->args[i].name;
	str name = node.argument->name.text;
	str hint = rule_suggest(v, name, names, f->nargs);
	struct gql_error *e = rule_error(v, "Unknown argument \"%.*s\" on field \"%.*s.%.*s\".%.*s",
		STR_ARG(name), STR_ARG(v->at.parent_type->name), STR_ARG(f->name), STR_ARG(hint));
	rule_at(v, e, node.argument->at);
}

/* The names of the arguments of a directive, which the document's own definition decides. */
static size_t names_of(struct validation *v, const struct ast_definition *own, str **out)
{
	const struct gql_directive *d = v->at.directive;
	size_t n = own ? own->ninputs : d->nargs;
	*out = arena_array(v->arena, str, n);
	for (size_t i = 0; i < n; i++)
		(*out)[i] = own ? own->inputs[i].name.text : d->args[i].name;
	return n;
}

static bool is_among(str name, const str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, names[i]))
			return true;
	return false;
}

static void directive(struct validation *v, void *state, union node node)
{
	const struct ast_directive *d = node.directive;
	const struct ast_definition *own = map_find(state, d->name.text);
	if (d->nargs == 0 || (!own && !v->at.directive))
		return;
	str *names;
	size_t n = names_of(v, own, &names);
	for (size_t i = 0; i < d->nargs && !v->aborted; i++) {
		str name = d->args[i].name.text;
		if (is_among(name, names, n))
			continue;
		str hint = rule_suggest(v, name, names, n);
		struct gql_error *e =
			rule_error(v, "Unknown argument \"%.*s\" on directive \"@%.*s\".%.*s",
				STR_ARG(name), STR_ARG(d->name.text), STR_ARG(hint));
		rule_at(v, e, d->args[i].at);
	}
}

const struct rule RULES_KNOWN_ARGUMENT_NAMES = {
	.state_bytes = sizeof(struct map),
	.enter = {
		[NODE_DOCUMENT] = document,
		[NODE_ARGUMENT] = argument,
		[NODE_DIRECTIVE] = directive,
	},
};
