/*
 * place - SQL for where a value stands: a column of a row, or keys of a document in it.
 */
#include "sql/planner_int.h"

static bool is_type(const struct cat_column *c, str name)
{
	return str_eq(cat_type_plain(c->type)->name, name);
}

static bool is_json(const struct cat_column *c)
{
	return is_type(c, S("jsonb")) || is_type(c, S("json"));
}

/* The document that keys are read from: JSON, an item of a list, or a composite as JSON. */
static void put_doc_base(struct sql *w, const struct scope *s)
{
	if (s->element) {
		sql_alias(w, s->row->alias);
		sql_lit(w, ".v");
		return;
	}
	const struct cat_column *column = s->column ? s->column : s->row->source->data;
	sql_put_program(w, is_json(column) ? "" : "to_jsonb(");
	sql_alias(w, s->row->alias);
	sql_lit(w, ".");
	sql_ident(w, column->name);
	sql_put_program(w, is_json(column) ? "" : ")");
}

/* The keys before the last with ->, the last with ->>: the form that an expression index can match.
 */
static void put_keys(struct sql *w, const struct scope *s, const str *path, size_t n, bool as_json)
{
	for (size_t i = 0; i < s->npath; i++) {
		sql_lit(w, "->");
		sql_quoted(w, s->path[i]);
	}
	for (size_t i = 0; i < n; i++) {
		bool last = i + 1 == n && !as_json;
		sql_put_program(w, last ? "->>" : "->");
		sql_quoted(w, path[i]);
	}
}

void put_place(struct sql *w, const struct scope *s, const struct place *place)
{
	if (place->computed) {
		put_computed(w, s, place->computed);
		return;
	}
	if (place->column && !s->embedded) {
		sql_alias(w, s->row->alias);
		sql_lit(w, ".");
		sql_ident(w, place->column->name);
		return;
	}
	struct scope doc = *s;
	if (!s->embedded && place->column)
		doc.column = place->column;
	const str *path = place->column ? &place->column->name : place->path;
	sql_lit(w, "(");
	put_doc_base(w, &doc);
	put_keys(w, &doc, path, place->column ? 1 : place->npath, false);
	sql_lit(w, ")");
}

void put_place_json(struct sql *w, const struct scope *s, const struct place *place)
{
	if (place->computed) {
		sql_lit(w, "to_jsonb(");
		put_computed(w, s, place->computed);
		sql_lit(w, ")");
		return;
	}
	if (place->column && !s->embedded) {
		struct scope whole = { .row = s->row, .column = place->column };
		put_doc_base(w, &whole);
		sql_put_program(w, is_type(place->column, S("json")) ? "::jsonb" : "");
		return;
	}
	const struct cat_column *doc = s->column ? s->column
		: s->element                     ? NULL
						 : s->row->source->data;
	const str *path = place->column ? &place->column->name : place->path;
	sql_lit(w, "(");
	put_doc_base(w, s);
	put_keys(w, s, path, place->column ? 1 : place->npath, true);
	sql_put_program(w, doc && is_type(doc, S("json")) ? ")::jsonb" : ")");
}

bool place_is_array(const struct scope *s, const struct place *place)
{
	return place->column && !s->embedded &&
		cat_type_plain(place->column->type)->kind == CAT_ARRAY;
}

/* ---- types ---- */

static bool is_text(str cast)
{
	return cast.n == 0 || str_eq(cast, S("text"));
}

/* What a value of the type is compared as. JSON and XML have no equality, "char" cuts operands. */
static str comparable(const struct cat_type *t)
{
	static const struct {
		str type, as;
	} OTHERS[] = {
		{ STR_INIT("json"), STR_INIT("jsonb") },
		{ STR_INIT("xml"), STR_INIT("text") },
		{ STR_INIT("char"), STR_INIT("text") },
		{ STR_INIT("name"), STR_INIT("text") },
	};
	for (size_t i = 0; i < COUNT(OTHERS); i++)
		if (str_eq(t->name, OTHERS[i].type))
			return OTHERS[i].as;
	return t->sql;
}

static str stored_cast(const struct place *place)
{
	if (place->column)
		return comparable(cat_type_plain(place->column->type));
	return str_from(place->cast);
}

void put_place_typed(struct sql *w, const struct scope *s, const struct place *place)
{
	put_place(w, s, place);
	bool from_json = !place->computed && (s->embedded || !place->column);
	str cast = stored_cast(place);
	/* An enum's operators do not know domains over it. */
	bool differs = place->column && !is_type(place->column, S("name")) &&
		!str_eq(cast, place->column->type->sql);
	if (from_json ? !is_text(cast) : differs) {
		sql_lit(w, "::");
		sql_catalog(w, cast);
	}
}

/*
 * An operand may have more digits than the column: it is compared, not refused. PostgreSQL compares
 * whole numbers of all sizes in their indexes.
 */
