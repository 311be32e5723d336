/*
 * dev - the private database and the watch over the project's files.
 *
 * The database of a project in development is made from its files: which files made it is kept in
 * fraiseql.dev_state as one hash. When that differs, all schemas but fraiseql's are dropped and
 * made again, in one transaction, so that an error in a file leaves everything as it was and
 * running requests see either state. That is only ever done to the private database, never to one
 * that the user named.
 */
#include "app/dev.h"

#include "app/project.h"
#include "base/vec.h"
#include "ev/file.h"
#include "ev/loop.h"
#include "pg/embedded.h"
#include "pg/sync.h"
#include "schema/compile.h"

#include <errno.h>
#include <string.h>

enum { SQL_FILE_MAX = 256 * 1024 * 1024, DEBOUNCE_MS = 80 };

struct dev_database {
	struct arena *arena;
	const struct settings *settings;
	const struct log *log;
	struct embedded *server;
};

static void on_progress(void *arg, const char *text)
{
	struct dev_database *d = arg;
	log_info(d->log, "PostgreSQL: %s", text);
}

bool dev_database_start(const struct settings *s, const struct log *log, bool share,
	struct dev_database **out, struct err *e)
{
	struct arena *a = arena_open(0);
	struct dev_database *d = arena_new(a, struct dev_database);
	*d = (struct dev_database){ .arena = a, .settings = s, .log = log };
	struct embedded_options o = { .dir = str_z(a,
					      file_join(a, s->dir, S(".fraiseql/postgres"))),
		.share = share,
		.progress = on_progress,
		.arg = d };
	if (!embedded_start(&o, &d->server, e)) {
		arena_close(a);
		return false;
	}
	*out = d;
	return true;
}

const char *dev_database_conninfo(const struct dev_database *d)
{
	return embedded_conninfo(d->server);
}

void dev_database_stop(struct dev_database *d)
{
	if (!d)
		return;
	embedded_stop(d->server);
	arena_close(d->arena);
}

/* ---- the project's SQL ---- */

struct sql_file {
	str path, text;
};

struct sql_list {
	VEC(struct sql_file);
};

static bool read_folder(struct arena *a, str dir, struct sql_list *out, struct err *e)
{
	str *paths;
	size_t n;
	if (!file_is_dir(str_z(a, dir)))
		return true;
	if (!file_list(a, dir, S(".sql"), &paths, &n, e))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct sql_file *f = vec_push(a, out);
		f->path = paths[i];
		if (!file_read(a, str_z(a, paths[i]), SQL_FILE_MAX, &f->text, e))
			return false;
	}
	return true;
}

/* Of texts and paths below `dir`: the same from wherever the program is started. */
static str hash_of(struct arena *a, str dir, const struct sql_list *files)
{
	uint64_t h[2] = { 1, 2 };
	for (size_t i = 0; i < files->n; i++) {
		str path = files->at[i].path;
		if (!str_eq(dir, S(".")))
			path = str_sub(path, dir.n, path.n);
		while (str_starts(path, S("/")))
			path = str_sub(path, 1, path.n);
		for (size_t k = 0; k < 2; k++) {
			h[k] = str_hash(path, h[k]);
			h[k] = str_hash(files->at[i].text, h[k]);
		}
	}
	return str_printf(a, "%016llx%016llx", (unsigned long long)h[0], (unsigned long long)h[1]);
}

static bool drop_schemas(struct pgsync *db, struct arena *a, struct err *e)
{
	static const char *SQL =
		"select coalesce(string_agg(format('drop schema %I cascade;', nspname), ' '), '') from pg_namespace "
		"where nspname not in ('fraiseql', 'information_schema') and nspname !~ '^pg_'";
	str drops;
	if (!pgsync_value(db, a, SQL, &drops, e))
		return false;
	return pgsync_exec(db, drops, e) && pgsync_exec(db, S("create schema public"), e);
}

