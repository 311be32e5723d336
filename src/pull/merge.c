/*
 * merge - what is new goes into the definitions that are there, or behind them; what is gone
 * becomes remarks.
 *
 * Only these edits are made: lines are inserted before the brace that ends a definition,
 * definitions behind a file's end, removals where something is gone, and the type of a field or
 * argument that its column can't give any more. Nothing else of the files is touched.
 */
#include "pull/merge.h"

#include "schema/names.h"

#include <stdlib.h>

struct merging {
	struct draft *d;
	struct pull_result *out;
	const struct gone *gone;
	struct edits edits;
	struct map shared; /* known types → how many drafts they stand for */
	struct map needed; /* names that added fields mention */
	struct buf definitions;
};

void merge_report(struct draft *d, struct pull_result *out, enum pull_change_kind kind, str what,
	str why)
{
	*vec_push(d->arena, &out->changes) = (struct pull_change){ kind, what, why };
}

static void report(struct merging *m, enum pull_change_kind kind, const char *word, str type,
	str field, str why)
{
	str what = field.n
		? str_printf(m->d->arena, "%s %.*s.%.*s", word, STR_ARG(type), STR_ARG(field))
		: str_printf(m->d->arena, "%s %.*s", word, STR_ARG(type));
	merge_report(m->d, m->out, kind, what, why);
}

/* ---- enums ---- */

static bool has_label(struct merging *m, const struct known_type *t, str label)
{
	for (size_t i = 0; i < t->nodes.n; i++)
		for (size_t k = 0; k < t->nodes.at[i]->nvalues; k++)
			if (known_means_label(m->d->arena, &t->nodes.at[i]->values[k], label))
				return true;
	return false;
}

static bool is_label(struct merging *m, const struct draft_type *t, const struct ast_enum_value *v)
{
	for (size_t i = 0; i < t->fields.n; i++)
		if (known_means_label(m->d->arena, v,
			    str_sub(t->fields.at[i].key, 1, t->fields.at[i].key.n)))
			return true;
	return false;
}

static void merge_enum(struct merging *m, const struct draft_type *t)
{
	struct buf lines = buf_on(m->d->arena);
	for (size_t i = 0; i < t->fields.n; i++) {
		const struct draft_field *f = &t->fields.at[i];
		if (has_label(m, t->known, str_sub(f->key, 1, f->key.n)))
			continue;
		draft_put_field(&lines, f);
		report(m, PULL_ADDED, "value", t->name, f->name, STR_NONE);
	}
	if (lines.n)
		edit_insert(m->d->arena, &m->edits, t->known->nodes.at[0], buf_str(&lines));
	for (size_t i = 0; i < t->known->nodes.n; i++) {
		const struct ast_definition *d = t->known->nodes.at[i];
		for (size_t k = 0; k < d->nvalues; k++) {
			if (is_label(m, t, &d->values[k]))
				continue;
			report(m, PULL_GONE, "value", t->name, d->values[k].name.text,
				S("the database's enum has no such label"));
			edit_remove(m->d->arena, &m->edits, d->source, d->values[k].at,
				d->values[k].end, m->d->options->prune);
		}
	}
}

/* ---- types ---- */

static bool is_list(const struct ast_type *t)
{
	for (; t->kind != AST_TYPE_NAMED; t = t->of)
		if (t->kind == AST_TYPE_LIST)
			return true;
	return false;
}

/* Can the scalar that is written for a column no longer be read from it? */
static bool is_outdated(const struct cat_column *c, const struct ast_type *written)
{
	const struct ast_type *bottom = written;
	while (bottom->kind != AST_TYPE_NAMED)
		bottom = bottom->of;
	const struct scalar *s = scalar_find(bottom->name);
	const struct cat_type *plain = cat_type_plain(c->type);
	if (!s || doc_is_json_type(plain))
		return false;
	if (is_list(written) != (plain->kind == CAT_ARRAY))
		return true;
	if (plain->kind == CAT_ARRAY && plain->base)
		plain = cat_type_plain(plain->base);
	return !scalar_reads(s, plain->name);
}

static void retype(struct merging *m, const struct source *s, const struct ast_type *written,
	str type, str owner, str name)
{
	str before = str_sub(s->text, written->at, written->end);
	if (!type.n || str_eq(before, type))
		return;
	edit_replace(m->d->arena, &m->edits, s, written->at, written->end, type);
	report(m, PULL_CHANGED, "field", owner, name,
		str_printf(m->d->arena, "%.*s is %.*s now", STR_ARG(before), STR_ARG(type)));
}

