/* share_test - jobs that are answered by one statement get what each would have got by itself. */
#include "pg/test_pool.h"

#define MANY_SELECT(list) "select " list " from unnest($1::text[]) with ordinality many (p1, n)"
#define MANY(inner) MANY_SELECT("many.n, one.*") " cross join lateral (" inner ") one"

static void shared(struct t *t, struct tjob *j, const char *sql, const char *many,
	const char *param)
{
	prepare(t, j, PGLANE_FAST, PGTX_NONE, sql);
	set_param(j, param);
	j->stmt[0].shares = true;
	j->stmt[0].many_sql = many;
	j->stmt[0].many_key = many ? str_hash(str_from(many), 1) : 0;
}

/* It was answered once: with rows, or without and why. */
static void check_once(const struct tjob *j, enum err_code code)
{
	CHECK_INT(j->message, j->code, code);
	CHECK_INT("results", j->results, code == ERR_NONE);
	CHECK_INT("once", j->done, 1);
}

static void submit_all(struct t *t, struct tjob *j, int n)
{
	for (int i = 0; i < n; i++)
		submit(t, &j[i]);
}

static struct pgpool_options generic(void)
{
	struct pgpool_options o = small();
	o.plan_cache_mode = "force_generic_plan";
	return o;
}

static void check_equal(bool share)
{
	struct t t;
	struct tjob j[100];
	struct pgpool_options o = small();
	o.share = share;
	open_with(&t, o);
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 100; i++)
		shared(&t, &j[i], "select 2 * $1::int", NULL, i % 2 ? "21" : "4");
	submit_all(&t, j, 100);
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < 100; i++) {
		CHECK_STR("value", str_from(j[i].out), i % 2 ? "42" : "8");
		check_once(&j[i], ERR_NONE);
	}
	struct pgpool_stats s = pgpool_stats(t.pool);
	CHECK_INT("shared", s.shared, share ? 98 : 0);
	CHECK_INT("batches", s.batches - 1, share ? 1 : 7);
	finish(&t);
}

static void test_equal(void **state)
{
	(void)state;
	check_equal(true);
	check_equal(false);
}

/* What differs: parameters, texts, the lane, a setting, whether it may. */
static void test_unequal(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[6];
	static const struct pgsetting SET = { "app.user_id", "u1" };
	open_with(&t, small());
	check_value(&t, "select 1", "1");
	shared(&t, &j[0], "select $1::text", NULL, "a");
	shared(&t, &j[1], "select $1::text", NULL, "b");
	shared(&t, &j[2], "select upper($1::text)", NULL, "a");
	shared(&t, &j[3], "select $1::text", NULL, "a");
	j[3].stmt[0].shares = false;
	shared(&t, &j[4], "select $1::text", NULL, "a");
	j[4].param[0].null = true;
	prepare(&t, &j[5], PGLANE_ISOLATED, PGTX_READ, "select $1::text");
	set_param(&j[5], "a");
	j[5].stmt[0].shares = true;
	j[5].job.settings = &SET;
	j[5].job.nsettings = 1;
	submit_all(&t, j, 6);
	CHECK_TRUE("all", run(&t));
	static const char *const WANT[] = { "a", "b", "A", "a", "", "a" };
	for (size_t i = 0; i < COUNT(WANT); i++)
		CHECK_STR("value", str_from(j[i].out), WANT[i]);
	CHECK_INT("shared", pgpool_stats(t.pool).shared, 0);
	finish(&t);
}

/* Sets that differ become one statement, also those that need quotes; null is a set. */
static void test_many(void **state)
{
	(void)state;
	enum { N = 150 };
	static const char *const TEXTS[] = { "a", "", "NULL", "null", "a,b", "{a}", "\"", "\\",
		"a\\\"b", " a ", "\n", "ä€😀", "''" };
	static struct tjob j[N];
	static char param[N][16];
	struct t t;
	open_with(&t, generic());
	check_value(&t, "select 1", "1");
	for (size_t i = 0; i < N; i++) {
		bool own = i % 3 == 0;
		snprintf(param[i], sizeof param[i], "%zu", i);
		shared(&t, &j[i], "select '<' || $1::text || '>' where $1::text <> '9' limit 1",
			MANY("select '<' || many.p1::text || '>' where many.p1::text <> '9' "
			     "limit 1"),
			own ? param[i] : TEXTS[i % COUNT(TEXTS)]);
		j[i].param[0].null = i % 50 == 49;
	}
	submit_all(&t, j, N);
	CHECK_TRUE("all", run(&t));
	for (size_t i = 0; i < N; i++) {
		char want[40];
		bool none = j[i].param[0].null || i == 9;
		snprintf(want, sizeof want, "<%s>", j[i].param[0].text.p);
		CHECK_STR("value", str_from(j[i].out), none ? "none" : want);
		check_once(&j[i], ERR_NONE);
	}
	struct pgpool_stats s = pgpool_stats(t.pool);
	CHECK_INT("batches", s.batches, 2);
	CHECK_INT("all but the lead of each group", s.shared, N - 1);
	CHECK_INT("prepared", s.prepared, 2);
	finish(&t);
}

