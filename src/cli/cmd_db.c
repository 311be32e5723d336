/* cmd_db - FraiseQL's own objects in a database. */
#include "cli/commands.h"

#include "app/local.h"
#include "pg/sync.h"

/* Connects to the database of the settings; what runs there is the caller's. */
static int with_database(struct cli *c, bool (*fn)(struct pgsync *db, struct err *e),
	const char *said)
{
	struct local *l;
	struct pgsync *db;
	struct err e;
	if (!local_open(&c->settings, &c->log, false, &l, &e))
		return cli_fail(c, &e);
	bool ok = pgsync_open(local_conninfo(l), "fraiseql", &c->log, &db, &e);
	if (ok) {
		ok = fn(db, &e);
		pgsync_close(db);
	}
	local_close(l);
	if (!ok)
		return cli_fail(c, &e);
	return cli_print(c, str_from(said));
}

static int run_install(struct cli *c)
{
	return with_database(c, project_install, "The schema \"fraiseql\" is up to date.\n");
}

const struct command CMD_DB_INSTALL = {
	.name = "db install",
	.args = "",
	.doc = "create or upgrade the schema \"fraiseql\" in the database",
	.text = "Mutation functions return types of this schema. Running it again does no harm; "
		"\"fraiseql dev\" does it by itself in its private database. The role needs the "
		"right to create a schema.",
	.example = "fraiseql db install --database postgresql:///blog",
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_install,
};

static const struct cli_option UNINSTALL[] = {
	{ "yes", NULL, "really remove it", NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool uninstall(struct pgsync *db, struct err *e)
{
	return pgsync_exec(db, S("drop schema if exists fraiseql cascade"), e);
}

static int run_uninstall(struct cli *c)
{
	if (!cli_value(c, "yes"))
		return cli_usage(c,
			"this drops the schema \"fraiseql\" with all that depends on it, "
			"your functions that return its types included; to do it, say "
			"--yes");
	return with_database(c, uninstall, "The schema \"fraiseql\" is gone.\n");
}

const struct command CMD_DB_UNINSTALL = {
	.name = "db uninstall",
	.args = "",
	.doc = "remove the schema \"fraiseql\" from the database",
	.text = "Drops the schema and what depends on it: functions that return its types are "
		"dropped, too.",
	.example = "fraiseql db uninstall --yes --database postgresql:///blog",
	.options = UNINSTALL,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_uninstall,
};
