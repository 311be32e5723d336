/*
 * leaf - scalars and enums against column types: what fits, what would, and which label stands for
 * which enum value.
 *
 * An enum's values are stored as labels of a PostgreSQL enum when the column has such a type, or
 * for keys of documents when an enum of the database fits; else as the names that they have in
 * GraphQL. A label is equal to the value's name, or equal once it is written in capitals, or given
 * by @column(name:).
 */
#include "schema/compile_int.h"

#include "schema/names.h"

/* ---- enums ---- */

static str given_label(struct compiler *c, const struct gql_enum_value *v)
{
	str label = STR_NONE;
	const struct ast_directive *d =
		v->node ? directive_find(&v->node->directives, "column") : NULL;
	const struct ast_value *name = d ? directive_arg(d, "name") : NULL;
	if (name && name->kind == AST_STRING)
		label = name->text;
	UNUSED(c);
	return label;
}

/* The PostgreSQL label of a value, or empty. */
static str label_in(struct compiler *c, const struct gql_enum_value *v, const struct cat_type *pg)
{
	str given = given_label(c, v), upper = STR_NONE;
	for (size_t i = 0; i < pg->nlabels; i++) {
		str label = pg->labels[i];
		if (str_eq(label, given.n ? given : v->name))
			return label;
		if (!given.n && !upper.n && str_eq(names_upper(c->arena, label), v->name))
			upper = label;
	}
	return upper;
}

static bool all_labels_in(struct compiler *c, const struct gql_type *t, const struct cat_type *pg)
{
	for (size_t i = 0; i < t->nvalues; i++)
		if (!label_in(c, &t->values[i], pg).n)
			return false;
	return true;
}

/* The PostgreSQL enum that a document's values of the type most likely come from, or NULL. */
static const struct cat_type *guess_enum(struct compiler *c, const struct gql_type *t)
{
	str snake = names_snake(c->arena, t->name);
	const struct cat_type *found = NULL;
	for (size_t i = 0; i < c->catalog->ntypes; i++) {
		const struct cat_type *pg = &c->catalog->types[i];
		if (pg->kind != CAT_ENUM || !all_labels_in(c, t, pg))
			continue;
		if (str_eq(pg->name, snake))
			return pg;
		if (!found)
			found = pg;
	}
	return found;
}

static size_t label_position(const struct cat_type *pg, str label)
{
	size_t i = 0;
	while (i < pg->nlabels && !str_eq(pg->labels[i], label))
		i++;
	return i;
}

static bool is_in_order(const struct enum_map *m)
{
	for (size_t i = 1; m->pg && i < m->n; i++)
		if (label_position(m->pg, m->labels[i - 1]) > label_position(m->pg, m->labels[i]))
			return false;
	return m->pg != NULL;
}

static struct enum_map *make_map(struct compiler *c, const struct gql_type *t,
	const struct cat_type *pg)
{
	struct enum_map *m = arena_new(c->arena, struct enum_map);
	m->labels = arena_array(c->arena, str, t->nvalues);
	m->n = t->nvalues;
	m->by_label = map_on(c->arena, 0);
	m->pg = pg;
	for (size_t i = 0; i < t->nvalues; i++) {
		struct gql_enum_value *v = &t->values[i];
		str label = pg ? label_in(c, v, pg) : given_label(c, v);
		m->labels[i] = label.n ? label : v->name;
		map_set(&m->by_label, m->labels[i], v);
	}
	m->in_order = is_in_order(m);
	return m;
}

static bool is_json(const struct cat_type *pg)
{
	return str_eq(pg->name, S("jsonb")) || str_eq(pg->name, S("json"));
}

const struct enum_map *leaf_enum_map(struct compiler *c, const struct gql_type *t,
	const struct cat_type *pg)
{
	struct enum_maps *maps = &c->enum_maps[t->id];
	if (pg)
		pg = cat_type_plain(pg);
	bool text = pg && pg->kind != CAT_ENUM && !is_json(pg);
	if (pg && pg->kind != CAT_ENUM)
		pg = NULL;
	for (size_t i = 0; i < maps->n; i++)
		if (maps->at[i].pg == pg && maps->at[i].text == text)
			return maps->at[i].map;
	const struct cat_type *of = pg || text ? pg : guess_enum(c, t);
	const struct enum_map *made = make_map(c, t, of);
	*vec_push(c->arena, maps) = (struct enum_map_of){ pg, text, made };
	return made;
}

/* ---- leaves ---- */

struct leaf leaf_of(struct compiler *c, const struct gql_type *t, const struct cat_type *pg)
{
	struct leaf leaf = { 0 };
	if (t->kind == GQL_SCALAR)
		leaf.scalar = scalar_find(t->name);
	if (t->kind == GQL_ENUM) {
		leaf.enum_type = t;
		leaf.labels = leaf_enum_map(c, t, pg);
	}
	return leaf;
}

const char *leaf_cast(struct compiler *c, const struct leaf *leaf)
{
	if (leaf->labels && leaf->labels->pg)
		return str_z(c->arena, leaf->labels->pg->sql);
	if (!leaf->scalar || str_eq(str_from(leaf->scalar->pg), S("text")))
		return NULL;
	return leaf->scalar->pg;
}

static bool is_text(const struct cat_type *pg)
{
	return scalar_reads(scalar_get(SCALAR_STRING), pg->name);
}

static str enum_fits(struct compiler *c, const struct gql_type *t, const struct cat_type *pg)
{
	for (size_t i = 0; i < t->nvalues; i++)
		if (!label_in(c, &t->values[i], pg).n)
			return str_printf(c->arena,
				"The value %.*s is no label of it, neither as it is nor in "
				"capitals; @column(name:) on the value says which label it is.",
				STR_ARG(t->values[i].name));
	return STR_NONE;
}

static str what_fits(struct compiler *c, const struct cat_type *pg)
{
	if (pg->kind == CAT_ENUM)
		return str_printf(c->arena,
			"An enum type with the labels of \"%.*s\" as values fits.",
			STR_ARG(pg->sql));
	const struct scalar *s = scalar_for_pg(pg->name);
	if (s)
		return str_printf(c->arena, "%s fits.", s->name);
	if (pg->kind == CAT_ARRAY && pg->base) {
		const struct cat_type *item = cat_type_plain(pg->base);
		s = scalar_for_pg(item->name);
		if (s)
			return str_printf(c->arena, "[%s] fits.", s->name);
	}
	return S("No scalar fits; a view can cast the column to a type that one does.");
}

static bool item_reads(struct compiler *c, const struct gql_type *t, const struct cat_type *pg,
	str *fits)
{
	pg = cat_type_plain(pg);
	if (t->kind == GQL_ENUM && pg->kind == CAT_ENUM) {
		*fits = enum_fits(c, t, pg);
		return fits->n == 0;
	}
	const struct scalar *s = t->kind == GQL_SCALAR ? scalar_find(t->name) : NULL;
	if (t->kind == GQL_ENUM ? is_text(pg) : !s || scalar_reads(s, pg->name))
		return true; /* an unknown scalar is reported where it is declared */
	*fits = what_fits(c, pg);
	return false;
}

bool leaf_reads(struct compiler *c, const struct gql_ref *ref, const struct cat_type *pg, str *fits)
{
	pg = cat_type_plain(pg);
	if (!gql_is_list(ref))
		return item_reads(c, ref->type, pg, fits);
	if (is_json(pg))
		return true;
	if (pg->kind == CAT_ARRAY && pg->base && item_reads(c, ref->type, pg->base, fits))
		return true;
	*fits = what_fits(c, pg);
	return false;
}
