/*
 * result - what a function returns against what its field promises.
 */
#include "schema/call_int.h"

static bool is_json(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

/* A problem at the directive. Returns false. */
static bool refuse(struct calling *k, str message, str hint)
{
	struct diagnostic *d =
		diag_error(k->c, k->field->source, k->directive->at, "%.*s.%.*s: %.*s",
			STR_ARG(k->field->parent->name), STR_ARG(k->field->name), STR_ARG(message));
	d->hint = hint;
	return false;
}

static str returned(struct calling *k)
{
	const struct cat_function *fn = k->function;
	return str_printf(k->c->arena, "the function \"%.*s\" returns %s%.*s", STR_ARG(fn->name),
		fn->returns_set ? "a set of " : "", STR_ARG(fn->returns->sql));
}

static bool has_column(const struct cat_function *fn, str name)
{
	for (size_t i = 0; i < fn->nout; i++)
		if (str_eq(fn->out[i].name, name))
			return true;
	return false;
}

/* ---- the mutation contract ---- */

static bool is_contract(const struct compiler *c, const struct cat_function *fn)
{
	static const str COMPANIONS[] = { STR_INIT("message"), STR_INIT("entity"),
		STR_INIT("metadata"), STR_INIT("updated_fields"), STR_INIT("object_data"),
		STR_INIT("extra_metadata") };
	const struct cat_type *t = cat_type_plain(fn->returns);
	const struct cat_relation *r = catalog_relation_by_oid(c->catalog, t->relation_oid);
	if (!has_column(fn, S("status")) || (r && r->kind != 'c'))
		return false;
	for (size_t i = 0; i < COUNT(COMPANIONS); i++)
		if (has_column(fn, COMPANIONS[i]))
			return true;
	return false;
}

static bool is_error_member(const struct gql_type *t)
{
	return str_ends(t->name, S("Error")) || str_ends(t->name, S("Failure")) ||
		map_find(&t->by_name, S("code")) || map_find(&t->by_name, S("errors"));
}

/* A type whose rows can be read from its source. */
static bool has_rows(const struct compiler *c, const struct gql_type *t)
{
	const struct backing *b = c->facts[t->id].source;
	return b && b->relation->kind != 'c';
}

static const struct gql_type *find_entity(const struct compiler *c, const struct gql_type *success)
{
	if (has_rows(c, success))
		return success;
	for (size_t i = 0; i < success->nfields; i++) {
		const struct gql_field *f = &success->fields[i];
		if (f->type->type->kind == GQL_OBJECT && !gql_is_list(f->type) &&
			!str_starts(f->name, S("conflict")) && has_rows(c, f->type->type))
			return f->type->type;
	}
	return NULL;
}

static bool result_contract(struct calling *k)
{
	const struct gql_type *t = k->field->type->type;
	if (gql_is_list(k->field->type) || !gql_is_composite(t) || t->kind == GQL_INTERFACE)
		return refuse(k,
			S("a mutation function needs an object type or a union as result."),
			STR_NONE);
	return bind_members(k);
}

bool bind_members(struct calling *k)
{
	const struct gql_type *t = k->field->type->type;
	struct call *call = k->call;
	call->result = RESULT_MUTATION;
	if (t->kind == GQL_OBJECT) {
		call->success = t;
		call->entity = find_entity(k->c, t);
		return true;
	}
	for (size_t i = 0; i < t->npossible; i++) {
		const struct gql_type **side =
			is_error_member(t->possible[i]) ? &call->error : &call->success;
		if (*side)
			return refuse(k,
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
		return refuse(k, S("the union has no success member."), STR_NONE);
	call->entity = find_entity(k->c, call->success);
	return true;
}

/* ---- rows ---- */

/* A type without a source gets the columns of the first function that returns it. */
static const struct backing *function_backing(struct calling *k, const struct gql_type *t)
{
	struct arena *a = k->c->arena;
	const struct cat_function *fn = k->function;
	struct cat_relation *r = arena_new(a, struct cat_relation);
	*r = (struct cat_relation){ .schema = fn->schema,
		.name = fn->name,
		.sql = fn->sql,
		.kind = 'c',
		.columns = arena_array(a, struct cat_column, fn->nout),
		.ncolumns = fn->nout,
		.column_by_name = map_on(a, 0) };
	for (size_t i = 0; i < fn->nout; i++) {
		struct cat_column *column = &r->columns[i];
		*column = (struct cat_column){ .name = fn->out[i].name,
			.type = fn->out[i].type,
			.number = (uint32_t)i + 1,
			.relation = r };
		map_set(&r->column_by_name, column->name, column);
	}
	return bind_to_columns(k->c, t, r);
}

/* Does the function's row have all columns that the type's fields are read from? */
static bool check_columns(struct calling *k, const struct gql_type *t, const struct backing *b)
{
	const struct cat_function *fn = k->function;
	for (size_t i = 0; i < t->nfields; i++) {
		const struct binding *f = &k->c->bindings[t->fields[i].id];
		const struct cat_column *column = f->kind != BIND_PLACE ? NULL
			: f->place.column                               ? f->place.column
									: b->data;
		if (column && !has_column(fn, column->name))
			return refuse(k,
				str_printf(k->c->arena,
					"%.*s, without the column \"%.*s\" that %.*s.%.*s is read from.",
					STR_ARG(returned(k)), STR_ARG(column->name),
					STR_ARG(t->name), STR_ARG(t->fields[i].name)),
				str_printf(k->c->arena, "Let it return rows of \"%.*s\".",
					STR_ARG(b->relation->name)));
	}
	return true;
}

static bool result_rows(struct calling *k, struct binding *out)
{
	const struct gql_type *t = k->field->type->type;
	const struct backing *b = k->c->facts[t->id].source;
	if (t->kind == GQL_UNION)
		return refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a union.",
				STR_ARG(returned(k))),
			S("A union of a success and an error type needs a function that returns "
			  "fraiseql.mutation_result."));
	if (gql_is_list(k->field->type) && !k->function->returns_set)
		return refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a list.",
				STR_ARG(returned(k))),
			S("Let the function return SETOF or TABLE."));
	k->call->result = RESULT_ROWS;
	if (!b)
		b = function_backing(k, t);
	out->target = b;
	return check_columns(k, t, b);
}

