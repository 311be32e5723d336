/*
 * contract - results of mutations: a status, a message, and the entity in its new state.
 *
 * A function says what it did in one of several forms (enum contract_form); all of them come to one
 * row of status, message, id, entity, updated fields and metadata (enum mutation_column), from
 * which the result's member is made. Columns may have FraiseQL 0.11's names. What a form does not
 * say is taken for granted: a plain row is a success whose entity it is, an empty one means that
 * there was no such entity.
 *
 * An entity that the function does not return whole is read again through its type's source, by its
 * id.
 */
#include "schema/call_int.h"

static bool is_contract_name(str name)
{
	static const str COMPANIONS[] = { STR_INIT("message"), STR_INIT("entity"),
		STR_INIT("metadata"), STR_INIT("updated_fields"), STR_INIT("object_data"),
		STR_INIT("extra_metadata") };
	for (size_t i = 0; i < COUNT(COMPANIONS); i++)
		if (str_eq(name, COMPANIONS[i]))
			return true;
	return false;
}

bool contract_is(const struct compiler *c, const struct cat_function *fn)
{
	const struct cat_type *t = cat_type_plain(fn->returns);
	const struct cat_relation *r = catalog_relation_by_oid(c->catalog, t->relation_oid);
	if (!result_has_column(fn, S("status")) || (r && r->kind != 'c'))
		return false;
	for (size_t i = 0; i < fn->nout; i++)
		if (is_contract_name(fn->out[i].name))
			return true;
	return false;
}

/* ---- the columns' types ---- */

static bool is_text(const struct cat_type *t)
{
	static const str NAMES[] = { STR_INIT("text"), STR_INIT("varchar"), STR_INIT("bpchar"),
		STR_INIT("name"), STR_INIT("citext") };
	t = cat_type_plain(t);
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(t->name, NAMES[i]))
			return true;
	return t->kind == CAT_ENUM;
}

static bool is_document(const struct cat_type *t)
{
	return result_is_json(t) || cat_type_plain(t)->kind == CAT_COMPOSITE;
}

static bool is_text_list(const struct cat_type *t)
{
	t = cat_type_plain(t);
	return result_is_json(t) || (t->kind == CAT_ARRAY && t->base && is_text(t->base));
}

static bool check_types(struct calling *k)
{
	static const struct {
		str name;
		bool (*fits)(const struct cat_type *t);
		str wanted;
	} RULES[] = {
		{ STR_INIT("status"), is_text, STR_INIT("text") },
		{ STR_INIT("message"), is_text, STR_INIT("text") },
		{ STR_INIT("entity"), is_document, STR_INIT("jsonb or a row") },
		{ STR_INIT("object_data"), is_document, STR_INIT("jsonb or a row") },
		{ STR_INIT("updated_fields"), is_text_list, STR_INIT("text[]") },
		{ STR_INIT("metadata"), is_document, STR_INIT("jsonb") },
		{ STR_INIT("extra_metadata"), is_document, STR_INIT("jsonb") },
	};
	struct arena *a = k->c->arena;
	for (size_t i = 0; i < k->function->nout; i++) {
		const struct cat_argument *out = &k->function->out[i];
		for (size_t n = 0; n < COUNT(RULES); n++) {
			if (!str_eq(out->name, RULES[n].name) || RULES[n].fits(out->type))
				continue;
			return result_refuse(k,
				str_printf(a,
					"the column \"%.*s\" of the function \"%.*s\" is %.*s.",
					STR_ARG(out->name), STR_ARG(k->function->name),
					STR_ARG(out->type->sql)),
				str_printf(a, "By the mutation contract it is %.*s.",
					STR_ARG(RULES[n].wanted)));
		}
	}
	return true;
}

/* ---- members and the entity ---- */

static bool is_error_member(const struct gql_type *t)
{
	return str_ends(t->name, S("Error")) || str_ends(t->name, S("Failure")) ||
		map_find(&t->by_name, S("code")) || map_find(&t->by_name, S("errors"));
}

/* A type whose rows can be read from its source. */
static bool has_rows(const struct compiler *c, const struct gql_type *t)
{
	const struct backing *b = c->facts[t->id].source;
	return t->kind == GQL_OBJECT && b && b->relation->kind != 'c';
}

