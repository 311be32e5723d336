/* faults_test - the pool when statements hang, backends die, the server restarts, callers leave. */
#include "pg/test_pool.h"

#include "base/num.h"

#include <signal.h>

/* On a connection that does not belong to the pool under test. */
static void outside(const char *sql)
{
	struct t t;
	struct tjob j;
	open_with(&t, small());
	exec(&t, &j, PGLANE_SLOW, PGTX_NONE, sql);
	CHECK_STR(sql, str_from(j.message), "");
	finish(&t);
}

static struct pgpool_options named(const char *application_name)
{
	struct pgpool_options o = small();
	o.application_name = application_name;
	return o;
}

static void test_deadline_in_a_batch(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[8];
	open_with(&t, small());
	check_value(&t, "select 1", "1");
	uint64_t from = clock_mono_us();
	for (int i = 0; i < 8; i++) {
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select 7 from pg_sleep($1::float)");
		set_param(&j[i], i == 2 ? "5" : "0");
		if (i == 2)
			j[i].job.deadline_us = loop_now_us(t.loop) + 150000;
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	CHECK_TRUE("in time", clock_mono_us() - from < 2000000);
	for (int i = 0; i < 8; i++) {
		CHECK_INT("code", j[i].code, i == 2 ? ERR_TIMEOUT : ERR_NONE);
		CHECK_STR("value", str_from(j[i].out), i == 2 ? "" : "7");
	}
	finish(&t);
}

static void test_deadlines_of_writes(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	open_with(&t, small());
	must(&t, "drop table if exists late");
	must(&t, "create table late (v int)");
	static const enum pgtx TX[] = { PGTX_WRITE, PGTX_NONE };
	for (size_t i = 0; i < COUNT(TX); i++) {
		prepare(&t, &j, PGLANE_ISOLATED, TX[i],
			"insert into late select 1 from pg_sleep(5)");
		j.job.deadline_us = loop_now_us(t.loop) + 100000;
		submit(&t, &j);
		CHECK_TRUE("answered", run(&t));
		CHECK_INT(j.message, j.code, ERR_TIMEOUT);
		CHECK_STR("by the server", str_from(j.diag.sqlstate), "57014");
	}
	check_value(&t, "select count(*) from late", "0");
	finish(&t);
}

/* A deadline beyond the session's statement_timeout is honoured and forgotten. */
static void test_long_deadline_does_not_leak(void **state)
{
	(void)state;
	static const struct {
		enum pglane lane;
		enum pgtx tx;
		bool own;
	} T[] = {
		{ PGLANE_FAST, PGTX_NONE, true },
		{ PGLANE_FAST, PGTX_NONE, false },
		{ PGLANE_ISOLATED, PGTX_READ, true },
		{ PGLANE_ISOLATED, PGTX_WRITE, false },
		{ PGLANE_ISOLATED, PGTX_WRITE, true },
		{ PGLANE_ISOLATED, PGTX_READ, false },
		{ PGLANE_SLOW, PGTX_NONE, true },
		{ PGLANE_SLOW, PGTX_NONE, false },
	};
	struct t t;
	struct tjob j;
	struct pgpool_options o = small();
	o.statement_timeout_ms = 200;
	o.lanes[PGLANE_ISOLATED].connections = 1;
	open_with(&t, o);
	for (size_t i = 0; i < COUNT(T); i++) {
		prepare(&t, &j, T[i].lane, T[i].tx, "select 1 from pg_sleep(0.4)");
		if (T[i].own)
			j.job.deadline_us = loop_now_us(t.loop) + 3000000;
		submit(&t, &j);
		CHECK_TRUE("answered", run(&t));
		CHECK_INT("code", j.code, T[i].own ? ERR_NONE : ERR_TIMEOUT);
	}
	finish(&t);
}

static const char KILL[] = "select pg_terminate_backend(pid) from pg_stat_activity"
			   " where application_name = 'victim'";

static void test_killed_backends(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[4];
	open_with(&t, named("victim"));
	must(&t, "drop table if exists killed");
	must(&t, "create table killed (v int)");
	prepare(&t, &j[0], PGLANE_FAST, PGTX_NONE, "select 1 from pg_sleep(1.5)");
	prepare(&t, &j[1], PGLANE_FAST, PGTX_NONE, "select 2");
	prepare(&t, &j[2], PGLANE_ISOLATED, PGTX_READ, "select 3 from pg_sleep(1.5)");
	prepare(&t, &j[3], PGLANE_ISOLATED, PGTX_WRITE,
		"insert into killed select 4 from pg_sleep(1.5)");
	for (int i = 0; i < 4; i++)
		submit(&t, &j[i]);
	turn_for(&t, 200);
	outside(KILL);
	CHECK_TRUE("all", run(&t));
	static const char *const WANT[] = { "1", "2", "3", "" };
	for (int i = 0; i < 4; i++) {
		CHECK_INT(j[i].message, j[i].code, i == 3 ? ERR_UNAVAILABLE : ERR_NONE);
		CHECK_STR("value", str_from(j[i].out), WANT[i]);
		CHECK_INT("once", j[i].done, 1);
	}
	CHECK_TRUE("says that it is unsure", strstr(j[3].message, "not known") != NULL);
	check_value(&t, "select count(*) from killed", "0");
	outside(KILL);
	turn_for(&t, 20); /* idle connections notice */
	check_value(&t, "select 5", "5");
	CHECK_TRUE("no error is left", pgpool_last_error(t.pool) == NULL);
	finish(&t);
}

static void test_server_restart(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[3];
	struct err e = { 0 };
	struct pgpool_options o = small();
	o.wait_ms = 300;
	open_with(&t, o);
	check_value(&t, "select 1", "1");
	prepare(&t, &j[0], PGLANE_ISOLATED, PGTX_WRITE, "select pg_sleep(30)");
	submit(&t, &j[0]);
	turn_for(&t, 100);
	embedded_stop(test_server.server);
	test_server.server = NULL;
	CHECK_TRUE("running write is told", run(&t));
	CHECK_INT(j[0].message, j[0].code, ERR_UNAVAILABLE);
	turn_for(&t, 50); /* idle connections notice, too */
	CHECK_INT("nobody is ready", pgpool_ready(t.pool, PGLANE_FAST), 0);
	CHECK_TRUE("says why", pgpool_last_error(t.pool) != NULL);
	uint64_t from = clock_mono_us();
	exec(&t, &j[1], PGLANE_FAST, PGTX_NONE, "select 2");
	CHECK_INT(j[1].message, j[1].code, ERR_UNAVAILABLE);
	CHECK_TRUE("within wait_ms", clock_mono_us() - from < 1000000);
	CHECK_TRUE("server", test_server_run(&e));
	for (int i = 0; i < 100 && pgpool_ready(t.pool, PGLANE_FAST) == 0; i++)
		turn_for(&t, 100);
	exec(&t, &j[2], PGLANE_FAST, PGTX_NONE, "select 3");
	CHECK_STR(j[2].message, str_from(j[2].out), "3");
	CHECK_TRUE("no error is left", pgpool_last_error(t.pool) == NULL);
	finish(&t);
}

static void test_changed_view(void **state)
{
	(void)state;
	static const struct {
		enum pglane lane;
		enum pgtx tx;
		int n;
	} T[] = { { PGLANE_FAST, PGTX_NONE, 1 }, { PGLANE_ISOLATED, PGTX_READ, 1 },
		{ PGLANE_ISOLATED, PGTX_READ, 2 }, { PGLANE_ISOLATED, PGTX_WRITE, 1 } };
	static const struct {
		const char *ddl, *want;
	} STEPS[] = {
		{ "create view changing as select 1::int as v", "1" },
		{ "drop view changing; create view changing as select 'a'::text as v, 2 as w",
			"a" },
		{ "drop view changing; create view changing as select now() < now() as v", "f" },
	};
	struct t t;
	struct tjob j;
	struct pgpool_options o = small();
	o.lanes[PGLANE_ISOLATED].connections = 1;
	open_with(&t, o);
	outside("drop view if exists changing");
	for (size_t s = 0; s < COUNT(STEPS); s++) {
		str rest = str_from(STEPS[s].ddl);
		while (rest.n > 0) {
			char sql[200];
			str one = str_split(&rest, ';');
			snprintf(sql, sizeof sql, "%.*s", STR_ARG(one));
			outside(sql);
		}
		for (size_t i = 0; i < COUNT(T); i++) {
			prepare(&t, &j, T[i].lane, T[i].tx, "select * from changing");
			j.stmt[1] = j.stmt[0];
			j.job.nstmts = T[i].n;
			submit(&t, &j);
			CHECK_TRUE("answered", run(&t));
			CHECK_STR(j.message, str_from(j.out), STEPS[s].want);
			CHECK_INT("results", j.results, T[i].n);
		}
	}
	/* And what somebody deallocated. */
	prepare(&t, &j, PGLANE_FAST, PGTX_NONE, "deallocate all");
	j.stmt[0].key = 0;
	submit(&t, &j);
	CHECK_TRUE("answered", run(&t));
	check_value(&t, "select * from changing", "f");
	check_value(&t, "select * from changing", "f");
	finish(&t);
}

static void test_cancel(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[4];
	open_with(&t, named("leaving"));
	must(&t, "drop table if exists left_rows");
	must(&t, "create table left_rows (v int)");
	prepare(&t, &j[0], PGLANE_FAST, PGTX_NONE, "select 1 from pg_sleep(5)");
	prepare(&t, &j[1], PGLANE_FAST, PGTX_NONE, "select 2");
	prepare(&t, &j[2], PGLANE_ISOLATED, PGTX_WRITE,
		"insert into left_rows select 3 from pg_sleep(0.3)");
	prepare(&t, &j[3], PGLANE_FAST, PGTX_NONE, "select 4");
	for (int i = 0; i < 3; i++)
		submit(&t, &j[i]);
	turn_for(&t, 100);
	submit(&t, &j[3]);
	for (int i = 0; i < 4; i++)
		if (i != 1)
			pgpool_cancel(t.pool, &j[i].job);
	CHECK_INT("not inside cancel", j[0].done + j[3].done, 0);
	uint64_t from = clock_mono_us();
	CHECK_TRUE("all", run(&t));
	CHECK_TRUE("the statement was cancelled", clock_mono_us() - from < 2000000);
	CHECK_INT("running read", j[0].code, ERR_UNAVAILABLE);
	CHECK_INT("in the same batch", j[1].code, ERR_NONE);
	CHECK_STR("in the same batch", str_from(j[1].out), "2");
	CHECK_INT("running write is left to finish", j[2].code, ERR_NONE);
	CHECK_INT("but nobody is told", j[2].results, 0);
	CHECK_INT("waiting", j[3].code, ERR_UNAVAILABLE);
	check_value(&t, "select count(*) from left_rows", "1");
	finish(&t);
}

static void test_held_too_long(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[3];
	open_with(&t, small());
	must(&t, "drop table if exists waiting");
	must(&t, "create table waiting (v int)");
	for (int i = 0; i < 3; i++) {
		prepare(&t, &j[i], PGLANE_ISOLATED, PGTX_WRITE, "insert into waiting values (1)");
		j[i].job.hold = true;
		j[i].job.deadline_us = loop_now_us(t.loop) + (i == 2 ? 200000 : 5000000);
		submit(&t, &j[i]);
		turn_for(&t, 50);
		CHECK_INT("waits", j[i].done, 0);
		CHECK_INT("for the verdict", j[i].results, 1);
		if (i == 0)
			pgpool_finish(t.pool, &j[i].job, true);
		if (i == 1)
			pgpool_cancel(t.pool, &j[i].job);
		CHECK_TRUE("answered", run(&t));
	}
	CHECK_INT("committed later", j[0].code, ERR_NONE);
	CHECK_INT("left by its caller", j[1].code, ERR_UNAVAILABLE);
	CHECK_INT("past its deadline", j[2].code, ERR_TIMEOUT);
	check_value(&t, "select count(*) from waiting", "1");
	finish(&t);
}

static void test_close_with_work(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[40];
	open_with(&t, small());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 40; i++) {
		enum pgtx tx = i % 3 ? PGTX_NONE : PGTX_WRITE;
		prepare(&t, &j[i], tx ? PGLANE_ISOLATED : PGLANE_FAST, tx, "select pg_sleep(1)");
		submit(&t, &j[i]);
	}
	turn_for(&t, 50);
	pgpool_close(t.pool);
	for (int i = 0; i < 40; i++) {
		CHECK_INT("once", j[i].done, 1);
		CHECK_INT("code", j[i].code, ERR_UNAVAILABLE);
	}
	loop_close(t.loop);
	check_end();
}

