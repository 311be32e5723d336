/* pg/test_server.h - a server for tests: started by the embedded module in a temporary directory.
 */
#pragma once

#include "base/arena.h"
#include "pg/embedded_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static struct test_server {
	char dir[256];
	struct embedded *server;
} test_server;

static inline void test_sleep_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
	nanosleep(&t, NULL);
}

/* A new directory that the server's user can enter, too. */
static inline bool test_dir(char *out, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	snprintf(out, size, "%s/fraiseql-test-XXXXXX", tmp ? tmp : "/tmp");
	return mkdtemp(out) != NULL && chmod(out, 0755) == 0;
}

static inline bool test_server_run(struct err *e)
{
	static const char *const SETTINGS[] = { "fsync=off", "max_prepared_transactions=4", NULL };
	struct embedded_options o = { .dir = test_server.dir, .settings = SETTINGS };
	return embedded_start(&o, &test_server.server, e);
}

/* For cmocka_run_group_tests. */
static inline int test_server_begin(void **state)
{
	(void)state;
	struct err e = { .message = "no temporary directory" };
	if (test_dir(test_server.dir, sizeof test_server.dir) && test_server_run(&e))
		return 0;
	fprintf(stderr, "%s\n", e.message);
	return -1;
}

static inline int test_server_finish(void **state)
{
	(void)state;
	embedded_stop(test_server.server);
	test_server.server = NULL;
	place_remove_tree(test_server.dir);
	return 0;
}

static inline const char *test_conninfo(void)
{
	return embedded_conninfo(test_server.server);
}
