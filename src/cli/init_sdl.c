/*
 * init_sdl - catalog facts → a first schema.graphql.
 *
 * A relation becomes a type, a column a field, a foreign key a field on each side. Where a database
 * has a view and a table for the same thing (v_user, tb_user) the view is taken. The result is a
 * file to edit: nothing here tries to be clever about mutations or JSON documents; what can't be
 * said is left out with a comment.
 */
#include "cli/init.h"

#include "schema/names.h"
#include "schema/scalar.h"

#include <stdlib.h>

/* ---- nouns ---- */

str init_singular(struct arena *a, str n)
{
	static const str KEEP[] = { STR_INIT("ss"), STR_INIT("us"), STR_INIT("is"),
		STR_INIT("news"), STR_INIT("series"), STR_INIT("species") };
	static const str ES[] = { STR_INIT("sses"), STR_INIT("xes"), STR_INIT("ches"),
		STR_INIT("shes"), STR_INIT("zes") };
	for (size_t i = 0; i < COUNT(KEEP); i++)
		if (str_ends(n, KEEP[i]))
			return n;
	if (str_ends(n, S("ies")) && n.n > 4)
		return str_printf(a, "%.*sy", (int)n.n - 3, n.p);
	for (size_t i = 0; i < COUNT(ES); i++)
		if (str_ends(n, ES[i]))
			return str_sub(n, 0, n.n - 2);
	return str_ends(n, S("s")) && n.n > 2 ? str_sub(n, 0, n.n - 1) : n;
}

str init_plural(struct arena *a, str n)
{
	static const str ES[] = { STR_INIT("s"), STR_INIT("x"), STR_INIT("ch"), STR_INIT("sh"),
		STR_INIT("z") };
	bool vowel = n.n > 1 && str_find(S("aeiou"), n.p[n.n - 2]) < 5;
	if (!str_eq(init_singular(a, n), n))
		return n;
	if (str_ends(n, S("y")) && !vowel)
		return str_printf(a, "%.*sies", (int)n.n - 1, n.p);
	for (size_t i = 0; i < COUNT(ES); i++)
		if (str_ends(n, ES[i]))
			return str_printf(a, "%.*ses", STR_ARG(n));
	return str_printf(a, "%.*ss", STR_ARG(n));
}

/* ---- which relations ---- */

struct type {
	const struct cat_relation *relation;
	str name;          /* UserAccount */
	str one, many;     /* user_account, user_accounts */
	unsigned rank;     /* the lower of two relations for one thing is taken */
	struct map fields; /* names in use */
};

struct sdl {
	struct arena *a;
	const struct catalog *catalog;
	struct {
		VEC(struct type *);
	} types;
	struct map by_name, by_relation;
	struct {
		VEC(const struct cat_type *);
	} enums;
	struct map enum_names;
	struct buf out;
};

static str stem(str name, unsigned *rank)
{
	static const struct {
		str prefix;
		unsigned rank;
	} PREFIXES[] = { { STR_INIT("v_"), 0 }, { STR_INIT("tv_"), 1 }, { STR_INIT("mv_"), 2 },
		{ STR_INIT("tb_"), 4 }, { STR_INIT("tl_"), 4 } };
	for (size_t i = 0; i < COUNT(PREFIXES); i++) {
		if (str_starts(name, PREFIXES[i].prefix)) {
			*rank = PREFIXES[i].rank;
			return str_sub(name, PREFIXES[i].prefix.n, name.n);
		}
	}
	*rank = 3;
	return name;
}

static bool on_path(const struct catalog *c, str schema)
{
	for (size_t i = 0; i < c->nsearch_path; i++)
		if (str_eq(c->search_path[i], schema) && !str_eq(schema, S("fraiseql")))
			return true;
	return false;
}

static const char *scalar_name(const struct cat_type *t);

static bool is_internal(str column)
{
	return str_starts(column, S("pk_")) || str_starts(column, S("fk_"));
}

