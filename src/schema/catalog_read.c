/*
 * catalog_read - the document that sql/catalog.sql returns → struct catalog.
 *
 * Parts refer to each other, so they are read in the order in which they can be resolved: types,
 * relations with their columns, keys and foreign keys, functions. A first pass over the document
 * only notes where each part stands. A type is named by its oid, or for documents that people write
 * (tests) by its name; columns in keys by number or name; a relation by oid or schema.name.
 *
 * Times are linear in the document; the arrays are final before pointers to their elements are
 * kept.
 */
#include "schema/catalog.h"

#include "base/jread.h"
#include "base/num.h"
#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH = 16 };

struct strs {
	VEC(str);
};

struct raw_keys { /* of a relation, read when all columns are known */
	str keys, foreign_keys;
};

struct loader {
	struct arena *arena;
	struct catalog *c;
	struct err *e;
	struct strs types, relations, functions, constraints; /* parts of the document */
	struct map type_by_name;                              /* name, and schema.name */
	struct {
		VEC(struct cat_type);
	} type_list;
	struct {
		VEC(struct cat_relation);
	} relation_list;
	struct {
		VEC(struct raw_keys);
	} raw;
	struct {
		VEC(struct cat_function);
	} function_list;
};

static bool broken(struct loader *l, const struct jread *r, const char *what)
{
	return err_set(l->e, ERR_INTERNAL, "The catalog document is broken at byte %zu: %s.",
		r->fault ? r->fault_at : r->at, r->fault ? r->fault : what);
}

/* ---- values ---- */

static bool read_number(struct jread *r, double *out)
{
	str text;
	return jread_number(r, &text) && num_f64(text, out);
}

