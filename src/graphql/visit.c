/*
 * visit - the one walk over a document that drives all rules.
 *
 * It goes in the order of the text, tells every listener of a node on the way in and on the way
 * out, and keeps track of what the schema says about the place: parent type, field, the type that a
 * value must fit. What it changes of `v->at` it puts back. It recurses as deep as the document
 * nests, which the parser bounds; it does not follow fragment spreads.
 *
 * Type system definitions are no part of an executable document. They are walked all the same,
 * because the reference reports what is wrong inside them beside the fact that they are there.
 */
#include "graphql/validate_int.h"

static void tell(struct validation *v, const struct listeners *l, union node node)
{
	for (unsigned i = 0; i < l->n && !v->aborted; i++)
		l->at[i].fn(v, l->at[i].state, node);
}

static void enter(struct validation *v, enum node_kind kind, union node node)
{
	tell(v, &v->enter[kind], node);
}

static void leave(struct validation *v, enum node_kind kind, union node node)
{
	tell(v, &v->leave[kind], node);
}

static void enter_with(struct validation *v, enum node_kind kind, union node node,
	const struct ast_directives *directives)
{
	v->at.directives = directives;
	enter(v, kind, node);
	v->at.directives = NULL;
}

/* ---- values ---- */

static const struct gql_ref *named(const struct gql_ref *r)
{
	return r ? &r->type->ref : NULL;
}

static void visit_value(struct validation *v, const struct ast_value *value);

static void visit_list(struct validation *v, const struct ast_value *value)
{
	struct position saved = v->at;
	const struct gql_ref *list = saved.input_type ? gql_nullable(saved.input_type) : NULL;
	v->at.parent_input = saved.input_type;
	v->at.input_type = list && list->kind == AST_TYPE_LIST ? list->of : list;
	v->at.has_default = false;
	enter(v, NODE_LIST, (union node){ .value = value });
	for (size_t i = 0; i < value->n && !v->aborted; i++)
		visit_value(v, value->items[i]);
	leave(v, NODE_LIST, (union node){ .value = value });
	v->at = saved;
}

static void visit_object_field(struct validation *v, const struct ast_object_field *f)
{
	struct position saved = v->at;
	const struct gql_input *field =
		saved.input_type ? gql_input_find(saved.input_type->type, f->name.text) : NULL;
	v->at.parent_input = saved.input_type;
	v->at.input_type = field ? field->type : NULL;
	v->at.has_default = field && field->default_ast;
	enter(v, NODE_OBJECT_FIELD, (union node){ .object_field = f });
	visit_value(v, f->value);
	leave(v, NODE_OBJECT_FIELD, (union node){ .object_field = f });
	v->at = saved;
}

static void visit_object(struct validation *v, const struct ast_value *value)
{
	enter(v, NODE_OBJECT, (union node){ .value = value });
	for (size_t i = 0; i < value->n && !v->aborted; i++)
		visit_object_field(v, &value->fields[i]);
	leave(v, NODE_OBJECT, (union node){ .value = value });
}

static void visit_value(struct validation *v, const struct ast_value *value)
{
	switch (value->kind) {
	case AST_VARIABLE: enter(v, NODE_VARIABLE, (union node){ .value = value }); return;
	case AST_NULL: enter(v, NODE_NULL, (union node){ .value = value }); return;
	case AST_INT:
	case AST_FLOAT:
	case AST_STRING:
	case AST_BOOLEAN:
	case AST_ENUM: enter(v, NODE_LEAF, (union node){ .value = value }); return;
	case AST_LIST: visit_list(v, value); return;
	case AST_OBJECT: visit_object(v, value); return;
	}
}

/* ---- arguments, directives, types ---- */

/* An argument of an unknown directive is looked for on the field around, as the reference does. */
static void visit_argument(struct validation *v, const struct ast_argument *a)
{
	struct position saved = v->at;
	const struct gql_input *def = NULL;
	if (saved.directive)
		def = map_find(&saved.directive->by_name, a->name.text);
	else if (saved.field)
		def = gql_arg_find(saved.field, a->name.text);
	v->at.argument = def;
	v->at.parent_input = saved.input_type;
	v->at.input_type = def ? def->type : NULL;
	v->at.has_default = def && def->default_ast;
	enter(v, NODE_ARGUMENT, (union node){ .argument = a });
	visit_value(v, a->value);
	leave(v, NODE_ARGUMENT, (union node){ .argument = a });
	v->at = saved;
}

static void visit_directives(struct validation *v, const struct ast_directives *ds,
	enum gql_directive_location location)
{
	struct position saved = v->at;
	v->at.location = location;
	v->at.in_directive = true;
	for (size_t i = 0; i < ds->n && !v->aborted; i++) {
		const struct ast_directive *d = &ds->at[i];
		v->at.directive = gql_directive_find(v->schema, d->name.text);
		enter(v, NODE_DIRECTIVE, (union node){ .directive = d });
		for (size_t j = 0; j < d->nargs && !v->aborted; j++)
			visit_argument(v, &d->args[j]);
		leave(v, NODE_DIRECTIVE, (union node){ .directive = d });
	}
	v->at = saved;
}

