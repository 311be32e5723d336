/*
 * index_hint - fields that can be filtered by and relations that are joined, against the indexes
 * that the catalog has.
 *
 * A column is served by an index that begins with it. A key of a document is served by an index on
 * the expression that the planner writes; PostgreSQL prints it with more brackets, blanks and casts
 * of names, so both are compared without these. Which kind of index depends on the operators that
 * only that kind serves. Booleans need none: they select too much.
 */
#include "schema/index_hint.h"

#include "graphql/source.h"

struct hinting {
	struct arena *arena;
	const struct model *model;
	struct diagnostics *out;
};

/* ---- expressions ---- */

static bool is_plain_name(str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (!((c >= 'a' && c <= 'z') || c == '_' || (i && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0;
}

static void put_quoted(struct buf *b, str s, char quote)
{
	buf_putc(b, quote);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote)
			buf_putc(b, quote);
		buf_putc(b, s.p[i]);
	}
	buf_putc(b, quote);
}

static void put_column(struct buf *b, const struct cat_column *c)
{
	if (is_plain_name(c->name))
		buf_put(b, c->name);
	else
		put_quoted(b, c->name, '"');
}

/* What PostgreSQL calls the type: int4 is integer. */
static str type_name(const struct catalog *c, str name)
{
	for (size_t i = 0; i < c->ntypes; i++)
		if (str_eq(c->types[i].name, name))
			return c->types[i].sql;
	return name;
}

/* data->'a'->>'b', with its cast; lists and JSON: data->'a'->'b'. */
static str key_expression(struct hinting *h, const struct backing *b, const struct place *place,
	bool as_json)
{
	struct buf out = buf_on(h->arena);
	put_column(&out, b->data);
	for (size_t i = 0; i < place->npath; i++) {
		buf_put(&out, i + 1 == place->npath && !as_json ? S("->>") : S("->"));
		put_quoted(&out, place->path[i], '\'');
	}
	if (as_json || !place->cast)
		return str_printf(h->arena, "(%.*s)", STR_ARG(buf_str(&out)));
	str cast = type_name(h->model->catalog, str_from(place->cast));
	return str_printf(h->arena, "((%.*s)::%.*s)", STR_ARG(buf_str(&out)), STR_ARG(cast));
}

/* Without brackets, blanks and casts to text, outside of quotes. */
static str bare(struct arena *a, str s)
{
	struct buf b = buf_on(a);
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		quoted ^= s.p[i] == '\'';
		if (!quoted && (s.p[i] == ' ' || s.p[i] == '(' || s.p[i] == ')'))
			continue;
		if (!quoted && str_starts(str_sub(s, i, s.n), S("::text"))) {
			i += S("::text").n - 1;
			continue;
		}
		buf_putc(&b, s.p[i]);
	}
	return buf_str(&b);
}

/* ---- indexes ---- */

static bool has_column_index(const struct cat_relation *r, const struct cat_column *column)
{
	for (size_t i = 0; i < r->nkeys; i++)
		if (r->keys[i].n && r->keys[i].columns[0] == column)
			return true;
	return false;
}

static bool has_expression_index(struct hinting *h, const struct cat_relation *r, str expression)
{
	str wanted = bare(h->arena, expression);
	for (size_t i = 0; i < r->nkeys; i++)
		if (r->keys[i].expression.n &&
			str_eq(bare(h->arena, r->keys[i].expression), wanted))
			return true;
	return false;
}

static enum scalar_kind kind_of(const struct gql_field *f, const struct leaf *leaf)
{
	if (gql_is_list(f->type))
		return KIND_ARRAY;
	return leaf->scalar ? leaf->scalar->kind : KIND_ENUM;
}

static const char *access_of(enum scalar_kind kind, bool is_network)
{
	if (kind == KIND_ARRAY || kind == KIND_JSON || kind == KIND_SEARCH)
		return "using gin ";
	if (kind == KIND_RANGE || kind == KIND_LTREE || is_network)
		return "using gist ";
	return "";
}

/* PostgreSQL's casts from text to these depend on settings, so they can't stand in an index. */
static bool is_volatile_key(enum scalar_kind kind, const struct place *place)
{
	return place->cast && (kind == KIND_TIME || kind == KIND_RANGE || kind == KIND_ENUM);
}

static bool is_table(const struct cat_relation *r)
{
	return r->kind == 'r' || r->kind == 'm' || r->kind == 'p';
}

