/*
 * misses - walks each type beside its view's document, and embedded types beside what is embedded.
 *
 * An embedded type may stand in several documents, some of which leave out what others have: a key
 * is missed when it is in none of them. A type with a view of its own that is embedded elsewhere is
 * looked at in its own view only.
 */
#include "pull/misses.h"

#include "schema/compile.h"
#include "schema/names.h"

enum { DEPTH_MAX = 32 };

struct finding {
	const struct doc *doc; /* an object that does not have it */
	const struct cat_relation *relation;
	str key;
	bool found; /* somewhere else it is there */
};

struct walk {
	struct arena *arena;
	const struct model *model;
	struct finding *findings; /* by gql_field.id; no doc: there is none */
	const struct cat_relation *relation;
	unsigned depth;
};

static void walk_fields(struct walk *w, const struct gql_type *t, const struct doc *d);

/* The object that a value is, or the objects of a list; NULL: it can't be told. */
static const struct doc *object_of(const struct doc *d)
{
	while (d && d->kind == DOC_LIST)
		d = d->item;
	return d && d->kind == DOC_OBJECT ? d : NULL;
}

static void walk_field(struct walk *w, const struct gql_field *f, const struct doc *d)
{
	const struct place *p = &model_binding(w->model, f)->place;
	struct finding *own = &w->findings[f->id];
	for (size_t i = 0; i < p->npath && d; i++) {
		const struct doc_field *key = doc_field(d, p->path[i]);
		if (!key && !own->doc)
			*own = (struct finding){ d, w->relation, p->path[i], own->found };
		if (!key)
			return;
		d = i + 1 < p->npath ? (key->doc->kind == DOC_OBJECT ? key->doc : NULL) : key->doc;
	}
	own->found = true;
	const struct gql_type *t = f->type->type;
	const struct doc *inner = object_of(d);
	if (inner && gql_is_composite(t) && !w->model->types[t->id].source)
		walk_fields(w, t, inner);
}

static void walk_fields(struct walk *w, const struct gql_type *t, const struct doc *d)
{
	if (++w->depth <= DEPTH_MAX) {
		for (size_t i = 0; i < t->nfields; i++) {
			const struct binding *b = model_binding(w->model, &t->fields[i]);
			bool key = b->kind == BIND_PLACE && !b->place.column && !b->place.computed;
			if (key)
				walk_field(w, &t->fields[i], d);
		}
	}
	w->depth--;
}

static void walk_type(struct walk *w, const struct gql_type *t, struct pull_facts *f)
{
	const struct backing *source = w->model->types[t->id].source;
	if (!source || !source->data || !pull_view_of(f, source->relation))
		return;
	const struct view_doc *v = infer_relation(f, source->relation);
	const struct doc_field *data = v->why.n ? NULL : view_field(v, source->data->name);
	w->relation = source->relation;
	if (data && data->doc->kind == DOC_OBJECT)
		walk_fields(w, t, data->doc);
}

/* ---- what is said ---- */

static str nearest_field(struct arena *a, const struct finding *x)
{
	str *names = arena_array(a, str, x->doc->n);
	for (size_t i = 0; i < x->doc->n; i++)
		names[i] = x->doc->fields[i].name;
	str near = str_nearest(x->key, names, x->doc->n);
	return near.n ? names_camel(a, near) : STR_NONE;
}

static void report(struct walk *w, const struct gql_field *f, struct diagnostics *out)
{
	struct arena *a = w->arena;
	const struct finding *x = &w->findings[f->id];
	struct location at = source_location(f->source, f->node->name.at);
	str near = nearest_field(a, x);
	struct diagnostic *d = vec_push(a, out);
	*d = (struct diagnostic){ .severity = DIAG_WARNING,
		.file = str_dup(a, f->source->name),
		.line = at.line,
		.column = at.column,
		.excerpt = diagnostic_excerpt(a, f->source->text, at.line, at.column) };
	d->message = str_printf(a,
		"%.*s.%.*s: the document of \"%.*s\" has no key \"%.*s\": it is always null.",
		STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(x->relation->name),
		STR_ARG(x->key));
	if (near.n)
		d->hint = str_printf(a, "Did you mean \"%.*s\"?", STR_ARG(near));
}

void pull_misses(struct arena *a, const struct model *m, struct pull_facts *f,
	struct diagnostics *out)
{
	struct walk w = { .arena = a,
		.model = m,
		.findings = arena_array(a, struct finding, m->gql->nfields) };
	for (size_t i = 0; i < m->gql->ntypes; i++)
		walk_type(&w, m->gql->types[i], f);
	for (size_t i = 0; i < m->gql->ntypes; i++) {
		const struct gql_type *t = m->gql->types[i];
		for (size_t k = 0; k < t->nfields; k++) {
			const struct finding *x = &w.findings[t->fields[k].id];
			if (x->doc && !x->found && t->fields[k].node && t->fields[k].source)
				report(&w, &t->fields[k], out);
		}
	}
}
