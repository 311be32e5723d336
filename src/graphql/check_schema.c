/*
 * check_schema - the rules that types, directives and roots must keep.
 *
 * In: a built schema. Out: errors in the order of the reference's validateSchema: roots,
 * directives, then types in the order of the schema. Where the specification is stricter than the
 * reference (roots that differ, defaults that fit, deprecation that follows the interface), the
 * specification is followed, with the messages of the reference's next major version.
 *
 * Built-in types are taken to be right. Everything is linear in the size of the schema, but for
 * the arguments of one field, which are few.
 *
 * Spec: the paragraphs "Type Validation" of §3.
 */
#include "graphql/check_int.h"

#include <stdarg.h>

/* ---- errors ---- */

struct gql_error *check_error(struct check *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	struct gql_error *e = gql_error_addv(c->b->errors, ERR_SCHEMA, fmt, args);
	va_end(args);
	return e;
}

void check_at(struct check *c, struct gql_error *e, const struct source *source, uint32_t at)
{
	if (at != UINT32_MAX)
		gql_error_at(c->b->errors, e, source, at);
}

void check_at_nodes(struct check *c, struct gql_error *e, const struct gql_type *t)
{
	for (size_t i = 0; i < t->nnodes; i++)
		check_at(c, e, t->nodes[i]->source, t->nodes[i]->at);
}

void check_at_names(struct check *c, struct gql_error *e, const struct gql_type *t, str name)
{
	for (size_t i = 0; i < t->nnodes; i++) {
		const struct ast_definition *d = t->nodes[i];
		const struct ast_name *names = t->kind == GQL_UNION ? d->members : d->interfaces;
		size_t n = t->kind == GQL_UNION ? d->nmembers : d->ninterfaces;
		for (size_t k = 0; k < n; k++)
			if (str_eq(names[k].text, name))
				check_at(c, e, d->source, names[k].at);
	}
}

uint32_t check_deprecated_at(const struct ast_directives *l)
{
	const struct ast_directive *d = gql_directive_use(l, S("deprecated"));
	return d ? d->at : UINT32_MAX;
}

str check_label(struct check *c, const struct owner *o, const struct gql_input *in)
{
	if (o->directive)
		return str_printf(c->arena, "@%.*s(%.*s:)", STR_ARG(o->directive->name),
			STR_ARG(in->name));
	if (o->field)
		return str_printf(c->arena, "%.*s.%.*s(%.*s:)", STR_ARG(o->type->name),
			STR_ARG(o->field->name), STR_ARG(in->name));
	return str_printf(c->arena, "%.*s.%.*s", STR_ARG(o->type->name), STR_ARG(in->name));
}

static void check_name(struct check *c, str name, const struct source *source, uint32_t at)
{
	if (!str_starts(name, S("__")))
		return;
	struct gql_error *e = check_error(c,
		"Name \"%.*s\" must not begin with \"__\", which is reserved by GraphQL "
		"introspection.",
		STR_ARG(name));
	check_at(c, e, source, at);
}

/* ---- roots. Spec: §3.3.1 ---- */

static const struct {
	const char *word, *capital;
} OPERATIONS[] = {
	[AST_QUERY] = { "query", "Query" },
	[AST_MUTATION] = { "mutation", "Mutation" },
	[AST_SUBSCRIPTION] = { "subscription", "Subscription" },
};

static const struct gql_type *root(const struct gql_schema *s, size_t operation)
{
	const struct gql_type *const roots[] = { s->query, s->mutation, s->subscription };
	return roots[operation];
}

/* Adds the place where the schema names the root. */
static bool at_root(struct check *c, struct gql_error *e, size_t operation)
{
	const struct gql_schema *s = c->schema;
	for (size_t i = 0; i < s->nnodes; i++)
		for (size_t k = 0; k < s->nodes[i]->noperation_types; k++) {
			const struct ast_operation_type *o = &s->nodes[i]->operation_types[k];
			if (o->operation != operation)
				continue;
			check_at(c, e, s->nodes[i]->source, o->type.at);
			return true;
		}
	return false;
}