static bool has_fields(const struct cat_relation *r)
{
	for (size_t i = 0; i < r->ncolumns; i++) {
		const struct cat_type *t = cat_type_plain(r->columns[i].type);
		if (!is_internal(r->columns[i].name) && (t->kind == CAT_ENUM || scalar_name(t)))
			return true;
	}
	return false;
}

static void add_relation(struct sdl *s, const struct cat_relation *r)
{
	unsigned rank;
	str base = stem(r->name, &rank);
	str one = init_singular(s->a, base);
	str name = names_pascal(s->a, one);
	if (!on_path(s->catalog, r->schema) || !names_is_graphql(name) || !has_fields(r))
		return;
	static const str TAKEN[] = { STR_INIT("Query"), STR_INIT("Mutation"),
		STR_INIT("Subscription") };
	for (size_t i = 0; i < COUNT(TAKEN); i++)
		if (str_eq(name, TAKEN[i]))
			name = str_printf(s->a, "%.*sRow", STR_ARG(name));
	if (scalar_find(name))
		name = str_printf(s->a, "%.*sRow", STR_ARG(name));
	struct type *known = map_find(&s->by_name, name);
	if (known && known->rank <= rank)
		return;
	struct type *t = known ? known : *vec_push(s->a, &s->types);
	if (!known) {
		t = arena_new(s->a, struct type);
		s->types.at[s->types.n - 1] = t;
		map_add(&s->by_name, name, t);
	}
	*t = (struct type){ r, name, one, init_plural(s->a, one), rank, map_on(s->a, 0) };
	if (str_eq(t->one, t->many))
		t->many = str_printf(s->a, "%.*s_list", STR_ARG(t->one));
}

static int by_name(const void *a, const void *b)
{
	const struct type *const *x = a, *const *y = b;
	return str_cmp((*x)->name, (*y)->name);
}

static void find_types(struct sdl *s)
{
	for (size_t i = 0; i < s->catalog->nrelations; i++)
		if (s->catalog->relations[i].kind != 'c')
			add_relation(s, &s->catalog->relations[i]);
	if (s->types.n)
		qsort(s->types.at, s->types.n, sizeof(struct type *), by_name);
	for (size_t i = 0; i < s->types.n; i++)
		map_add(&s->by_relation, s->types.at[i]->relation->sql, s->types.at[i]);
}

/* ---- columns ---- */

static const char *scalar_name(const struct cat_type *t)
{
	const struct scalar *scalar = scalar_for_pg(t->name);
	return scalar ? scalar->name : NULL;
}

static str enum_name(struct sdl *s, const struct cat_type *t)
{
	str name = names_pascal(s->a, t->name);
	if (map_find(&s->by_name, name))
		name = str_printf(s->a, "%.*sEnum", STR_ARG(name));
	if (map_add(&s->enum_names, name, NULL))
		*vec_push(s->a, &s->enums) = t;
	return name;
}

/* The GraphQL type of a column without "!", empty when there is none. */
static str type_of(struct sdl *s, const struct cat_type *column)
{
	const struct cat_type *t = cat_type_plain(column);
	const struct cat_type *item = t->kind == CAT_ARRAY ? cat_type_plain(t->base) : t;
	const char *scalar = scalar_name(item);
	str name = item->kind == CAT_ENUM ? enum_name(s, item) : str_from(scalar);
	if (name.n == 0 || t->kind != CAT_ARRAY)
		return name;
	return str_printf(s->a, "[%.*s]", STR_ARG(name));
}

static void put_description(struct buf *b, const char *indent, str text)
{
	if (text.n == 0 || str_find_str(text, S("\"\"\"")) < text.n)
		return;
	bool block = str_find(text, '\n') < text.n || str_find(text, '"') < text.n ||
		str_find(text, '\\') < text.n;
	if (!block) {
		buf_printf(b, "%s\"%.*s\"\n", indent, STR_ARG(text));
		return;
	}
	buf_printf(b, "%s\"\"\"\n", indent);
	while (text.n > 0) {
		str line = str_split(&text, '\n');
		buf_printf(b, "%s%.*s\n", indent, STR_ARG(line));
	}
	buf_printf(b, "%s\"\"\"\n", indent);
}