static void add_hint(struct hinting *h, const struct gql_field *f, const char *what, str hint)
{
	struct diagnostic *d = vec_push(h->arena, h->out);
	*d = (struct diagnostic){ .severity = DIAG_HINT, .hint = hint };
	d->message = str_printf(h->arena, "%.*s.%.*s: %s", STR_ARG(f->parent->name),
		STR_ARG(f->name), what);
	if (!f->source || !f->node)
		return;
	struct location at = source_location(f->source, f->node->name.at);
	d->file = f->source->name;
	d->line = at.line;
	d->column = at.column;
}

/* ---- fields ---- */

static void hint_column(struct hinting *h, const struct gql_field *f, const struct cat_relation *r,
	const struct cat_column *column, enum scalar_kind kind)
{
	bool is_network = str_eq(cat_type_plain(column->type)->name, S("cidr"));
	struct buf b = buf_on(h->arena);
	if (has_column_index(r, column))
		return;
	put_column(&b, column);
	str hint = str_printf(h->arena, "create index on %.*s %s(%.*s%s);", STR_ARG(r->sql),
		access_of(kind, is_network), STR_ARG(buf_str(&b)), is_network ? " inet_ops" : "");
	add_hint(h, f, "no index serves filters by it.", hint);
}

static void hint_key(struct hinting *h, const struct gql_field *f, const struct backing *b,
	const struct binding *binding, enum scalar_kind kind)
{
	if (!b->data || !str_eq(b->data->type->name, S("jsonb")))
		return;
	if (is_volatile_key(kind, &binding->place)) {
		add_hint(h, f, "no index can serve filters by it.",
			S("PostgreSQL's cast from text to this type depends on settings. Give the value a "
			  "column of its own."));
		return;
	}
	bool as_json = kind == KIND_ARRAY || kind == KIND_JSON;
	str expression = key_expression(h, b, &binding->place, as_json);
	if (has_expression_index(h, b->relation, expression))
		return;
	bool is_network = binding->leaf.scalar == scalar_get(SCALAR_CIDR);
	str hint = str_printf(h->arena, "create index on %.*s %s(%.*s%s);",
		STR_ARG(b->relation->sql), access_of(kind, is_network), STR_ARG(expression),
		is_network ? " inet_ops" : "");
	add_hint(h, f, "no index serves filters by it.", hint);
}

static void hint_place(struct hinting *h, const struct gql_field *f, const struct backing *b,
	const struct binding *binding)
{
	enum scalar_kind kind = kind_of(f, &binding->leaf);
	if (kind == KIND_BOOLEAN || kind == KIND_VECTOR || binding->place.computed)
		return;
	if (binding->place.column)
		hint_column(h, f, b->relation, binding->place.column, kind);
	else
		hint_key(h, f, b, binding, kind);
}

/* Rows of a relation are looked up by the first column of the join. */
static void hint_relation(struct hinting *h, const struct gql_field *f,
	const struct binding *binding)
{
	const struct join *j = binding->join;
	const struct place *to = j->n ? &j->pairs[0].to : NULL;
	const struct cat_relation *r = j->link ? j->link : binding->target->relation;
	if (!to || !to->column || !is_table(r) || has_column_index(r, to->column))
		return;
	struct buf b = buf_on(h->arena);
	put_column(&b, to->column);
	str hint = str_printf(h->arena, "create index on %.*s (%.*s);", STR_ARG(r->sql),
		STR_ARG(buf_str(&b)));
	add_hint(h, f, "no index serves the relation.", hint);
}

static bool is_filtered(struct hinting *h, const struct gql_type *t)
{
	str name = str_printf(h->arena, "%.*sWhereInput", STR_ARG(t->name));
	return gql_type_find(h->model->gql, name) != NULL;
}

static void hint_type(struct hinting *h, const struct gql_type *t)
{
	const struct backing *b = model_facts(h->model, t)->source;
	bool filtered = b && is_table(b->relation) && is_filtered(h, t);
	for (size_t i = 0; i < t->nfields; i++) {
		const struct gql_field *f = &t->fields[i];
		const struct binding *binding = model_binding(h->model, f);
		if (binding->kind == BIND_RELATION)
			hint_relation(h, f, binding);
		else if (filtered && binding->kind == BIND_PLACE &&
			!gql_is_composite(f->type->type))
			hint_place(h, f, b, binding);
	}
}

void index_hints(struct arena *a, const struct model *m, struct diagnostics *out)
{
	struct hinting h = { a, m, out };
	for (size_t i = 0; i < m->gql->ntypes; i++)
		if (!m->gql->types[i]->introspection)
			hint_type(&h, m->gql->types[i]);
}
