/*
 * resolve - fields that the embedding program answers: what it is given, and the shape in which its
 * answer is read.
 *
 * The answer is a JSON document in the stored form, like that of a function which returns json:
 * embedded objects by their keys, and no rows that relations could follow from.
 */
#include "sql/planner_int.h"

#include "schema/names.h"

/* Arguments that are given or have a default, as JSON. */
static bool read_arguments(struct planner *p, const struct gql_field *f,
	const struct ast_selection *node, struct resolving *out)
{
	struct resolver_arg *args = arena_array(p->arena, struct resolver_arg, f->nargs);
	for (size_t i = 0; i < f->nargs; i++) {
		const struct gql_input *in = &f->args[i];
		struct gql_value *v;
		if (!planner_arg(p, f, node, in, &v))
			return false;
		if (!v)
			continue;
		args[out->nargs].key = shape_key(p, names_snake(p->arena, in->name));
		args[out->nargs++].value = (struct param){ .value = planner_pexpr(p, v),
			.form = PARAM_JSON,
			.type = in->type };
	}
	out->args = args;
	return true;
}

bool plan_resolver(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct shape_field *out, struct resolving **resolving)
{
	const struct binding *b = model_binding(p->model, f);
	struct resolving *r = arena_new(p->arena, struct resolving);
	struct scope document = { .embedded = true };
	struct shape *object = NULL;
	bool before = p->wants_row;
	p->resolves = true;
	p->wants_row = false;
	r->resolver = b->resolver;
	if (!read_arguments(p, f, nodes.at[0], r))
		return false;
	if (gql_is_composite(f->type->type) &&
		!select_object(p, &document, f->type->type, nodes, &object))
		return false;
	if (p->wants_row)
		return planner_fail(p, nodes.at[0], ERR_UNSUPPORTED,
			"Relations can't be followed from \"%.*s.%.*s\": what its resolver returns is "
			"a document, not a row.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
	p->wants_row = before;
	out->from = FROM_RESOLVER;
	out->shape = shape_wrap(p, f->type, &b->leaf, object);
	out->resolving = r;
	*resolving = r;
	return true;
}
