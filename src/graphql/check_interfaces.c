/*
 * check_interfaces - an object or interface has what the interfaces that it names promise.
 *
 * Spec: §3.6 and §3.7 IsValidImplementation, IsValidImplementationFieldType.
 */
#include "graphql/check_int.h"

/* Is `sub` the type `of` or one of its possible types or an interface that implements it? */
static bool is_named_subtype(const struct gql_type *sub, const struct gql_type *of)
{
	if (sub == of)
		return true;
	if (of->kind == GQL_UNION && sub->kind == GQL_OBJECT)
		return gql_is_possible(of, sub);
	for (size_t i = 0; of->kind == GQL_INTERFACE && i < sub->ninterfaces; i++)
		if (sub->interfaces[i] == of)
			return true;
	return false;
}

static bool is_subtype(const struct gql_ref *sub, const struct gql_ref *of)
{
	if (of->kind == AST_TYPE_NON_NULL)
		return sub->kind == AST_TYPE_NON_NULL && is_subtype(sub->of, of->of);
	if (sub->kind == AST_TYPE_NON_NULL)
		return is_subtype(sub->of, of);
	if (of->kind == AST_TYPE_LIST || sub->kind == AST_TYPE_LIST)
		return of->kind == sub->kind && is_subtype(sub->of, of->of);
	return is_named_subtype(sub->type, of->type);
}

static bool is_same(const struct gql_ref *a, const struct gql_ref *b)
{
	for (; a && b; a = a->of, b = b->of)
		if (a->kind != b->kind || a->type != b->type)
			return false;
	return !a && !b;
}

struct pair {
	const struct gql_type *type, *iface;
	const struct gql_field *field, *promised;
};

/* The arguments that the interface's field has. Spec: IsValidImplementation 2.3 */
static void check_promised_args(struct check *c, const struct pair *p)
{
	str field =
		str_printf(c->arena, "%.*s.%.*s", STR_ARG(p->type->name), STR_ARG(p->field->name));
	for (size_t i = 0; i < p->promised->nargs; i++) {
		const struct gql_input *promised = &p->promised->args[i];
		const struct gql_input *arg = gql_arg_find(p->field, promised->name);
		const struct owner o = { .type = p->iface, .field = p->promised };
		if (!arg) {
			struct gql_error *e = check_error(c,
				"Interface field argument %.*s expected but %.*s does not provide "
				"it.",
				STR_ARG(check_label(c, &o, promised)), STR_ARG(field));
			check_at(c, e, promised->source, promised->node->at);
			check_at(c, e, p->field->source, p->field->node->at);
		} else if (!is_same(promised->type, arg->type)) {
			struct gql_error *e = check_error(c,
				"Interface field argument %.*s expects type %.*s but "
				"%.*s(%.*s:) is type %.*s.",
				STR_ARG(check_label(c, &o, promised)),
				STR_ARG(gql_ref_text(c->arena, promised->type)), STR_ARG(field),
				STR_ARG(arg->name), STR_ARG(gql_ref_text(c->arena, arg->type)));
			check_at(c, e, promised->source, promised->node->type->at);
			check_at(c, e, arg->source, arg->node->type->at);
		}
	}
}

/* Further arguments are not required. Spec: IsValidImplementation 2.4 */
static void check_further_args(struct check *c, const struct pair *p)
{
	for (size_t i = 0; i < p->field->nargs; i++) {
		const struct gql_input *arg = &p->field->args[i];
		bool is_required = gql_is_non_null(arg->type) && !arg->default_ast;
		if (!is_required || gql_arg_find(p->promised, arg->name))
			continue;
		struct gql_error *e = check_error(c,
			"Object field %.*s.%.*s includes required argument %.*s that is missing "
			"from the Interface field %.*s.%.*s.",
			STR_ARG(p->type->name), STR_ARG(p->field->name), STR_ARG(arg->name),
			STR_ARG(p->iface->name), STR_ARG(p->promised->name));
		check_at(c, e, arg->source, arg->node->at);
		check_at(c, e, p->promised->source, p->promised->node->at);
	}
}

