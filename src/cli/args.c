/*
 * args - reads the command line.
 *
 * In: argv. Out: the command, its arguments, the values of its options, and the settings that were
 * given as flags. Every setting is a flag: `--port 80`, `--port=80`; those that are true or false
 * take their value only after `=`, and have a `--no-` form. What is unknown is refused with the
 * nearest name.
 */
#include "cli/args.h"

#include "base/vec.h"
#include "ev/file.h"

#include <string.h>

const struct cli_option CLI_GENERAL[] = {
	{ "dir", "DIR", "the project's folder, instead of the one you are in", NULL },
	{ "config", "FILE", "settings, instead of fraiseql.yaml in the project's folder", NULL },
	{ "help", NULL, "what the command does and takes", NULL },
	{ NULL, NULL, NULL, NULL },
};

struct reader {
	struct cli *c;
	int at;     /* in argv, of what comes next */
	bool plain; /* after `--` */
	struct {
		VEC(const char *);
	} words;
	struct {
		VEC(struct args_setting);
	} settings;
	struct err *e;
};

/* One option: --name, --name=value. */
struct flag {
	str whole; /* as it was written, up to the `=` */
	str name;  /* without dashes */
	str value;
	bool has_value;
};

static struct flag flag_from(const char *text)
{
	struct flag f = { .value = str_from(text) };
	size_t eq = str_find(f.value, '=');
	f.has_value = eq < f.value.n;
	f.whole = str_split(&f.value, '=');
	f.name = str_sub(f.whole, 2, f.whole.n);
	return f;
}

/* The value after `=`, or the next word. */
static bool take_value(struct reader *r, struct flag *f, const char *what)
{
	struct cli *c = r->c;
	if (f->has_value)
		return true;
	if (r->at >= c->argc || (c->argv[r->at][0] == '-' && c->argv[r->at][1] == '-'))
		return err_set(r->e, ERR_CONFIG, "%.*s needs a value: %.*s %s", STR_ARG(f->whole),
			STR_ARG(f->whole), what);
	f->value = str_from(c->argv[r->at++]);
	f->has_value = true;
	return true;
}

/* ---- options of commands ---- */

static const struct cli_option *find_option(const struct cli_option *list, str name, size_t *at)
{
	for (*at = 0; list && list[*at].name; ++*at)
		if (str_eq(name, str_from(list[*at].name)))
			return &list[*at];
	return NULL;
}

static bool take_switch(struct reader *r, const struct flag *f)
{
	return !f->has_value || err_set(r->e, ERR_CONFIG, "%.*s takes no value", STR_ARG(f->whole));
}

static bool read_general(struct reader *r, struct flag *f, const struct cli_option *o)
{
	if (!o->value) {
		r->c->help = true;
		return take_switch(r, f);
	}
	if (!take_value(r, f, o->value))
		return false;
	if (f->value.n == 0)
		return err_set(r->e, ERR_CONFIG, "%.*s needs a value", STR_ARG(f->whole));
	*(o == &CLI_GENERAL[0] ? &r->c->dir : &r->c->config) = str_z(r->c->arena, f->value);
	return true;
}

static bool read_own(struct reader *r, struct flag *f, const struct cli_option *o, size_t at)
{
	if (!o->value) {
		r->c->values[at] = "";
		return take_switch(r, f);
	}
	if (!take_value(r, f, o->value))
		return false;
	r->c->values[at] = str_z(r->c->arena, f->value);
	return true;
}

/* ---- settings ---- */

static enum setting_id find_setting(struct arena *a, str flag)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (str_eq(setting_flag_name(a, id), flag))
			return id;
	return SETTING_COUNT;
}

/* The setting that a flag means; *negated for --no-x. */
static enum setting_id flag_setting(struct arena *a, const struct flag *f, bool *negated)
{
	enum setting_id id = find_setting(a, f->whole);
	*negated = false;
	if (id != SETTING_COUNT || !str_starts(f->name, S("no-")))
		return id;
	str positive = str_printf(a, "--%.*s", STR_ARG(str_sub(f->name, 3, f->name.n)));
	id = find_setting(a, positive);
	*negated = id != SETTING_COUNT && setting_get(id)->type == SETTING_FLAG;
	return *negated ? id : SETTING_COUNT;
}

