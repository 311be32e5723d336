/*
 * overlap - the quick answer to whether all fields of a document can be merged.
 *
 * The specification asks about pairs of fields with one response key, and of the fields below each
 * pair, and so on: taken literally, quadratic at every level and exponential through fragments.
 * Here fields are compared as groups. A level is the list of all selection sets that are merged at
 * one place; its fields, with those of fragments, are grouped by response key, and a group is in
 * order when each member agrees with the first. The selection sets of a group form a level below.
 * Two things must hold of a group, and as they hold of different sets of fields, they are followed
 * down separately where these differ:
 *
 *   SHAPE  all members return the same kind of value, whatever the types around them;
 *   SAME   members that one object can have are the same field with the same arguments. Of members
 *          on different object types each is only held against those on interfaces and unions.
 *
 * This is the approach of S. Adameit, "Fast validation of overlapping fields" (2018). A level that
 * was looked at is not looked at again, and the number of fields looked at is bounded; long
 * arguments are read once and long keys count for many fields. Levels wait in a list, so that no
 * document can exhaust the stack.
 */
#include "graphql/overlap.h"

enum { SHAPE = 1, SAME = 2, FIELDS_MAX = 100 * 1000, LONG_ARGUMENTS = 256, LONG_KEY = 64 };

/* ---- single fields ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
	a = (a ^ b) * 0x9e3779b97f4a7c15u;
	return a ^ a >> 29;
}

static uint64_t value_hash(uint64_t seed, const struct ast_value *value)
{
	uint64_t h = mix(str_hash(value->text, seed), (uint64_t)value->kind * 2 + value->block);
	if (value->kind == AST_LIST)
		for (size_t i = 0; i < value->n; i++)
			h = mix(h, value_hash(seed, value->items[i]));
	if (value->kind == AST_OBJECT)
		for (size_t i = 0; i < value->n; i++)
			h += mix(str_hash(value->fields[i].name.text, seed),
				value_hash(seed, value->fields[i].value));
	return h;
}

static uint64_t hash_arguments(uint64_t seed, const struct ast_selection *s)
{
	uint64_t h = s->nargs;
	for (size_t i = 0; i < s->nargs; i++)
		h += mix(str_hash(s->args[i].name.text, seed), value_hash(seed, s->args[i].value));
	return h;
}

struct hashed {
	const struct ast_selection *node;
	uint64_t arguments;
};

/* A fragment's fields are looked at wherever it is spread. */
static uint64_t arguments_hash(const struct validation *v, const struct ast_selection *s)
{
	if (s->nargs == 0 || s->args[s->nargs - 1].end - s->args[0].at <= LONG_ARGUMENTS)
		return hash_arguments(v->seed, s);
	struct map *known = v->long_arguments;
	struct hashed *h = map_find(known, (str){ (const char *)&s, sizeof s });
	if (!h) {
		h = arena_new(v->arena, struct hashed);
		*h = (struct hashed){ s, hash_arguments(v->seed, s) };
		map_add(known, (str){ (const char *)&h->node, sizeof h->node }, h);
	}
	return h->arguments;
}

const struct gql_type *overlap_inline_type(const struct validation *v,
	const struct ast_selection *inline_fragment, const struct gql_type *parent)
{
	str on = inline_fragment->on.text;
	return on.n > 0 ? gql_type_find(v->schema, on) : parent;
}

struct overlap_field overlap_field_of(const struct validation *v, const struct ast_selection *s,
	const struct gql_type *parent)
{
	bool has_fields = parent && (parent->kind == GQL_OBJECT || parent->kind == GQL_INTERFACE);
	return (struct overlap_field){
		.node = s,
		.parent = parent,
		.def = has_fields ? map_find(&parent->by_name, s->name.text) : NULL,
		.arguments = arguments_hash(v, s),
	};
}

static bool is_object(const struct gql_type *t)
{
	return t && t->kind == GQL_OBJECT;
}

bool overlap_excludes(const struct overlap_field *a, const struct overlap_field *b)
{
	return a->parent != b->parent && is_object(a->parent) && is_object(b->parent);
}

bool overlap_types_conflict(const struct gql_ref *a, const struct gql_ref *b)
{
	for (; a->kind == b->kind; a = a->of, b = b->of)
		if (a->kind == AST_TYPE_NAMED)
			return a->type != b->type && (gql_is_leaf(a->type) || gql_is_leaf(b->type));
	return true;
}

/* ---- levels ---- */

struct set {
	const struct ast_selections *selections;
	const struct gql_type *parent;
};

struct sets {
	VEC(struct set);
};

struct level {
	struct sets sets;
	unsigned checks; /* SHAPE, SAME */
};

struct group {
	VEC(struct overlap_field);
};

struct check {
	struct validation *v;
	struct arena *scratch; /* for what one level needs; levels yet to do are in v->arena */
	struct {
		VEC(struct level);
	} todo;
	struct map seen;  /* levels by their sets → checks done */
	uint32_t *stamps; /* by fragment id: the level that last read it */
	bool *reached;    /* by fragment id: by any level */
	uint32_t stamp;
	size_t budget;
	enum overlap_verdict verdict;
};

