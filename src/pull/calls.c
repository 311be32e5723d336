/*
 * calls - functions as fields.
 *
 * A function that takes a row of a type's relation and only reads (STABLE, IMMUTABLE) is a computed
 * field of that type. Of the others those are taken whose names begin with fn_, or all by an
 * option: VOLATILE ones become fields of Mutation, the rest fields of Query. What the compiler
 * could not bind (procedures, VARIADIC, rows that no type has) is left out.
 */
#include "pull/draft.h"

#include "schema/comment.h"
#include "schema/names.h"

/* ---- which ---- */

static bool is_callable(const struct draft *d, const struct cat_function *f)
{
	return !f->procedure && !f->variadic && draft_has_schema(d, f->schema) &&
		!pull_is_extension(d->facts, f->oid) && !comment_read(d->arena, f->comment).omit;
}

/* The type of which the function's first parameter is a row. */
static struct draft_type *row_argument(const struct draft *d, const struct cat_function *f)
{
	const struct cat_type *t = f->nargs ? cat_type_plain(f->args[0].type) : NULL;
	if (!t || t->kind != CAT_COMPOSITE)
		return NULL;
	const struct cat_relation *r = catalog_relation_by_oid(d->facts->catalog, t->relation_oid);
	struct draft_type *type = draft_of(d, r);
	return type && type->relation == r && r->kind != 'c' ? type : NULL;
}

static bool is_wanted(const struct draft *d, const struct cat_function *f)
{
	return d->options->functions == PULL_ALL_FUNCTIONS || str_starts(f->name, S("fn_"));
}

/* ---- parameters ---- */

static str bare_parameter(str name)
{
	static const str PREFIXES[] = { STR_INIT("p_"), STR_INIT("in_"), STR_INIT("_") };
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		if (str_starts(name, PREFIXES[i]) && name.n > PREFIXES[i].n)
			return str_sub(name, PREFIXES[i].n, name.n);
	return name;
}

static bool put_parameter(struct draft *d, struct buf *b, const struct cat_argument *arg,
	size_t number, struct map *names)
{
	str stored = bare_parameter(arg->name);
	str name =
		arg->name.n ? name_field(d->arena, stored) : str_printf(d->arena, "arg%zu", number);
	const struct cat_type *plain = cat_type_plain(arg->type);
	const struct cat_type *item =
		plain->kind == CAT_ARRAY ? cat_type_plain(plain->base) : plain;
	str type = item->kind == CAT_COMPOSITE ? STR_NONE : draft_type_of(d, arg->type, false);
	if (!type.n || !map_add(names, name, d))
		return false;
	buf_printf(b, "%s%.*s: %.*s%s", b->n > 1 ? ", " : "", STR_ARG(name), STR_ARG(type),
		arg->has_default ? "" : "!");
	if (arg->name.n && !str_eq(names_snake(d->arena, name), stored))
		buf_printf(b, " @column(name: %.*s)", STR_ARG(draft_literal(d, stored)));
	return true;
}

/* All parameters behind the first `skip`. */
static bool put_parameters(struct draft *d, const struct cat_function *f, size_t skip, str *out)
{
	struct buf b = buf_on(d->arena);
	struct map names = map_on(d->arena, 0);
	*out = STR_NONE;
	buf_lit(&b, "(");
	for (size_t i = skip; i < f->nargs; i++)
		if (!put_parameter(d, &b, &f->args[i], i + 1 - skip, &names))
			return false;
	buf_lit(&b, ")");
	if (f->nargs > skip)
		*out = buf_str(&b);
	return true;
}

/* ---- results ---- */

static bool has_out(const struct cat_function *f, str name)
{
	for (size_t i = 0; i < f->nout; i++)
		if (str_eq(f->out[i].name, name))
			return true;
	return false;
}

