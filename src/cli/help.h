/* cli/help.h - texts made from the tables of commands, settings and exit statuses. */
#pragma once

#include "cli/cli.h"

/* What the program is, and its commands. */
void help_general(struct buf *b, bool colour);
void help_command(struct buf *b, const struct command *command, bool colour);
/* All settings, for a terminal. */
void help_settings(struct buf *b, bool colour);
/*
 * A part of the documentation as Markdown: "settings", "commands", "errors", "directives",
 * "scalars", "operators", "functions", "statuses", "sqlstates". False when there is no such part.
 */
bool help_markdown(struct buf *b, struct arena *a, str topic);
/* Their names, separated by blanks. */
extern const char HELP_TOPICS[];
/* The parts of settings and commands. */
void help_settings_markdown(struct buf *b, struct arena *a);
void help_commands_markdown(struct buf *b, struct arena *a);
/* The parts about mutations. */
void help_functions_markdown(struct buf *b);
void help_statuses_markdown(struct buf *b);
void help_sqlstates_markdown(struct buf *b);
/* Text in a cell of a Markdown table. */
void help_put_cell(struct buf *b, const char *text);
/* The manual page, as roff (man macros). */
void help_man(struct buf *b, struct arena *a);
/* A completion script for bash. */
void help_bash(struct buf *b, struct arena *a);

/* What a setting takes, in capitals: NUMBER, true|false … */
const char *help_setting_value(const struct setting *s);
/* A one-line description as a sentence: a capital first, a full stop last. NUL-terminated. */
const char *help_sentence(struct arena *a, const char *doc);