static bool read_setting(struct reader *r, struct flag *f, enum setting_id id, bool negated)
{
	struct cli *c = r->c;
	if (c->command && !c->command->settings)
		return err_set(r->e, ERR_CONFIG, "\"fraiseql %s\" has no use for %.*s",
			c->command->name, STR_ARG(f->whole));
	if (negated) {
		if (!take_switch(r, f))
			return false;
		f->value = S("false");
	} else if (setting_get(id)->type == SETTING_FLAG) {
		f->value = f->has_value ? f->value : S("true");
	} else if (!take_value(r, f, "VALUE")) {
		return false;
	}
	*vec_push(c->arena, &r->settings) = (struct args_setting){ id, f->value, f->whole };
	return true;
}

/* ---- the unknown ---- */

static void add_names(struct arena *a, const struct cli_option *list, str *names, size_t *n)
{
	for (; list && list->name; list++)
		names[(*n)++] = str_printf(a, "--%s", list->name);
}

static bool unknown_flag(struct reader *r, const struct flag *f)
{
	enum { NAMES_MAX = SETTING_COUNT + CLI_OPTIONS_MAX + 8 };
	const struct command *command = r->c->command;
	str names[NAMES_MAX];
	size_t n = 0;
	add_names(r->c->arena, CLI_GENERAL, names, &n);
	if (command)
		add_names(r->c->arena, command->options, names, &n);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (!command || command->settings)
			names[n++] = setting_flag_name(r->c->arena, id);
	str near = str_nearest(f->whole, names, n);
	return err_set(r->e, ERR_CONFIG, "unknown option %.*s%s%.*s%s", STR_ARG(f->whole),
		near.n ? "; did you mean " : "", STR_ARG(near), near.n ? "?" : "");
}

/* "schema", "schema prnt": the family is there, the member is not. */
static bool unknown_member(struct arena *a, str word, str second, const str *names, size_t n,
	struct err *e)
{
	struct buf members = buf_on(a);
	str prefix = str_printf(a, "%.*s ", STR_ARG(word)), own[CLI_COMMANDS_MAX];
	size_t nown = 0;
	for (size_t i = 0; i < n; i++) {
		if (!str_starts(names[i], prefix))
			continue;
		buf_printf(&members, "%s%.*s", nown ? ", " : "", STR_ARG(names[i]));
		own[nown++] = str_sub(names[i], prefix.n, names[i].n);
	}
	str near = second.n ? str_nearest(second, own, nown) : STR_NONE;
	if (near.n)
		return err_set(e, ERR_CONFIG,
			"there is no command \"%.*s %.*s\"; did you mean \"%.*s %.*s\"?",
			STR_ARG(word), STR_ARG(second), STR_ARG(word), STR_ARG(near));
	return err_set(e, ERR_CONFIG, "\"%.*s\" needs one of: %.*s", STR_ARG(word),
		STR_ARG(buf_str(&members)));
}