/* What is left of `checks` to do for the sets; all of it is taken as done. */
static unsigned not_yet(struct check *c, const struct sets *sets, unsigned checks)
{
	str key = { (const char *)sets->at, sets->n * sizeof *sets->at };
	unsigned *done = map_find(&c->seen, key);
	if (!done) {
		done = arena_new(c->v->arena, unsigned);
		map_add(&c->seen, key, done);
	}
	checks &= ~*done;
	*done |= checks;
	return checks;
}

/* Steps down from a set whose only field stands alone: no group can be wrong there. */
static void step_down(struct set *s)
{
	while (s->selections->n == 1 && s->selections->at[0]->kind == AST_FIELD) {
		const struct ast_selection *only = s->selections->at[0];
		bool has_fields = s->parent &&
			(s->parent->kind == GQL_OBJECT || s->parent->kind == GQL_INTERFACE);
		const struct gql_field *def =
			has_fields ? map_find(&s->parent->by_name, only->name.text) : NULL;
		s->selections = &only->selections;
		s->parent = def ? def->type->type : NULL;
	}
}

static void add_level(struct check *c, struct sets *sets, unsigned checks)
{
	if (sets->n == 1)
		step_down(&sets->at[0]);
	if (sets->n == 0 || (sets->n == 1 && sets->at[0].selections->n == 0))
		return;
	checks = not_yet(c, sets, checks);
	if (checks)
		*vec_push(c->v->arena, &c->todo) = (struct level){ *sets, checks };
}

/* Reads one selection set into the groups; sets of spread fragments are added to `pending`. */
static void read_set(struct check *c, struct map *groups, struct sets *pending, struct set set)
{
	struct arena *a = c->scratch;
	for (size_t i = 0; i < set.selections->n; i++) {
		const struct ast_selection *s = set.selections->at[i];
		if (s->kind == AST_INLINE) {
			const struct gql_type *type = overlap_inline_type(c->v, s, set.parent);
			read_set(c, groups, pending, (struct set){ &s->selections, type });
			continue;
		}
		if (s->kind == AST_SPREAD) {
			const struct fragment *f = fragment_find(c->v, s->name.text);
			if (!f || c->stamps[f->id] == c->stamp)
				continue;
			c->stamps[f->id] = c->stamp;
			c->reached[f->id] = true;
			*vec_push(a, pending) = (struct set){ &f->definition->selections,
				gql_type_find(c->v->schema, f->definition->on.text) };
			continue;
		}
		str key = overlap_key(s);
		struct group *g = map_find(groups, key);
		if (!g) {
			g = arena_new(a, struct group);
			map_add(groups, key, g);
		}
		*vec_push(a, g) = overlap_field_of(c->v, s, set.parent);
		c->budget -= MIN(c->budget, (key.n + s->name.text.n) / LONG_KEY);
	}
	c->budget -= MIN(c->budget, set.selections->n + 1);
}

static void add_children(struct check *c, struct sets *out, const struct overlap_field *f)
{
	if (f->node->selections.n > 0)
		*vec_push(c->v->arena, out) =
			(struct set){ &f->node->selections, f->def ? f->def->type->type : NULL };
}

static bool same_field(const struct overlap_field *a, const struct overlap_field *b)
{
	return a->arguments == b->arguments && str_eq(a->node->name.text, b->node->name.text);
}

/* Do all members return what the first known one returns? */
static bool has_one_shape(const struct group *g)
{
	const struct gql_ref *first = NULL;
	for (size_t i = 0; i < g->n; i++) {
		const struct gql_field *def = g->at[i].def;
		if (!first)
			first = def ? def->type : NULL;
		else if (def && overlap_types_conflict(first, def->type))
			return false;
	}
	return true;
}

/* ---- SAME: members by the object type around them ---- */

struct part {
	const struct gql_type *object;
	const struct overlap_field *first;
	struct sets children;
};

struct parts {
	VEC(struct part);
};

static struct part *part_of(struct check *c, struct parts *parts, const struct overlap_field *f)
{
	for (size_t i = 0; i < parts->n; i++)
		if (parts->at[i].object == f->parent)
			return &parts->at[i];
	struct part *p = vec_push(c->scratch, parts);
	p->object = f->parent;
	return p;
}

/* Members on interfaces and unions meet all others; the rest meet them and their own kind. */
static bool split(struct check *c, const struct group *g, struct parts *parts, struct part *common)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct overlap_field *f = &g->at[i];
		struct part *p = is_object(f->parent) ? part_of(c, parts, f) : common;
		c->budget -= MIN(c->budget, parts->n);
		if (p->first && !same_field(p->first, f))
			return false;
		if (!p->first)
			p->first = f;
		add_children(c, &p->children, f);
	}
	for (size_t i = 0; common->first && i < parts->n; i++)
		if (!same_field(common->first, parts->at[i].first))
			return false;
	return true;
}

