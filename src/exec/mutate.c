/*
 * mutate - mutation fields, one after the other. Spec: §6.2.2
 *
 * Fields are run in units. A unit is one transaction and one round trip: usually one field, in
 * @atomic and @dryRun operations all fields. What a unit's results come to is written to the
 * response as they arrive; when the unit fails in the end (a later statement, the commit), what it
 * had written is cut off again and its failure is written instead. So a unit can also be run again
 * from the start: nothing reaches the client before the last unit is through. That is done when
 * PostgreSQL ends a transaction for the sake of another (deadlock, serialisation failure), a
 * bounded number of times, after a random while.
 *
 * An atomic unit is held open after its last result: when a field failed it is rolled back, and
 * the others say that they were.
 */
#include "exec/contract.h"
#include "exec/failure.h"
#include "exec/idempotency.h"
#include "exec/rules.h"
#include "exec/write.h"

#include "base/clock.h"
#include "ev/loop.h"

enum { RETRY_MS = 4, BUSY_WAITS = 6, BUSY_MS = 4 };

static void run_unit(struct exec *x);
static void mutate_next(struct exec *x);

/* The last statement of a dry run, which has no COMMIT that would check them. */
static const struct pgstmt CHECK_DEFERRED = { .sql = "set constraints all immediate",
	.key = 0x434f4e5354524149 };

static const struct failure BUSY = { .code = ERR_CONFLICT,
	.status = STR_INIT("conflict:idempotency_key"),
	.message =
		STR_INIT("Another request with this Idempotency-Key is being executed. Wait, and "
			 "send it again.") };
static const struct failure REUSED = { .code = ERR_KEY_REUSED,
	.status = STR_INIT("conflict:idempotency_key"),
	.message = STR_INIT("This Idempotency-Key was used for another request. Take a new key.") };
static const struct failure UNREAD = { .code = ERR_UNAVAILABLE,
	.status = STR_INIT("failed:idempotency_key"),
	.message = STR_INIT("The stored answer can't be read now. Send the request again.") };
static const struct failure UNDONE = { .code = ERR_ROLLED_BACK,
	.status = STR_INIT("failed:rolled_back") };

/* ---- writing ---- */

/* Roots that need no statement, and those that could not be bound, before `until`. */
static void put_ready(struct exec *x, size_t until)
{
	for (; x->next_root < until; x->next_root++) {
		const struct plan_root *root = &x->plan->roots[x->next_root];
		if (root->kind == ROOT_CONST) {
			exec_put_key(x, root);
			buf_put(&x->out, root->constant);
		} else {
			exec_put_null(x, root);
		}
	}
}

/* The response as it was before the unit. */
static void unwrite(struct exec *x)
{
	buf_cut(&x->out, x->unit.out_at);
	x->errors.n = x->unit.errors_at;
	x->next_root = x->unit.first;
	x->data_null = false;
}

/* Is the job's statement a root's, and not one around them? */
static bool is_of_root(const struct exec *x, int statement)
{
	return statement >= x->unit.own && statement < x->unit.own_end;
}

/* A unit of several fields that was undone: who failed says so, the others that they were undone.
 */
static void put_undone(struct exec *x, const struct err *e, const struct pgdiag *diag)
{
	size_t culprit = x->plan->nroots;
	unwrite(x);
	if (e && diag && is_of_root(x, diag->statement))
		culprit = x->root_of[diag->statement];
	for (size_t i = x->unit.first; i < x->unit.end; i++) {
		const struct plan_root *root = &x->plan->roots[i];
		put_ready(x, root->statement < 0 ? i + 1 : i);
		if (root->statement < 0)
			continue;
		bool blamed = e && (i == culprit || culprit == x->plan->nroots);
		if (blamed)
			failure_put_database(x, root, e, diag);
		else if (x->failures[i] && !x->batches[i] && !x->outcomes[i])
			failure_put(x, root, x->failures[i]);
		else
			failure_put(x, root, &UNDONE);
		x->next_root = i + 1;
	}
}

/* ---- results ---- */

static void put_root(struct exec *x, const struct plan_root *root, const struct pgresult *last)
{
	struct projection p = exec_projection(x);
	if (root->kind == ROOT_MUTATION) {
		contract_put(x, root);
		return;
	}
	if (root->kind == ROOT_WRITE) {
		write_put(x, root);
		return;
	}
	exec_put_key(x, root);
	if (!project_root(&p, root, last))
		x->data_null = true;
}

static bool has_failed(const struct exec *x)
{
	for (size_t i = x->unit.first; i < x->unit.end; i++)
		if (x->failures[i])
			return true;
	return false;
}

/* Is there a write whose items stand or fall together? */
static bool wants_verdict(const struct exec *x)
{
	for (size_t i = x->unit.first; i < x->unit.end; i++)
		if (x->plan->roots[i].kind == ROOT_WRITE && x->plan->roots[i].write->hold)
			return true;
	return false;
}