static bool read_u32(struct jread *r, uint32_t *out)
{
	str text;
	uint64_t v;
	if (!jread_number(r, &text) || !num_u64(text, &v) || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

static bool read_char(struct loader *l, struct jread *r, char *out)
{
	str text;
	if (!jread_string(r, l->arena, &text) || text.n == 0)
		return false;
	*out = text.p[0];
	return true;
}

static bool read_strs(struct loader *l, struct jread *r, str **out, size_t *n)
{
	struct strs list = { 0 };
	if (!jread_array(r))
		return false;
	while (jread_element(r))
		if (!jread_string(r, l->arena, vec_push(l->arena, &list)))
			return false;
	*out = list.at;
	*n = list.n;
	return jread_ok(r);
}

static str oid_key(const uint32_t *oid)
{
	return (str){ (const char *)oid, sizeof *oid };
}

/* "text[]" is the array type _text. */
static const struct cat_type *named_type(struct loader *l, str name)
{
	if (str_ends(name, S("[]")))
		name = str_printf(l->arena, "_%.*s", STR_ARG(str_sub(name, 0, name.n - 2)));
	return map_find(&l->type_by_name, name);
}

static bool read_type_ref(struct loader *l, struct jread *r, const struct cat_type **out)
{
	uint32_t oid;
	str name;
	if (jread_peek(r) == JSON_STRING) {
		if (!jread_string(r, l->arena, &name))
			return false;
		*out = named_type(l, name);
	} else {
		if (!read_u32(r, &oid))
			return false;
		*out = map_find(&l->c->type_by_oid, oid_key(&oid));
	}
	return *out || broken(l, r, "unknown type");
}

/* ---- the document ---- */

static bool read_top(struct loader *l, struct jread *r, str key)
{
	struct catalog *c = l->c;
	if (str_eq(key, S("database")))
		return jread_string(r, l->arena, &c->database);
	if (str_eq(key, S("version")))
		return jread_string(r, l->arena, &c->version);
	if (str_eq(key, S("version_num")))
		return read_u32(r, &c->version_num);
	if (str_eq(key, S("search_path")))
		return read_strs(l, r, &c->search_path, &c->nsearch_path);
	if (str_eq(key, S("text_search")))
		return read_strs(l, r, &c->text_search, &c->ntext_search);
	if (str_eq(key, S("text_search_default")))
		return jread_string(r, l->arena, &c->text_search_default);
	if (str_eq(key, S("types")))
		return jread_raw(r, vec_push(l->arena, &l->types));
	if (str_eq(key, S("relations")))
		return jread_raw(r, vec_push(l->arena, &l->relations));
	if (str_eq(key, S("functions")))
		return jread_raw(r, vec_push(l->arena, &l->functions));
	if (str_eq(key, S("constraints")))
		return jread_raw(r, vec_push(l->arena, &l->constraints));
	return jread_skip(r);
}

static bool read_document(struct loader *l, str json)
{
	struct jread r = jread_on(json, DEPTH);
	str key;
	jread_object(&r);
	while (jread_member(&r, l->arena, &key))
		if (!read_top(l, &r, key))
			return broken(l, &r, "unexpected value");
	return jread_end(&r) || broken(l, &r, "unexpected end");
}

typedef bool read_fn(struct loader *l, struct jread *r);

/* Reads every object of the arrays in `parts` with `one`. */
static bool read_parts(struct loader *l, const struct strs *parts, read_fn *one)
{
	for (size_t i = 0; i < parts->n; i++) {
		struct jread r = jread_on(parts->at[i], DEPTH);
		jread_array(&r);
		while (jread_element(&r))
			if (!one(l, &r))
				return l->e && l->e->code ? false
							  : broken(l, &r, "unexpected value");
		if (!jread_end(&r))
			return broken(l, &r, "unexpected end");
	}
	return true;
}

/* ---- types ---- */

static enum cat_type_kind type_kind(str s)
{
	static const str KINDS[] = {
		[CAT_BASE] = STR_INIT("base"),
		[CAT_ENUM] = STR_INIT("enum"),
		[CAT_DOMAIN] = STR_INIT("domain"),
		[CAT_COMPOSITE] = STR_INIT("composite"),
		[CAT_ARRAY] = STR_INIT("array"),
		[CAT_RANGE] = STR_INIT("range"),
		[CAT_PSEUDO] = STR_INIT("pseudo"),
	};
	for (size_t i = 0; i < COUNT(KINDS); i++)
		if (str_eq(s, KINDS[i]))
			return (enum cat_type_kind)i;
	return CAT_BASE;
}

static bool read_type_member(struct loader *l, struct jread *r, str key, struct cat_type *t)
{
	str kind;
	if (str_eq(key, S("oid")))
		return read_u32(r, &t->oid);
	if (str_eq(key, S("schema")))
		return jread_string(r, l->arena, &t->schema);
	if (str_eq(key, S("name")))
		return jread_string(r, l->arena, &t->name);
	if (str_eq(key, S("sql")))
		return jread_string(r, l->arena, &t->sql);
	if (str_eq(key, S("base")))
		return read_u32(r, &t->base_oid);
	if (str_eq(key, S("relation")))
		return read_u32(r, &t->relation_oid);
	if (str_eq(key, S("labels")))
		return read_strs(l, r, &t->labels, &t->nlabels);
	if (str_eq(key, S("comment")))
		return jread_string(r, l->arena, &t->comment);
	if (!str_eq(key, S("kind")))
		return jread_skip(r);
	if (!jread_string(r, l->arena, &kind))
		return false;
	t->kind = type_kind(kind);
	return true;
}

static bool read_type(struct loader *l, struct jread *r)
{
	struct cat_type *t = vec_push(l->arena, &l->type_list);
	str key;
	jread_object(r);
	while (jread_member(r, l->arena, &key))
		if (!read_type_member(l, r, key, t))
			return false;
	if (!t->sql.n)
		t->sql = t->name;
	return jread_ok(r);
}

static bool load_types(struct loader *l)
{
	if (!read_parts(l, &l->types, read_type))
		return false;
	struct catalog *c = l->c;
	c->types = l->type_list.at;
	c->ntypes = l->type_list.n;
	c->type_by_oid = map_on(l->arena, 0);
	l->type_by_name = map_on(l->arena, 0);
	for (size_t i = 0; i < c->ntypes; i++) {
		struct cat_type *t = &c->types[i];
		str full = str_printf(l->arena, "%.*s.%.*s", STR_ARG(t->schema), STR_ARG(t->name));
		map_set(&c->type_by_oid, oid_key(&t->oid), t);
		map_add(&l->type_by_name, t->name, t);
		map_add(&l->type_by_name, full, t);
	}
	for (size_t i = 0; i < c->ntypes; i++)
		c->types[i].base = map_find(&c->type_by_oid, oid_key(&c->types[i].base_oid));
	return true;
}

/* ---- relations ---- */

static bool read_column_member(struct loader *l, struct jread *r, str key, struct cat_column *c)
{
	if (str_eq(key, S("name")))
		return jread_string(r, l->arena, &c->name);
	if (str_eq(key, S("type")))
		return read_type_ref(l, r, &c->type);
	if (str_eq(key, S("number")))
		return read_u32(r, &c->number);
	if (str_eq(key, S("stored")))
		return jread_string(r, l->arena, &c->stored);
	if (str_eq(key, S("not_null")))
		return jread_bool(r, &c->not_null);
	if (str_eq(key, S("generated")))
		return jread_bool(r, &c->generated);
	if (str_eq(key, S("identity")))
		return jread_bool(r, &c->identity);
	if (str_eq(key, S("default")) && jread_peek(r) == JSON_STRING) {
		c->has_default = true;
		return jread_string(r, l->arena, &c->default_sql);
	}
	if (str_eq(key, S("default")))
		return jread_bool(r, &c->has_default);
	if (str_eq(key, S("comment")))
		return jread_string(r, l->arena, &c->comment);
	return jread_skip(r);
}

static bool read_columns(struct loader *l, struct jread *r, struct cat_relation *relation)
{
	struct {
		VEC(struct cat_column);
	} list = { 0 };
	str key;
	jread_array(r);
	while (jread_element(r)) {
		struct cat_column *c = vec_push(l->arena, &list);
		c->number = (uint32_t)list.n;
		jread_object(r);
		while (jread_member(r, l->arena, &key))
			if (!read_column_member(l, r, key, c))
				return false;
		if (!c->type)
			return broken(l, r, "a column without a type");
	}
	relation->columns = list.at;
	relation->ncolumns = list.n;
	return jread_ok(r);
}

static bool read_relation_member(struct loader *l, struct jread *r, str key,
	struct cat_relation *relation, struct raw_keys *raw)
{
	if (str_eq(key, S("oid")))
		return read_u32(r, &relation->oid);
	if (str_eq(key, S("schema")))
		return jread_string(r, l->arena, &relation->schema);
	if (str_eq(key, S("name")))
		return jread_string(r, l->arena, &relation->name);
	if (str_eq(key, S("sql")))
		return jread_string(r, l->arena, &relation->sql);
	if (str_eq(key, S("kind")))
		return read_char(l, r, &relation->kind);
	if (str_eq(key, S("rows")))
		return read_number(r, &relation->rows);
	if (str_eq(key, S("rls")))
		return jread_bool(r, &relation->rls);
	if (str_eq(key, S("rls_forced")))
		return jread_bool(r, &relation->rls_forced);
	if (str_eq(key, S("fires_before")))
		return jread_bool(r, &relation->fires_before);
	if (str_eq(key, S("fires_after")))
		return jread_bool(r, &relation->fires_after);
	if (str_eq(key, S("varies")))
		return jread_bool(r, &relation->varies);
	if (str_eq(key, S("columns")))
		return jread_peek(r) == JSON_NULL ? jread_skip(r) : read_columns(l, r, relation);
	if (str_eq(key, S("keys")))
		return jread_raw(r, &raw->keys);
	if (str_eq(key, S("foreign_keys")))
		return jread_raw(r, &raw->foreign_keys);
	if (str_eq(key, S("comment")))
		return jread_string(r, l->arena, &relation->comment);
	return jread_skip(r);
}

static bool read_relation(struct loader *l, struct jread *r)
{
	struct cat_relation *relation = vec_push(l->arena, &l->relation_list);
	struct raw_keys *raw = vec_push(l->arena, &l->raw);
	str key;
	relation->kind = 'r';
	jread_object(r);
	while (jread_member(r, l->arena, &key))
		if (!read_relation_member(l, r, key, relation, raw))
			return false;
	if (!relation->schema.n)
		relation->schema = S("public");
	if (!relation->sql.n)
		relation->sql = str_printf(l->arena, "%.*s.%.*s", STR_ARG(relation->schema),
			STR_ARG(relation->name));
	return jread_ok(r);
}

static const struct cat_column *numbered_column(const struct cat_relation *r, uint32_t number)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (r->columns[i].number == number)
			return &r->columns[i];
	return NULL;
}

/*
 * A list of numbers or names as columns; it ends at the first that is no column (an expression).
 * *length is that of the list.
 */
static bool read_column_refs(struct loader *l, struct jread *r, const struct cat_relation *relation,
	const struct cat_column ***out, size_t *n, size_t *length)
{
	struct {
		VEC(const struct cat_column *);
	} list = { 0 };
	bool ended = false;
	*length = 0;
	jread_array(r);
	for (; jread_element(r); ++*length) {
		const struct cat_column *c;
		str name;
		if (jread_peek(r) == JSON_STRING) {
			if (!jread_string(r, l->arena, &name))
				return false;
			c = cat_column_find(relation, name);
		} else {
			str digits;
			uint64_t value = 0;
			if (!jread_number(r, &digits))
				return false;
			num_u64(digits, &value); /* system columns are negative: none */
			c = numbered_column(relation, (uint32_t)value);
		}
		ended |= !c;
		if (!ended)
			*vec_push(l->arena, &list) = c;
	}
	*out = list.at;
	*n = list.n;
	return jread_ok(r);
}

static bool read_key(struct loader *l, struct jread *r, const struct cat_relation *relation,
	struct cat_key *k)
{
	str key;
	size_t length = 0;
	jread_object(r);
	while (jread_member(r, l->arena, &key)) {
		bool ok = str_eq(key, S("name")) ? jread_string(r, l->arena, &k->name)
			: str_eq(key, S("columns"))
			? read_column_refs(l, r, relation, &k->columns, &k->n, &length)
			: str_eq(key, S("primary"))    ? jread_bool(r, &k->primary)
			: str_eq(key, S("unique"))     ? jread_bool(r, &k->unique)
			: str_eq(key, S("expression")) ? jread_string(r, l->arena, &k->expression)
						       : jread_skip(r);
		if (!ok)
			return false;
	}
	k->unique = (k->unique || k->primary) && k->n == length;
	return jread_ok(r);
}

static bool read_keys(struct loader *l, str json, struct cat_relation *relation)
{
	struct {
		VEC(struct cat_key);
	} list = { 0 };
	struct jread r = jread_on(json, DEPTH);
	jread_array(&r);
	while (jread_element(&r))
		if (!read_key(l, &r, relation, vec_push(l->arena, &list)))
			return broken(l, &r, "unexpected value in a key");
	relation->keys = list.at;
	relation->nkeys = list.n;
	for (size_t i = 0; i < list.n; i++)
		if (list.at[i].primary)
			relation->primary = &list.at[i];
	return jread_end(&r) || broken(l, &r, "unexpected end");
}

static bool read_relation_ref(struct loader *l, struct jread *r, const struct cat_relation **out)
{
	uint32_t oid;
	str name;
	if (jread_peek(r) == JSON_STRING) {
		if (!jread_string(r, l->arena, &name))
			return false;
		*out = catalog_relation(l->c, name);
		return true;
	}
	if (!read_u32(r, &oid))
		return false;
	*out = catalog_relation_by_oid(l->c, oid);
	return true;
}

static bool read_foreign_key(struct loader *l, struct jread *r, struct cat_relation *relation,
	struct cat_foreign_key *k)
{
	str key, references = STR_NONE;
	size_t length;
	k->from = relation;
	jread_object(r);
	while (jread_member(r, l->arena, &key)) {
		bool ok = str_eq(key, S("name")) ? jread_string(r, l->arena, &k->name)
			: str_eq(key, S("columns"))
			? read_column_refs(l, r, relation, &k->columns, &k->n, &length)
			: str_eq(key, S("to"))         ? read_relation_ref(l, r, &k->to)
			: str_eq(key, S("references")) ? jread_raw(r, &references)
						       : jread_skip(r);
		if (!ok)
			return false;
	}
	if (!jread_ok(r) || !k->to || !references.n)
		return jread_ok(r);
	struct jread inner = jread_on(references, DEPTH);
	size_t n;
	return read_column_refs(l, &inner, k->to, &k->references, &n, &length) &&
		(n == k->n || broken(l, r, "a foreign key's columns don't match"));
}

static bool read_foreign_keys(struct loader *l, str json, struct cat_relation *relation)
{
	struct {
		VEC(struct cat_foreign_key);
	} list = { 0 };
	struct jread r = jread_on(json, DEPTH);
	jread_array(&r);
	while (jread_element(&r)) {
		struct cat_foreign_key k = { 0 };
		if (!read_foreign_key(l, &r, relation, &k))
			return broken(l, &r, "unexpected value in a foreign key");
		if (k.to && k.references) /* else it points to a partition or a hidden schema */
			*vec_push(l->arena, &list) = k;
	}
	relation->foreign_keys = list.at;
	relation->nforeign_keys = list.n;
	return jread_end(&r) || broken(l, &r, "unexpected end");
}

static void index_relation(struct loader *l, struct cat_relation *r)
{
	r->column_by_name = map_on(l->arena, 0);
	for (size_t i = 0; i < r->ncolumns; i++) {
		r->columns[i].relation = r;
		map_set(&r->column_by_name, r->columns[i].name, &r->columns[i]);
	}
	if (r->oid)
		map_set(&l->c->relation_by_oid, oid_key(&r->oid), r);
	if (r->kind == 'c')
		return;
	str full = str_printf(l->arena, "%.*s.%.*s", STR_ARG(r->schema), STR_ARG(r->name));
	map_set(&l->c->relation_by_name, full, r);
}

static bool load_relations(struct loader *l)
{
	if (!read_parts(l, &l->relations, read_relation))
		return false;
	struct catalog *c = l->c;
	c->relations = l->relation_list.at;
	c->nrelations = l->relation_list.n;
	c->relation_by_name = map_on(l->arena, 0);
	c->relation_by_oid = map_on(l->arena, 0);
	for (size_t i = 0; i < c->nrelations; i++)
		index_relation(l, &c->relations[i]);
	for (size_t i = 0; i < c->nrelations; i++) {
		const struct raw_keys *raw = &l->raw.at[i];
		if (raw->keys.n && !read_keys(l, raw->keys, &c->relations[i]))
			return false;
		if (raw->foreign_keys.n &&
			!read_foreign_keys(l, raw->foreign_keys, &c->relations[i]))
			return false;
	}
	return true;
}

/* ---- functions ---- */

static bool read_arguments(struct loader *l, struct jread *r, struct cat_argument **out, size_t *n)
{
	struct {
		VEC(struct cat_argument);
	} list = { 0 };
	str key;
	jread_array(r);
	while (jread_element(r)) {
		struct cat_argument *a = vec_push(l->arena, &list);
		jread_object(r);
		while (jread_member(r, l->arena, &key)) {
			bool ok = str_eq(key, S("name"))    ? jread_string(r, l->arena, &a->name)
				: str_eq(key, S("type"))    ? read_type_ref(l, r, &a->type)
				: str_eq(key, S("default")) ? jread_bool(r, &a->has_default)
							    : jread_skip(r);
			if (!ok)
				return false;
		}
		if (!a->type)
			return broken(l, r, "an argument without a type");
	}
	*out = list.at;
	*n = list.n;
	return jread_ok(r);
}

static bool read_function_member(struct loader *l, struct jread *r, str key, struct cat_function *f)
{
	if (str_eq(key, S("oid")))
		return read_u32(r, &f->oid);
	if (str_eq(key, S("schema")))
		return jread_string(r, l->arena, &f->schema);
	if (str_eq(key, S("name")))
		return jread_string(r, l->arena, &f->name);
	if (str_eq(key, S("sql")))
		return jread_string(r, l->arena, &f->sql);
	if (str_eq(key, S("args")))
		return read_arguments(l, r, &f->args, &f->nargs);
	if (str_eq(key, S("out")))
		return read_arguments(l, r, &f->out, &f->nout);
	if (str_eq(key, S("returns")))
		return read_type_ref(l, r, &f->returns);
	if (str_eq(key, S("set")))
		return jread_bool(r, &f->returns_set);
	if (str_eq(key, S("volatility")))
		return read_char(l, r, &f->volatility);
	if (str_eq(key, S("strict")))
		return jread_bool(r, &f->strict);
	if (str_eq(key, S("variadic")))
		return jread_bool(r, &f->variadic);
	if (str_eq(key, S("procedure")))
		return jread_bool(r, &f->procedure);
	if (str_eq(key, S("closed")))
		return jread_bool(r, &f->closed);
	if (str_eq(key, S("comment")))
		return jread_string(r, l->arena, &f->comment);
	return jread_skip(r);
}

/* A composite result's columns are the function's, unless it names its own. */
static void use_composite(struct loader *l, struct cat_function *f)
{
	const struct cat_type *t = cat_type_plain(f->returns);
	const struct cat_relation *r =
		t->relation_oid ? catalog_relation_by_oid(l->c, t->relation_oid) : NULL;
	if (f->nout || !r)
		return;
	f->out = arena_array(l->arena, struct cat_argument, r->ncolumns);
	f->nout = r->ncolumns;
	for (size_t i = 0; i < r->ncolumns; i++)
		f->out[i] = (struct cat_argument){ r->columns[i].name, r->columns[i].type, false };
}

static bool read_function(struct loader *l, struct jread *r)
{
	struct cat_function *f = vec_push(l->arena, &l->function_list);
	str key;
	f->volatility = 'v';
	jread_object(r);
	while (jread_member(r, l->arena, &key))
		if (!read_function_member(l, r, key, f))
			return false;
	if (!jread_ok(r))
		return false;
	if (!f->returns)
		return broken(l, r, "a function without a result type");
	if (!f->schema.n)
		f->schema = S("public");
	if (!f->sql.n)
		f->sql = str_printf(l->arena, "%.*s.%.*s", STR_ARG(f->schema), STR_ARG(f->name));
	use_composite(l, f);
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct cat_function *x = a, *y = b;
	int order = str_cmp(x->schema, y->schema);
	if (order == 0)
		order = str_cmp(x->name, y->name);
	if (order == 0)
		order = (x->nargs > y->nargs) - (x->nargs < y->nargs);
	return order ? order : (x->oid > y->oid) - (x->oid < y->oid);
}

static bool load_functions(struct loader *l)
{
	if (!read_parts(l, &l->functions, read_function))
		return false;
	struct catalog *c = l->c;
	c->functions = l->function_list.at;
	c->nfunctions = l->function_list.n;
	c->function_by_name = map_on(l->arena, 0);
	if (c->nfunctions)
		qsort(c->functions, c->nfunctions, sizeof *c->functions, by_name);
	for (size_t i = 0; i < c->nfunctions; i++) {
		struct cat_function *f = &c->functions[i];
		str full = str_printf(l->arena, "%.*s.%.*s", STR_ARG(f->schema), STR_ARG(f->name));
		map_add(&c->function_by_name, full, f);
	}
	return true;
}

/* ---- constraints ---- */

static bool read_constraint(struct loader *l, struct jread *r)
{
	struct cat_constraint *k = arena_new(l->arena, struct cat_constraint);
	str key;
	jread_object(r);
	while (jread_member(r, l->arena, &key)) {
		bool ok = str_eq(key, S("schema"))  ? jread_string(r, l->arena, &k->schema)
			: str_eq(key, S("table"))   ? jread_string(r, l->arena, &k->table)
			: str_eq(key, S("name"))    ? jread_string(r, l->arena, &k->name)
			: str_eq(key, S("columns")) ? read_strs(l, r, &k->columns, &k->ncolumns)
			: str_eq(key, S("comment")) ? jread_string(r, l->arena, &k->comment)
						    : jread_skip(r);
		if (!ok)
			return false;
	}
	str full = str_printf(l->arena, "%.*s.%.*s.%.*s", STR_ARG(k->schema), STR_ARG(k->table),
		STR_ARG(k->name));
	map_set(&l->c->constraint_by_name, full, k);
	return jread_ok(r);
}

bool catalog_from_json(struct arena *a, str json, const struct catalog **out, struct err *e)
{
	struct err own = { 0 };
	struct loader l = { .arena = a, .c = arena_new(a, struct catalog), .e = e ? e : &own };
	l.c->arena = a;
	l.c->constraint_by_name = map_on(a, 0);
	l.e->code = ERR_NONE;
	if (!read_document(&l, json) || !load_types(&l) || !load_relations(&l) ||
		!load_functions(&l) || !read_parts(&l, &l.constraints, read_constraint))
		return false;
	*out = l.c;
	return true;
}
