/*
 * roots - fields of Query and Mutation, the arguments of fields that read rows, and list policies.
 *
 * An argument of a row or list field is one of those that every list has (where, orderBy, limit,
 * offset), or is compared for equality with the column or key of its name.
 */
#include "schema/compile_int.h"

#include "base/num.h"
#include "schema/names.h"

/* ---- arguments ---- */

static bool is_single(const struct gql_input *arg, str type)
{
	return str_eq(arg->type->type->name, type) && !gql_is_list(arg->type);
}

/* Is it an argument that every field of this use has? By name and type, also when the user wrote
 * it. */
static bool list_role(const struct compiler *c, const struct gql_field *f,
	const struct gql_input *arg, enum arg_role *role)
{
	enum { LIST = BIT(USE_ROWS), PAGE = BIT(USE_CONNECTION), SUM = BIT(USE_AGGREGATE) };
	static const struct {
		str name;
		enum arg_role role;
		uint32_t uses;
		str type; /* empty: the input that is generated for the rows */
	} ROLES[] = {
		{ STR_INIT("where"), ARG_WHERE, LIST | PAGE | SUM, STR_INIT("") },
		{ STR_INIT("orderBy"), ARG_ORDER_BY, LIST | PAGE, STR_INIT("") },
		{ STR_INIT("limit"), ARG_LIMIT, LIST, STR_INIT("Int") },
		{ STR_INIT("offset"), ARG_OFFSET, LIST, STR_INIT("Int") },
		{ STR_INIT("first"), ARG_FIRST, PAGE, STR_INIT("Int") },
		{ STR_INIT("after"), ARG_AFTER, PAGE, STR_INIT("String") },
		{ STR_INIT("last"), ARG_LAST, PAGE, STR_INIT("Int") },
		{ STR_INIT("before"), ARG_BEFORE, PAGE, STR_INIT("String") },
	};
	enum row_use use;
	const struct gql_type *about = bind_rows_type(c, f, &use);
	if (use == USE_ROWS && !gql_is_list(f->type))
		return false;
	for (size_t i = 0; i < COUNT(ROLES); i++) {
		if (!str_eq(arg->name, ROLES[i].name) || !(ROLES[i].uses & BIT(use)))
			continue;
		*role = ROLES[i].role;
		enum input_role wanted = *role == ARG_WHERE ? INPUT_WHERE : INPUT_ORDER_BY;
		const struct generated *made = map_find(&c->generated, arg->type->type->name);
		return ROLES[i].type.n
			? is_single(arg, ROLES[i].type)
			: made && made->role == wanted && str_eq(made->about, about->name);
	}
	return false;
}

static bool equal_place(struct compiler *c, const struct gql_input *arg, const struct backing *b,
	struct place *out)
{
	const struct ast_directive *d = directive_find(&arg->node->directives, "column");
	str name;
	if (d && directive_text(c, arg->source, d, "name", &name))
		return bind_name(c, b, name, out);
	return bind_camel(c, b, arg->name, out);
}

static void bind_equal(struct compiler *c, const struct gql_field *f, const struct gql_input *arg,
	const struct backing *b, struct arg_binding *out)
{
	uint32_t at = arg->node->name.at;
	str fits;
	if (gql_is_list(arg->type) || arg->type->type->kind == GQL_INPUT) {
		struct diagnostic *d = diag_error(c, arg->source, at,
			"%.*s(%.*s:) is %.*s; an argument is compared with a column, so it must be a "
			"single value.",
			STR_ARG(f->name), STR_ARG(arg->name),
			STR_ARG(gql_ref_text(c->arena, arg->type)));
		d->hint = S("Lists and conditions go into `where`, which every list field has.");
		return;
	}
	if (!equal_place(c, arg, b, &out->place)) {
		str snake = names_snake(c->arena, arg->name);
		struct diagnostic *d = diag_error(c, arg->source, at,
			"%.*s(%.*s:): \"%.*s\" has no column \"%.*s\".", STR_ARG(f->name),
			STR_ARG(arg->name), STR_ARG(b->relation->name), STR_ARG(snake));
		bind_missing(c, d, b, snake);
		return;
	}
	if (bind_is_hidden(c, &out->place, arg->source, at, "Argument", arg->name))
		return;
	const struct cat_column *column = out->place.column;
	out->leaf = leaf_of(c, arg->type->type, column ? column->type : NULL);
	if (!column) {
		out->place.cast = leaf_cast(c, &out->leaf);
	} else if (!leaf_reads(c, arg->type, column->type, &fits)) {
		struct diagnostic *d = diag_error(c, arg->source, arg->node->type->at,
			"%.*s(%.*s:) is %.*s, but column \"%.*s\" is %.*s.", STR_ARG(f->name),
			STR_ARG(arg->name), STR_ARG(arg->type->type->name), STR_ARG(column->name),
			STR_ARG(column->type->sql));
		d->hint = fits;
	}
}

