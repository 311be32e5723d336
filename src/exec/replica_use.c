/*
 * replica_use - what replicas need to know of writes: the place in the log behind a mutation.
 *
 * It is asked for on the primary when the mutation's last transaction has ended, so it is behind
 * its commit. Where it can't be told, the token is one that no replica reaches.
 */
#include "exec/exec_int.h"

bool replica_may_read(const struct exec *x)
{
	return !x->plan->may_write;
}

static void on_place(struct pgjob *job, int statement, const struct pgresult *r)
{
	struct exec *x = job->user;
	UNUSED(statement);
	x->log_place = replicas_read_place(r);
}

static void on_done(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	UNUSED(e);
	UNUSED(diag);
	exec_finish(job->user);
}

void replica_finish_write(struct exec *x)
{
	if (!x->engine->o.replicas || !x->req) {
		exec_finish(x);
		return;
	}
	x->log_place = UINT64_MAX;
	x->job = (struct pgjob){ .lane = PGLANE_ISOLATED,
		.tx = PGTX_NONE,
		.stmts = &REPLICAS_WHERE,
		.nstmts = 1,
		.on_result = on_place,
		.on_done = on_done,
		.user = x };
	pgpool_submit(x->engine->o.pool, &x->job);
}
