/*
 * fields - columns and keys of documents as fields, and the enums, composites and embedded objects
 * that they need.
 *
 * A type with a document has the document's keys, then the columns that are no keys: unless its
 * document also stands in others, where there would be no columns.
 */
#include "pull/draft.h"

#include "schema/comment.h"
#include "schema/names.h"

enum { DEPTH_MAX = 16 };

/* ---- names ---- */

static const struct cat_column *camel_column(struct arena *a, const struct cat_relation *r,
	str field)
{
	for (size_t i = 0; i < r->ncolumns; i++)
		if (!names_is_regular(r->columns[i].name) &&
			str_eq(names_camel(a, r->columns[i].name), field))
			return &r->columns[i];
	return NULL;
}

str draft_bound(struct arena *a, const struct cat_relation *r, str field)
{
	str snake = names_snake(a, field);
	const struct cat_column *c =
		r && !cat_column_find(r, snake) ? camel_column(a, r, field) : NULL;
	return c ? c->name : snake;
}

bool draft_put(struct draft *d, struct draft_type *t, const struct draft_field *f)
{
	const struct known_field *written =
		t->known ? map_find(&t->known->by_field, f->name) : NULL;
	bool taken = written && !written->gone && !str_eq(written->key, f->key);
	if (map_find(&t->keys, f->key) || taken || !map_add(&t->names, f->name, t))
		return false;
	*vec_push(d->arena, &t->fields) = *f;
	map_add(&t->keys, f->key, (void *)(uintptr_t)t->fields.n);
	return true;
}

/* A remark that takes no name. */
static void put_left_out(struct draft *d, struct draft_type *t, str stored, str note)
{
	struct draft_field *f = vec_push(d->arena, &t->fields);
	*f = (struct draft_field){ .name = name_field(d->arena, stored),
		.note = note,
		.left_out = true };
}

str draft_literal(struct draft *d, str text)
{
	struct buf b = buf_on(d->arena);
	buf_putc(&b, '"');
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (c == '\n')
			buf_lit(&b, "\\n");
		else if ((unsigned char)c < ' ')
			buf_printf(&b, "\\u%04x", (unsigned)c);
		else if (c == '"' || c == '\\')
			buf_printf(&b, "\\%c", c);
		else
			buf_putc(&b, c);
	}
	buf_putc(&b, '"');
	return buf_str(&b);
}

static str deprecated(struct draft *d, const struct comment *c)
{
	if (!c->deprecated)
		return STR_NONE;
	return c->reason.n ? str_printf(d->arena, " @deprecated(reason: %.*s)",
				     STR_ARG(draft_literal(d, c->reason)))
			   : S(" @deprecated");
}

/* ---- types of values ---- */

static bool shares_label(struct draft *d, const struct known_type *written,
	const struct cat_type *t)
{
	for (size_t i = 0; i < written->nodes.n; i++)
		for (size_t k = 0; k < written->nodes.at[i]->nvalues; k++)
			for (size_t l = 0; l < t->nlabels; l++)
				if (known_means_label(d->arena, &written->nodes.at[i]->values[k],
					    t->labels[l]))
					return true;
	return false;
}

/* The enum that is written for it: by a column, else by its name and a label. */
static const struct known_type *written_enum(struct draft *d, const struct cat_type *t, str natural)
{
	const struct known_type *w = map_find(&d->known->by_pg_type, t->sql);
	if (w && w->kind == AST_ENUM_TYPE)
		return w;
	w = map_find(&d->known->by_name, natural);
	return w && w->kind == AST_ENUM_TYPE && shares_label(d, w, t) ? w : NULL;
}

