/*
 * corpus_view_test - definitions of views: what their columns and documents hold.
 *
 * Sections: select (with catalog and facts, or the folder's), then doc: a line for each column with
 * its type, "!" when it is never null, and the column and row that it is a copy of; the table whose
 * rows they are; and the columns whose equality joins the rows.
 */
#include "corpus.h"

#include "pull/infer.h"

static const struct catalog *read_catalog(struct corpus_case *c)
{
	const struct catalog *catalog;
	struct err e;
	str types = str_trim(corpus_input(c, "types", "../compile/base.json"));
	str own = str_trim(corpus_input(c, "catalog", "catalog.json"));
	str json = str_printf(c->arena, "%.*s,%.*s", (int)types.n - 1, types.p, (int)own.n - 1,
		own.p + 1);
	if (!catalog_from_json(c->arena, json, &catalog, &e))
		fail_msg("%s: %s", c->path, e.message);
	return catalog;
}

static void put_view(struct buf *b, const struct view_doc *v)
{
	if (v->why.n)
		buf_printf(b, "unknown: %.*s\n", STR_ARG(v->why));
	for (size_t i = 0; i < v->n; i++) {
		buf_printf(b, "%.*s: ", STR_ARG(v->columns[i].name));
		doc_print(b, v->columns[i].doc, 0);
	}
	if (v->main)
		buf_printf(b, "%srows of %.*s at %.*s\n", v->whole ? "all " : "",
			STR_ARG(v->main->name), STR_ARG(v->main_place));
	for (size_t i = 0; i < v->nlinks; i++)
		buf_printf(b, "%.*s of %.*s = %.*s of %.*s\n",
			STR_ARG(v->links[i].left->origin->name), STR_ARG(v->links[i].left->place),
			STR_ARG(v->links[i].right->origin->name),
			STR_ARG(v->links[i].right->place));
}

static void test_view(void **state)
{
	struct corpus_case *c = *state;
	struct pull_facts *facts;
	struct err e;
	str select = corpus_input(c, "select", NULL);
	const struct catalog *catalog = read_catalog(c);
	if (!pull_facts_read(c->arena, catalog, corpus_input(c, "facts", "facts.json"), &facts, &e))
		fail_msg("%s: %s", c->path, e.message);
	struct buf b = buf_on(c->arena);
	put_view(&b, infer_query(facts, select));
	str text = buf_str(&b);
	corpus_expect(c, "doc", str_ends(text, S("\n")) ? str_sub(text, 0, text.n - 1) : text);
}

int main(void)
{
	return corpus_run("tests/corpus/view", test_view);
}