/* All results of a unit that is held open are there. */
static void decide(struct exec *x)
{
	x->unit.undone = (x->plan->atomic || wants_verdict(x)) && has_failed(x);
	if (idempotency_is_on(x) && !x->unit.undone)
		idempotency_store(x);
	pgpool_finish(x->engine->o.pool, &x->job, !x->unit.undone);
}

static void on_mutation_result(struct pgjob *job, int statement, const struct pgresult *r)
{
	struct exec *x = job->user;
	if (!is_of_root(x, statement))
		return;
	size_t number = x->root_of[statement];
	const struct plan_root *root = &x->plan->roots[number];
	size_t i = (size_t)statement - x->unit.at[number];
	put_ready(x, number);
	if (root->kind == ROOT_MUTATION)
		contract_take(x, root, i, r);
	if (root->kind == ROOT_WRITE)
		write_take(x, root, i, r);
	if (i + 1 == root->nstatements) {
		put_root(x, root, r);
		x->next_root = number + 1;
	}
	if (job->hold && statement + 1 == job->nstmts)
		decide(x);
}

/* ---- the end of a unit ---- */

static size_t first_statement(const struct plan *plan)
{
	size_t i = 0;
	while (i < plan->nroots && plan->roots[i].statement < 0)
		i++;
	return i;
}

static void on_retry(void *arg)
{
	struct exec *x = arg;
	timer_close(x->retry);
	x->retry = NULL;
	run_unit(x);
}

static void run_later(struct exec *x, uint64_t ms)
{
	unwrite(x);
	x->retry = timer_open(x->engine->o.loop, on_retry, x);
	timer_set(x->retry, ms);
}

/* Was the transaction ended for the sake of another, and may it be tried once more? */
static bool again(struct exec *x, const struct err *e)
{
	str state = str_from(e->sqlstate);
	bool victim = str_eq(state, S("40001")) || str_eq(state, S("40P01"));
	if (!victim || x->unit.retries >= x->engine->o.write_retries)
		return false;
	uint64_t most = (uint64_t)RETRY_MS << MIN(x->unit.retries, 8u);
	x->unit.retries++;
	run_later(x, 1 + random_u64() % most);
	return true;
}

bool mutate_cancel(struct exec *x)
{
	if (!x->retry)
		return false;
	timer_close(x->retry);
	x->retry = NULL;
	return true;
}

static void next_unit(struct exec *x)
{
	put_ready(x, x->unit.end);
	x->unit.first = x->unit.end;
	x->unit.retries = x->unit.waits = 0;
	mutate_next(x);
}

/* The unit is not run. Nothing was: the request as a whole is refused. */
static void refuse_unit(struct exec *x, const struct failure *f)
{
	unwrite(x);
	if (x->unit.first == first_statement(x->plan)) {
		gql_error_add(&x->errors, f->code, "%.*s", STR_ARG(f->message));
		exec_refuse(x);
		return;
	}
	for (size_t i = x->unit.first; i < x->unit.end; i++) {
		put_ready(x, i);
		if (x->plan->roots[i].statement >= 0)
			failure_put(x, &x->plan->roots[i], f);
		x->next_root = i + 1;
	}
	next_unit(x);
}

/* What the unit answered the first time is its answer. */
static void on_replay(struct exec *x, const struct replay *r, const struct err *e)
{
	if (e || !r->found) {
		refuse_unit(x, e ? &UNREAD : &BUSY);
		return;
	}
	if (!r->same) {
		refuse_unit(x, &REUSED);
		return;
	}
	x->replayed = true;
	x->data_null = !r->data.p;
	buf_put(&x->out, r->data);
	if (r->errors.n)
		gql_error_add(&x->errors, ERR_MUTATION, "stored")->printed = r->errors;
	for (size_t i = x->unit.first; i < x->unit.end; i++)
		if (x->plan->roots[i].statement >= 0)
			x->next_root = i + 1;
	next_unit(x);
}

static void on_mutation_done(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct exec *x = job->user;
	if (!x->req) {
		exec_finish(x);
		return;
	}
	uint64_t now = loop_now_us(x->engine->o.loop);
	x->query_us += now - MIN(now, job->sent_us ? job->sent_us : now);
	enum idempotency_verdict verdict = e ? idempotency_verdict(x, e, diag) : CLAIM_OTHER;
	if (verdict == CLAIM_ANSWERED) {
		unwrite(x);
		idempotency_find(x, on_replay);
		return;
	}
	if (verdict == CLAIM_BUSY) {
		if (x->unit.waits++ < BUSY_WAITS)
			run_later(x, (uint64_t)BUSY_MS << x->unit.waits);
		else
			refuse_unit(x, &BUSY);
		return;
	}
	if (e && again(x, e))
		return;
	if (e || x->unit.undone)
		put_undone(x, e, diag);
	next_unit(x);
}

/* ---- the beginning of a unit ---- */

