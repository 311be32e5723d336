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

/* Root's project in a directory that nobody else may enter. */
static void test_closed_path(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	struct err e = { 0 };
	struct embedded *s = NULL;
	char closed[300], dir[320];
	snprintf(closed, sizeof closed, "%s/closed", test_server.dir);
	snprintf(dir, sizeof dir, "%s/project", closed);
	assert_true(file_mkdirs(closed, 0700, &e));
	CHECK_TRUE("start", start(dir, &s, &e));
	CHECK_STR("error", str_from(e.message), "");
	char state_dir[300] = "";
	if (s) {
		check_query(s, "select 1", "1");
		snprintf(state_dir, sizeof state_dir, "%s", embedded_state_dir(s));
		CHECK_TRUE("elsewhere", str_starts(str_from(state_dir), S("/var/lib/fraiseql/")));
	}
	embedded_stop(s);
	if (state_dir[0])
		place_remove_tree(state_dir);
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
	};
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