static void test_nobody_there(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[2];
	struct pgpool_options o = small();
	o.conninfo = "host=/nonexistent";
	o.wait_ms = 100;
	open_with(&t, o);
	t.log.level = LOG_LEVEL_ERROR;
	exec(&t, &j[0], PGLANE_FAST, PGTX_NONE, "select 1");
	CHECK_INT(j[0].message, j[0].code, ERR_UNAVAILABLE);
	CHECK_TRUE("says why", strstr(j[0].message, "/nonexistent") != NULL);
	finish(&t);
}

/* A commit that does not come: its job is told that nobody knows. */
static void test_hung_commit(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	open_with(&t, small());
	must(&t, "drop table if exists hung");
	must(&t, "create table hung (v int)");
	must(&t,
		"create or replace function hang() returns trigger language plpgsql as"
		" $$ begin perform pg_sleep(7); return null; end $$");
	must(&t,
		"create constraint trigger hang after insert on hung deferrable initially deferred"
		" for each row execute function hang()");
	prepare(&t, &j, PGLANE_ISOLATED, PGTX_WRITE, "insert into hung values (1)");
	j.job.deadline_us = loop_now_us(t.loop) + 500000;
	j.job.hold = true;
	j.verdict = 1;
	submit(&t, &j);
	CHECK_TRUE("answered", run(&t));
	CHECK_INT(j.message, j.code, ERR_UNAVAILABLE);
	CHECK_TRUE("says that it is unsure", strstr(j.message, "not known") != NULL);
	check_value(&t, "select 1", "1");
	finish(&t);
}

