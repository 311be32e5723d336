/*
 * draft - which relations become types, and what they are called.
 *
 * Relations for one thing (tv_user, v_user, tb_user) make one type, read from the first of them by
 * the rank of their prefixes. A type that is written already keeps its name and its relation. Names
 * that the compiler generates, or that something else has, are avoided.
 */
#include "pull/draft.h"

#include "schema/comment.h"
#include "schema/names.h"

#include <stdlib.h>

/* ---- names ---- */

bool draft_has_schema(const struct draft *d, str schema)
{
	const struct catalog *c = d->facts->catalog;
	if (str_eq(schema, S("fraiseql")))
		return false;
	for (size_t i = 0; i < c->nsearch_path; i++)
		if (str_eq(c->search_path[i], schema))
			return true;
	for (size_t i = 0; i < d->options->nschemas; i++)
		if (str_eq(d->options->schemas[i], schema))
			return true;
	return false;
}

str draft_sdl_name(struct draft *d, str schema, str name)
{
	const struct catalog *c = d->facts->catalog;
	str full = str_printf(d->arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name));
	for (size_t i = 0; str_find(name, '.') == name.n && i < c->nsearch_path; i++) {
		str at = str_printf(d->arena, "%.*s.%.*s", STR_ARG(c->search_path[i]),
			STR_ARG(name));
		if (str_eq(at, full))
			return name;
		if (map_find(&c->relation_by_name, at) || map_find(&c->function_by_name, at))
			return full;
	}
	return full;
}

/* Inputs and types that the compiler makes for a type of that name without its ending. */
static bool is_generated(const struct draft *d, str name, const struct map *naturals)
{
	static const str SUFFIXES[] = { STR_INIT("WhereInput"), STR_INIT("OrderByInput"),
		STR_INIT("ListFilter"), STR_INIT("Filter"), STR_INIT("Between"),
		STR_INIT("Connection"), STR_INIT("Edge"), STR_INIT("Aggregate"),
		STR_INIT("GroupField"), STR_INIT("Success"), STR_INIT("Error"), STR_INIT("Result"),
		STR_INIT("Input") };
	static const str WHOLE[] = { STR_INIT("PageInfo"), STR_INIT("OrderDirection"),
		STR_INIT("Node"), STR_INIT("WriteAction"), STR_INIT("CacheControlScope") };
	UNUSED(d);
	for (size_t i = 0; i < COUNT(WHOLE); i++)
		if (str_eq(name, WHOLE[i]))
			return true;
	for (size_t i = 0; i < COUNT(SUFFIXES); i++) {
		str base = str_sub(name, 0, name.n - SUFFIXES[i].n);
		if (str_ends(name, SUFFIXES[i]) && base.n < name.n &&
			(scalar_find(base) || map_find(naturals, base)))
			return true;
	}
	return false;
}

str draft_name(struct draft *d, str name, struct draft_type *t)
{
	str tried = name;
	if (scalar_find(name) || map_find(&d->by_name, name))
		tried = str_printf(d->arena, "%.*sRow", STR_ARG(name));
	for (size_t i = 2; map_find(&d->by_name, tried); i++)
		tried = str_printf(d->arena, "%.*s%zu", STR_ARG(name), i);
	map_set(&d->by_name, tried, t);
	return tried;
}

struct draft_type *draft_add(struct draft *d, enum ast_definition_kind kind, str name)
{
	struct draft_type *t = arena_new(d->arena, struct draft_type);
	*t = (struct draft_type){ .kind = kind,
		.name = name,
		.names = map_on(d->arena, 0),
		.keys = map_on(d->arena, 0) };
	*vec_push(d->arena, &d->types) = t;
	return t;
}

struct draft_type *draft_of(const struct draft *d, const struct cat_relation *r)
{
	return r ? map_find(&d->by_relation, r->sql) : NULL;
}

/* ---- candidates ---- */

struct group {
	str schema, stem;
	struct {
		VEC(const struct cat_relation *);
	} members;
	const struct cat_relation *best;
	unsigned rank;
	str natural; /* the type's name, if nothing is in the way */
	struct comment comment;
};

struct groups {
	VEC(struct group *);
};

static bool is_candidate(const struct draft *d, const struct cat_relation *r)
{
	if (r->kind == 'c' || !draft_has_schema(d, r->schema) ||
		pull_is_extension(d->facts, r->oid))
		return false;
	return !comment_read(d->arena, r->comment).omit;
}

