/* Arguments that are required are given. Spec: §5.4.2.1 */
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

static bool is_given(const struct ast_argument *args, size_t n, str name)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(args[i].name.text, name))
			return true;
	return false;
}

/* On the way out, so that errors deeper inside come first. */
static void field_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_selection *s = node.selection;
	const struct gql_field *f = v->at.field;
	for (size_t i = 0; f && i < f->nargs && !v->aborted; i++) {
		const struct gql_input *a = &f->args[i];
		if (!gql_is_required(a) || is_given(s->args, s->nargs, a->name))
			continue;
		str type = gql_ref_text(v->arena, a->type);
		rule_at(v,
			rule_error(v,
				"Field \"%.*s\" argument \"%.*s\" of type \"%.*s\" is required, "
				"but it was not provided.",
				STR_ARG(f->name), STR_ARG(a->name), STR_ARG(type)),
			s->at);
	}
}

static void require(struct validation *v, const struct ast_directive *d, str name, str type)
{
	if (is_given(d->args, d->nargs, name))
		return;
	rule_at(v,
		rule_error(v,
			"Directive \"@%.*s\" argument \"%.*s\" of type \"%.*s\" is required, but it "
			"was not provided.",
			STR_ARG(d->name.text), STR_ARG(name), STR_ARG(type)),
		d->at);
}

static void directive_leave(struct validation *v, void *state, union node node)
{
	const struct ast_directive *d = node.directive;
	const struct ast_definition *own = map_find(state, d->name.text);
	const struct gql_directive *known = own ? NULL : v->at.directive;
	for (size_t i = 0; own && i < own->ninputs; i++) {
		const struct ast_input_value *a = &own->inputs[i];
		if (a->type->kind == AST_TYPE_NON_NULL && !a->default_value)
			require(v, d, a->name.text, rule_type_text(v, a->type));
	}
	for (size_t i = 0; known && i < known->nargs; i++)
		if (gql_is_required(&known->args[i]))
			require(v, d, known->args[i].name,
				gql_ref_text(v->arena, known->args[i].type));
}

const struct rule RULES_PROVIDED_REQUIRED_ARGUMENTS = {
	.state_bytes = sizeof(struct map),
	.enter = { [NODE_DOCUMENT] = document },
	.leave = { [NODE_FIELD] = field_leave, [NODE_DIRECTIVE] = directive_leave },
};