static void check_pair(struct check *c, const struct pair *p)
{
	const struct gql_field *f = p->field, *promised = p->promised;
	if (!is_subtype(f->type, promised->type)) {
		struct gql_error *e = check_error(c,
			"Interface field %.*s.%.*s expects type %.*s but %.*s.%.*s is type %.*s.",
			STR_ARG(p->iface->name), STR_ARG(promised->name),
			STR_ARG(gql_ref_text(c->arena, promised->type)), STR_ARG(p->type->name),
			STR_ARG(f->name), STR_ARG(gql_ref_text(c->arena, f->type)));
		check_at(c, e, promised->source, promised->node->type->at);
		check_at(c, e, f->source, f->node->type->at);
	}
	check_promised_args(c, p);
	check_further_args(c, p);
	if (f->deprecated && !promised->deprecated) {
		struct gql_error *e = check_error(c,
			"Interface field %.*s.%.*s is not deprecated, so implementation field "
			"%.*s.%.*s must not be deprecated.",
			STR_ARG(p->iface->name), STR_ARG(promised->name), STR_ARG(p->type->name),
			STR_ARG(f->name));
		check_at(c, e, f->source, check_deprecated_at(&f->node->directives));
		check_at(c, e, f->source, f->node->type->at);
	}
}

static void check_implementation(struct check *c, const struct gql_type *t,
	const struct gql_type *iface)
{
	for (size_t i = 0; i < iface->nfields; i++) {
		const struct gql_field *promised = &iface->fields[i];
		const struct gql_field *field = map_find(&t->by_name, promised->name);
		if (field) {
			check_pair(c, &(struct pair){ t, iface, field, promised });
			continue;
		}
		struct gql_error *e = check_error(c,
			"Interface field %.*s.%.*s expected but %.*s does not provide it.",
			STR_ARG(iface->name), STR_ARG(promised->name), STR_ARG(t->name));
		check_at(c, e, promised->source, promised->node->at);
		check_at_nodes(c, e, t);
	}
}

/* Who implements an interface also implements what that one implements. `t`'s are marked. */
static void check_ancestors(struct check *c, const struct gql_type *t, const struct gql_type *iface,
	uint32_t mark)
{
	for (size_t i = 0; i < iface->ninterfaces; i++) {
		const struct gql_type *further = iface->interfaces[i];
		struct gql_error *e;
		if (c->marks[further->id] >= mark)
			continue;
		if (further == t)
			e = check_error(c,
				"Type %.*s cannot implement %.*s because it would create a "
				"circular reference.",
				STR_ARG(t->name), STR_ARG(iface->name));
		else
			e = check_error(c,
				"Type %.*s must implement %.*s because it is implemented by %.*s.",
				STR_ARG(t->name), STR_ARG(further->name), STR_ARG(iface->name));
		check_at_names(c, e, iface, further->name);
		check_at_names(c, e, t, iface->name);
	}
}

/* What is wrong with one name behind `implements`, or NULL. */
static struct gql_error *refuse(struct check *c, const struct gql_type *t,
	const struct gql_type *iface, bool again)
{
	if (iface->kind != GQL_INTERFACE)
		return check_error(c,
			"Type %.*s must only implement Interface types, it cannot implement %.*s.",
			STR_ARG(t->name), STR_ARG(iface->name));
	if (iface == t)
		return check_error(c,
			"Type %.*s cannot implement itself because it would create a circular "
			"reference.",
			STR_ARG(t->name));
	if (again)
		return check_error(c, "Type %.*s can only implement %.*s once.", STR_ARG(t->name),
			STR_ARG(iface->name));
	return NULL;
}

/* Two marks: `named` for all interfaces of the type, named + 1 for those that were looked at. */
void check_interfaces(struct check *c, const struct gql_type *t)
{
	uint32_t named = c->mark + 1, done = c->mark + 2;
	c->mark = done;
	for (size_t i = 0; i < t->ninterfaces; i++)
		c->marks[t->interfaces[i]->id] = named;
	for (size_t i = 0; i < t->ninterfaces; i++) {
		const struct gql_type *iface = t->interfaces[i];
		struct gql_error *e = refuse(c, t, iface, c->marks[iface->id] == done);
		if (e) {
			check_at_names(c, e, t, iface->name);
			continue;
		}
		c->marks[iface->id] = done;
		check_ancestors(c, t, iface, named);
		check_implementation(c, t, iface);
	}
}