static struct draft_type *enum_type(struct draft *d, const struct cat_type *t)
{
	struct draft_type *known = map_find(&d->by_type, t->sql);
	if (known)
		return known;
	struct comment c = comment_read(d->arena, t->comment);
	str natural = c.name.n ? name_graphql(d->arena, c.name) : name_type(d->arena, t->name);
	const struct known_type *written = written_enum(d, t, natural);
	bool adopt = written != NULL;
	struct draft_type *e = draft_add(d, AST_ENUM_TYPE, natural);
	map_add(&d->by_type, t->sql, e);
	e->known = written;
	e->name = adopt ? written->name : draft_name(d, natural, e);
	e->description = c.text;
	for (size_t i = 0; i < t->nlabels; i++) {
		struct draft_field f = { .name = name_value(d->arena, t->labels[i]) };
		f.key = str_printf(d->arena, "=%.*s", STR_ARG(t->labels[i]));
		if (map_find(&e->names, f.name))
			f.name = str_printf(d->arena, "%.*s_%zu", STR_ARG(f.name), i);
		if (!str_eq(f.name, names_upper(d->arena, t->labels[i])))
			f.directives = str_printf(d->arena, " @column(name: %.*s)",
				STR_ARG(draft_literal(d, t->labels[i])));
		if (t->labels[i].n) /* @column can't name an empty label */
			draft_put(d, e, &f);
	}
	return e;
}

static struct draft_type *composite_type(struct draft *d, const struct cat_type *t);

str draft_type_of(struct draft *d, const struct cat_type *t, bool in_json)
{
	const struct cat_type *plain = cat_type_plain(t);
	if (plain->kind == CAT_ARRAY && plain->base) {
		str item = draft_type_of(d, plain->base, in_json);
		return item.n ? str_printf(d->arena, "[%.*s]", STR_ARG(item)) : STR_NONE;
	}
	if (plain->kind == CAT_ENUM && plain->nlabels)
		return enum_type(d, plain)->name;
	if (plain->kind == CAT_COMPOSITE) {
		struct draft_type *c = composite_type(d, plain);
		return c ? c->name : in_json ? S("JSON") : STR_NONE;
	}
	const struct scalar *s = scalar_for_pg(plain->name);
	if (s)
		return str_from(s->name);
	return in_json ? S("String") : STR_NONE;
}

static void put_attribute(struct draft *d, struct draft_type *t, const struct cat_column *c)
{
	struct comment comment = comment_read(d->arena, c->comment);
	struct draft_field f = { .type = draft_type_of(d, c->type, true),
		.description = comment.text };
	f.name = name_field(d->arena, comment.name.n ? comment.name : c->name);
	f.key = str_printf(d->arena, "=%.*s", STR_ARG(c->name));
	f.directives = deprecated(d, &comment);
	if (comment.omit || name_is_internal(c->name))
		return;
	if (!str_eq(names_snake(d->arena, f.name), c->name))
		f.directives = str_printf(d->arena, " @column(name: %.*s)%.*s",
			STR_ARG(draft_literal(d, c->name)), STR_ARG(f.directives));
	draft_put(d, t, &f);
}

/* A composite type is an object whose members are read by name. NULL: it has none. */
static struct draft_type *composite_type(struct draft *d, const struct cat_type *t)
{
	const struct cat_relation *r = catalog_relation_by_oid(d->facts->catalog, t->relation_oid);
	struct draft_type *known = map_find(&d->by_type, t->sql);
	if (known || !r || r->kind != 'c')
		return known;
	str natural = name_type(d->arena, t->name);
	const struct known_type *written = map_find(&d->known->by_pg_type, t->sql);
	if (!written)
		written = map_find(&d->known->by_name, natural);
	bool adopt = written && written->kind == AST_OBJECT_TYPE && !written->source.n;
	struct draft_type *c = draft_add(d, AST_OBJECT_TYPE, natural);
	map_add(&d->by_type, t->sql, c);
	c->known = adopt ? written : NULL;
	c->name = adopt ? written->name : draft_name(d, natural, c);
	c->description = comment_read(d->arena, t->comment).text;
	for (size_t i = 0; i < r->ncolumns; i++)
		put_attribute(d, c, &r->columns[i]);
	return c;
}

/* ---- documents ---- */

struct typed {
	str type; /* without "!" */
	str note; /* why it is no better */
};

/* `key` is where it stands, `noun` what one of it is called. */
static struct typed type_of_doc(struct draft *d, struct draft_type *owner, str key, str noun,
	const struct doc *doc, unsigned depth);

