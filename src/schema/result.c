/*
 * result - what a function returns against what its field promises.
 */
#include "schema/call_int.h"

bool result_is_json(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

bool result_refuse(struct calling *k, str message, str hint)
{
	struct diagnostic *d =
		diag_error(k->c, k->field->source, k->directive->at, "%.*s.%.*s: %.*s",
			STR_ARG(k->field->parent->name), STR_ARG(k->field->name), STR_ARG(message));
	d->hint = hint;
	return false;
}

str result_returned(struct calling *k)
{
	const struct cat_function *fn = k->function;
	return str_printf(k->c->arena, "the function \"%.*s\" returns %s%.*s", STR_ARG(fn->name),
		fn->returns_set ? "a set of " : "", STR_ARG(fn->returns->sql));
}

bool result_has_column(const struct cat_function *fn, str name)
{
	for (size_t i = 0; i < fn->nout; i++)
		if (str_eq(fn->out[i].name, name))
			return true;
	return false;
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
		if (column && !result_has_column(fn, column->name))
			return result_refuse(k,
				str_printf(k->c->arena,
					"%.*s, without the column \"%.*s\" that %.*s.%.*s is read from.",
					STR_ARG(result_returned(k)), STR_ARG(column->name),
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
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a union.",
				STR_ARG(result_returned(k))),
			S("A union of a success and an error type needs a function that returns "
			  "fraiseql.mutation_result."));
	if (gql_is_list(k->field->type) && !k->function->returns_set)
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a list.",
				STR_ARG(result_returned(k))),
			S("Let the function return SETOF or TABLE."));
	k->call->result = RESULT_ROWS;
	if (!b)
		b = function_backing(k, t);
	out->target = b;
	return check_columns(k, t, b);
}

/* ---- documents and values ---- */

static bool is_many(const struct cat_function *fn)
{
	return fn->returns_set || cat_type_plain(fn->returns)->kind == CAT_ARRAY;
}

/* One document, which may be a list itself, or a set or an array of them. */
static bool result_document(struct calling *k)
{
	if (k->field->parent == k->c->gql->mutation && k->field->type->type->kind == GQL_UNION)
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is a union.",
				STR_ARG(result_returned(k))),
			S("A union of a success and an error type needs a function that returns "
			  "fraiseql.mutation_result."));
	if (is_many(k->function) && !gql_is_list(k->field->type))
		return result_refuse(k,
			str_printf(k->c->arena, "%.*s, but the field is one object.",
				STR_ARG(result_returned(k))),
			S("Make the field a list, or let the function return one document."));
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
	return result_refuse(k,
		str_printf(c->arena, "%.*s, but the field is %.*s.", STR_ARG(result_returned(k)),
			STR_ARG(gql_ref_text(c->arena, f->type))),
		fits);
}

/* A union whose members are told by what a mutation came to, not by its rows. */
static bool is_outcome(const struct calling *k)
{
	const struct gql_type *t = k->field->type->type;
	return t->kind == GQL_UNION && !k->c->facts[t->id].source;
}

static bool follows_contract(struct calling *k)
{
	if (k->field->parent != k->c->gql->mutation)
		return false;
	return contract_is(k->c, k->function) || is_outcome(k) ||
		contract_is_key(k, k->field->type->type);
}

static bool result_void(struct calling *k, struct binding *out)
{
	const struct gql_field *f = k->field;
	k->call->result = RESULT_VOID;
	out->leaf = leaf_of(k->c, f->type->type, NULL);
	bool fits = str_eq(f->type->type->name, S("Boolean")) || !gql_is_non_null(f->type);
	return fits ||
		result_refuse(k, S("the function returns nothing, but the field is not nullable."),
			S("Boolean fits: it is true when the call succeeds."));
}

bool bind_result(struct calling *k, struct binding *out)
{
	const struct cat_function *fn = k->function;
	const struct cat_type *type = cat_type_plain(fn->returns);
	if (follows_contract(k))
		return contract_bind(k, out);
	if (str_eq(type->name, S("void")))
		return result_void(k, out);
	if (!gql_is_composite(k->field->type->type))
		return result_value(k, out);
	if (result_is_json(type->kind == CAT_ARRAY && type->base ? type->base : type))
		return result_document(k);
	if (fn->nout > 0)
		return result_rows(k, out);
	return result_refuse(k,
		str_printf(k->c->arena, "%.*s, but the field is an object.",
			STR_ARG(result_returned(k))),
		S("Let it return rows, a composite type or jsonb."));
}