static struct groups find_groups(struct draft *d)
{
	struct groups list = { 0 };
	struct map by_stem = map_on(d->arena, 0);
	const struct catalog *c = d->facts->catalog;
	for (size_t i = 0; i < c->nrelations; i++) {
		const struct cat_relation *r = &c->relations[i];
		unsigned rank;
		if (!is_candidate(d, r))
			continue;
		str stem = name_stem(r->name, &rank);
		str key = str_printf(d->arena, "%.*s.%.*s", STR_ARG(r->schema), STR_ARG(stem));
		struct group *g = map_find(&by_stem, key);
		if (!g) {
			g = arena_new(d->arena, struct group);
			*g = (struct group){ .schema = r->schema, .stem = stem, .rank = 99 };
			map_add(&by_stem, key, g);
			*vec_push(d->arena, &list) = g;
		}
		*vec_push(d->arena, &g->members) = r;
		if (rank < g->rank) {
			g->rank = rank;
			g->best = r;
		}
	}
	return list;
}

/* The first schema of the search path comes first, then the names decide. */
static size_t schema_place(const struct catalog *c, str schema)
{
	size_t i = 0;
	while (i < c->nsearch_path && !str_eq(c->search_path[i], schema))
		i++;
	return i;
}

static int by_place(const void *a, const void *b, void *arg)
{
	const struct group *const *x = a, *const *y = b;
	const struct catalog *c = arg;
	size_t p = schema_place(c, (*x)->schema), q = schema_place(c, (*y)->schema);
	if (p != q)
		return p < q ? -1 : 1;
	int order = str_cmp((*x)->schema, (*y)->schema);
	return order ? order : str_cmp((*x)->stem, (*y)->stem);
}

static void name_groups(struct draft *d, const struct groups *list, struct map *naturals)
{
	for (size_t i = 0; i < list->n; i++) {
		struct group *g = list->at[i];
		g->comment = comment_read(d->arena, g->best->comment);
		g->natural = g->comment.name.n
			? name_graphql(d->arena, g->comment.name)
			: name_type(d->arena, noun_singular(d->arena, g->stem));
		map_add(naturals, g->natural, g);
	}
	for (size_t i = 0; i < d->facts->catalog->ntypes; i++)
		if (d->facts->catalog->types[i].kind == CAT_ENUM)
			map_add(naturals, name_type(d->arena, d->facts->catalog->types[i].name), d);
}

/* ---- types ---- */

/* The type that is written for the group, and its relation. */
static const struct known_type *find_known(struct draft *d, const struct group *g,
	const struct cat_relation **relation, bool *frozen)
{
	const struct known_list *found = NULL;
	*relation = g->best;
	for (size_t i = 0; i <= g->members.n && !found; i++) {
		const struct cat_relation *r = i ? g->members.at[i - 1] : g->best;
		found = known_of(d->known, r);
		if (found)
			*relation = r;
	}
	const struct known_type *named = NULL;
	for (size_t i = 0; found && i < found->n; i++) {
		*frozen |= found->at[i]->kind != AST_OBJECT_TYPE;
		if (str_eq(found->at[i]->name, g->natural))
			named = found->at[i];
	}
	*frozen |= found && found->n > 1 && !named;
	return named ? named : found ? found->at[0] : NULL;
}

static const struct cat_relation *twin_view(struct draft *d, const struct cat_relation *r)
{
	if (!str_starts(r->name, S("tv_")))
		return NULL;
	str name = str_printf(d->arena, "%.*s.%.*s", STR_ARG(r->schema),
		STR_ARG(str_sub(r->name, 1, r->name.n)));
	const struct cat_relation *twin = map_find(&d->facts->catalog->relation_by_name, name);
	return twin && (twin->kind == 'v' || twin->kind == 'm') ? twin : NULL;
}

static void look_into(struct draft *d, struct draft_type *t)
{
	const struct cat_relation *r = t->relation, *twin = twin_view(d, r);
	bool view = r->kind == 'v' || r->kind == 'm';
	const struct cat_column *data = cat_column_find(r, S("data"));
	t->main = r;
	if (!view && !twin)
		return;
	t->view = infer_relation(d->facts, view ? r : twin);
	t->main = t->view->main;
	const struct doc_field *field = view_field(t->view, S("data"));
	if (data && doc_is_json_type(data->type) && field && field->doc->kind == DOC_OBJECT)
		t->doc = field->doc;
}