/* Does it follow the mutation contract? (schema/result.c reads it so.) */
static bool is_contract(const struct draft *d, const struct cat_function *f)
{
	static const str COMPANIONS[] = { STR_INIT("message"), STR_INIT("entity"),
		STR_INIT("metadata"), STR_INIT("updated_fields"), STR_INIT("object_data"),
		STR_INIT("extra_metadata") };
	const struct cat_relation *r = catalog_relation_by_oid(d->facts->catalog,
		cat_type_plain(f->returns)->relation_oid);
	if (!has_out(f, S("status")) || (r && r->kind != 'c'))
		return false;
	for (size_t i = 0; i < COUNT(COMPANIONS); i++)
		if (has_out(f, COMPANIONS[i]))
			return true;
	return false;
}

static void put_member(struct draft *d, struct draft_type *t, const char *name, str type,
	const char *description)
{
	struct draft_field f = { .name = str_from(name),
		.type = type,
		.description = str_from(description) };
	f.key = str_printf(d->arena, "=%s", name);
	draft_put(d, t, &f);
}

/* fn_create_user → the type whose noun is `user`. */
static struct draft_type *entity_of(const struct draft *d, str name)
{
	for (; name.n; name = str_sub(name, MIN(str_find(name, '_') + 1, name.n), name.n))
		for (size_t i = 0; i < d->types.n; i++) {
			struct draft_type *t = d->types.at[i];
			if (t->relation && !t->is_link && str_eq(t->one, name))
				return t;
		}
	return NULL;
}

static struct draft_type *new_type(struct draft *d, enum ast_definition_kind kind, str name,
	const char *suffix)
{
	struct draft_type *t = draft_add(d, kind, STR_NONE);
	t->name = draft_name(d, str_printf(d->arena, "%.*s%s", STR_ARG(name), suffix), t);
	return t;
}

/* A union of what it gives and why it refuses. */
static str contract_type(struct draft *d, str name)
{
	str pascal = name_type(d->arena, name);
	struct draft_type *entity = entity_of(d, name);
	struct draft_type *result = new_type(d, AST_UNION, pascal, "Result");
	struct draft_type *success = new_type(d, AST_OBJECT_TYPE, pascal, "Success");
	struct draft_type *error = new_type(d, AST_OBJECT_TYPE, pascal, "Error");
	result->members = str_printf(d->arena, " = %.*s | %.*s", STR_ARG(success->name),
		STR_ARG(error->name));
	put_member(d, success, "status", S("String"),
		"What has been done, in the database's word.");
	put_member(d, success, "message", S("String"), NULL);
	if (entity) {
		str field = name_field(d->arena, entity->one);
		put_member(d, success, str_z(d->arena, field), entity->name, NULL);
	}
	put_member(d, error, "code", S("String!"), "For programs: `CONFLICT`, `NOT_FOUND`, …");
	put_member(d, error, "status", S("String"), NULL);
	put_member(d, error, "message", S("String"), NULL);
	return str_printf(d->arena, "%.*s!", STR_ARG(result->name));
}

/* A type of its own for the columns that a function returns. */
static struct draft_type *columns_type(struct draft *d, const struct cat_function *f, str name)
{
	struct draft_type *t = new_type(d, AST_OBJECT_TYPE, name_type(d->arena, name), "Row");
	for (size_t i = 0; i < f->nout; i++) {
		const struct cat_argument *c = &f->out[i];
		struct draft_field out = { .name = name_field(d->arena, c->name),
			.type = draft_type_of(d, c->type, false) };
		out.key = str_printf(d->arena, "=%.*s", STR_ARG(c->name));
		if (!out.type.n || !c->name.n || name_is_internal(c->name))
			continue;
		if (!str_eq(names_snake(d->arena, out.name), c->name))
			out.directives = str_printf(d->arena, " @column(name: %.*s)",
				STR_ARG(draft_literal(d, c->name)));
		draft_put(d, t, &out);
	}
	return t;
}

/* The type of rows; NULL when there can't be one. */
static struct draft_type *rows_type(struct draft *d, const struct cat_function *f, str name)
{
	const struct cat_type *plain = cat_type_plain(f->returns);
	const struct cat_relation *r =
		catalog_relation_by_oid(d->facts->catalog, plain->relation_oid);
	struct draft_type *t = draft_of(d, r);
	if (r && r->kind != 'c')
		return t && t->relation == r && !t->is_link && !t->frozen ? t : NULL;
	return columns_type(d, f, name);
}

