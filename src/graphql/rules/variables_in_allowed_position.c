/* A variable is used where its type fits. Spec: §5.8.5 */
#include "graphql/validate_int.h"

/* Is every value of type `a` one of type `b`? Both are input types. */
static bool is_subtype(const struct gql_ref *a, const struct gql_ref *b)
{
	for (;;) {
		if (b->kind == AST_TYPE_NON_NULL) {
			if (a->kind != AST_TYPE_NON_NULL)
				return false;
			b = b->of;
		}
		a = gql_nullable(a);
		if (a->kind != b->kind)
			return false;
		if (a->kind == AST_TYPE_NAMED)
			return a->type == b->type;
		a = a->of;
		b = b->of;
	}
}

static bool is_allowed(const struct ast_variable *d, const struct gql_ref *type,
	const struct usage *u)
{
	const struct gql_ref *place = u->type;
	if (gql_is_non_null(place) && !gql_is_non_null(type)) {
		bool has_value = d->default_value && d->default_value->kind != AST_NULL;
		if (!has_value && !u->has_default)
			return false;
		place = place->of;
	}
	return is_subtype(type, place);
}

static void check(struct validation *v, const struct ast_variable *d, const struct gql_ref *type,
	const struct usage *u)
{
	str name = d->name.text;
	const struct gql_ref *parent = u->parent_input;
	struct gql_error *e = NULL;
	if (!is_allowed(d, type, u)) {
		str text = gql_ref_text(v->arena, type), place = gql_ref_text(v->arena, u->type);
		e = rule_error(v,
			"Variable \"$%.*s\" of type \"%.*s\" used in position expecting type \"%.*s\".",
			STR_ARG(name), STR_ARG(text), STR_ARG(place));
		rule_at(v, e, d->at);
		rule_at(v, e, u->node->at);
	}
	bool one_of = parent && parent->kind == AST_TYPE_NAMED && parent->type->one_of;
	if (one_of && !gql_is_non_null(type)) {
		str text = gql_ref_text(v->arena, type);
		e = rule_error(v,
			"Variable \"$%.*s\" is of type \"%.*s\" but must be non-nullable to be used for "
			"OneOf Input Object \"%.*s\".",
			STR_ARG(name), STR_ARG(text), STR_ARG(parent->type->name));
		rule_at(v, e, d->at);
		rule_at(v, e, u->node->at);
	}
}

static void operation_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	if (d->nvariables == 0)
		return;
	const struct operation_usages *used = operation_usages(v, d);
	const struct gql_ref *const *types = gql_variable_types(v->arena, v->schema, d);
	struct map defined = rule_map(v);
	for (size_t i = 0; i < d->nvariables; i++)
		map_set(&defined, d->variables[i].name.text, &d->variables[i]);
	for (size_t i = 0; i < used->n; i++)
		for (size_t j = 0; j < used->lists[i]->n && !v->aborted; j++) {
			const struct usage *u = &used->lists[i]->at[j];
			const struct ast_variable *var = map_find(&defined, u->node->text);
			const struct gql_ref *type = var ? types[var - d->variables] : NULL;
			if (type && u->type)
				check(v, var, type, u);
		}
}

const struct rule RULES_VARIABLES_IN_ALLOWED_POSITION = {
	.leave = { [NODE_OPERATION] = operation_leave },
};
