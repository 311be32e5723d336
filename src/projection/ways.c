/*
 * ways - the shortest chain of ties from each source to the source of the key.
 *
 * A breadth-first search from the key outwards. Ties between the same two sources are one step with
 * several pairs of columns. A step is to-one, seen from the key, when the far side's columns hold a
 * unique key of its table: then the row that stands there can be locked while it is read.
 */
#include "projection/projection_int.h"

static void note(struct projection *p, str text)
{
	*vec_push(p->arena, p->notes) = text;
}

/* ---- relations ---- */

static const struct cat_relation *relation_of(const struct projection *p,
	const struct lineage_source *s)
{
	str whole = str_printf(p->arena, "%.*s.%.*s", STR_ARG(s->schema), STR_ARG(s->table));
	return catalog_relation(p->facts->catalog, whole);
}

static struct table *table_of(struct projection *p, const struct cat_relation *r)
{
	for (size_t i = 0; i < p->tables.n; i++)
		if (p->tables.at[i].relation == r)
			return &p->tables.at[i];
	struct table *t = vec_push(p->arena, &p->tables);
	t->relation = r;
	return t;
}

static void add_source(struct projection *p, uint32_t source)
{
	const struct lineage_source *s = &p->lineage.sources[source];
	const struct cat_relation *r = relation_of(p, s);
	p->relations[source] = r;
	if (!r || (r->kind != 'r' && r->kind != 'p')) {
		note(p,
			str_printf(p->arena,
				"Changes of %.*s.%.*s are not noticed: it is no table of this database.",
				STR_ARG(s->schema), STR_ARG(s->table)));
		return;
	}
	struct table *t = table_of(p, r);
	*vec_push(p->arena, &t->sources) = source;
	if (r->rls && t->sources.n == 1)
		note(p,
			str_printf(p->arena,
				"%.*s has row-level security: give \"%.*s\" policies of its own.",
				STR_ARG(r->sql), STR_ARG(p->name)));
}

/* ---- steps ---- */

static bool is_unique(const struct cat_relation *r, const struct pair *pairs, size_t n, bool to)
{
	for (size_t i = 0; r && i < r->nkeys; i++) {
		const struct cat_key *k = &r->keys[i];
		size_t held = 0;
		for (size_t c = 0; c < k->n; c++)
			for (size_t x = 0; x < n; x++)
				held += str_eq(k->columns[c]->name,
					to ? pairs[x].to : pairs[x].from);
		if ((k->unique || k->primary) && k->n > 0 && held >= k->n)
			return true;
	}
	return false;
}

/* All ties between two sources, seen from `from`. */
static struct step step_between(struct projection *p, uint32_t from, uint32_t to)
{
	const struct lineage *l = &p->lineage;
	struct step s = { .to = to };
	s.pairs = arena_array(p->arena, struct pair, l->nties);
	for (size_t i = 0; i < l->nties; i++) {
		const struct lineage_tie *t = &l->ties[i];
		if (t->left == from && t->right == to)
			s.pairs[s.npairs++] = (struct pair){ t->left_column, t->right_column };
		if (t->left == to && t->right == from)
			s.pairs[s.npairs++] = (struct pair){ t->right_column, t->left_column };
	}
	s.unique = is_unique(p->relations[from], s.pairs, s.npairs, false);
	return s;
}

static void search(struct projection *p)
{
	const struct lineage *l = &p->lineage;
	uint32_t *queue = arena_array(p->arena, uint32_t, l->nsources);
	size_t first = 0, n = 0;
	queue[n++] = p->key_source;
	p->ways[p->key_source].found = true;
	while (first < n) {
		uint32_t here = queue[first++];
		for (size_t i = 0; i < l->nties; i++) {
			const struct lineage_tie *t = &l->ties[i];
			uint32_t other = t->left == here ? t->right : t->left;
			if ((t->left != here && t->right != here) || p->ways[other].found)
				continue;
			p->ways[other] = (struct way){ true, step_between(p, other, here) };
			queue[n++] = other;
		}
	}
}

static void mark_whole(struct projection *p)
{
	for (size_t i = 0; i < p->tables.n; i++) {
		struct table *t = &p->tables.at[i];
		t->whole = p->lineage.open.n > 0;
		for (size_t k = 0; k < t->sources.n; k++)
			t->whole |= !p->ways[t->sources.at[k]].found;
		if (t->whole)
			note(p,
				str_printf(p->arena, "Each change of %.*s compares all rows: %.*s.",
					STR_ARG(t->relation->sql),
					STR_ARG(p->lineage.open.n
							? p->lineage.open
							: S("no equality of columns leads from it "
							    "to the key"))));
	}
}

void ways_find(struct projection *p)
{
	size_t n = p->lineage.nsources;
	p->relations = arena_array(p->arena, const struct cat_relation *, n);
	p->ways = arena_array(p->arena, struct way, n);
	for (uint32_t i = 0; i < n; i++)
		add_source(p, i);
	search(p);
	mark_whole(p);
	for (size_t i = 0; i < p->lineage.nfunctions; i++)
		note(p,
			str_printf(p->arena,
				"The view calls %.*s; changes of what that reads are not noticed.",
				STR_ARG(p->lineage.functions[i])));
}

size_t ways_columns(const struct projection *p, uint32_t source, const struct cat_column **out)
{
	const struct lineage_source *s = &p->lineage.sources[source];
	const struct cat_relation *r = p->relations[source];
	size_t n = 0;
	for (size_t i = 0; i < r->ncolumns; i++) {
		bool used = s->all_columns;
		for (size_t k = 0; k < s->n && !used; k++)
			used = str_eq(s->columns[k], r->columns[i].name);
		if (used)
			out[n++] = &r->columns[i];
	}
	return n;
}
