/*
 * pool_bench - queries per second and CPU per query of a point lookup through the pool, closed
 * loop.
 *
 *     ninja -C build bench/pg_pool_bench && build/bench/pg_pool_bench [seconds per line]
 *
 * Starts a private server, loads 10,000 rows of some 500 bytes of jsonb, keeps 64 jobs in flight.
 * CPU of the client is getrusage's, that of the backends /proc's.
 */
#include "pg/test_pool.h"

#include "base/num.h"
#include "ev/file.h"
#include "pg/sync.h"

#include <sys/resource.h>
#include <unistd.h>

enum { ROWS = 10000, IN_FLIGHT = 64 };

struct bench {
	struct t t;
	struct tjob jobs[IN_FLIGHT];
	char ids[IN_FLIGHT][16];
	struct pgsetting settings[2];
	uint64_t seed, done, failed;
	bool stop;
};

static const char LOOKUP[] = "select data from tv_user where id = $1::int";
static const char UPDATE[] = "update tv_user set n = n + 1 where id = $1::int returning n";

static void next(struct bench *b, struct tjob *j)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	char *id = b->ids[j - b->jobs];
	int n = snprintf(id, sizeof b->ids[0], "%u", (unsigned)(b->seed >> 33) % ROWS);
	j->param[0].text = (str){ id, (size_t)n };
	b->t.pending++;
	pgpool_submit(b->t.pool, &j->job);
}

static void on_row(struct pgjob *job, int i, const struct pgresult *r)
{
	struct bench *b = CONTAINER(((struct tjob *)job->user)->t, struct bench, t);
	UNUSED(i);
	b->failed += pgresult_rows(r) != 1;
}

static void on_answer(struct pgjob *job, const struct err *e, const struct pgdiag *d)
{
	struct tjob *j = job->user;
	struct bench *b = CONTAINER(j->t, struct bench, t);
	UNUSED(d);
	b->t.pending--;
	b->done++;
	b->failed += e != NULL;
	if (!b->stop)
		next(b, j);
}

