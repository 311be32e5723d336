/* cmd_check - does the schema fit the database? All problems at once. */
#include "cli/commands.h"

#include "app/local.h"
#include "app/pulling.h"
#include "base/json.h"
#include "graphql/parser.h"
#include "schema/index_hint.h"

static const struct cli_option OPTIONS[] = {
	{ "json", NULL, "the result as JSON on standard output", NULL },
	{ "indexes", NULL,
		"also name what can be filtered and has no index, with the statement that makes one",
		NULL },
	{ NULL, NULL, NULL, NULL },
};

/* ---- the summary ---- */

/* Types that the files define; root types are counted by their fields. */
static size_t count_types(struct cli *c, const struct model *m)
{
	struct source_file *files;
	struct err e;
	size_t nfiles, types = 0;
	if (!project_schema_files(c->arena, &c->settings, &files, &nfiles, &e))
		return 0;
	for (size_t i = 0; i < nfiles; i++) {
		struct source source = { files[i].path, files[i].text };
		struct parse_limits limits = { 0 };
		struct gql_errors errors = { .arena = c->arena };
		struct ast_document document;
		if (!gql_parse(c->arena, &source, &limits, &document, &errors))
			continue;
		for (size_t k = 0; k < document.n; k++) {
			const struct ast_definition *d = document.at[k];
			const struct gql_type *t = gql_type_find(m->gql, d->name.text);
			bool root = t == m->gql->query || t == m->gql->mutation ||
				t == m->gql->subscription;
			types += t && !root && !d->extend;
		}
	}
	return types;
}

static void put_count(struct buf *b, size_t n, const char *one, const char *many)
{
	buf_printf(b, "%s%zu %s", b->n ? ", " : "", n, n == 1 ? one : many);
}

static void put_counts(struct buf *b, size_t types, const struct gql_schema *s)
{
	put_count(b, types, "type", "types");
	if (s->query)
		put_count(b, s->query->nfields, "query", "queries");
	if (s->mutation)
		put_count(b, s->mutation->nfields, "mutation", "mutations");
	if (s->subscription)
		put_count(b, s->subscription->nfields, "subscription", "subscriptions");
}

static size_t count_of(const struct diagnostics *d, int severity)
{
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		n += (int)d->at[i].severity == severity;
	return n;
}

static str schema_name(struct cli *c)
{
	struct source_file *files;
	struct err e;
	size_t n;
	if (!project_schema_files(c->arena, &c->settings, &files, &n, &e) || n == 0)
		return S("the schema");
	str name = files[0].path;
	if (str_starts(name, S("./")))
		name = str_sub(name, 2, name.n);
	return n == 1 ? name : str_printf(c->arena, "%zu files", n);
}

static int summary(struct cli *c, const struct compiled *r)
{
	size_t warnings = count_of(&r->diagnostics, DIAG_WARNING);
	struct buf problems = buf_on(c->arena), counts = buf_on(c->arena), b = buf_on(c->arena);
	if (r->diagnostics.errors)
		put_count(&problems, r->diagnostics.errors, "error", "errors");
	if (warnings)
		put_count(&problems, warnings, "warning", "warnings");
	if (!problems.n)
		buf_lit(&problems, "no problems");
	if (r->model) {
		put_counts(&counts, count_types(c, r->model), r->model->gql);
		buf_lit(&counts, ": ");
	}
	buf_printf(&b, "%.*s: %.*s%.*s\n", STR_ARG(schema_name(c)), STR_ARG(buf_str(&counts)),
		STR_ARG(buf_str(&problems)));
	return cli_print(c, buf_str(&b));
}

/* ---- JSON ---- */

static int print_json(struct cli *c, const struct compiled *r)
{
	struct buf b = buf_on(c->arena);
	struct jwrite w = jwrite_on(&b);
	jw_object(&w);
	jw_key(&w, S("ok"));
	jw_bool(&w, r->model != NULL);
	jw_key(&w, S("errors"));
	jw_i64(&w, (int64_t)r->diagnostics.errors);
	jw_key(&w, S("warnings"));
	jw_i64(&w, (int64_t)count_of(&r->diagnostics, DIAG_WARNING));
	jw_key(&w, S("problems"));
	jw_array(&w);
	for (size_t i = 0; i < r->diagnostics.n; i++) {
		struct buf one = buf_on(c->arena);
		diagnostic_print_json(&one, &r->diagnostics.at[i]);
		jw_raw(&w, buf_str(&one));
	}
	jw_end_array(&w);
	jw_end_object(&w);
	buf_lit(&b, "\n");
	return cli_print(c, buf_str(&b));
}

/* ---- the command ---- */

static int check(struct cli *c, struct local *l)
{
	struct compiled r;
	struct err e;
	if (!local_compile(l, c->arena, &r, &e))
		return cli_fail(c, &e);
	int status;
	if (r.model && !pulling_misses(&r, local_conninfo(l), &c->log, &e))
		return cli_fail(c, &e);
	if (r.model && cli_value(c, "indexes"))
		index_hints(c->arena, r.model, &r.diagnostics);
	if (cli_value(c, "json")) {
		status = print_json(c, &r);
	} else {
		project_report(&r, c->log.colour, true);
		status = summary(c, &r);
	}
	return status == CLI_DONE && !r.model ? CLI_FAILED : status;
}

static int run(struct cli *c)
{
	struct local *l;
	struct err e;
	if (!cli_has_schema(c, &e) || !local_open(&c->settings, &c->log, true, &l, &e))
		return cli_fail(c, &e);
	int status = check(c, l);
	local_close(l);
	return status;
}

const struct command CMD_CHECK = {
	.name = "check",
	.args = "",
	.doc = "check the schema against the database: every problem at once",
	.text = "Reads the schema's files and the database's catalog, as a start would, and prints "
		"errors, warnings and hints, each with file, line, column and what to do. Of JSON "
		"documents it warns of keys that a view's definition shows not to be there.\n"
		"Without a database in the settings the private one of \"fraiseql dev\" is used.",
	.example = "fraiseql check --database postgresql:///blog",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_DEV,
	.run = run,
};