static bool holds_entity(const struct compiler *c, const struct gql_field *f, bool row)
{
	if (str_starts(f->name, S("conflict")) || str_eq(f->name, S("errors")))
		return false;
	return row ? has_rows(c, f->type->type) && !gql_is_list(f->type)
		   : gql_is_composite(f->type->type);
}

static void find_entity(struct calling *k)
{
	struct call *call = k->call;
	if (has_rows(k->c, call->success)) {
		call->entity = call->success;
		return;
	}
	for (size_t pass = 0; pass < 2 && !call->entity_field; pass++)
		for (size_t i = 0; i < call->success->nfields && !call->entity_field; i++)
			if (holds_entity(k->c, &call->success->fields[i], pass == 0))
				call->entity_field = &call->success->fields[i];
	if (call->entity_field && holds_entity(k->c, call->entity_field, true))
		call->entity = call->entity_field->type->type;
}

bool bind_members(struct calling *k)
{
	const struct gql_type *t = k->field->type->type;
	struct call *call = k->call;
	call->result = RESULT_MUTATION;
	if (t->kind == GQL_OBJECT)
		call->success = t;
	for (size_t i = 0; t->kind == GQL_UNION && i < t->npossible; i++) {
		const struct gql_type **side =
			is_error_member(t->possible[i]) ? &call->error : &call->success;
		if (*side)
			return result_refuse(k,
				str_printf(k->c->arena,
					"\"%.*s\" and \"%.*s\" are both the %s member of the union.",
					STR_ARG((*side)->name), STR_ARG(t->possible[i]->name),
					side == &call->error ? "error" : "success"),
				S("A result has one success and one error member; that of errors is "
				  "told by a name that ends in Error or Failure, or a field \"code\" "
				  "or \"errors\"."));
		*side = t->possible[i];
	}
	if (!call->success)
		return result_refuse(k, S("the union has no success member."), STR_NONE);
	find_entity(k);
	return true;
}

/* ---- forms ---- */

static const struct cat_column *source_id(const struct compiler *c, const struct gql_type *t)
{
	const struct backing *b = t ? c->facts[t->id].source : NULL;
	return b ? cat_column_find(b->relation, S("id")) : NULL;
}

static const struct cat_argument *out_column(const struct cat_function *fn, str name)
{
	for (size_t i = 0; i < fn->nout; i++)
		if (str_eq(fn->out[i].name, name))
			return &fn->out[i];
	return NULL;
}

/* A column that a field of the type is read from and that the function does not return. */
static const struct cat_column *missing_column(struct calling *k, const struct gql_type *t)
{
	const struct backing *b = k->c->facts[t->id].source;
	for (size_t i = 0; i < t->nfields; i++) {
		const struct binding *f = &k->c->bindings[t->fields[i].id];
		const struct cat_column *column = f->kind != BIND_PLACE ? NULL
			: f->place.column                               ? f->place.column
									: b->data;
		if (column && !result_has_column(k->function, column->name))
			return column;
	}
	return NULL;
}

static bool is_value(const struct cat_function *fn)
{
	const struct cat_type *t = cat_type_plain(fn->returns);
	bool plain = t->kind != CAT_COMPOSITE && t->kind != CAT_PSEUDO && t->kind != CAT_ARRAY;
	return plain && !result_is_json(t) && fn->nout <= 1 && !fn->returns_set;
}

bool contract_is_key(struct calling *k, const struct gql_type *t)
{
	const struct cat_column *id = source_id(k->c, t);
	const struct cat_function *fn = k->function;
	if (gql_is_list(k->field->type) || !has_rows(k->c, t) || !id)
		return false;
	if (is_value(fn))
		return cat_type_plain(fn->returns) == cat_type_plain(id->type);
	const struct cat_argument *out = out_column(fn, S("id"));
	return out && cat_type_plain(out->type) == cat_type_plain(id->type) && missing_column(k, t);
}

static bool find_form(struct calling *k)
{
	const struct cat_function *fn = k->function;
	const struct cat_type *returns = cat_type_plain(fn->returns);
	if (contract_is(k->c, fn))
		k->call->contract = CONTRACT_COLUMNS;
	else if (str_eq(returns->name, S("void")))
		k->call->contract = CONTRACT_VOID;
	else if (result_is_json(returns))
		k->call->contract = CONTRACT_JSON;
	else if (is_value(fn))
		k->call->contract = CONTRACT_ID;
	else if (fn->nout > 0)
		k->call->contract = CONTRACT_ROW;
	else
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a union.",
				STR_ARG(result_returned(k))),
			S("A union of a success and an error type needs a function that returns "
			  "fraiseql.mutation_result."));
	return true;
}

