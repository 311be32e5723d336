/*
 * call - root fields that are PostgreSQL functions.
 *
 * A call is written with its context values first (by position, as they are declared), then one
 * jsonb made of the input, or typed parameters by name. Parameters that were not given are left
 * out, so that the function's defaults apply.
 *
 * What follows the mutation contract is planned in contract.c.
 */
#include "schema/names.h"
#include "sql/call_int.h"

static void put_comma(struct calling *c)
{
	if (c->written++)
		sql_lit(c->w, ", ");
}

static void put_context(struct calling *c)
{
	for (size_t i = 0; i < c->call->ncontext; i++) {
		struct param value = { .form = PARAM_TEXT };
		value.value = (struct pexpr){ .kind = PEXPR_CONTEXT, .name = c->call->context[i] };
		put_comma(c);
		size_t at = i + call_first(c->call) - c->call->ncontext;
		sql_param(c->w, &value, c->call->function->args[at].type->sql);
	}
}

static bool argument(struct calling *c, uint32_t id, struct gql_value **v)
{
	return planner_arg(c->p, c->field, c->nodes.at[0], &c->field->args[id], v);
}

static struct param json_param(struct calling *c, const struct gql_value *v,
	const struct gql_ref *type)
{
	return (struct param){ .value = planner_pexpr(c->p, v), .form = PARAM_JSON, .type = type };
}

static void put_null_json(struct calling *c)
{
	sql_lit(c->w, "null::jsonb");
}

/* All arguments as one object: jsonb_build_object('key', $1::jsonb, …). */
static bool put_arguments_object(struct calling *c)
{
	bool first = true;
	sql_lit(c->w, "jsonb_build_object(");
	for (uint32_t i = 0; i < c->field->nargs; i++) {
		struct gql_value *v;
		if (!argument(c, i, &v))
			return false;
		if (!v)
			continue;
		if (!first)
			sql_lit(c->w, ", ");
		first = false;
		sql_quoted(c->w, names_snake(c->p->arena, c->field->args[i].name));
		sql_lit(c->w, ", ");
		struct param value = json_param(c, v, c->field->args[i].type);
		sql_param(c->w, &value, S("jsonb"));
	}
	sql_lit(c->w, ")");
	return true;
}

static bool put_input(struct calling *c)
{
	put_comma(c);
	if (c->call->input_arg == UINT32_MAX)
		return put_arguments_object(c);
	struct gql_value *v;
	if (!argument(c, c->call->input_arg, &v))
		return false;
	if (!v) {
		put_null_json(c);
		return true;
	}
	struct param value = json_param(c, v, c->field->args[c->call->input_arg].type);
	sql_param(c->w, &value, c->call->function->args[call_first(c->call)].type->sql);
	return true;
}

/* The value for a typed parameter, or NULL when the client gave none. */
static bool named_value(struct calling *c, const struct call_named *n, struct gql_value **v)
{
	if (!argument(c, n->arg, v))
		return false;
	if (!n->field || !*v)
		return true;
	planner_consult(c->p, *v);
	bool is_object = (*v)->kind == GQL_OBJECTVAL && n->field->id < (*v)->n;
	*v = is_object ? (*v)->items[n->field->id] : NULL;
	return true;
}

/*
 * A row, or an array of rows in the order of the list, of the input's JSON; its types read the
 * texts.
 */
static void put_composite(struct calling *c, const struct call_named *n, const struct param *value)
{
	if (!n->list) {
		sql_lit(c->w, "jsonb_populate_record(null::");
		sql_catalog(c->w, n->composite->sql);
		sql_lit(c->w, ", ");
		sql_param(c->w, value, S("jsonb"));
		sql_lit(c->w, ")");
		return;
	}
	sql_lit(c->w,
		"(select case when i.j is not null then array(select fraiseql_row from "
		"jsonb_populate_recordset(null::");
	sql_catalog(c->w, n->composite->sql);
	sql_lit(c->w, ", i.j) fraiseql_row) end from (select ");
	sql_param(c->w, value, S("jsonb"));
	sql_lit(c->w, " as j) i)");
}

static bool put_named(struct calling *c)
{
	for (size_t i = 0; i < c->call->nnamed; i++) {
		const struct call_named *n = &c->call->named[i];
		const struct cat_argument *to = &c->call->function->args[call_first(c->call) + i];
		struct gql_value *v = NULL;
		bool bound = n->arg != UINT32_MAX;
		if (bound && !named_value(c, n, &v))
			return false;
		if (!v && (to->has_default || !bound))
			continue;
		put_comma(c);
		if (to->name.n) {
			sql_ident(c->w, to->name);
			sql_lit(c->w, " => ");
		}
		if (!v) {
			sql_lit(c->w, "null::");
			sql_catalog(c->w, to->type->sql);
			continue;
		}
		bool json = n->composite || (!n->leaf.scalar && !n->leaf.enum_type);
		struct param value = { .value = planner_pexpr(c->p, v), .leaf = n->leaf };
		value.form = json ? PARAM_JSON : n->list ? PARAM_ARRAY : PARAM_TEXT;
		value.type = n->field ? n->field->type : c->field->args[n->arg].type;
		if (n->composite)
			put_composite(c, n, &value);
		else
			sql_param(c->w, &value, to->type->sql);
	}
	return true;
}

