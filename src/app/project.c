/*
 * project - reads SDL files and the catalog, and calls the compiler.
 */
#include "app/project.h"

#include "app/identify.h"
#include "app/role.h"
#include "base/clock.h"
#include "base/vec.h"
#include "ev/file.h"
#include "gen/sql.h"
#include "pg/sync.h"
#include "pull/facts.h"

#include <string.h>
#include <unistd.h>

enum { SDL_FILE_MAX = 64 * 1024 * 1024 };

static bool schema_path(struct arena *a, const struct settings *s, const char **out, struct err *e)
{
	const char *given = settings_path(s, SETTING_SCHEMA);
	if (given) {
		*out = given;
		return file_exists(given) ||
			err_set(e, ERR_CONFIG, "schema: %s does not exist", given);
	}
	static const str NAMES[] = { STR_INIT("schema.graphql"), STR_INIT("schema") };
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		*out = str_z(a, file_join(a, s->dir, NAMES[i]));
		if (file_exists(*out))
			return true;
	}
	return err_set(e, ERR_CONFIG,
		"there is no schema.graphql and no folder schema/ in %.*s; write one, name it with --schema, or begin "
		"with: fraiseql init NAME",
		STR_ARG(s->dir));
}

bool project_schema_files(struct arena *a, const struct settings *s, struct source_file **out,
	size_t *n, struct err *e)
{
	const char *path;
	str single, *paths = &single;
	if (!schema_path(a, s, &path, e))
		return false;
	single = str_from(path);
	*n = 1;
	if (file_is_dir(path) && !file_list(a, single, S(".graphql"), &paths, n, e))
		return false;
	if (*n == 0)
		return err_set(e, ERR_CONFIG, "there is no *.graphql file below %s", path);
	struct source_file *files = arena_array(a, struct source_file, *n);
	for (size_t i = 0; i < *n; i++) {
		files[i].path = paths[i];
		if (!file_read(a, str_z(a, paths[i]), SDL_FILE_MAX, &files[i].text, e))
			return false;
	}
	*out = files;
	return true;
}

static const char *embedded_sql(const char *name)
{
	for (const struct embedded_file *f = sql_files; f->name; f++)
		if (strcmp(f->name, name) == 0)
			return (const char *)f->data;
	return "";
}

bool project_catalog(struct arena *a, struct pgsync *db, const struct catalog **out, struct err *e)
{
	str json;
	/* the statement has hundreds of expressions: compiling them costs more than running them */
	if (!pgsync_exec(db, S("set jit = off"), e) ||
		!pgsync_value(db, a, embedded_sql("catalog.sql"), &json, e))
		return false;
	return catalog_from_json(a, json, out, e);
}

/* Under an empty search_path PostgreSQL writes every name in a view's definition with its schema.
 */
bool project_view_facts(struct arena *a, struct pgsync *db, const struct catalog *catalog,
	struct pull_facts **out, struct err *e)
{
	str json;
	return pgsync_exec(db, S("set search_path to ''"), e) &&
		pgsync_value(db, a, embedded_sql("pull.sql"), &json, e) &&
		pgsync_exec(db, S("reset search_path"), e) &&
		pull_facts_read(a, catalog, json, out, e);
}

bool project_facts(struct arena *a, struct pgsync *db, struct pull_facts **out, struct err *e)
{
	const struct catalog *catalog;
	return project_catalog(a, db, &catalog, e) && project_view_facts(a, db, catalog, out, e);
}

bool project_install(struct pgsync *db, struct err *e)
{
	for (const struct embedded_file *f = sql_files; f->name; f++) {
		if (strncmp(f->name, "install/", 8) != 0)
			continue;
		if (!pgsync_exec(db, (str){ (const char *)f->data, f->size }, e))
			return err_prefix(e, "%s: ", f->name);
	}
	return true;
}

