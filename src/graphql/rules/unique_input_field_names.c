/* Names of fields are unique in an input object. Spec: §5.6.3 */
#include "graphql/validate_int.h"

/*
 * The names of an object's fields are reported one by one, each when the walk comes to it; so what
 * an object has is kept until the walk leaves it.
 */
struct level {
	struct level *up;
	struct map known;
};

struct state {
	struct level *top;
};

static void object(struct validation *v, void *state, union node node)
{
	UNUSED(node);
	struct state *s = state;
	struct level *l = arena_new(v->arena, struct level);
	*l = (struct level){ s->top, rule_map(v) };
	s->top = l;
}

static void object_leave(struct validation *v, void *state, union node node)
{
	UNUSED(v);
	UNUSED(node);
	struct state *s = state;
	s->top = s->top->up;
}

static void object_field(struct validation *v, void *state, union node node)
{
	struct state *s = state;
	const struct ast_name *name = &node.object_field->name;
	if (rule_map_add(&s->top->known, name->text, name))
		return;
	const struct ast_name *first = map_find(&s->top->known, name->text);
	struct gql_error *e = rule_error(v, "There can be only one input field named \"%.*s\".",
		STR_ARG(name->text));
	rule_at(v, e, first->at);
	rule_at(v, e, name->at);
}

const struct rule RULES_UNIQUE_INPUT_FIELD_NAMES = {
	.state_bytes = sizeof(struct state),
	.enter = { [NODE_OBJECT] = object, [NODE_OBJECT_FIELD] = object_field },
	.leave = { [NODE_OBJECT] = object_leave },
};
