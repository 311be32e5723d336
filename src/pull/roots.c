/*
 * roots - fields of Query: one row by its key, one by each other unique key, and the list.
 */
#include "pull/draft.h"

#include "schema/names.h"

#include <stdlib.h>

enum { COLUMNS_MAX = 8 };

struct by {
	const struct cat_column *columns[COLUMNS_MAX];
	size_t n;
};

static int by_text(const void *a, const void *b)
{
	const str *x = a, *y = b;
	return str_cmp(*x, *y);
}

static str root_key(struct draft *d, const struct draft_type *t, char kind, const struct by *by)
{
	str names[COLUMNS_MAX];
	struct buf b = buf_on(d->arena);
	for (size_t i = 0; i < by->n; i++)
		names[i] = by->columns[i]->name;
	if (by->n)
		qsort(names, by->n, sizeof *names, by_text);
	buf_printf(&b, "%c%.*s(", kind, STR_ARG(t->relation->sql));
	for (size_t i = 0; i < by->n; i++)
		buf_printf(&b, "%s%.*s", i ? "," : "", STR_ARG(names[i]));
	buf_lit(&b, ")");
	return buf_str(&b);
}

/* The field of the type for a column; NULL when it shows none. */
static const struct draft_field *field_of(struct draft *d, const struct draft_type *t,
	const struct cat_column *c)
{
	str key = str_printf(d->arena, "=%.*s", STR_ARG(c->name));
	size_t number = (size_t)(uintptr_t)map_find(&t->keys, key);
	return number ? &t->fields.at[number - 1] : NULL;
}

static bool put_arguments(struct draft *d, const struct draft_type *t, const struct by *by,
	str *out)
{
	struct buf b = buf_on(d->arena);
	for (size_t i = 0; i < by->n; i++) {
		const struct draft_field *f = field_of(d, t, by->columns[i]);
		str type = draft_type_of(d, by->columns[i]->type, false);
		if (!f || !type.n || type.p[0] == '[')
			return false;
		buf_printf(&b, "%s%.*s: %.*s!", i ? ", " : "(", STR_ARG(f->name), STR_ARG(type));
		if (!str_eq(draft_bound(d->arena, t->relation, f->name), by->columns[i]->name))
			buf_printf(&b, " @column(name: %.*s)",
				STR_ARG(draft_literal(d, by->columns[i]->name)));
	}
	buf_lit(&b, ")");
	*out = buf_str(&b);
	return true;
}

static bool put_by(struct draft *d, const struct draft_type *t, const struct by *by, str name)
{
	struct draft_field f = { .name = name_field(d->arena, name),
		.type = t->name,
		.key = root_key(d, t, '?', by) };
	return put_arguments(d, t, by, &f.args) && draft_put(d, d->query, &f);
}

/* The type's columns for a key of its main table. */
static bool key_columns(const struct draft_type *t, const struct cat_key *k, struct by *out)
{
	*out = (struct by){ 0 };
	if (k->n == 0 || k->n > COLUMNS_MAX || !k->unique)
		return false;
	for (size_t i = 0; i < k->n; i++) {
		const struct cat_column *c = k->columns[i];
		if (t->relation != t->main) {
			const struct cat_column *same = cat_column_find(t->relation, c->name);
			const struct doc_field *f =
				same && t->view ? view_field(t->view, c->name) : NULL;
			bool copy = f && f->doc->origin == c &&
				str_eq(f->doc->place, t->view->main_place);
			c = copy ? same : NULL;
		}
		if (!c || name_is_internal(c->name))
			return false;
		out->columns[out->n++] = c;
	}
	return true;
}

static str by_name(struct draft *d, const struct draft_type *t, const struct by *by)
{
	struct buf b = buf_on(d->arena);
	buf_printf(&b, "%.*s_by_", STR_ARG(t->one));
	for (size_t i = 0; i < by->n; i++)
		buf_printf(&b, "%s%.*s", i ? "_and_" : "", STR_ARG(by->columns[i]->name));
	return buf_str(&b);
}

static bool all_required(const struct draft_type *t, const struct by *by)
{
	bool table = t->relation == t->main;
	for (size_t i = 0; i < by->n; i++)
		if (table && !by->columns[i]->not_null)
			return false;
	return true;
}

static void put_type(struct draft *d, const struct draft_type *t)
{
	const struct cat_relation *keys = t->main ? t->main : t->relation;
	const struct cat_column *id = cat_column_find(t->relation, S("id"));
	struct by by, none = { 0 };
	bool done = t->relation == t->main && keys->primary && key_columns(t, keys->primary, &by) &&
		put_by(d, t, &by, t->one);
	if (!done && id) {
		by = (struct by){ .columns = { id }, .n = 1 };
		put_by(d, t, &by, t->one);
	}
	for (size_t i = 0; i < keys->nkeys; i++)
		if (!keys->keys[i].primary && key_columns(t, &keys->keys[i], &by) &&
			all_required(t, &by))
			put_by(d, t, &by, by_name(d, t, &by));
	struct draft_field list = { .name = name_field(d->arena, t->many),
		.type = str_printf(d->arena, "[%.*s!]!", STR_ARG(t->name)),
		.key = root_key(d, t, '*', &none) };
	if (!draft_put(d, d->query, &list)) {
		list.name = str_printf(d->arena, "all%.*s", STR_ARG(name_type(d->arena, t->many)));
		draft_put(d, d->query, &list);
	}
}

/* albumsConnection: AlbumConnection!, and the same for aggregates. */
static void put_made(struct draft *d, const struct draft_type *t, const char *suffix, char kind)
{
	struct draft_field f = { 0 };
	str type = str_printf(d->arena, "%.*s%s", STR_ARG(t->name), suffix);
	f.name = str_printf(d->arena, "%.*s%s", STR_ARG(name_field(d->arena, t->many)), suffix);
	f.type = str_printf(d->arena, "%.*s!", STR_ARG(type));
	f.key = str_printf(d->arena, "%c%.*s", kind, STR_ARG(t->relation->sql));
	if (!map_find(&d->by_name, type))
		draft_put(d, d->query, &f);
}

void draft_roots(struct draft *d)
{
	for (size_t i = 0; i < d->types.n; i++) {
		const struct draft_type *t = d->types.at[i];
		if (!t->relation || t->frozen || t->is_link)
			continue;
		put_type(d, t);
		if (d->options->connections)
			put_made(d, t, "Connection", '&');
		if (d->options->aggregates)
			put_made(d, t, "Aggregate", '+');
	}
}
