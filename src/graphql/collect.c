/*
 * collect - flattens selection sets into the fields of one object, by response key.
 *
 * Small collections are searched, large ones indexed, so that documents with very many aliases or
 * fragments cost what their length says. The selection sets that are open stand on a list, not on
 * the machine's stack: a chain of fragments may be as long as the document.
 */
#include "graphql/collect.h"

enum { FEW = 12 };

/* Names that have been met. Each has the number of names before it. */
struct names {
	struct map index; /* of all, once there are more than FEW */
	VEC(str);
};

/* A selection set that is being read. */
struct open_set {
	const struct ast_selections *set;
	size_t next;
};

struct run {
	const struct collect *c;
	const struct gql_type *object;
	struct collection *out;
	struct names keys, fragments;
	struct {
		VEC(struct open_set);
	} open;
};

/* The number under which an index keeps a name; never NULL. */
static void *as_value(size_t number)
{
	return (void *)(uintptr_t)(number + 1);
}

/* The number of `name`, which is added when it is new: then it is l->n before the call. */
static size_t number_of(struct arena *a, struct names *l, str name)
{
	if (l->n <= FEW) {
		for (size_t i = 0; i < l->n; i++)
			if (str_eq(l->at[i], name))
				return i;
	} else {
		uintptr_t found = (uintptr_t)map_find(&l->index, name);
		if (found)
			return found - 1;
	}
	*vec_push(a, l) = name;
	if (l->n == FEW + 1) {
		l->index = map_on(a, (uintptr_t)a);
		for (size_t i = 0; i < l->n; i++)
			map_add(&l->index, l->at[i], as_value(i));
	} else if (l->n > FEW) {
		map_add(&l->index, name, as_value(l->n - 1));
	}
	return l->n - 1;
}

/* ---- look-ups ---- */

const struct ast_definition *gql_fragment_find(const struct ast_document *d, str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i]->kind == AST_FRAGMENT && str_eq(d->at[i]->name.text, name))
			return d->at[i];
	return NULL;
}

const struct map *gql_fragment_index(struct arena *a, const struct ast_document *d)
{
	struct map *m = arena_new(a, struct map);
	*m = map_on(a, (uintptr_t)a);
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i]->kind == AST_FRAGMENT)
			map_add(m, d->at[i]->name.text, d->at[i]);
	return m;
}

static const struct ast_definition *fragment(const struct collect *c, str name)
{
	return c->fragments ? map_find(c->fragments, name) : gql_fragment_find(c->document, name);
}

const struct ast_definition *gql_operation_find(const struct ast_document *d, str name,
	struct gql_errors *errors)
{
	const struct ast_definition *found = NULL;
	for (size_t i = 0; i < d->n; i++) {
		const struct ast_definition *o = d->at[i];
		if (o->kind != AST_OPERATION)
			continue;
		if (name.n > 0 && str_eq(o->name.text, name))
			return o;
		if (name.n == 0 && found) {
			gql_error_add(errors, ERR_OPERATION,
				"Must provide operation name if query contains multiple "
				"operations.");
			return NULL;
		}
		found = o;
	}
	if (name.n > 0)
		gql_error_add(errors, ERR_OPERATION, "Unknown operation named \"%.*s\".",
			STR_ARG(name));
	else if (!found)
		gql_error_add(errors, ERR_OPERATION, "Must provide an operation.");
	return name.n > 0 ? NULL : found;
}

const struct gql_value *gql_variable_find(const struct ast_definition *operation,
	const struct gql_variables *vars, str name)
{
	size_t i = gql_variable_position(operation, name);
	return vars && i < vars->n ? vars->at[i] : NULL;
}

/* ---- conditions ---- */

/* A selection set can be collected several times, for several types. */
static bool is_told(const struct gql_errors *errors, const struct ast_value *v)
{
	for (size_t i = 0; i < errors->n; i++)
		if (errors->at[i].nplaces == 1 && errors->at[i].places[0].at == v->at)
			return true;
	return false;
}

