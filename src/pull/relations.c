/*
 * relations - foreign keys as fields of both sides.
 *
 * A type's rows are those of a table (its main one), and that table's foreign keys say what the
 * rows refer to. A view joins by columns that it shows: the foreign key itself, or another unique
 * column of the row that it was joined to (v_post.author_id, which is tb_user.id, where tb_post has
 * fk_author). A type whose document also stands in others joins by keys of the document only,
 * because there is nothing else then.
 *
 * Names: author_id gives `author`, and `posts` on the other side. Several keys between the same two
 * types give `postsByAuthor`, parent_id to the table itself `children`.
 */
#include "pull/draft.h"

#include "schema/names.h"

#include <stdlib.h>

enum { COLUMNS_MAX = 16 };

/* The columns by which two types' rows are joined. */
struct ends {
	str from[COLUMNS_MAX], to[COLUMNS_MAX];
	size_t n;
};

/* ---- columns of types ---- */

static bool is_copy(const struct doc *d, const struct cat_column *c, str place)
{
	return d->kind == DOC_VALUE && d->origin == c && str_eq(d->place, place);
}

/* The type's column for a table's column in the row at `place`; empty when it shows none. */
static str shown(const struct draft_type *t, const struct cat_column *c, str place)
{
	str found = STR_NONE;
	for (size_t i = 0; i < t->view->n; i++) {
		str name = t->view->columns[i].name;
		if (!is_copy(t->view->columns[i].doc, c, place) ||
			!cat_column_find(t->relation, name))
			continue;
		if (!found.n || (t->doc && doc_field(t->doc, name)))
			found = name;
	}
	return found;
}

/* The type's column for a column of its main table. */
static str own_column(const struct draft_type *t, const struct cat_column *c)
{
	if (!t->view)
		return t->relation == c->relation ? c->name : STR_NONE;
	return t->view->main ? shown(t, c, t->view->main_place) : STR_NONE;
}

static bool links(const struct doc_link *l, const struct cat_column *c, str place,
	const struct cat_column *ref, str *ref_place)
{
	const struct doc *sides[2] = { l->left, l->right };
	for (size_t i = 0; i < 2; i++)
		if (is_copy(sides[i], c, place) && sides[1 - i]->origin == ref) {
			*ref_place = sides[1 - i]->place;
			return true;
		}
	return false;
}

/* The place of the row that a foreign key of the main table was joined to. */
static bool joined_place(const struct draft_type *t, const struct cat_foreign_key *k, str *place)
{
	for (size_t i = 0; t->view && t->view->main && i < t->view->nlinks; i++) {
		if (!links(&t->view->links[i], k->columns[0], t->view->main_place, k->references[0],
			    place))
			continue;
		bool all = true;
		for (size_t c = 1; c < k->n && all; c++) {
			str other = STR_NONE;
			all = false;
			for (size_t l = 0; l < t->view->nlinks && !all; l++)
				all = links(&t->view->links[l], k->columns[c], t->view->main_place,
					      k->references[c], &other) &&
					str_eq(other, *place);
		}
		if (all)
			return true;
	}
	return false;
}

/* ---- choosing the columns ---- */

/* Can a relation begin at this column also where the type's document is embedded? */
static bool can_begin(const struct draft_type *t, str column)
{
	return !t->embedded || (t->doc && doc_field(t->doc, column));
}

static bool can_begin_all(const struct draft_type *t, const str *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!can_begin(t, columns[i]))
			return false;
	return true;
}

/* By the foreign key itself. */
static bool by_key(const struct draft_type *from, const struct draft_type *to,
	const struct cat_foreign_key *k, struct ends *out)
{
	out->n = k->n;
	for (size_t i = 0; i < k->n; i++) {
		out->from[i] = own_column(from, k->columns[i]);
		out->to[i] = own_column(to, k->references[i]);
		if (!out->from[i].n || !out->to[i].n)
			return false;
	}
	return true;
}