/* `id: ID!`, where the type's own id is a global one. */
static bool is_global_id(const struct compiler *c, const struct backing *b,
	const struct gql_input *arg)
{
	const struct gql_field *f =
		b->type->kind == GQL_OBJECT ? map_find(&b->type->by_name, S("id")) : NULL;
	return f && c->bindings[f->id].kind == BIND_NODE_ID && str_eq(arg->name, S("id")) &&
		is_single(arg, S("ID"));
}

void bind_arguments(struct compiler *c, const struct gql_field *f, struct binding *out)
{
	out->args = arena_array(c->arena, struct arg_binding, f->nargs);
	for (size_t i = 0; i < f->nargs; i++) {
		out->args[i].role = ARG_EQ;
		if (is_global_id(c, out->target, &f->args[i]))
			out->args[i].role = ARG_NODE_ID;
		else if (!list_role(c, f, &f->args[i], &out->args[i].role)) {
			out->args[i].role = ARG_EQ;
			bind_equal(c, f, &f->args[i], out->target, &out->args[i]);
		}
	}
	if (bind_is_paged(c, f) || out->use == USE_AGGREGATE)
		bind_list_policy(c, f, out);
	const struct backing *b = out->target;
	if (out->use != USE_CONNECTION || b->nkey || map_find(&b->type->by_name, S("id")))
		return;
	struct diagnostic *d = diag_error(c, f->source, f->node->name.at,
		"%.*s.%.*s: rows of \"%.*s\" can't be paged, because nothing tells them apart.",
		STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(b->relation->name));
	d->hint = S("Give it a primary key or a column \"id\", or the type a field \"id\".");
}

/* ---- list policies ---- */

static void read_limit(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const char *name, uint32_t *out)
{
	const struct ast_value *v = directive_arg(d, name);
	uint64_t n;
	if (!v)
		return;
	if (v->kind != AST_INT || !num_u64(v->text, &n) || n < 1 || n > INT32_MAX)
		diag_error(c, f->source, v->at, "\"%s\" of @list must be a whole number from 1.",
			name);
	else
		*out = (uint32_t)n;
}

static bool is_single_leaf(const struct gql_field *f)
{
	return gql_is_leaf(f->type->type) && !gql_is_list(f->type);
}

static const struct gql_field *order_field(struct compiler *c, const struct gql_field *list,
	str name)
{
	enum row_use use;
	const struct gql_type *t = bind_rows_type(c, list, &use);
	if (t->kind == GQL_UNION)
		return NULL;
	const struct gql_field *f = map_find(&t->by_name, name);
	if (!f)
		f = map_find(&t->by_name, names_camel(c->arena, name));
	return f && is_single_leaf(f) ? f : NULL;
}

static str nearest_order_field(struct compiler *c, const struct gql_type *t, str name)
{
	str *names = arena_array(c->arena, str, t->nfields);
	size_t n = 0;
	for (size_t i = 0; i < t->nfields; i++)
		if (is_single_leaf(&t->fields[i]))
			names[n++] = t->fields[i].name;
	return str_nearest(name, names, n);
}

static bool is_direction(str s)
{
	const char *const names[] = { "ASC", "DESC", "ASC_NULLS_FIRST", "ASC_NULLS_LAST",
		"DESC_NULLS_FIRST", "DESC_NULLS_LAST" };
	for (size_t i = 0; i < COUNT(names); i++)
		if (str_eq(s, str_from(names[i])))
			return true;
	return false;
}

/* "name ASC" */
static bool read_order(struct compiler *c, const struct gql_field *f, const struct ast_value *v,
	struct order_item *out)
{
	enum row_use use;
	const struct gql_type *t = bind_rows_type(c, f, &use);
	str rest = str_trim(v->text);
	str name = str_split(&rest, ' ');
	str direction = str_trim(rest);
	out->direction = direction.n ? names_upper(c->arena, direction) : S("ASC");
	out->field = order_field(c, f, name);
	if (!is_direction(out->direction)) {
		diag_error(c, f->source, v->at,
			"\"%.*s\" is no direction; there are ASC, DESC, ASC_NULLS_FIRST, ASC_NULLS_LAST, "
			"DESC_NULLS_FIRST and DESC_NULLS_LAST.",
			STR_ARG(direction));
		return false;
	}
	if (out->field)
		return true;
	struct diagnostic *d = diag_error(c, f->source, v->at,
		"\"%.*s\" has no field \"%.*s\" that lists can be ordered by.", STR_ARG(t->name),
		STR_ARG(name));
	diag_nearest(c, d, nearest_order_field(c, t, name));
	return false;
}

static void read_orders(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d, struct list_policy *out)
{
	struct ast_value **items;
	size_t n;
	if (!directive_texts(c, f->source, d, "defaultOrder", &items, &n))
		return;
	out->order = arena_array(c->arena, struct order_item, n);
	for (size_t i = 0; i < n; i++)
		if (read_order(c, f, items[i], &out->order[out->norder]))
			out->norder++;
}

