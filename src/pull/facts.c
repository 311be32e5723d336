/* facts - reads the document that sql/pull.sql returns. */
#include "pull/facts.h"

#include "base/arena.h"
#include "base/jread.h"
#include "base/num.h"

enum { DEPTH = 8 };

static str address_key(struct arena *a, const void *p)
{
	const void **stored = arena_new(a, const void *);
	*stored = p;
	return (str){ (const char *)stored, sizeof *stored };
}

struct pull_view *pull_view_of(const struct pull_facts *f, const struct cat_relation *r)
{
	const void *p = r;
	return map_find(&f->views, (str){ (const char *)&p, sizeof p });
}

bool pull_is_extension(const struct pull_facts *f, uint32_t oid)
{
	return map_find(&f->extension, (str){ (const char *)&oid, sizeof oid }) != NULL;
}

const struct cat_type *pull_type(const struct pull_facts *f, str schema, str name)
{
	if (!schema.n)
		return map_find(&f->types, name);
	return map_find(&f->types,
		str_printf(f->arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name)));
}

/* PostgreSQL's own types win, then the first of a name. */
static void index_types(struct pull_facts *f)
{
	const struct catalog *c = f->catalog;
	f->types = map_on(f->arena, 0);
	for (size_t i = 0; i < c->ntypes; i++)
		if (str_eq(c->types[i].schema, S("pg_catalog")))
			map_add(&f->types, c->types[i].name, &c->types[i]);
	for (size_t i = 0; i < c->ntypes; i++) {
		map_add(&f->types, c->types[i].name, &c->types[i]);
		map_add(&f->types,
			str_printf(f->arena, "%.*s.%.*s", STR_ARG(c->types[i].schema),
				STR_ARG(c->types[i].name)),
			&c->types[i]);
	}
}

static bool read_oid(struct jread *r, uint32_t *out)
{
	str text;
	uint64_t v;
	if (!jread_number(r, &text) || !num_u64(text, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool read_relation(struct pull_facts *f, struct jread *r, const struct cat_relation **out)
{
	uint32_t oid;
	str name;
	if (jread_peek(r) == JSON_STRING) {
		if (!jread_string(r, f->arena, &name))
			return false;
		*out = catalog_relation(f->catalog, name);
		return true;
	}
	if (!read_oid(r, &oid))
		return false;
	*out = catalog_relation_by_oid(f->catalog, oid);
	return true;
}

static bool read_view(struct pull_facts *f, struct jread *r)
{
	struct pull_view *v = arena_new(f->arena, struct pull_view);
	str key;
	jread_object(r);
	while (jread_member(r, f->arena, &key)) {
		bool ok = str_eq(key, S("relation")) ? read_relation(f, r, &v->relation)
			: str_eq(key, S("sql"))      ? jread_string(r, f->arena, &v->sql)
						     : jread_skip(r);
		if (!ok)
			return false;
	}
	if (v->relation)
		map_add(&f->views, address_key(f->arena, v->relation), v);
	return jread_ok(r);
}

static bool read_builtin(struct pull_facts *f, struct jread *r)
{
	const struct cat_type *type = NULL;
	uint32_t oid;
	str name, text;
	jread_array(r);
	if (!jread_element(r) || !jread_string(r, f->arena, &name) || !jread_element(r))
		return false;
	if (jread_peek(r) == JSON_STRING) {
		if (!jread_string(r, f->arena, &text))
			return false;
		type = pull_type(f, STR_NONE, text);
	} else if (read_oid(r, &oid)) {
		type = catalog_type(f->catalog, oid);
	}
	if (type)
		map_add(&f->builtins, name, (void *)(uintptr_t)type);
	return !jread_element(r) && jread_ok(r);
}

static bool read_extension(struct pull_facts *f, struct jread *r)
{
	str kind;
	jread_object(r);
	while (jread_member(r, f->arena, &kind)) {
		jread_array(r);
		while (jread_element(r)) {
			uint32_t *oid = arena_new(f->arena, uint32_t);
			if (!read_oid(r, oid))
				return false;
			map_add(&f->extension, (str){ (const char *)oid, sizeof *oid }, f);
		}
	}
	return jread_ok(r);
}

typedef bool read_fn(struct pull_facts *f, struct jread *r);

static bool read_list(struct pull_facts *f, struct jread *r, read_fn *one)
{
	jread_array(r);
	while (jread_element(r))
		if (!one(f, r))
			return false;
	return jread_ok(r);
}

static bool read_all(struct pull_facts *f, struct jread *r)
{
	str key;
	jread_object(r);
	while (jread_member(r, f->arena, &key)) {
		bool ok = str_eq(key, S("views"))     ? read_list(f, r, read_view)
			: str_eq(key, S("builtins"))  ? read_list(f, r, read_builtin)
			: str_eq(key, S("extension")) ? read_extension(f, r)
						      : jread_skip(r);
		if (!ok)
			return false;
	}
	return jread_end(r);
}

bool pull_facts_read(struct arena *a, const struct catalog *catalog, str json,
	struct pull_facts **out, struct err *e)
{
	struct pull_facts *f = arena_new(a, struct pull_facts);
	struct jread r = jread_on(json, DEPTH);
	*f = (struct pull_facts){ .arena = a,
		.catalog = catalog,
		.views = map_on(a, 0),
		.builtins = map_on(a, 0),
		.extension = map_on(a, 0) };
	index_types(f);
	*out = f;
	return read_all(f, &r) ||
		err_set(e, ERR_INTERNAL, "The document of sql/pull.sql is broken at byte %zu.",
			r.at);
}
