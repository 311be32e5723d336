/*
 * failure - expected failures as the error member of a result, the rest as GraphQL errors.
 *
 * The first of two members of the same name wins, so what a function puts into its metadata can't
 * replace what the contract says.
 */
#include "exec/failure.h"

#include "exec/violation.h"

#include "base/json.h"
#include "exec/contract.h"
#include "exec/jscan.h"
#include "exec/write.h"

/* ---- documents ---- */

void failure_text_member(struct jwrite *w, str key, str value)
{
	if (!value.p)
		return;
	jw_key(w, key);
	jw_string(w, value);
}

void failure_json_member(struct jwrite *w, str key, str json)
{
	if (!json.p || !key.n)
		return;
	jw_key(w, key);
	jw_raw(w, json);
}

static void put_metadata(struct jwrite *w, str metadata)
{
	str key, value;
	if (!metadata.n || metadata.p[0] != '{')
		return;
	const char *p = metadata.p + 1, *end = metadata.p + metadata.n;
	while (jscan_member(&p, end, &key, &value))
		failure_json_member(w, key, value);
}

str failure_document(struct exec *x, const struct plan_root *root, const struct failure *f)
{
	const struct mutation_plan *m = root->mutation;
	struct buf b = buf_on(x->arena);
	struct jwrite w = jwrite_on(&b);
	jw_object(&w);
	failure_text_member(&w, S("code"), str_from(err_info(f->code)->name));
	failure_text_member(&w, S("status"), f->status);
	failure_text_member(&w, S("message"), f->message);
	failure_text_member(&w, S("id"), f->id);
	failure_json_member(&w, m->conflict_key, f->conflict);
	failure_json_member(&w, S("errors"), f->errors);
	failure_json_member(&w, S("updated_fields"), f->updated_fields);
	failure_text_member(&w, S("detail"), f->detail);
	failure_text_member(&w, S("hint"), f->hint);
	failure_text_member(&w, S("constraint"), f->constraint);
	put_metadata(&w, f->metadata);
	jw_end_object(&w);
	return buf_str(&b);
}

void failure_put_member(struct exec *x, const struct plan_root *root, const struct shape *shape,
	str document)
{
	struct projection p = exec_projection(x);
	p.splices = x->splices;
	/* the member stands where the root's value does: its null is the root's */
	struct shape own = *shape;
	own.non_null = root->field.shape->non_null;
	exec_put_key(x, root);
	if (!project_document(&p, root, &own, document))
		x->data_null = true;
}

/* ---- failures ---- */

void failure_add(struct exec *x, const struct plan_root *root, const struct failure *f)
{
	struct gql_error *e = exec_root_error(x, root, f->code, f->message);
	if (f->errors.n)
		e->extensions = str_printf(x->arena, "\"errors\":%.*s", STR_ARG(f->errors));
}

/* Nothing for the fields that are spliced in: what is in x->splices may be another root's. */
static str *no_splices(struct exec *x, const struct plan_root *root)
{
	size_t n = root->mutation->nrereads;
	return arena_array(x->arena, str, root->write ? root->write->nerror_splices : n);
}

void failure_put(struct exec *x, const struct plan_root *root, const struct failure *f)
{
	const struct mutation_plan *m = root->mutation;
	struct failure own = *f;
	if (!own.message.n)
		own.message = str_from(err_info(f->code)->text);
	struct failure *kept = arena_new(x->arena, struct failure);
	*kept = own;
	if (x->failures)
		x->failures[root - x->plan->roots] = kept;
	if (root->write && root->write->each) {
		write_put_failed(x, root, kept);
		return;
	}
	if (contract_has_items(x, root)) {
		contract_put_failed(x, root, kept);
		return;
	}
	if (m && m->is_union && m->error && !m->call->list) {
		x->splices = f->splices ? f->splices : no_splices(x, root);
		failure_put_member(x, root, m->error, failure_document(x, root, &own));
		return;
	}
	failure_add(x, root, &own);
	exec_put_null(x, root);
}

static void add_member(struct buf *b, const char *key, str json)
{
	buf_printf(b, "%s\"%s\":%.*s", b->n ? "," : "", key, STR_ARG(json));
}

static str quoted(struct exec *x, str text)
{
	struct buf b = buf_on(x->arena);
	json_put_string(&b, text);
	return buf_str(&b);
}

/* What RAISE said, and which input it is about; debugging has the former already. */
static void add_details(struct exec *x, struct gql_error *error, const struct failure *f)
{
	struct buf b = buf_on(x->arena);
	buf_put(&b, error->extensions);
	if (!x->engine->o.debug && f->detail.p)
		add_member(&b, "detail", quoted(x, f->detail));
	if (!x->engine->o.debug && f->hint.p)
		add_member(&b, "hint", quoted(x, f->hint));
	if (!x->engine->o.debug && f->constraint.p)
		add_member(&b, "constraint", quoted(x, f->constraint));
	if (f->errors.p)
		add_member(&b, "errors", f->errors);
	error->extensions = buf_str(&b);
}

static bool is_expected(const struct err *e)
{
	return e->code != ERR_UNAVAILABLE && e->code != ERR_INTERNAL;
}

void failure_of_database(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, uint64_t item, struct failure *out)
{
	*out = (struct failure){ .code = e->code, .status = S("failed:exception") };
	violation_explain(x, root, e, diag, item, out);
}

void failure_put_database(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag)
{
	struct failure f;
	failure_of_database(x, root, e, diag, VIOLATION_NO_ITEM, &f);
	const struct mutation_plan *m = root->mutation;
	bool member = m && m->is_union && (!m->call->list || contract_has_items(x, root));
	if (member && is_expected(e)) {
		failure_put(x, root, &f);
		return;
	}
	struct gql_error *error = exec_database_error(x, root, e, diag);
	if (is_expected(e) && error) {
		error->message = f.message;
		add_details(x, error, &f);
	}
	exec_put_null(x, root);
}