/* More sets than a statement has places for. */
static void test_places(void **state)
{
	(void)state;
	enum { N = 300 };
	static struct tjob j[N];
	static char param[N][16];
	struct t t;
	open_with(&t, generic());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < N; i++) {
		snprintf(param[i], sizeof param[i], "%d", i);
		shared(&t, &j[i], "select $1::text", MANY("select many.p1"), param[i]);
	}
	submit_all(&t, j, N);
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < N; i++)
		CHECK_STR("value", str_from(j[i].out), param[i]);
	CHECK_INT("five statements", pgpool_stats(t.pool).shared, N - 5);
	finish(&t);
}

/* One set of parameters fails: only its job does. */
static void test_one_fails(void **state)
{
	(void)state;
	static const char *const PARAMS[] = { "4", "5", "0", "4", "x", "10" };
	static const char *const WANT[] = { "25", "20", "", "25", "", "10" };
	static const char *const STATES[] = { "", "", "22012", "", "22P02", "" };
	enum { N = 2 * COUNT(PARAMS) };
	struct t t;
	struct tjob j[N];
	open_with(&t, generic());
	for (size_t i = 0; i < N; i++)
		shared(&t, &j[i], "select 100 / $1::text::int",
			MANY("select 100 / many.p1::text::int"), PARAMS[i % COUNT(PARAMS)]);
	submit_all(&t, j, N);
	CHECK_TRUE("all", run(&t));
	for (size_t i = 0; i < N; i++) {
		size_t k = i % COUNT(PARAMS);
		check_once(&j[i], STATES[k][0] ? ERR_BAD_INPUT : ERR_NONE);
		CHECK_STR("value", str_from(j[i].out), WANT[k]);
		CHECK_STR("sqlstate", str_from(j[i].diag.sqlstate), STATES[k]);
	}
	finish(&t);
}

/* Long texts go by themselves, unless they are the same. */
static void test_long(void **state)
{
	(void)state;
	static char text[3][2000];
	struct t t;
	struct tjob j[9];
	open_with(&t, generic());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 9; i++) {
		memset(text[i % 3], 'a' + i % 3, i % 3 ? sizeof text[0] - 1 : 3);
		shared(&t, &j[i], "select left($1::text, 3)", MANY("select left(many.p1, 3)"),
			text[i % 3]);
	}
	submit_all(&t, j, 9);
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < 9; i++)
		CHECK_STR("value", str_from(j[i].out),
			i % 3 == 0           ? "aaa"
				: i % 3 == 1 ? "bbb"
					     : "ccc");
	CHECK_INT("three statements", pgpool_stats(t.pool).shared, 6);
	CHECK_INT("none for many", pgpool_stats(t.pool).prepared, 2);
	finish(&t);
}

/* Large rows are not multiplied without bounds: some are served, the others each by themselves. */
static void check_large(bool many)
{
	static const char SQL[] = "select length(x), x from repeat($1::text, 16000000) x";
	static const char FORM[] =
		MANY("select length(x), x from repeat(many.p1::text, 16000000) x");
	struct t t;
	struct tjob j[12];
	open_with(&t, generic());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 12; i++)
		shared(&t, &j[i], SQL, FORM, many && i % 2 ? "y" : "x");
	submit_all(&t, j, 12);
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < 12; i++) {
		check_once(&j[i], ERR_NONE);
		CHECK_STR("value", str_from(j[i].out), "16000000");
	}
	uint64_t resent = pgpool_stats(t.pool).resent;
	CHECK_TRUE("some", resent > 6 && resent < 10);
	finish(&t);
}

static void test_large(void **state)
{
	(void)state;
	check_large(false);
	check_large(true);
}

/* A form for many that does not keep its word, or does not even parse, is not believed. */
static void test_broken_form(void **state)
{
	(void)state;
	static const char *const FORMS[] = {
		MANY_SELECT("3 - many.n, many.p1"),
		MANY_SELECT("many.n * 70, many.p1"),
		MANY_SELECT("many.n - 1, many.p1"),
		MANY_SELECT("many.p1, many.p1"),
		MANY_SELECT("many.nothing"),
	};
	struct t t;
	struct tjob j[3];
	open_with(&t, generic());
	for (size_t f = 0; f < COUNT(FORMS); f++) {
		shared(&t, &j[0], "select $1::text", FORMS[f], "a");
		shared(&t, &j[1], "select $1::text", FORMS[f], "b");
		shared(&t, &j[2], "select $1::text", FORMS[f], "b");
		submit_all(&t, j, 3);
		CHECK_TRUE("all", run(&t));
		CHECK_STR(FORMS[f], str_from(j[0].out), "a");
		CHECK_STR(FORMS[f], str_from(j[1].out), "b");
		CHECK_STR(FORMS[f], str_from(j[2].out), "b");
		CHECK_STR(FORMS[f], str_from(j[0].message), "");
	}
	finish(&t);
}