static str exclaim(struct draft *d, str type, bool nullable)
{
	return nullable ? type : str_printf(d->arena, "%.*s!", STR_ARG(type));
}

static void put_key(struct draft *d, struct draft_type *t, const struct doc_field *f,
	unsigned depth)
{
	struct typed typed = type_of_doc(d, t, f->name, f->name, f->doc, depth);
	struct comment c = { 0 };
	if (f->doc->origin)
		c = comment_read(d->arena, f->doc->origin->comment);
	if (name_is_internal(f->name) || c.omit)
		return;
	struct draft_field out = { .name = name_field(d->arena, f->name),
		.type = exclaim(d, typed.type, f->doc->nullable || f->doc->kind == DOC_ANY),
		.description = c.text,
		.note = typed.note,
		.directives = deprecated(d, &c) };
	out.key = str_printf(d->arena, "=%.*s", STR_ARG(f->name));
	if (!str_eq(draft_bound(d->arena, t->relation, out.name), f->name))
		out.directives = str_printf(d->arena, " @column(name: %.*s)%.*s",
			STR_ARG(draft_literal(d, f->name)), STR_ARG(out.directives));
	draft_put(d, t, &out);
}

/* The type that is written for the same object, if only this field has it. */
static const struct known_type *written_for(const struct draft *d, const struct draft_type *owner,
	str key)
{
	str full = str_printf(d->arena, "=%.*s", STR_ARG(key));
	const struct known_field *f = owner->known ? map_find(&owner->known->by_key, full) : NULL;
	const struct known_type *t = f ? map_find(&d->known->by_name, f->bottom) : NULL;
	return t && t->kind == AST_OBJECT_TYPE && !t->source.n ? t : NULL;
}

static struct typed embedded_type(struct draft *d, struct draft_type *owner, str key, str noun,
	const struct doc *doc, unsigned depth)
{
	bool any = false;
	for (size_t i = 0; i < doc->n; i++)
		any |= !name_is_internal(doc->fields[i].name);
	if (!any || depth > DEPTH_MAX)
		return (struct typed){ S("JSON"), S("it has no keys that are known") };
	const struct known_type *written = written_for(d, owner, key);
	str natural = str_printf(d->arena, "%.*s%.*s", STR_ARG(owner->name),
		STR_ARG(name_type(d->arena, noun)));
	struct draft_type *t = draft_add(d, AST_OBJECT_TYPE, natural);
	t->known = written;
	t->name = written ? written->name : draft_name(d, natural, t);
	for (size_t i = 0; i < doc->n; i++)
		put_key(d, t, &doc->fields[i], depth + 1);
	return (struct typed){ t->name, STR_NONE };
}

/* The type whose rows' document it is. */
static struct draft_type *row_type(const struct draft *d, const struct doc *doc)
{
	struct draft_type *t = draft_of(d, doc->of);
	return t && t->doc && !t->frozen ? t : NULL;
}

static struct typed type_of_doc(struct draft *d, struct draft_type *owner, str key, str noun,
	const struct doc *doc, unsigned depth)
{
	const struct draft_type *row = doc->kind == DOC_OBJECT ? row_type(d, doc) : NULL;
	struct typed inner;
	switch (doc->kind) {
	case DOC_VALUE: return (struct typed){ draft_type_of(d, doc->type, true), STR_NONE };
	case DOC_OBJECT:
		if (row)
			return (struct typed){ row->name, STR_NONE };
		return embedded_type(d, owner, key, noun, doc, depth);
	case DOC_LIST:
		if (!doc->item || doc->item->kind == DOC_ANY || doc->item->kind == DOC_NOTHING)
			break;
		inner = type_of_doc(d, owner, key, noun_singular(d->arena, noun), doc->item, depth);
		inner.type = str_printf(d->arena, "[%.*s]",
			STR_ARG(exclaim(d, inner.type, doc->item->nullable)));
		return inner;
	case DOC_ANY:
	case DOC_NOTHING: break;
	}
	str why = doc->kind == DOC_ANY ? doc->why : S("nothing is known of its values");
	return (struct typed){ S("JSON"), why };
}

