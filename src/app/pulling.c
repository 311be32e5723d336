/* pulling - reads what a pull needs, and writes what it gives. */
#include "app/pulling.h"

#include "ev/file.h"
#include "pg/sync.h"
#include "pull/misses.h"

bool pulling_facts(struct arena *a, const char *conninfo, const struct log *log,
	struct pull_facts **out, struct err *e)
{
	struct pgsync *db;
	if (!pgsync_open(conninfo, "fraiseql", log, &db, e))
		return false;
	bool ok = project_facts(a, db, out, e);
	pgsync_close(db);
	return ok;
}

bool pulling_misses(struct compiled *c, const char *conninfo, const struct log *log, struct err *e)
{
	struct pgsync *db;
	struct pull_facts *facts;
	if (!pgsync_open(conninfo, "fraiseql", log, &db, e))
		return false;
	bool ok = project_view_facts(c->arena, db, c->model->catalog, &facts, e);
	pgsync_close(db);
	if (ok)
		pull_misses(c->arena, c->model, facts, &c->diagnostics);
	return ok;
}

static bool has_files(struct arena *a, const char *path, struct err *e)
{
	str *paths;
	size_t n;
	if (!file_exists(path))
		return false;
	if (!file_is_dir(path))
		return true;
	return file_list(a, str_from(path), S(".graphql"), &paths, &n, e) && n > 0;
}

bool pulling_files(struct arena *a, const struct settings *s, struct pull_options *out,
	struct err *e)
{
	const char *given = settings_path(s, SETTING_SCHEMA);
	const char *single = str_z(a, file_join(a, s->dir, S("schema.graphql")));
	const char *folder = str_z(a, file_join(a, s->dir, S("schema")));
	const char *path = given                              ? given
		: !file_exists(single) && file_exists(folder) ? folder
							      : single;
	struct source_file *files;
	if (has_files(a, path, e)) {
		if (!project_schema_files(a, s, &files, &out->nfiles, e))
			return false;
		out->files = files;
		return true;
	}
	out->nfiles = 0;
	out->new_file = file_is_dir(path) ? file_join(a, str_from(path), S("schema.graphql"))
					  : str_from(path);
	return true;
}

void pulling_check(struct arena *a, const struct settings *s, const struct pull_facts *f,
	const struct pull_result *r, struct compiled *out)
{
	struct source_file *files = arena_array(a, struct source_file, r->nfiles);
	struct compile_options o = { .files = files, .nfiles = r->nfiles };
	*out = (struct compiled){ .arena = a };
	o.default_limit = (uint32_t)settings_number(s, SETTING_LISTS_DEFAULT_LIMIT);
	o.max_limit = (uint32_t)settings_number(s, SETTING_LISTS_MAX_LIMIT);
	for (size_t i = 0; i < r->nfiles; i++)
		files[i] = (struct source_file){ r->files[i].path, r->files[i].after };
	const struct model *model; /* on `a`, like all else */
	if (!schema_compile(a, &o, f->catalog, &model, &out->diagnostics))
		return;
}

bool pulling_write(struct arena *a, const struct pull_result *r, struct err *e)
{
	for (size_t i = 0; i < r->nfiles; i++) {
		const struct pull_file *f = &r->files[i];
		if (str_eq(f->before, f->after))
			continue;
		const char *path = str_z(a, f->path);
		if (!file_mkdirs(str_z(a, file_dir(f->path)), 0755, e) ||
			!file_write(path, f->after, e))
			return false;
	}
	return true;
}
