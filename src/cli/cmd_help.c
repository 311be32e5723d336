/* cmd_help, cmd_completion - texts made from the tables. */
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/help.h"

#include <string.h>
#include <unistd.h>

static const struct cli_option OPTIONS[] = {
	{ "settings", NULL, "every setting, with its default", NULL },
	{ "man", NULL, "the manual page, as roff", NULL },
	{ "markdown", "TOPIC",
		"tables of the manual: settings, commands, errors, directives, scalars, operators, "
		"functions, statuses, sqlstates",
		HELP_TOPICS },
	{ NULL, NULL, NULL, NULL },
};

static int print_special(struct cli *c, struct buf *b)
{
	if (cli_value(c, "settings"))
		help_settings(b, log_colour(STDOUT_FILENO));
	else if (cli_value(c, "man"))
		help_man(b, c->arena);
	const char *topic = cli_value(c, "markdown");
	if (topic && !help_markdown(b, c->arena, str_from(topic)))
		return cli_usage(c, "there is no \"%s\", only: %s", topic, HELP_TOPICS);
	return b->n ? cli_print(c, buf_str(b)) : CLI_DONE;
}

/* Commands of a family: `help schema`. */
static bool put_family(struct cli *c, struct buf *b, str family)
{
	str prefix = str_printf(c->arena, "%.*s ", STR_ARG(family));
	for (const struct command *const *p = cli_commands(); *p; p++) {
		if (!str_starts(str_from((*p)->name), prefix))
			continue;
		if (b->n)
			buf_lit(b, "\n");
		help_command(b, *p, log_colour(STDOUT_FILENO));
	}
	return b->n > 0;
}

static int unknown(struct cli *c)
{
	struct err e;
	str second = c->nargs > 1 ? str_from(c->args[1]) : STR_NONE;
	args_unknown_command(c->arena, str_from(c->args[0]), second, &e);
	c->command = NULL; /* what is to be read is the list of commands */
	return cli_usage(c, "%s", e.message);
}

static int run_help(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	int status = print_special(c, &b);
	if (b.n || status != CLI_DONE)
		return status;
	if (c->nargs == 0) {
		help_general(&b, log_colour(STDOUT_FILENO));
		return cli_print(c, buf_str(&b));
	}
	str name = c->nargs == 1 ? str_from(c->args[0])
				 : str_printf(c->arena, "%s %s", c->args[0], c->args[1]);
	const struct command *found = cli_command_find(name);
	if (found)
		help_command(&b, found, log_colour(STDOUT_FILENO));
	else if (!put_family(c, &b, name))
		return unknown(c);
	return cli_print(c, buf_str(&b));
}

const struct command CMD_HELP = {
	.name = "help",
	.args = "[COMMAND]",
	.args_max = 2,
	.doc = "explain a command, the settings, everything",
	.options = OPTIONS,
	.example = "fraiseql help check",
	.run = run_help,
};

static int run_completion(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	if (strcmp(c->args[0], "bash") != 0)
		return cli_usage(c, "there is no completion for \"%s\", only for bash", c->args[0]);
	help_bash(&b, c->arena);
	return cli_print(c, buf_str(&b));
}

const struct command CMD_COMPLETION = {
	.name = "completion",
	.args = "bash",
	.args_min = 1,
	.args_max = 1,
	.doc = "print a completion script for the shell",
	.example = "source <(fraiseql completion bash)",
	.run = run_completion,
};