static bool check_id(struct calling *k)
{
	const struct cat_column *id = source_id(k->c, k->call->entity);
	if (id && cat_type_plain(id->type) == cat_type_plain(k->function->returns))
		return true;
	return result_refuse(k,
		str_printf(k->c->arena, "%.*s, which is not the id of an entity.",
			STR_ARG(result_returned(k))),
		S("Let it return fraiseql.mutation_result, a row, or the id by which the entity is "
		  "read."));
}

/* A row of the function against the entity: is it whole, or can it be read again? */
static bool check_row(struct calling *k)
{
	const struct gql_type *t = k->call->entity;
	const struct cat_column *missing = t ? missing_column(k, t) : NULL;
	if (!missing)
		return true;
	k->call->partial = true;
	if (out_column(k->function, S("id")) && source_id(k->c, t))
		return true;
	return result_refuse(k,
		str_printf(k->c->arena,
			"%.*s, without the column \"%.*s\" that \"%.*s\" is read from, and "
			"without an id to read it by.",
			STR_ARG(result_returned(k)), STR_ARG(missing->name), STR_ARG(t->name)),
		S("Let it return the id, too."));
}

/* By the contract the id is enough: the entity is read again. */
static bool check_columns(struct calling *k)
{
	const struct cat_function *fn = k->function;
	bool has_entity = out_column(fn, S("entity")) || out_column(fn, S("object_data"));
	k->call->partial = !has_entity && k->call->entity && out_column(fn, S("id")) &&
		source_id(k->c, k->call->entity);
	return check_types(k);
}

bool contract_bind(struct calling *k, struct binding *out)
{
	const struct gql_ref *bare = gql_nullable(k->field->type);
	const struct gql_type *t = k->field->type->type;
	UNUSED(out);
	k->call->list = bare->kind == AST_TYPE_LIST;
	if (!gql_is_composite(t) || t->kind == GQL_INTERFACE ||
		(k->call->list && gql_is_list(bare->of)))
		return result_refuse(k,
			S("a mutation function needs an object type, a union, or a list of them "
			  "as result."),
			STR_NONE);
	if (k->call->list && !k->function->returns_set)
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a list.",
				STR_ARG(result_returned(k))),
			S("Let the function return SETOF or TABLE: one row an item."));
	if (!bind_members(k) || !find_form(k))
		return false;
	switch (k->call->contract) {
	case CONTRACT_COLUMNS: return check_columns(k);
	case CONTRACT_ROW: return check_row(k);
	case CONTRACT_ID: k->call->partial = true; return check_id(k);
	case CONTRACT_JSON:
	case CONTRACT_VOID: break;
	}
	return true;
}

/* ---- @status ---- */

static bool read_meaning(struct calling *k, const struct ast_value *v, enum err_code *out)
{
	if (v->kind == AST_ENUM && str_eq(v->text, S("SUCCESS"))) {
		*out = ERR_NONE;
		return true;
	}
	if (v->kind == AST_ENUM)
		*out = err_by_name(v->text);
	if (v->kind == AST_ENUM && *out != ERR_COUNT)
		return true;
	diag_error(k->c, k->field->source, v->at, "\"means\" of @status is not known.");
	return false;
}

void contract_statuses(struct calling *k)
{
	struct compiler *c = k->c;
	const struct ast_directives *l = &k->field->node->directives;
	struct status_rule *rules = arena_array(c->arena, struct status_rule, l->n);
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct ast_directive *d = &l->at[i];
		if (!str_eq(d->name.text, S("status")))
			continue;
		const struct ast_value *means = directive_arg(d, "means");
		if (k->call->result != RESULT_MUTATION) {
			diag_error(c, k->field->source, d->at,
				"%.*s.%.*s: its function returns no status.",
				STR_ARG(k->field->parent->name), STR_ARG(k->field->name));
			return;
		}
		if (means && directive_text(c, k->field->source, d, "match", &rules[n].match) &&
			read_meaning(k, means, &rules[n].code))
			n++;
	}
	k->call->statuses = rules;
	k->call->nstatuses = n;
}
