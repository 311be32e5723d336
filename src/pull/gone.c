/*
 * gone - what is written and the database has no more.
 *
 * A type is gone with its relation, a field with its column, key, function or the type that it
 * leads to, a type also with its last field; so it goes on until nothing more is found. What can't
 * be told (documents that are not known, types without a source) is left alone.
 */
#include "pull/merge.h"

static str quoted(struct draft *d, const char *what, str name)
{
	return str_printf(d->arena, "there is no %s \"%.*s\"", what, STR_ARG(name));
}

/* ---- columns ---- */

/* 1 it has the column or key, 0 it has none, -1 it can't be told. */
static int has_place(struct draft *d, const struct known_type *t, str stored)
{
	const struct cat_relation *r = t->relation;
	str first = stored;
	first = str_split(&first, '.');
	if (cat_column_find(r, stored) || cat_column_find(r, first))
		return 1;
	for (size_t i = 0; i < t->nodes.n; i++)
		for (size_t k = 0; k < t->nodes.at[i]->directives.n; k++)
			if (str_eq(t->nodes.at[i]->directives.at[k].name.text, S("source")) &&
				t->nodes.at[i]->directives.at[k].nargs > 1)
				return -1; /* another document than `data` */
	const struct cat_column *data = cat_column_find(r, S("data"));
	if (!data || !doc_is_json_type(data->type))
		return 0;
	const struct draft_type *draft = draft_of(d, r);
	if (!draft || !draft->doc)
		return -1;
	return doc_field(draft->doc, first) != NULL;
}

static const struct ast_value *argument(const struct ast_field_def *f, const char *directive,
	const char *name)
{
	for (size_t i = 0; i < f->directives.n; i++) {
		const struct ast_directive *use = &f->directives.at[i];
		if (!str_eq(use->name.text, str_from(directive)))
			continue;
		for (size_t k = 0; k < use->nargs; k++)
			if (str_eq(use->args[k].name.text, str_from(name)))
				return use->args[k].value;
	}
	return NULL;
}

static str missing_of(struct draft *d, const struct known_type *t, const struct ast_value *list)
{
	for (size_t i = 0; t && t->relation && list && list->kind == AST_LIST && i < list->n; i++)
		if (list->items[i]->kind == AST_STRING &&
			has_place(d, t, list->items[i]->text) == 0)
			return quoted(d, "column", list->items[i]->text);
	return STR_NONE;
}

static str missing_join(struct draft *d, const struct known_field *f)
{
	const struct ast_value *link = argument(f->node, "relation", "relation");
	const struct known_type *target = map_find(&d->known->by_name, f->bottom);
	str why = missing_of(d, f->type, argument(f->node, "relation", "fields"));
	if (!why.n)
		why = missing_of(d, target, argument(f->node, "relation", "references"));
	if (!why.n && link && link->kind == AST_STRING &&
		!catalog_relation(d->facts->catalog, link->text))
		why = quoted(d, "table", link->text);
	return why;
}

/* Arguments of a root field are compared with columns. */
static str missing_argument(struct draft *d, const struct known_field *f)
{
	const struct known_type *target = map_find(&d->known->by_name, f->bottom);
	str list = f->key;
	list = str_sub(list, str_find(list, '(') + 1, list.n ? list.n - 1 : 0);
	while (target && target->relation && list.n > 0) {
		str column = str_split(&list, ',');
		if (has_place(d, target, column) == 0)
			return quoted(d, "column", column);
	}
	return STR_NONE;
}

static str missing_field(struct draft *d, const struct known_field *f)
{
	str name = str_sub(f->key, 1, f->key.n);
	switch (f->key.n ? f->key.p[0] : '\0') {
	case '=':
		if (!f->type->relation || has_place(d, f->type, name) != 0)
			return STR_NONE;
		return quoted(d, "column", name);
	case '>': return missing_join(d, f);
	case '(':
		return catalog_function(d->facts->catalog, name) ? STR_NONE
								 : quoted(d, "function", name);
	case '?':
	case '*': return missing_argument(d, f);
	default: return STR_NONE;
	}
}

/* ---- what follows ---- */

static bool is_gone(const struct gone *g, str type)
{
	return map_find(&g->types, type) != NULL;
}

static void add_type(struct gone *g, const struct known_type *t, str why)
{
	str *stored = arena_new(g->d->arena, str);
	*stored = why;
	map_add(&g->types, t->name, stored);
}

static void find_types(struct gone *g)
{
	const struct known *k = g->d->known;
	for (size_t i = 0; i < k->types.n; i++) {
		const struct known_type *t = k->types.at[i];
		if (t->source.n && !t->relation)
			add_type(g, t, quoted(g->d, "table or view", t->source));
	}
}

/* Fields that are gone, of all types; true when that made another type go. */
static bool find_fields(struct gone *g)
{
	const struct known *k = g->d->known;
	size_t before = g->types.n;
	g->fields.n = 0;
	for (size_t i = 0; i < k->types.n; i++) {
		struct known_type *t = k->types.at[i];
		size_t left = t->fields.n;
		for (size_t n = 0; n < t->fields.n && !is_gone(g, t->name); n++) {
			struct known_field *f = &t->fields.at[n];
			str why = missing_field(g->d, f);
			char kind;
			const struct known_type *made = known_made_of(k, f->bottom, &kind);
			if (!why.n && made && is_gone(g, made->name))
				why = quoted(g->d, "type", made->name);
			if (!why.n && is_gone(g, f->bottom))
				why = quoted(g->d, "type", f->bottom);
			if (!why.n)
				continue;
			struct gone_field *out = vec_push(g->d->arena, &g->fields);
			f->gone = true;
			out->field = f;
			out->why = why;
			left--;
		}
		if (t->fields.n && !left && !t->is_root && !is_gone(g, t->name))
			add_type(g, t, S("none of its fields is left"));
	}
	return g->types.n > before;
}

struct gone gone_find(struct draft *d)
{
	struct gone g = { .d = d, .types = map_on(d->arena, 0) };
	find_types(&g);
	while (find_fields(&g))
		continue;
	return g;
}