static void condition_is_null(const struct collect *c, const struct ast_value *v)
{
	if (!c->errors || is_told(c->errors, v))
		return;
	struct gql_error *e = gql_error_add(c->errors, ERR_BAD_INPUT,
		"Argument \"if\" of non-null type \"Boolean!\" must not be null.");
	gql_error_at(c->errors, e, c->operation->source, v->at);
}

/* The condition of a @skip or @include: 1, 0, or -1 when it is null. */
static int condition(const struct collect *c, const struct ast_directive *d)
{
	for (size_t i = 0; i < d->nargs; i++) {
		const struct ast_value *v = d->args[i].value;
		if (!str_eq(d->args[i].name.text, S("if")))
			continue;
		if (v->kind != AST_VARIABLE)
			return str_eq(v->text, S("true"));
		const struct gql_value *value = gql_variable_find(c->operation, c->vars, v->text);
		if (value && value->kind == GQL_BOOL)
			return value->boolean;
		condition_is_null(c, v);
	}
	return -1;
}

bool gql_is_skipped(const struct collect *c, const struct ast_directives *directives)
{
	for (size_t i = 0; i < directives->n; i++) {
		const struct ast_directive *d = &directives->at[i];
		bool skip = str_eq(d->name.text, S("skip"));
		if ((skip || str_eq(d->name.text, S("include"))) && condition(c, d) != !skip)
			return true;
	}
	return false;
}

/* Does a fragment on `on` (empty: on anything) apply to the object? */
static bool applies(const struct run *r, str on)
{
	if (on.n == 0 || str_eq(on, r->object->name))
		return true;
	const struct gql_type *type = gql_type_find(r->c->schema, on);
	return type && gql_is_possible(type, r->object);
}

/* ---- collecting ---- */

static void add_field(struct run *r, const struct ast_selection *s)
{
	struct arena *a = r->c->arena;
	str key = s->alias.text.n > 0 ? s->alias.text : s->name.text;
	size_t i = number_of(a, &r->keys, key);
	if (i == r->out->n)
		vec_push(a, r->out)->key = key;
	struct collected *k = &r->out->at[i];
	vec_push_bytes(a, (void **)(void *)&k->fields, &k->n, &k->cap, sizeof(void *));
	k->fields[k->n - 1] = s;
}

static void open_set(struct run *r, const struct ast_selections *set)
{
	*vec_push(r->c->arena, &r->open) = (struct open_set){ set, 0 };
}

static void add_spread(struct run *r, const struct ast_selection *s)
{
	size_t met = r->fragments.n;
	if (number_of(r->c->arena, &r->fragments, s->name.text) < met)
		return;
	const struct ast_definition *f = fragment(r->c, s->name.text);
	if (f && applies(r, f->on.text))
		open_set(r, &f->selections);
}

static void add_selection(struct run *r, const struct ast_selection *s)
{
	if (s->directives.n > 0 && gql_is_skipped(r->c, &s->directives))
		return;
	switch (s->kind) {
	case AST_FIELD: add_field(r, s); return;
	case AST_SPREAD: add_spread(r, s); return;
	case AST_INLINE:
		if (applies(r, s->on.text))
			open_set(r, &s->selections);
		return;
	}
}

void gql_collect(const struct collect *c, const struct gql_type *object,
	const struct ast_selections *const *sets, size_t nsets, struct collection *out)
{
	struct run r = { .c = c, .object = object, .out = out };
	for (size_t i = 0; i < out->n; i++)
		number_of(c->arena, &r.keys, out->at[i].key);
	for (size_t i = 0; i < nsets; i++) {
		open_set(&r, sets[i]);
		while (r.open.n > 0) {
			struct open_set *top = &r.open.at[r.open.n - 1];
			if (top->next < top->set->n)
				add_selection(&r, top->set->at[top->next++]);
			else
				r.open.n--;
		}
	}
}