/* ---- columns ---- */

static bool is_nullable(const struct draft_type *t, const struct cat_column *c)
{
	const struct doc_field *f = t->view ? view_field(t->view, c->name) : NULL;
	if (c->relation->kind != 'v' && c->relation->kind != 'm')
		return !c->not_null;
	return !f || f->doc->nullable || f->doc->kind == DOC_ANY;
}

/* Comments of a view's columns are rare: the table's say the same. */
static struct comment column_comment(struct draft *d, const struct draft_type *t,
	const struct cat_column *c)
{
	const struct doc_field *f = t->view ? view_field(t->view, c->name) : NULL;
	str text = c->comment;
	if (!text.n && f && f->doc->origin)
		text = f->doc->origin->comment;
	return comment_read(d->arena, text);
}

static struct typed type_of_column(struct draft *d, struct draft_type *t,
	const struct cat_column *c)
{
	const struct doc_field *f = t->view ? view_field(t->view, c->name) : NULL;
	bool json = doc_is_json_type(c->type);
	bool shaped = f && (f->doc->kind == DOC_OBJECT || f->doc->kind == DOC_LIST);
	if (json && shaped)
		return type_of_doc(d, t, c->name, c->name, f->doc, 0);
	str why = json && f && f->doc->kind == DOC_ANY ? f->doc->why : STR_NONE;
	return (struct typed){ draft_type_of(d, c->type, false), why };
}

static void put_column(struct draft *d, struct draft_type *t, const struct cat_column *c)
{
	struct comment comment = column_comment(d, t, c);
	if (name_is_internal(c->name) || comment.omit)
		return;
	struct typed typed = type_of_column(d, t, c);
	if (!typed.type.n) {
		put_left_out(d, t, c->name,
			str_printf(d->arena, "there is no GraphQL type for %.*s",
				STR_ARG(c->type->sql)));
		return;
	}
	struct draft_field f = { .type = exclaim(d, typed.type, is_nullable(t, c)),
		.description = comment.text,
		.note = typed.note,
		.directives = deprecated(d, &comment) };
	f.name = name_field(d->arena, comment.name.n ? comment.name : c->name);
	f.key = str_printf(d->arena, "=%.*s", STR_ARG(c->name));
	if (map_find(&t->names, f.name))
		f.name = str_printf(d->arena, "%.*sColumn", STR_ARG(f.name));
	if (!str_eq(draft_bound(d->arena, t->relation, f.name), c->name))
		f.directives = str_printf(d->arena, " @column(name: %.*s)%.*s",
			STR_ARG(draft_literal(d, c->name)), STR_ARG(f.directives));
	draft_put(d, t, &f);
}

/* A key that is a column, too, is read from the column. */
static void put_document(struct draft *d, struct draft_type *t)
{
	for (size_t i = 0; i < t->doc->n; i++) {
		const struct cat_column *c = cat_column_find(t->relation, t->doc->fields[i].name);
		bool shaped = t->doc->fields[i].doc->kind == DOC_OBJECT ||
			t->doc->fields[i].doc->kind == DOC_LIST;
		if (c && !shaped)
			put_column(d, t, c);
		else
			put_key(d, t, &t->doc->fields[i], 0);
	}
	for (size_t i = 0; !t->embedded && i < t->relation->ncolumns; i++) {
		const struct cat_column *c = &t->relation->columns[i];
		if (!str_eq(c->name, S("data")) && !doc_field(t->doc, c->name))
			put_column(d, t, c);
	}
}

void draft_columns(struct draft *d)
{
	size_t n = d->types.n; /* others are added meanwhile */
	for (size_t i = 0; i < n; i++) {
		struct draft_type *t = d->types.at[i];
		if (!t->relation || t->frozen || t->is_link)
			continue;
		if (t->doc)
			put_document(d, t);
		else
			for (size_t k = 0; k < t->relation->ncolumns; k++)
				put_column(d, t, &t->relation->columns[k]);
		if (!t->doc && t->view && t->view->why.n)
			t->note = t->view->why;
	}
}
