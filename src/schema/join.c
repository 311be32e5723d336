/*
 * join - @relation: which columns of two rows are equal, directly or through a link table.
 *
 * A link table's foreign keys tell which of its columns mean which side: one whose referenced
 * columns are `fields` and whose table is under this side's source, one for `references` and the
 * other side. Sources are often views: v_post and tv_post stand for the table tb_post, so tables
 * are compared without these prefixes; where names do not help, the only key that refers to such
 * columns is taken. When two keys fit a side there is no way to choose, and that is an error.
 */
#include "schema/compile_int.h"

struct side {
	const struct backing *backing; /* NULL: a document without a source */
	struct ast_value **names;
	size_t n;
	struct place *places;
};

struct joining {
	struct compiler *c;
	const struct gql_field *field;
	const struct ast_directive *directive;
	struct side from, to;
};

/* ---- columns ---- */

/* Types that PostgreSQL compares with each other. */
static int family(const struct cat_type *t)
{
	if (scalar_reads(scalar_get(SCALAR_STRING), t->name))
		return 1;
	return scalar_reads(scalar_get(SCALAR_FLOAT), t->name) ? 2 : 0;
}

static bool comparable(const struct cat_type *x, const struct cat_type *y)
{
	x = cat_type_plain(x);
	y = cat_type_plain(y);
	return x == y || (family(x) != 0 && family(x) == family(y));
}

/* What looks like a misspelt column is a key of the document all the same: say so. */
static void doubt_key(struct joining *j, const struct side *s, size_t i)
{
	str name = s->names[i]->text;
	if (!s->backing || s->places[i].column)
		return;
	str nearest = cat_nearest_column(s->backing->relation, j->c->arena, name);
	if (nearest.n)
		diag_nearest(j->c,
			diag_warning(j->c, j->field->source, s->names[i]->at,
				"\"%.*s\" has no column \"%.*s\": a key of its document is "
				"compared.",
				STR_ARG(s->backing->relation->name), STR_ARG(name)),
			nearest);
}

static bool bind_side(struct joining *j, struct side *s)
{
	struct compiler *c = j->c;
	bool ok = true;
	s->places = arena_array(c->arena, struct place, s->n);
	for (size_t i = 0; i < s->n; i++) {
		str name = s->names[i]->text;
		if (bind_name(c, s->backing, name, &s->places[i])) {
			doubt_key(j, s, i);
			continue;
		}
		struct diagnostic *d = diag_error(c, j->field->source, s->names[i]->at,
			"\"%.*s\" has no column \"%.*s\".", STR_ARG(s->backing->relation->name),
			STR_ARG(name));
		bind_missing(c, d, s->backing, name);
		ok = false;
	}
	return ok;
}

/* A key of a document is compared as the other side's type. */
static void cast_key(struct compiler *c, struct place *key, const struct place *other)
{
	if (key->column || !other->column)
		return;
	str sql = cat_type_plain(other->column->type)->sql;
	if (!str_eq(sql, S("text")))
		key->cast = str_z(c->arena, sql);
}

static bool make_pair(struct joining *j, const struct place *from, const struct place *to,
	struct join_pair *out)
{
	struct compiler *c = j->c;
	*out = (struct join_pair){ *from, *to };
	cast_key(c, &out->from, to);
	cast_key(c, &out->to, from);
	if (!from->column || !to->column || comparable(from->column->type, to->column->type))
		return true;
	diag_error(c, j->field->source, j->directive->at,
		"%.*s.%.*s: \"%.*s.%.*s\" is %.*s and \"%.*s.%.*s\" is %.*s, so they can't be compared.",
		STR_ARG(j->field->parent->name), STR_ARG(j->field->name),
		STR_ARG(from->column->relation->name), STR_ARG(from->column->name),
		STR_ARG(from->column->type->sql), STR_ARG(to->column->relation->name),
		STR_ARG(to->column->name), STR_ARG(to->column->type->sql));
	return false;
}