static bool is_readable(struct draft *d, const struct cat_relation *r)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (!name_is_internal(r->columns[i].name) &&
			scalar_for_pg(cat_type_plain(r->columns[i].type)->name))
			return true;
	UNUSED(d);
	return false;
}

/* Relations of one name in several schemas. */
static void prefix_schema(struct draft *d, struct draft_type *t, str schema, str *name)
{
	*name = str_printf(d->arena, "%.*s%.*s", STR_ARG(name_type(d->arena, schema)),
		STR_ARG(*name));
	t->one = str_printf(d->arena, "%.*s_%.*s", STR_ARG(schema), STR_ARG(t->one));
	t->many = str_printf(d->arena, "%.*s_%.*s", STR_ARG(schema), STR_ARG(t->many));
}

static void add_type(struct draft *d, const struct group *g, const struct map *naturals)
{
	const struct cat_relation *relation;
	bool frozen = false;
	const struct known_type *known = find_known(d, g, &relation, &frozen);
	if (!known && (map_find(&d->known->left_out, g->natural) || !is_readable(d, g->best)))
		return;
	struct draft_type *t = draft_add(d, AST_OBJECT_TYPE, STR_NONE);
	t->known = known;
	t->frozen = frozen;
	t->relation = relation;
	t->one = g->comment.name.n ? names_snake(d->arena, g->natural)
				   : noun_singular(d->arena, names_snake(d->arena, g->stem));
	t->many = noun_plural(d->arena, t->one);
	if (str_eq(t->one, t->many))
		t->many = str_printf(d->arena, "%.*s_list", STR_ARG(t->one));
	str natural = g->natural;
	if (!known && is_generated(d, natural, naturals))
		natural = str_printf(d->arena, "%.*sRow", STR_ARG(natural));
	if (!known && map_find(&d->by_name, natural))
		prefix_schema(d, t, g->schema, &natural);
	t->name = known ? known->name : draft_name(d, natural, t);
	t->description = g->comment.text;
	t->directives = str_printf(d->arena, " @source(relation: %.*s)",
		STR_ARG(draft_literal(d, draft_sdl_name(d, relation->schema, relation->name))));
	for (size_t i = 0; i < g->members.n; i++)
		map_add(&d->by_relation, g->members.at[i]->sql, t);
	look_into(d, t);
}

/* ---- embedded documents ---- */

static void mark_embedded(struct draft *d, const struct doc *doc, unsigned depth)
{
	struct draft_type *t = depth ? draft_of(d, doc->of) : NULL;
	if (t && t->doc)
		t->embedded = true;
	for (size_t i = 0; i < doc->n; i++)
		mark_embedded(d, doc->fields[i].doc, depth + 1);
	if (doc->item)
		mark_embedded(d, doc->item, depth + 1);
}

static void find_embedded(struct draft *d)
{
	for (size_t i = 0; i < d->types.n; i++) {
		const struct draft_type *t = d->types.at[i];
		if (t->doc)
			mark_embedded(d, t->doc, 0);
		for (size_t k = 0; !t->doc && t->view && k < t->view->n; k++)
			mark_embedded(d, t->view->columns[k].doc, 1);
	}
}

static void take_names(struct draft *d)
{
	static const char *const ROOTS[] = { "Query", "Mutation", "Subscription" };
	for (size_t i = 0; i < COUNT(ROOTS); i++)
		map_add(&d->by_name, str_from(ROOTS[i]), d);
	for (size_t i = 0; i < d->known->types.n; i++)
		map_add(&d->by_name, d->known->types.at[i]->name, d);
}

bool draft_pick(struct draft *d)
{
	struct map naturals = map_on(d->arena, 0);
	struct groups groups = find_groups(d);
	struct catalog *c = (struct catalog *)(uintptr_t)d->facts->catalog;
	take_names(d);
	if (groups.n)
		qsort_r(groups.at, groups.n, sizeof(struct group *), by_place, c);
	name_groups(d, &groups, &naturals);
	for (size_t i = 0; i < groups.n; i++)
		add_type(d, groups.at[i], &naturals);
	find_embedded(d);
	return d->types.n > 0;
}
