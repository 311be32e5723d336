/* pull - the steps: what is written, what the database asks for, both as one. */
#include "pull/pull.h"

#include "pull/merge.h"

static void take_schemas(struct draft *d, struct pull_options *o)
{
	struct {
		VEC(str);
	} list = { 0 };
	for (size_t i = 0; i < o->nschemas; i++)
		*vec_push(d->arena, &list) = o->schemas[i];
	for (size_t i = 0; i < d->known->types.n; i++) {
		const struct cat_relation *r = d->known->types.at[i]->relation;
		if (r && !draft_has_schema(d, r->schema)) {
			*vec_push(d->arena, &list) = r->schema;
			o->schemas = list.at;
			o->nschemas = list.n;
		}
	}
	o->schemas = list.at;
	o->nschemas = list.n;
}

static struct draft_type *root(struct draft *d, str name, const struct known_type *known)
{
	struct draft_type *t = draft_add(d, AST_OBJECT_TYPE, name);
	t->known = known;
	return t;
}

static bool check_schemas(const struct draft *d, struct err *e)
{
	const struct catalog *c = d->facts->catalog;
	for (size_t i = 0; i < d->options->nschemas; i++) {
		bool found = false;
		for (size_t k = 0; k < c->nrelations && !found; k++)
			found = str_eq(c->relations[k].schema, d->options->schemas[i]);
		if (!found)
			return err_set(e, ERR_CONFIG,
				"there is no table or view in a schema \"%.*s\" of database \"%.*s\"",
				STR_ARG(d->options->schemas[i]), STR_ARG(c->database));
	}
	return true;
}

bool pull_schema(struct arena *a, struct pull_facts *facts, const struct pull_options *o,
	struct pull_result *out, struct err *e)
{
	struct pull_options options = *o;
	struct draft d = { .arena = a,
		.facts = facts,
		.options = &options,
		.by_name = map_on(a, 0),
		.by_relation = map_on(a, 0),
		.by_type = map_on(a, 0) };
	*out = (struct pull_result){ 0 };
	if (!check_schemas(&d, e) || !known_read(a, facts->catalog, &options, &d.known, e))
		return false;
	take_schemas(&d, &options);
	if (!draft_pick(&d) && !d.known->types.n)
		return err_set(e, ERR_CONFIG,
			"there is no table or view in the search path of database \"%.*s\"; "
			"--schemas names other schemas",
			STR_ARG(facts->catalog->database));
	d.query = root(&d, d.known->query_name, d.known->query);
	d.mutation = root(&d, d.known->mutation_name, d.known->mutation);
	struct gone gone = gone_find(&d);
	d.gone = &gone;
	draft_links(&d);
	draft_columns(&d);
	draft_relations(&d);
	draft_roots(&d);
	draft_calls(&d);
	merge_draft(&d, out);
	return true;
}