static bool join_direct(struct joining *j, struct join *out)
{
	if (j->from.n != j->to.n) {
		diag_error(j->c, j->field->source, j->directive->at,
			"\"fields\" names %zu columns and \"references\" %zu; they are compared pair by pair.",
			j->from.n, j->to.n);
		return false;
	}
	out->n = j->from.n;
	out->pairs = arena_array(j->c->arena, struct join_pair, out->n);
	bool ok = true;
	for (size_t i = 0; i < out->n; i++)
		ok &= make_pair(j, &j->from.places[i], &j->to.places[i], &out->pairs[i]);
	return ok;
}

/* ---- link tables ---- */

/* tb_post, v_post, tv_post → post */
static str base_name(str name)
{
	static const str PREFIXES[] = { STR_INIT("tb_"), STR_INIT("v_"), STR_INIT("tv_"),
		STR_INIT("mv_"), STR_INIT("tl_") };
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		if (str_starts(name, PREFIXES[i]))
			return str_sub(name, PREFIXES[i].n, name.n);
	return name;
}

/* The link's column that refers to a referenced column of that name, or NULL. */
static const struct cat_column *link_column(const struct cat_foreign_key *k, str name)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->references[i]->name, name))
			return k->columns[i];
	return NULL;
}

static bool refers_to(const struct cat_foreign_key *k, const struct side *s)
{
	if (k->n != s->n)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (!link_column(k, s->names[i]->text))
			return false;
	return true;
}

static bool same_table(const struct cat_foreign_key *k, const struct side *s)
{
	return s->backing &&
		(k->to == s->backing->relation ||
			str_eq(base_name(k->to->name), base_name(s->backing->relation->name)));
}

/* The foreign keys that can mean a side: those to its table, or else all with these columns. */
static size_t candidates(const struct cat_relation *link, const struct side *s,
	const struct cat_foreign_key *not_this, const struct cat_foreign_key **first)
{
	size_t n[2] = { 0, 0 };
	const struct cat_foreign_key *found[2] = { NULL, NULL };
	for (size_t i = 0; i < link->nforeign_keys; i++) {
		const struct cat_foreign_key *k = &link->foreign_keys[i];
		if (k == not_this || !refers_to(k, s))
			continue;
		bool same = same_table(k, s);
		if (n[same]++ == 0)
			found[same] = k;
	}
	bool use = n[1] > 0;
	*first = found[use];
	return n[use];
}

static void put_names(struct buf *b, const struct cat_column *const *columns, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(columns[i]->name));
}

/* The foreign keys that there are, for a message. */
static str list_keys(struct compiler *c, const struct cat_relation *link)
{
	struct buf b = buf_on(c->arena);
	if (!link->nforeign_keys) {
		buf_printf(&b, "\"%.*s\" has no foreign keys. ", STR_ARG(link->name));
	} else {
		buf_lit(&b, "Its foreign keys are: ");
		for (size_t i = 0; i < link->nforeign_keys; i++) {
			const struct cat_foreign_key *k = &link->foreign_keys[i];
			buf_put(&b, i ? S("; (") : S("("));
			put_names(&b, k->columns, k->n);
			buf_printf(&b, ") to %.*s (", STR_ARG(k->to->name));
			put_names(&b, k->references, k->n);
			buf_lit(&b, ")");
		}
		buf_lit(&b, ". ");
	}
	buf_printf(&b,
		"Or give \"%.*s\" a type of its own with two relations to one, and a list of it here.",
		STR_ARG(link->name));
	return buf_str(&b);
}

static const struct cat_foreign_key *choose_key(struct joining *j, const struct cat_relation *link,
	const struct side *s, const struct cat_foreign_key *not_this, const char *what)
{
	struct compiler *c = j->c;
	const struct cat_foreign_key *k;
	size_t n = candidates(link, s, not_this, &k);
	if (n == 1)
		return k;
	uint32_t at = directive_arg(j->directive, "relation")->at;
	struct diagnostic *d = n
		? diag_error(c, j->field->source, at,
			  "%zu foreign keys of \"%.*s\" fit \"%s\", so it is not clear "
			  "which side is which.",
			  n, STR_ARG(link->name), what)
		: diag_error(c, j->field->source, at,
			  "No foreign key of \"%.*s\" refers to the columns of \"%s\".",
			  STR_ARG(link->name), what);
	d->hint = list_keys(c, link);
	return NULL;
}

