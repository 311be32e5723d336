/* cmd_db - FraiseQL's own objects in a database. */
#include "cli/commands.h"

#include "app/project.h"
#include "pg/sync.h"

static bool install(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	UNUSED(c);
	UNUSED(arg);
	return project_install(db, e);
}

static int run_install(struct cli *c)
{
	int status = cli_database(c, false, install, NULL);
	return status != CLI_DONE ? status
				  : cli_print(c, S("The schema \"fraiseql\" is up to date.\n"));
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

static bool uninstall(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	UNUSED(c);
	UNUSED(arg);
	return pgsync_exec(db, S("drop schema if exists fraiseql cascade"), e);
}

static int run_uninstall(struct cli *c)
{
	if (!cli_value(c, "yes"))
		return cli_usage(c,
			"this drops the schema \"fraiseql\" with all that depends on it, "
			"your functions that return its types included; to do it, say "
			"--yes");
	int status = cli_database(c, false, uninstall, NULL);
	return status != CLI_DONE ? status : cli_print(c, S("The schema \"fraiseql\" is gone.\n"));
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