/* What the server says to a file; its hint stands behind the message. */
static void add_problem(struct arena *a, const struct sql_file *f, const struct err *e,
	struct diagnostics *out)
{
	str all = str_dup(a, str_from(e->message));
	size_t hint = str_find_str(all, S("; hint: "));
	struct diagnostic *d = vec_push(a, out);
	*d = (struct diagnostic){ .severity = DIAG_ERROR,
		.file = str_dup(a, f->path),
		.line = e->line,
		.column = e->column,
		.message = str_sub(all, 0, hint),
		.hint = hint < all.n ? str_sub(all, hint + 8, all.n) : STR_NONE };
	if (e->line)
		d->excerpt = diagnostic_excerpt(a, f->text, e->line, e->column);
	out->errors++;
}

static bool rebuild(struct dev_database *d, struct pgsync *db, struct arena *a,
	const struct sql_list *files, str hash, const struct sql_file **failed, struct err *e)
{
	bool ok = pgsync_exec(db, S("begin"), e) && drop_schemas(db, a, e);
	for (size_t i = 0; ok && i < files->n; i++) {
		log_debug(d->log, "running %.*s", STR_ARG(files->at[i].path));
		ok = pgsync_exec(db, files->at[i].text, e);
		if (!ok)
			*failed = &files->at[i];
	}
	struct pgparam params[] = { { .text = hash } };
	struct pgrows rows;
	ok = ok &&
		pgsync_query(db, a,
			"update fraiseql.dev_state set files_hash = $1, built_at = now()", params,
			1, &rows, e);
	struct err ignored;
	if (!ok) {
		(void)!pgsync_exec(db, S("rollback"), &ignored);
		return false;
	}
	return pgsync_exec(db, S("commit; analyze"), e);
}

static bool apply(struct dev_database *d, struct pgsync *db, struct arena *a, bool *changed,
	const struct sql_file **failed, struct err *e)
{
	struct sql_list files = { 0 };
	str known;
	str schema = file_join(a, d->settings->dir, S("db/schema"));
	str seeds = file_join(a, d->settings->dir, S("db/seeds"));
	/* processes that share the server take turns; the end of the connection ends the lock */
	if (!pgsync_exec(db, S("select pg_advisory_lock(4613187, 1)"), e) ||
		!project_install(db, e) || !read_folder(a, schema, &files, e) ||
		!read_folder(a, seeds, &files, e))
		return false;
	str hash = hash_of(a, d->settings->dir, &files);
	if (!pgsync_value(db, a, "select files_hash from fraiseql.dev_state", &known, e))
		return false;
	if (known.p && str_eq(known, hash))
		return true;
	if (files.n)
		log_info(d->log, "building the database from %zu SQL file%s", files.n,
			files.n == 1 ? "" : "s");
	*changed = true;
	return rebuild(d, db, a, &files, hash, failed, e);
}

bool dev_database_apply(struct dev_database *d, bool *changed, struct arena *a,
	struct diagnostics *problems, struct err *e)
{
	struct pgsync *db;
	const struct sql_file *failed = NULL;
	*changed = false;
	if (!pgsync_open(embedded_conninfo(d->server), "fraiseql dev", d->log, &db, e))
		return false;
	struct arena *scratch = arena_open(0);
	bool ok = apply(d, db, scratch, changed, &failed, e);
	if (failed)
		add_problem(a, failed, e, problems);
	arena_close(scratch);
	pgsync_close(db);
	return ok;
}

/* ---- the watch ---- */

struct watched {
	struct dev_watch *watch;
	struct pathwatch *path;
	unsigned change;
	str suffix;
	str only; /* a directory is watched because of one file in it */
};

struct dev_watch {
	struct arena *arena;
	struct loop *loop;
	const struct settings *settings;
	dev_change_fn *fn;
	void *arg;
	struct timer *settle;
	unsigned pending;
	struct {
		VEC(struct watched *);
	} paths;
};

static void on_path(void *arg, const char *name)
{
	struct watched *w = arg;
	str n = str_from(name);
	bool wanted = w->only.n ? str_eq(n, w->only) : n.n == 0 || str_ends(n, w->suffix);
	if (!wanted && !(w->only.n == 0 && str_find(n, '.') == n.n))
		return; /* neither one of ours nor a folder */
	w->watch->pending |= w->change;
	timer_set(w->watch->settle, DEBOUNCE_MS);
}

