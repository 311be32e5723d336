/*
 * Fields with one response key can be merged. Spec: §5.3.2
 *
 * Whether there is a conflict at all is found quickly (overlap.h). Only then pairs of fields are
 * compared, selection set by selection set, in the order in which the reference compares them, to
 * say which they are: messages nest as the fields do. Each comparison costs units of a budget and
 * nothing is compared twice. When the budget is used up, what was found is reported and validation
 * ends. No more conflicts are looked for than can be shown.
 */
#include "graphql/overlap.h"

enum { DETAIL_MAX = 1000, NODES_MAX = 20, DEPTH_MAX = 1000, PAIRS_MAX = 100 * 1000 };
enum { BELOW_MAX = 40 }; /* conflicts below two fields: more than DETAIL_MAX has room for */

struct nodes {
	const struct ast_selection *at[NODES_MAX];
	size_t n;
};

struct conflict {
	str key, reason;
	struct nodes a, b;
};

struct conflicts {
	VEC(struct conflict);
	size_t max;
};

struct group {
	VEC(struct overlap_field);
};

/* The fields of a selection set by response key, without those of fragments, which are named. */
struct collected {
	struct map groups;
	struct fragment_list fragments; /* each once */
	struct map compared;            /* fragments that it was held against */
};

struct state {
	bool decided, conflict;
	bool exhausted; /* the budget or the stack */
	unsigned depth;
	size_t budget;
	struct map cache; /* selection set and type around it → struct collected */
	struct map pairs; /* of fragments that were compared */
};

struct search {
	struct validation *v;
	struct state *s;
};

/* How a comparison was done. An exclusive one looked at types alone. */
enum { SEEN_EXCLUSIVE = 1, SEEN_FULLY = 2 };

static str abbreviate(struct arena *a, str s)
{
	return s.n > DETAIL_MAX ? str_printf(a, "%.*s...", DETAIL_MAX, s.p) : s;
}

/* ---- collecting ---- */

static void read_set(struct search *x, struct collected *out, struct map *names,
	const struct ast_selections *set, const struct gql_type *parent)
{
	struct arena *a = x->v->arena;
	for (size_t i = 0; i < set->n; i++) {
		const struct ast_selection *s = set->at[i];
		if (s->kind == AST_INLINE) {
			read_set(x, out, names, &s->selections,
				overlap_inline_type(x->v, s, parent));
			continue;
		}
		if (s->kind == AST_SPREAD) {
			struct fragment *f = fragment_find(x->v, s->name.text);
			if (f && map_add(names, s->name.text, f))
				*vec_push(a, &out->fragments) = f;
			continue;
		}
		struct group *g = map_find(&out->groups, overlap_key(s));
		if (!g) {
			g = arena_new(a, struct group);
			map_add(&out->groups, overlap_key(s), g);
		}
		*vec_push(a, g) = overlap_field_of(x->v, s, parent);
	}
}

static struct collected *collect(struct search *x, const struct ast_selections *set,
	const struct gql_type *parent)
{
	const void *pair[2] = { set, parent };
	str key = { (const char *)pair, sizeof pair };
	struct collected *c = map_find(&x->s->cache, key);
	if (c)
		return c;
	c = arena_new(x->v->arena, struct collected);
	c->groups = rule_map(x->v);
	c->compared = rule_map(x->v);
	struct map names = rule_map(x->v);
	read_set(x, c, &names, set, parent);
	map_add(&x->s->cache, str_dup(x->v->arena, key), c);
	return c;
}

static struct collected *collect_fragment(struct search *x, const struct fragment *f)
{
	return collect(x, &f->definition->selections,
		gql_type_find(x->v->schema, f->definition->on.text));
}

/* Was this comparison done before, as thoroughly? Notes that it is done now. */
static bool is_done(struct map *m, str key, bool exclusive, struct arena *a)
{
	uint8_t *seen = map_find(m, key);
	if (!seen) {
		seen = arena_new(a, uint8_t);
		map_add(m, key, seen);
	}
	bool done = *seen & SEEN_FULLY || (exclusive && *seen);
	*seen |= exclusive ? SEEN_EXCLUSIVE : SEEN_FULLY;
	return done;
}

/* ---- comparing ---- */

static void compare_sets(struct search *x, struct conflicts *out, bool exclusive,
	struct collected *a, struct collected *b);

static bool spend(struct search *x, size_t units)
{
	if (units > x->s->budget)
		x->s->exhausted = true;
	x->s->budget -= MIN(x->s->budget, units);
	return !x->s->exhausted;
}

/* Spends `units`; also guards the stack. Pair with x->s->depth--. */
static bool descend(struct search *x, size_t units)
{
	if (++x->s->depth > DEPTH_MAX)
		x->s->exhausted = true;
	return spend(x, units);
}

/* Is there anything left to look for? */
static bool goes_on(const struct search *x, const struct conflicts *out)
{
	return !x->s->exhausted && out->n < out->max;
}

