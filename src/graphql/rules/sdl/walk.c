/*
 * walk - one pass over a document that calls every rule at every node.
 *
 * The order of the children is that of the reference's visitor: it decides the order of errors.
 * Depth is bounded by the parser.
 */
#include "graphql/rules/sdl/sdl_int.h"

struct walk {
	struct sdl *s;
	const struct sdl_rule *rules;
	size_t n;
};

/* For each rule that has `hook`, in the table's order. */
#define each_rule(w, r, hook)                                                     \
	for (const struct sdl_rule *r = (w)->rules; r < (w)->rules + (w)->n; r++) \
		if (r->hook)

static void walk_value(const struct walk *w, const struct ast_value *v)
{
	if (!v)
		return;
	if (v->kind == AST_LIST) {
		for (size_t i = 0; i < v->n; i++)
			walk_value(w, v->items[i]);
	} else if (v->kind == AST_OBJECT) {
		struct map seen = map_on(w->s->arena, 0);
		for (size_t i = 0; i < v->n; i++) {
			each_rule(w, r, object_field) r->object_field(w->s, &seen, &v->fields[i]);
			walk_value(w, v->fields[i].value);
		}
	}
}

static void walk_arguments(const struct walk *w, const struct ast_argument *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		walk_value(w, args[i].value);
}

/* The directives themselves; what holds for all of them was asked of their owner. */
static void walk_directives(const struct walk *w, const struct ast_directives *l,
	enum gql_directive_location location)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct ast_directive *d = &l->at[i];
		for (size_t k = 0; k < w->n; k++) {
			if (w->rules[k].directive)
				w->rules[k].directive(w->s, d, location);
			if (w->rules[k].arguments)
				w->rules[k].arguments(w->s, d->args, d->nargs);
		}
		walk_arguments(w, d->args, d->nargs);
		each_rule(w, r, directive_end) r->directive_end(w->s, d);
	}
}

static void enter_owner(const struct walk *w, const struct ast_directives *l,
	enum gql_directive_location location)
{
	if (l->n == 0)
		return;
	const struct sdl_owner owner = { l, NULL, location };
	each_rule(w, r, owner) r->owner(w->s, &owner);
}

static void walk_name(const struct walk *w, const struct ast_name *type)
{
	if (type->text.n == 0)
		return;
	each_rule(w, r, type) r->type(w->s, type);
}

static void walk_type(const struct walk *w, const struct ast_type *t)
{
	while (t->kind != AST_TYPE_NAMED)
		t = t->of;
	walk_name(w, &(struct ast_name){ t->name, t->at });
}

/* ---- type system ---- */

static void walk_inputs(const struct walk *w, const struct ast_input_value *at, size_t n,
	enum gql_directive_location location)
{
	for (size_t i = 0; i < n; i++) {
		enter_owner(w, &at[i].directives, location);
		walk_type(w, at[i].type);
		walk_value(w, at[i].default_value);
		walk_directives(w, &at[i].directives, location);
	}
}

static void walk_fields(const struct walk *w, const struct ast_definition *d)
{
	for (size_t i = 0; i < d->nfields; i++) {
		const struct ast_field_def *f = &d->fields[i];
		enter_owner(w, &f->directives, GQL_AT_FIELD_DEFINITION);
		walk_inputs(w, f->args, f->nargs, GQL_AT_ARGUMENT_DEFINITION);
		walk_type(w, f->type);
		walk_directives(w, &f->directives, GQL_AT_FIELD_DEFINITION);
	}
}

static void walk_values(const struct walk *w, const struct ast_definition *d)
{
	for (size_t i = 0; i < d->nvalues; i++) {
		enter_owner(w, &d->values[i].directives, GQL_AT_ENUM_VALUE);
		walk_directives(w, &d->values[i].directives, GQL_AT_ENUM_VALUE);
	}
}

/* ---- operations ---- */

static void walk_selections(const struct walk *w, const struct ast_selections *l);

