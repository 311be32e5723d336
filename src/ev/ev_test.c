/* ev_test - the loop's promises: order in a turn, wake-ups from threads, closing inside callbacks.
 */
#include "base/check.h"

#include "ev/file.h"
#include "ev/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
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

static void send_it(void *arg)
{
	struct fixture *f = arg;
	wake_send(f->wake);
}

static void test_wake(void **state)
{
	(void)state;
	struct fixture f = { .loop = loop_open() };
	f.wake = wake_open(f.loop, on_wake, &f);
	struct thread *t = thread_start("sender", send_it, &f);
	loop_run(f.loop);
	thread_join(t);
	CHECK_INT("wakes", f.wakes, 1);
	loop_close(f.loop);
	check_end();
}

struct reader {
	struct loop *loop;
	struct watch *watch;
	int fd, bytes, reason;
};

static void read_one(void *arg, int events)
{
	struct reader *r = arg;
	char byte;
	CHECK_TRUE("readable", events & EV_READ);
	if (read(r->fd, &byte, 1) == 1) {
		r->bytes++;
		return;
	}
	r->reason = errno;
	watch_close(r->watch);
	loop_stop(r->loop);
}

static void give_up(void *arg)
{
	struct reader *r = arg;
	loop_stop(r->loop);
}

/* A peer that leaves with unread bytes is an error of the socket, from which there is still to read
 * what it has sent. */
static void test_watch_of_reset(void **state)
{
	(void)state;
	int fd[2];
	struct reader r = { .loop = loop_open() };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	assert_int_equal(write(fd[0], "?", 1), 1);
	assert_int_equal(write(fd[1], "ab", 2), 2);
	close(fd[1]);
	r.fd = fd[0];
	r.watch = watch_open(r.loop, fd[0], read_one, &r);
	watch_set(r.watch, EV_READ);
	struct timer *limit = timer_open(r.loop, give_up, &r);
	timer_set(limit, 10000);
	loop_run(r.loop);
	CHECK_INT("bytes", r.bytes, 2);
	CHECK_INT("then", r.reason, ECONNRESET);
	loop_close(r.loop);
	close(fd[0]);
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
		cmocka_unit_test(test_watch_of_reset),
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