bool args_unknown_command(struct arena *a, str word, str second, struct err *e)
{
	str names[CLI_COMMANDS_MAX], prefix = str_printf(a, "%.*s ", STR_ARG(word));
	size_t n = 0;
	bool family = false;
	for (const struct command *const *p = cli_commands(); *p && n < COUNT(names); p++) {
		names[n] = str_from((*p)->name);
		family = family || str_starts(names[n], prefix);
		n++;
	}
	if (family)
		return unknown_member(a, word, second, names, n, e);
	str both = second.n ? str_printf(a, "%.*s %.*s", STR_ARG(word), STR_ARG(second)) : word;
	str near = str_nearest(both, names, n);
	if (!near.n)
		near = str_nearest(word, names, n);
	return err_set(e, ERR_CONFIG, "there is no command \"%.*s\"%s%.*s%s", STR_ARG(word),
		near.n ? "; did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
}

/* ---- words ---- */

static const char *next_word(const struct reader *r)
{
	const struct cli *c = r->c;
	return r->at < c->argc && c->argv[r->at][0] != '-' ? c->argv[r->at] : NULL;
}

static bool read_command(struct reader *r, const char *word)
{
	struct cli *c = r->c;
	const char *second = next_word(r);
	if (second)
		c->command = cli_command_find(str_printf(c->arena, "%s %s", word, second));
	if (c->command)
		r->at++;
	else
		c->command = cli_command_find(str_from(word));
	return c->command || args_unknown_command(c->arena, str_from(word), str_from(second), r->e);
}

static bool read_flag(struct reader *r, const char *text)
{
	struct cli *c = r->c;
	size_t at;
	bool negated;
	if (strcmp(text, "-h") == 0)
		text = "--help";
	struct flag f = flag_from(text);
	const struct cli_option *o = find_option(CLI_GENERAL, f.name, &at);
	if (o)
		return read_general(r, &f, o);
	o = find_option(c->command ? c->command->options : NULL, f.name, &at);
	if (o)
		return read_own(r, &f, o, at);
	if (!c->command && str_eq(f.whole, S("--version"))) {
		c->command = cli_command_find(S("version"));
		return true;
	}
	enum setting_id id = flag_setting(c->arena, &f, &negated);
	return id == SETTING_COUNT ? unknown_flag(r, &f) : read_setting(r, &f, id, negated);
}

static bool count_words(const struct reader *r)
{
	const struct command *command = r->c->command;
	if (!command || r->c->help)
		return true;
	if (r->words.n < command->args_min)
		return err_set(r->e, ERR_CONFIG, "\"fraiseql %s\" needs %s", command->name,
			command->args);
	if (r->words.n > command->args_max)
		return err_set(r->e, ERR_CONFIG, "\"fraiseql %s\" has no use for \"%s\"",
			command->name, r->words.at[command->args_max]);
	return true;
}

bool args_read(struct cli *c, struct args *out, struct err *e)
{
	struct reader r = { .c = c, .at = 1, .e = e };
	while (r.at < c->argc) {
		const char *text = c->argv[r.at++];
		bool ok = true;
		if (!r.plain && strcmp(text, "--") == 0)
			r.plain = true;
		else if (!r.plain && text[0] == '-' && text[1])
			ok = read_flag(&r, text);
		else if (!c->command)
			ok = read_command(&r, text);
		else
			*vec_push(c->arena, &r.words) = text;
		if (!ok)
			return false;
	}
	if (c->command && !c->command->settings && r.settings.n && !c->help)
		return err_set(e, ERR_CONFIG, "\"fraiseql %s\" has no use for %.*s",
			c->command->name, STR_ARG(r.settings.at[0].source));
	c->args = r.words.at;
	c->nargs = r.words.n;
	*out = (struct args){ r.settings.at, r.settings.n };
	return count_words(&r);
}

/* ---- the effective settings ---- */

static bool read_config(struct cli *c, struct err *e)
{
	struct settings *s = &c->settings;
	const char *path = c->config;
	s->config_named = path != NULL;
	if (!path) {
		path = str_z(c->arena, file_join(c->arena, s->dir, S("fraiseql.yaml")));
		if (!file_exists(path))
			return true;
	}
	return settings_read_file(s, path, e);
}

bool args_settings(struct cli *c, const struct args *args, struct err *e)
{
	str dir = str_from(c->dir ? c->dir : ".");
	if (!file_is_dir(str_z(c->arena, dir)))
		return err_set(e, ERR_CONFIG, "--dir: there is no folder %.*s", STR_ARG(dir));
	c->settings = settings_new(c->arena, dir);
	server_mode_defaults(&c->settings, c->command->mode);
	if (!read_config(c, e) || !settings_read_environment(&c->settings, c->env, e))
		return false;
	for (size_t i = 0; i < args->nsettings; i++) {
		const struct args_setting *a = &args->settings[i];
		if (!settings_set(&c->settings, a->id, a->text, FROM_COMMAND_LINE, a->source, e))
			return false;
	}
	c->log = server_log(&c->settings);
	return settings_check(&c->settings, e);
}