static void visit_name(struct validation *v, const struct ast_name *name)
{
	enter(v, NODE_NAMED_TYPE, (union node){ .type_name = name });
}

static void visit_names(struct validation *v, const struct ast_name *names, size_t n)
{
	for (size_t i = 0; i < n && !v->aborted; i++)
		visit_name(v, &names[i]);
}

static void visit_type(struct validation *v, const struct ast_type *type)
{
	while (type->kind != AST_TYPE_NAMED)
		type = type->of;
	visit_name(v, &(struct ast_name){ type->name, type->at });
}

/* ---- selections ---- */

static void visit_selections(struct validation *v, const struct ast_selections *set);

static void visit_field(struct validation *v, const struct ast_selection *s)
{
	const struct gql_type *parent = v->at.parent_type;
	v->at.field = parent ? gql_field_find(v->schema, parent, s->name.text) : NULL;
	v->at.type = v->at.field ? v->at.field->type : NULL;
	v->at.in_inline_fragment = false;
	enter_with(v, NODE_FIELD, (union node){ .selection = s }, &s->directives);
	for (size_t i = 0; i < s->nargs && !v->aborted; i++)
		visit_argument(v, &s->args[i]);
	visit_directives(v, &s->directives, GQL_AT_FIELD);
	if (s->selections.n > 0)
		visit_selections(v, &s->selections);
	leave(v, NODE_FIELD, (union node){ .selection = s });
}

static void visit_spread(struct validation *v, const struct ast_selection *s)
{
	enter_with(v, NODE_SPREAD, (union node){ .selection = s }, &s->directives);
	visit_directives(v, &s->directives, GQL_AT_FRAGMENT_SPREAD);
}

/* The type that a fragment is on, when it is one that can be selected. */
static const struct gql_ref *condition(const struct validation *v, const struct ast_name *on)
{
	struct gql_type *type = gql_type_find(v->schema, on->text);
	return type && type->kind != GQL_INPUT ? &type->ref : NULL;
}

static void visit_inline(struct validation *v, const struct ast_selection *s)
{
	bool conditional = s->on.text.n > 0;
	v->at.type = conditional ? condition(v, &s->on) : named(v->at.type);
	v->at.in_inline_fragment = true;
	enter_with(v, NODE_INLINE, (union node){ .selection = s }, &s->directives);
	if (conditional)
		visit_name(v, &s->on);
	visit_directives(v, &s->directives, GQL_AT_INLINE_FRAGMENT);
	visit_selections(v, &s->selections);
}

static void visit_selection(struct validation *v, const struct ast_selection *s)
{
	struct position saved = v->at;
	switch (s->kind) {
	case AST_FIELD: visit_field(v, s); break;
	case AST_SPREAD: visit_spread(v, s); break;
	case AST_INLINE: visit_inline(v, s); break;
	}
	v->at = saved;
}

static void visit_selections(struct validation *v, const struct ast_selections *set)
{
	struct position saved = v->at;
	const struct gql_type *type = v->at.type ? v->at.type->type : NULL;
	v->at.parent_type = type && gql_is_composite(type) ? type : NULL;
	enter(v, NODE_SELECTIONS, (union node){ .selections = set });
	for (size_t i = 0; i < set->n && !v->aborted; i++)
		visit_selection(v, set->at[i]);
	leave(v, NODE_SELECTIONS, (union node){ .selections = set });
	v->at = saved;
}

/* ---- executable definitions ---- */

static void visit_variable(struct validation *v, const struct ast_variable *d)
{
	struct position saved = v->at;
	const struct gql_ref *type = gql_ref_from_ast(v->arena, v->schema, d->type);
	v->at.input_type = type && gql_is_input(type->type) ? type : NULL;
	enter_with(v, NODE_VARIABLE_DEFINITION, (union node){ .variable = d }, &d->directives);
	visit_type(v, d->type);
	if (d->default_value)
		visit_value(v, d->default_value);
	visit_directives(v, &d->directives, GQL_AT_VARIABLE_DEFINITION);
	leave(v, NODE_VARIABLE_DEFINITION, (union node){ .variable = d });
	v->at = saved;
}

static const struct gql_ref *root_type(const struct validation *v, enum ast_operation_kind kind)
{
	const struct gql_type *root = v->schema->query;
	if (kind == AST_MUTATION)
		root = v->schema->mutation;
	if (kind == AST_SUBSCRIPTION)
		root = v->schema->subscription;
	return root ? &root->ref : NULL;
}

