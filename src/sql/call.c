/*
 * call - root fields that are PostgreSQL functions.
 *
 * A call is written with its context values first (by position, as they are declared), then one
 * jsonb made of the input, or typed parameters by name. Parameters that were not given are left
 * out, so that the function's defaults apply. By the mutation contract a function returns one row;
 * its columns are selected in the order of enum mutation_column, with null for those it does not
 * have.
 *
 * When the selection of the entity follows relations, the entity is read again through its source,
 * in the same transaction and round trip: the call's statement leaves the id in a setting of the
 * transaction, the next statement reads it there.
 */
#include "schema/names.h"
#include "sql/planner_int.h"

struct calling {
	struct planner *p;
	const struct gql_field *field;
	const struct binding *binding;
	const struct call *call;
	struct nodes nodes;
	const struct scope *scope; /* BIND_COMPUTED: of the row */
	struct sql *w;
	size_t written; /* parameters so far */
};

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
		bool json = !n->leaf.scalar && !n->leaf.enum_type;
		struct param value = { .value = planner_pexpr(c->p, v), .leaf = n->leaf };
		value.form = json ? PARAM_JSON : n->list ? PARAM_ARRAY : PARAM_TEXT;
		value.type = n->field ? n->field->type : c->field->args[n->arg].type;
		sql_param(c->w, &value, to->type->sql);
	}
	return true;
}