static void watch_path(struct dev_watch *w, str path, unsigned change, str suffix, str only)
{
	struct watched *p = arena_new(w->arena, struct watched);
	*p = (struct watched){ .watch = w, .change = change, .suffix = suffix, .only = only };
	p->path = pathwatch_open(w->loop, str_z(w->arena, path), on_path, p);
	if (p->path)
		*vec_push(w->arena, &w->paths) = p;
}

/* A folder and the folders below it that have files of the suffix. */
static void watch_tree(struct dev_watch *w, str dir, unsigned change, str suffix)
{
	str *paths;
	size_t n;
	struct err e;
	if (!file_is_dir(str_z(w->arena, dir)))
		return;
	watch_path(w, dir, change, suffix, STR_NONE);
	if (!file_list(w->arena, dir, suffix, &paths, &n, &e))
		return;
	str last = dir;
	for (size_t i = 0; i < n; i++) {
		str parent = file_dir(paths[i]);
		if (!str_eq(parent, last) && !str_eq(parent, dir))
			watch_path(w, parent, change, suffix, STR_NONE);
		last = parent;
	}
}

/* The last part of a path. */
static str base_name(str path)
{
	str dir = file_dir(path);
	bool bare = str_find(path, '/') == path.n;
	return bare ? path : str_sub(path, dir.n == 1 && dir.p[0] == '/' ? 1 : dir.n + 1, path.n);
}

/* A file or folder: that it comes or goes, and what is in it. */
static void watch_name(struct dev_watch *w, str path, unsigned change, str suffix)
{
	watch_path(w, file_dir(path), change, suffix, base_name(path));
	watch_tree(w, path, change, suffix);
}

static void watch_all(struct dev_watch *w)
{
	const struct settings *s = w->settings;
	const char *given = settings_path(s, SETTING_SCHEMA);
	if (given) {
		watch_name(w, str_from(given), CHANGED_SCHEMA, S(".graphql"));
	} else {
		str file = file_join(w->arena, s->dir, S("schema.graphql"));
		watch_name(w, file, CHANGED_SCHEMA, S(".graphql"));
		watch_name(w, file_join(w->arena, s->dir, S("schema")), CHANGED_SCHEMA,
			S(".graphql"));
	}
	str db = file_join(w->arena, s->dir, S("db"));
	watch_path(w, file_dir(db), CHANGED_SQL, S(".sql"), base_name(db));
	watch_name(w, file_join(w->arena, db, S("schema")), CHANGED_SQL, S(".sql"));
	watch_name(w, file_join(w->arena, db, S("seeds")), CHANGED_SQL, S(".sql"));
	str config =
		s->config_path.n ? s->config_path : file_join(w->arena, s->dir, S("fraiseql.yaml"));
	watch_path(w, file_dir(config), CHANGED_CONFIG, S(".yaml"), base_name(config));
}

static void unwatch_all(struct dev_watch *w)
{
	for (size_t i = 0; i < w->paths.n; i++)
		pathwatch_close(w->paths.at[i]->path);
	w->paths.n = 0;
}

static void on_settled(void *arg)
{
	struct dev_watch *w = arg;
	unsigned changes = w->pending;
	w->pending = 0;
	/* Folders may have come or gone. What changes while `fn` reads is seen: it is watched. */
	unwatch_all(w);
	watch_all(w);
	w->fn(w->arg, changes);
}

struct dev_watch *dev_watch_open(struct loop *l, const struct settings *s, dev_change_fn *fn,
	void *arg)
{
	struct arena *a = arena_open(0);
	struct dev_watch *w = arena_new(a, struct dev_watch);
	*w = (struct dev_watch){ .arena = a, .loop = l, .settings = s, .fn = fn, .arg = arg };
	w->settle = timer_open(l, on_settled, w);
	watch_all(w);
	return w;
}

void dev_watch_close(struct dev_watch *w)
{
	if (!w)
		return;
	unwatch_all(w);
	timer_close(w->settle);
	arena_close(w->arena);
}