static void walk_selection(const struct walk *w, const struct ast_selection *sel)
{
	static const enum gql_directive_location LOCATIONS[] = {
		[AST_FIELD] = GQL_AT_FIELD,
		[AST_SPREAD] = GQL_AT_FRAGMENT_SPREAD,
		[AST_INLINE] = GQL_AT_INLINE_FRAGMENT,
	};
	const struct sdl_owner owner = { &sel->directives, NULL, LOCATIONS[sel->kind] };
	for (size_t i = 0; i < w->n; i++) {
		if (w->rules[i].owner)
			w->rules[i].owner(w->s, &owner);
		if (w->rules[i].arguments)
			w->rules[i].arguments(w->s, sel->args, sel->nargs);
	}
	if (sel->kind == AST_INLINE)
		walk_name(w, &sel->on);
	walk_arguments(w, sel->args, sel->nargs);
	walk_directives(w, &sel->directives, owner.location);
	walk_selections(w, &sel->selections);
}

static void walk_selections(const struct walk *w, const struct ast_selections *l)
{
	for (size_t i = 0; i < l->n; i++)
		walk_selection(w, l->at[i]);
}

static void walk_variables(const struct walk *w, const struct ast_definition *d)
{
	for (size_t i = 0; i < d->nvariables; i++) {
		const struct ast_variable *v = &d->variables[i];
		enter_owner(w, &v->directives, GQL_AT_VARIABLE_DEFINITION);
		walk_type(w, v->type);
		walk_value(w, v->default_value);
		walk_directives(w, &v->directives, GQL_AT_VARIABLE_DEFINITION);
	}
}

/* ---- definitions ---- */

static enum gql_directive_location location_of(const struct ast_definition *d)
{
	static const enum gql_directive_location OPERATIONS[] = {
		[AST_QUERY] = GQL_AT_QUERY,
		[AST_MUTATION] = GQL_AT_MUTATION,
		[AST_SUBSCRIPTION] = GQL_AT_SUBSCRIPTION,
	};
	switch (d->kind) {
	case AST_OPERATION: return OPERATIONS[d->operation];
	case AST_FRAGMENT: return GQL_AT_FRAGMENT_DEFINITION;
	case AST_SCHEMA: return GQL_AT_SCHEMA;
	case AST_SCALAR: return GQL_AT_SCALAR;
	case AST_OBJECT_TYPE: return GQL_AT_OBJECT;
	case AST_INTERFACE: return GQL_AT_INTERFACE;
	case AST_UNION: return GQL_AT_UNION;
	case AST_ENUM_TYPE: return GQL_AT_ENUM;
	case AST_INPUT: return GQL_AT_INPUT_OBJECT;
	case AST_DIRECTIVE_DEF: break; /* carries none */
	}
	return GQL_AT_COUNT;
}

static void walk_names(const struct walk *w, const struct ast_name *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		walk_name(w, &names[i]);
}

/* Only the lists that the definition's kind has are not empty. */
static void walk_definition(const struct walk *w, const struct ast_definition *d)
{
	enum gql_directive_location location = location_of(d);
	const struct sdl_owner owner = { &d->directives, d, location };
	for (size_t i = 0; i < w->n; i++) {
		if (w->rules[i].definition)
			w->rules[i].definition(w->s, d);
		if (w->rules[i].owner)
			w->rules[i].owner(w->s, &owner);
	}
	walk_names(w, d->interfaces, d->ninterfaces);
	walk_variables(w, d);
	if (d->kind == AST_FRAGMENT)
		walk_name(w, &d->on);
	walk_directives(w, &d->directives, location);
	for (size_t i = 0; i < d->noperation_types; i++)
		walk_name(w, &d->operation_types[i].type);
	walk_names(w, d->members, d->nmembers);
	walk_fields(w, d);
	walk_values(w, d);
	walk_inputs(w, d->inputs, d->ninputs,
		d->kind == AST_INPUT ? GQL_AT_INPUT_FIELD_DEFINITION : GQL_AT_ARGUMENT_DEFINITION);
	walk_selections(w, &d->selections);
}

void sdl_walk(struct sdl *s, const struct sdl_rule *rules, size_t nrules)
{
	const struct walk w = { s, rules, nrules };
	for (size_t i = 0; i < s->document->n; i++) {
		s->definition = s->document->at[i];
		walk_definition(&w, s->definition);
	}
}
