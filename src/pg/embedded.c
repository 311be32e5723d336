/*
 * embedded - a private server's life.
 *
 *     place_find ─▶ stop and drop what was left behind ─▶ initdb, once ─▶ start ─▶ ready ─▶
 * database
 *
 * initdb works in data.new, which becomes `data` by renaming, so a killed initdb leaves nothing
 * that looks like a cluster. The lock is held from the start to the end; whoever holds it may stop
 * a server that is still running on the data: its owner is gone (killed; the parent-death signal is
 * on its way or was not delivered).
 */
#include "pg/embedded_int.h"
#include "pg/sync.h"

#include "base/num.h"
#include "base/vec.h"
#include "ev/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	POLL_MS = 10,
	READY_MS = 300000, /* recovery may take its time; a server that can't start ends */
	SLOW_MS = 3000,
	FAST_STOP_MS = 30000,
	QUICK_STOP_MS = 5000,
	INITDB_MS = 300000,
	LOG_TAIL = 700,
	VERSION_MIN = 15,
};

static const char SUPERUSER[] = "fraiseql";

void embedded_tell(const struct embedded *s, const char *text)
{
	if (s->options->progress)
		s->options->progress(s->options->arg, text);
}

/* ---- the server's own file about itself ---- */

/* A line (from 0) of postmaster.pid, empty when there is none. */
static str pid_file_line(struct arena *a, const struct embedded *s, unsigned line)
{
	enum { LIMIT = 8192 };
	str text;
	struct err ignored;
	const char *path = str_printf(a, "%s/postmaster.pid", s->data_dir).p;
	if (!file_read(a, path, LIMIT, &text, &ignored))
		return STR_NONE;
	str got = STR_NONE;
	for (unsigned i = 0; i <= line; i++)
		got = str_split(&text, '\n');
	return str_trim(got);
}

pid_t embedded_pid_in_file(const struct embedded *s)
{
	int64_t pid = 0;
	if (!num_i64(pid_file_line(s->arena, s, 0), &pid) || pid < 2 || pid > INT32_MAX)
		return 0;
	return (pid_t)pid;
}

/* A server runs in its data directory; any other process of this number is a stranger. */
static bool is_our_server(const struct embedded *s, pid_t pid)
{
	char link[64], cwd[4096];
	snprintf(link, sizeof link, "/proc/%ld/cwd", (long)pid);
	ssize_t n = readlink(link, cwd, sizeof cwd - 1);
	return n > 0 && str_eq((str){ cwd, (size_t)n }, str_from(s->data_dir));
}

static bool wait_gone(const struct embedded *s, pid_t pid, unsigned ms)
{
	for (unsigned waited = 0; is_our_server(s, pid); waited += POLL_MS) {
		if (waited >= ms)
			return false;
		proc_sleep_ms(POLL_MS);
	}
	return true;
}

/* Stops a server whose process of ours is gone; removes a pid file that means somebody else. */
static bool clear_left_over(struct embedded *s, struct err *e)
{
	pid_t pid = embedded_pid_in_file(s);
	if (pid == 0)
		return true;
	if (is_our_server(s, pid)) {
		embedded_tell(s, "stopping a database server that was left behind");
		kill(pid, SIGINT);
		if (wait_gone(s, pid, FAST_STOP_MS))
			return true;
		kill(pid, SIGQUIT);
		if (wait_gone(s, pid, QUICK_STOP_MS))
			return true;
		return err_set(e, ERR_UNAVAILABLE, "the database server %ld in %s does not stop",
			(long)pid, s->data_dir);
	}
	unlink(str_printf(s->arena, "%s/postmaster.pid", s->data_dir).p);
	return true;
}

/* ---- what went wrong ---- */

static bool failed_with_log(const struct embedded *s, const char *what, struct err *e)
{
	char text[LOG_TAIL + 1];
	int fd = open(s->log_path, O_RDONLY | O_CLOEXEC);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	off_t from = size > 350 ? size - 350 : 0;
	ssize_t n = fd < 0 ? 0 : pread(fd, text, LOG_TAIL, from);
	if (fd >= 0)
		close(fd);
	str tail = str_trim((str){ text, n > 0 ? (size_t)n : 0 });
	if (from > 0) /* a line that was cut */
		str_split(&tail, '\n');
	return err_set(e, ERR_UNAVAILABLE, "%s; see %s: %.*s", what, s->log_path, STR_ARG(tail));
}

/* ---- initdb ---- */

/* The files are not forced to the disk, which takes longer than writing them: what a loss of power
 * in the next seconds takes is made again from the project's files. */