static void put_column(struct sdl *s, struct type *t, const struct cat_column *c)
{
	struct buf *b = &s->out;
	str field = names_camel(s->a, c->name), type = type_of(s, c->type);
	if (is_internal(c->name))
		return;
	if (!names_is_graphql(field) || type.n == 0 || !map_add(&t->fields, field, t)) {
		buf_printf(b, "  # %.*s: %.*s can't be said here\n", STR_ARG(c->name),
			STR_ARG(c->type->sql));
		return;
	}
	put_description(b, "  ", c->comment);
	buf_printf(b, "  %.*s: %.*s%s", STR_ARG(field), STR_ARG(type), c->not_null ? "!" : "");
	if (!str_eq(names_snake(s->a, field), c->name))
		buf_printf(b, " @column(name: \"%.*s\")", STR_ARG(c->name));
	buf_lit(b, "\n");
}

/* ---- relations ---- */

static void put_names(struct buf *b, const struct cat_column **columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s\"%.*s\"", i ? ", " : "", STR_ARG(columns[i]->name));
}

static void put_join(struct buf *b, const struct cat_column **from, const struct cat_column **to,
	size_t n)
{
	buf_lit(b, " @relation(fields: [");
	put_names(b, from, n);
	buf_lit(b, "], references: [");
	put_names(b, to, n);
	buf_lit(b, "])\n");
}

/* author_id, fk_author → author; else the target's name. */
static str role(struct sdl *s, const struct cat_foreign_key *k, const struct type *target)
{
	str c = k->columns[0]->name;
	if (k->n == 1 && str_ends(c, S("_id")) && c.n > 3)
		return names_camel(s->a, str_sub(c, 0, c.n - 3));
	if (k->n == 1 && str_starts(c, S("fk_")))
		return names_camel(s->a, str_sub(c, 3, c.n));
	return names_camel(s->a, target->one);
}

static void put_to_one(struct sdl *s, struct type *t, const struct cat_foreign_key *k)
{
	struct type *target = map_find(&s->by_relation, k->to->sql);
	if (!target)
		return;
	str field = role(s, k, target);
	if (!names_is_graphql(field) || !map_add(&t->fields, field, t))
		return;
	bool required = true;
	for (size_t i = 0; i < k->n; i++)
		required = required && k->columns[i]->not_null;
	buf_printf(&s->out, "  %.*s: %.*s%s", STR_ARG(field), STR_ARG(target->name),
		required ? "!" : "");
	put_join(&s->out, k->columns, k->references, k->n);
}

static void put_to_many(struct sdl *s, struct type *t, const struct type *from,
	const struct cat_foreign_key *k)
{
	str field = names_camel(s->a, from->many);
	if (!map_add(&t->fields, field, t)) {
		str by = names_pascal(s->a, k->columns[0]->name);
		field = str_printf(s->a, "%.*sBy%.*s", STR_ARG(field), STR_ARG(by));
		if (!map_add(&t->fields, field, t))
			return;
	}
	buf_printf(&s->out, "  %.*s: [%.*s!]!", STR_ARG(field), STR_ARG(from->name));
	put_join(&s->out, k->references, k->columns, k->n);
}

static void put_relations(struct sdl *s, struct type *t)
{
	for (size_t i = 0; i < t->relation->nforeign_keys; i++)
		put_to_one(s, t, &t->relation->foreign_keys[i]);
	for (size_t i = 0; i < s->types.n; i++) {
		const struct type *from = s->types.at[i];
		for (size_t k = 0; k < from->relation->nforeign_keys; k++)
			if (from->relation->foreign_keys[k].to == t->relation)
				put_to_many(s, t, from, &from->relation->foreign_keys[k]);
	}
}

