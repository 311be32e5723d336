/*
 * cmd_init - a new project: files from a template, or a schema made from a database.
 *
 * Nothing that exists is touched: all paths are looked at before the first file is written.
 */
#include "cli/commands.h"
#include "cli/init.h"

#include "app/pulling.h"
#include "ev/file.h"
#include "gen/templates.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static const struct cli_option OPTIONS[] = {
	{ "template", "minimal|blog", "what to begin with; minimal unless said otherwise",
		"minimal blog" },
	{ "from-url", "URL", "a database: types for its tables and views instead of a template",
		NULL },
	{ NULL, NULL, NULL, NULL },
};

static const struct template
{
	const char *name, *folder;
}
TEMPLATES[] = {
	{ "minimal", "templates/minimal/" },
	{ "blog", "examples/blog/" },
};

static void add(struct cli *c, struct init_files *files, str path, str text)
{
	*vec_push(c->arena, files) = (struct init_file){ path, text };
}

/* `text` with every `what` replaced. */
static str replace(struct arena *a, str text, str what, str with)
{
	struct buf b = buf_on(a);
	for (;;) {
		size_t at = str_find_str(text, what);
		buf_put(&b, str_sub(text, 0, at));
		if (at == text.n)
			return buf_str(&b);
		buf_put(&b, with);
		text = str_sub(text, at + what.n, text.n);
	}
}

static str project_name(struct cli *c)
{
	str rest = str_from(c->args[0]), name = STR_NONE;
	while (rest.n > 0) {
		str part = str_split(&rest, '/');
		if (part.n && !str_eq(part, S(".")) && !str_eq(part, S("..")))
			name = part;
	}
	return name.n ? name : S("project");
}

static void add_common(struct cli *c, struct init_files *files)
{
	add(c, files, S("fraiseql.yaml"), init_settings(c->arena));
	add(c, files, S(".gitignore"), S(".fraiseql/\n"));
}

/* ---- from a template ---- */

static void add_template(struct cli *c, const struct template *t, struct init_files *files)
{
	str folder = str_from(t->folder), name = project_name(c);
	for (const struct embedded_file *f = templates_files; f->name; f++) {
		str path = str_from(f->name), text = { (const char *)f->data, f->size };
		if (!str_starts(path, folder))
			continue;
		path = str_sub(path, folder.n, path.n);
		if (str_eq(path, S("fraiseql.yaml")))
			continue;
		if (str_eq(path, S("README.md"))) {
			text = replace(c->arena, text, S("{{name}}"), name);
			text = replace(c->arena, text, S("examples/blog"), name);
		}
		add(c, files, path, text);
	}
	add_common(c, files);
}

static bool from_template(struct cli *c, struct init_files *files, struct err *e)
{
	const char *given = cli_value(c, "template");
	for (size_t i = 0; i < COUNT(TEMPLATES); i++) {
		if (strcmp(given ? given : "minimal", TEMPLATES[i].name) == 0) {
			add_template(c, &TEMPLATES[i], files);
			return true;
		}
	}
	return err_set(e, ERR_CONFIG, "--template: there is no \"%s\"; there are minimal and blog",
		given);
}

/* ---- from a database ---- */

static const char README[] =
	"# %.*s\n\n"
	"A GraphQL API on PostgreSQL, served by FraiseQL. `schema.graphql` was "
	"made from the database;\nfrom now on it is yours to edit. `fraiseql schema pull` adds what the "
	"database gets later.\n\n"
	"    export DATABASE_URL=postgresql://…\n"
	"    fraiseql dev\n\n"
	"`fraiseql check` says whether the schema fits the database. "
	"`fraiseql serve` is for production.\n";

static bool from_database(struct cli *c, const char *url, struct init_files *files, struct err *e)
{
	struct pull_options o = { .new_file = S("schema.graphql"), .functions = PULL_FN_FUNCTIONS };
	struct pull_facts *facts;
	struct pull_result r;
	if (!pulling_facts(c->arena, url, &c->log, &facts, e) ||
		!pull_schema(c->arena, facts, &o, &r, e))
		return false;
	cli_say(c, "%zu type%s from database \"%.*s\"", r.ntypes, r.ntypes == 1 ? "" : "s",
		STR_ARG(facts->catalog->database));
	add(c, files, S("schema.graphql"), r.files[0].after);
	add(c, files, S("README.md"), str_printf(c->arena, README, STR_ARG(project_name(c))));
	add_common(c, files);
	return true;
}