static str number_cast(const struct cat_column *column, const struct leaf *leaf, str cast)
{
	bool whole = column &&
		(is_type(column, S("int4")) || is_type(column, S("int2")) ||
			is_type(column, S("int8")));
	if (!whole || !leaf->scalar)
		return cast;
	if (leaf->scalar == scalar_get(SCALAR_BIGINT) || leaf->scalar == scalar_get(SCALAR_ID))
		return S("int8");
	if (leaf->scalar == scalar_get(SCALAR_FLOAT) || leaf->scalar == scalar_get(SCALAR_DECIMAL))
		return S("numeric");
	return S("int4");
}

str place_cast(const struct place *place, const struct leaf *leaf)
{
	str cast = stored_cast(place);
	if (cast.n)
		return number_cast(place->column, leaf, cast);
	if (leaf->labels && leaf->labels->pg)
		return leaf->labels->pg->sql;
	return leaf->scalar ? str_from(leaf->scalar->pg) : S("text");
}

str place_item_cast(const struct place *place, const struct leaf *leaf)
{
	const struct cat_type *t = place->column ? cat_type_plain(place->column->type) : NULL;
	if (t && t->kind == CAT_ARRAY && t->base)
		return comparable(cat_type_plain(t->base));
	if (leaf->labels && leaf->labels->pg)
		return leaf->labels->pg->sql;
	return leaf->scalar ? str_from(leaf->scalar->pg) : S("text");
}

struct scope scope_embedded(struct planner *p, const struct scope *s, const struct place *place)
{
	struct scope inner = *s;
	const str *tail = place->path;
	size_t n = place->npath;
	if (place->column && !s->embedded) {
		inner.column = place->column;
		n = 0;
	} else if (place->column) {
		tail = &place->column->name;
		n = 1;
	}
	str *path = arena_array(p->arena, str, s->npath + n);
	for (size_t i = 0; i < s->npath; i++)
		path[i] = s->path[i];
	for (size_t i = 0; i < n; i++)
		path[s->npath + i] = tail[i];
	inner.path = path;
	inner.npath = s->npath + n;
	inner.embedded = true;
	return inner;
}

static bool is_key(const struct backing *b, const struct cat_column *column)
{
	for (size_t i = 0; i < b->nkey; i++)
		if (b->key[i] == column)
			return true;
	return false;
}

/* An embedded document need not hold what relations go by: its row does, and is found by its key.
 */
static void put_from(struct sql *w, const struct scope *s, const struct place *place,
	const struct backing *b)
{
	bool looks = s->embedded && place->column && b && b->nkey && !is_key(b, place->column);
	sql_put_program(w, looks ? "coalesce(" : "");
	put_place_typed(w, s, place);
	if (!looks)
		return;
	sql_lit(w, ", ");
	put_looked_up(w, s, b, place->column);
	sql_lit(w, ")");
}

void put_pairs(struct sql *w, const struct scope *from, const struct scope *to,
	const struct join *j)
{
	for (size_t i = 0; i < j->n; i++) {
		if (i)
			sql_lit(w, " and ");
		put_place_typed(w, to, &j->pairs[i].to);
		sql_lit(w, " = ");
		put_from(w, from, &j->pairs[i].from, j->from);
	}
}

/* From a row of the link to the target. */
static void put_link_pairs(struct sql *w, const struct scope *link, const struct scope *to,
	const struct join *j)
{
	struct join onward = { .pairs = j->link_pairs, .n = j->nlink_pairs };
	put_pairs(w, link, to, &onward);
}

static void put_link_column(struct sql *w, const struct place *place, bool first)
{
	if (!first)
		sql_lit(w, ", ");
	sql_ident(w, place->column->name);
}

static void put_distinct_link(struct sql *w, const struct join *j)
{
	sql_lit(w, "(select distinct ");
	for (size_t i = 0; i < j->n; i++)
		put_link_column(w, &j->pairs[i].to, i == 0);
	for (size_t i = 0; i < j->nlink_pairs; i++)
		put_link_column(w, &j->link_pairs[i].from, false);
	sql_lit(w, " from ");
	sql_relation(w, j->link);
	sql_lit(w, ")");
}

void put_link_join(struct sql *w, const struct join *j, const struct scope *to, uint32_t alias)
{
	struct row link = { .alias = alias };
	struct scope middle = { .row = &link };
	sql_lit(w, " join ");
	if (j->repeats)
		put_distinct_link(w, j);
	else
		sql_relation(w, j->link);
	sql_lit(w, " ");
	sql_alias(w, alias);
	sql_lit(w, " on ");
	put_link_pairs(w, &middle, to, j);
}

void put_related(struct planner *p, struct sql *w, const struct scope *s, const struct binding *b,
	struct row *child, str what)
{
	struct scope to = { .row = child };
	const struct join *j = b->join;
	sql_lit(w, "select ");
	sql_catalog(w, what);
	sql_lit(w, " from ");
	sql_relation(w, child->source->relation);
	sql_lit(w, " ");
	sql_alias(w, child->alias);
	if (!j->link) {
		sql_lit(w, " where ");
		put_pairs(w, s, &to, j);
		return;
	}
	struct row link = { .alias = p->aliases++ };
	struct scope middle = { .row = &link };
	put_link_join(w, j, &to, link.alias);
	sql_lit(w, " where ");
	put_pairs(w, s, &middle, j);
}
