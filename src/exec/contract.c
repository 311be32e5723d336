/*
 * contract - a function's row by the mutation contract, as the result that the field promises.
 *
 * The row becomes a document that the success member's shape reads:
 *
 *     {"status":…, "message":…, "id":…, "<entity's key>": entity, "updated_fields":[…], metadata's
 * members}
 *
 * The first of two members of the same name wins, so metadata can't replace what the contract says.
 * A row whose status is an error becomes a failure (failure.h).
 */
#include "exec/contract.h"

#include "base/json.h"
#include "exec/failure.h"
#include "exec/jscan.h"

/* ---- the composed document ---- */

static str member(str object, str name)
{
	str key, value;
	if (!object.n || object.p[0] != '{')
		return STR_NONE;
	const char *p = object.p + 1, *end = object.p + object.n;
	while (jscan_member(&p, end, &key, &value))
		if (str_eq(key, name))
			return value;
	return STR_NONE;
}

/* The first element of a list. */
static str first(str list)
{
	str element;
	if (!list.n || list.p[0] != '[')
		return STR_NONE;
	const char *p = list.p + 1;
	return jscan_element(&p, list.p + list.n, &element) ? element : STR_NONE;
}

/*
 * metadata.conflict, and where FraiseQL 0.11 had it: below the details of the first error, wrapped
 * in an object with one of two names.
 */
static str conflict_of(const struct contract *c)
{
	str metadata = c->column[MUTATION_METADATA];
	str conflict = member(metadata, S("conflict"));
	if (!conflict.p)
		conflict = member(member(first(member(metadata, S("errors"))), S("details")),
			S("conflict"));
	str wrapped = member(conflict, S("conflict_object"));
	if (!wrapped.p)
		wrapped = member(conflict, S("conflictObject"));
	return wrapped.p ? wrapped : conflict;
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

static void put_failure(struct exec *x, const struct plan_root *root, enum err_code code,
	str status, str message)
{
	const struct contract *c = &x->contract;
	struct failure f = { .code = code,
		.status = status,
		.message = message,
		.id = c->column[MUTATION_ID],
		.conflict = conflict_of(c),
		.updated_fields = c->column[MUTATION_UPDATED_FIELDS],
		.metadata = c->column[MUTATION_METADATA] };
	failure_put(x, root, &f);
}

static str failure_message(const struct contract *c, const struct status_row *row)
{
	str message = c->column[MUTATION_MESSAGE];
	return message.n ? message : str_from(row->doc);
}

/* No row, or one without a value: by the contract a mistake, of a plain row that there is none. */
static void put_nothing(struct exec *x, const struct plan_root *root)
{
	if (root->mutation->call->contract == CONTRACT_COLUMNS)
		put_failure(x, root, ERR_MUTATION, S("failed:no_result"),
			S("The function returned no row."));
	else
		put_failure(x, root, ERR_NOT_FOUND, S("not_found"), STR_NONE);
}

void contract_put(struct exec *x, const struct plan_root *root)
{
	const struct mutation_plan *m = root->mutation;
	const struct contract *c = &x->contract;
	if (!c->found) {
		put_nothing(x, root);
		return;
	}
	str status = c->column[MUTATION_STATUS];
	struct status_row row = status_of(m->call, status);
	if (!row.success) {
		put_failure(x, root, row.code, status, failure_message(c, &row));
		return;
	}
	bool whole = m->nrereads == 1 && m->rereads[0].field == UINT32_MAX;
	if (whole && c->bubbled) {
		exec_put_null(x, root);
	} else if (whole && !x->splices[0].p) {
		put_failure(x, root, ERR_NOT_FOUND, status, S("The entity can't be read."));
	} else if (whole) {
		exec_put_key(x, root);
		buf_put(&x->out, x->splices[0]);
	} else if (m->call->entity && !m->call->entity_field) {
		failure_put_member(x, root, m->success, c->column[MUTATION_ENTITY]);
	} else {
		failure_put_member(x, root, m->success, success_document(x, m));
	}
}

/* ---- rows ---- */

static void copy_contract(struct exec *x, const struct pgresult *r)
{
	x->contract = (struct contract){ 0 };
	for (int i = 0; pgresult_rows(r) > 0 && i < MUTATION_COLUMNS; i++) {
		str v = pgresult_get(r, 0, i);
		if (v.p)
			x->contract.column[i] = str_dup(x->arena, v);
		x->contract.found |= v.p != NULL;
	}
}

static void render_entity(struct exec *x, const struct plan_root *root, size_t number,
	const struct pgresult *r)
{
	const struct reread *again = &root->mutation->rereads[number];
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	p.out = &text;
	const struct shape_field *f = again->field == UINT32_MAX
		? NULL
		: &root->mutation->success->variants[0].at[again->field];
	if (pgresult_rows(r) == 0)
		return;
	bool put = project_row(&p, root, f, again->shape, r);
	bool gone = !put || str_eq(buf_str(&text), S("null"));
	if (gone && !f)
		x->contract.bubbled = true;
	else if (gone)
		x->splices[number] = f->shape->non_null ? SPLICE_TOLD : S("null");
	else
		x->splices[number] = buf_str(&text);
}

void contract_take(struct exec *x, const struct plan_root *root, size_t i, const struct pgresult *r)
{
	if (i == 0) {
		x->splices = arena_array(x->arena, str, root->mutation->nrereads);
		copy_contract(x, r);
	} else {
		render_entity(x, root, i - 1, r);
	}
}