/* schema.fn(…) */
bool call_put(struct calling *c)
{
	bool is_volatile = c->call->function->volatility == 'v';
	c->p->may_write |= is_volatile;
	c->w->params->varies |= is_volatile;
	sql_catalog(c->w, c->call->function->sql);
	sql_lit(c->w, "(");
	if (c->call->row) {
		put_row_arguments(c->w, c->scope, c->call->row);
		c->written = c->call->row->n;
	}
	put_context(c);
	bool ok = c->call->form == CALL_INPUT_JSONB ? put_input(c) : put_named(c);
	sql_lit(c->w, ")");
	return ok;
}

bool put_function_call(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_field *f, const struct binding *b, struct nodes nodes)
{
	struct calling c = { .p = p,
		.field = f,
		.binding = b,
		.call = b->call,
		.nodes = nodes,
		.scope = s,
		.w = w };
	return call_put(&c);
}

/* ---- rows, documents, values ---- */

static bool plan_rows_call(struct calling *c, struct plan_root *root)
{
	struct planner *p = c->p;
	struct row row = { .alias = p->aliases++, .source = c->binding->target };
	struct scope scope = { .row = &row };
	struct shape *object;
	if (!select_object(p, &scope, c->field->type->type, c->nodes, &object))
		return false;
	struct sql call = sql_on(p->arena, p->params), w = sql_on(p->arena, p->params);
	c->w = &call;
	if (!call_put(c))
		return false;
	bool many = gql_is_list(c->field->type);
	sql_lit(&w, "select ");
	put_slots(&w, &row);
	/* a function that returns one row returns a row of nulls for none */
	struct sql there = sql_on(p->arena, p->params);
	sql_lit(&there, "not ((");
	sql_alias(&there, row.alias);
	sql_lit(&there, ".*) is null)");
	struct rows_request q = { .field = c->field,
		.node = c->nodes.at[0],
		.binding = c->binding,
		.many = many,
		.joined = c->call->function->returns_set ? NULL : &there,
		.from = &call };
	if (!put_rows(p, &w, &row, &q))
		return false;
	root->kind = many ? ROOT_ROWS : ROOT_ROW;
	root->field.shape = shape_wrap(p, c->field->type, NULL, object);
	root->statement = planner_statement(p, &w);
	return true;
}

static bool plan_value_call(struct calling *c, struct plan_root *root)
{
	struct planner *p = c->p;
	struct shape *object = NULL;
	struct scope scope = { .embedded = true };
	if (gql_is_composite(c->field->type->type) &&
		!select_object(p, &scope, c->field->type->type, c->nodes, &object))
		return false;
	if (p->wants_row)
		return planner_fail(p, c->nodes.at[0], ERR_UNSUPPORTED,
			"Relations can't be followed from the result of \"%.*s\": it is a document, not a row.",
			STR_ARG(c->field->name));
	struct sql w = sql_on(p->arena, p->params);
	c->w = &w;
	bool is_void = c->call->result == RESULT_VOID;
	bool is_boolean = str_eq(c->field->type->type->name, S("Boolean"));
	sql_put_program(&w,
		!is_void             ? "select "
			: is_boolean ? "select true from "
				     : "select null from ");
	if (!put_call_value(p, &w, NULL, c->field, c->binding, c->nodes))
		return false;
	root->kind = ROOT_VALUE;
	root->field.shape = shape_wrap(p, c->field->type, &c->binding->leaf, object);
	root->statement = planner_statement(p, &w);
	return true;
}

bool plan_call(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root)
{
	const struct binding *b = model_binding(p->model, f);
	struct calling c = { .p = p, .field = f, .binding = b, .call = b->call, .nodes = nodes };
	p->params = arena_new(p->arena, struct params);
	p->aliases = 0;
	p->wants_row = false;
	/* a query's field is refused alone, a mutation as a whole: before anything is done */
	bool whole = p->req->operation->operation != AST_QUERY;
	bool ok = false;
	p->depth += whole;
	switch (b->call->result) {
	case RESULT_ROWS: ok = plan_rows_call(&c, root); break;
	case RESULT_JSON:
	case RESULT_VALUE:
	case RESULT_VOID: ok = plan_value_call(&c, root); break;
	case RESULT_MUTATION: ok = call_plan_mutation(&c, root); break;
	}
	p->depth -= whole;
	return ok;
}