/* ---- documents and values ---- */

static bool result_document(struct calling *k)
{
	if (k->field->parent == k->c->gql->mutation && k->field->type->type->kind == GQL_UNION)
		return refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a union.",
				STR_ARG(returned(k))),
			S("A union of a success and an error type needs a function that returns "
			  "fraiseql.mutation_result."));
	if (k->function->returns_set)
		return refuse(k,
			str_printf(k->c->arena, "%.*s, which is not implemented yet.",
				STR_ARG(returned(k))),
			S("Let it return one document; jsonb_agg makes a list."));
	k->call->result = RESULT_JSON;
	return true;
}

/* A leaf, or a list of them: an array, or a set of leaves. */
static bool result_value(struct calling *k, struct binding *out)
{
	struct compiler *c = k->c;
	const struct gql_field *f = k->field;
	const struct gql_ref *ref = gql_nullable(f->type);
	const struct cat_type *type = cat_type_plain(k->function->returns);
	bool list = gql_is_list(f->type), set = k->function->returns_set;
	str fits = STR_NONE;
	k->call->result = RESULT_VALUE;
	if (list && set)
		ref = ref->of;
	else if (list && type->kind == CAT_ARRAY && type->base)
		type = cat_type_plain(type->base);
	out->leaf = leaf_of(c, f->type->type, type);
	if ((!set || list) && leaf_reads(c, ref, set ? type : k->function->returns, &fits))
		return true;
	return refuse(k,
		str_printf(c->arena, "%.*s, but the field is %.*s.", STR_ARG(returned(k)),
			STR_ARG(gql_ref_text(c->arena, f->type))),
		fits);
}

bool bind_result(struct calling *k, struct binding *out)
{
	const struct gql_field *f = k->field;
	const struct cat_function *fn = k->function;
	const struct cat_type *type = cat_type_plain(fn->returns);
	bool composite = gql_is_composite(f->type->type);
	if (str_eq(type->name, S("void"))) {
		k->call->result = RESULT_VOID;
		out->leaf = leaf_of(k->c, f->type->type, NULL);
		bool fits = str_eq(f->type->type->name, S("Boolean")) || !gql_is_non_null(f->type);
		return fits ||
			refuse(k, S("the function returns nothing, but the field is not nullable."),
				S("Boolean fits: it is true when the call succeeds."));
	}
	if (f->parent == k->c->gql->mutation && is_contract(k->c, fn))
		return result_contract(k);
	if (!composite)
		return result_value(k, out);
	if (is_json(type))
		return result_document(k);
	if (fn->nout > 0)
		return result_rows(k, out);
	return refuse(k,
		str_printf(k->c->arena, "%.*s, but the field is an object.", STR_ARG(returned(k))),
		S("Let it return rows, a composite type or jsonb."));
}
