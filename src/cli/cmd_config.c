/* cmd_config - the effective settings, and where each came from. */
#include "cli/commands.h"

static const struct cli_option OPTIONS[] = {
	{ "json", NULL, "as JSON", NULL },
	{ "dev", NULL, "as \"fraiseql dev\" would have them", NULL },
	{ NULL, NULL, NULL, NULL },
};

static int run(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	if (cli_value(c, "dev"))
		server_mode_defaults(&c->settings, MODE_DEV);
	settings_print(&b, &c->settings, cli_value(c, "json") != NULL);
	return cli_print(c, buf_str(&b));
}

const struct command CMD_CONFIG = {
	.name = "config",
	.args = "",
	.doc = "print the effective settings and where each comes from",
	.text = "Reads fraiseql.yaml, the environment and the command line as \"fraiseql serve\" "
		"would, and prints every setting with its value and its origin. Passwords are "
		"not shown.",
	.example = "fraiseql config --port 4000",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run,
};
