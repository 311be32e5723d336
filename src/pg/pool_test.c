/* pool_test - the pool's promises on a healthy server. */
#include "pg/test_pool.h"

#include <stdlib.h>

static void test_group_commit(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[64];
	open_with(&t, small());
	check_value(&t, "select 1", "1");
	uint64_t before = pgpool_stats(t.pool).batches;
	for (int i = 0; i < 64; i++) {
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select 2 * $1::int");
		set_param(&j[i], i % 2 ? "21" : "4");
		submit(&t, &j[i]);
		CHECK_INT("never inside submit", j[i].done, 0);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < 64; i++) {
		CHECK_STR("value", str_from(j[i].out), i % 2 ? "42" : "8");
		CHECK_INT("in order", j[i].ended_at, i + 2);
		CHECK_INT("once", j[i].done, 1);
	}
	CHECK_INT("batches of 16", pgpool_stats(t.pool).batches - before, 4);
	CHECK_INT("prepared once for each text", pgpool_stats(t.pool).prepared, 2);
	finish(&t);
}

static void test_one_of_sixteen_fails(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[16];
	open_with(&t, small());
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 16; i++) {
			prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select 100 / $1::int");
			set_param(&j[i], i == 5 ? "0" : "4");
			submit(&t, &j[i]);
		}
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < 16; i++) {
			CHECK_INT("code", j[i].code, i == 5 ? ERR_BAD_INPUT : ERR_NONE);
			CHECK_STR("value", str_from(j[i].out), i == 5 ? "" : "25");
			CHECK_INT("results", j[i].results, i == 5 ? 0 : 1);
			CHECK_INT("once", j[i].done, 1);
		}
		CHECK_STR("sqlstate", str_from(j[5].diag.sqlstate), "22012");
		CHECK_INT("statement", j[5].diag.statement, 0);
	}
	CHECK_INT("resent", pgpool_stats(t.pool).resent, 20);
	finish(&t);
}

static void test_isolated(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	open_with(&t, small());
	must(&t, "drop table if exists iso");
	must(&t, "create table iso (id int primary key, v text)");
	static const struct pgsetting SET[] = { { "app.user_id", "u1" },
		{ "app.tenant_id", NULL } };
	static const struct {
		enum pgtx tx;
		const char *sql, *want;
		enum err_code code;
	} T[] = {
		{ PGTX_READ, "select current_setting('app.user_id')", "u1", ERR_NONE },
		{ PGTX_READ, "select current_setting('app.tenant_id')", "", ERR_NONE },
		{ PGTX_READ, "insert into iso values (9) returning id", "", ERR_INTERNAL },
		{ PGTX_WRITE,
			"insert into iso values (1, current_setting('app.user_id')) returning v",
			"u1", ERR_NONE },
		{ PGTX_WRITE, "insert into iso values (1) returning id", "", ERR_CONFLICT },
		{ PGTX_ROLLBACK, "insert into iso values (2) returning id", "2", ERR_NONE },
		{ PGTX_NONE,
			"select coalesce(nullif(current_setting('app.user_id', true), ''), 'unset')",
			"unset", ERR_NONE },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		prepare(&t, &j, PGLANE_ISOLATED, T[i].tx, T[i].sql);
		j.job.settings = SET;
		j.job.nsettings = T[i].tx == PGTX_NONE ? 0 : 2;
		submit(&t, &j);
		CHECK_TRUE(T[i].sql, run(&t));
		CHECK_STR(T[i].sql, str_from(j.out), T[i].want);
		CHECK_INT(j.message, j.code, T[i].code);
	}
	exec(&t, &j, PGLANE_FAST, PGTX_NONE, "insert into iso values (3) returning id");
	CHECK_STR("the fast lane only reads", str_from(j.diag.sqlstate), "25006");
	check_value(&t, "select count(*) from iso", "1");
	finish(&t);
}