/* Some leave, or have no time: the others are answered by the same statement. */
static void test_some_leave(void **state)
{
	(void)state;
	static const char SQL[] = "select $1::text from pg_sleep(0.4)";
	static const char FORM[] = MANY("select many.p1 from pg_sleep(0.2)");
	struct t t;
	struct tjob j[8];
	struct pgpool_options o = generic();
	open_with(&t, o);
	for (int round = 0; round < 2; round++) {
		bool lead_leaves = round == 0;
		check_value(&t, "select 1", "1");
		uint64_t resent = pgpool_stats(t.pool).resent;
		for (int i = 0; i < 8; i++) {
			shared(&t, &j[i], SQL, round ? FORM : NULL, round && i % 2 ? "b" : "a");
			if (i == 3)
				j[i].job.deadline_us = loop_now_us(t.loop) + 100000;
		}
		submit_all(&t, j, 8);
		turn_for(&t, 50);
		pgpool_cancel(t.pool, &j[lead_leaves ? 0 : 5].job);
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < 8; i++) {
			bool left = i == (lead_leaves ? 0 : 5), late = i == 3;
			check_once(&j[i], left ? ERR_UNAVAILABLE : late ? ERR_TIMEOUT : ERR_NONE);
		}
		CHECK_INT("nothing was interrupted", pgpool_stats(t.pool).resent - resent, 0);
	}
	finish(&t);
}

/* Nobody waits any more: the statement is cancelled, and what stands behind it goes on. */
static void test_all_leave(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[5];
	open_with(&t, generic());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 4; i++)
		shared(&t, &j[i], "select $1::text from pg_sleep(9)", NULL, "a");
	prepare(&t, &j[4], PGLANE_FAST, PGTX_NONE, "select 5");
	submit_all(&t, j, 5);
	turn_for(&t, 50);
	for (int i = 0; i < 4; i++)
		pgpool_cancel(t.pool, &j[i].job);
	uint64_t from = clock_mono_us();
	CHECK_TRUE("all", run(&t));
	CHECK_TRUE("at once", clock_mono_us() - from < 2000000);
	for (int i = 0; i < 4; i++)
		CHECK_INT("code", j[i].code, ERR_UNAVAILABLE);
	CHECK_STR("behind", str_from(j[4].out), "5");
	finish(&t);
}

/* The backend dies under a shared statement: each job is asked again. */
static void test_killed(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[12], killer;
	struct pgpool_options o = generic();
	o.application_name = "sharing";
	open_with(&t, o);
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 12; i++)
		shared(&t, &j[i], "select $1::text from pg_sleep(0.02)",
			MANY("select many.p1 from pg_sleep(0.3)"), i % 3 ? "b" : "a");
	submit_all(&t, j, 12);
	turn_for(&t, 50);
	prepare(&t, &killer, PGLANE_SLOW, PGTX_NONE,
		"select count(pg_terminate_backend(pid)) from pg_stat_activity "
		"where application_name = 'sharing' and query like '%many%' and pid <> pg_backend_pid()");
	submit(&t, &killer);
	CHECK_TRUE("all", run(&t));
	CHECK_STR("killed", str_from(killer.out), "1");
	for (int i = 0; i < 12; i++) {
		CHECK_STR(j[i].message, str_from(j[i].out), i % 3 ? "b" : "a");
		CHECK_INT("once", j[i].done, 1);
	}
	CHECK_INT("each again", pgpool_stats(t.pool).resent, 12);
	finish(&t);
}

/* A view that is replaced makes prepared statements out of date, also the form for many. */
static void test_stale(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[4];
	open_with(&t, generic());
	must(&t, "drop view if exists seen");
	must(&t, "create view seen as select 'x'::text as v");
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++)
			shared(&t, &j[i], "select v from seen where $1::text <> ''",
				MANY("select v from seen where many.p1 <> '' limit 1"),
				i % 2 ? "b" : "a");
		submit_all(&t, j, 4);
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < 4; i++)
			CHECK_STR(j[i].message, str_from(j[i].out), round ? "7" : "x");
		must(&t, "drop view seen");
		must(&t, "create view seen as select 7 as v");
	}
	finish(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_unequal),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_one_fails),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_broken_form),
		cmocka_unit_test(test_some_leave),
		cmocka_unit_test(test_all_leave),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_stale),
	};
	return cmocka_run_group_tests(tests, test_server_begin, test_server_finish);
}