/* A backend that neither works nor ends, as behind a network that swallows everything. */
static void test_frozen_backend(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[2];
	int64_t pid = 0;
	struct pgpool_options o = small();
	o.lanes[PGLANE_ISOLATED].connections = 1;
	open_with(&t, o);
	exec(&t, &j[0], PGLANE_ISOLATED, PGTX_NONE, "select pg_backend_pid()");
	assert_true(num_i64(str_from(j[0].out), &pid) && pid > 1);
	assert_int_equal(kill((pid_t)pid, SIGSTOP), 0);
	prepare(&t, &j[0], PGLANE_ISOLATED, PGTX_WRITE, "select 1");
	j[0].job.deadline_us = loop_now_us(t.loop) + 100000;
	submit(&t, &j[0]);
	CHECK_TRUE("answered", run(&t));
	CHECK_INT(j[0].message, j[0].code, ERR_UNAVAILABLE);
	exec(&t, &j[1], PGLANE_ISOLATED, PGTX_WRITE, "select 2");
	CHECK_STR("on a new connection", str_from(j[1].out), "2");
	kill((pid_t)pid, SIGCONT);
	finish(&t);
}

struct ending {
	struct t t;
	struct tjob j[6];
	pid_t pid;
};

static void end_and_submit(void *arg)
{
	struct ending *x = arg;
	kill(x->pid, SIGTERM);
	for (int i = 0; i < 5000 && kill(x->pid, 0) == 0; i++)
		test_sleep_ms(1);
	for (size_t i = 0; i < COUNT(x->j); i++)
		submit(&x->t, &x->j[i]);
}