static bool check_same(struct check *c, const struct group *g, unsigned *with_shape)
{
	struct parts parts = { 0 };
	struct part common = { 0 };
	if (!split(c, g, &parts, &common))
		return false;
	*with_shape = parts.n + (common.first && parts.n == 0) <= 1 ? SHAPE : 0;
	if (*with_shape)
		return true; /* one part: the level below is that of SHAPE */
	for (size_t i = 0; i < parts.n; i++) {
		struct sets children = parts.at[i].children;
		c->budget -= MIN(c->budget, common.children.n);
		for (size_t j = 0; j < common.children.n; j++)
			*vec_push(c->v->arena, &children) = common.children.at[j];
		add_level(c, &children, SAME);
	}
	return true;
}

static bool check_group(struct check *c, const struct group *g, unsigned checks)
{
	unsigned together = checks;
	if (g->n > 1 && (checks & SHAPE) && !has_one_shape(g))
		return false;
	if (g->n > 1 && (checks & SAME)) {
		unsigned one_part;
		if (!check_same(c, g, &one_part))
			return false;
		if (!one_part)
			together &= (unsigned)~SAME;
	}
	struct sets children = { 0 };
	for (size_t i = 0; together && i < g->n; i++)
		add_children(c, &children, &g->at[i]);
	add_level(c, &children, together);
	return true;
}

static void check_level(struct check *c, const struct level *l)
{
	struct map groups = map_on(c->scratch, c->v->seed);
	struct sets pending = { 0 };
	c->stamp++;
	for (size_t i = 0; i < l->sets.n && c->budget > 0; i++)
		read_set(c, &groups, &pending, l->sets.at[i]);
	for (size_t i = 0; i < pending.n && c->budget > 0; i++)
		read_set(c, &groups, &pending, pending.at[i]);
	for (size_t i = 0; i < groups.n && c->verdict == OVERLAP_CLEAN; i++)
		if (!check_group(c, groups.entries[i].value, l->checks))
			c->verdict = OVERLAP_CONFLICT;
	if (c->verdict == OVERLAP_CLEAN && c->budget == 0)
		c->verdict = OVERLAP_TOO_MUCH;
	arena_reset(c->scratch);
}

static void check_from(struct check *c, const struct ast_selections *set,
	const struct gql_type *parent)
{
	struct sets root = { 0 };
	*vec_push(c->v->arena, &root) = (struct set){ set, parent };
	add_level(c, &root, SHAPE | SAME);
	while (c->todo.n > 0 && c->verdict == OVERLAP_CLEAN) {
		struct level l = c->todo.at[--c->todo.n];
		check_level(c, &l);
	}
}

static void check_fragment(struct check *c, const struct fragment *f)
{
	if (c->reached[f->id] || c->verdict != OVERLAP_CLEAN)
		return;
	c->reached[f->id] = true;
	check_from(c, &f->definition->selections,
		gql_type_find(c->v->schema, f->definition->on.text));
}

/* Operations first; then fragments that nothing spreads; then those that spread one another. */
static void check_document(struct check *c)
{
	const struct gql_schema *s = c->v->schema;
	const struct gql_type *roots[] = { [AST_QUERY] = s->query,
		[AST_MUTATION] = s->mutation,
		[AST_SUBSCRIPTION] = s->subscription };
	const struct map *fragments = &c->v->fragments->by_name;
	bool *spread = arena_array(c->v->arena, bool, fragments->n);
	for (size_t i = 0; i < c->v->document->n && c->verdict == OVERLAP_CLEAN; i++) {
		const struct ast_definition *d = c->v->document->at[i];
		if (d->kind == AST_OPERATION)
			check_from(c, &d->selections, roots[d->operation]);
	}
	for (size_t i = 0; i < fragments->n; i++) {
		const struct spreads *l = fragment_spreads(c->v, fragments->entries[i].value);
		for (size_t j = 0; j < l->n; j++) {
			const struct fragment *f = fragment_find(c->v, l->at[j]->name.text);
			if (f)
				spread[f->id] = true;
		}
	}
	for (size_t i = 0; i < fragments->n; i++)
		if (!spread[i])
			check_fragment(c, fragments->entries[i].value);
	for (size_t i = 0; i < fragments->n; i++)
		check_fragment(c, fragments->entries[i].value);
}

enum overlap_verdict overlap_check(struct validation *v)
{
	struct check c = { .v = v, .seen = rule_map(v), .budget = FIELDS_MAX };
	c.budget += v->source->text.n;
	c.stamps = arena_array(v->arena, uint32_t, v->fragments->by_name.n);
	c.reached = arena_array(v->arena, bool, v->fragments->by_name.n);
	c.scratch = arena_open(0);
	check_document(&c);
	arena_close(c.scratch);
	return c.verdict;
}
