/*
 * rules - walks the fields of an operation and applies the rules of their arguments.
 *
 * All arguments of a root field and of the fields below it are checked, and all that is wrong is
 * one failure of the root field: in a mutation its error member, if it has one. Arguments are
 * coerced for that once more, because values of variables and literals are to be treated alike.
 *
 * A field of an input object has one rule wherever a variable with such an object is used, so what
 * is made of its text is put into the variable. Where a variable is itself what the rule is for,
 * other places of it may have another: it stays as it is, and the plan prepares it for each place.
 *
 * Fragments wait on a list, each once for a root field: a document may chain thousands of them, or
 * double them at each step.
 */
#include "exec/rules.h"

#include "base/num.h"
#include "exec/failure.h"
#include "schema/rule.h"
#include "schema/write.h"

struct refused {
	str key; /* response key of the root field */
	struct failure failure;
	struct refused_items items;
	struct refused *next;
};

struct walk {
	struct collect collect;
	struct exec *x;           /* NULL: only whether there is anything */
	struct violations *found; /* of the root field */
	bool concerned;
	struct map met; /* fragments by name, also those that wait: */
	struct {
		VEC(const struct ast_definition *);
	} todo;
};

static void walk_set(struct walk *w, const struct gql_type *type, const struct ast_selections *set);

static bool has_rule(const struct gql_input *in)
{
	return in->rule || in->type->type->ruled;
}

static const struct ast_argument *given(const struct ast_selection *node, str name)
{
	for (size_t i = 0; i < node->nargs; i++)
		if (str_eq(node->args[i].name.text, name))
			return &node->args[i];
	return NULL;
}

static bool is_variable(const struct exec *x, const struct gql_value *v)
{
	for (size_t i = 0; i < x->vars.n; i++)
		if (x->vars.at[i] == v)
			return true;
	return false;
}

/* Puts copies for the variables that a rule of their place would change. */
static void detach(struct exec *x, struct gql_value **slot)
{
	struct gql_value *v = *slot;
	if (!v || v->is_default)
		return;
	if (is_variable(x, v)) {
		if (!gql_value_has_object(v))
			*slot = gql_value_copy(x->arena, v);
		return;
	}
	if (v->kind == GQL_LIST || v->kind == GQL_OBJECTVAL)
		for (size_t i = 0; i < v->n; i++)
			detach(x, &v->items[i]);
}

static void check_argument(struct walk *w, const struct gql_input *in,
	const struct ast_argument *arg, uint32_t at)
{
	struct exec *x = w->x;
	struct gql_value *v = NULL;
	struct gql_coercion c = { .arena = x->arena,
		.schema = x->doc->model->gql,
		.scalar = scalar_coerce };
	/* what can't be coerced is reported when it is planned */
	if (!gql_coerce_argument(&c, x->doc->operation, &x->vars, in, arg, at, &v) || !v ||
		v == in->default_value)
		return;
	detach(x, &v);
	rule_apply(x->arena, in, v, w->found);
}

static void walk_field(struct walk *w, const struct gql_type *type,
	const struct ast_selection *node)
{
	const struct gql_field *f = gql_field_find(w->collect.schema, type, node->name.text);
	if (!f)
		return;
	for (size_t i = 0; i < f->nargs; i++) {
		const struct ast_argument *arg = given(node, f->args[i].name);
		if (!arg || !has_rule(&f->args[i]))
			continue;
		w->concerned = true;
		if (w->x)
			check_argument(w, &f->args[i], arg, node->at);
	}
	if (gql_is_composite(f->type->type))
		walk_set(w, f->type->type, &node->selections);
}

static const struct gql_type *condition(const struct walk *w, const struct gql_type *type, str on)
{
	const struct gql_type *found = on.n ? gql_type_find(w->collect.schema, on) : NULL;
	return found ? found : type;
}

static void walk_selection(struct walk *w, const struct gql_type *type,
	const struct ast_selection *node)
{
	struct ast_definition *fragment;
	if (w->x && gql_is_skipped(&w->collect, &node->directives))
		return;
	switch (node->kind) {
	case AST_FIELD: walk_field(w, type, node); break;
	case AST_INLINE: walk_set(w, condition(w, type, node->on.text), &node->selections); break;
	case AST_SPREAD:
		fragment = map_find(w->collect.fragments, node->name.text);
		if (fragment && map_add(&w->met, node->name.text, fragment))
			*vec_push(w->collect.arena, &w->todo) = fragment;
		break;
	}
}

/* As deep as the parser lets braces be nested. */
static void walk_set(struct walk *w, const struct gql_type *type, const struct ast_selections *set)
{
	for (size_t i = 0; i < set->n; i++)
		walk_selection(w, type, set->at[i]);
}

/* The fragments that were met on the way, and those that they spread. */
static void walk_fragments(struct walk *w)
{
	while (w->todo.n > 0) {
		const struct ast_definition *f = w->todo.at[--w->todo.n];
		walk_set(w, gql_type_find(w->collect.schema, f->on.text), &f->selections);
	}
}

static struct walk walk_on(struct arena *a, const struct prepared *d)
{
	return (struct walk){ .collect = { .arena = a,
				      .schema = d->model->gql,
				      .document = &d->document,
				      .operation = d->operation,
				      .fragments = d->fragments } };
}

