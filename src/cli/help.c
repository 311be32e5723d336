/* help - the tables as text for a terminal. */
#include "cli/help.h"

#include "cli/args.h"

#include <string.h>

enum { WIDTH = 78, COLUMN = 24 };

static const char *bold(bool colour)
{
	return colour ? "\033[1m" : "";
}

static const char *plain(bool colour)
{
	return colour ? "\033[0m" : "";
}

/* Words of `text` from `column` on, broken before WIDTH. */
static void put_wrapped(struct buf *b, str text, size_t column)
{
	size_t at = column;
	while (text.n > 0) {
		str word = str_split(&text, ' ');
		if (at > column && at + 1 + word.n > WIDTH) {
			buf_printf(b, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			buf_putc(b, ' ');
			at++;
		}
		buf_put(b, word);
		at += word.n;
	}
	buf_lit(b, "\n");
}

/* A name, and what it means beside it, or below it when the name is long. */
static void put_row(struct buf *b, str name, const char *doc)
{
	buf_printf(b, "  %-*.*s", COLUMN - 4, STR_ARG(name));
	if (name.n > COLUMN - 4)
		buf_printf(b, "\n%*s", COLUMN, "");
	else
		buf_lit(b, "  ");
	put_wrapped(b, str_from(doc), COLUMN);
}

static void put_title(struct buf *b, const char *title, bool colour)
{
	buf_printf(b, "\n%s%s%s\n", bold(colour), title, plain(colour));
}

static void put_options(struct buf *b, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		struct buf name = buf_on(NULL);
		buf_printf(&name, "--%s%s%s", o->name, o->value ? " " : "",
			o->value ? o->value : "");
		put_row(b, buf_str(&name), o->doc);
		buf_free(&name);
	}
}

const char *help_setting_value(const struct setting *s)
{
	switch (s->type) {
	case SETTING_TEXT: return "TEXT";
	case SETTING_PATH: return "PATH";
	case SETTING_NUMBER: return "NUMBER";
	case SETTING_FLAG: return "true|false";
	case SETTING_CHOICE: return "CHOICE";
	case SETTING_SIZE: return "SIZE";
	case SETTING_DURATION: return "TIME";
	}
	return "";
}

const char *help_sentence(struct arena *a, const char *doc)
{
	bool small = doc[0] >= 'a' && doc[0] <= 'z';
	char first = small ? (char)(doc[0] - 'a' + 'A') : doc[0];
	return str_printf(a, "%c%s.", first, doc + 1).p;
}

void help_general(struct buf *b, bool colour)
{
	buf_printf(b, "%sfraiseql%s - a GraphQL API on PostgreSQL\n", bold(colour), plain(colour));
	put_title(b, "Usage", colour);
	buf_lit(b, "  fraiseql COMMAND [OPTION…]\n");
	put_title(b, "Commands", colour);
	for (const struct command *const *p = cli_commands(); *p; p++)
		put_row(b, str_from((*p)->name), (*p)->doc);
	put_title(b, "Options of every command", colour);
	put_options(b, CLI_GENERAL);
	put_title(b, "First steps", colour);
	buf_lit(b, "  fraiseql init hello && cd hello && fraiseql dev\n\n");
	buf_lit(b, "More: fraiseql help COMMAND, fraiseql help --settings, man fraiseql\n");
}

void help_command(struct buf *b, const struct command *c, bool colour)
{
	buf_printf(b, "%sfraiseql %s%s - ", bold(colour), c->name, plain(colour));
	put_wrapped(b, str_from(c->doc), strlen("fraiseql  - ") + strlen(c->name));
	put_title(b, "Usage", colour);
	buf_printf(b, "  fraiseql %s%s%s%s\n", c->name, c->args[0] ? " " : "", c->args,
		c->options || c->settings ? " [OPTION…]" : "");
	str rest = str_from(c->text);
	while (rest.n > 0) {
		buf_lit(b, "\n");
		put_wrapped(b, str_split(&rest, '\n'), 0);
	}
	if (c->options) {
		put_title(b, "Options", colour);
		put_options(b, c->options);
	}
	put_title(b, "Options of every command", colour);
	put_options(b, CLI_GENERAL);
	if (c->settings)
		buf_lit(b,
			"\nEvery setting is an option, too; they are listed by: fraiseql help "
			"--settings\n");
	if (c->example) {
		put_title(b, "Example", colour);
		rest = str_from(c->example);
		while (rest.n > 0) {
			str line = str_split(&rest, '\n');
			buf_printf(b, "  %.*s\n", STR_ARG(line));
		}
	}
}

static void put_setting(struct buf *b, struct arena *a, enum setting_id id)
{
	const struct setting *s = setting_get(id);
	str flag = setting_flag_name(a, id);
	const char *value = s->choices[0] ? s->choices : help_setting_value(s);
	if (s->type == SETTING_FLAG)
		put_row(b, str_printf(a, "%.*s[=BOOL]", STR_ARG(flag)), s->doc);
	else
		put_row(b, str_printf(a, "%.*s %s", STR_ARG(flag), value), s->doc);
	if (s->def[0])
		buf_printf(b, "%*s(%s)\n", COLUMN, "", s->def);
}

void help_settings(struct buf *b, bool colour)
{
	struct arena *a = arena_open(0);
	buf_lit(b,
		"Settings, with their defaults in parentheses. --log-level debug on the command "
		"line\nis FRAISEQL_LOG_LEVEL in the environment and log.level in fraiseql.yaml; "
		"the command\nline comes first, then the environment, then the file.\n");
	put_title(b, "Settings", colour);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		put_setting(b, a, id);
	arena_close(a);
}
