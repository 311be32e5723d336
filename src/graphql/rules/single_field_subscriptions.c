/*
 * A subscription selects one field, none of introspection, and not on condition. Spec: §5.2.4.1
 *
 * Fields are collected as execution would, through inline fragments and spreads whose condition
 * the subscription type meets. The reference's current line allows @skip and @include and then
 * fails on variables; the specification forbids both, and so does the reference's next line, whose
 * words these are. What has one of them is not looked into.
 */
#include "graphql/validate_int.h"

struct response_key {
	struct {
		VEC(const struct ast_selection *);
	} fields;
};

struct frame {
	const struct ast_selections *set;
	size_t next;
};

struct collector {
	struct validation *v;
	struct map keys;    /* response key → struct response_key */
	struct map spreads; /* names that were followed */
	struct {
		VEC(const struct ast_directive *);
	} forbidden;
	struct {
		VEC(struct frame);
	} stack; /* of selection sets being read: spreads may nest deeper than the C stack */
};

/* The @skip of a selection, or else its @include. */
static const struct ast_directive *conditional(const struct ast_selection *s)
{
	static const str NAMES[] = { STR_INIT("skip"), STR_INIT("include") };
	for (size_t n = 0; n < COUNT(NAMES); n++)
		for (size_t i = 0; i < s->directives.n; i++)
			if (str_eq(s->directives.at[i].name.text, NAMES[n]))
				return &s->directives.at[i];
	return NULL;
}

static bool applies(const struct collector *c, const struct ast_name *on)
{
	if (on->text.n == 0)
		return true;
	const struct gql_type *type = gql_type_find(c->v->schema, on->text);
	return type && gql_is_possible(type, c->v->schema->subscription);
}

static void collect_field(struct collector *c, const struct ast_selection *s)
{
	str key = s->alias.text.n > 0 ? s->alias.text : s->name.text;
	struct response_key *k = map_find(&c->keys, key);
	if (!k) {
		k = arena_new(c->v->arena, struct response_key);
		map_add(&c->keys, key, k);
	}
	*vec_push(c->v->arena, &k->fields) = s;
}

static void push(struct collector *c, const struct ast_selections *set)
{
	*vec_push(c->v->arena, &c->stack) = (struct frame){ set, 0 };
}

static void collect_selection(struct collector *c, const struct ast_selection *s)
{
	const struct ast_directive *forbidden = conditional(s);
	if (forbidden) {
		*vec_push(c->v->arena, &c->forbidden) = forbidden;
	} else if (s->kind == AST_FIELD) {
		collect_field(c, s);
	} else if (s->kind == AST_INLINE) {
		if (applies(c, &s->on))
			push(c, &s->selections);
	} else {
		struct fragment *f = fragment_find(c->v, s->name.text);
		if (f && map_add(&c->spreads, s->name.text, f) && applies(c, &f->definition->on))
			push(c, &f->definition->selections);
	}
}

static void collect(struct collector *c, const struct ast_selections *set)
{
	push(c, set);
	while (c->stack.n > 0) {
		struct frame *top = &c->stack.at[c->stack.n - 1];
		if (top->next == top->set->n)
			c->stack.n--;
		else
			collect_selection(c, top->set->at[top->next++]);
	}
}

static struct gql_error *report(struct validation *v, const struct ast_definition *d,
	const char *what)
{
	str name = d->name.text;
	return name.n > 0 ? rule_error(v, "Subscription \"%.*s\" must %s.", STR_ARG(name), what)
			  : rule_error(v, "Anonymous Subscription must %s.", what);
}

static void add_places(struct validation *v, struct gql_error *e, const struct response_key *k)
{
	for (size_t i = 0; i < k->fields.n; i++)
		rule_at(v, e, k->fields.at[i]->at);
}

static void operation(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	const struct ast_definition *d = node.definition;
	if (d->operation != AST_SUBSCRIPTION || !v->schema->subscription)
		return;
	struct collector c = { .v = v, .keys = rule_map(v), .spreads = rule_map(v) };
	collect(&c, &d->selections);
	if (c.forbidden.n > 0) {
		struct gql_error *e = report(v, d,
			"not use `@skip` or `@include` directives in the top level selection");
		for (size_t i = 0; i < c.forbidden.n; i++)
			rule_at(v, e, c.forbidden.at[i]->at);
		return;
	}
	if (c.keys.n > 1) {
		struct gql_error *e = report(v, d, "select only one top level field");
		for (size_t i = 1; i < c.keys.n; i++)
			add_places(v, e, c.keys.entries[i].value);
	}
	for (size_t i = 0; i < c.keys.n; i++) {
		const struct response_key *k = c.keys.entries[i].value;
		if (str_starts(k->fields.at[0]->name.text, S("__")))
			add_places(v, report(v, d, "not select an introspection top level field"),
				k);
	}
}

const struct rule RULES_SINGLE_FIELD_SUBSCRIPTIONS = {
	.enter = { [NODE_OPERATION] = operation },
};