/* Every compilation of the process has a number of its own: plans are told apart by it. */
static uint64_t next_generation(void)
{
	return clock_mono_us();
}

static bool compile_with(struct arena *model_arena, const struct settings *s, struct pgsync *db,
	struct compiled *out, struct err *e)
{
	struct compile_options o = { .default_limit = (uint32_t)settings_number(s,
					     SETTING_LISTS_DEFAULT_LIMIT),
		.max_limit = (uint32_t)settings_number(s, SETTING_LISTS_MAX_LIMIT),
		.generation = next_generation() };
	struct source_file *files;
	const struct catalog *catalog;
	if (!identify_names(model_arena, s, &o.context, &o.ncontext, e))
		return false;
	if (!project_schema_files(model_arena, s, &files, &o.nfiles, e))
		return false;
	if (!project_catalog(model_arena, db, &catalog, e))
		return false;
	o.files = files;
	if (!schema_compile(model_arena, &o, catalog, &out->model, &out->diagnostics))
		out->model = NULL;
	return true;
}

/* Diagnostics point into the files' texts, which die with the arena of a model that was not made.
 */
static void keep_diagnostics(struct arena *a, struct diagnostics *d)
{
	struct diagnostics kept = { .errors = d->errors };
	for (size_t i = 0; i < d->n; i++) {
		struct diagnostic *to = vec_push(a, &kept);
		*to = d->at[i];
		to->file = str_dup(a, to->file);
		to->message = str_dup(a, to->message);
		to->hint = str_dup(a, to->hint);
		to->excerpt = str_dup(a, to->excerpt);
	}
	*d = kept;
}

bool project_compile(struct arena *a, const struct settings *s, const char *conninfo,
	const struct log *log, struct compiled *out, struct err *e)
{
	*out = (struct compiled){ .arena = a };
	struct pgsync *db;
	if (!pgsync_open(conninfo, "fraiseql", log, &db, e))
		return false;
	struct arena *model_arena = arena_open(0);
	bool ok = compile_with(model_arena, s, db, out, e);
	if (ok && out->model)
		ok = role_check(a, s, db, out->model, log, e);
	keep_diagnostics(a, &out->diagnostics);
	if (out->model && !ok)
		model_unref(out->model);
	else if (!out->model)
		arena_close(model_arena);
	if (!ok)
		out->model = NULL;
	pgsync_close(db);
	return ok;
}

/* Those that are at least as severe as `least`. */
static void report(const struct diagnostics *list, bool colour, int least)
{
	struct buf b = buf_on(NULL);
	for (size_t i = 0; i < list->n; i++)
		if ((int)list->at[i].severity <= least)
			diagnostic_print(&b, &list->at[i], colour);
	/* Nobody is left to be told when this can't be written. */
	(void)!write(STDERR_FILENO, b.p, b.n);
	buf_free(&b);
}

size_t project_report(const struct compiled *c, bool colour, bool hints)
{
	report(&c->diagnostics, colour, hints ? DIAG_HINT : DIAG_WARNING);
	return c->diagnostics.errors;
}

static void log_one(const struct diagnostic *d, const struct log *log)
{
	char line[12], column[12];
	snprintf(line, sizeof line, "%u", d->line);
	snprintf(column, sizeof column, "%u", d->column);
	const struct log_field fields[] = { { "file", d->file }, { "line", str_from(line) },
		{ "column", str_from(column) }, { "hint", d->hint } };
	log_fields(log, d->severity == DIAG_ERROR ? LOG_LEVEL_ERROR : LOG_LEVEL_WARN, d->message,
		fields, COUNT(fields));
}

void project_log(const struct diagnostics *d, const struct log *log)
{
	if (!log->json) {
		report(d, log->colour, log->level >= LOG_LEVEL_WARN ? DIAG_WARNING : DIAG_ERROR);
		return;
	}
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i].severity != DIAG_HINT)
			log_one(&d->at[i], log);
}