static bool run_initdb(struct embedded *s, const char *dir, struct err *e)
{
	int status;
	pid_t pid;
	const char *argv[] = { str_printf(s->arena, "%s/initdb", s->bin_dir).p, "-D", dir, "-U",
		SUPERUSER, "-A", "trust", "--encoding=UTF8", "--locale=C.UTF-8",
		"--no-instructions", "--no-sync", NULL };
	struct proc p = {
		.argv = argv,
		.uid = s->uid,
		.gid = s->gid,
		.drop = s->as_root,
		.dies_with_us = true,
		.output = s->log_path,
	};
	if (!proc_start(s->arena, &p, &pid, e))
		return false;
	if (!proc_wait(pid, INITDB_MS, &status)) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return failed_with_log(s, "the database can't be initialised", e);
}

static bool check_version(const struct embedded *s, const char *dir, struct err *e)
{
	str text;
	uint64_t v = 0;
	if (!file_read(s->arena, str_printf(s->arena, "%s/PG_VERSION", dir).p, 64, &text, e))
		return false;
	if (num_u64(str_trim(text), &v) && v >= VERSION_MIN)
		return true;
	return err_set(e, ERR_CONFIG, "%s has PostgreSQL %.*s; %d or later is needed", s->bin_dir,
		STR_ARG(str_trim(text)), VERSION_MIN);
}

static bool make_cluster(struct embedded *s, struct err *e)
{
	if (file_exists(str_printf(s->arena, "%s/PG_VERSION", s->data_dir).p))
		return true;
	embedded_tell(s, "initialising the database");
	const char *fresh = str_printf(s->arena, "%s/data.new", s->state_dir).p;
	place_remove_tree(fresh);
	if (!place_own_dir(s, fresh, 0700, e) || !run_initdb(s, fresh, e) ||
		!check_version(s, fresh, e))
		return false;
	if (rename(fresh, s->data_dir) != 0)
		return err_errno(e, ERR_IO, "rename to", s->data_dir);
	return true;
}

/* ---- the server ---- */

static bool launch(struct embedded *s, struct err *e)
{
	struct {
		VEC(const char *);
	} v = { 0 };
	struct arena *a = s->arena;
	const char *sockets = str_printf(a, "unix_socket_directories=%s", s->socket_dir).p;
	/* Without "$user": ours has the name of FraiseQL's own schema, where nothing else belongs.
	 */
	const char *const settings[] = { "listen_addresses=", "port=5432", sockets,
		"unix_socket_permissions=0700", "shared_buffers=64MB", "max_connections=100",
		"logging_collector=off", "log_destination=stderr", "lc_messages=C", "timezone=UTC",
		"search_path=public" };
	*vec_push(a, &v) = str_printf(a, "%s/postgres", s->bin_dir).p;
	*vec_push(a, &v) = "-D";
	*vec_push(a, &v) = s->data_dir;
	for (size_t i = 0; i < COUNT(settings); i++) {
		*vec_push(a, &v) = "-c";
		*vec_push(a, &v) = settings[i];
	}
	for (const char *const *more = s->options->settings; more && *more; more++) {
		*vec_push(a, &v) = "-c";
		*vec_push(a, &v) = *more;
	}
	*vec_push(a, &v) = NULL;
	struct proc p = {
		.argv = v.at,
		.uid = s->uid,
		.gid = s->gid,
		.drop = s->as_root,
		.dies_with_us = true,
		.output = s->log_path,
	};
	return proc_start(a, &p, &s->pid, e);
}

bool embedded_is_running(struct embedded *s)
{
	int status;
	if (s->pid && proc_wait(s->pid, 0, &status))
		s->pid = 0;
	return s->pid != 0;
}

/* Line 8 of postmaster.pid says "ready" when connections are taken. */
static bool is_ready(const struct embedded *s, struct arena *scratch)
{
	enum { LINE_STATUS = 7 };
	int64_t pid = 0;
	arena_reset(scratch);
	return num_i64(pid_file_line(scratch, s, 0), &pid) && pid == s->pid &&
		str_eq(pid_file_line(scratch, s, LINE_STATUS), S("ready"));
}

static bool wait_ready(struct embedded *s, struct err *e)
{
	struct arena *scratch = arena_open(0);
	bool ok = false;
	for (unsigned waited = 0; waited < READY_MS; waited += POLL_MS) {
		ok = is_ready(s, scratch);
		if (ok || !embedded_is_running(s))
			break;
		if (waited == SLOW_MS)
			embedded_tell(s, "waiting for the database server");
		proc_sleep_ms(POLL_MS);
	}
	arena_close(scratch);
	return ok ? true : failed_with_log(s, "the database server does not start", e);
}