/* By a unique column of the referenced row that both show: `id` before others. */
static bool by_identity(const struct draft_type *from, const struct draft_type *to,
	const struct cat_foreign_key *k, struct ends *out)
{
	str place;
	const struct cat_column *best = NULL;
	if (!joined_place(from, k, &place))
		return false;
	for (size_t i = 0; i < k->to->nkeys; i++) {
		const struct cat_key *key = &k->to->keys[i];
		if (key->n != 1 || !key->unique || name_is_internal(key->columns[0]->name))
			continue;
		str a = shown(from, key->columns[0], place), b = own_column(to, key->columns[0]);
		bool better = !best || str_eq(key->columns[0]->name, S("id"));
		if (!a.n || !b.n || !better)
			continue;
		best = key->columns[0];
		out->from[0] = a;
		out->to[0] = b;
		out->n = 1;
	}
	return best != NULL;
}

/* Columns to join by, such that the relation can begin at `begin`. */
static bool find_ends(const struct draft_type *from, const struct draft_type *to,
	const struct cat_foreign_key *k, const struct draft_type *begin, struct ends *out)
{
	if (k->n > COLUMNS_MAX)
		return false;
	for (int way = 0; way < 2; way++) {
		bool found = way == 0 ? by_identity(from, to, k, out) : by_key(from, to, k, out);
		if (found && can_begin_all(begin, begin == from ? out->from : out->to, out->n))
			return true;
	}
	return false;
}

/* ---- names ---- */

/* author_id, fk_author, authorId → author; empty when the column's name is no such thing. */
static str stripped(struct draft *d, str column)
{
	static const str ENDS[] = { STR_INIT("_id"), STR_INIT("_uuid"), STR_INIT("_fk"),
		STR_INIT("_key"), STR_INIT("_code") };
	static const str BEGINS[] = { STR_INIT("fk_"), STR_INIT("id_") };
	for (size_t i = 0; i < COUNT(BEGINS); i++)
		if (str_starts(column, BEGINS[i]) && column.n > BEGINS[i].n)
			return str_sub(column, BEGINS[i].n, column.n);
	for (size_t i = 0; i < COUNT(ENDS); i++)
		if (str_ends(column, ENDS[i]) && column.n > ENDS[i].n)
			return str_sub(column, 0, column.n - ENDS[i].n);
	if (str_ends(column, S("Id")) && column.n > 2)
		return names_snake(d->arena, str_sub(column, 0, column.n - 2));
	return STR_NONE;
}

/* The same where keys are called hostid: proxy_hostid → proxy_host. */
static str stripped_by(struct draft *d, const struct cat_foreign_key *k)
{
	str column = k->columns[0]->name, referenced = k->references[0]->name;
	str role = stripped(d, column);
	bool glued = str_ends(referenced, S("id")) && !str_ends(referenced, S("_id")) &&
		referenced.n > 2 && str_ends(column, S("id")) && column.n > 2;
	return !role.n && glued ? str_sub(column, 0, column.n - 2) : role;
}

/* What the referenced row is to the referring one: author. */
static str role_of(struct draft *d, const struct cat_foreign_key *k, const struct draft_type *to)
{
	if (k->n == 1) {
		str column = k->columns[0]->name, role = stripped_by(d, k);
		return role.n
			? role
			: str_printf(d->arena, "%.*s_%.*s", STR_ARG(column), STR_ARG(to->one));
	}
	/* of several columns, the one that names it best: not those that other keys share */
	for (size_t i = k->n; i-- > 0;) {
		str role = stripped(d, k->columns[i]->name);
		if (str_eq(role, to->one))
			return role;
	}
	return to->one;
}

/* The same without the target's name, for telling keys apart. */
static str stripped_or_column(struct draft *d, const struct cat_foreign_key *k, str role)
{
	str column = k->columns[0]->name;
	return k->n == 1 && !stripped_by(d, k).n ? column : role;
}