static enum gql_directive_location operation_location(enum ast_operation_kind kind)
{
	static const enum gql_directive_location AT[] = { [AST_QUERY] = GQL_AT_QUERY,
		[AST_MUTATION] = GQL_AT_MUTATION,
		[AST_SUBSCRIPTION] = GQL_AT_SUBSCRIPTION };
	return AT[kind];
}

void validate_visit_body(struct validation *v, const struct ast_definition *d)
{
	bool fragment = d->kind == AST_FRAGMENT;
	v->at = (struct position){ 0 };
	v->at.type = fragment ? condition(v, &d->on) : root_type(v, d->operation);
	visit_directives(v, &d->directives,
		fragment ? GQL_AT_FRAGMENT_DEFINITION : operation_location(d->operation));
	visit_selections(v, &d->selections);
}

static void visit_executable(struct validation *v, const struct ast_definition *d)
{
	bool fragment = d->kind == AST_FRAGMENT;
	enum node_kind kind = fragment ? NODE_FRAGMENT : NODE_OPERATION;
	enter_with(v, kind, (union node){ .definition = d }, &d->directives);
	if (fragment)
		visit_name(v, &d->on);
	for (size_t i = 0; i < d->nvariables && !v->aborted; i++)
		visit_variable(v, &d->variables[i]);
	validate_visit_body(v, d);
	v->at = (struct position){ 0 };
	leave(v, kind, (union node){ .definition = d });
}

/* ---- type system definitions ---- */

static void visit_input_values(struct validation *v, const struct ast_input_value *at, size_t n,
	enum gql_directive_location location)
{
	for (size_t i = 0; i < n && !v->aborted; i++) {
		enter_with(v, NODE_PART, (union node){ .part = &at[i] }, &at[i].directives);
		visit_type(v, at[i].type);
		if (at[i].default_value)
			visit_value(v, at[i].default_value);
		visit_directives(v, &at[i].directives, location);
	}
}

static void visit_fields(struct validation *v, const struct ast_field_def *at, size_t n)
{
	for (size_t i = 0; i < n && !v->aborted; i++) {
		enter_with(v, NODE_PART, (union node){ .part = &at[i] }, &at[i].directives);
		visit_input_values(v, at[i].args, at[i].nargs, GQL_AT_ARGUMENT_DEFINITION);
		visit_type(v, at[i].type);
		visit_directives(v, &at[i].directives, GQL_AT_FIELD_DEFINITION);
	}
}

static void visit_enum_values(struct validation *v, const struct ast_enum_value *at, size_t n)
{
	for (size_t i = 0; i < n && !v->aborted; i++) {
		enter_with(v, NODE_PART, (union node){ .part = &at[i] }, &at[i].directives);
		visit_directives(v, &at[i].directives, GQL_AT_ENUM_VALUE);
	}
}

static enum gql_directive_location definition_location(enum ast_definition_kind kind)
{
	switch (kind) {
	case AST_SCALAR: return GQL_AT_SCALAR;
	case AST_OBJECT_TYPE: return GQL_AT_OBJECT;
	case AST_INTERFACE: return GQL_AT_INTERFACE;
	case AST_UNION: return GQL_AT_UNION;
	case AST_ENUM_TYPE: return GQL_AT_ENUM;
	case AST_INPUT: return GQL_AT_INPUT_OBJECT;
	case AST_OPERATION:
	case AST_FRAGMENT:
	case AST_SCHEMA:
	case AST_DIRECTIVE_DEF: break;
	}
	return GQL_AT_SCHEMA;
}

static void visit_type_system(struct validation *v, const struct ast_definition *d)
{
	bool input = d->kind == AST_INPUT;
	enter_with(v, NODE_TYPE_SYSTEM, (union node){ .definition = d }, &d->directives);
	visit_names(v, d->interfaces, d->ninterfaces);
	visit_directives(v, &d->directives, definition_location(d->kind));
	for (size_t i = 0; i < d->noperation_types && !v->aborted; i++)
		visit_name(v, &d->operation_types[i].type);
	visit_fields(v, d->fields, d->nfields);
	visit_names(v, d->members, d->nmembers);
	visit_enum_values(v, d->values, d->nvalues);
	visit_input_values(v, d->inputs, d->ninputs,
		input ? GQL_AT_INPUT_FIELD_DEFINITION : GQL_AT_ARGUMENT_DEFINITION);
}

void validate_visit(struct validation *v)
{
	const struct ast_document *d = v->document;
	v->at = (struct position){ 0 };
	enter(v, NODE_DOCUMENT, (union node){ .document = d });
	for (size_t i = 0; i < d->n && !v->aborted; i++) {
		v->definition = d->at[i];
		v->at = (struct position){ 0 };
		if (d->at[i]->kind <= AST_FRAGMENT)
			visit_executable(v, d->at[i]);
		else
			visit_type_system(v, d->at[i]);
	}
	v->definition = NULL;
	leave(v, NODE_DOCUMENT, (union node){ .document = d });
}