/* What may take long shares no round trip: nobody waits for it, nor for its deadline. */
static void test_alone(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[7];
	open_with(&t, small());
	check_value(&t, "select 1", "1");
	for (int i = 0; i < 7; i++) {
		prepare(&t, &j[i], PGLANE_ISOLATED, PGTX_READ,
			i == 0 ? "select 'slept' from pg_sleep(0.5)" : "select 'quick'");
		j[i].job.alone = i == 0;
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	CHECK_STR("value", str_from(j[0].out), "slept");
	for (int i = 1; i < 7; i++) {
		CHECK_STR("value", str_from(j[i].out), "quick");
		CHECK_TRUE("before", j[i].ended_at < j[0].ended_at);
	}
	finish(&t);
}

static void test_hold(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	open_with(&t, small());
	must(&t, "drop table if exists held");
	must(&t, "create table held (id int primary key)");
	static const struct {
		const char *sql;
		int verdict;
		const char *rows;
		enum err_code code;
	} T[] = {
		{ "insert into held values (1)", 1, "1", ERR_NONE },
		{ "insert into held values (2)", 2, "1", ERR_NONE },
		{ "insert into held values (1)", 1, "1", ERR_CONFLICT },
		{ "insert into held values (3)", 1, "2", ERR_NONE },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		prepare(&t, &j, PGLANE_ISOLATED, PGTX_WRITE, T[i].sql);
		j.job.hold = true;
		j.verdict = T[i].verdict;
		submit(&t, &j);
		CHECK_TRUE(T[i].sql, run(&t));
		CHECK_INT(j.message, j.code, T[i].code);
		check_value(&t, "select count(*) from held", T[i].rows);
	}
	finish(&t);
}

/* A held job that fails before its last statement costs neither the connection nor the next job. */
static void test_held_failure(void **state)
{
	(void)state;
	static const char PID[] = "select pg_backend_pid()";
	struct t t;
	struct tjob j;
	struct pgpool_options o = small();
	char pid[64];
	o.lanes[PGLANE_ISOLATED].connections = 1;
	open_with(&t, o);
	exec(&t, &j, PGLANE_ISOLATED, PGTX_NONE, PID);
	snprintf(pid, sizeof pid, "%s", j.out);
	for (int round = 0; round < 6; round++) {
		int failing = round / 2;
		prepare(&t, &j, PGLANE_ISOLATED, PGTX_WRITE, "");
		for (int i = 0; i < 3; i++)
			j.stmt[i] = stmt_of(i == failing ? "select 1 / 0" : "select 2");
		j.job.nstmts = 3;
		j.job.hold = true;
		submit(&t, &j);
		CHECK_TRUE("all", run(&t));
		CHECK_INT(j.message, j.code, ERR_BAD_INPUT);
		CHECK_INT("statement", j.diag.statement, failing);
		CHECK_INT("results", j.results, failing);
		exec(&t, &j, PGLANE_ISOLATED, PGTX_NONE, PID);
		CHECK_STR("connection", str_from(j.out), pid);
	}
	finish(&t);
}

/* Jobs with settings, without, and failing ones, all mixed: nobody sees another's settings. */
static void test_settings_never_leak(void **state)
{
	(void)state;
	enum { N = 3000 };
	static struct tjob j[N];
	static struct pgsetting set[N];
	static char value[N][16];
	static const char SELECT[] =
		"select coalesce(current_setting('app.user_id', true), '') || $1::text";
	static const char FAIL[] = "select 1 / (length($1::text) - length($1::text))";
	struct t t;
	struct pgpool_options o = small();
	o.lanes[PGLANE_FAST].queue_max = o.lanes[PGLANE_ISOLATED].queue_max = N;
	open_with(&t, o);
	uint64_t seed = 4711;
	for (int i = 0; i < N; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned kind = (unsigned)(seed >> 60) % 8;
		snprintf(value[i], sizeof value[i], "u%d", i);
		/* Some set another one, and must find none in app.user_id. */
		bool other = seed >> 40 & 1;
		set[i] = (struct pgsetting){ other ? "app.other" : "app.user_id", value[i] };
		bool fast = kind < 3, fails = kind % 3 == 2;
		prepare(&t, &j[i], fast ? PGLANE_FAST : PGLANE_ISOLATED,
			fast               ? PGTX_NONE
				: kind < 6 ? PGTX_READ
					   : PGTX_WRITE,
			fails ? FAIL : SELECT);
		set_param(&j[i], "!");
		j[i].job.settings = &set[i];
		j[i].job.nsettings = !fast;
		if (kind == 5) { /* two statements, one snapshot */
			j[i].stmt[1] = j[i].stmt[0];
			j[i].job.nstmts = 2;
		}
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < N; i++) {
		char want[32];
		bool fast = j[i].job.lane == PGLANE_FAST, fails = j[i].job.stmts[0].sql == FAIL;
		bool other = strcmp(set[i].name, "app.other") == 0;
		snprintf(want, sizeof want, "%s!", fast || other ? "" : value[i]);
		CHECK_STR(j[i].message, str_from(j[i].out), fails ? "" : want);
		CHECK_INT("code", j[i].code, fails ? ERR_BAD_INPUT : ERR_NONE);
		CHECK_INT("once", j[i].done, 1);
	}
	finish(&t);
}

static void test_queue_overflow(void **state)
{
	(void)state;
	struct t t;
	struct tjob j[20];
	struct pgpool_options o = small();
	o.lanes[PGLANE_FAST].queue_max = 12;
	open_with(&t, o);
	int refused = 0;
	for (int i = 0; i < 20; i++) {
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select 1");
		submit(&t, &j[i]);
		CHECK_INT("never inside submit", j[i].done, 0);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < 20; i++)
		refused += j[i].code == ERR_UNAVAILABLE;
	CHECK_INT("refused", refused, 8);
	CHECK_INT("refused", pgpool_stats(t.pool).refused, 8);
	CHECK_INT("the last ones", j[19].code, ERR_UNAVAILABLE);
	finish(&t);
}

/* More statements than the cache holds, some in one batch, all twice. */
static void test_prepared_statements_are_bounded(void **state)
{
	(void)state;
	enum { N = 100 };
	static struct tjob j[N];
	static char sql[N][32];
	struct t t;
	struct pgpool_options o = small();
	o.prepared_max = 16;
	open_with(&t, o);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			snprintf(sql[i], sizeof sql[i], "select %d", i);
			prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, sql[i]);
			submit(&t, &j[i]);
		}
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < N; i++)
			CHECK_STR(j[i].message, str_from(j[i].out), sql[i] + 7);
	}
	check_value(&t, "select count(*) between 10 and 17 from pg_prepared_statements", "t");
	check_value(&t, "select count(*) - 1 from pg_prepared_statements where name !~ '^fq_'",
		"-1");
	/* One that is in use stays. */
	uint64_t before = pgpool_stats(t.pool).prepared;
	for (int i = 0; i < 40; i++) {
		check_value(&t, "select 'kept'", "kept");
		check_value(&t, sql[i % 10], sql[i % 10] + 7);
	}
	CHECK_INT("prepared again", pgpool_stats(t.pool).prepared - before, 11);
	finish(&t);
}

