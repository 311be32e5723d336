/*
 * help_man - the manual page in the macros of man(7).
 *
 * Text passes put_text, which escapes what roff would take for its own.
 */
#include "cli/help.h"

#include "cli/args.h"

static void put_text(struct buf *b, const char *text)
{
	bool line_start = true;
	for (; *text; text++) {
		if (line_start && (*text == '.' || *text == '\''))
			buf_lit(b, "\\&");
		line_start = *text == '\n';
		switch (*text) {
		case '\\': buf_lit(b, "\\e"); break;
		case '-': buf_lit(b, "\\-"); break;
		case '`': buf_lit(b, "\\(ga"); break;
		case '^': buf_lit(b, "\\(ha"); break;
		case '~': buf_lit(b, "\\(ti"); break;
		default: buf_putc(b, *text);
		}
	}
	buf_lit(b, "\n");
}

static void put_section(struct buf *b, const char *name)
{
	buf_printf(b, ".SH %s\n", name);
}

/* A tagged paragraph whose tag is `--name VALUE`, the value in italics. */
static void put_tag(struct buf *b, str flag, const char *value)
{
	struct buf escaped = buf_on(NULL);
	for (size_t i = 0; i < flag.n; i++) {
		if (flag.p[i] == '-')
			buf_putc(&escaped, '\\');
		buf_putc(&escaped, flag.p[i]);
	}
	buf_printf(b, ".TP\n\\fB%.*s\\fR", STR_ARG(buf_str(&escaped)));
	if (value && value[0])
		buf_printf(b, " \\fI%s\\fR", value);
	buf_lit(b, "\n");
	buf_free(&escaped);
}

static void put_options(struct buf *b, struct arena *a, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		put_tag(b, str_printf(a, "--%s", o->name), o->value);
		put_text(b, o->doc);
	}
}

static void put_command(struct buf *b, struct arena *a, const struct command *c)
{
	buf_printf(b, ".SS fraiseql %s%s%s\n", c->name, c->args[0] ? " " : "", c->args);
	put_text(b, help_sentence(a, c->doc));
	str rest = str_from(c->text);
	while (rest.n > 0) {
		buf_lit(b, ".PP\n");
		put_text(b, str_z(a, str_split(&rest, '\n')));
	}
	put_options(b, a, c->options);
	if (c->example) {
		buf_lit(b, ".PP\nExample:\n.PP\n.nf\n");
		put_text(b, c->example);
		buf_lit(b, ".fi\n");
	}
}

static void put_settings(struct buf *b, struct arena *a)
{
	put_section(b, "SETTINGS");
	put_text(b,
		"Each setting is a key of fraiseql.yaml (dots may be nesting), a variable of the "
		"environment in capitals with FRAISEQL_ before it and underscores for dots, and a "
		"flag. The command line comes first, then the environment, then the file, then "
		"the defaults. Unknown names are refused.");
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *s = setting_get(id);
		str flag = setting_flag_name(a, id);
		if (s->type == SETTING_FLAG)
			put_tag(b, str_printf(a, "%.*s[=BOOL]", STR_ARG(flag)), NULL);
		else
			put_tag(b, flag, help_setting_value(s));
		str choices = s->choices[0] ? str_printf(a, " One of: %s.", s->choices) : S("");
		str def = s->def[0] ? str_printf(a, " Default: %s.", s->def) : S("");
		put_text(b,
			str_printf(a, "%s: %s.%.*s%.*s", s->key, s->doc, STR_ARG(choices),
				STR_ARG(def))
				.p);
	}
}

static void put_exits(struct buf *b)
{
	size_t n;
	const struct cli_exit_info *exits = cli_exits(&n);
	put_section(b, "EXIT STATUS");
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, ".TP\n.B %d\n", exits[i].status);
		put_text(b, exits[i].doc);
	}
}

static void put_files(struct buf *b)
{
	static const struct {
		const char *name, *doc;
	} FILES[] = {
		{ "fraiseql.yaml", "Settings." },
		{ "schema.graphql, schema/", "The API." },
		{ "db/schema/, db/seeds/", "SQL that makes the private database of development." },
		{ ".fraiseql/postgres/", "The private database and its log." },
		{ "/var/lib/fraiseql/",
			"The private databases of root's projects that the user postgres can't enter." },
	};
	put_section(b, "FILES");
	for (size_t i = 0; i < COUNT(FILES); i++) {
		put_tag(b, str_from(FILES[i].name), NULL);
		put_text(b, FILES[i].doc);
	}
}

void help_man(struct buf *b, struct arena *a)
{
	buf_lit(b, ".TH FRAISEQL 1 \"\" \"fraiseql " FRAISEQL_VERSION "\" \"User commands\"\n");
	put_section(b, "NAME");
	buf_lit(b, "fraiseql \\- a GraphQL API on PostgreSQL\n");
	put_section(b, "SYNOPSIS");
	buf_lit(b, ".B fraiseql\n.I command\n[\\fIoption\\fR ...]\n");
	put_section(b, "DESCRIPTION");
	put_text(b,
		"Serves a GraphQL API whose every read is a view or table of PostgreSQL and "
		"whose every write is a function or a table. The API is written in schema.graphql.");
	put_section(b, "COMMANDS");
	for (const struct command *const *p = cli_commands(); *p; p++)
		put_command(b, a, *p);
	put_section(b, "OPTIONS");
	put_text(b, "Of every command:");
	put_options(b, a, CLI_GENERAL);
	put_settings(b, a);
	put_files(b);
	put_section(b, "ENVIRONMENT");
	put_tag(b, S("DATABASE_URL"), NULL);
	put_text(b, "The database, unless FRAISEQL_DATABASE names it.");
	put_tag(b, S("NO_COLOR"), NULL);
	put_text(b, "Set to anything: no colours.");
	put_exits(b);
	put_section(b, "SEE ALSO");
	buf_lit(b, ".BR psql (1)\n");
}
