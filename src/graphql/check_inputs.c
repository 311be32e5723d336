/*
 * check_inputs - input objects that need themselves: by their fields or by their defaults.
 *
 * Both are searches in depth with a stack on the arena, so a long chain of types costs memory and
 * not the thread's stack. What was visited is not visited again: the time is linear.
 *
 * Defaults are coerced on the way back, so that each finds those that it needs. With a cycle among
 * them none of the remaining ones is checked, because what they mean is not known.
 *
 * Spec: §3.10 "Circular References", InputObjectDefaultValueHasCycle; §3.6.1.
 */
#include "graphql/check_int.h"
#include "graphql/value.h"

/* Names in messages about cycles, all together: many long cycles may share most of their way. */
enum { CYCLE_NAMES_MAX = 200000 };

/* Is there room to report a cycle of `n` steps? The first one always is reported. */
static bool may_report(struct check *c, size_t n)
{
	bool may = c->cycle_names == 0 || c->cycle_names + n <= CYCLE_NAMES_MAX;
	c->cycle_names += n;
	return may;
}

/* ---- chains of required fields ---- */

/* A type on the way, and the next of its fields to look at. */
struct step {
	const struct gql_type *type;
	size_t next;
	const struct gql_input *by; /* the field taken to leave it */
};

struct steps {
	VEC(struct step);
};

static void report_chain(struct check *c, const struct steps *way, size_t from)
{
	if (!may_report(c, way->n - from))
		return;
	struct buf names = buf_on(c->arena);
	for (size_t i = from; i < way->n; i++)
		buf_printf(&names, "%s%.*s", i > from ? "." : "", STR_ARG(way->at[i].by->name));
	struct gql_error *e = check_error(c,
		"Cannot reference Input Object \"%.*s\" within itself through a series of non-null "
		"fields: \"%.*s\".",
		STR_ARG(way->at[from].type->name), STR_ARG(buf_str(&names)));
	for (size_t i = from; i < way->n; i++)
		check_at(c, e, way->at[i].by->source, way->at[i].by->node->at);
}

/* Goes one field further. c->positions has each type's step + 1; 0 is off the way. */
static void advance(struct check *c, struct steps *way)
{
	uint32_t *positions = c->positions;
	struct step *last = &way->at[way->n - 1];
	if (last->next == last->type->ninputs) {
		positions[last->type->id] = 0;
		way->n--;
		return;
	}
	const struct gql_input *in = &last->type->inputs[last->next++];
	const struct gql_type *to = in->type->type;
	if (!gql_is_non_null(in->type) || in->type->of->kind == AST_TYPE_LIST ||
		to->kind != GQL_INPUT)
		return;
	last->by = in;
	if (positions[to->id]) {
		report_chain(c, way, positions[to->id] - 1);
	} else if (!c->visited_inputs[to->id]) {
		c->visited_inputs[to->id] = true;
		*vec_push(c->arena, way) = (struct step){ .type = to };
		positions[to->id] = (uint32_t)way->n;
	}
}

void check_input_cycle(struct check *c, const struct gql_type *t)
{
	if (c->visited_inputs[t->id])
		return;
	struct steps way = { 0 };
	c->visited_inputs[t->id] = true;
	*vec_push(c->arena, &way) = (struct step){ .type = t };
	c->positions[t->id] = 1;
	while (way.n > 0)
		advance(c, &way);
}

/* ---- defaults ---- */

/* An input field with a default: the defaults that it needs. */
struct need {
	struct gql_input *field;
	const struct gql_type *of;
	struct need_list {
		VEC(struct need *);
	} needs;
	size_t next;
	size_t position; /* on the way, + 1 */
	bool visited;
};

struct defaults {
	struct check *c;
	struct need **by_type; /* by type id: an array by input id; NULL without defaults */
	struct need_list way;
};

static void collect_needs(struct defaults *d, struct need *n, const struct gql_type *t,
	const struct ast_value *v);

/* An object literal needs the defaults of the fields that it leaves out. */
static void collect_object(struct defaults *d, struct need *n, const struct gql_type *t,
	const struct ast_value *v)
{
	const struct ast_value **given =
		arena_array(d->c->arena, const struct ast_value *, t->ninputs);
	for (size_t i = 0; i < v->n; i++) {
		const struct gql_input *in = gql_input_find(t, v->fields[i].name.text);
		if (in)
			given[in->id] = v->fields[i].value;
	}
	for (size_t i = 0; i < t->ninputs; i++) {
		if (given[i])
			collect_needs(d, n, t->inputs[i].type->type, given[i]);
		else if (t->inputs[i].default_ast)
			*vec_push(d->c->arena, &n->needs) = &d->by_type[t->id][i];
	}
}

static void collect_needs(struct defaults *d, struct need *n, const struct gql_type *t,
	const struct ast_value *v)
{
	if (t->kind != GQL_INPUT)
		return;
	if (v->kind == AST_OBJECT)
		collect_object(d, n, t, v);
	for (size_t i = 0; v->kind == AST_LIST && i < v->n; i++)
		collect_needs(d, n, t, v->items[i]);
}

