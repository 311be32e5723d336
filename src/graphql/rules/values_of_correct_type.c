/*
 * Every literal fits the type of its place. Spec: §5.6.1, §5.6.2, §5.6.4
 *
 * A list or object where none may be is one error; what is inside is not looked at. `skipped` is
 * the literal inside which nothing is reported, until the walk leaves it.
 */
#include "graphql/coerce_int.h"
#include "graphql/validate_int.h"

struct state {
	const struct ast_value *skipped;
};

static void wrong_type(struct validation *v, const struct ast_value *value)
{
	str type = gql_ref_text(v->arena, v->at.input_type), text = rule_value_text(v, value);
	rule_at(v,
		rule_error(v, "Expected value of type \"%.*s\", found %.*s.", STR_ARG(type),
			STR_ARG(text)),
		value->at);
}

static void check_leaf(struct validation *v, const struct ast_value *value)
{
	if (!v->at.input_type)
		return;
	const struct gql_type *type = v->at.input_type->type;
	if (!gql_is_leaf(type)) {
		wrong_type(v, value);
		return;
	}
	struct gql_coercion c = {
		.arena = v->arena,
		.schema = v->schema,
		.scalar = v->options->scalar,
		.scalar_ctx = v->options->scalar_ctx,
		.suggestions = v->options->suggestions,
	};
	struct gql_literal l = { .c = &c, .source = v->source };
	struct gql_value *ignored;
	str why;
	if (gql_leaf_from_literal(&l, type, value, &ignored, &why))
		return;
	struct gql_error *e = rule_error(v, "%.*s", STR_ARG(why));
	rule_at(v, e, value->at);
}

static void leaf(struct validation *v, void *state, union node node)
{
	const struct state *s = state;
	if (!s->skipped)
		check_leaf(v, node.value);
}

static void null(struct validation *v, void *state, union node node)
{
	const struct state *s = state;
	if (!s->skipped && v->at.input_type && gql_is_non_null(v->at.input_type))
		wrong_type(v, node.value);
}

static void skip(struct validation *v, struct state *s, const struct ast_value *value)
{
	check_leaf(v, value);
	s->skipped = value;
}

static void list(struct validation *v, void *state, union node node)
{
	struct state *s = state;
	if (s->skipped)
		return;
	const struct gql_ref *type = v->at.parent_input;
	if (!type || gql_nullable(type)->kind != AST_TYPE_LIST)
		skip(v, s, node.value);
}

static void check_one_of(struct validation *v, const struct ast_value *value,
	const struct gql_type *type, const struct map *given)
{
	struct gql_error *e = NULL;
	if (given->n != 1) {
		e = rule_error(v, "OneOf Input Object \"%.*s\" must specify exactly one key.",
			STR_ARG(type->name));
	} else {
		const struct ast_value *only = given->entries[0].value;
		if (only->kind == AST_NULL)
			e = rule_error(v, "Field \"%.*s.%.*s\" must be non-null.",
				STR_ARG(type->name), STR_ARG(given->entries[0].key));
	}
	rule_at(v, e, value->at);
}

static void object(struct validation *v, void *state, union node node)
{
	struct state *s = state;
	const struct ast_value *value = node.value;
	const struct gql_type *type = v->at.input_type ? v->at.input_type->type : NULL;
	if (s->skipped)
		return;
	if (!type || type->kind != GQL_INPUT) {
		skip(v, s, value);
		return;
	}
	struct map given = rule_map(v);
	for (size_t i = 0; i < value->n; i++)
		map_set(&given, value->fields[i].name.text, value->fields[i].value);
	for (size_t i = 0; i < type->ninputs && !v->aborted; i++) {
		const struct gql_input *f = &type->inputs[i];
		if (!gql_is_required(f) || map_find(&given, f->name))
			continue;
		str text = gql_ref_text(v->arena, f->type);
		rule_at(v,
			rule_error(v,
				"Field \"%.*s.%.*s\" of required type \"%.*s\" was not provided.",
				STR_ARG(type->name), STR_ARG(f->name), STR_ARG(text)),
			value->at);
	}
	if (type->one_of)
		check_one_of(v, value, type, &given);
}

static void object_field(struct validation *v, void *state, union node node)
{
	const struct state *s = state;
	const struct gql_type *type = v->at.parent_input ? v->at.parent_input->type : NULL;
	if (s->skipped || v->at.input_type || !type || type->kind != GQL_INPUT)
		return;
	str *names = arena_array(v->arena, str, type->ninputs);
	for (size_t i = 0; i < type->ninputs; i++)
		names[i] = type->inputs[i].name;
	str name = node.object_field->name.text;
	str hint = rule_suggest(v, name, names, type->ninputs);
	struct gql_error *e = rule_error(v, "Field \"%.*s\" is not defined by type \"%.*s\".%.*s",
		STR_ARG(name), STR_ARG(type->name), STR_ARG(hint));
	rule_at(v, e, node.object_field->name.at);
}

static void leave(struct validation *v, void *state, union node node)
{
	UNUSED(v);
	struct state *s = state;
	if (s->skipped == node.value)
		s->skipped = NULL;
}

const struct rule RULES_VALUES_OF_CORRECT_TYPE = {
	.state_bytes = sizeof(struct state),
	.enter = {
		[NODE_LEAF] = leaf,
		[NODE_NULL] = null,
		[NODE_LIST] = list,
		[NODE_OBJECT] = object,
		[NODE_OBJECT_FIELD] = object_field,
	},
	.leave = { [NODE_LIST] = leave, [NODE_OBJECT] = leave },
};
