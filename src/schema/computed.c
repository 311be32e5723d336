/*
 * computed - @function on fields of objects: functions of the parent's row.
 *
 * The row comes first, as a whole or as the columns that `fields:` names, then values of the
 * session, then the field's arguments. A single leaf without arguments is a place like a column:
 * it can be filtered, ordered and aggregated by; all else is a call. Such a function runs for every
 * row that is read, so it must not write: VOLATILE is refused.
 */
#include "schema/compile_int.h"

static bool passed_columns(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d, struct computed *row)
{
	struct ast_value **names;
	size_t n;
	row->n = 1;
	if (!directive_arg(d, "fields"))
		return true;
	if (!directive_texts(c, f->source, d, "fields", &names, &n))
		return false;
	row->n = n;
	row->columns = arena_array(c->arena, const struct cat_column *, n);
	for (size_t i = 0; i < n; i++) {
		const struct cat_relation *r = row->backing->relation;
		row->columns[i] = cat_column_find(r, names[i]->text);
		if (row->columns[i])
			continue;
		struct diagnostic *problem =
			diag_error(c, f->source, names[i]->at, "\"%.*s\" has no column \"%.*s\".",
				STR_ARG(r->name), STR_ARG(names[i]->text));
		diag_nearest(c, problem, cat_nearest_column(r, c->arena, names[i]->text));
		return false;
	}
	return true;
}

static bool is_readable(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d, const struct binding *out)
{
	const struct cat_function *fn = out->call->function;
	if (fn->volatility != 'v' && out->call->result != RESULT_VOID)
		return true;
	struct diagnostic *problem = diag_error(c, f->source, d->at,
		"%.*s.%.*s: the function \"%.*s\" %s, so it can't be a field of an object.",
		STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(fn->name),
		out->call->result == RESULT_VOID ? "returns nothing" : "is VOLATILE");
	problem->hint = S("A function that only reads is declared STABLE, or IMMUTABLE.");
	return false;
}

/* A leaf that depends on the row alone is read like a column. */
static void make_place(struct compiler *c, const struct gql_field *f, struct binding *out)
{
	const struct call *call = out->call;
	if (call->result != RESULT_VALUE || call->ncontext || f->nargs || gql_is_list(f->type))
		return;
	struct computed *row = arena_new(c->arena, struct computed);
	*row = *call->row;
	row->function = call->function;
	out->kind = BIND_PLACE;
	out->place = (struct place){ .computed = row,
		.cast = str_z(c->arena, cat_type_plain(call->function->returns)->sql) };
}

static void bind_computed(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d)
{
	const struct backing *b = c->facts[f->parent->id].source;
	struct binding *out = &c->bindings[f->id];
	struct computed *row = arena_new(c->arena, struct computed);
	if (!b || b->relation->oid == 0) {
		diag_error(c, f->source, d->at,
			"%.*s.%.*s: the type has no @source whose rows could be passed to a function.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
		return;
	}
	row->backing = b;
	if (!passed_columns(c, f, d, row))
		return;
	bind_call(c, f, d, row, out);
	if (out->kind != BIND_FUNCTION)
		return;
	out->kind = BIND_COMPUTED;
	if (is_readable(c, f, d, out))
		make_place(c, f, out);
}

void bind_computed_fields(struct compiler *c)
{
	const struct gql_schema *gql = c->gql;
	for (size_t i = 0; i < gql->ntypes; i++) {
		const struct gql_type *t = gql->types[i];
		bool root = t == gql->query || t == gql->mutation || t == gql->subscription;
		if (root || t->introspection || c->broken_source[t->id])
			continue;
		for (size_t k = 0; k < t->nfields; k++) {
			const struct gql_field *f = &t->fields[k];
			const struct ast_directive *d =
				f->node ? directive_find(&f->node->directives, "function") : NULL;
			if (d)
				bind_computed(c, f, d);
		}
	}
}