static bool coerce(struct check *c, struct gql_input *in, struct gql_errors *errors)
{
	const struct gql_coercion coercion = {
		.arena = c->arena,
		.schema = c->schema,
		.scalar = c->b->options->scalar,
		.scalar_ctx = c->b->options->scalar_ctx,
		.suggestions = true,
		.errors = errors,
	};
	struct gql_value *value;
	if (!gql_coerce_literal(&coercion, NULL, NULL, in->type, in->default_ast, in->source,
		    &value))
		return false;
	in->default_value = value;
	return true;
}

static void report_default_cycle(struct defaults *d, const struct gql_type *entry, size_t from)
{
	struct check *c = d->c;
	if (!may_report(c, d->way.n - from))
		return;
	const struct need *first = d->way.at[from];
	struct buf text = buf_on(c->arena);
	buf_printf(&text,
		"Invalid circular reference. The default value of Input Object field %.*s.%.*s "
		"references itself",
		STR_ARG(first->of->name), STR_ARG(first->field->name));
	for (size_t i = from + 1; i < d->way.n; i++) {
		const struct need *n = d->way.at[i];
		buf_put(&text, i == from + 1 ? S(" via the default values of: ") : S(", "));
		buf_printf(&text, "%.*s.%.*s", STR_ARG(n->of->name), STR_ARG(n->field->name));
	}
	buf_putc(&text, '.');
	struct default_cycle *cycle = vec_push(c->arena, &c->default_cycles);
	*cycle = (struct default_cycle){ .entry = entry, .message = buf_str(&text) };
	cycle->places = arena_array(c->arena, struct gql_place, d->way.n - from);
	for (size_t i = from; i < d->way.n; i++)
		cycle->places[cycle->nplaces++] = (struct gql_place){
			d->way.at[i]->field->source,
			d->way.at[i]->field->default_ast->at,
		};
}

static void enter(struct defaults *d, struct need *n)
{
	n->visited = true;
	collect_needs(d, n, n->field->type->type, n->field->default_ast);
	*vec_push(d->c->arena, &d->way) = n;
	n->position = d->way.n;
}

static void visit(struct defaults *d, struct need *start)
{
	const struct gql_type *entry = start->of;
	if (start->visited)
		return;
	enter(d, start);
	while (d->way.n > 0) {
		struct need *last = d->way.at[d->way.n - 1];
		if (last->next == last->needs.n) {
			if (d->c->default_cycles.n == 0 && gql_is_input(last->field->type->type))
				(void)!coerce(d->c, last->field, NULL);
			last->position = 0;
			d->way.n--;
			continue;
		}
		struct need *to = last->needs.at[last->next++];
		if (to->position)
			report_default_cycle(d, entry, to->position - 1);
		else if (!to->visited)
			enter(d, to);
	}
}

/* Makes the table of input fields that have a default. */
static void add_needs(struct defaults *d, const struct gql_type *t)
{
	struct arena *a = d->c->arena;
	for (size_t i = 0; i < t->ninputs; i++) {
		if (!t->inputs[i].default_ast)
			continue;
		if (!d->by_type[t->id])
			d->by_type[t->id] = arena_array(a, struct need, t->ninputs);
		d->by_type[t->id][i] = (struct need){ .field = &t->inputs[i], .of = t };
	}
}

void check_prepare_defaults(struct check *c)
{
	const struct gql_schema *s = c->schema;
	struct defaults d = { .c = c };
	d.by_type = arena_array(c->arena, struct need *, s->ntypes);
	for (size_t i = 0; i < s->ntypes; i++)
		add_needs(&d, s->types[i]);
	for (size_t i = 0; i < s->ntypes; i++)
		for (size_t k = 0; d.by_type[i] && k < s->types[i]->ninputs; k++)
			if (d.by_type[i][k].field)
				visit(&d, &d.by_type[i][k]);
}

void check_default_cycles(struct check *c, const struct gql_type *t)
{
	while (c->next_cycle < c->default_cycles.n) {
		const struct default_cycle *cycle = &c->default_cycles.at[c->next_cycle];
		if (cycle->entry != t)
			return;
		struct gql_error *e = check_error(c, "%.*s", STR_ARG(cycle->message));
		for (size_t i = 0; i < cycle->nplaces; i++)
			check_at(c, e, cycle->places[i].source, cycle->places[i].at);
		c->next_cycle++;
	}
}

void check_default(struct check *c, const struct owner *o, struct gql_input *in)
{
	if (!in->default_ast || in->default_value || c->default_cycles.n > 0 ||
		!gql_is_input(in->type->type))
		return;
	struct gql_errors found = { .arena = c->arena };
	if (coerce(c, in, &found))
		return;
	for (size_t i = 0; i < found.n; i++) {
		struct gql_error *e = check_error(c, "%.*s has invalid default value: %.*s",
			STR_ARG(check_label(c, o, in)), STR_ARG(found.at[i].message));
		for (size_t k = 0; k < found.at[i].nplaces; k++)
			check_at(c, e, found.at[i].places[k].source, found.at[i].places[k].at);
	}
}