static void test_long_statements_make_room(void **state)
{
	(void)state;
	enum { N = 12, LONG = 20000 };
	static struct tjob j[N];
	static char sql[N][LONG + 32];
	struct t t;
	struct pgpool_options o = small();
	o.prepared_max = 16; /* 32 KB of text: one of these has room */
	open_with(&t, o);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			snprintf(sql[i], sizeof sql[i], "select %d %*s", i, LONG, "");
			prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, sql[i]);
			submit(&t, &j[i]);
		}
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < N; i++) {
			char want[16];
			snprintf(want, sizeof want, "%d", i);
			CHECK_STR(j[i].message, str_from(j[i].out), want);
		}
	}
	check_value(&t,
		"select count(*) from pg_prepared_statements where length(statement) > 10000", "1");
	finish(&t);
}

static void test_ten_thousand(void **state)
{
	(void)state;
	enum { N = 10000 };
	static struct tjob j[N];
	struct t t;
	struct pgpool_options o = small();
	o.lanes[PGLANE_FAST] = (struct pglane_options){ 2, N, 64 };
	open_with(&t, o);
	for (int i = 0; i < N; i++) {
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select $1::int + 1");
		set_param(&j[i], "41");
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < N; i++)
		if (j[i].done != 1 || strcmp(j[i].out, "42") != 0)
			CHECK_INT(j[i].message, i, -1);
	CHECK_INT("nothing is left", pgpool_stats(t.pool).running + pgpool_stats(t.pool).queued, 0);
	finish(&t);
}

static void on_large(struct pgjob *job, int i, const struct pgresult *r)
{
	struct tjob *j = job->user;
	str v = pgresult_get(r, 0, 0);
	UNUSED(i);
	j->results = v.n == job->stmts[0].params[0].text.n && v.p[v.n - 1] == 'x';
}

