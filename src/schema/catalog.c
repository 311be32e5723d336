/*
 * catalog - finding things in what the database has.
 *
 * Names without a schema are looked up along the search path, as PostgreSQL does it. Suggestions
 * are computed only for messages, over all names.
 */
#include "schema/catalog.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 63, QUALIFIED_MAX = 2 * NAME_MAX_BYTES + 1 };

const struct cat_relation *catalog_relation_by_oid(const struct catalog *c, uint32_t oid)
{
	return map_find(&c->relation_by_oid, (str){ (const char *)&oid, sizeof oid });
}

const struct cat_type *catalog_type(const struct catalog *c, uint32_t oid)
{
	return map_find(&c->type_by_oid, (str){ (const char *)&oid, sizeof oid });
}

const struct cat_column *cat_column_find(const struct cat_relation *r, str name)
{
	return map_find(&r->column_by_name, name);
}

const struct cat_type *cat_type_plain(const struct cat_type *t)
{
	while (t->kind == CAT_DOMAIN && t->base)
		t = t->base;
	return t;
}

/* The entry under schema.name for `name`, qualified or along the search path. */
static void *find_named(const struct catalog *c, const struct map *by_name, str name)
{
	if (str_find(name, '.') < name.n)
		return map_find(by_name, name);
	for (size_t i = 0; i < c->nsearch_path; i++) {
		char text[QUALIFIED_MAX];
		str schema = c->search_path[i];
		if (schema.n + 1 + name.n > sizeof text)
			continue;
		memcpy(text, schema.p, schema.n);
		text[schema.n] = '.';
		memcpy(text + schema.n + 1, name.p, name.n);
		void *found = map_find(by_name, (str){ text, schema.n + 1 + name.n });
		if (found)
			return found;
	}
	return NULL;
}

const struct cat_relation *catalog_relation(const struct catalog *c, str name)
{
	return name.n ? find_named(c, &c->relation_by_name, name) : NULL;
}

const struct cat_function *catalog_function(const struct catalog *c, str name)
{
	return name.n ? find_named(c, &c->function_by_name, name) : NULL;
}

const struct cat_function *catalog_function_next(const struct catalog *c,
	const struct cat_function *f)
{
	const struct cat_function *next = f + 1;
	bool same = next < c->functions + c->nfunctions && str_eq(next->name, f->name) &&
		str_eq(next->schema, f->schema);
	return same ? next : NULL;
}

/* ---- suggestions ---- */

static bool in_search_path(const struct catalog *c, str schema)
{
	for (size_t i = 0; i < c->nsearch_path; i++)
		if (str_eq(c->search_path[i], schema))
			return true;
	return false;
}

/* Nearest of schema.name keys, which may be given without a schema of the search path. */
static str nearest(const struct catalog *c, struct arena *a, const struct map *by_name, str name)
{
	bool qualified = str_find(name, '.') < name.n;
	str *names = arena_array(a, str, by_name->n);
	for (size_t i = 0; i < by_name->n; i++) {
		str key = by_name->entries[i].key;
		size_t dot = str_find(key, '.');
		bool shorten = !qualified && in_search_path(c, str_sub(key, 0, dot));
		names[i] = shorten ? str_sub(key, dot + 1, key.n) : key;
	}
	return str_nearest(name, names, by_name->n);
}

str catalog_nearest_relation(const struct catalog *c, struct arena *a, str name)
{
	return nearest(c, a, &c->relation_by_name, name);
}

str catalog_nearest_function(const struct catalog *c, struct arena *a, str name)
{
	return nearest(c, a, &c->function_by_name, name);
}

str cat_nearest_column(const struct cat_relation *r, struct arena *a, str name)
{
	str *names = arena_array(a, str, r->ncolumns);
	for (size_t i = 0; i < r->ncolumns; i++)
		names[i] = r->columns[i].name;
	return str_nearest(name, names, r->ncolumns);
}

const struct cat_constraint *catalog_constraint(const struct catalog *c, str schema, str table,
	str name)
{
	char full[256];
	int n = snprintf(full, sizeof full, "%.*s.%.*s.%.*s", STR_ARG(schema), STR_ARG(table),
		STR_ARG(name));
	bool fits = n > 0 && (size_t)n < sizeof full;
	return fits ? map_find(&c->constraint_by_name, (str){ full, (size_t)n }) : NULL;
}