static const struct gql_type *root_type(const struct gql_schema *s, enum ast_operation_kind kind)
{
	switch (kind) {
	case AST_QUERY: return s->query;
	case AST_MUTATION: return s->mutation;
	case AST_SUBSCRIPTION: break;
	}
	return s->subscription;
}

bool rules_concern(const struct prepared *d)
{
	const struct ast_definition *operation = d->operation;
	if (!d->model->ruled)
		return false;
	struct walk w = walk_on(d->arena, d);
	w.met = map_on(d->arena, (uintptr_t)d->arena);
	walk_set(&w, root_type(d->model->gql, operation->operation), &operation->selections);
	walk_fragments(&w);
	return w.concerned;
}

/* ---- a request ---- */

static str message_of(struct exec *x, const struct violations *l)
{
	if (l->n == 1)
		return l->at[0].message;
	return str_printf(x->arena, "%zu values of the input are not allowed.", l->n);
}

static struct failure failure_of(struct exec *x, const struct violations *l)
{
	return (struct failure){ .code = ERR_BAD_INPUT,
		.status = S("validation:input"),
		.message = message_of(x, l),
		.errors = violations_json(l) };
}

/* The item that a path is about: ["input","3",…]. */
static bool item_of(str path, str list, size_t *item)
{
	static const str BETWEEN = STR_INIT("\",\"");
	str rest = str_sub(path, S("[\"").n, path.n);
	uint64_t n;
	if (!str_starts(rest, list))
		return false;
	rest = str_sub(rest, list.n, rest.n);
	if (!str_starts(rest, BETWEEN))
		return false;
	rest = str_sub(rest, BETWEEN.n, rest.n);
	if (!num_u64(str_split(&rest, '"'), &n))
		return false;
	*item = (size_t)n;
	return true;
}

/* Sorts what was found by items; none when something is about more than an item. */
static struct refused_items items_of(struct exec *x, const struct violations *l, str list)
{
	size_t *numbers = arena_array(x->arena, size_t, l->n);
	struct failure *failures = arena_array(x->arena, struct failure, l->n);
	size_t n = 0;
	for (size_t i = 0, item, next; i < l->n;) {
		struct violations own = { .arena = x->arena };
		if (l->n == VIOLATIONS_MAX || !item_of(l->at[i].path, list, &item))
			return (struct refused_items){ 0 };
		for (; i < l->n && item_of(l->at[i].path, list, &next) && next == item; i++)
			own.at[own.n++] = l->at[i];
		numbers[n] = item;
		failures[n++] = failure_of(x, &own);
	}
	return (struct refused_items){ numbers, failures, n };
}

/* The argument whose items stand by themselves, or NULL. */
static const struct gql_input *list_of_items(const struct exec *x, const struct gql_field *f)
{
	const struct write *t = f ? model_binding(x->doc->model, f)->write : NULL;
	if (!t || !t->each)
		return NULL;
	if (t->input && gql_is_list(t->input->type))
		return t->input;
	for (size_t i = 0; i < t->nargs; i++)
		if (t->args[i].many)
			return t->args[i].input;
	return NULL;
}

static void refuse(struct exec *x, const struct collected *root, const struct gql_type *type,
	const struct violations *l)
{
	const struct gql_field *f =
		gql_field_find(x->doc->model->gql, type, root->fields[0]->name.text);
	const struct gql_input *list = list_of_items(x, f);
	struct refused *r = arena_new(x->arena, struct refused);
	*r = (struct refused){ .key = root->key, .failure = failure_of(x, l), .next = x->refused };
	if (list)
		r->items = items_of(x, l, list->name);
	x->refused = r;
}

void rules_check(struct exec *x)
{
	const struct model *m = x->doc->model;
	const struct ast_definition *operation = x->doc->operation;
	struct walk w = walk_on(x->arena, x->doc);
	struct collection roots = { 0 };
	const struct gql_type *type = root_type(m->gql, operation->operation);
	const struct ast_selections *sets[] = { &operation->selections };
	w.x = x;
	w.collect.vars = &x->vars;
	gql_collect(&w.collect, type, sets, 1, &roots);
	for (size_t i = 0; i < roots.n; i++) {
		struct violations *found = arena_new(x->arena, struct violations);
		found->arena = x->arena;
		w.found = found;
		w.met = map_on(x->arena, (uintptr_t)x->arena);
		for (size_t k = 0; k < roots.at[i].n; k++)
			walk_field(&w, type, roots.at[i].fields[k]);
		walk_fragments(&w);
		if (found->n)
			refuse(x, &roots.at[i], type, found);
	}
}

static const struct refused *find(const struct exec *x, const struct plan_root *root)
{
	const struct refused *r = x->refused;
	while (r && !str_eq(r->key, root->field.name))
		r = r->next;
	return r;
}

const struct failure *rules_refused(const struct exec *x, const struct plan_root *root)
{
	const struct refused *r = find(x, root);
	return r && (r->items.n == 0 || x->plan->atomic) ? &r->failure : NULL;
}

struct refused_items rules_items(const struct exec *x, const struct plan_root *root)
{
	const struct refused *r = find(x, root);
	return r ? r->items : (struct refused_items){ 0 };
}