/* Both directions are full at once: neither side may wait for the other. */
static void test_large_values(void **state)
{
	(void)state;
	enum { N = 16, SIZE = 3000000 };
	static struct tjob j[N];
	struct t t;
	char *text = mem_alloc(SIZE + 1);
	memset(text, 'x', SIZE);
	text[SIZE] = '\0';
	open_with(&t, small());
	for (int i = 0; i < N; i++) {
		prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE, "select $1::text");
		j[i].job.on_result = on_large;
		j[i].param[0].text = (str){ text, SIZE };
		j[i].stmt[0].params = j[i].param;
		j[i].stmt[0].nparams = 1;
		submit(&t, &j[i]);
	}
	CHECK_TRUE("all", run(&t));
	for (int i = 0; i < N; i++)
		CHECK_INT(j[i].message, j[i].results, 1);
	mem_free(text);
	finish(&t);
}

/* A constraint that is checked at commit fails the job, also when the Sync is the commit. */
static void test_deferred_constraint(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	open_with(&t, small());
	must(&t, "drop table if exists child, parent");
	must(&t, "create table parent (id int primary key)");
	must(&t, "create table child (id int references parent deferrable initially deferred)");
	static const struct {
		enum pgtx tx;
		bool hold;
	} T[] = { { PGTX_NONE, false }, { PGTX_WRITE, false }, { PGTX_WRITE, true } };
	for (size_t i = 0; i < COUNT(T); i++) {
		prepare(&t, &j, PGLANE_ISOLATED, T[i].tx,
			"insert into child values (1) returning id");
		j.job.hold = T[i].hold;
		j.verdict = T[i].hold;
		submit(&t, &j);
		CHECK_TRUE("answered", run(&t));
		CHECK_INT(j.message, j.code, ERR_BAD_INPUT);
		CHECK_STR("constraint", str_from(j.constraint), "child_id_fkey");
		CHECK_INT("it had a result", j.results, 1);
		CHECK_INT("statement", j.diag.statement, -1);
	}
	must(&t, "insert into parent values (1)");
	must(&t, "insert into child values (1)");
	exec(&t, &j, PGLANE_ISOLATED, PGTX_NONE, "delete from parent");
	CHECK_INT(j.message, j.code, ERR_CONFLICT);
	check_value(&t, "select count(*) from child", "1");
	finish(&t);
}

/* As behind a pooler: the session has the role's settings only. */
static void open_unnamed(struct t *t, char *conninfo, size_t size)
{
	struct pgpool_options o = small();
	snprintf(conninfo, size, "%s options='-c IntervalStyle=iso_8601'", test_conninfo());
	o.conninfo = conninfo;
	o.unnamed_statements = true;
	open_with(t, o);
}

static void test_unnamed_reads(void **state)
{
	(void)state;
	static const char WRITE[] = "insert into unread values ($1::int) returning id";
	struct t t;
	struct tjob j[8];
	char conninfo[600];
	open_unnamed(&t, conninfo, sizeof conninfo);
	must(&t, "drop table if exists unread");
	must(&t, "create table unread (id int)");
	/* One by itself; the first, one in the middle of a batch; sent again behind a failure. */
	for (int n = 1; n <= 8; n += 7) {
		for (int i = 0; i < n; i++) {
			prepare(&t, &j[i], PGLANE_FAST, PGTX_NONE,
				i % 4 == 0       ? WRITE
					: i == 2 ? "select 1 / $1::int"
						 : "select $1::text");
			set_param(&j[i], i == 2 ? "0" : "7");
			submit(&t, &j[i]);
		}
		CHECK_TRUE("all", run(&t));
		for (int i = 0; i < n; i++) {
			const char *want = i % 4 == 0 ? "25006" : i == 2 ? "22012" : "";
			CHECK_STR("sqlstate", str_from(j[i].diag.sqlstate), want);
			CHECK_STR("value", str_from(j[i].out), *want ? "" : "7");
		}
	}
	exec(&t, &j[0], PGLANE_ISOLATED, PGTX_NONE, "insert into unread values (1) returning id");
	CHECK_STR("other lanes write", str_from(j[0].out), "1");
	check_value(&t, "select count(*) from unread", "1");
	check_value(&t, "show transaction_read_only", "on");
	finish(&t);
}

