/*
 * cmd_dev - the server in development.
 *
 * A change of fraiseql.yaml ends the server and executes the program again with the same arguments,
 * so that the new settings pass the same way as the first ones.
 */
#include "cli/commands.h"

#include <string.h>
#include <unistd.h>

static int start_again(struct cli *c)
{
	struct err e;
	execve("/proc/self/exe", c->argv, c->env);
	err_errno(&e, ERR_IO, "execute", c->argv[0]);
	return cli_fail(c, &e);
}

static int run(struct cli *c)
{
	struct err e;
	/* Without a schema there is nothing to do here: better to say so before a database is made.
	 */
	if (!cli_has_schema(c, &e))
		return cli_fail(c, &e);
	switch (server_run(&c->settings, MODE_DEV, &e)) {
	case END_STOPPED: return CLI_DONE;
	case END_RESTART: return start_again(c);
	case END_FAILED: break;
	}
	return cli_fail(c, &e);
}

const struct command CMD_DEV = {
	.name = "dev",
	.args = "",
	.doc = "serve the project while you work on it",
	.text = "Serves the project with an editor for queries at / and with the database's messages "
		"in errors. Changes of the schema, of db/ and of fraiseql.yaml take effect at once; "
		"what does not compile is reported and changes nothing.\n"
		"Without a database in the settings it runs a private PostgreSQL in "
		".fraiseql/postgres, made from db/schema/*.sql and db/seeds/*.sql, and made anew "
		"when these change. It ends with the program; the data stay.\n"
		"With a database in the settings it uses that and never changes it.",
	.example = "fraiseql dev --port 4000",
	.settings = true,
	.mode = MODE_DEV,
	.run = run,
};