static bool put_named(struct draft *d, struct draft_type *t, struct draft_field *f, str name,
	str otherwise)
{
	f->name = name_field(d->arena, name);
	if (draft_put(d, t, f))
		return true;
	f->name = name_field(d->arena, otherwise);
	return draft_put(d, t, f);
}

/* ---- fields ---- */

static void put_texts(struct draft *d, struct buf *b, const str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(draft_literal(d, names[i])));
}

static struct draft_field join_field(struct draft *d, const struct draft_type *target,
	const str *from, const str *to, size_t n, const struct cat_relation *link)
{
	struct draft_field f = { 0 };
	struct buf b = buf_on(d->arena);
	buf_lit(&b, " @relation(fields: [");
	put_texts(d, &b, from, n);
	buf_lit(&b, "], references: [");
	put_texts(d, &b, to, n);
	buf_lit(&b, "]");
	if (link)
		buf_printf(&b, ", relation: %.*s",
			STR_ARG(draft_literal(d, draft_sdl_name(d, link->schema, link->name))));
	buf_lit(&b, ")");
	f.directives = buf_str(&b);
	f.key = known_join_key(d->arena, target->relation->sql, from, to, n,
		link ? link->sql : STR_NONE);
	return f;
}

static bool is_required(const struct draft_type *from, const struct draft_type *to,
	const struct ends *e)
{
	bool whole = to->relation == to->main || (to->view && to->view->whole);
	for (size_t i = 0; i < e->n && whole; i++) {
		const struct cat_column *c = cat_column_find(from->relation, e->from[i]);
		const struct doc_field *f = from->view ? view_field(from->view, e->from[i]) : NULL;
		whole = c && (c->not_null || (f && !f->doc->nullable));
	}
	return whole;
}

struct reverse {
	struct draft_type *from, *to;
	const struct cat_foreign_key *key;
	str role;
};

struct relating {
	struct draft *d;
	struct {
		VEC(struct reverse);
	} reverses;
	struct map count; /* "from>to" → number of keys between them */
};

static struct draft_type *target_of(const struct draft *d, const struct cat_foreign_key *k)
{
	struct draft_type *t = draft_of(d, k->to);
	bool usable = t && !t->frozen && !t->is_link && t->main == k->to;
	return usable ? t : NULL;
}

/* Is the row's whole document there already, under the key that is its role? */
static bool is_embedded(const struct draft_type *from, const struct draft_type *to, str role)
{
	const struct doc_field *f = from->doc ? doc_field(from->doc, role) : NULL;
	return f && f->doc->kind == DOC_OBJECT && f->doc->of && to->doc &&
		f->doc->of == to->doc->of;
}

static void put_to_one(struct relating *r, struct draft_type *from, const struct cat_foreign_key *k)
{
	struct draft *d = r->d;
	struct draft_type *to = target_of(d, k);
	struct ends e;
	if (!to)
		return;
	str role = role_of(d, k, to);
	*vec_push(d->arena, &r->reverses) =
		(struct reverse){ from, to, k, stripped_or_column(d, k, role) };
	if (is_embedded(from, to, role) || !find_ends(from, to, k, from, &e))
		return;
	struct draft_field f = join_field(d, to, e.from, e.to, e.n, NULL);
	f.type = str_printf(d->arena, "%.*s%s", STR_ARG(to->name),
		is_required(from, to, &e) ? "!" : "");
	str other = str_eq(role, to->one) ? S("row") : to->one;
	put_named(d, from, &f, role,
		str_printf(d->arena, "%.*s_%.*s", STR_ARG(role), STR_ARG(other)));
}

static int by_column(const void *a, const void *b)
{
	const struct cat_foreign_key *const *x = a, *const *y = b;
	uint32_t p = (*x)->columns[0]->number, q = (*y)->columns[0]->number;
	if (p != q)
		return p < q ? -1 : 1;
	return str_cmp((*x)->name, (*y)->name);
}