static struct conflict conflict_of(str key, str reason, const struct overlap_field *a,
	const struct overlap_field *b)
{
	return (struct conflict){
		.key = key,
		.reason = reason,
		.a = { .at = { a->node }, .n = 1 },
		.b = { .at = { b->node }, .n = 1 },
	};
}

/* The last nodes of `more` that there is room for: the deeper ones say more. */
static void add_nodes(struct nodes *all, const struct nodes *more)
{
	size_t room = NODES_MAX - all->n;
	size_t from = more->n > room ? more->n - room : 0;
	for (size_t i = from; i < more->n; i++)
		all->at[all->n++] = more->at[i];
}

/* Conflicts below two fields become one of these fields. */
static struct conflict nest(struct search *x, str key, const struct overlap_field *a,
	const struct overlap_field *b, const struct conflicts *below)
{
	struct buf text = buf_on(x->v->arena);
	struct conflict c = conflict_of(key, STR_NONE, a, b);
	for (size_t i = 0; i < below->n && text.n <= DETAIL_MAX; i++) {
		const struct conflict *d = &below->at[i];
		str name = abbreviate(x->v->arena, d->key);
		if (text.n > 0)
			buf_lit(&text, " and ");
		buf_lit(&text, "subfields \"");
		buf_put(&text, name);
		buf_lit(&text, "\" conflict because ");
		buf_put(&text, d->reason);
	}
	for (size_t i = 0; i < below->n; i++) {
		add_nodes(&c.a, &below->at[i].a);
		add_nodes(&c.b, &below->at[i].b);
	}
	c.reason = abbreviate(x->v->arena, buf_str(&text));
	return c;
}

/* Why two fields can't stand under one key, or the empty slice. */
static str reason_of(struct search *x, bool exclusive, const struct overlap_field *a,
	const struct overlap_field *b)
{
	struct arena *mem = x->v->arena;
	if (!exclusive) {
		str m = a->node->name.text, n = b->node->name.text;
		if (!str_eq(m, n)) {
			m = abbreviate(mem, m);
			n = abbreviate(mem, n);
			return str_printf(mem, "\"%.*s\" and \"%.*s\" are different fields",
				STR_ARG(m), STR_ARG(n));
		}
		if (a->arguments != b->arguments)
			return S("they have differing arguments");
	}
	if (a->def && b->def && overlap_types_conflict(a->def->type, b->def->type)) {
		str m = gql_ref_text(mem, a->def->type), n = gql_ref_text(mem, b->def->type);
		return str_printf(mem, "they return conflicting types \"%.*s\" and \"%.*s\"",
			STR_ARG(m), STR_ARG(n));
	}
	return STR_NONE;
}

static const struct gql_type *type_of(const struct overlap_field *f)
{
	return f->def ? f->def->type->type : NULL;
}

static void compare_fields(struct search *x, struct conflicts *out, str key, bool exclusive,
	const struct overlap_field *a, const struct overlap_field *b)
{
	exclusive = exclusive || overlap_excludes(a, b);
	if (descend(x, 2)) {
		str reason = reason_of(x, exclusive, a, b);
		if (reason.n > 0) {
			*vec_push(x->v->arena, out) = conflict_of(key, reason, a, b);
		} else if (a->node->selections.n > 0 && b->node->selections.n > 0) {
			struct conflicts below = { .max = BELOW_MAX };
			compare_sets(x, &below, exclusive,
				collect(x, &a->node->selections, type_of(a)),
				collect(x, &b->node->selections, type_of(b)));
			if (below.n > 0)
				*vec_push(x->v->arena, out) = nest(x, key, a, b, &below);
		}
	}
	x->s->depth--;
}

static void compare_within(struct search *x, struct conflicts *out, const struct collected *c)
{
	for (size_t g = 0; g < c->groups.n; g++) {
		const struct group *group = c->groups.entries[g].value;
		for (size_t i = 0; i < group->n; i++)
			for (size_t j = i + 1; j < group->n && goes_on(x, out); j++)
				compare_fields(x, out, c->groups.entries[g].key, false,
					&group->at[i], &group->at[j]);
	}
}

static void compare_groups(struct search *x, struct conflicts *out, bool exclusive,
	const struct collected *a, const struct collected *b)
{
	if (!spend(x, a->groups.n))
		return;
	for (size_t g = 0; g < a->groups.n; g++) {
		str key = a->groups.entries[g].key;
		const struct group *m = a->groups.entries[g].value, *n = map_find(&b->groups, key);
		for (size_t i = 0; n && i < m->n; i++)
			for (size_t j = 0; j < n->n && goes_on(x, out); j++)
				compare_fields(x, out, key, exclusive, &m->at[i], &n->at[j]);
	}
}