static void put_type(struct sdl *s, struct type *t)
{
	const struct cat_relation *r = t->relation;
	put_description(&s->out, "", r->comment);
	buf_printf(&s->out, "type %.*s @source(relation: \"%.*s\") {\n", STR_ARG(t->name),
		STR_ARG(r->name));
	for (size_t i = 0; i < r->ncolumns; i++)
		put_column(s, t, &r->columns[i]);
	put_relations(s, t);
	buf_lit(&s->out, "}\n\n");
}

/* ---- enums and Query ---- */

/* A label as a name: capitals, and underscores for what a name can't have. */
static str value_name(struct sdl *s, str label)
{
	str upper = names_upper(s->a, label);
	if (names_is_graphql(upper))
		return upper;
	struct buf b = buf_on(s->a);
	buf_lit(&b, "V_");
	for (size_t i = 0; i < upper.n; i++) {
		char c = upper.p[i];
		bool fine = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		buf_putc(&b, fine ? c : '_');
	}
	return buf_str(&b);
}

static void put_enum(struct sdl *s, const struct cat_type *t)
{
	struct map names = map_on(s->a, 0);
	put_description(&s->out, "", t->comment);
	buf_printf(&s->out, "enum %.*s {\n", STR_ARG(enum_name(s, t)));
	for (size_t i = 0; i < t->nlabels; i++) {
		str name = value_name(s, t->labels[i]);
		if (!map_add(&names, name, s))
			name = str_printf(s->a, "%.*s_%zu", STR_ARG(name), i);
		buf_printf(&s->out, "  %.*s", STR_ARG(name));
		if (!str_eq(name, names_upper(s->a, t->labels[i])))
			buf_printf(&s->out, " @column(name: \"%.*s\")", STR_ARG(t->labels[i]));
		buf_lit(&s->out, "\n");
	}
	buf_lit(&s->out, "}\n\n");
}

/* The column that one row is asked for by: a primary key of one column, else `id`. */
static const struct cat_column *key_of(const struct cat_relation *r)
{
	if (r->primary && r->primary->n == 1 && !is_internal(r->primary->columns[0]->name))
		return r->primary->columns[0];
	return cat_column_find(r, S("id"));
}

static void put_query(struct sdl *s)
{
	buf_lit(&s->out, "type Query {\n");
	for (size_t i = 0; i < s->types.n; i++) {
		struct type *t = s->types.at[i];
		const struct cat_column *key = key_of(t->relation);
		str type = key ? type_of(s, key->type) : STR_NONE;
		if (type.n)
			buf_printf(&s->out, "  %.*s(%.*s: %.*s!): %.*s\n",
				STR_ARG(names_camel(s->a, t->one)),
				STR_ARG(names_camel(s->a, key->name)), STR_ARG(type),
				STR_ARG(t->name));
		buf_printf(&s->out, "  %.*s: [%.*s!]!\n", STR_ARG(names_camel(s->a, t->many)),
			STR_ARG(t->name));
	}
	buf_lit(&s->out, "}\n");
}

bool init_sdl(struct arena *a, const struct catalog *c, str *out, size_t *types, struct err *e)
{
	struct sdl s = { .a = a,
		.catalog = c,
		.by_name = map_on(a, 0),
		.by_relation = map_on(a, 0),
		.enum_names = map_on(a, 0),
		.out = buf_on(a) };
	find_types(&s);
	if (s.types.n == 0)
		return err_set(e, ERR_CONFIG,
			"there is no table or view in the search path of database \"%.*s\"",
			STR_ARG(c->database));
	for (size_t i = 0; i < s.types.n; i++)
		put_type(&s, s.types.at[i]);
	for (size_t i = 0; i < s.enums.n; i++)
		put_enum(&s, s.enums.at[i]);
	put_query(&s);
	*out = buf_str(&s.out);
	*types = s.types.n;
	return true;
}