void bind_list_policy(struct compiler *c, const struct gql_field *f, struct binding *out)
{
	struct list_policy *policy = &out->list;
	const struct ast_directive *d = directive_find(&f->node->directives, "list");
	uint32_t asked = 0;
	policy->max_limit = c->options->max_limit;
	if (d) {
		read_limit(c, f, d, "defaultLimit", &asked);
		read_limit(c, f, d, "maxLimit", &policy->max_limit);
		read_orders(c, f, d, policy);
	}
	if (asked > policy->max_limit)
		diag_error(c, f->source, d->at,
			"%.*s.%.*s: the default limit (%u) is above the maximum (%u).",
			STR_ARG(f->parent->name), STR_ARG(f->name), asked, policy->max_limit);
	policy->default_limit = asked ? asked : MIN(c->options->default_limit, policy->max_limit);
	if (!asked && f->parent == c->gql->mutation)
		policy->default_limit = 0; /* what was done is told whole */
}

/* ---- fields of the root types ---- */

static void bind_query_field(struct compiler *c, const struct gql_field *f)
{
	struct binding *out = &c->bindings[f->id];
	const struct gql_type *t = bind_rows_type(c, f, &out->use);
	const struct ast_directive *call = directive_find(&f->node->directives, "function");
	const struct ast_directive *list = directive_find(&f->node->directives, "list");
	if (directive_find(&f->node->directives, "resolver"))
		return; /* later, as those of objects */
	if (list && !bind_is_paged(c, f))
		diag_error(c, f->source, list->at, "@list is for lists.");
	if (call)
		return; /* later: a call may give its type a source */
	if (directive_find(&f->node->directives, "relation")) {
		diag_error(c, f->source, f->node->name.at,
			"%.*s.%.*s: @relation joins to a parent's row, and a root field has none.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
		return;
	}
	if (bind_node_root(c, f, out))
		return;
	out->target = c->facts[t->id].source;
	if (out->target) {
		out->kind = BIND_ROOT;
		bind_arguments(c, f, out);
		return;
	}
	if (c->facts[t->id].scattered) {
		bind_each_member(c, f, NULL, NULL, out);
		return;
	}
	if (c->broken_source[t->id])
		return;
	struct diagnostic *d = diag_error(c, f->source, f->node->name.at,
		"%.*s.%.*s: nothing tells where its value comes from.", STR_ARG(f->parent->name),
		STR_ARG(f->name));
	if (t->kind == GQL_OBJECT)
		d->hint = str_printf(c->arena,
			"Give the type \"%.*s\" a @source(relation:), or the field a @function(name:).",
			STR_ARG(t->name));
	else if (gql_is_composite(t))
		d->hint = str_printf(c->arena, "Give each type of \"%.*s\" a @source(relation:).",
			STR_ARG(t->name));
	else
		d->hint = S("Give the field a @function(name:).");
}

static void bind_mutation_field(struct compiler *c, const struct gql_field *f)
{
	const struct ast_directive *call = directive_find(&f->node->directives, "function");
	if (call || directive_find(&f->node->directives, "write") ||
		directive_find(&f->node->directives, "resolver"))
		return; /* these come later */
	struct diagnostic *d =
		diag_error(c, f->source, f->node->name.at, "%.*s.%.*s: nothing tells what it does.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
	d->hint = S("Give the field a @function(name:) or a @write(table:, action:).");
}

static void bind_calls(struct compiler *c, const struct gql_type *t)
{
	for (size_t i = 0; t && i < t->nfields; i++) {
		const struct gql_field *f = &t->fields[i];
		const struct ast_directive *d = directive_find(&f->node->directives, "function");
		if (d && directive_arg(d, "fields"))
			diag_error(c, f->source, directive_arg(d, "fields")->at,
				"%.*s.%.*s has no row whose columns could be passed.",
				STR_ARG(t->name), STR_ARG(f->name));
		else if (d)
			bind_call(c, f, d, NULL, &c->bindings[f->id]);
		else if ((d = directive_find(&f->node->directives, "write")))
			bind_write(c, f, d, &c->bindings[f->id]);
	}
}

void bind_roots(struct compiler *c)
{
	const struct gql_schema *gql = c->gql;
	for (size_t i = 0; gql->query && i < gql->query->nfields; i++)
		bind_query_field(c, &gql->query->fields[i]);
	for (size_t i = 0; gql->mutation && i < gql->mutation->nfields; i++)
		bind_mutation_field(c, &gql->mutation->fields[i]);
	bind_calls(c, gql->query);
	bind_calls(c, gql->mutation);
	bind_computed_fields(c);
	check_versions(c);
	if (!gql->query)
		diag_error(c, NULL, 0, "The schema has no type Query.");
	if (gql->subscription)
		diag_error(c,
			gql->subscription->nnodes ? gql->subscription->nodes[0]->source : NULL,
			gql->subscription->nnodes ? gql->subscription->nodes[0]->name.at : 0,
			"Subscriptions are not implemented yet.");
}