static void check_root(struct check *c, size_t operation)
{
	const struct gql_type *t = root(c->schema, operation);
	if (!t || t->kind == GQL_OBJECT)
		return;
	struct gql_error *e =
		check_error(c, "%s root type must be Object type%s, it cannot be %.*s.",
			OPERATIONS[operation].capital, operation == AST_QUERY ? "" : " if provided",
			STR_ARG(t->name));
	if (!at_root(c, e, operation) && t->nnodes > 0)
		check_at(c, e, t->nodes[0]->source, t->nodes[0]->at);
}

/* The roots from `first` on that are the same type, if it is the first of several. */
static void check_distinct(struct check *c, size_t first)
{
	const struct gql_type *t = root(c->schema, first);
	size_t same[COUNT(OPERATIONS)], n = 0;
	for (size_t i = 0; i < COUNT(OPERATIONS); i++)
		if (root(c->schema, i) == t)
			same[n++] = i;
	if (!t || t->kind != GQL_OBJECT || n < 2 || same[0] != first)
		return;
	struct buf list = buf_on(c->arena);
	for (size_t i = 0; i < n; i++) {
		bool is_last = i + 1 == n;
		if (i > 0)
			buf_put(&list, !is_last ? S(", ") : n == 2 ? S(" and ") : S(", and "));
		buf_put(&list, str_from(OPERATIONS[same[i]].word));
	}
	struct gql_error *e = check_error(c,
		"All root types must be different, \"%.*s\" type is used as %.*s root types.",
		STR_ARG(t->name), STR_ARG(buf_str(&list)));
	for (size_t i = 0; i < n; i++)
		at_root(c, e, same[i]);
}

static void check_roots(struct check *c)
{
	const struct gql_schema *s = c->schema;
	if (!s->query) {
		struct gql_error *e = check_error(c, "Query root type must be provided.");
		if (s->nnodes > 0 && !s->nodes[0]->extend)
			check_at(c, e, s->nodes[0]->source, s->nodes[0]->at);
	}
	for (size_t i = 0; i < COUNT(OPERATIONS); i++)
		check_root(c, i);
	for (size_t i = 0; i < COUNT(OPERATIONS); i++)
		check_distinct(c, i);
}

/* ---- arguments and input fields ---- */

static void check_one_of(struct check *c, const struct owner *o, const struct gql_input *in)
{
	str label = check_label(c, o, in);
	if (gql_is_non_null(in->type)) {
		struct gql_error *e =
			check_error(c, "OneOf input field %.*s must be nullable.", STR_ARG(label));
		check_at(c, e, in->source, in->node->type->at);
	}
	if (in->default_ast) {
		struct gql_error *e = check_error(c,
			"OneOf input field %.*s cannot have a default value.", STR_ARG(label));
		check_at(c, e, in->source, in->node->at);
	}
}

/* Spec: §3.6.1, §3.10, §3.13 */
static void check_input(struct check *c, const struct owner *o, struct gql_input *in)
{
	check_name(c, in->name, in->source, in->node->at);
	if (!gql_is_input(in->type->type)) {
		struct gql_error *e = check_error(c,
			"The type of %.*s must be Input Type but got: %.*s.",
			STR_ARG(check_label(c, o, in)), STR_ARG(gql_ref_text(c->arena, in->type)));
		check_at(c, e, in->source, o->directive ? in->node->at : in->node->type->at);
	}
	if (gql_is_non_null(in->type) && !in->default_ast && in->deprecated) {
		struct gql_error *e = check_error(c, "Required %s %.*s cannot be deprecated.",
			o->directive || o->field ? "argument" : "input field",
			STR_ARG(check_label(c, o, in)));
		check_at(c, e, in->source, check_deprecated_at(&in->node->directives));
		check_at(c, e, in->source, in->node->type->at);
	}
	check_default(c, o, in);
	if (!o->directive && !o->field && o->type->one_of)
		check_one_of(c, o, in);
}

/* Spec: §3.13 */
static void check_directives(struct check *c)
{
	for (size_t i = 0; i < c->schema->ndirectives; i++) {
		struct gql_directive *d = c->schema->directives[i];
		const struct owner o = { .directive = d };
		check_name(c, d->name, d->node->source, d->node->at);
		for (size_t k = 0; k < d->nargs; k++)
			check_input(c, &o, &d->args[k]);
		check_directive_cycle(c, d);
	}
}

/* ---- types ---- */

static void check_not_empty(struct check *c, const struct gql_type *t, size_t n, const char *kind,
	const char *members)
{
	if (n > 0)
		return;
	struct gql_error *e = check_error(c, "%s %.*s must define one or more %s.", kind,
		STR_ARG(t->name), members);
	check_at_nodes(c, e, t);
}

