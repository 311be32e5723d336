/* help_markdown - the tables for the pages below docs/, which a test compares with them. */
#include "cli/help.h"

#include "cli/args.h"

void help_put_cell(struct buf *b, const char *text)
{
	for (; *text; text++) {
		if (*text == '|' || *text == '\\' || *text == '<')
			buf_putc(b, '\\');
		buf_putc(b, *text);
	}
}

static void put_choices(struct buf *b, const char *choices)
{
	str rest = str_from(choices);
	for (bool first = true; rest.n > 0; first = false) {
		str choice = str_split(&rest, ' ');
		buf_printf(b, "%s`%.*s`", first ? "" : ", ", STR_ARG(choice));
	}
}

static const char *value_words(const struct setting *s)
{
	switch (s->type) {
	case SETTING_TEXT: return "text";
	case SETTING_PATH: return "path";
	case SETTING_NUMBER: return "number";
	case SETTING_FLAG: return "`true`, `false`";
	case SETTING_CHOICE: break;
	case SETTING_SIZE: return "size";
	case SETTING_DURATION: return "time";
	}
	return "";
}

void help_settings_markdown(struct buf *b, struct arena *a)
{
	buf_lit(b, "| setting | environment, flag | value | default | meaning |\n");
	buf_lit(b, "|---|---|---|---|---|\n");
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *s = setting_get(id);
		str env = setting_env_name(a, id), flag = setting_flag_name(a, id);
		buf_printf(b, "| `%s` | `%.*s` `%.*s` | ", s->key, STR_ARG(env), STR_ARG(flag));
		if (s->choices[0])
			put_choices(b, s->choices);
		else
			buf_printf(b, "%s", value_words(s));
		if (s->def[0])
			buf_printf(b, " | `%s` | ", s->def);
		else
			buf_lit(b, " | | ");
		help_put_cell(b, s->doc);
		buf_lit(b, " |\n");
	}
}

static void put_options(struct buf *b, const struct cli_option *o)
{
	buf_lit(b, "\n| option | meaning |\n|---|---|\n");
	for (; o && o->name; o++) {
		buf_printf(b, "| `--%s%s%s` | ", o->name, o->value ? " " : "",
			o->value ? o->value : "");
		help_put_cell(b, o->doc);
		buf_lit(b, " |\n");
	}
}

static void put_paragraphs(struct buf *b, const char *text)
{
	str rest = str_from(text);
	while (rest.n > 0) {
		str line = str_split(&rest, '\n');
		buf_printf(b, "\n%.*s\n", STR_ARG(line));
	}
}

static void put_command(struct buf *b, struct arena *a, const struct command *c)
{
	buf_printf(b, "\n### fraiseql %s%s%s\n\n", c->name, c->args[0] ? " " : "", c->args);
	buf_printf(b, "%s\n", help_sentence(a, c->doc));
	put_paragraphs(b, c->text);
	if (c->options)
		put_options(b, c->options);
	if (c->example)
		buf_printf(b, "\n```sh\n%s\n```\n", c->example);
}

void help_commands_markdown(struct buf *b, struct arena *a)
{
	size_t n;
	const struct cli_exit_info *exits = cli_exits(&n);
	buf_lit(b, "## Commands\n");
	for (const struct command *const *p = cli_commands(); *p; p++)
		put_command(b, a, *p);
	buf_lit(b, "\n### Options of every command\n");
	put_options(b, CLI_GENERAL);
	buf_lit(b, "\n## Exit status\n\n| status | meaning |\n|---|---|\n");
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "| %d | %s |\n", exits[i].status, exits[i].doc);
}
