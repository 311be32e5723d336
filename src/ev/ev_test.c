/* ev_test - the loop's promises: order in a turn, wake-ups from threads, closing inside callbacks.
 */
#include "base/check.h"

#include "ev/file.h"
#include "ev/loop.h"

#include <stdlib.h>
#include <unistd.h>

struct fixture {
	struct loop *loop;
	struct timer *timer;
	struct hook *hook;
	struct wake *wake;
	int timers, hooks, wakes;
};

static void on_timer(void *arg)
{
	struct fixture *f = arg;
	if (++f->timers == 3)
		timer_close(f->timer);
}

static void on_hook(void *arg)
{
	struct fixture *f = arg;
	f->hooks++;
}

static void test_timer_and_hook(void **state)
{
	(void)state;
	struct fixture f = { .loop = loop_open() };
	f.timer = timer_open(f.loop, on_timer, &f);
	f.hook = hook_open(f.loop, on_hook, &f);
	timer_every(f.timer, 1);
	loop_run(f.loop);
	CHECK_INT("timers", f.timers, 3);
	CHECK_TRUE("hooks ran", f.hooks >= 3);
	loop_close(f.loop);
	check_end();
}

static void on_wake(void *arg)
{
	struct fixture *f = arg;
	f->wakes++;
	wake_close(f->wake);
}

static void send(void *arg)
{
	struct fixture *f = arg;
	wake_send(f->wake);
}

static void test_wake(void **state)
{
	(void)state;
	struct fixture f = { .loop = loop_open() };
	f.wake = wake_open(f.loop, on_wake, &f);
	struct thread *t = thread_start("sender", send, &f);
	loop_run(f.loop);
	thread_join(t);
	CHECK_INT("wakes", f.wakes, 1);
	loop_close(f.loop);
	check_end();
}

static void test_files(void **state)
{
	(void)state;
	char dir[] = "/tmp/fraiseql-ev-XXXXXX";
	assert_non_null(mkdtemp(dir));
	struct arena *a = arena_open(0);
	struct err e = { 0 };
	const char *sub = str_printf(a, "%s/x/y", dir).p;
	CHECK_TRUE("mkdirs", file_mkdirs(sub, 0700, &e));
	CHECK_TRUE("write", file_write(str_printf(a, "%s/b.sql", sub).p, S("one"), &e));
	CHECK_TRUE("replace", file_write(str_printf(a, "%s/b.sql", sub).p, S("two"), &e));
	CHECK_TRUE("write", file_write(str_printf(a, "%s/a.sql", dir).p, S(""), &e));
	str text, *paths;
	size_t n;
	CHECK_TRUE("read", file_read(a, str_printf(a, "%s/b.sql", sub).p, 3, &text, &e));
	CHECK_STR("text", text, "two");
	CHECK_TRUE("limit", !file_read(a, str_printf(a, "%s/b.sql", sub).p, 2, &text, &e));
	CHECK_INT("code", e.code, ERR_TOO_LARGE);
	CHECK_TRUE("list", file_list(a, str_from(dir), S(".sql"), &paths, &n, &e));
	CHECK_INT("files", n, 2);
	CHECK_TRUE("sorted", n == 2 && str_ends(paths[0], S("/a.sql")));
	CHECK_STR("dir", file_dir(S("/a/b.c")), "/a");
	CHECK_STR("join", file_join(a, S("/a"), S("b.c")), "/a/b.c");
	CHECK_STR("join here", file_join(a, S("."), S("b.c")), "b.c");
	unlink(paths[0].p ? str_z(a, paths[0]) : "");
	unlink(str_z(a, paths[1]));
	rmdir(sub);
	rmdir(str_printf(a, "%s/x", dir).p);
	rmdir(dir);
	arena_close(a);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timer_and_hook),
		cmocka_unit_test(test_wake),
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
