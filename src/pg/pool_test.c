/*
 * pool_test - the pool against a real server, which test_server.h starts.
 *
 * A `struct tjob` is a job with what became of it; run() turns the loop until all submitted jobs
 * are done.
 */
#include "base/check.h"

#include "base/arena.h"
#include "base/clock.h"
#include "ev/loop.h"
#include "pg/pool.h"
#include "pg/test_server.h"

struct tjob {
	struct pgjob job;
	struct pgstmt stmt[3];
	struct pgparam param[2];
	struct t *t;
	char out[64]; /* first value of the last result */
	int results, done, ended_at;
	int verdict; /* hold: 1 commit, 2 roll back, from on_result; 0 none */
	enum err_code code;
	struct pgdiag diag;
	char message[160], constraint[64];
};

struct t {
	struct loop *loop;
	struct pgpool *pool;
	struct log log;
	int pending, ended;
};

static void on_result(struct pgjob *job, int i, const struct pgresult *r)
{
	struct tjob *j = job->user;
	j->results++;
	str v = pgresult_rows(r) > 0 && pgresult_columns(r) > 0 ? pgresult_get(r, 0, 0) : S("none");
	snprintf(j->out, sizeof j->out, "%.*s", STR_ARG(v));
	if (i == job->nstmts - 1 && j->verdict)
		pgpool_finish(j->t->pool, job, j->verdict == 1);
}

static void on_done(struct pgjob *job, const struct err *e, const struct pgdiag *d)
{
	struct tjob *j = job->user;
	j->done++;
	j->ended_at = ++j->t->ended;
	j->t->pending--;
	j->code = e ? e->code : ERR_NONE;
	snprintf(j->message, sizeof j->message, "%s", e ? e->message : "");
	if (d) {
		j->diag = *d;
		snprintf(j->constraint, sizeof j->constraint, "%.*s", STR_ARG(d->constraint));
	}
}

static struct pgstmt stmt_of(const char *sql)
{
	return (struct pgstmt){ .sql = sql, .key = str_hash(str_from(sql), 1) };
}

static void prepare(struct t *t, struct tjob *j, enum pglane lane, enum pgtx tx, const char *sql)
{
	*j = (struct tjob){ .t = t };
	j->stmt[0] = stmt_of(sql);
	j->job = (struct pgjob){ .lane = lane,
		.tx = tx,
		.stmts = j->stmt,
		.nstmts = 1,
		.on_result = on_result,
		.on_done = on_done,
		.user = j };
}

static void set_param(struct tjob *j, const char *text)
{
	j->param[0] = (struct pgparam){ .text = str_from(text) };
	j->stmt[0].params = j->param;
	j->stmt[0].nparams = 1;
}

static void submit(struct t *t, struct tjob *j)
{
	t->pending++;
	pgpool_submit(t->pool, &j->job);
}

/* Turns the loop until everything is answered; false when that takes more than 20 s. */
static bool run(struct t *t)
{
	uint64_t until = clock_mono_us() + 20000000;
	while (t->pending > 0 && clock_mono_us() < until)
		loop_turn(t->loop, true);
	return t->pending == 0;
}

static struct pgpool_options small(void)
{
	struct pgpool_options o = pgpool_defaults();
	o.conninfo = test_conninfo();
	o.lanes[PGLANE_ISOLATED].connections = 2;
	o.lanes[PGLANE_SLOW].connections = 1;
	return o;
}

static void open_with(struct t *t, struct pgpool_options o)
{
	struct err e = { 0 };
	*t = (struct t){ .loop = loop_open(), .log = log_stderr() };
	t->log.level = LOG_LEVEL_ERROR;
	o.log = &t->log;
	if (!pgpool_open(t->loop, &o, &t->pool, &e))
		fail_msg("%s", e.message);
}

static void finish(struct t *t)
{
	pgpool_close(t->pool);
	loop_close(t->loop);
	check_end();
}

/* One job on its own, to its end. */
static void exec(struct t *t, struct tjob *j, enum pglane lane, enum pgtx tx, const char *sql)
{
	prepare(t, j, lane, tx, sql);
	submit(t, j);
	CHECK_TRUE(sql, run(t));
}

static void must(struct t *t, const char *sql)
{
	struct tjob j;
	exec(t, &j, PGLANE_ISOLATED, PGTX_NONE, sql);
	CHECK_STR(sql, str_from(j.message), "");
}

static void check_value(struct t *t, const char *sql, const char *want)
{
	struct tjob j;
	exec(t, &j, PGLANE_FAST, PGTX_NONE, sql);
	CHECK_STR(sql, str_from(j.out), want);
}

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
	check_value(&t, "select count(*) from iso", "1");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_group_commit),
		cmocka_unit_test(test_one_of_sixteen_fails),
		cmocka_unit_test(test_isolated),
		cmocka_unit_test(test_hold),
	};
	return cmocka_run_group_tests(tests, test_server_begin, test_server_finish);
}