static bool link_pairs(struct joining *j, const struct side *s, const struct cat_foreign_key *k,
	bool link_first, struct join_pair **out)
{
	*out = arena_array(j->c->arena, struct join_pair, s->n);
	bool ok = true;
	for (size_t i = 0; i < s->n; i++) {
		struct place link = { .column = link_column(k, s->names[i]->text) };
		const struct place *own = &s->places[i];
		ok &= make_pair(j, link_first ? &link : own, link_first ? own : &link, &(*out)[i]);
	}
	return ok;
}

static bool is_of(const struct cat_column *column, const struct cat_foreign_key *k)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->columns[i] == column)
			return true;
	return false;
}

/* Does a unique key see to it that two rows are linked only once? */
static bool is_unique_pair(const struct cat_relation *link, const struct cat_foreign_key *a,
	const struct cat_foreign_key *b)
{
	for (size_t i = 0; i < link->nkeys; i++) {
		const struct cat_key *key = &link->keys[i];
		bool within = key->unique;
		for (size_t k = 0; k < key->n; k++)
			within = within && (is_of(key->columns[k], a) || is_of(key->columns[k], b));
		if (within)
			return true;
	}
	return false;
}

static bool join_linked(struct joining *j, str name, struct join *out)
{
	struct compiler *c = j->c;
	const struct cat_relation *link = catalog_relation(c->catalog, name);
	if (!link) {
		struct diagnostic *d =
			diag_error(c, j->field->source, directive_arg(j->directive, "relation")->at,
				"There is no table \"%.*s\".", STR_ARG(name));
		diag_nearest(c, d, catalog_nearest_relation(c->catalog, c->arena, name));
		return false;
	}
	/* A side that only one key fits leaves the other keys to the other side. */
	const struct cat_foreign_key *k, *other, *unused;
	bool from_first = candidates(link, &j->from, NULL, &unused) == 1;
	k = choose_key(j, link, from_first ? &j->from : &j->to, NULL,
		from_first ? "fields" : "references");
	if (!k)
		return false;
	other = choose_key(j, link, from_first ? &j->to : &j->from, k,
		from_first ? "references" : "fields");
	if (!other)
		return false;
	out->link = link;
	out->repeats = !is_unique_pair(link, k, other);
	out->n = j->from.n;
	out->nlink_pairs = j->to.n;
	return link_pairs(j, &j->from, from_first ? k : other, false, &out->pairs) &&
		link_pairs(j, &j->to, from_first ? other : k, true, &out->link_pairs);
}

/* ---- the field ---- */

void bind_relation_to(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, const struct backing *to, struct binding *out)
{
	struct joining j = { .c = c, .field = f, .directive = d };
	struct join *join = arena_new(c->arena, struct join);
	str link;
	out->target = to;
	join->from = j.from.backing = from;
	j.to.backing = to;
	if (!directive_texts(c, f->source, d, "fields", &j.from.names, &j.from.n) ||
		!directive_texts(c, f->source, d, "references", &j.to.names, &j.to.n))
		return;
	if (j.from.n == 0 || j.to.n == 0) {
		diag_error(c, f->source, d->at,
			"@relation needs at least one column of each side.");
		return;
	}
	bool bound = bind_side(&j, &j.from);
	if (!bind_side(&j, &j.to) || !bound)
		return;
	bool ok = directive_text(c, f->source, d, "relation", &link) ? join_linked(&j, link, join)
								     : join_direct(&j, join);
	if (!ok)
		return;
	out->kind = BIND_RELATION;
	out->join = join;
	bind_arguments(c, f, out);
}

void bind_relation(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, struct binding *out)
{
	const struct gql_type *t = bind_rows_type(c, f, &out->use);
	const struct backing *to = c->facts[t->id].source;
	if (to)
		bind_relation_to(c, f, d, from, to, out);
	else if (c->facts[t->id].scattered)
		bind_each_member(c, f, d, from, out);
	else if (!c->broken_source[t->id])
		diag_error(c, f->source, d->at,
			"%.*s.%.*s: the type \"%.*s\" has no @source whose rows could be joined.",
			STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(t->name));
}