/* Binds a root's statements. False with an error added. */
static bool bind_root(struct exec *x, size_t number)
{
	const struct plan_root *root = &x->plan->roots[number];
	int n = x->job.nstmts;
	x->unit.at[number] = (size_t)n;
	for (size_t i = 0; i < root->nstatements; i++) {
		size_t statement = (size_t)root->statement + i;
		if (!exec_bind(x, root, &x->plan->statements[statement], &x->stmts[n]))
			return false;
		x->root_of[n++] = (uint32_t)number;
	}
	x->job.nstmts = n;
	return true;
}

/* A unit that is not run: arguments break rules, or for `culprit` an error was added. */
static void put_unbound(struct exec *x, size_t culprit)
{
	for (size_t i = x->unit.first; i < x->unit.end; i++) {
		const struct plan_root *root = &x->plan->roots[i];
		const struct failure *refused = rules_refused(x, root);
		if (root->statement < 0 || (!refused && i == culprit)) {
			put_ready(x, i + 1);
			continue;
		}
		failure_put(x, root, refused ? refused : &UNDONE);
		x->next_root = i + 1;
	}
}

/* False when there is nothing to run: all that there is to say has been written. */
static bool bind_unit(struct exec *x)
{
	for (size_t i = x->unit.first; i < x->unit.end; i++) {
		const struct plan_root *root = &x->plan->roots[i];
		if (root->statement < 0 || (!rules_refused(x, root) && bind_root(x, i)))
			continue;
		put_unbound(x, i);
		return false;
	}
	return true;
}

static void run_unit(struct exec *x)
{
	const struct plan *plan = x->plan;
	x->unit.out_at = x->out.n;
	x->unit.errors_at = x->errors.n;
	x->unit.undone = false;
	x->unit.own = idempotency_is_on(x);
	for (size_t i = x->unit.first; i < x->unit.end; i++) {
		x->failures[i] = NULL;
		x->batches[i] = NULL;
		x->outcomes[i] = NULL;
	}
	x->job = (struct pgjob){ .lane = PGLANE_ISOLATED,
		.stmts = x->stmts,
		.settings = x->settings,
		.nsettings = x->nsettings,
		.deadline_us = x->req->deadline_us,
		.on_result = on_mutation_result,
		.on_done = on_mutation_done,
		.user = x };
	if (x->unit.own)
		idempotency_claim(x, &x->stmts[x->job.nstmts++]);
	if (!bind_unit(x)) {
		next_unit(x);
		return;
	}
	x->unit.own_end = x->job.nstmts;
	if (plan->dry_run)
		x->stmts[x->job.nstmts++] = CHECK_DEFERRED;
	bool alone = x->job.nstmts == 1 && x->nsettings == 0;
	x->job.hold = (plan->atomic || wants_verdict(x) || idempotency_is_on(x)) && !plan->dry_run;
	x->job.tx = plan->dry_run ? PGTX_ROLLBACK : alone && !x->job.hold ? PGTX_NONE : PGTX_WRITE;
	pgpool_submit(x->engine->o.pool, &x->job);
}

/* There is nothing to run for it. */
static bool is_ready(const struct plan_root *root)
{
	return root->statement < 0 && root->kind != ROOT_RESOLVER;
}

/* A field with a resolver is run at its place among the others, like a unit. */
static void run_resolver(struct exec *x)
{
	exec_put_resolver_root(x, &x->plan->roots[x->unit.first]);
	x->next_root = ++x->unit.first;
	exec_resolve(x, mutate_next);
}

/* The first root of the next unit, which has a statement, and the unit's end. */
static bool find_unit(struct exec *x)
{
	const struct plan *plan = x->plan;
	size_t i = x->unit.first;
	while (i < plan->nroots && is_ready(&plan->roots[i]))
		i++;
	put_ready(x, i);
	x->unit.first = i;
	x->unit.end = plan->atomic || plan->dry_run ? plan->nroots : i + 1;
	return i < plan->nroots;
}

static void mutate_next(struct exec *x)
{
	if (x->data_null || !find_unit(x))
		replica_finish_write(x);
	else if (x->plan->roots[x->unit.first].kind == ROOT_RESOLVER)
		run_resolver(x);
	else
		run_unit(x);
}

void mutate_begin(struct exec *x)
{
	const struct plan *plan = x->plan;
	x->stmts = arena_array(x->arena, struct pgstmt, plan->nstatements + 2);
	x->root_of = arena_array(x->arena, uint32_t, plan->nstatements + 1);
	x->unit.at = arena_array(x->arena, size_t, plan->nroots);
	x->failures = arena_array(x->arena, const struct failure *, plan->nroots);
	x->batches = arena_array(x->arena, struct written *, plan->nroots);
	x->outcomes = arena_array(x->arena, struct outcomes *, plan->nroots);
	buf_lit(&x->out, "{\"data\":{");
	if (plan->resolves && idempotency_is_on(x)) {
		gql_error_add(&x->errors, ERR_UNSUPPORTED,
			"Fields with resolvers can't be selected together with an Idempotency-Key.");
		exec_refuse(x);
		return;
	}
	exec_identify_mutation(x);
	mutate_next(x);
}