/* Spec: §3.6, §3.7 */
static void check_fields(struct check *c, const struct gql_type *t)
{
	check_not_empty(c, t, t->nfields, "Type", "fields");
	for (size_t i = 0; i < t->nfields; i++) {
		struct gql_field *f = &t->fields[i];
		const struct owner o = { .type = t, .field = f };
		check_name(c, f->name, f->source, f->node->at);
		if (f->type->type->kind == GQL_INPUT) {
			struct gql_error *e = check_error(c,
				"The type of %.*s.%.*s must be Output Type but got: %.*s.",
				STR_ARG(t->name), STR_ARG(f->name),
				STR_ARG(gql_ref_text(c->arena, f->type)));
			check_at(c, e, f->source, f->node->type->at);
		}
		for (size_t k = 0; k < f->nargs; k++)
			check_input(c, &o, &f->args[k]);
	}
}

/* Spec: §3.8 */
static void check_union(struct check *c, const struct gql_type *t)
{
	check_not_empty(c, t, t->nmembers, "Union type", "member types");
	c->mark++;
	for (size_t i = 0; i < t->nmembers; i++) {
		const struct gql_type *member = t->members[i];
		struct gql_error *e = NULL;
		if (c->marks[member->id] == c->mark)
			e = check_error(c, "Union type %.*s can only include type %.*s once.",
				STR_ARG(t->name), STR_ARG(member->name));
		else if (member->kind != GQL_OBJECT)
			e = check_error(c,
				"Union type %.*s can only include Object types, it cannot include "
				"%.*s.",
				STR_ARG(t->name), STR_ARG(member->name));
		c->marks[member->id] = c->mark;
		if (e)
			check_at_names(c, e, t, member->name);
	}
}

/* Spec: §3.9 */
static void check_enum(struct check *c, const struct gql_type *t)
{
	check_not_empty(c, t, t->nvalues, "Enum type", "values");
	for (size_t i = 0; i < t->nvalues; i++)
		check_name(c, t->values[i].name, t->values[i].source, t->values[i].node->at);
}

/* Spec: §3.10 */
static void check_input_object(struct check *c, const struct gql_type *t)
{
	const struct owner o = { .type = t };
	check_not_empty(c, t, t->ninputs, "Input Object type", "fields");
	for (size_t i = 0; i < t->ninputs; i++)
		check_input(c, &o, &t->inputs[i]);
	check_input_cycle(c, t);
	check_default_cycles(c, t);
}

static void check_type(struct check *c, const struct gql_type *t)
{
	check_name(c, t->name, t->nodes[0]->source, t->nodes[0]->at);
	switch (t->kind) {
	case GQL_SCALAR: break;
	case GQL_OBJECT:
	case GQL_INTERFACE:
		check_fields(c, t);
		check_interfaces(c, t);
		break;
	case GQL_UNION: check_union(c, t); break;
	case GQL_ENUM: check_enum(c, t); break;
	case GQL_INPUT: check_input_object(c, t); break;
	}
}

/* Of built-in types only the defaults are left to do. */
static void prepare_built_in(struct check *c, const struct gql_type *t)
{
	for (size_t i = 0; i < t->nfields; i++) {
		const struct owner o = { .type = t, .field = &t->fields[i] };
		for (size_t k = 0; k < t->fields[i].nargs; k++)
			check_default(c, &o, &t->fields[i].args[k]);
	}
}

bool gql_schema_check(struct build *b)
{
	struct check c = { .b = b, .arena = b->arena, .schema = b->schema };
	size_t before = b->errors->n;
	c.marks = arena_array(b->arena, uint32_t, b->schema->ntypes);
	c.positions = arena_array(b->arena, uint32_t, b->schema->ntypes);
	c.visited_inputs = arena_array(b->arena, bool, b->schema->ntypes);
	check_prepare_defaults(&c);
	check_roots(&c);
	check_directives(&c);
	for (size_t i = 0; i < b->schema->ntypes; i++) {
		const struct gql_type *t = b->schema->types[i];
		if (t->nnodes > 0)
			check_type(&c, t);
		else
			prepare_built_in(&c, t);
	}
	return b->errors->n == before && !b->errors->full;
}