static void compare_with_fragment(struct search *x, struct conflicts *out, bool exclusive,
	struct collected *c, const struct fragment *f)
{
	bool fresh = descend(x, 1) && c->groups.n > 0 &&
		!is_done(&c->compared, f->definition->name.text, exclusive, x->v->arena);
	struct collected *other = fresh ? collect_fragment(x, f) : c;
	if (other != c) {
		compare_groups(x, out, exclusive, c, other);
		for (size_t i = 0; i < other->fragments.n && goes_on(x, out); i++)
			compare_with_fragment(x, out, exclusive, c, other->fragments.at[i]);
	}
	x->s->depth--;
}

static bool pair_is_done(struct search *x, const struct fragment *a, const struct fragment *b,
	bool exclusive)
{
	uint32_t ids[2] = { MIN(a->id, b->id), MAX(a->id, b->id) };
	str key = { (const char *)ids, sizeof ids };
	if (!map_find(&x->s->pairs, key))
		key = str_dup(x->v->arena, key);
	return is_done(&x->s->pairs, key, exclusive, x->v->arena);
}

static void compare_fragments(struct search *x, struct conflicts *out, bool exclusive,
	const struct fragment *a, const struct fragment *b)
{
	if (descend(x, 2) && a != b && !pair_is_done(x, a, b, exclusive)) {
		struct collected *c = collect_fragment(x, a), *d = collect_fragment(x, b);
		compare_groups(x, out, exclusive, c, d);
		for (size_t i = 0; i < d->fragments.n && goes_on(x, out); i++)
			compare_fragments(x, out, exclusive, a, d->fragments.at[i]);
		for (size_t i = 0; i < c->fragments.n && goes_on(x, out); i++)
			compare_fragments(x, out, exclusive, c->fragments.at[i], b);
	}
	x->s->depth--;
}

static void compare_sets(struct search *x, struct conflicts *out, bool exclusive,
	struct collected *a, struct collected *b)
{
	compare_groups(x, out, exclusive, a, b);
	for (size_t i = 0; i < b->fragments.n && goes_on(x, out); i++)
		compare_with_fragment(x, out, exclusive, a, b->fragments.at[i]);
	for (size_t i = 0; i < a->fragments.n && goes_on(x, out); i++)
		compare_with_fragment(x, out, exclusive, b, a->fragments.at[i]);
	for (size_t i = 0; i < a->fragments.n && goes_on(x, out); i++)
		for (size_t j = 0; j < b->fragments.n && goes_on(x, out); j++)
			compare_fragments(x, out, exclusive, a->fragments.at[i],
				b->fragments.at[j]);
}

/* All conflicts of one selection set: its fields, each fragment with them, fragments in pairs. */
static void search(struct search *x, struct conflicts *out, const struct ast_selections *set)
{
	struct collected *c = collect(x, set, x->v->at.parent_type);
	compare_within(x, out, c);
	for (size_t i = 0; i < c->fragments.n && goes_on(x, out); i++) {
		compare_with_fragment(x, out, false, c, c->fragments.at[i]);
		for (size_t j = i + 1; j < c->fragments.n && goes_on(x, out); j++)
			compare_fragments(x, out, false, c->fragments.at[i], c->fragments.at[j]);
	}
}

/* ---- the rule ---- */

static void report(struct validation *v, const struct conflict *c)
{
	str key = abbreviate(v->arena, c->key);
	struct gql_error *e = rule_error(v,
		"Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to "
		"fetch both if this was intentional.",
		STR_ARG(key), STR_ARG(c->reason));
	for (size_t i = 0; i < c->a.n; i++)
		rule_at(v, e, c->a.at[i]->at);
	for (size_t i = 0; i < c->b.n; i++)
		rule_at(v, e, c->b.at[i]->at);
}

static bool has_conflicts(struct validation *v, struct state *s)
{
	if (!s->decided) {
		enum overlap_verdict verdict = overlap_check(v);
		s->decided = true;
		s->budget = PAIRS_MAX + v->source->text.n;
		s->conflict = verdict == OVERLAP_CONFLICT;
		s->cache = rule_map(v);
		s->pairs = rule_map(v);
		if (verdict == OVERLAP_TOO_MUCH)
			UNUSED(rule_spend(v, SIZE_MAX));
	}
	return s->conflict && !v->aborted;
}

static void selections(struct validation *v, void *state, union node node)
{
	const struct ast_selections *set = node.selections;
	if (v->at.in_inline_fragment || (set->n == 1 && set->at[0]->kind != AST_INLINE))
		return;
	if (!has_conflicts(v, state))
		return;
	struct search x = { v, state };
	struct conflicts found = { .max = v->errors_max - v->nerrors + 1 };
	search(&x, &found, set);
	for (size_t i = 0; i < found.n && !v->aborted; i++)
		report(v, &found.at[i]);
	if (x.s->exhausted)
		UNUSED(rule_spend(v, SIZE_MAX));
}

const struct rule RULES_OVERLAPPING_FIELDS_CAN_BE_MERGED = {
	.state_bytes = sizeof(struct state),
	.enter = { [NODE_SELECTIONS] = selections },
};