static void put_all_to_one(struct relating *r, struct draft_type *t)
{
	size_t n = t->main ? t->main->nforeign_keys : 0;
	const struct cat_foreign_key **keys =
		arena_array(r->d->arena, const struct cat_foreign_key *, n);
	for (size_t i = 0; i < n; i++)
		keys[i] = &t->main->foreign_keys[i];
	if (n)
		qsort(keys, n, sizeof *keys, by_column);
	for (size_t i = 0; i < n; i++)
		put_to_one(r, t, keys[i]);
}

/* ---- the other side ---- */

static str pair_key(struct draft *d, const struct draft_type *from, const struct draft_type *to)
{
	return str_printf(d->arena, "%.*s>%.*s", STR_ARG(from->relation->sql),
		STR_ARG(to->relation->sql));
}

static void count_pairs(struct relating *r)
{
	r->count = map_on(r->d->arena, 0);
	for (size_t i = 0; i < r->reverses.n; i++) {
		const struct reverse *x = &r->reverses.at[i];
		str key = pair_key(r->d, x->from, x->to);
		uintptr_t n = (uintptr_t)map_find(&r->count, key);
		map_set(&r->count, key, (void *)(n + 1));
	}
}

static bool same_columns(const struct cat_key *key, const struct cat_foreign_key *k)
{
	if (!key->unique || key->n != k->n)
		return false;
	for (size_t i = 0; i < k->n; i++) {
		bool found = false;
		for (size_t c = 0; c < key->n; c++)
			found |= key->columns[c] == k->columns[i];
		if (!found)
			return false;
	}
	return true;
}

static bool is_one_to_one(const struct cat_foreign_key *k)
{
	for (size_t i = 0; i < k->from->nkeys; i++)
		if (same_columns(&k->from->keys[i], k))
			return true;
	return false;
}

static void put_reverse(struct relating *r, const struct reverse *x)
{
	struct draft *d = r->d;
	struct ends e;
	if (!find_ends(x->from, x->to, x->key, x->to, &e))
		return;
	bool one = is_one_to_one(x->key), self = x->from == x->to;
	bool alone = (uintptr_t)map_find(&r->count, pair_key(d, x->from, x->to)) == 1;
	struct draft_field f = join_field(d, x->from, e.to, e.from, e.n, NULL);
	f.type = one ? x->from->name : str_printf(d->arena, "[%.*s!]!", STR_ARG(x->from->name));
	str noun = one ? x->from->one : x->from->many;
	str by = str_printf(d->arena, "%.*s_by_%.*s", STR_ARG(noun), STR_ARG(x->role));
	bool plain = self ? false : alone || str_eq(x->role, x->to->one);
	str name = plain ? noun : by;
	if (self && str_starts(x->role, S("parent")) && !one)
		name = S("children");
	put_named(d, x->to, &f, name, by);
}

/* ---- link tables ---- */

static bool is_of(const struct cat_foreign_key *k, const struct cat_column *c)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->columns[i] == c)
			return true;
	return false;
}

/* Two keys to different tables that make up a unique key. */
static bool find_sides(const struct cat_relation *r, const struct cat_foreign_key **a,
	const struct cat_foreign_key **b)
{
	if (r->nforeign_keys != 2 || r->foreign_keys[0].to == r->foreign_keys[1].to)
		return false;
	*a = &r->foreign_keys[0];
	*b = &r->foreign_keys[1];
	for (size_t i = 0; i < r->nkeys; i++) {
		const struct cat_key *k = &r->keys[i];
		bool all = k->unique && k->n == (*a)->n + (*b)->n;
		for (size_t c = 0; c < k->n && all; c++)
			all = is_of(*a, k->columns[c]) || is_of(*b, k->columns[c]);
		if (all)
			return true;
	}
	return false;
}