/* ---- writing ---- */

static const char *target(struct cli *c, str path)
{
	return str_z(c->arena, file_join(c->arena, str_from(c->args[0]), path));
}

static bool nothing_there(struct cli *c, const struct init_files *files, struct err *e)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *path = target(c, files->at[i].path);
		if (file_exists(path))
			return err_set(e, ERR_CONFIG,
				"%s exists already: nothing was written; choose another name",
				path);
	}
	return true;
}

static bool write_files(struct cli *c, const struct init_files *files, struct err *e)
{
	for (size_t i = 0; i < files->n; i++) {
		const char *path = target(c, files->at[i].path);
		const char *folder = str_z(c->arena, file_dir(str_from(path)));
		if (!file_mkdirs(folder, 0755, e) || !file_write(path, files->at[i].text, e))
			return false;
	}
	return true;
}

/* For a shell: within quotes if it has to be. */
static str quoted(struct arena *a, str path)
{
	bool plain = path.n && path.p[0] != '-';
	for (size_t i = 0; plain && i < path.n; i++)
		plain = (unsigned char)path.p[i] >= 0x80 || isalnum((unsigned char)path.p[i]) ||
			strchr("/._-+@%:", path.p[i]);
	return plain ? path
		     : str_printf(a, "'%.*s'", STR_ARG(replace(a, path, S("'"), S("'\\''"))));
}

static int say_next(struct cli *c, const struct init_files *files, bool has_url)
{
	struct buf b = buf_on(c->arena);
	size_t shown = 0;
	for (size_t i = 0; i < files->n; i++) {
		if (str_starts(files->at[i].path, S("queries/")))
			continue;
		buf_printf(&b, "created %s\n", target(c, files->at[i].path));
		shown++;
	}
	if (shown < files->n)
		buf_printf(&b, "created %s: %zu files\n", target(c, S("queries")),
			files->n - shown);
	buf_lit(&b, "\nNow:\n");
	if (!str_eq(str_from(c->args[0]), S(".")))
		buf_printf(&b, "  cd %.*s\n", STR_ARG(quoted(c->arena, str_from(c->args[0]))));
	if (has_url)
		buf_lit(&b,
			"  export DATABASE_URL=…   # the URL that you gave; it is in no file\n");
	buf_lit(&b, "  fraiseql dev\n");
	return cli_print(c, buf_str(&b));
}

static int run(struct cli *c)
{
	const char *url = cli_value(c, "from-url");
	struct init_files files = { 0 };
	struct err e;
	if (url && cli_value(c, "template"))
		return cli_usage(c, "--from-url and --template exclude each other");
	if (!c->args[0][0])
		return cli_usage(c, "\"fraiseql init\" needs NAME");
	if (c->dir || c->config)
		return cli_usage(c, "\"fraiseql init\" makes a new folder: NAME says where");
	bool ok = url ? from_database(c, url, &files, &e) : from_template(c, &files, &e);
	if (!ok || !nothing_there(c, &files, &e) || !write_files(c, &files, &e))
		return cli_fail(c, &e);
	return say_next(c, &files, url != NULL);
}

const struct command CMD_INIT = {
	.name = "init",
	.args = "NAME",
	.args_min = 1,
	.args_max = 1,
	.doc = "make a new project",
	.text = "Writes a folder NAME with a schema, SQL for a database, settings and a README. It "
		"runs at once: fraiseql dev. Files that exist are never overwritten.\n"
		"With --from-url the schema is made from the tables and views of a database: "
		"as \"fraiseql schema pull\" does it. The URL is written "
		"nowhere.",
	.example = "fraiseql init hello\nfraiseql init shop --from-url postgresql:///shop",
	.options = OPTIONS,
	.run = run,
};
