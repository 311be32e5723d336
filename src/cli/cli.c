/*
 * cli - the program: finds the command, prepares what it needs, runs it.
 *
 * Answers go to standard output, everything said to a person to standard error. What a command
 * returns is the exit status (exit.def).
 */
#include "cli/cli.h"

#include "app/project.h"
#include "cli/args.h"
#include "cli/commands.h"
#include "cli/help.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct command *const COMMANDS[] = {
	&CMD_INIT,
	&CMD_DEV,
	&CMD_SERVE,
	&CMD_CHECK,
	&CMD_QUERY,
	&CMD_SCHEMA_PULL,
	&CMD_SCHEMA_PRINT,
	&CMD_GENERATE_PROJECTION,
	&CMD_GENERATE_CHANGE_LOG,
	&CMD_SAGA_LIST,
	&CMD_SAGA_SHOW,
	&CMD_SAGA_RETRY,
	&CMD_DB_INSTALL,
	&CMD_DB_UNINSTALL,
	&CMD_TOKEN,
	&CMD_CONFIG,
	&CMD_VERSION,
	&CMD_COMPLETION,
	&CMD_HELP,
	NULL,
};

static const struct cli_exit_info EXITS[] = {
#define X(name, value, doc) { CLI_##name, doc },
#include "cli/exit.def"
#undef X
};

const struct command *const *cli_commands(void)
{
	return COMMANDS;
}

const struct command *cli_command_find(str name)
{
	for (const struct command *const *p = COMMANDS; *p; p++)
		if (str_eq(name, str_from((*p)->name)))
			return *p;
	return NULL;
}

const struct cli_exit_info *cli_exits(size_t *n)
{
	*n = COUNT(EXITS);
	return EXITS;
}

/* ---- for commands ---- */

const char *cli_value(const struct cli *c, const char *option)
{
	for (size_t i = 0; c->command->options[i].name; i++)
		if (strcmp(c->command->options[i].name, option) == 0)
			return c->values[i];
	abort(); /* a command asked for an option that it does not have */
}

static bool write_all(int fd, str text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);
		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0)
			text = str_sub(text, (size_t)n, text.n);
	}
	return true;
}

int cli_print(struct cli *c, str text)
{
	if (write_all(STDOUT_FILENO, text))
		return CLI_DONE;
	cli_say(c, "fraiseql: the output can't be written: %s", strerror(errno));
	return CLI_IO;
}

PRINTF(3, 0)
static void say(struct cli *c, const char *before, const char *fmt, va_list args)
{
	char text[2048];
	vsnprintf(text, sizeof text, fmt, args);
	struct buf b = buf_on(c->arena);
	buf_printf(&b, "%s%s\n", before, text);
	(void)write_all(STDERR_FILENO, buf_str(&b));
}

void cli_say(struct cli *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(c, "", fmt, args);
	va_end(args);
}

int cli_fail(struct cli *c, const struct err *e)
{
	bool red = c->log.colour;
	cli_say(c, "%sfraiseql: %s%s", red ? "\033[31m" : "", red ? "\033[0m" : "", e->message);
	if (e->code == ERR_CONFIG)
		return CLI_USAGE;
	if (e->code == ERR_IO || e->code == ERR_TOO_LARGE)
		return CLI_IO;
	bool refused =
		e->code == ERR_UNAVAILABLE || e->code == ERR_FORBIDDEN || e->code == ERR_TIMEOUT;
	return refused ? CLI_UNAVAILABLE : CLI_FAILED;
}

int cli_usage(struct cli *c, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	say(c, "fraiseql: ", fmt, args);
	va_end(args);
	cli_say(c, "See: fraiseql help%s%s", c->command ? " " : "",
		c->command ? c->command->name : "");
	return CLI_USAGE;
}

bool cli_has_schema(struct cli *c, struct err *e)
{
	struct source_file *files;
	size_t n;
	return project_schema_files(c->arena, &c->settings, &files, &n, e);
}

/* ---- the run ---- */

static int run(struct cli *c)
{
	struct args args;
	struct err e;
	if (!args_read(c, &args, &e))
		return cli_usage(c, "%s", e.message);
	if (c->help || !c->command) {
		struct buf b = buf_on(c->arena);
		bool colour = log_colour(c->help ? STDOUT_FILENO : STDERR_FILENO);
		if (c->command)
			help_command(&b, c->command, colour);
		else
			help_general(&b, colour);
		if (c->help)
			return cli_print(c, buf_str(&b));
		(void)write_all(STDERR_FILENO, buf_str(&b));
		return CLI_USAGE;
	}
	if (c->command->settings && !args_settings(c, &args, &e))
		return cli_fail(c, &e);
	return c->command->run(c);
}

int cli_run(int argc, char *const *argv, char *const *env)
{
	struct cli c = { .arena = arena_open(0),
		.argc = argc,
		.argv = argv,
		.env = env,
		.log = log_stderr() };
	int status = run(&c);
	arena_close(c.arena);
	return status;
}