/* Microseconds of CPU that the backends of `pids` have used. */
static uint64_t backend_us(struct arena *a, const struct pgrows *pids)
{
	uint64_t ticks = 0;
	for (int i = 0; i < pids->rows; i++) {
		str text;
		struct err e;
		const char *path =
			str_printf(a, "/proc/%.*s/stat", STR_ARG(pgrows_get(pids, i, 0))).p;
		if (!file_read(a, path, 4096, &text, &e))
			continue;
		str rest = str_sub(text, str_find(text, ')') + 2, text.n);
		for (int field = 3; field <= 15 && rest.n > 0; field++) {
			uint64_t v = 0;
			str word = str_split(&rest, ' ');
			if (field >= 14 && num_u64(word, &v))
				ticks += v;
		}
	}
	return ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

static uint64_t own_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
		(uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

struct line {
	const char *name;
	enum pglane lane;
	enum pgtx tx;
	unsigned connections, batch;
	int settings;
	const char *sql;
};

static void start_jobs(struct bench *b, const struct line *l)
{
	b->settings[0] =
		(struct pgsetting){ "app.user_id", "3fa85f64-5717-4562-b3fc-2c963f66afa6" };
	b->settings[1] = (struct pgsetting){ "app.tenant_id", "7" };
	for (int i = 0; i < IN_FLIGHT; i++) {
		struct tjob *j = &b->jobs[i];
		prepare(&b->t, j, l->lane, l->tx, l->sql);
		set_param(j, "0");
		j->job.settings = b->settings;
		j->job.nsettings = l->settings;
		j->job.on_result = on_row;
		j->job.on_done = on_answer;
		next(b, j);
	}
}

static void measure(const struct line *l, struct pgsync *db, double seconds)
{
	struct bench *b = mem_new(struct bench);
	struct arena *a = arena_open(0);
	struct pgpool_options o = small();
	struct pgrows pids;
	struct err e = { 0 };
	*b = (struct bench){ .seed = 42 };
	o.application_name = "bench";
	o.plan_cache_mode = "force_generic_plan";
	o.lanes[l->lane].connections = l->connections;
	o.lanes[l->lane].batch_max = l->batch;
	open_with(&b->t, o);
	start_jobs(b, l);
	turn_for(&b->t, 300);
	if (!pgsync_query(db, a,
		    "select pid from pg_stat_activity where application_name = 'bench'", NULL, 0,
		    &pids, &e))
		fail_msg("%s", e.message);
	uint64_t done = b->done, own = own_us(), theirs = backend_us(a, &pids),
		 from = clock_mono_us();
	while ((double)(clock_mono_us() - from) < seconds * 1e6)
		loop_turn(b->t.loop, true);
	double n = (double)(b->done - done), took = (double)(clock_mono_us() - from);
	double client = (double)(own_us() - own) / n;
	double server = (double)(backend_us(a, &pids) - theirs) / n;
	struct pgpool_stats s = pgpool_stats(b->t.pool);
	printf("%-34s %2u x %2u  %7.0f/s  client %5.1f us  backend %5.1f us  "
	       "%4.1f a batch  failed %u\n",
		l->name, l->connections, l->batch, n / took * 1e6, client, server,
		(double)s.jobs / (double)s.batches, (unsigned)b->failed);
	b->stop = true;
	run(&b->t);
	pgpool_close(b->t.pool);
	loop_close(b->t.loop);
	arena_close(a);
	mem_free(b);
}

static const char SETUP[] =
	"create table tv_user (id int primary key, n int, data jsonb);"
	"insert into tv_user select i, 0, jsonb_build_object('id', i, 'name', 'user ' || i,"
	" 'bio', repeat(md5(i::text), 13)) from generate_series(0, 9999) i; analyze tv_user;";

int main(int argc, char **argv)
{
	static const struct line LINES[] = {
		{ "lookup, fast", PGLANE_FAST, PGTX_NONE, 1, 16, 0, LOOKUP },
		{ "lookup, fast", PGLANE_FAST, PGTX_NONE, 2, 16, 0, LOOKUP },
		{ "lookup, fast", PGLANE_FAST, PGTX_NONE, 2, 64, 0, LOOKUP },
		{ "lookup, one at a time", PGLANE_FAST, PGTX_NONE, 8, 1, 0, LOOKUP },
		{ "lookup, two settings", PGLANE_ISOLATED, PGTX_READ, 1, 16, 2, LOOKUP },
		{ "lookup, two settings", PGLANE_ISOLATED, PGTX_READ, 2, 16, 2, LOOKUP },
		{ "lookup, two settings", PGLANE_ISOLATED, PGTX_READ, 2, 4, 2, LOOKUP },
		{ "lookup, two settings", PGLANE_ISOLATED, PGTX_READ, 4, 4, 2, LOOKUP },
		{ "lookup, two settings", PGLANE_ISOLATED, PGTX_READ, 4, 1, 2, LOOKUP },
		{ "update, two settings", PGLANE_ISOLATED, PGTX_WRITE, 4, 1, 2, UPDATE },
	};
	double seconds = 2;
	struct pgsync *db;
	struct err e = { 0 };
	if (argc > 1 && !num_f64(str_from(argv[1]), &seconds))
		return 2;
	if (test_server_begin(NULL) != 0)
		return 1;
	if (!pgsync_open(test_conninfo(), "setup", NULL, &db, &e) ||
		!pgsync_exec(db, str_from(SETUP), &e)) {
		fprintf(stderr, "%s\n", e.message);
		return 1;
	}
	for (size_t i = 0; i < COUNT(LINES); i++)
		measure(&LINES[i], db, seconds);
	pgsync_close(db);
	return test_server_finish(NULL);
}
