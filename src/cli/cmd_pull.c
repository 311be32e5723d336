/*
 * cmd_pull - the schema's files from the database, merged with what is written in them.
 */
#include "cli/commands.h"

#include "app/local.h"
#include "app/pulling.h"

#include <string.h>

static const struct cli_option OPTIONS[] = {
	{ "dry-run", NULL, "print the difference and write nothing; status 1 when there is one",
		NULL },
	{ "prune", NULL, "delete what the database has no more, instead of commenting it out",
		NULL },
	{ "schemas", "A,B", "schemas of the database besides those of the search path", NULL },
	{ "functions", "none|fn|all", "which functions become fields; fn: those named fn_…",
		"none fn all" },
	{ "connections", NULL, "fields of Query for Relay connections, too", NULL },
	{ "aggregates", NULL, "fields of Query for aggregates, too", NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool read_functions(struct cli *c, enum pull_functions *out, struct err *e)
{
	static const char *const NAMES[] = { "none", "fn", "all" };
	const char *given = cli_value(c, "functions");
	*out = PULL_FN_FUNCTIONS;
	if (!given)
		return true;
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (strcmp(given, NAMES[i]) == 0) {
			*out = (enum pull_functions)i;
			return true;
		}
	return err_set(e, ERR_CONFIG, "--functions: there is no \"%s\"; there are none, fn and all",
		given);
}

static bool read_options(struct cli *c, struct pull_options *o, struct err *e)
{
	struct {
		VEC(str);
	} list = { 0 };
	str rest = str_from(cli_value(c, "schemas"));
	while (rest.n > 0)
		*vec_push(c->arena, &list) = str_trim(str_split(&rest, ','));
	o->schemas = list.at;
	o->nschemas = list.n;
	o->prune = cli_value(c, "prune") != NULL;
	o->connections = cli_value(c, "connections") != NULL;
	o->aggregates = cli_value(c, "aggregates") != NULL;
	return read_functions(c, &o->functions, e) && pulling_files(c->arena, &c->settings, o, e);
}

/* ---- the report ---- */

static void say_changes(struct cli *c, const struct pull_result *r)
{
	static const char *const WORDS[] = { "added", "changed", "gone" };
	struct buf b = buf_on(c->arena);
	for (size_t i = 0; i < r->changes.n; i++) {
		const struct pull_change *x = &r->changes.at[i];
		buf_cut(&b, 0);
		buf_printf(&b, "%s %.*s", WORDS[x->kind], STR_ARG(x->what));
		if (x->why.n)
			buf_printf(&b, ": %.*s", STR_ARG(x->why));
		cli_say(c, "%.*s", STR_ARG(buf_str(&b)));
	}
}

static str file_name(const struct pull_result *r)
{
	str name = r->files[0].path;
	return str_starts(name, S("./")) ? str_sub(name, 2, name.n) : name;
}

static int print_summary(struct cli *c, const struct pull_result *r)
{
	size_t n[3] = { 0 };
	struct buf b = buf_on(c->arena);
	for (size_t i = 0; i < r->changes.n; i++)
		n[r->changes.at[i].kind]++;
	if (r->nfiles == 1)
		buf_printf(&b, "%.*s: ", STR_ARG(file_name(r)));
	else
		buf_printf(&b, "%zu files: ", r->nfiles);
	buf_printf(&b, "%zu type%s of the database", r->ntypes, r->ntypes == 1 ? "" : "s");
	if (r->nfiles == 1 && !r->files[0].before.p)
		buf_lit(&b, ", new");
	else if (!r->changes.n)
		buf_lit(&b, ", nothing to change");
	else
		buf_printf(&b, ", %zu added, %zu changed, %zu gone", n[0], n[1], n[2]);
	buf_lit(&b, "\n");
	return cli_print(c, buf_str(&b));
}

static int print_diff(struct cli *c, const struct pull_result *r)
{
	struct buf b = buf_on(c->arena);
	for (size_t i = 0; i < r->nfiles; i++)
		pull_diff(&b, c->arena, &r->files[i]);
	int status = b.n ? cli_print(c, buf_str(&b)) : CLI_DONE;
	return status == CLI_DONE && b.n ? CLI_FAILED : status;
}

/* ---- the command ---- */

static int pull(struct cli *c, const char *conninfo, const struct pull_options *o)
{
	struct pull_facts *facts;
	struct pull_result result;
	struct compiled check;
	struct err e;
	if (!pulling_facts(c->arena, conninfo, &c->log, &facts, &e) ||
		!pull_schema(c->arena, facts, o, &result, &e))
		return cli_fail(c, &e);
	if (cli_value(c, "dry-run"))
		return print_diff(c, &result);
	if (!pulling_write(c->arena, &result, &e))
		return cli_fail(c, &e);
	if (o->nfiles)
		say_changes(c, &result);
	int status = print_summary(c, &result);
	pulling_check(c->arena, &c->settings, facts, &result, &check);
	if (!project_report(&check, c->log.colour, false))
		return status;
	cli_say(c, "the schema has problems that a pull does not solve");
	return CLI_FAILED;
}

static int run(struct cli *c)
{
	struct pull_options o = { 0 };
	struct local *l;
	struct err e;
	if (!read_options(c, &o, &e) || !local_open(&c->settings, &c->log, true, &l, &e))
		return cli_fail(c, &e);
	int status = pull(c, local_conninfo(l), &o);
	local_close(l);
	return status;
}

const struct command CMD_SCHEMA_PULL = {
	.name = "schema pull",
	.args = "",
	.doc = "write the schema that the database's tables, views and functions ask for",
	.text = "Without schema files a first schema.graphql is written: a type for each table or "
		"view, relations for foreign keys, enums, and fields of Query. For views with a "
		"JSON document the fields are read from the view's definition.\n"
		"With schema files what is new is added to them, and what the database has no more "
		"is commented out. Everything else stays as you wrote it. To leave something out "
		"for good, comment it out: \"# email: String\".\n"
		"Without a database in the settings the private one of \"fraiseql dev\" is used.",
	.example =
		"fraiseql schema pull --database postgresql:///shop\nfraiseql schema pull --dry-run",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_DEV,
	.run = run,
};