static void test_unnamed(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	struct pgpool_options o = small();
	char conninfo[600];
	o.unnamed_statements = true;
	open_unnamed(&t, conninfo, sizeof conninfo);
	check_value(&t, "select 1", "1");
	check_value(&t, "select count(*) from pg_prepared_statements", "0");
	exec(&t, &j, PGLANE_ISOLATED, PGTX_WRITE, "select count(*) from pg_prepared_statements");
	CHECK_STR(j.message, str_from(j.out), "0");
	pgpool_close(t.pool);
	loop_close(t.loop);
	/* Without the role's settings such a session is refused, with advice. */
	o.conninfo = test_conninfo();
	o.wait_ms = 200;
	open_with(&t, o);
	exec(&t, &j, PGLANE_FAST, PGTX_NONE, "select 1");
	CHECK_INT("code", j.code, ERR_UNAVAILABLE);
	CHECK_TRUE(j.message, strstr(j.message, "ALTER ROLE") != NULL);
	finish(&t);
}

static void test_malformed(void **state)
{
	(void)state;
	struct t t;
	struct tjob j;
	struct err e;
	open_with(&t, small());
	for (int i = 0; i < 4; i++) {
		prepare(&t, &j, PGLANE_ISOLATED, i == 1 ? PGTX_NONE : PGTX_READ, "select 1");
		j.job.nstmts = i == 0 ? 0 : i == 1 ? 2 : 1;
		j.job.hold = i == 2;
		j.stmt[0].nparams = i == 3 ? 70000 : 0;
		submit(&t, &j);
		CHECK_TRUE("answered", run(&t));
		CHECK_INT("code", j.code, ERR_INTERNAL);
	}
	struct pgpool *p = NULL;
	struct pgpool_options o = small();
	o.log = &t.log;
	o.conninfo = "host=a nonsense";
	CHECK_TRUE("connection text", !pgpool_open(t.loop, &o, &p, &e));
	CHECK_INT("code", e.code, ERR_CONFIG);
	o = small();
	o.log = &t.log;
	o.lanes[PGLANE_SLOW].connections = 0;
	CHECK_TRUE("lane without connections", !pgpool_open(t.loop, &o, &p, &e));
	CHECK_INT("code", e.code, ERR_CONFIG);
	finish(&t);
}

static void test_is_local(void **state)
{
	(void)state;
	static const struct {
		const char *conninfo;
		bool local;
	} T[] = {
		{ "", true },
		{ "postgresql:///shop", true },
		{ "postgresql://ann@/shop?host=/var/run/postgresql", true },
		{ "postgresql://ann@localhost:5433/shop", true },
		{ "host=127.0.0.1 dbname=shop", true },
		{ "host=db.example.org hostaddr=127.0.0.2", true },
		{ "postgresql://[::1]/shop", true },
		{ "host=@abstract", true },
		{ "postgresql://db.example.org/shop", false },
		{ "host=localhost hostaddr=192.0.2.1", false },
		{ "postgresql://localhost,db2.example.org/shop", false },
		{ "host=/run,localhost", true },
		{ "host=localhost.example.org", false },
	};
	unsetenv("PGHOST");
	unsetenv("PGHOSTADDR");
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].conninfo, pgpool_is_local(T[i].conninfo), T[i].local);
	setenv("PGHOST", "db.example.org", 1);
	CHECK_TRUE("of the environment", !pgpool_is_local("dbname=shop"));
	CHECK_TRUE("which the text overrides", pgpool_is_local("host=localhost"));
	unsetenv("PGHOST");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_commit),
		cmocka_unit_test(test_one_of_sixteen_fails),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_alone),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_held_failure),
		cmocka_unit_test(test_settings_never_leak),
		cmocka_unit_test(test_queue_overflow),
		cmocka_unit_test(test_prepared_statements_are_bounded),
		cmocka_unit_test(test_long_statements_make_room),
		cmocka_unit_test(test_ten_thousand),
		cmocka_unit_test(test_large_values),
		cmocka_unit_test(test_deferred_constraint),
		cmocka_unit_test(test_unnamed),
		cmocka_unit_test(test_unnamed_reads),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_is_local),
	};
	return cmocka_run_group_tests(tests, test_server_begin, test_server_finish);
}