/* Children of a server that was killed keep its shared memory for a moment: then one more try. */
static bool start_server(struct embedded *s, struct err *e)
{
	enum { TRIES = 20, PAUSE_MS = 250 };
	for (unsigned i = 0; i < TRIES; i++) {
		if (!launch(s, e))
			return false;
		if (wait_ready(s, e))
			return true;
		bool shared = str_find_str(str_from(e->message), S("shared memory block")) <
			strlen(e->message);
		if (s->pid || !shared)
			return false;
		proc_sleep_ms(PAUSE_MS);
	}
	return false;
}

/* ---- the database ---- */

static const char *conninfo_to(const struct embedded *s, const char *database)
{
	struct buf b = buf_on(s->arena);
	buf_printf(&b, "host=%s port=5432 user=%s dbname='", s->socket_dir, SUPERUSER);
	for (const char *p = database; *p; p++) {
		if (*p == '\'' || *p == '\\')
			buf_putc(&b, '\\');
		buf_putc(&b, *p);
	}
	buf_putc(&b, '\'');
	return str_z(s->arena, buf_str(&b));
}

static bool create_in(struct pgsync *db, struct embedded *s, const char *name, struct err *e)
{
	struct pgparam param = { .text = str_from(name) };
	struct pgrows rows;
	if (!pgsync_query(db, s->arena,
		    "select exists (select from pg_database where datname = $1),"
		    " 'create database ' || quote_ident($1)",
		    &param, 1, &rows, e))
		return false;
	if (str_eq(pgrows_get(&rows, 0, 0), S("t")))
		return true;
	return pgsync_exec(db, pgrows_get(&rows, 0, 1), e);
}

static bool create_database(struct embedded *s, struct err *e)
{
	const char *name = s->options->database ? s->options->database : "fraiseql";
	struct pgsync *db;
	if (!pgsync_open(conninfo_to(s, "postgres"), "fraiseql", NULL, &db, e))
		return false;
	bool ok = create_in(db, s, name, e);
	pgsync_close(db);
	s->conninfo = conninfo_to(s, name);
	return ok;
}

/* ---- a server of another process ---- */

/* Waits until it takes connections; its process may be initialising it still. */
static bool wait_shared(struct embedded *s, struct err *e)
{
	enum { LINE_STATUS = 7 };
	struct arena *scratch = arena_open(0);
	bool ready = false;
	for (unsigned waited = 0; waited < FAST_STOP_MS && !ready; waited += POLL_MS) {
		arena_reset(scratch);
		pid_t pid = embedded_pid_in_file(s);
		ready = pid && is_our_server(s, pid) &&
			str_eq(pid_file_line(scratch, s, LINE_STATUS), S("ready"));
		if (!ready)
			proc_sleep_ms(POLL_MS);
	}
	arena_close(scratch);
	return ready ||
		err_set(e, ERR_UNAVAILABLE,
			"another process is using %s, but its database server does not answer",
			s->state_dir);
}

bool embedded_is_shared(const struct embedded *s)
{
	return s->shared;
}

/* ---- the public calls ---- */

static bool run_server(struct embedded *s, struct err *e)
{
	if (!clear_left_over(s, e) || !outside_settle(s, e))
		return false;
	outside_sweep(s);
	return place_find_binaries(s, e) && make_cluster(s, e) && start_server(s, e);
}

static void stop_server(struct embedded *s)
{
	static const struct {
		int signal;
		unsigned ms;
	} STEPS[] = { { SIGINT, FAST_STOP_MS }, { SIGQUIT, QUICK_STOP_MS },
		{ SIGKILL, QUICK_STOP_MS } };
	int status;
	for (size_t i = 0; i < COUNT(STEPS) && s->pid; i++) {
		kill(s->pid, STEPS[i].signal);
		if (proc_wait(s->pid, STEPS[i].ms, &status))
			s->pid = 0;
	}
}

void embedded_stop(struct embedded *s)
{
	if (!s)
		return;
	stop_server(s);
	if (s->socket_dir && !s->shared &&
		!str_starts(str_from(s->socket_dir), str_from(s->state_dir)))
		rmdir(s->socket_dir);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	arena_close(s->arena);
}

bool embedded_start(const struct embedded_options *o, struct embedded **out, struct err *e)
{
	struct arena *a = arena_open(0);
	struct embedded *s = arena_new(a, struct embedded);
	s->arena = a;
	s->options = o;
	s->lock_fd = -1;
	bool ok = place_find(s, e) && (s->shared ? wait_shared(s, e) : run_server(s, e)) &&
		create_database(s, e);
	s->options = NULL;
	if (ok)
		*out = s;
	else
		embedded_stop(s);
	return ok;
}

const char *embedded_conninfo(const struct embedded *s)
{
	return s->conninfo;
}

const char *embedded_log_path(const struct embedded *s)
{
	return s->log_path;
}

const char *embedded_state_dir(const struct embedded *s)
{
	return s->state_dir;
}
