/* help_bash - a completion script for bash, made from the tables. */
#include "cli/help.h"

#include "cli/args.h"

static void put_flags(struct buf *b, struct arena *a, const struct command *c)
{
	for (const struct cli_option *o = c->options; o && o->name; o++)
		buf_printf(b, "--%s ", o->name);
	for (const struct cli_option *o = CLI_GENERAL; o->name; o++)
		buf_printf(b, "--%s ", o->name);
	for (enum setting_id id = 0; c->settings && id < SETTING_COUNT; id++)
		buf_printf(b, "%.*s ", STR_ARG(setting_flag_name(a, id)));
}

/* After a flag: what can follow it. */
static void put_values(struct buf *b, struct arena *a)
{
	buf_lit(b, "\tcase $before in\n");
	buf_lit(b, "\t--dir) COMPREPLY=($(compgen -d -- \"$word\")); return ;;\n");
	buf_lit(b, "\t--config) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n");
	for (const struct command *const *p = cli_commands(); *p; p++)
		for (const struct cli_option *o = (*p)->options; o && o->name; o++)
			if (o->choices)
				buf_printf(b,
					"\t--%s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); "
					"return ;;\n",
					o->name, o->choices);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		const struct setting *s = setting_get(id);
		str flag = setting_flag_name(a, id);
		if (s->choices[0])
			buf_printf(b,
				"\t%.*s) COMPREPLY=($(compgen -W '%s' -- \"$word\")); return ;;\n",
				STR_ARG(flag), s->choices);
		else if (s->type == SETTING_PATH)
			buf_printf(b, "\t%.*s) COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n",
				STR_ARG(flag));
		else if (s->type != SETTING_FLAG)
			buf_printf(b, "\t%.*s) return ;;\n", STR_ARG(flag));
	}
	buf_lit(b, "\tesac\n");
}

/* The first word of each command, once; and the second words of a family. */
static void put_words(struct buf *b, str first)
{
	str last = STR_NONE;
	for (const struct command *const *p = cli_commands(); *p; p++) {
		str rest = str_from((*p)->name);
		str word = str_split(&rest, ' ');
		if (first.n && str_eq(word, first) && rest.n)
			buf_printf(b, "%.*s ", STR_ARG(rest));
		else if (!first.n && !str_eq(word, last))
			buf_printf(b, "%.*s ", STR_ARG(word));
		last = word;
	}
}

static void put_families(struct buf *b)
{
	str last = STR_NONE;
	for (const struct command *const *p = cli_commands(); *p; p++) {
		str rest = str_from((*p)->name);
		str word = str_split(&rest, ' ');
		if (rest.n == 0 || str_eq(word, last))
			continue;
		last = word;
		buf_printf(b, "\t%.*s) words='", STR_ARG(word));
		put_words(b, word);
		buf_lit(b, "' ;;\n");
	}
}

void help_bash(struct buf *b, struct arena *a)
{
	buf_lit(b,
		"# bash completion for fraiseql; written by: fraiseql completion bash\n"
		"_fraiseql()\n{\n"
		"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} words=\n"
		"\tCOMPREPLY=()\n");
	put_values(b, a);
	buf_lit(b, "\t[ $COMP_CWORD -lt 2 ] || case \"${COMP_WORDS[1]} ${COMP_WORDS[2]}\" in\n");
	for (const struct command *const *p = cli_commands(); *p; p++) {
		bool family = str_find(str_from((*p)->name), ' ') < str_from((*p)->name).n;
		buf_printf(b, "\t'%s'%s) words='", (*p)->name, family ? "" : "' '*");
		put_flags(b, a, *p);
		buf_lit(b, "' ;;\n");
	}
	buf_lit(b, "\tesac\n\tcase $before in\n");
	put_families(b);
	buf_lit(b, "\tfraiseql | help) words='");
	put_words(b, STR_NONE);
	buf_lit(b,
		"' ;;\n\tesac\n"
		"\t[[ $word == -* || $COMP_CWORD -le 2 ]] && COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
		"\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n"
		"}\n"
		"complete -F _fraiseql fraiseql\n");
}
