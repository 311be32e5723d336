/*
 * share - one statement for several jobs.
 *
 * Jobs of the fast lane that go in one batch see the database at the same moment, without settings,
 * and do not write. Where the statement is the same, and two reads of it do not differ by
 * themselves,
 *
 *     equal parameters      the first job's statement answers the others too
 *     other parameters      a lookup has a form for many sets of them (pgstmt.many_sql), which
 *                           is sent in its place; each row tells whose it is
 *
 * The lookups of a busy server so cost PostgreSQL half of what they cost one by one, and a thousand
 * clients who want the same page ask for it once in each round trip. A job never waits for
 * that: it shares with who waits anyway, and never with a statement that was sent before it came.
 *
 * When a shared statement fails, nobody is told: every job is sent again by itself (JOB_SOLO).
 *
 * The form for many is planned without knowing the parameters, so it is used only where that is so
 * for the single one, too (plan_cache_mode = force_generic_plan).
 */
#include "pg/pool_int.h"

#include "base/num.h"

enum { SHARED_TEXT_MAX = 1024 };

static bool may_share(const struct pgpool *p, const struct pgjob *job)
{
	return p->share && job->stmts[0].shares && job->stmts[0].key && !job_is_solo(p, job);
}

static uint64_t hash_params(const struct pgstmt *s)
{
	uint64_t h = 0;
	for (int i = 0; i < s->nparams; i++)
		h = s->params[i].null ? h * 31 + 1 : str_hash(s->params[i].text, h);
	return h;
}

static bool same_params(const struct pgjob *a, const struct pgjob *b)
{
	if (a->params_hash != b->params_hash)
		return false;
	for (int i = 0; i < a->stmts[0].nparams; i++) {
		const struct pgparam *x = &a->stmts[0].params[i], *y = &b->stmts[0].params[i];
		if (x->null != y->null || (!x->null && !str_eq(x->text, y->text)))
			return false;
	}
	return true;
}

/* Arrays of long texts would be copied, and kept room for. */
static bool is_short(const struct pgstmt *s)
{
	size_t n = 0;
	for (int i = 0; i < s->nparams; i++)
		n += s->params[i].null ? 0 : s->params[i].text.n;
	return n <= SHARED_TEXT_MAX;
}

static bool may_have_place(const struct pgpool *p, const struct pggroup *g, const struct pgjob *job)
{
	const struct pgstmt *s = &g->lead->stmts[0];
	return p->generic && s->many_sql && s->nparams <= PARAMS_SHARED_MAX &&
		g->places < PLACES_MAX && is_short(s) && is_short(&job->stmts[0]);
}

static bool join(const struct pgpool *p, struct pggroup *g, struct pgjob *job)
{
	const struct pgstmt *s = &job->stmts[0], *first = &g->lead->stmts[0];
	struct pgjob *same = g->lead;
	if (!g->shares || first->key != s->key || first->nparams != s->nparams)
		return false;
	while (same && !same_params(same, job))
		same = same->next;
	if (!same && !may_have_place(p, g, job))
		return false;
	job->place = same ? same->place : ++g->places;
	g->last->next = job;
	g->last = job;
	g->riders++;
	return true;
}

bool batch_add(const struct pgpool *p, struct pgbatch *b, struct pgjob *job)
{
	bool shares = may_share(p, job);
	job->next = NULL;
	if (shares)
		job->params_hash = hash_params(&job->stmts[0]);
	for (unsigned i = 0; shares && i < b->n; i++)
		if (join(p, &b->at[i], job))
			return true;
	job->place = 1;
	b->at[b->n++] = (struct pggroup){ job, job, 0, 1, shares };
	return false;
}

/* Source: PostgreSQL documentation, §8.15.6 Array Input and Output Syntax. */
static void put_array(struct buf *b, const struct pggroup *g, int param)
{
	unsigned place = 0;
	buf_putc(b, '{');
	for (const struct pgjob *job = g->lead; job; job = job->next) {
		const struct pgparam *v = &job->stmts[0].params[param];
		if (job->place <= place)
			continue;
		if (place++)
			buf_putc(b, ',');
		if (v->null)
			buf_lit(b, "NULL");
		else
			buf_put_quoted(b, v->text);
	}
	buf_putc(b, '}');
	buf_putc(b, '\0');
}

void share_params(struct pgpool *p, const struct pggroup *g, const char **values)
{
	int n = g->lead->stmts[0].nparams;
	size_t at[PARAMS_SHARED_MAX];
	p->arrays.n = 0;
	for (int i = 0; i < n; i++) {
		at[i] = p->arrays.n;
		put_array(&p->arrays, g, i);
	}
	for (int i = 0; i < n; i++)
		values[i] = p->arrays.p + at[i];
}

bool share_index(PGresult *r, int *from)
{
	unsigned place = 0;
	int n = PQntuples(r);
	for (int row = 0; row < n; row++) {
		uint64_t number;
		if (!num_u64(str_from(PQgetvalue(r, row, 0)), &number) || number < place ||
			number == 0 || number > PLACES_MAX)
			return false;
		while (place < number)
			from[++place] = row;
	}
	while (place <= PLACES_MAX)
		from[++place] = n;
	return true;
}