/* Empty: the compiler could not bind it. */
static str result_type(struct draft *d, const struct cat_function *f, str name, bool mutation)
{
	const struct cat_type *plain = cat_type_plain(f->returns);
	if (str_eq(plain->name, S("void")))
		return mutation ? S("Boolean!") : STR_NONE;
	if (mutation && is_contract(d, f))
		return contract_type(d, name);
	bool rows =
		f->nout > 0 && (plain->kind == CAT_COMPOSITE || str_eq(plain->name, S("record")));
	if (rows) {
		struct draft_type *t = rows_type(d, f, name);
		if (!t || (!t->fields.n && !t->known))
			return STR_NONE;
		return f->returns_set ? str_printf(d->arena, "[%.*s!]!", STR_ARG(t->name))
				      : t->name;
	}
	if (plain->kind == CAT_PSEUDO || plain->kind == CAT_COMPOSITE)
		return STR_NONE;
	str type = draft_type_of(d, f->returns, false);
	bool list = f->returns_set;
	if (!type.n || (list && (plain->kind == CAT_ARRAY || doc_is_json_type(plain))))
		return STR_NONE;
	return list ? str_printf(d->arena, "[%.*s]!", STR_ARG(type)) : type;
}

/* ---- fields ---- */

static str function_key(struct draft *d, const struct cat_function *f)
{
	return str_printf(d->arena, "(%.*s.%.*s", STR_ARG(f->schema), STR_ARG(f->name));
}

static bool is_written(const struct draft_type *t, str key)
{
	return (t->known && map_find(&t->known->by_key, key)) || map_find(&t->keys, key);
}

static void put_call(struct draft *d, struct draft_type *t, const struct cat_function *f, str name,
	size_t skip, bool mutation)
{
	struct comment c = comment_read(d->arena, f->comment);
	struct draft_field out = { .description = c.text, .key = function_key(d, f) };
	out.name = name_field(d->arena, c.name.n ? c.name : name);
	bool left_out = t->known && map_find(&t->known->left_out, out.name);
	if (is_written(t, out.key) || left_out || map_find(&t->names, out.name) ||
		!put_parameters(d, f, skip, &out.args))
		return;
	out.type = result_type(d, f, name, mutation);
	if (!out.type.n)
		return;
	out.directives = str_printf(d->arena, " @function(name: %.*s)",
		STR_ARG(draft_literal(d, draft_sdl_name(d, f->schema, f->name))));
	if (c.deprecated)
		out.directives = str_printf(d->arena, "%.*s @deprecated", STR_ARG(out.directives));
	draft_put(d, t, &out);
}

static str without(str name, str prefix)
{
	bool has = str_starts(name, prefix) && name.n > prefix.n + 1 && name.p[prefix.n] == '_';
	return has ? str_sub(name, prefix.n + 1, name.n) : name;
}

/* author_full_name of an author: fullName */
static str computed_name(const struct draft_type *t, str name)
{
	unsigned rank;
	name = without(name, S("fn"));
	str shorter = without(name, t->relation->name);
	if (str_eq(shorter, name))
		shorter = without(name, name_stem(t->relation->name, &rank));
	return str_eq(shorter, name) ? without(name, t->one) : shorter;
}

void draft_calls(struct draft *d)
{
	const struct catalog *c = d->facts->catalog;
	for (size_t i = 0; d->options->functions != PULL_NO_FUNCTIONS && i < c->nfunctions; i++) {
		const struct cat_function *f = &c->functions[i];
		if (!is_callable(d, f))
			continue;
		bool writes = f->volatility == 'v';
		struct draft_type *row = row_argument(d, f);
		if (row && !writes && !row->embedded && !row->frozen && !row->is_link)
			put_call(d, row, f, computed_name(row, f->name), 1, false);
		else if (!row && is_wanted(d, f) && (!writes || d->mutation->name.n))
			put_call(d, writes ? d->mutation : d->query, f, without(f->name, S("fn")),
				0, writes);
	}
}
