/*
 * corpus_pull_test - SDL before and after a pull.
 *
 * Sections: catalog (with facts, or none), options (words: prune, connections, aggregates,
 * functions=all, schema=NAME) and
 * sdl, what is written before (without it nothing is); then after, which ends with the changes, or
 * error. What comes
 * out is pulled again, which must change nothing, and compiled, which must find no problem.
 */
#include "corpus.h"

#include "pull/pull.h"

static const struct catalog *read_catalog(struct corpus_case *c)
{
	const struct catalog *catalog;
	struct err e;
	str types = str_trim(corpus_input(c, "types", "../compile/base.json"));
	str own = str_trim(corpus_input(c, "catalog", NULL));
	str json = str_printf(c->arena, "%.*s,%.*s", (int)types.n - 1, types.p, (int)own.n - 1,
		own.p + 1);
	if (!catalog_from_json(c->arena, json, &catalog, &e))
		fail_msg("%s: %s", c->path, e.message);
	return catalog;
}

static struct pull_facts *read_facts(struct corpus_case *c)
{
	struct pull_facts *facts;
	struct err e;
	bool has = corpus_section(c, "facts").p != NULL;
	str json = has ? corpus_input(c, "facts", NULL) : S("{}");
	if (!pull_facts_read(c->arena, read_catalog(c), json, &facts, &e))
		fail_msg("%s: %s", c->path, e.message);
	return facts;
}

static void read_options(struct corpus_case *c, struct pull_options *o)
{
	bool has = corpus_section(c, "options").p != NULL;
	str rest = has ? corpus_input(c, "options", NULL) : STR_NONE;
	o->functions = PULL_FN_FUNCTIONS;
	o->new_file = S("schema.graphql");
	while (rest.n > 0) {
		str word = str_split(&rest, ' ');
		o->prune |= str_eq(word, S("prune"));
		o->connections |= str_eq(word, S("connections"));
		o->aggregates |= str_eq(word, S("aggregates"));
		if (str_eq(word, S("functions=all")))
			o->functions = PULL_ALL_FUNCTIONS;
		if (!str_starts(word, S("schema=")))
			continue;
		o->schemas = arena_new(c->arena, str);
		o->schemas[0] = str_sub(word, 7, word.n);
		o->nschemas = 1;
	}
}

static void put_changes(struct buf *b, const struct pull_result *r)
{
	static const char *const WORDS[] = { "added", "changed", "gone" };
	for (size_t i = 0; i < r->changes.n; i++) {
		const struct pull_change *x = &r->changes.at[i];
		buf_printf(b, "%s%s %.*s%s%.*s", i ? "\n" : "", WORDS[x->kind], STR_ARG(x->what),
			x->why.n ? ": " : "", STR_ARG(x->why));
	}
}

static void check_again(struct corpus_case *c, struct pull_facts *facts,
	const struct pull_options *o, str sdl)
{
	struct pull_options again = *o;
	struct source_file file = { S("schema.graphql"), sdl };
	struct pull_result r;
	struct err e;
	again.files = &file;
	again.nfiles = 1;
	if (!pull_schema(c->arena, facts, &again, &r, &e))
		fail_msg("%s: pulled again: %s", c->path, e.message);
	struct buf b = buf_on(c->arena);
	pull_diff(&b, c->arena, &r.files[0]);
	if (b.n || r.changes.n)
		fail_msg("%s: the second pull changes\n%.*s", c->path, (int)b.n, b.p);
}

static void check_compiles(struct corpus_case *c, struct pull_facts *facts, str sdl)
{
	struct source_file file = { S("schema.graphql"), sdl };
	struct compile_options o = { .files = &file,
		.nfiles = 1,
		.default_limit = 100,
		.max_limit = 1000 };
	struct diagnostics problems = { 0 };
	const struct model *m;
	struct buf b = buf_on(c->arena);
	bool ok = schema_compile(c->arena, &o, facts->catalog, &m, &problems);
	for (size_t i = 0; i < problems.n; i++)
		diagnostic_print(&b, &problems.at[i], false);
	if (!ok)
		fail_msg("%s: what was pulled does not compile\n%.*s\n%.*s", c->path, (int)b.n, b.p,
			STR_ARG(sdl));
}

static void test_pull(void **state)
{
	struct corpus_case *c = *state;
	struct pull_options o = { 0 };
	struct source_file file = { S("schema.graphql"), corpus_section(c, "sdl") };
	struct pull_result r;
	struct err e;
	struct pull_facts *facts = read_facts(c);
	read_options(c, &o);
	if (file.text.p) {
		file.text = str_printf(c->arena, "%.*s\n", STR_ARG(corpus_input(c, "sdl", NULL)));
		o.files = &file;
		o.nfiles = 1;
	}
	if (!pull_schema(c->arena, facts, &o, &r, &e)) {
		corpus_expect(c, "error", str_from(e.message));
		return;
	}
	str after = r.files[0].after;
	check_again(c, facts, &o, after);
	check_compiles(c, facts, after);
	if (!file.text.p) {
		corpus_expect(c, "after", str_sub(after, 0, after.n - 1));
		return;
	}
	struct buf changes = buf_on(c->arena);
	put_changes(&changes, &r);
	corpus_expect(c, "after",
		str_printf(c->arena, "%.*s# changes\n%.*s", STR_ARG(after),
			STR_ARG(buf_str(&changes))));
}

int main(void)
{
	return corpus_run("tests/corpus/pull", test_pull);
}