static void check_type(struct merging *m, const struct draft_type *t, const struct draft_field *f,
	const struct known_field *written)
{
	const struct cat_column *c = f->key.p[0] == '=' && t->relation
		? cat_column_find(t->relation, str_sub(f->key, 1, f->key.n))
		: NULL;
	if (c && is_outdated(c, written->node->type))
		retype(m, written->type->nodes.at[0]->source, written->node->type, f->type, t->name,
			f->name);
}

/* Arguments of Query's fields, which are compared with columns. */
static void check_arguments(struct merging *m, const struct known_field *f)
{
	const struct known_type *target = map_find(&m->d->known->by_name, f->bottom);
	const struct cat_relation *r = target ? target->relation : NULL;
	bool root = f->key.n && (f->key.p[0] == '?' || f->key.p[0] == '*');
	for (size_t i = 0; r && root && i < f->node->nargs; i++) {
		const struct ast_input_value *arg = &f->node->args[i];
		const struct cat_column *c = arg->directives.n
			? NULL
			: cat_column_find(r, draft_bound(m->d->arena, r, arg->name.text));
		if (!c || !is_outdated(c, arg->type))
			continue;
		str type = draft_type_of(m->d, c->type, false);
		if (arg->type->kind == AST_TYPE_NON_NULL)
			type = str_printf(m->d->arena, "%.*s!", STR_ARG(type));
		retype(m, f->type->nodes.at[0]->source, arg->type, type, f->type->name,
			f->node->name.text);
	}
}

static bool leads_to_gone(const struct merging *m, const struct known_type *t)
{
	return map_find(&m->gone->types, t->name) != NULL;
}

static bool is_taken(const struct known_type *k, str name)
{
	const struct known_field *f = map_find(&k->by_field, name);
	return f && !f->gone;
}

static bool will_add(const struct merging *m, const struct draft_type *t)
{
	bool needed = t->relation || t == m->d->query || t == m->d->mutation ||
		map_find(&m->needed, t->name);
	return needed && !t->known && !t->is_link && !t->frozen &&
		!map_find(&m->d->known->left_out, t->name) && (t->fields.n || t->members.n);
}

/* Is the field of a written type new? */
static bool will_put(const struct merging *m, const struct draft_type *t,
	const struct draft_field *f)
{
	const struct known_type *k = t->known;
	bool shared = (uintptr_t)map_find(&m->shared, k->name) > 1;
	return !f->left_out && !shared && !map_find(&k->by_key, f->key) &&
		!map_find(&k->left_out, f->name) && !is_taken(k, f->name);
}

/* The names in "[Album!]!" and in " = A | B". */
static void need(struct merging *m, str type)
{
	static const str MARKS = STR_INIT("[]! =|");
	for (size_t i = 0, from = 0; i <= type.n; i++) {
		bool mark = i == type.n || str_find(MARKS, type.p[i]) < MARKS.n;
		if (mark && i > from)
			map_add(&m->needed, str_sub(type, from, i), m);
		if (mark)
			from = i + 1;
	}
}

/* What the fields that are added to a type mention. */
static void need_fields(struct merging *m, const struct draft_type *t)
{
	bool added = will_add(m, t), object = t->kind == AST_OBJECT_TYPE;
	if (added)
		need(m, t->members);
	for (size_t k = 0; object && (added || t->known) && k < t->fields.n; k++)
		if (added || will_put(m, t, &t->fields.at[k]))
			need(m, t->fields.at[k].type);
}

/* Enums and objects without a relation are only written for fields that are. */
static void find_needed(struct merging *m)
{
	size_t before;
	m->needed = map_on(m->d->arena, 0);
	do {
		before = m->needed.n;
		for (size_t i = 0; i < m->d->types.n; i++)
			need_fields(m, m->d->types.at[i]);
	} while (m->needed.n > before);
}

static void merge_type(struct merging *m, const struct draft_type *t)
{
	const struct known_type *k = t->known;
	struct buf lines = buf_on(m->d->arena);
	for (size_t i = 0; i < t->fields.n; i++) {
		const struct draft_field *f = &t->fields.at[i];
		const struct known_field *written = map_find(&k->by_key, f->key);
		if (written && !f->left_out)
			check_type(m, t, f, written);
		if (!will_put(m, t, f))
			continue;
		draft_put_field(&lines, f);
		report(m, PULL_ADDED, "field", t->name, f->name, STR_NONE);
	}
	if (lines.n)
		edit_insert(m->d->arena, &m->edits, k->nodes.at[0], buf_str(&lines));
}

static void add_definition(struct merging *m, const struct draft_type *t)
{
	static const char *const WORDS[] = { "type", "enum", "union" };
	if (!will_add(m, t))
		return;
	if (m->definitions.n)
		buf_lit(&m->definitions, "\n");
	draft_put_type(&m->definitions, t);
	report(m, PULL_ADDED,
		WORDS[t->kind == AST_ENUM_TYPE         ? 1
				: t->kind == AST_UNION ? 2
						       : 0],
		t->name, STR_NONE, STR_NONE);
}

