/*
 * mutate - mutation fields, one after the other, each in a transaction of its own. Spec: §6.2.2
 *
 * A function's row by the mutation contract becomes a document that the result type's shape reads:
 *
 *     success  {"status":…, "message":…, "id":…, "updated_fields":[…], "<entity's key>": entity,
 * metadata's members} error    {"code":…, "status":…, "message":…, "errors":[…], "<conflict's
 * key>": metadata.conflict, …}
 *
 * The first of two members of the same name wins, so metadata can't replace what the contract says.
 * How failures are given is told in failure.h.
 */
#include "exec/failure.h"

#include "base/json.h"
#include "ev/loop.h"
#include "exec/jscan.h"

static const struct plan_root *current(const struct exec *x)
{
	return &x->plan->roots[x->next_root];
}

/* ---- the composed document ---- */

static str metadata_member(const struct contract *c, str name)
{
	str metadata = c->column[MUTATION_METADATA], key, value;
	if (!metadata.n || metadata.p[0] != '{')
		return STR_NONE;
	const char *p = metadata.p + 1, *end = metadata.p + metadata.n;
	while (jscan_member(&p, end, &key, &value))
		if (str_eq(key, name))
			return value;
	return STR_NONE;
}

static void put_metadata(struct jwrite *w, const struct contract *c)
{
	str metadata = c->column[MUTATION_METADATA], key, value;
	if (!metadata.n || metadata.p[0] != '{')
		return;
	const char *p = metadata.p + 1, *end = metadata.p + metadata.n;
	while (jscan_member(&p, end, &key, &value))
		failure_json_member(w, key, value);
}

static str success_document(struct exec *x, const struct mutation_plan *m)
{
	const struct contract *c = &x->contract;
	struct buf b = buf_on(x->arena);
	struct jwrite w = jwrite_on(&b);
	jw_object(&w);
	failure_text_member(&w, S("status"), c->column[MUTATION_STATUS]);
	failure_text_member(&w, S("message"), c->column[MUTATION_MESSAGE]);
	failure_text_member(&w, S("id"), c->column[MUTATION_ID]);
	failure_json_member(&w, m->entity_key, c->column[MUTATION_ENTITY]);
	failure_json_member(&w, S("updated_fields"), c->column[MUTATION_UPDATED_FIELDS]);
	put_metadata(&w, c);
	jw_end_object(&w);
	return buf_str(&b);
}

/* ---- results ---- */

static void project_member(struct exec *x, const struct shape *shape, str document)
{
	failure_put_member(x, current(x), shape, document);
}

static void put_failure(struct exec *x, enum err_code code, str status, str message)
{
	const struct contract *c = &x->contract;
	struct failure f = { .code = code,
		.status = status,
		.message = message,
		.id = c->column[MUTATION_ID],
		.conflict = metadata_member(c, S("conflict")),
		.updated_fields = c->column[MUTATION_UPDATED_FIELDS],
		.metadata = c->column[MUTATION_METADATA] };
	failure_put(x, current(x), &f);
}

static str failure_message(const struct contract *c, const struct status_row *row)
{
	str message = c->column[MUTATION_MESSAGE];
	return message.n ? message : str_from(row->doc);
}

static void put_contract(struct exec *x)
{
	const struct plan_root *root = current(x);
	const struct mutation_plan *m = root->mutation;
	const struct contract *c = &x->contract;
	if (!c->found) {
		put_failure(x, ERR_MUTATION, S("failed:no_result"),
			S("The function returned no row."));
		return;
	}
	str status = c->column[MUTATION_STATUS];
	const struct status_row *row = status_find(status);
	if (!row->success) {
		put_failure(x, row->code, status, failure_message(c, row));
		return;
	}
	bool whole = m->nrereads == 1 && m->rereads[0].field == UINT32_MAX;
	if (whole && !x->splices[0].p) {
		put_failure(x, ERR_NOT_FOUND, status, S("The entity can't be read."));
	} else if (whole) {
		exec_put_key(x, root);
		buf_put(&x->out, x->splices[0]);
	} else if (m->is_union || m->entity_key.n || !m->call->entity) {
		project_member(x, m->success, success_document(x, m));
	} else {
		project_member(x, m->success, c->column[MUTATION_ENTITY]);
	}
}

/* ---- the job ---- */

static void copy_contract(struct exec *x, const struct pgresult *r)
{
	x->contract = (struct contract){ .found = pgresult_rows(r) > 0 };
	for (int i = 0; x->contract.found && i < MUTATION_COLUMNS; i++) {
		str v = pgresult_get(r, 0, i);
		if (v.p)
			x->contract.column[i] = str_dup(x->arena, v);
	}
}

static void render_entity(struct exec *x, size_t number, const struct pgresult *r)
{
	const struct plan_root *root = current(x);
	const struct reread *again = &root->mutation->rereads[number];
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	p.out = &text;
	size_t errors = x->errors.n;
	bool found = pgresult_rows(r) > 0;
	if (found && project_row(&p, root, again->shape, r) && x->errors.n >= errors)
		x->splices[number] = buf_str(&text);
}

static void on_mutation_result(struct pgjob *job, int statement, const struct pgresult *r)
{
	struct exec *x = job->user;
	const struct plan_root *root = current(x);
	if (root->kind != ROOT_MUTATION) {
		struct projection p = exec_projection(x);
		exec_put_key(x, root);
		if (!project_root(&p, root, r))
			x->data_null = true;
	} else if (statement == 0) {
		copy_contract(x, r);
	} else {
		render_entity(x, (size_t)statement - 1, r);
	}
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
	if (e)
		failure_put_database(x, current(x), e, diag);
	else if (current(x)->kind == ROOT_MUTATION)
		put_contract(x);
	x->next_root++;
	mutate_next(x);
}

static bool bind_mutation(struct exec *x, const struct plan_root *root)
{
	size_t n = 1 + (root->mutation ? root->mutation->nrereads : 0);
	x->stmts = arena_array(x->arena, struct pgstmt, n);
	x->splices = arena_array(x->arena, str, n);
	if (!exec_bind(x, root, &x->plan->statements[root->statement], &x->stmts[0]))
		return false;
	for (size_t i = 1; i < n; i++) {
		int number = root->mutation->rereads[i - 1].statement;
		if (!exec_bind(x, root, &x->plan->statements[number], &x->stmts[i]))
			return false;
	}
	x->job = (struct pgjob){ .lane = PGLANE_ISOLATED,
		.stmts = x->stmts,
		.nstmts = (int)n,
		.settings = x->settings,
		.nsettings = x->nsettings,
		.deadline_us = x->req->deadline_us,
		.on_result = on_mutation_result,
		.on_done = on_mutation_done,
		.user = x };
	x->job.tx = n > 1 || x->nsettings > 0 ? PGTX_WRITE : PGTX_NONE;
	return true;
}

void mutate_next(struct exec *x)
{
	for (; x->next_root < x->plan->nroots && !x->data_null; x->next_root++) {
		const struct plan_root *root = current(x);
		if (root->kind == ROOT_CONST) {
			exec_put_key(x, root);
			buf_put(&x->out, root->constant);
			continue;
		}
		if (!bind_mutation(x, root)) {
			exec_put_null(x, root);
			continue;
		}
		pgpool_submit(x->engine->o.pool, &x->job);
		return;
	}
	exec_finish(x);
}
