/* cmd_serve - the server in production. */
#include "cli/commands.h"

static int run(struct cli *c)
{
	struct err e;
	if (!cli_has_schema(c, &e))
		return cli_fail(c, &e);
	if (server_run(&c->settings, MODE_SERVE, &e) == END_FAILED)
		return cli_fail(c, &e);
	return CLI_DONE;
}

const struct command CMD_SERVE = {
	.name = "serve",
	.args = "",
	.doc = "serve the API from your database",
	.text = "Compiles the schema against the database and serves it at /graphql; /health says "
		"that the process lives, /ready that it can answer. A schema with problems stops "
		"the start.\n"
		"SIGHUP compiles the schema anew: one that does not compile leaves the old one "
		"serving. SIGTERM and SIGINT let running requests finish, then end.",
	.example = "DATABASE_URL=postgresql:///blog fraiseql serve --port 80 --host 0.0.0.0",
	.settings = true,
	.mode = MODE_SERVE,
	.run = run,
};