static void count_shared(struct merging *m)
{
	m->shared = map_on(m->d->arena, 0);
	for (size_t i = 0; i < m->d->types.n; i++) {
		const struct known_type *k = m->d->types.at[i]->known;
		if (k)
			map_set(&m->shared, k->name,
				(void *)((uintptr_t)map_find(&m->shared, k->name) + 1));
	}
}

/* ---- what is gone ---- */

static const struct source *source_of(const struct known_field *f)
{
	for (size_t i = 0; i < f->type->nodes.n; i++) {
		const struct ast_definition *d = f->type->nodes.at[i];
		if (f->node >= d->fields && f->node < d->fields + d->nfields)
			return d->source;
	}
	return f->type->nodes.at[0]->source;
}

static void remove_gone(struct merging *m)
{
	struct arena *a = m->d->arena;
	bool prune = m->d->options->prune;
	for (size_t i = 0; i < m->gone->types.n; i++) {
		const struct map_entry *e = &m->gone->types.entries[i];
		const struct known_type *t = map_find(&m->d->known->by_name, e->key);
		report(m, PULL_GONE, "type", t->name, STR_NONE, *(const str *)e->value);
		for (size_t k = 0; k < t->nodes.n; k++)
			edit_remove(a, &m->edits, t->nodes.at[k]->source, t->nodes.at[k]->at,
				t->nodes.at[k]->end, prune);
	}
	for (size_t i = 0; i < m->gone->fields.n; i++) {
		const struct gone_field *g = &m->gone->fields.at[i];
		report(m, PULL_GONE, "field", g->field->type->name, g->field->node->name.text,
			g->why);
		edit_remove(a, &m->edits, source_of(g->field), g->field->node->at,
			g->field->node->end, prune);
	}
}

/* ---- the texts ---- */

/* New definitions go where Query is, else into the first file. */
static const struct source *main_source(const struct known *k)
{
	if (k->query)
		return k->query->nodes.at[0]->source;
	return k->nsources ? &k->sources[0] : NULL;
}

static str with_definitions(struct merging *m, str text)
{
	struct arena *a = m->d->arena;
	str more = buf_str(&m->definitions);
	if (!more.n)
		return text;
	const char *gap = !text.n ? "" : str_ends(text, S("\n")) ? "\n" : "\n\n";
	return str_printf(a, "%.*s%s%.*s", STR_ARG(text), gap, STR_ARG(more));
}

static void write_files(struct merging *m)
{
	const struct known *k = m->d->known;
	const struct source *at = main_source(k);
	m->out->nfiles = MAX(k->nsources, 1);
	m->out->files = arena_array(m->d->arena, struct pull_file, m->out->nfiles);
	if (!at)
		m->out->files[0] = (struct pull_file){ .path = m->d->options->new_file,
			.after = with_definitions(m, STR_NONE) };
	for (size_t i = 0; i < k->nsources; i++) {
		const struct source *s = &k->sources[i];
		str after = edit_apply(m->d->arena, &m->edits, s);
		m->out->files[i] = (struct pull_file){ s->name, s->text,
			s == at ? with_definitions(m, after) : after };
	}
}

/* ---- order ---- */

static int place_of(const struct draft_type *t)
{
	return str_eq(t->name, S("Query"))       ? 2
		: str_eq(t->name, S("Mutation")) ? 3
		: t->kind == AST_ENUM_TYPE       ? 1
						 : 0;
}

static int by_place(const void *a, const void *b)
{
	const struct draft_type *const *x = a, *const *y = b;
	int p = place_of(*x), q = place_of(*y);
	return p != q ? p - q : str_cmp((*x)->name, (*y)->name);
}

void merge_draft(struct draft *d, struct pull_result *out)
{
	struct merging m = { .d = d, .out = out, .gone = d->gone, .definitions = buf_on(d->arena) };
	count_shared(&m);
	find_needed(&m);
	qsort(d->types.at, d->types.n, sizeof(struct draft_type *), by_place);
	for (size_t i = 0; i < d->types.n; i++) {
		const struct draft_type *t = d->types.at[i];
		out->ntypes += t->relation && !t->is_link;
		if (t->is_link || t->frozen)
			continue;
		if (!t->known)
			add_definition(&m, t);
		else if (t->kind == AST_ENUM_TYPE)
			merge_enum(&m, t);
		else if (!leads_to_gone(&m, t->known))
			merge_type(&m, t);
	}
	for (size_t i = 0; d->known->query && i < d->known->query->fields.n; i++)
		check_arguments(&m, &d->known->query->fields.at[i]);
	remove_gone(&m);
	write_files(&m);
}
