/*
 * projection - a view's name → the script.
 *
 * The key is looked up in the view's definition: it must be a plain column of one of the tables, so
 * that ways can lead to it.
 */
#include "projection/projection_int.h"

static str view_text(void *ctx, str schema, str name)
{
	const struct projection *p = ctx;
	str whole =
		schema.n ? str_printf(p->arena, "%.*s.%.*s", STR_ARG(schema), STR_ARG(name)) : name;
	const struct cat_relation *r = catalog_relation(p->facts->catalog, whole);
	const struct pull_view *v = r && r->kind == 'v' ? pull_view_of(p->facts, r) : NULL;
	return v ? v->sql : STR_NONE;
}

static bool find_view(struct projection *p, const struct projection_request *r, struct err *e)
{
	const struct catalog *c = p->facts->catalog;
	p->view = catalog_relation(c, r->view);
	if (!p->view) {
		str near = catalog_nearest_relation(c, p->arena, r->view);
		return err_set(e, ERR_NOT_FOUND, "there is no view \"%.*s\"%s%.*s%s",
			STR_ARG(r->view), near.n ? "; did you mean \"" : "", STR_ARG(near),
			near.n ? "\"?" : "");
	}
	if (p->view->kind != 'v')
		return err_set(e, ERR_UNSUPPORTED, "\"%.*s\" is no view", STR_ARG(r->view));
	p->schema = p->view->schema;
	p->name = r->table;
	if (!p->name.n && str_starts(p->view->name, S("v_")))
		p->name = str_printf(p->arena, "t%.*s", STR_ARG(p->view->name));
	else if (!p->name.n)
		p->name = str_printf(p->arena, "tv_%.*s", STR_ARG(p->view->name));
	p->existing = catalog_relation(c,
		str_printf(p->arena, "%.*s.%.*s", STR_ARG(p->schema), STR_ARG(p->name)));
	return true;
}

static bool find_key(struct projection *p, str key, struct err *e)
{
	p->key = cat_column_find(p->view, key);
	if (p->key)
		return true;
	str near = cat_nearest_column(p->view, p->arena, key);
	return err_set(e, ERR_NOT_FOUND,
		"\"%.*s\" has no column \"%.*s\"; --key names the column that tells its rows apart%s%.*s%s",
		STR_ARG(p->view->name), STR_ARG(key), near.n ? "; did you mean \"" : "",
		STR_ARG(near), near.n ? "\"?" : "");
}

static bool is_table(const struct projection *p, struct err *e)
{
	const struct lineage_source *s = &p->lineage.sources[p->key_source];
	const struct cat_relation *r = catalog_relation(p->facts->catalog,
		str_printf(p->arena, "%.*s.%.*s", STR_ARG(s->schema), STR_ARG(s->table)));
	if (r && (r->kind == 'r' || r->kind == 'p'))
		return true;
	return err_set(e, ERR_UNSUPPORTED,
		"column \"%.*s\" of \"%.*s\" comes from %.*s.%.*s, which can't have triggers",
		STR_ARG(p->key->name), STR_ARG(p->view->name), STR_ARG(s->schema),
		STR_ARG(s->table));
}

static bool find_key_source(struct projection *p, struct err *e)
{
	const struct lineage *l = &p->lineage;
	p->key_source = LINEAGE_NONE;
	for (size_t i = 0; i < l->ncolumns; i++) {
		if (!str_eq(l->columns[i].name, p->key->name))
			continue;
		p->key_source = l->columns[i].source;
		p->key_column = l->columns[i].column;
	}
	if (p->key_source != LINEAGE_NONE)
		return is_table(p, e);
	return err_set(e, ERR_UNSUPPORTED,
		"column \"%.*s\" of \"%.*s\" is not a plain column of a table, so changed rows can't be followed "
		"to it; --key may name another",
		STR_ARG(p->key->name), STR_ARG(p->view->name));
}

static bool check_existing(const struct projection *p, struct err *e)
{
	const struct cat_relation *t = p->existing;
	if (t && t->kind != 'r')
		return err_set(e, ERR_UNSUPPORTED, "\"%.*s\" exists and is no table",
			STR_ARG(p->name));
	for (size_t i = 0; t && i < p->view->ncolumns; i++) {
		const struct cat_column *c = &p->view->columns[i];
		const struct cat_column *own = cat_column_find(t, c->name);
		if (!own || own->type != c->type)
			return err_set(e, ERR_UNSUPPORTED,
				"table \"%.*s\" exists and has no column \"%.*s\" of type %.*s, as the view has",
				STR_ARG(p->name), STR_ARG(c->name), STR_ARG(c->type->sql));
	}
	return true;
}

static bool prepare(struct projection *p, const struct projection_request *r, struct err *e)
{
	*p = (struct projection){ .arena = r->arena, .facts = r->facts };
	return find_view(p, r, e) && find_key(p, r->key.n ? r->key : S("id"), e);
}

bool projection_script(const struct projection_request *r, struct buf *out,
	struct projection_note *notes, struct err *e)
{
	struct projection p;
	if (!prepare(&p, r, e))
		return false;
	p.notes = notes;
	str text = pull_view_of(p.facts, p.view) ? pull_view_of(p.facts, p.view)->sql : S("");
	if (!sql_lineage(p.arena, text, view_text, &p, &p.lineage, e) || !find_key_source(&p, e) ||
		!check_existing(&p, e))
		return false;
	ways_find(&p);
	struct sql w = sql_on(p.arena, NULL);
	put_head(&w, &p);
	put_functions(&w, &p);
	put_triggers(&w, &p);
	buf_put(out, buf_str(&w.text));
	return true;
}

bool projection_drop_script(const struct projection_request *r, struct buf *out, struct err *e)
{
	struct projection p;
	if (!prepare(&p, r, e))
		return false;
	struct sql w = sql_on(p.arena, NULL);
	put_drop(&w, &p);
	buf_put(out, buf_str(&w.text));
	return true;
}
