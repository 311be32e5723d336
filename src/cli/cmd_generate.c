/* cmd_generate - SQL that is made from what the database has, to look at and to run. */
#include "cli/commands.h"

#include "app/local.h"
#include "pg/sync.h"
#include "projection/projection.h"

static const struct cli_option OPTIONS[] = {
	{ "table", "NAME", "the table's name, instead of tv_… for a view v_…", NULL },
	{ "key", "COLUMN", "the column that tells the view's rows apart, instead of id", NULL },
	{ "drop", NULL, "the SQL that takes it all away again", NULL },
	{ NULL, NULL, NULL, NULL },
};

static str value(const struct cli *c, const char *option)
{
	const char *v = cli_value(c, option);
	return v ? str_from(v) : STR_NONE;
}

static bool make(struct cli *c, struct pgsync *db, struct buf *out, struct projection_note *notes,
	struct err *e)
{
	struct projection_request r = { .arena = c->arena,
		.view = str_from(c->args[0]),
		.table = value(c, "table"),
		.key = value(c, "key") };
	return project_facts(c->arena, db, &r.facts, e) &&
		(cli_value(c, "drop") ? projection_drop_script(&r, out, e)
				      : projection_script(&r, out, notes, e));
}

static int run(struct cli *c)
{
	struct buf script = buf_on(c->arena);
	struct projection_note notes = { 0 };
	struct local *l;
	struct pgsync *db;
	struct err e;
	if (!local_open(&c->settings, &c->log, false, &l, &e))
		return cli_fail(c, &e);
	bool ok = pgsync_open(local_conninfo(l), "fraiseql", &c->log, &db, &e);
	if (ok) {
		ok = make(c, db, &script, &notes, &e);
		pgsync_close(db);
	}
	local_close(l);
	if (!ok)
		return cli_fail(c, &e);
	for (size_t i = 0; i < notes.n; i++)
		cli_say(c, "note: %.*s", STR_ARG(notes.at[i]));
	return cli_print(c, buf_str(&script));
}

const struct command CMD_GENERATE_PROJECTION = {
	.name = "generate projection",
	.args = "VIEW",
	.args_min = 1,
	.args_max = 1,
	.doc = "print SQL for a table that is kept equal to a view",
	.text = "Reads the view's definition and prints a script with the table, the triggers on every "
		"table under the view, and a function that proves that table and view are equal. "
		"Changes nothing; run the script with psql.",
	.example = "fraiseql generate projection v_user | psql postgresql:///blog",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run,
};