/* Nothing but the two keys, and a key of its own. */
static bool is_pure(const struct cat_relation *r, const struct cat_foreign_key *a,
	const struct cat_foreign_key *b)
{
	for (size_t i = 0; i < r->ncolumns; i++) {
		const struct cat_column *c = &r->columns[i];
		bool own = r->primary && r->primary->n == 1 && r->primary->columns[0] == c;
		if (!own && !is_of(a, c) && !is_of(b, c))
			return false;
	}
	return true;
}

/* Tables that others refer to. */
static struct map referenced(const struct draft *d)
{
	struct map out = map_on(d->arena, 0);
	const struct catalog *c = d->facts->catalog;
	for (size_t i = 0; i < c->nrelations; i++)
		for (size_t k = 0; k < c->relations[i].nforeign_keys; k++)
			map_add(&out, c->relations[i].foreign_keys[k].to->sql, &c->relations[i]);
	return out;
}

/* Will both sides have fields through it? The link's names must be those of the sides. */
static bool reaches(const struct draft *d, const struct cat_foreign_key *k)
{
	const struct draft_type *t = target_of(d, k);
	unsigned rank;
	if (!t || !str_eq(name_stem(t->relation->name, &rank), name_stem(k->to->name, &rank)))
		return false;
	for (size_t i = 0; i < k->n; i++) {
		str own = own_column(t, k->references[i]);
		if (!str_eq(own, k->references[i]->name) || !can_begin(t, own))
			return false;
	}
	return true;
}

void draft_links(struct draft *d)
{
	struct map others = referenced(d);
	for (size_t i = 0; i < d->types.n; i++) {
		struct draft_type *t = d->types.at[i];
		const struct cat_foreign_key *a, *b;
		const struct cat_relation *r = t->relation;
		t->is_link = r && !t->known && r == t->main && find_sides(r, &a, &b) &&
			is_pure(r, a, b) && !map_find(&others, r->sql) && reaches(d, a) &&
			reaches(d, b);
		if (t->is_link)
			map_set(&d->by_name, t->name, NULL); /* free again */
	}
}

static void put_through(struct draft *d, const struct cat_relation *link,
	const struct cat_foreign_key *a, const struct cat_foreign_key *b)
{
	struct draft_type *from = target_of(d, a), *to = target_of(d, b);
	str left[COLUMNS_MAX], right[COLUMNS_MAX];
	unsigned rank;
	if (a->n != b->n || a->n > COLUMNS_MAX) /* @relation's two lists are equally long */
		return;
	for (size_t i = 0; i < a->n; i++) {
		left[i] = a->references[i]->name;
		right[i] = b->references[i]->name;
	}
	struct draft_field f = join_field(d, to, left, right, a->n, link);
	f.type = str_printf(d->arena, "[%.*s!]!", STR_ARG(to->name));
	put_named(d, from, &f, to->many,
		str_printf(d->arena, "%.*s_via_%.*s", STR_ARG(to->many),
			STR_ARG(name_stem(link->name, &rank))));
}

static void put_all_through(struct draft *d)
{
	const struct catalog *c = d->facts->catalog;
	for (size_t i = 0; i < c->nrelations; i++) {
		const struct cat_foreign_key *a, *b;
		const struct cat_relation *r = &c->relations[i];
		if (!find_sides(r, &a, &b) || !reaches(d, a) || !reaches(d, b) ||
			!draft_has_schema(d, r->schema))
			continue;
		put_through(d, r, a, b);
		put_through(d, r, b, a);
	}
}

void draft_relations(struct draft *d)
{
	struct relating r = { .d = d };
	for (size_t i = 0; i < d->types.n; i++)
		if (d->types.at[i]->relation && !d->types.at[i]->frozen && !d->types.at[i]->is_link)
			put_all_to_one(&r, d->types.at[i]);
	count_pairs(&r);
	for (size_t i = 0; i < r.reverses.n; i++)
		put_reverse(&r, &r.reverses.at[i]);
	put_all_through(d);
}
