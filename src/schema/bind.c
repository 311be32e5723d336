/*
 * bind - where each field's value is: backings of types, then a binding for every field.
 *
 * A type's backing is its @source; an object without one has that of an interface it implements; an
 * interface or union without one has that which all its members share. A field is a column of its
 * type's relation when there is one of its name, else a key of the document, else an error. A type
 * without backing (embedded objects, results of functions) is a document of which every field is a
 * key.
 */
#include "schema/compile_int.h"

#include "schema/names.h"

/* ---- places ---- */

static bool is_json(const struct cat_type *t)
{
	str name = cat_type_plain(t)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

static struct place key_place(struct compiler *c, str key)
{
	str *path = arena_array(c->arena, str, 1);
	path[0] = key;
	return (struct place){ .path = path, .npath = 1 };
}

const struct cat_column *bind_system_column(struct compiler *c, const struct cat_relation *r,
	str name)
{
	bool table = r->kind == 'r' || r->kind == 'p';
	if (!table || !str_eq(name, S("xmin")))
		return NULL;
	struct cat_type *xid = arena_new(c->arena, struct cat_type);
	struct cat_column *column = arena_new(c->arena, struct cat_column);
	*xid = (struct cat_type){ .schema = S("pg_catalog"), .name = S("xid"), .sql = S("xid") };
	*column = (struct cat_column){ .name = S("xmin"),
		.type = xid,
		.not_null = true,
		.generated = true,
		.relation = r };
	return column;
}

bool bind_name(struct compiler *c, const struct backing *b, str name, struct place *out)
{
	const struct cat_column *column = b ? cat_column_find(b->relation, name) : NULL;
	if (b && !column)
		column = bind_system_column(c, b->relation, name);
	if (column) {
		*out = (struct place){ .column = column };
		return true;
	}
	if (b && !b->data)
		return false;
	*out = key_place(c, name);
	return true;
}

/* The column whose camelCase name is `name`, for names that snake_case does not give back. */
static const struct cat_column *camel_column(struct compiler *c, const struct backing *b, str name)
{
	for (size_t i = 0; i < b->relation->ncolumns; i++) {
		const struct cat_column *column = &b->relation->columns[i];
		if (!names_is_regular(column->name) &&
			str_eq(names_camel(c->arena, column->name), name))
			return column;
	}
	return NULL;
}

bool bind_camel(struct compiler *c, const struct backing *b, str name, struct place *out)
{
	str snake = names_snake(c->arena, name);
	const struct cat_column *column = NULL;
	if (b && !cat_column_find(b->relation, snake))
		column = camel_column(c, b, name);
	if (!column)
		return bind_name(c, b, snake, out);
	*out = (struct place){ .column = column };
	return true;
}

void bind_missing(struct compiler *c, struct diagnostic *d, const struct backing *b, str name)
{
	str nearest = cat_nearest_column(b->relation, c->arena, name);
	if (nearest.n)
		diag_nearest(c, d, nearest);
	else
		d->hint = str_printf(c->arena,
			"\"%.*s\" has no JSON document, so every field needs a column; "
			"@column(name:) names another one.",
			STR_ARG(b->relation->name));
}

bool bind_is_hidden(struct compiler *c, const struct place *p, const struct source *s, uint32_t at,
	const char *what, str name)
{
	str stored = p->column ? p->column->name : p->npath == 1 ? p->path[0] : STR_NONE;
	if (!str_starts(stored, S("pk_")))
		return false;
	struct diagnostic *d = diag_error(c, s, at, "%s \"%.*s\" exposes \"%.*s\".", what,
		STR_ARG(name), STR_ARG(stored));
	d->hint = S("Internal keys (pk_…) are for joins only and are never exposed.");
	return true;
}

/* ---- backings ---- */

static const struct cat_column *data_column(struct compiler *c, const struct source *s,
	const struct ast_directive *d, const struct cat_relation *r)
{
	str name;
	if (!directive_text(c, s, d, "data", &name)) {
		const struct cat_column *usual = cat_column_find(r, S("data"));
		return usual && is_json(usual->type) ? usual : NULL;
	}
	const struct cat_column *column = cat_column_find(r, name);
	uint32_t at = directive_arg(d, "data")->at;
	if (!column)
		diag_nearest(c,
			diag_error(c, s, at, "\"%.*s\" has no column \"%.*s\".", STR_ARG(r->name),
				STR_ARG(name)),
			cat_nearest_column(r, c->arena, name));
	else if (!is_json(column->type))
		diag_error(c, s, at, "Column \"%.*s\" is %.*s, not jsonb.", STR_ARG(name),
			STR_ARG(column->type->sql));
	return column && is_json(column->type) ? column : NULL;
}

static bool is_internal(const struct cat_column *column)
{
	return str_starts(column->name, S("pk_"));
}

/* Can clients see the values of these columns, and do they tell all rows apart? */
static bool is_shown_key(const struct cat_key *k)
{
	if (!k->unique)
		return false;
	for (size_t i = 0; i < k->n; i++)
		if (!k->columns[i] || is_internal(k->columns[i]) || !k->columns[i]->not_null)
			return false;
	return true;
}

/* The first unique key without internal columns, `id` before others; else the key as it is. */
static void set_shown_key(struct backing *b)
{
	const struct cat_key *found = NULL;
	b->shown_key = b->key;
	b->nshown_key = b->nkey;
	bool internal = false;
	for (size_t i = 0; i < b->nkey; i++)
		internal |= is_internal(b->key[i]);
	for (size_t i = 0; internal && i < b->relation->nkeys; i++) {
		const struct cat_key *k = &b->relation->keys[i];
		if (is_shown_key(k) && (!found || str_eq(k->columns[0]->name, S("id"))))
			found = k;
	}
	if (found) {
		b->shown_key = found->columns;
		b->nshown_key = found->n;
	}
}

static void set_key(struct compiler *c, struct backing *b)
{
	const struct cat_relation *r = b->relation;
	size_t n = r->primary ? r->primary->n : 1;
	const struct cat_column *id = cat_column_find(r, S("id"));
	if (!r->primary && !id)
		return;
	const struct cat_column **key = arena_array(c->arena, const struct cat_column *, n);
	for (size_t i = 0; i < n; i++)
		key[i] = r->primary ? r->primary->columns[i] : id;
	b->key = key;
	b->nkey = n;
	set_shown_key(b);
}

/* Does a member declare a field `type`? Then the document has its name under that key. */
static bool has_type_field(const struct gql_type *t)
{
	for (size_t i = 0; i < t->npossible; i++)
		if (map_find(&t->possible[i]->by_name, S("type")))
			return true;
	return false;
}

static void set_discriminator(struct compiler *c, struct backing *b)
{
	static const str NAMES[] = { STR_INIT("__typename"), STR_INIT("type") };
	if (b->type->kind == GQL_OBJECT)
		return;
	for (size_t i = 0; i < COUNT(NAMES) && !b->discriminator; i++)
		b->discriminator = cat_column_find(b->relation, NAMES[i]);
	if (b->discriminator)
		return;
	const struct gql_type *t = b->type;
	const struct ast_definition *node = t->nodes[0];
	if (b->data) {
		b->discriminator_in_data = true;
		b->discriminator_key = has_type_field(t) ? NAMES[1] : NAMES[0];
		return;
	}
	struct diagnostic *d = diag_error(c, node->source, node->name.at,
		"\"%.*s\" does not tell which type a row of \"%.*s\" has.",
		STR_ARG(b->relation->name), STR_ARG(t->name));
	d->hint = S("Add a column \"type\" with the name of the GraphQL type.");
}

static struct backing *new_backing(struct compiler *c, const struct gql_type *t,
	const struct cat_relation *r, const struct cat_column *data)
{
	struct backing *b = arena_new(c->arena, struct backing);
	*b = (struct backing){ .type = t, .relation = r, .data = data };
	set_key(c, b);
	set_discriminator(c, b);
	return b;
}

static void bind_source(struct compiler *c, const struct gql_type *t)
{
	const struct source *s;
	str name;
	const struct ast_directive *d = directive_on_type(t, "source", &s);
	if (!d || !directive_text(c, s, d, "relation", &name))
		return;
	const struct cat_relation *r = catalog_relation(c->catalog, name);
	if (!r) {
		struct diagnostic *problem = diag_error(c, s, directive_arg(d, "relation")->at,
			"There is no table or view \"%.*s\".", STR_ARG(name));
		diag_nearest(c, problem, catalog_nearest_relation(c->catalog, c->arena, name));
		c->broken_source[t->id] = true;
		return;
	}
	c->facts[t->id].source = new_backing(c, t, r, data_column(c, s, d, r));
}

static const struct backing *source_of(const struct compiler *c, const struct gql_type *t)
{
	return c->facts[t->id].source;
}

static bool are_members_backed(const struct compiler *c, const struct gql_type *t)
{
	bool abstract = t->kind == GQL_UNION || t->kind == GQL_INTERFACE;
	for (size_t i = 0; abstract && i < t->npossible; i++)
		if (!source_of(c, t->possible[i]))
			return false;
	return abstract && t->npossible > 0;
}

/* An object takes the source of an interface; an abstract type that of all its members. */
static void inherit_source(struct compiler *c, const struct gql_type *t)
{
	const struct backing *from = NULL;
	if (source_of(c, t) || c->broken_source[t->id] || bind_is_node(c, t))
		return;
	if (t->kind == GQL_OBJECT)
		for (size_t i = 0; i < t->ninterfaces && !from; i++)
			if (directive_on_type(t->interfaces[i], "source",
				    &(const struct source *){ 0 }))
				from = source_of(c, t->interfaces[i]);
	if (t->kind == GQL_UNION || t->kind == GQL_INTERFACE) {
		from = t->npossible ? source_of(c, t->possible[0]) : NULL;
		for (size_t i = 1; i < t->npossible && from; i++) {
			const struct backing *other = source_of(c, t->possible[i]);
			if (!other || other->relation != from->relation)
				from = NULL;
		}
	}
	if (from)
		c->facts[t->id].source = new_backing(c, t, from->relation, from->data);
	else
		c->facts[t->id].scattered = are_members_backed(c, t);
}

static void bind_sources(struct compiler *c)
{
	const struct gql_schema *gql = c->gql;
	for (size_t i = 0; i < gql->ntypes; i++)
		bind_source(c, gql->types[i]);
	for (size_t i = 0; i < gql->ntypes; i++)
		if (gql->types[i]->kind == GQL_OBJECT)
			inherit_source(c, gql->types[i]);
	for (size_t i = 0; i < gql->ntypes; i++)
		if (gql->types[i]->kind != GQL_OBJECT)
			inherit_source(c, gql->types[i]);
}

/* ---- facts of leaves and inputs ---- */

static void bind_scalar(struct compiler *c, const struct gql_type *t)
{
	c->facts[t->id].leaf = leaf_of(c, t, NULL);
	if (t->kind != GQL_SCALAR || c->facts[t->id].leaf.scalar || !t->nnodes)
		return;
	str names[SCALAR_COUNT];
	for (size_t i = 0; i < SCALAR_COUNT; i++)
		names[i] = str_from(scalar_get((enum scalar_id)i)->name);
	struct diagnostic *d = diag_error(c, t->nodes[0]->source, t->nodes[0]->name.at,
		"The scalar \"%.*s\" is not known.", STR_ARG(t->name));
	diag_nearest(c, d, str_nearest(t->name, names, COUNT(names)));
	if (!d->hint.n)
		d->hint = S(
			"Use one of the scalars that the documentation lists; JSON takes anything.");
}

static void bind_input_type(struct compiler *c, const struct gql_type *t)
{
	struct type_facts *facts = &c->facts[t->id];
	const struct generated *made = map_find(&c->generated, t->name);
	if (made) {
		facts->role = made->role;
		facts->about = gql_type_find(c->gql, made->about);
		return;
	}
	facts->keys = arena_array(c->arena, str, t->ninputs);
	for (size_t i = 0; i < t->ninputs; i++) {
		const struct gql_input *in = &t->inputs[i];
		const struct ast_directive *d =
			in->node ? directive_find(&in->node->directives, "column") : NULL;
		if (!d || !directive_text(c, in->source, d, "name", &facts->keys[i]))
			facts->keys[i] = names_snake(c->arena, in->name);
	}
}

/* ---- fields ---- */

const struct gql_type *bind_rows_type(const struct compiler *c, const struct gql_field *f,
	enum row_use *use)
{
	const struct gql_type *t = f->type->type;
	const struct generated *made = map_find(&c->generated, t->name);
	*use = USE_ROWS;
	bool page = made && made->role == OUTPUT_CONNECTION;
	bool sum = made && made->role == OUTPUT_AGGREGATE;
	if ((!page && !sum) || gql_is_list(f->type))
		return t;
	*use = page ? USE_CONNECTION : USE_AGGREGATE;
	return gql_type_find(c->gql, made->about);
}

bool bind_is_paged(const struct compiler *c, const struct gql_field *f)
{
	enum row_use use;
	bind_rows_type(c, f, &use);
	return gql_is_list(f->type) || use == USE_CONNECTION;
}

/* @column(path: "a.b") → keys. */
static struct place path_place(struct compiler *c, str path)
{
	struct place p = { 0 };
	size_t n = 1;
	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '.';
	p.path = arena_array(c->arena, str, n);
	while (path.n > 0)
		p.path[p.npath++] = str_split(&path, '.');
	return p;
}

static bool column_path(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d, const struct backing *b, struct place *out)
{
	str path, name = STR_NONE;
	if (!directive_text(c, f->source, d, "path", &path))
		return false;
	if (directive_text(c, f->source, d, "name", &name) && b &&
		!(b->data && str_eq(name, b->data->name)))
		diag_error(c, f->source, d->at,
			"@column(name:, path:) with a column other than the source's document is not "
			"implemented yet.");
	else if (b && !b->data)
		diag_error(c, f->source, d->at,
			"\"%.*s\" has no JSON document that the path could be in.",
			STR_ARG(b->relation->name));
	*out = path_place(c, path);
	return true;
}

/* Where a field stands; false when that has been reported as a problem. */
static bool field_place(struct compiler *c, const struct gql_field *f, const struct backing *b,
	struct place *out)
{
	const struct ast_directive *d = directive_find(&f->node->directives, "column");
	str name = names_snake(c->arena, f->name);
	if (d && column_path(c, f, d, b, out))
		return true;
	bool named = d && directive_text(c, f->source, d, "name", &name);
	if (named ? bind_name(c, b, name, out) : bind_camel(c, b, f->name, out))
		return !bind_is_hidden(c, out, f->source, f->name.n ? f->node->name.at : 0, "Field",
			f->name);
	struct diagnostic *problem = diag_error(c, f->source, named ? d->at : f->node->name.at,
		"%.*s.%.*s: \"%.*s\" has no column \"%.*s\".", STR_ARG(f->parent->name),
		STR_ARG(f->name), STR_ARG(b->relation->name), STR_ARG(name));
	bind_missing(c, problem, b, name);
	if (gql_is_composite(f->type->type) && c->facts[f->type->type->id].source)
		problem->hint =
			S("Rows of another type are joined with @relation(fields:, references:).");
	return false;
}

static void check_null(struct compiler *c, const struct gql_field *f,
	const struct cat_column *column)
{
	char kind = column->relation->kind;
	bool table = kind == 'r' || kind == 'p' || kind == 'f';
	if (!table || column->not_null || !gql_is_non_null(f->type))
		return;
	struct diagnostic *d = diag_warning(c, f->source, f->node->name.at,
		"%.*s.%.*s is not nullable, but column \"%.*s\" is.", STR_ARG(f->parent->name),
		STR_ARG(f->name), STR_ARG(column->name));
	d->hint = S("Make the field nullable, or add NOT NULL to the column.");
}

static void bind_leaf(struct compiler *c, const struct gql_field *f, struct binding *out)
{
	const struct cat_column *column = out->place.column;
	out->leaf = leaf_of(c, f->type->type, column ? column->type : NULL);
	if (!column) {
		out->place.cast = leaf_cast(c, &out->leaf);
		return;
	}
	const struct cat_type *type = cat_type_plain(column->type);
	if (gql_is_list(f->type) && type->kind == CAT_ARRAY && type->base)
		out->leaf = leaf_of(c, f->type->type, type->base);
	str fits;
	if (!leaf_reads(c, f->type, column->type, &fits)) {
		struct diagnostic *d = diag_error(c, f->source, f->node->type->at,
			"%.*s.%.*s is %.*s, but column \"%.*s\" is %.*s.", STR_ARG(f->parent->name),
			STR_ARG(f->name), STR_ARG(gql_ref_text(c->arena, f->type)),
			STR_ARG(column->name), STR_ARG(column->type->sql));
		d->hint = fits;
	}
	check_null(c, f, column);
}

/* An object that stands in a column: JSON or a composite, or an array of composites. */
static void check_embedded(struct compiler *c, const struct gql_field *f,
	const struct cat_column *column)
{
	const struct cat_type *t = cat_type_plain(column->type);
	bool list = gql_is_list(f->type);
	const struct cat_type *item =
		list && t->kind == CAT_ARRAY && t->base ? cat_type_plain(t->base) : t;
	if (is_json(t) || (item->kind == CAT_COMPOSITE && list == (t->kind == CAT_ARRAY))) {
		check_null(c, f, column);
		return;
	}
	struct diagnostic *d = diag_error(c, f->source, f->node->type->at,
		"%.*s.%.*s is an object, but column \"%.*s\" is %.*s.", STR_ARG(f->parent->name),
		STR_ARG(f->name), STR_ARG(column->name), STR_ARG(column->type->sql));
	d->hint = S("Rows of another type are joined with @relation(fields:, references:).");
}

static void bind_field(struct compiler *c, const struct gql_field *f, const struct backing *b)
{
	struct binding *out = &c->bindings[f->id];
	const struct ast_directive *relation = directive_find(&f->node->directives, "relation");
	const struct ast_directive *call = directive_find(&f->node->directives, "function");
	const struct ast_directive *list = directive_find(&f->node->directives, "list");
	if (directive_find(&f->node->directives, "resolver"))
		return; /* later: it may require other fields */
	if (list && (!bind_is_paged(c, f) || (!relation && !call)))
		diag_error(c, f->source, list->at,
			"@list is for lists that are read as rows: fields of Query and relations.");
	if (call)
		return; /* later: it may need the source of another type */
	enum row_use use;
	bind_rows_type(c, f, &use);
	if (use != USE_ROWS && !relation) {
		diag_error(c, f->source, f->node->name.at,
			"%.*s.%.*s: %.*s is generated for rows, so the field needs a @relation.",
			STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(f->type->type->name));
		return;
	}
	if (relation) {
		bind_relation(c, f, relation, b, out);
		return;
	}
	if (bind_global_id(c, f, b, out) || !field_place(c, f, b, &out->place))
		return;
	out->kind = BIND_PLACE;
	if (!gql_is_composite(f->type->type))
		bind_leaf(c, f, out);
	else if (out->place.column)
		check_embedded(c, f, out->place.column);
	if (f->nargs)
		diag_error(c, f->source, f->node->args[0].at,
			"%.*s.%.*s takes no arguments: it is a stored value.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
}

/* The planner knows what the fields of a generated type mean; none has a place. */
static void bind_output_type(struct compiler *c, const struct gql_type *t,
	const struct generated *made)
{
	c->facts[t->id].role = made->role;
	if (made->about.n)
		c->facts[t->id].about = gql_type_find(c->gql, made->about);
}

static bool is_root(const struct compiler *c, const struct gql_type *t)
{
	return t == c->gql->query || t == c->gql->mutation || t == c->gql->subscription;
}

static void bind_type(struct compiler *c, const struct gql_type *t)
{
	const struct backing *b = source_of(c, t);
	if (t->kind == GQL_SCALAR || t->kind == GQL_ENUM)
		bind_scalar(c, t);
	if (t->kind == GQL_INPUT)
		bind_input_type(c, t);
	if (t->introspection || is_root(c, t) || c->broken_source[t->id])
		return;
	const struct generated *made = map_find(&c->generated, t->name);
	if (made && made->role >= OUTPUT_CONNECTION) {
		bind_output_type(c, t, made);
		return;
	}
	for (size_t i = 0; i < t->nfields; i++)
		bind_field(c, &t->fields[i], b);
}

const struct backing *bind_to_columns(struct compiler *c, const struct gql_type *t,
	const struct cat_relation *r)
{
	const struct cat_column *data = cat_column_find(r, S("data"));
	const struct backing *b = new_backing(c, t, r, data && is_json(data->type) ? data : NULL);
	c->facts[t->id].source = b;
	for (size_t i = 0; i < t->nfields; i++) {
		c->bindings[t->fields[i].id] = (struct binding){ .kind = BIND_NONE };
		bind_field(c, &t->fields[i], b);
	}
	return b;
}

void bind_schema(struct compiler *c)
{
	const struct gql_schema *gql = c->gql;
	bind_sources(c);
	for (size_t i = 0; i < gql->ntypes; i++)
		bind_type(c, gql->types[i]);
	bind_roots(c);
	bind_resolvers(c);
}