/*
 * A backend that ends before a batch is sent, in the same turn of the loop: libpq reads the end,
 * and closes its socket, in the middle of writing.
 */
static void test_end_seen_while_sending(void **state)
{
	(void)state;
	static const enum pgtx TX[] = { PGTX_READ, PGTX_WRITE };
	struct ending x;
	struct tjob j;
	int64_t pid = 0;
	struct pgpool_options o = small();
	o.lanes[PGLANE_ISOLATED].connections = 1;
	open_with(&x.t, o);
	for (size_t k = 0; k < COUNT(TX); k++) {
		exec(&x.t, &j, PGLANE_ISOLATED, PGTX_READ, "select pg_backend_pid()");
		assert_true(num_i64(str_from(j.out), &pid) && pid > 1);
		x.pid = (pid_t)pid;
		for (size_t i = 0; i < COUNT(x.j); i++)
			prepare(&x.t, &x.j[i], PGLANE_ISOLATED, TX[k], "select 1");
		struct wake *wake = wake_open(x.t.loop, end_and_submit, &x);
		wake_send(wake);
		loop_turn(x.t.loop, true);
		CHECK_TRUE("all", run(&x.t));
		for (size_t i = 0; i < COUNT(x.j); i++)
			CHECK_INT(x.j[i].message, x.j[i].code,
				TX[k] == PGTX_WRITE && i == 0 ? ERR_UNAVAILABLE : ERR_NONE);
		wake_close(wake);
	}
	finish(&x.t);
}

/* Half of the jobs hang and are given up: the others must not notice, however often a cancel hits
 * the wrong one. */
static void test_cancel_storm(void **state)
{
	(void)state;
	enum { N = 120 };
	static struct tjob j[N];
	struct t t;
	struct pgpool_options o = small();
	o.lanes[PGLANE_FAST].connections = 2;
	open_with(&t, o);
	check_value(&t, "select 1", "1");
	for (int i = 0; i < N; i++) {
		bool hangs = i % 10 == 3;
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select 7 from pg_sleep($1::float)");
		set_param(&j[i], hangs ? "9" : "0.001");
		if (hangs)
			j[i].job.deadline_us = loop_now_us(t.loop) + 30000u + (unsigned)i * 2000u;
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < N; i++)
		CHECK_INT(j[i].message, j[i].code, i % 10 == 3 ? ERR_TIMEOUT : ERR_NONE);
	finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_deadline_in_a_batch),
		cmocka_unit_test(test_deadlines_of_writes),
		cmocka_unit_test(test_long_deadline_does_not_leak),
		cmocka_unit_test(test_killed_backends),
		cmocka_unit_test(test_server_restart),
		cmocka_unit_test(test_changed_view),
		cmocka_unit_test(test_cancel),
		cmocka_unit_test(test_held_too_long),
		cmocka_unit_test(test_close_with_work),
		cmocka_unit_test(test_nobody_there),
		cmocka_unit_test(test_cancel_storm),
		cmocka_unit_test(test_hung_commit),
		cmocka_unit_test(test_frozen_backend),
		cmocka_unit_test(test_end_seen_while_sending),
	};
	return cmocka_run_group_tests(tests, test_server_begin, test_server_finish);
}