/* schema.fn(…) */
static bool put_call(struct calling *c)
{
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
	return put_call(&c);
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
	if (!put_call(c))
		return false;
	bool many = gql_is_list(c->field->type);
	sql_lit(&w, "select ");
	put_slots(&w, &row);
	struct rows_request q = { .field = c->field,
		.node = c->nodes.at[0],
		.binding = c->binding,
		.many = many,
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

/* ---- the mutation contract ---- */

static const struct {
	const char *name, *old_name; /* old_name: FraiseQL 0.11's */
	bool json;
} COLUMNS[MUTATION_COLUMNS] = {
	[MUTATION_STATUS] = { "status", "status", false },
	[MUTATION_MESSAGE] = { "message", "message", false },
	[MUTATION_ID] = { "id", "id", false },
	[MUTATION_ENTITY] = { "entity", "object_data", true },
	[MUTATION_UPDATED_FIELDS] = { "updated_fields", "updated_fields", true },
	[MUTATION_METADATA] = { "metadata", "extra_metadata", true },
};

static str find_out(const struct cat_function *f, const char *name, const char *old_name)
{
	for (size_t i = 0; i < f->nout; i++)
		if (str_eq(f->out[i].name, str_from(name)) ||
			str_eq(f->out[i].name, str_from(old_name)))
			return f->out[i].name;
	return STR_NONE;
}

static void put_contract_columns(struct calling *c)
{
	for (size_t i = 0; i < COUNT(COLUMNS); i++) {
		str name = find_out(c->call->function, COLUMNS[i].name, COLUMNS[i].old_name);
		if (i)
			sql_lit(c->w, ", ");
		if (!name.n) {
			sql_lit(c->w, "null");
			continue;
		}
		sql_put_program(c->w, COLUMNS[i].json ? "to_json(r." : "r.");
		sql_ident(c->w, name);
		sql_put_program(c->w, COLUMNS[i].json ? ")" : "");
	}
}

static const struct cat_column *id_column(const struct backing *b)
{
	return b ? cat_column_find(b->relation, S("id")) : NULL;
}

static bool plan_reread(struct calling *c, struct nodes nodes, uint32_t field, struct reread *out)
{
	struct planner *p = c->p;
	const struct backing *source = model_facts(p->model, c->call->entity)->source;
	const struct cat_column *id = id_column(source);
	if (!id)
		return planner_fail(p, nodes.at[0], ERR_UNSUPPORTED,
			"Relations of \"%.*s\" can't be followed here: its source has no column \"id\".",
			STR_ARG(c->call->entity->name));
	p->params = arena_new(p->arena, struct params);
	struct row row = { .alias = p->aliases++, .source = source };
	struct scope scope = { .row = &row };
	struct shape *object;
	if (!select_object(p, &scope, c->call->entity, nodes, &object))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	sql_lit(&w, "select ");
	put_slots(&w, &row);
	sql_lit(&w, " from ");
	sql_catalog(&w, source->relation->sql);
	sql_lit(&w, " ");
	sql_alias(&w, row.alias);
	sql_lit(&w, " where ");
	sql_alias(&w, row.alias);
	sql_lit(&w, ".");
	sql_ident(&w, id->name);
	sql_lit(&w, " = nullif(current_setting('fraiseql.entity_id', true), '')::");
	sql_catalog(&w, cat_type_plain(id->type)->sql);
	sql_lit(&w, " limit 1");
	*out = (struct reread){ planner_statement(p, &w), object, field };
	return true;
}

/* The nodes of the field with that response key in a member's selection. */
static struct nodes nodes_of(struct calling *c, const struct gql_type *member, str key)
{
	struct planner *p = c->p;
	const struct ast_selections **sets =
		arena_array(p->arena, const struct ast_selections *, c->nodes.n);
	for (size_t i = 0; i < c->nodes.n; i++)
		sets[i] = &c->nodes.at[i]->selections;
	struct collection fields = { 0 };
	gql_collect(&p->collect, member, sets, c->nodes.n, &fields);
	for (size_t i = 0; i < fields.n; i++)
		if (str_eq(fields.at[i].key, key))
			return (struct nodes){ fields.at[i].fields, fields.at[i].n };
	return (struct nodes){ 0 };
}

static bool plan_member_rereads(struct calling *c, const struct gql_type *member,
	struct shape *shape, struct mutation_plan *m)
{
	struct planner *p = c->p;
	const struct shape_fields *fields = &shape->variants[0];
	struct shape_field *copy = arena_array(p->arena, struct shape_field, fields->n);
	struct reread *rereads = arena_array(p->arena, struct reread, fields->n);
	for (size_t i = 0; i < fields->n; i++) {
		copy[i] = fields->at[i];
		if (!copy[i].wants_row)
			continue;
		struct nodes nodes = nodes_of(c, member, copy[i].name);
		if (member == c->call->error || copy[i].field->type->type != c->call->entity)
			return planner_fail(p, nodes.at[0], ERR_UNSUPPORTED,
				"Relations can't be followed from \"%.*s.%.*s\".",
				STR_ARG(member->name), STR_ARG(copy[i].field->name));
		copy[i].from = FROM_SPLICE;
		copy[i].slot = (uint32_t)m->nrereads;
		if (!plan_reread(c, nodes, (uint32_t)i, &rereads[m->nrereads++]))
			return false;
	}
	struct shape_fields *variant = arena_new(p->arena, struct shape_fields);
	*variant = (struct shape_fields){ fields->type, copy, fields->n };
	shape->variants = variant;
	if (m->nrereads)
		m->rereads = rereads;
	return true;
}

static bool plan_member(struct calling *c, const struct gql_type *member, struct mutation_plan *m,
	const struct shape **out)
{
	struct planner *p = c->p;
	struct scope scope = { .embedded = true };
	struct shape *shape;
	p->wants_row = false;
	if (!select_object(p, &scope, member, c->nodes, &shape))
		return false;
	bool wanted = p->wants_row;
	p->wants_row = false;
	*out = shape;
	if (!wanted)
		return true;
	if (member != c->call->entity)
		return plan_member_rereads(c, member, shape, m);
	struct reread *whole = arena_new(p->arena, struct reread);
	m->rereads = whole;
	m->nrereads = 1;
	return plan_reread(c, c->nodes, UINT32_MAX, whole);
}

static str key_of(struct planner *p, const struct gql_type *member, const struct gql_type *entity,
	bool conflict)
{
	for (size_t i = 0; member && entity && i < member->nfields; i++) {
		const struct gql_field *f = &member->fields[i];
		if (f->type->type == entity && str_starts(f->name, S("conflict")) == conflict)
			return names_snake(p->arena, f->name);
	}
	return STR_NONE;
}

static bool plan_mutation(struct calling *c, struct plan_root *root)
{
	struct planner *p = c->p;
	struct params *params = p->params;
	struct mutation_plan *m = arena_new(p->arena, struct mutation_plan);
	*m = (struct mutation_plan){ .call = c->call, .is_union = c->call->error != NULL };
	const struct gql_type *success = c->call->success ? c->call->success : c->field->type->type;
	if (success != c->call->entity)
		m->entity_key = key_of(p, success, c->call->entity, false);
	m->conflict_key = key_of(p, c->call->error, c->call->entity, true);
	int first = (int)p->statements.n;
	vec_push(p->arena, &p->statements); /* the call comes before what is read again */
	if (!plan_member(c, success, m, &m->success))
		return false;
	if (m->is_union && !plan_member(c, c->call->error, m, &m->error))
		return false;
	struct sql w = sql_on(p->arena, params);
	c->w = &w;
	p->params = params;
	sql_lit(&w, "select ");
	put_contract_columns(c);
	str id = find_out(c->call->function, "id", "id");
	if (m->nrereads && id.n) {
		sql_lit(&w, ", set_config('fraiseql.entity_id', coalesce(r.");
		sql_ident(&w, id);
		sql_lit(&w, "::text, ''), true)");
	}
	sql_lit(&w, " from ");
	if (!put_call(c))
		return false;
	sql_lit(&w, " r");
	int last = planner_statement(p, &w);
	p->statements.at[first] = p->statements.at[last];
	p->statements.n--;
	root->kind = ROOT_MUTATION;
	root->mutation = m;
	root->field.shape = shape_wrap(p, c->field->type, NULL, m->success);
	root->statement = first;
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
	p->depth++;
	bool ok = false;
	switch (b->call->result) {
	case RESULT_ROWS: ok = plan_rows_call(&c, root); break;
	case RESULT_JSON:
	case RESULT_VALUE:
	case RESULT_VOID: ok = plan_value_call(&c, root); break;
	case RESULT_MUTATION: ok = plan_mutation(&c, root); break;
	}
	p->depth--;
	return ok;
}
