/*
 * planner - the entry: root fields → statements and shapes; and what all parts share: errors,
 * arguments, where a value comes from.
 */
#include "sql/planner_int.h"

#include "base/json.h"
#include "graphql/introspect.h"
#include "schema/rule.h"
#include "sql/cursor.h"
#include "sql/node.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { VALUE_DEPTH_MAX = 256, CONSTANTS_MAX = 4 * 1024 * 1024 };

/* The path of an error at a root field; deeper ones have none. */
static void put_root_path(struct planner *p, struct gql_error *e, const struct ast_selection *node)
{
	struct buf path = buf_on(p->req->errors->arena);
	buf_putc(&path, '[');
	json_put_string(&path, node->alias.text.n ? node->alias.text : node->name.text);
	buf_putc(&path, ']');
	if (p->depth == 0)
		e->path = buf_str(&path);
}

bool planner_fail(struct planner *p, const struct ast_selection *node, enum err_code code,
	const char *fmt, ...)
{
	char text[ERR_MESSAGE_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	struct gql_error *e = gql_error_add(p->req->errors, code, "%s", text);
	gql_error_at(p->req->errors, e, p->req->source, node->at);
	put_root_path(p, e, node);
	return false;
}

/* ---- where values come from ---- */

static str address_key(struct arena *a, const struct gql_value *v)
{
	const struct gql_value **key = arena_new(a, const struct gql_value *);
	*key = v;
	return (str){ (const char *)key, sizeof *key };
}

static const struct origin *origin_of(const struct planner *p, const struct gql_value *v)
{
	str key = { (const char *)&v, sizeof v };
	return map_find(&p->origins, key);
}

static void note_origins(struct planner *p, const struct gql_value *v, const struct origin *at,
	unsigned depth)
{
	if (!v || depth > VALUE_DEPTH_MAX)
		return;
	struct origin *o = arena_new(p->scratch, struct origin);
	*o = *at;
	map_set(&p->origins, address_key(p->scratch, v), o);
	if (v->kind != GQL_LIST && v->kind != GQL_OBJECTVAL)
		return;
	for (size_t i = 0; i < v->n; i++) {
		uint32_t *steps = arena_array(p->scratch, uint32_t, at->nsteps + 1);
		if (at->nsteps)
			memcpy(steps, at->steps, at->nsteps * sizeof *steps);
		steps[at->nsteps] = (uint32_t)i;
		struct origin inner = { at->variable, steps, at->nsteps + 1, at->rule };
		note_origins(p, v->items[i], &inner, depth + 1);
	}
}

/*
 * Only values that planning can look into need an origin each; a list of leaves is a parameter as a
 * whole, so its items are not noted, however many there are.
 */
static bool is_leaf_list(const struct gql_value *v)
{
	return v && v->kind == GQL_LIST && v->n > 0 && v->items[0]->kind != GQL_OBJECTVAL &&
		v->items[0]->kind != GQL_LIST;
}

static void note_variables(struct planner *p)
{
	const struct gql_variables *vars = p->req->vars;
	for (size_t i = 0; i < vars->n; i++) {
		struct origin at = { .variable = (uint32_t)i };
		note_origins(p, vars->at[i], &at, is_leaf_list(vars->at[i]) ? VALUE_DEPTH_MAX : 0);
	}
}

void planner_consult(struct planner *p, const struct gql_value *v)
{
	const struct origin *o = origin_of(p, v);
	if (o)
		p->deps[o->variable] |= DEP_DEEP;
}

void planner_consult_items(struct planner *p, const struct gql_value *v)
{
	const struct origin *o = v ? origin_of(p, v) : NULL;
	if (o)
		p->deps[o->variable] |= DEP_DEEP | DEP_ITEMS;
}

/* Items of a list that are variables of their own decide, too. */
void planner_consult_nodes(struct planner *p, const struct gql_value *v)
{
	const struct origin *o = v ? origin_of(p, v) : NULL;
	if (o)
		p->deps[o->variable] |= o->rule ? DEP_VALUE : DEP_NODES;
	for (size_t i = 0; v && v->kind == GQL_LIST && i < v->n; i++)
		planner_consult_nodes(p, v->items[i]);
}

void planner_consult_cursor(struct planner *p, const struct gql_value *v)
{
	const struct origin *o = origin_of(p, v);
	if (o)
		p->deps[o->variable] |= o->rule ? DEP_VALUE : DEP_CURSOR;
}

static bool holds_variable(struct planner *p, const struct gql_value *v)
{
	if (!v)
		return false;
	if (origin_of(p, v))
		return true;
	if (v->kind != GQL_LIST && v->kind != GQL_OBJECTVAL)
		return false;
	for (size_t i = 0; i < v->n; i++)
		if (holds_variable(p, v->items[i]))
			return true;
	return false;
}

/* Origins live as long as the planning; a plan keeps the few that it needs. */
static struct pexpr from_variable(struct planner *p, const struct origin *o)
{
	uint32_t *steps = arena_array(p->arena, uint32_t, o->nsteps);
	if (o->nsteps)
		memcpy(steps, o->steps, o->nsteps * sizeof *steps);
	return (struct pexpr){ .kind = PEXPR_VARIABLE,
		.variable = o->variable,
		.steps = steps,
		.nsteps = o->nsteps,
		.rule = o->rule };
}

struct pexpr planner_pexpr(struct planner *p, const struct gql_value *v)
{
	const struct origin *o = origin_of(p, v);
	if (o)
		return from_variable(p, o);
	if (!holds_variable(p, v))
		return (struct pexpr){ .kind = PEXPR_CONST, .constant = v };
	struct pexpr x = { .kind = v->kind == GQL_LIST ? PEXPR_LIST : PEXPR_OBJECT,
		.nitems = v->n };
	x.items = arena_array(p->arena, const struct pexpr *, v->n);
	for (size_t i = 0; i < v->n; i++) {
		if (!v->items[i])
			continue;
		struct pexpr *item = arena_new(p->arena, struct pexpr);
		*item = planner_pexpr(p, v->items[i]);
		x.items[i] = item;
	}
	return x;
}

static const struct ast_argument *find_argument(const struct ast_selection *node, str name)
{
	for (size_t i = 0; i < node->nargs; i++)
		if (str_eq(node->args[i].name.text, name))
			return &node->args[i];
	return NULL;
}

static struct gql_value *default_of(struct planner *p, const struct gql_input *arg)
{
	if (!arg->default_value)
		return NULL;
	struct gql_value *v = arena_new(p->arena, struct gql_value);
	*v = *arg->default_value;
	return v;
}

/*
 * Where a variable stands for what a rule prepares, a copy with an origin of its own stands in: the
 * rule is one of the place. Input objects in variables are prepared already.
 */
static void put_rules(struct planner *p, const struct gql_input *in, struct gql_value **slot)
{
	struct gql_value *v = *slot;
	if (!v || v->is_default || v->kind == GQL_NULL)
		return;
	const struct origin *o = origin_of(p, v);
	if (o && in->rule && rule_prepares(in->rule) && !gql_value_has_object(v)) {
		struct origin here = *o;
		here.rule = in->rule;
		*slot = gql_value_copy(p->arena, v);
		note_origins(p, *slot, &here, is_leaf_list(v) ? VALUE_DEPTH_MAX : 0);
		p->deps[o->variable] |= in->rule->blank_to_null ? DEP_BLANK : 0;
	}
	if (o || (v->kind != GQL_LIST && v->kind != GQL_OBJECTVAL))
		return;
	for (size_t i = 0; i < v->n; i++)
		put_rules(p, v->kind == GQL_LIST ? in : &in->type->type->inputs[i], &v->items[i]);
}

bool planner_arg(struct planner *p, const struct gql_field *f, const struct ast_selection *node,
	const struct gql_input *arg, struct gql_value **out)
{
	UNUSED(f);
	struct gql_errors *errors = p->req->errors;
	struct gql_coercion c = { .arena = p->arena,
		.schema = p->model->gql,
		.scalar = scalar_coerce,
		.printed = p->printed,
		.suggestions = true,
		.errors = errors };
	bool ok = gql_coerce_argument(&c, p->req->operation, p->req->vars, arg,
		find_argument(node, arg->name), node->at, out);
	if (!ok) {
		put_root_path(p, &errors->at[errors->n - 1], node);
		p->refused |= p->depth == 0;
		return false;
	}
	if (*out == arg->default_value) {
		*out = default_of(p, arg);
	} else if (*out && (arg->rule || arg->type->type->ruled)) {
		put_rules(p, arg, out);
		rule_apply(p->arena, arg, *out, NULL);
	}
	return true;
}

int planner_statement(struct planner *p, struct sql *w)
{
	struct statement *s = vec_push(p->arena, &p->statements);
	buf_putc(&w->text, '\0');
	s->sql = w->text.p;
	s->key = str_hash(str_from(s->sql), 0);
	s->params = w->params->at;
	s->nparams = w->params->n;
	s->by_value = p->by_value;
	s->shares = !w->params->varies;
	p->by_value = false;
	return (int)p->statements.n - 1;
}

/* ---- @skip and @include ---- */

static void note_directives(struct planner *p, const struct ast_directives *d)
{
	for (size_t i = 0; i < d->n; i++) {
		for (size_t k = 0; k < d->at[i].nargs; k++) {
			const struct ast_value *v = d->at[i].args[k].value;
			if (v->kind != AST_VARIABLE)
				continue;
			size_t n = gql_variable_position(p->req->operation, v->text);
			if (n < p->req->vars->n)
				p->deps[n] |= DEP_DEEP;
		}
	}
}

static void note_conditions(struct planner *p, const struct ast_selections *set)
{
	for (size_t i = 0; i < set->n; i++) {
		note_directives(p, &set->at[i]->directives);
		note_conditions(p, &set->at[i]->selections);
	}
}

/* ---- root fields ---- */

/* What can't be answered once and for all (the question has variables, or would be refused, or the
 * answer is long) is answered for each request. */
static bool plan_introspection(struct planner *p, struct nodes nodes, struct plan_root *root)
{
	struct gql_errors errors = { .arena = p->scratch, .max = 1 };
	struct introspection in = { .arena = p->scratch,
		.schema = p->model->gql,
		.document = p->req->document,
		.operation = p->req->operation,
		.vars = p->req->vars,
		.fragments = p->req->fragments,
		.errors = &errors };
	root->statement = -1;
	root->nodes = nodes.at;
	root->nnodes = nodes.n;
	root->kind = ROOT_INTROSPECT;
	root->field.shape = shape_wrap(p, root->field.field->type, &(struct leaf){ 0 }, NULL);
	struct buf b = buf_on(p->scratch);
	b.limit = CONSTANTS_MAX - p->constants;
	if (b.limit == 0 || !gql_introspect_is_constant(&in, nodes.at, nodes.n) ||
		!gql_introspect(&b, &in, nodes.at, nodes.n) || errors.n > 0)
		return true;
	p->constants = b.over ? CONSTANTS_MAX : p->constants + b.n;
	if (!b.over) {
		root->kind = ROOT_CONST;
		root->constant = str_dup(p->arena, buf_str(&b));
	}
	return true;
}

static bool plan_rows(struct planner *p, const struct gql_field *f, const struct binding *b,
	struct nodes nodes, struct plan_root *root)
{
	struct params *params = arena_new(p->arena, struct params);
	p->params = params;
	p->aliases = 0;
	struct row row = { .alias = p->aliases++, .source = b->target };
	struct scope scope = { .row = &row };
	struct shape *object;
	p->depth++;
	bool ok = select_object(p, &scope, f->type->type, nodes, &object);
	p->depth--;
	if (!ok)
		return false;
	struct rows_request q = { .field = f,
		.node = nodes.at[0],
		.binding = b,
		.many = gql_is_list(f->type) };
	struct sql w = sql_on(p->arena, params);
	sql_lit(&w, "select ");
	put_slots(&w, &row);
	if (!put_rows(p, &w, &row, &q))
		return false;
	root->kind = q.many ? ROOT_ROWS : ROOT_ROW;
	root->field.shape = shape_wrap(p, f->type, NULL, object);
	root->statement = planner_statement(p, &w);
	if (!q.many)
		planner_many(p, root->statement);
	return true;
}

static bool has_directive(const struct ast_definition *d, str name)
{
	for (size_t i = 0; i < d->directives.n; i++)
		if (str_eq(d->directives.at[i].name.text, name))
			return true;
	return false;
}

static bool plan_root(struct planner *p, const struct gql_type *type, const struct collected *c,
	struct plan_root *root)
{
	struct nodes nodes = { c->fields, c->n };
	const struct ast_selection *node = c->fields[0];
	const struct gql_field *f = gql_field_find(p->model->gql, type, node->name.text);
	if (!f)
		return planner_fail(p, node, ERR_INTERNAL, "Field \"%.*s\" is unknown.",
			STR_ARG(node->name.text));
	root->field = (struct shape_field){ .key = shape_key(p, c->key),
		.name = c->key,
		.nodes = c->fields,
		.nnodes = c->n,
		.field = f };
	root->statement = -1;
	if (f->id == GQL_FIELD_TYPENAME) {
		struct buf b = buf_on(p->arena);
		json_put_string(&b, type->name);
		root->constant = buf_str(&b);
		return true; /* ROOT_CONST is 0 */
	}
	if (f->id < GQL_META_FIELDS)
		return plan_introspection(p, nodes, root);
	const struct binding *b = model_binding(p->model, f);
	if (b->kind == BIND_NODE)
		return plan_node(p, f, nodes, root);
	if (b->kind == BIND_ROOT && b->use == USE_CONNECTION)
		return plan_page(p, f, nodes, root);
	if (b->kind == BIND_ROOT && b->use == USE_AGGREGATE)
		return plan_aggregate(p, f, nodes, root);
	if (b->kind == BIND_ROOT && b->members)
		return plan_choice(p, f, nodes, root);
	if (b->kind == BIND_ROOT)
		return plan_rows(p, f, b, nodes, root);
	struct resolving *resolving;
	if (b->kind == BIND_RESOLVER) {
		if (has_directive(p->req->operation, S("atomic")) ||
			has_directive(p->req->operation, S("dryRun")))
			return planner_fail(p, node, ERR_UNSUPPORTED,
				"Field \"%.*s.%.*s\" has a resolver, which can't be part of a transaction.",
				STR_ARG(type->name), STR_ARG(f->name));
		root->kind = ROOT_RESOLVER;
		return plan_resolver(p, f, nodes, &root->field, &resolving);
	}
	size_t before = p->statements.n;
	if (b->kind == BIND_FUNCTION && plan_call(p, f, nodes, root)) {
		root->nstatements = p->statements.n - before;
		return true;
	}
	if (b->kind == BIND_FUNCTION)
		return false;
	if (b->kind == BIND_WRITE)
		return plan_write(p, f, nodes, root);
	return planner_fail(p, node, ERR_UNSUPPORTED, "Field \"%.*s.%.*s\" is not implemented.",
		STR_ARG(type->name), STR_ARG(f->name));
}

static const struct gql_type *root_type(const struct gql_schema *s, enum ast_operation_kind kind)
{
	switch (kind) {
	case AST_QUERY: return s->query;
	case AST_MUTATION: return s->mutation;
	case AST_SUBSCRIPTION: return s->subscription;
	}
	return NULL;
}

/* A copy of the error that lives as long as the plan. */
static const struct gql_error *keep_error(struct planner *p, const struct gql_error *e)
{
	struct gql_error *kept = arena_new(p->arena, struct gql_error);
	kept->message = str_dup(p->arena, e->message);
	kept->places = arena_array(p->arena, struct gql_place, e->nplaces + 1);
	kept->nplaces = e->nplaces;
	for (size_t i = 0; i < e->nplaces; i++)
		kept->places[i] = e->places[i];
	return kept;
}

/*
 * A query's field whose argument is null where it may not be (through a variable with a default)
 * is null alone. Which variables are null is part of every plan's fingerprint. Spec: §6.4.1.
 */
static void plan_query_root(struct planner *p, const struct gql_type *type,
	const struct collected *c, struct plan_root *root)
{
	struct gql_errors *errors = p->req->errors;
	size_t nerrors = errors->n, nstatements = p->statements.n;
	p->refused = false;
	if (plan_root(p, type, c, root) || !p->refused || errors->n != nerrors + 1)
		return;
	root->kind = ROOT_REFUSED;
	root->statement = -1;
	root->refusal = keep_error(p, &errors->at[nerrors]);
	root->field.shape = shape_wrap(p, root->field.field->type, &(struct leaf){ 0 }, NULL);
	errors->n = nerrors;
	p->statements.n = nstatements;
}

static bool plan_roots(struct planner *p, struct plan *plan)
{
	const struct gql_type *type = root_type(p->model->gql, plan->operation);
	const struct ast_selections *sets[] = { &p->req->operation->selections };
	struct collection *fields = arena_new(p->arena, struct collection);
	if (plan->operation == AST_SUBSCRIPTION)
		return planner_fail(p, sets[0]->at[0], ERR_UNSUPPORTED,
			"Subscriptions are not implemented.");
	size_t before = p->req->errors->n;
	gql_collect(&p->collect, type, sets, 1, fields);
	for (size_t i = 0; i < fields->n; i++)
		p->fields += fields->at[i].n;
	struct plan_root *roots = arena_array(p->arena, struct plan_root, fields->n);
	for (size_t i = 0; i < fields->n; i++) {
		if (plan->operation == AST_QUERY)
			plan_query_root(p, type, &fields->at[i], &roots[i]);
		else
			(void)!plan_root(p, type, &fields->at[i], &roots[i]);
	}
	plan->roots = roots;
	plan->nroots = fields->n;
	return p->req->errors->n == before;
}

static bool build(const struct plan_request *r, struct arena *scratch, const struct plan **out)
{
	struct plan *plan = arena_new(r->arena, struct plan);
	struct planner p = { .req = r, .arena = r->arena, .scratch = scratch, .model = r->model };
	p.collect = (struct collect){ .arena = r->arena,
		.schema = r->model->gql,
		.document = r->document,
		.operation = r->operation,
		.vars = r->vars,
		.fragments = r->fragments,
		.errors = r->errors };
	p.bytes_before = arena_used(r->arena);
	p.printed = arena_array(scratch, bool, r->vars->n);
	p.origins = map_on(scratch, (uint64_t)(uintptr_t)r);
	p.deps = arena_array(r->arena, uint8_t, r->vars->n);
	note_variables(&p);
	note_conditions(&p, &r->operation->selections);
	for (size_t i = 0; i < r->document->n; i++)
		if (r->document->at[i]->kind == AST_FRAGMENT)
			note_conditions(&p, &r->document->at[i]->selections);
	plan->operation = r->operation->operation;
	plan->atomic = has_directive(r->operation, S("atomic"));
	plan->dry_run = has_directive(r->operation, S("dryRun"));
	if (!plan_roots(&p, plan))
		return false;
	for (size_t i = 0; i < r->vars->n; i++)
		p.deps[i] |= p.printed[i] ? DEP_VALUE : 0;
	plan->statements = p.statements.at;
	plan->nstatements = p.statements.n;
	plan->deps = p.deps;
	plan->resolves = p.resolves;
	plan->may_write = p.may_write;
	plan->ndeps = r->vars->n;
	*out = plan;
	return true;
}

bool plan_build(const struct plan_request *r, const struct plan **out)
{
	struct arena *scratch = arena_open(0);
	bool ok = build(r, scratch, out);
	arena_close(scratch);
	return ok;
}

/* ---- fingerprint ---- */

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

static uint64_t hash_value(uint64_t h, const struct gql_value *v, bool items)
{
	if (!v)
		return mix(h, 1);
	h = mix(h, 2 + (uint64_t)v->kind);
	switch (v->kind) {
	case GQL_BOOL: return mix(h, v->boolean);
	case GQL_ENUMVAL: return mix(h, v->number);
	case GQL_LIST:
		if (!items && is_leaf_list(v))
			return mix(h, 3);
		break;
	case GQL_OBJECTVAL: break;
	case GQL_NULL:
	case GQL_NUMBER:
	case GQL_STRING:
	case GQL_JSON: return h;
	}
	h = mix(h, v->n);
	for (size_t i = 0; i < v->n; i++)
		h = hash_value(h, v->items[i], items);
	return h;
}

static uint64_t hash_whole(uint64_t h, const struct gql_value *v, uint64_t seed)
{
	if (!v)
		return mix(h, 1);
	h = mix(h, 2 + (uint64_t)v->kind);
	switch (v->kind) {
	case GQL_NULL: return h;
	case GQL_BOOL: return mix(h, v->boolean);
	case GQL_ENUMVAL:
	case GQL_NUMBER:
	case GQL_STRING:
	case GQL_JSON: return mix(h, str_hash(v->text, seed));
	case GQL_LIST:
	case GQL_OBJECTVAL: break;
	}
	h = mix(h, v->n);
	for (size_t i = 0; i < v->n; i++)
		h = hash_whole(h, v->items[i], seed);
	return h;
}

/* Which of the texts are blank; `at` tells them apart. */
static uint64_t hash_blanks(uint64_t h, const struct gql_value *v, uint64_t at)
{
	if (v && v->kind == GQL_STRING && rule_is_blank(v->text))
		return mix(h, at);
	for (size_t i = 0; v && v->kind == GQL_LIST && i < v->n; i++)
		h = hash_blanks(h, v->items[i], mix(at, i));
	return h;
}

uint64_t plan_fingerprint(const uint8_t *deps, size_t ndeps, const struct gql_variables *vars,
	uint64_t seed)
{
	uint64_t h = seed;
	for (size_t i = 0; i < vars->n; i++) {
		const struct gql_value *v = vars->at[i];
		if (i < ndeps && (deps[i] & DEP_DEEP))
			h = hash_value(h, v, (deps[i] & DEP_ITEMS) != 0);
		else
			h = mix(h, !v ? 0 : v->kind == GQL_NULL ? 1 : 2);
		if (i < ndeps && (deps[i] & DEP_VALUE))
			h = hash_whole(h, v, seed);
		if (i < ndeps && (deps[i] & DEP_BLANK))
			h = hash_blanks(h, v, 4);
		if (i < ndeps && (deps[i] & DEP_NODES) && v)
			h = mix(h, node_types_hash(v, seed));
		if (i < ndeps && (deps[i] & DEP_CURSOR) && v && v->kind == GQL_STRING)
			h = mix(h, cursor_nulls(v->text));
	}
	return h;
}
