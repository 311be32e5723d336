/*
 * embedded_test - the private server through its accidents: two owners, killed owners, stale files,
 * long and closed paths. One cluster is initialised and used by all tests in turn.
 */
#include "base/check.h"

#include "ev/file.h"
#include "pg/sync.h"
#include "pg/test_server.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static bool start(const char *dir, struct embedded **out, struct err *e)
{
	static const char *const SETTINGS[] = { "fsync=off", NULL };
	struct embedded_options o = { .dir = dir, .settings = SETTINGS };
	return embedded_start(&o, out, e);
}

/* The value of a query, on the server. */
static void check_query(const struct embedded *s, const char *sql, const char *want)
{
	struct arena *a = arena_open(0);
	struct err e = { 0 };
	struct pgsync *db = NULL;
	str got = STR_NONE;
	if (!pgsync_open(embedded_conninfo(s), "test", NULL, &db, &e) ||
		!pgsync_value(db, a, sql, &got, &e))
		got = str_from(e.message);
	CHECK_STR(sql, got, want);
	pgsync_close(db);
	arena_close(a);
}

static void test_start_and_stop(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct embedded *s = NULL, *second = NULL;
	CHECK_TRUE("start", start(test_server.dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	check_query(s, "select current_database()", "fraiseql");
	check_query(s, "show search_path", "public");
	check_query(s, "select current_setting('listen_addresses')", "");
	check_query(s, "select 1 from (select pg_backend_pid()) x", "1");
	CHECK_TRUE("running", embedded_is_running(s));
	CHECK_TRUE("a second owner is refused", !start(test_server.dir, &second, &e));
	CHECK_INT("code", e.code, ERR_UNAVAILABLE);
	char pid[32];
	snprintf(pid, sizeof pid, "by process %ld", (long)getpid());
	CHECK_TRUE("says by whom", strstr(e.message, pid) != NULL);
	check_query(s, "create table kept as select 7 as v", NULL);
	embedded_stop(s);
	check_end();
}

static pid_t server_pid(const struct embedded *s)
{
	return s->pid;
}

/* In a child: starts the server, says so through the pipe, waits to be killed. */
static void own_until_killed(int fd)
{
	struct err e = { 0 };
	struct embedded *s = NULL;
	pid_t pid = start(test_server.dir, &s, &e) ? server_pid(s) : -1;
	if (pid < 0)
		print_error("%s\n", e.message);
	if (write(fd, &pid, sizeof pid) != sizeof pid)
		abort();
	for (;;)
		pause();
}

static void test_owner_killed(void **state)
{
	(void)state;
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	pid_t owner = fork();
	if (owner == 0)
		own_until_killed(fds[1]);
	pid_t pid = -1;
	assert_int_equal(read(fds[0], &pid, sizeof pid), sizeof pid);
	assert_true(pid > 0);
	kill(pid, SIGSTOP); /* so that it can't follow its owner in time */
	kill(owner, SIGKILL);
	waitpid(owner, NULL, 0);
	CHECK_INT("the server is still there", kill(pid, 0), 0);
	kill(pid, SIGCONT);
	struct err e = { 0 };
	struct embedded *s = NULL;
	CHECK_TRUE("start again", start(test_server.dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	if (s) {
		CHECK_TRUE("another server", server_pid(s) != pid);
		check_query(s, "select v from kept", "7");
	}
	embedded_stop(s);
	close(fds[0]);
	close(fds[1]);
	check_end();
}

static void test_server_killed(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct embedded *s = NULL;
	assert_true(start(test_server.dir, &s, &e));
	kill(server_pid(s), SIGKILL);
	for (int i = 0; i < 200 && embedded_is_running(s); i++)
		test_sleep_ms(10);
	CHECK_TRUE("noticed", !embedded_is_running(s));
	embedded_stop(s);
	s = NULL;
	CHECK_TRUE("recovered", start(test_server.dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	if (s)
		check_query(s, "select v from kept", "7");
	embedded_stop(s);
	check_end();
}

static void test_stale_pid_file(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct embedded *s = NULL;
	char path[300], text[64];
	/* A live process that is not a server: this one. */
	snprintf(path, sizeof path, "%s/data/postmaster.pid", test_server.dir);
	int n = snprintf(text, sizeof text, "%ld\n/nowhere\n1\n5432\n", (long)getpid());
	assert_true(file_write(path, (str){ text, (size_t)n }, &e));
	CHECK_TRUE("start", start(test_server.dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	embedded_stop(s);
	check_end();
}

static void test_no_binaries(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct embedded *s = NULL;
	struct embedded_options o = { .dir = test_server.dir, .bin_dir = "/nonexistent" };
	CHECK_TRUE("refused", !embedded_start(&o, &s, &e));
	CHECK_INT("code", e.code, ERR_CONFIG);
	CHECK_TRUE("names the package", strstr(e.message, "postgresql-") != NULL);
	check_end();
}

static void test_bad_setting(void **state)
{
	(void)state;
	static const char *const SETTINGS[] = { "no_such_setting=1", NULL };
	struct err e = { 0 };
	struct embedded *s = NULL;
	struct embedded_options o = { .dir = test_server.dir, .settings = SETTINGS };
	CHECK_TRUE("refused", !embedded_start(&o, &s, &e));
	CHECK_INT("code", e.code, ERR_UNAVAILABLE);
	CHECK_TRUE("shows the log", strstr(e.message, "no_such_setting") != NULL);
	check_end();
}

static void test_long_path(void **state)
{
	(void)state;
	struct err e = { 0 };
	struct embedded *s = NULL;
	char dir[600], name[121];
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	snprintf(dir, sizeof dir, "%s/long/it's %s", test_server.dir, name);
	CHECK_TRUE("start", start(dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	if (s)
		check_query(s, "select 1", "1");
	embedded_stop(s);
	check_end();
}

/* ---- data outside of the project ---- */

/* Root's project in a directory that nobody else may enter. */
struct closed {
	char project[320], outside[300], state_dir[340], said[2000];
};

static void on_progress(void *arg, const char *text)
{
	char *said = ((struct closed *)arg)->said;
	snprintf(said + strlen(said), 2000 - strlen(said), "%s\n", text);
}

static struct closed closed_project(const char *name)
{
	struct closed c = { 0 };
	struct err e;
	char closed[300];
	snprintf(closed, sizeof closed, "%s/closed", test_server.dir);
	snprintf(c.outside, sizeof c.outside, "%s/outside", test_server.dir);
	snprintf(c.project, sizeof c.project, "%s/%s", closed, name);
	assert_true(file_mkdirs(closed, 0700, &e) && chmod(closed, 0700) == 0);
	return c;
}

static struct embedded *closed_start(struct closed *c)
{
	static const char *const SETTINGS[] = { "fsync=off", NULL };
	struct embedded_options o = { .dir = c->project,
		.outside = c->outside,
		.settings = SETTINGS,
		.progress = on_progress,
		.arg = c };
	struct err e = { 0 };
	struct embedded *s = NULL;
	c->said[0] = '\0';
	CHECK_TRUE("start", embedded_start(&o, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	assert_non_null(s);
	snprintf(c->state_dir, sizeof c->state_dir, "%s", embedded_state_dir(s));
	return s;
}

static bool said(const struct closed *c, const char *text)
{
	return strstr(c->said, text) != NULL;
}

static bool was_kept(struct closed *c)
{
	struct embedded *s = closed_start(c);
	struct err e = { 0 };
	struct pgsync *db = NULL;
	bool ok = pgsync_open(embedded_conninfo(s), "test", NULL, &db, &e) &&
		pgsync_exec(db, S("select from kept"), &e);
	pgsync_close(db);
	embedded_stop(s);
	return ok;
}

static void test_closed_path(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	struct closed c = closed_project("project");
	struct embedded *s = closed_start(&c);
	check_query(s, "create table kept ()", NULL);
	CHECK_TRUE("elsewhere", str_starts(str_from(c.state_dir), str_from(c.outside)));
	CHECK_TRUE("new", said(&c, "initialising"));
	embedded_stop(s);
	CHECK_TRUE("kept", was_kept(&c));
	CHECK_TRUE("says nothing", !said(&c, "dropping"));

	place_remove_tree(c.project);
	CHECK_TRUE("begins afresh", !was_kept(&c));
	CHECK_TRUE("says so", said(&c, "dropping"));
	place_remove_tree(c.project);
	place_remove_tree(c.state_dir);
	check_end();
}

/* What an earlier version made has no mark, but a note that names it. */
static void test_closed_path_unmarked(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	struct closed c = closed_project("unmarked");
	struct embedded *s = closed_start(&c);
	check_query(s, "create table kept ()", NULL);
	embedded_stop(s);
	char mark[400];
	snprintf(mark, sizeof mark, "%s/project", c.state_dir);
	assert_int_equal(unlink(mark), 0);
	CHECK_TRUE("kept", was_kept(&c));
	CHECK_TRUE("marked", file_exists(mark));

	assert_int_equal(unlink(mark), 0);
	place_remove_tree(c.project);
	CHECK_TRUE("not dropped: it is not certain whose it is", was_kept(&c));

	struct err e = { 0 };
	assert_true(file_write(mark, S("/somebody/else\n0 0 /\n"), &e));
	struct embedded_options o = { .dir = c.project, .outside = c.outside };
	CHECK_TRUE("another's is refused", !embedded_start(&o, &s, &e));
	CHECK_INT("code", e.code, ERR_CONFIG);
	CHECK_TRUE("says whose", strstr(e.message, "/somebody/else") != NULL);
	place_remove_tree(c.project);
	place_remove_tree(c.state_dir);
	check_end();
}

/* Another project's start, as far as it matters here: does `path` survive it? */
static bool survives(struct closed *c, const char *path)
{
	struct embedded_options o = { .outside = c->outside, .progress = on_progress, .arg = c };
	struct embedded s = { .arena = arena_open(0), .options = &o, .as_root = true };
	c->said[0] = '\0';
	outside_sweep(&s);
	arena_close(s.arena);
	return file_exists(path);
}

static void test_project_gone(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	struct closed gone = closed_project("gone"), other = closed_project("other");
	struct embedded *s = closed_start(&gone);
	place_remove_tree(gone.project);
	CHECK_TRUE("a running server's data stay", survives(&gone, gone.state_dir));
	embedded_stop(s);
	embedded_stop(closed_start(&other));
	CHECK_TRUE("dropped", !file_exists(gone.state_dir));
	CHECK_TRUE("says so", said(&other, "dropping") && said(&other, gone.project));
	CHECK_TRUE("nothing else is", survives(&other, other.state_dir));
	CHECK_STR("says", str_from(other.said), "");
	place_remove_tree(other.project);
	place_remove_tree(other.state_dir);
	check_end();
}

static void write_text(const char *path, const char *text)
{
	struct err e = { 0 };
	CHECK_TRUE(path, file_write(path, str_from(text), &e));
}

/* What is not certainly ours stays: the mark … */
static void check_other_marks(struct closed *c, const char *data)
{
	char mark[400], hidden[400], text[400];
	snprintf(mark, sizeof mark, "%s/project", c->state_dir);
	snprintf(hidden, sizeof hidden, "%s/hidden", c->state_dir);
	rename(mark, hidden);
	CHECK_TRUE("no mark", survives(c, data));
	assert_int_equal(symlink(hidden, mark), 0);
	CHECK_TRUE("a mark that is a link", survives(c, data));
	unlink(mark);
	snprintf(text, sizeof text, "%s\n0 0 /\n", c->project);
	write_text(mark, text);
	CHECK_TRUE("a project on another file system", survives(c, data));
	rename(hidden, mark);
}

/* … and the directory. */
static void check_other_dirs(struct closed *c, const char *data)
{
	char other[400];
	snprintf(other, sizeof other, "%s0", c->state_dir);
	chmod(c->state_dir, 0777);
	CHECK_TRUE("a directory that others can write", survives(c, data));
	chmod(c->state_dir, 0755);
	rename(c->state_dir, other);
	CHECK_TRUE("a directory of another name", survives(c, other));
	assert_int_equal(symlink(other, c->state_dir), 0);
	CHECK_TRUE("a link", survives(c, data));
	unlink(c->state_dir);
	rename(other, c->state_dir);
}

static void test_not_ours(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	struct closed c = closed_project("gone");
	embedded_stop(closed_start(&c));
	place_remove_tree(c.project);
	char data[400], path[400], text[40];
	snprintf(data, sizeof data, "%s/data/PG_VERSION", c.state_dir);
	check_other_marks(&c, data);
	check_other_dirs(&c, data);

	snprintf(path, sizeof path, "%s/data/postmaster.pid", c.state_dir);
	snprintf(text, sizeof text, "%ld\n", (long)getpid());
	write_text(path, text);
	CHECK_TRUE("a server that may be running", survives(&c, data));
	unlink(path);

	snprintf(path, sizeof path, "%s/foreign", c.state_dir);
	write_text(path, "");
	CHECK_TRUE("a file that is not ours", survives(&c, path));
	CHECK_TRUE("the rest is dropped", !file_exists(data));
	place_remove_tree(c.state_dir);
	check_end();
}

static int make_dir(void **state)
{
	(void)state;
	return test_dir(test_server.dir, sizeof test_server.dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	place_remove_tree(test_server.dir);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_and_stop),
		cmocka_unit_test(test_owner_killed),
		cmocka_unit_test(test_server_killed),
		cmocka_unit_test(test_stale_pid_file),
		cmocka_unit_test(test_no_binaries),
		cmocka_unit_test(test_bad_setting),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_closed_path),
		cmocka_unit_test(test_closed_path_unmarked),
		cmocka_unit_test(test_project_gone),
		cmocka_unit_test(test_not_ours),
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
