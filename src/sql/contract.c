/*
 * contract - statements of calls that follow the mutation contract.
 *
 * Whatever form the function's result has (enum contract_form), the statement selects one row of
 * enum mutation_column, with null for what the function does not say.
 *
 * When the selection of the entity follows relations, or the function does not return the entity
 * whole, it is read again through its source, in the same transaction and round trip: the call's
 * statement leaves the id in a setting of the transaction, the next statement reads it there. When
 * only the request shows that the function gave an id and no entity, a function of the schema
 * "fraiseql" reads it within the statement; being volatile it sees what was written.
 *
 * A set of rows is a list of results: the statement gives one row an item, ids are one array.
 */
#include "schema/names.h"
#include "sql/call_int.h"

/* ---- the row ---- */

static const struct contract_column {
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

static void put_out(struct sql *w, str name)
{
	sql_lit(w, "r.");
	sql_ident(w, name);
}

/*
 * The entity, or where the function gave none but an id, its row as a document. False, with nothing
 * written, where there is no row to read.
 */
static bool put_entity_or_row(struct calling *c, str name)
{
	const struct model *m = c->p->model;
	const struct backing *b = c->call->entity ? model_facts(m, c->call->entity)->source : NULL;
	const struct cat_column *id = b ? cat_column_find(b->relation, S("id")) : NULL;
	str out_id = find_out(c->call->function, "id", "id");
	if (!id || !out_id.n || !catalog_function(m->catalog, S("fraiseql.entity_of")))
		return false;
	sql_lit(c->w, "coalesce(to_jsonb(");
	put_out(c->w, name);
	sql_lit(c->w, "), case when ");
	put_out(c->w, out_id);
	sql_lit(c->w, " is not null then fraiseql.entity_of(");
	sql_quoted(c->w, b->relation->sql);
	sql_lit(c->w, "::regclass, ");
	put_out(c->w, out_id);
	sql_lit(c->w, "::text, ");
	sql_quoted(c->w, cat_type_plain(id->type)->sql);
	sql_lit(c->w, ", ");
	if (b->data)
		sql_quoted(c->w, b->data->name);
	else
		sql_lit(c->w, "null");
	sql_lit(c->w, ") end)");
	return true;
}

/* r.status, r.message, … */
static void put_columns(struct calling *c)
{
	for (size_t i = 0; i < COUNT(COLUMNS); i++) {
		str name = find_out(c->call->function, COLUMNS[i].name, COLUMNS[i].old_name);
		sql_put_program(c->w, i ? ", " : "");
		if (!name.n) {
			sql_lit(c->w, "null");
			continue;
		}
		if (i == MUTATION_ENTITY && put_entity_or_row(c, name))
			continue;
		sql_put_program(c->w, COLUMNS[i].json ? "to_json(" : "");
		put_out(c->w, name);
		sql_put_program(c->w, COLUMNS[i].json ? ")" : "");
	}
}

/* The row as a document; the source's document, when it is in it, is laid open. */
static void put_row_document(struct calling *c)
{
	const struct gql_type *t = c->call->entity;
	const struct backing *b = t ? model_facts(c->p->model, t)->source : NULL;
	str data = b && b->data ? b->data->name : STR_NONE;
	bool open = data.n && find_out(c->call->function, str_z(c->p->arena, data), "").n;
	if (!open) {
		sql_lit(c->w, "to_json(r.*)");
		return;
	}
	sql_lit(c->w, "(to_jsonb(r.*) - ");
	sql_quoted(c->w, data);
	sql_lit(c->w, "::text) || case jsonb_typeof(");
	put_out(c->w, data);
	sql_lit(c->w, "::jsonb) when 'object' then ");
	put_out(c->w, data);
	sql_lit(c->w, "::jsonb else '{}' end");
}

static void put_row(struct calling *c)
{
	str id = find_out(c->call->function, "id", "id");
	sql_lit(c->w, "case when (r.*) is null then 'not_found' else 'success' end, null, ");
	if (id.n)
		put_out(c->w, id);
	else
		sql_lit(c->w, "null");
	sql_lit(c->w, ", ");
	if (c->call->entity || c->call->entity_field)
		put_row_document(c);
	else
		sql_lit(c->w, "null");
	sql_lit(c->w, ", null, ");
	sql_put_program(c->w, c->call->entity || c->call->entity_field ? "null" : "to_json(r.*)");
}

/* A document with a status follows the contract, another one is the entity. */
static void put_json(struct calling *c)
{
	sql_lit(c->w,
		"case when r.v is null then 'not_found' when r.v->'status' is null then 'success' "
		"else coalesce(r.v->>'status', '') end, "
		"r.v->>'message', r.v->>'id', "
		"case when r.v->'status' is null then r.v "
		"else coalesce(r.v->'entity', r.v->'object_data') end, "
		"r.v->'updated_fields', coalesce(r.v->'metadata', r.v->'extra_metadata')");
}

static void put_contract_columns(struct calling *c)
{
	switch (c->call->contract) {
	case CONTRACT_COLUMNS: put_columns(c); break;
	case CONTRACT_ROW: put_row(c); break;
	case CONTRACT_JSON: put_json(c); break;
	case CONTRACT_ID:
		sql_lit(c->w,
			"case when r.v is null then 'not_found' else 'success' end, null, r.v, "
			"null, null, null");
		break;
	case CONTRACT_VOID: sql_lit(c->w, "'success', null, null, null, null, null"); break;
	}
}

/*
 * The id of the entity that is read again: what the function says it is, or the one in the entity's
 * document. `none`: what stands for no id.
 */
static void put_entity_id(struct calling *c, const char *none)
{
	bool columns = c->call->contract == CONTRACT_COLUMNS;
	str id = find_out(c->call->function, "id", "id"), entity = STR_NONE;
	if (columns)
		entity = find_out(c->call->function, "entity", "object_data");
	sql_lit(c->w, "coalesce(");
	if (c->call->contract == CONTRACT_ID)
		sql_lit(c->w, "r.v::text, ");
	if (c->call->contract == CONTRACT_JSON)
		sql_lit(c->w, "r.v->>'id', r.v->'entity'->>'id', r.v->'object_data'->>'id', ");
	if (id.n) {
		put_out(c->w, id);
		sql_lit(c->w, "::text, ");
	}
	if (entity.n) {
		sql_lit(c->w, "to_jsonb(");
		put_out(c->w, entity);
		sql_lit(c->w, ")->>'id', ");
	}
	sql_put_program(c->w, none);
	sql_lit(c->w, ")");
}

/* … from schema.fn(…) r */
static bool put_from(struct calling *c)
{
	enum contract_form form = c->call->contract;
	bool row = form == CONTRACT_COLUMNS || form == CONTRACT_ROW;
	sql_lit(c->w, " from ");
	if (!call_put(c))
		return false;
	sql_put_program(c->w, row ? " r" : " r(v)");
	return true;
}

/* ---- entities that are read again ---- */

static const struct cat_column *id_column(const struct backing *b)
{
	return b ? cat_column_find(b->relation, S("id")) : NULL;
}

static void put_id_of(struct sql *w, const struct row *row, const struct cat_column *id)
{
	sql_alias(w, row->alias);
	sql_lit(w, ".");
	sql_ident(w, id->name);
}

/* " from source t where its id is the one in the setting"; of a list one row an item, behind whose
 * slots stands the id that was found. */
static void put_reread_from(struct calling *c, struct sql *w, const struct row *row,
	const struct cat_column *id)
{
	str type = cat_type_plain(id->type)->sql;
	if (c->call->list) {
		sql_lit(w, ", ");
		put_id_of(w, row, id);
		sql_lit(w,
			" from unnest(current_setting('fraiseql.entity_id', true)::text[]) with "
			"ordinality k(id, n) left join ");
	} else {
		sql_lit(w, " from ");
	}
	sql_relation(w, row->source->relation);
	sql_lit(w, " ");
	sql_alias(w, row->alias);
	sql_put_program(w, c->call->list ? " on " : " where ");
	put_id_of(w, row, id);
	sql_put_program(w,
		c->call->list ? " = k.id::"
			      : " = nullif(current_setting('fraiseql.entity_id', true), '')::");
	sql_catalog(w, type);
	sql_put_program(w, c->call->list ? " order by k.n" : " limit 1");
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
	put_reread_from(c, &w, &row, id);
	*out = (struct reread){ planner_statement(p, &w), object, field };
	return true;
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
		bool partial = c->call->partial && member == c->call->success &&
			copy[i].field == c->call->entity_field;
		if (!copy[i].wants_row && !partial)
			continue;
		struct nodes nodes = { copy[i].nodes, copy[i].nnodes };
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
	bool partial = member == c->call->success && c->call->partial;
	bool wanted = p->wants_row || partial;
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

/* ---- the call ---- */

static bool put_call(struct calling *c, bool again)
{
	sql_lit(c->w, "select ");
	put_contract_columns(c);
	if (again) {
		sql_lit(c->w, ", set_config('fraiseql.entity_id', ");
		put_entity_id(c, "''");
		sql_lit(c->w, ", true)");
	}
	return put_from(c);
}

/* The rows, in their order, and all their ids in the setting. */
static bool put_list(struct calling *c)
{
	sql_lit(c->w,
		"with q as materialized (select v.*, row_number() over () as fraiseql_n from "
		"(select ");
	put_contract_columns(c);
	sql_lit(c->w, ", ");
	put_entity_id(c, "null");
	sql_lit(c->w, " as fraiseql_id");
	if (!put_from(c))
		return false;
	sql_lit(c->w,
		") v) select q.*, k.k is null from q cross join (select "
		"set_config('fraiseql.entity_id', coalesce(array_agg(q.fraiseql_id order by "
		"q.fraiseql_n)::text, '{}'), true) as k from q) k order by q.fraiseql_n");
	return true;
}

/* ---- the plan ---- */

/* The key of the error member's conflict entity. */
static str conflict_key(struct planner *p, const struct gql_type *error)
{
	for (size_t i = 0; error && i < error->nfields; i++) {
		const struct gql_field *f = &error->fields[i];
		if (gql_is_composite(f->type->type) && str_starts(f->name, S("conflict")))
			return names_snake(p->arena, f->name);
	}
	return STR_NONE;
}

bool call_plan_mutation(struct calling *c, struct plan_root *root)
{
	struct planner *p = c->p;
	const struct call *call = c->call;
	struct params *params = p->params;
	struct mutation_plan *m = arena_new(p->arena, struct mutation_plan);
	*m = (struct mutation_plan){ .call = call, .is_union = call->error != NULL };
	if (call->entity_field)
		m->entity_key = names_snake(p->arena, call->entity_field->name);
	m->conflict_key = conflict_key(p, call->error);
	int first = (int)p->statements.n;
	vec_push(p->arena, &p->statements); /* the call comes before what is read again */
	if (!plan_member(c, call->success, m, &m->success))
		return false;
	if (m->is_union && !plan_member(c, call->error, m, &m->error))
		return false;
	struct sql w = sql_on(p->arena, params);
	c->w = &w;
	p->params = params;
	if (!(call->list && m->nrereads ? put_list(c) : put_call(c, m->nrereads > 0)))
		return false;
	int last = planner_statement(p, &w);
	p->statements.at[first] = p->statements.at[last];
	p->statements.n--;
	root->kind = ROOT_MUTATION;
	root->mutation = m;
	root->field.shape = shape_wrap(p, c->field->type, NULL, m->success);
	root->statement = first;
	return true;
}
