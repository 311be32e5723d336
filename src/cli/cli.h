/*
 * cli/cli.h - what commands are made of.
 *
 * A command is a constant value: dispatch, help, the manual page and the completion are printed
 * from it. Each cmd_*.c has one (or the few of one family) and main lists them all (cli.c).
 */
#pragma once

#include "app/server.h"
#include "app/settings.h"
#include "base/log.h"

enum cli_exit {
#define X(name, value, doc) CLI_##name = value,
#include "cli/exit.def"
#undef X
};

struct cli_exit_info {
	enum cli_exit status;
	const char *doc;
};
/* The rows of exit.def; *n tells how many. */
const struct cli_exit_info *cli_exits(size_t *n);

/* An option of one command. A list of them ends with a row whose name is NULL. */
struct cli_option {
	const char *name;  /* without dashes: "json" */
	const char *value; /* what it takes, for help: "FILE"; NULL = a switch */
	const char *doc;
	const char *choices; /* values to complete, separated by blanks; NULL = any */
};

enum { CLI_OPTIONS_MAX = 6, CLI_COMMANDS_MAX = 64 };

struct cli;
struct pgsync;

struct command {
	const char *name; /* "check", "schema print" */
	const char *args; /* "NAME"; "" = none */
	unsigned args_min, args_max;
	const char *doc;  /* one line, without a full stop */
	const char *text; /* more, in paragraphs; or NULL */
	const char *example;
	const struct cli_option *options; /* or NULL */
	bool settings;         /* needs the effective settings; takes every one as a flag */
	enum server_mode mode; /* whose defaults they have */
	/* The exit status. */
	int (*run)(struct cli *c);
};

/* One run of the program. */
struct cli {
	struct arena *arena;
	int argc;
	char *const *argv;
	char *const *env;
	const struct command *command;
	const char *const *args; /* what is neither the command nor an option */
	size_t nargs;
	const char *values[CLI_OPTIONS_MAX]; /* of command->options, NULL = not given */
	bool help;                           /* --help was given */
	const char *dir, *config;            /* --dir, --config; NULL = not given */
	struct settings settings;            /* with command->settings */
	struct log log;
};

/* All commands, in the order of the help; ends with NULL. */
const struct command *const *cli_commands(void);
/* By name ("schema print"), or NULL. */
const struct command *cli_command_find(str name);
/* The whole program: the exit status. `env` as environ. */
int cli_run(int argc, char *const *argv, char *const *env);

/* ---- for commands ---- */

/* The value of an option of the command ("" for a switch), or NULL. */
const char *cli_value(const struct cli *c, const char *option);
/* To standard output. CLI_DONE, or CLI_IO with a message. */
int cli_print(struct cli *c, str text);
/* A line for the person at the terminal, on standard error. */
void cli_say(struct cli *c, const char *fmt, ...) PRINTF(2, 3);
/* Says the error on standard error; the status that belongs to its code. */
int cli_fail(struct cli *c, const struct err *e);
/* Says what is wrong with the command line, and where help is. CLI_USAGE. */
int cli_usage(struct cli *c, const char *fmt, ...) PRINTF(2, 3);
/*
 * Connects to the database of the settings (or the project's private one, when there is none and
 * `private_database`), calls `fn`, disconnects. CLI_DONE, or the status of the error, which was
 * said.
 */
typedef bool cli_database_fn(struct cli *c, struct pgsync *db, void *arg, struct err *e);
int cli_database(struct cli *c, bool private_database, cli_database_fn *fn, void *arg);
/* Is there a schema? What a command says in a folder that is no project. Fails: ERR_CONFIG, ERR_IO.
 */
MUST_USE bool cli_has_schema(struct cli *c, struct err *e);
