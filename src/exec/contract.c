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

static str success_document(struct exec *x, const struct mutation_plan *m, const struct contract *c)
{
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

/* ---- failures ---- */

static struct failure failure_of(const struct contract *c, enum err_code code, str status,
	str message)
{
	return (struct failure){ .code = code,
		.status = status,
		.message = message,
		.id = c->column[MUTATION_ID],
		.conflict = conflict_of(c),
		.updated_fields = c->column[MUTATION_UPDATED_FIELDS],
		.metadata = c->column[MUTATION_METADATA] };
}

/* Is the whole result the entity that is read again? */
static bool is_whole(const struct mutation_plan *m)
{
	return m->nrereads == 1 && m->rereads[0].field == UINT32_MAX;
}

/*
 * What the row says that failed; false: nothing did. No row, or one without a value, is a mistake
 * by the contract; of a plain row it means that there is none.
 */
static bool has_failed(const struct mutation_plan *m, const struct contract *c, const str *splices,
	struct failure *out)
{
	bool columns = m->call->contract == CONTRACT_COLUMNS;
	if (!c->found && columns) {
		*out = failure_of(c, ERR_MUTATION, S("failed:no_result"),
			S("The function returned no row."));
		return true;
	}
	if (!c->found) {
		*out = failure_of(c, ERR_NOT_FOUND, S("not_found"), STR_NONE);
		return true;
	}
	str status = c->column[MUTATION_STATUS], message = c->column[MUTATION_MESSAGE];
	struct status_row row = status_of(m->call, status);
	if (!row.success) {
		*out = failure_of(c, row.code, status, message.n ? message : str_from(row.doc));
		return true;
	}
	if (!is_whole(m) || splices[0].p)
		return false;
	*out = failure_of(c, ERR_NOT_FOUND, status, S("The entity can't be read."));
	return true;
}

/* ---- one result ---- */

static void put_one(struct exec *x, const struct plan_root *root)
{
	const struct mutation_plan *m = root->mutation;
	const struct contract *c = &x->contract;
	struct failure f;
	if (has_failed(m, c, x->splices, &f)) {
		failure_put(x, root, &f);
	} else if (is_whole(m) && !x->splices[0].n) {
		exec_put_null(x, root);
	} else if (is_whole(m)) {
		exec_put_key(x, root);
		buf_put(&x->out, x->splices[0]);
	} else if (m->call->entity && !m->call->entity_field) {
		failure_put_member(x, root, m->success, c->column[MUTATION_ENTITY]);
	} else {
		failure_put_member(x, root, m->success, success_document(x, m, c));
	}
}

/* ---- one an item ---- */

struct outcome {
	struct contract contract;
	str *splices;
	const struct failure *failure; /* not of the row, but of what it was part of; or NULL */
};

struct outcomes {
	struct outcome *at;
	size_t n;
};

/* A GraphQL error at the item, and null. */
static bool put_item_error(struct exec *x, const struct plan_root *root, size_t i,
	const struct failure *f)
{
	str message = f->message.n ? f->message : str_from(err_info(f->code)->text);
	struct gql_error *e = exec_root_error(x, root, f->code, message);
	struct buf path = buf_on(x->arena);
	buf_lit(&path, "[");
	json_put_string(&path, root->field.name);
	buf_printf(&path, ",%zu]", i);
	e->path = buf_str(&path);
	if (f->errors.n)
		e->extensions = str_printf(x->arena, "\"errors\":%.*s", STR_ARG(f->errors));
	buf_lit(&x->out, "null");
	return !root->field.shape->item->non_null;
}

/* Writes an item. False: its null goes further out. */
static bool put_item(struct exec *x, const struct plan_root *root, size_t i)
{
	const struct mutation_plan *m = root->mutation;
	const struct outcome *o = &x->outcomes[root - x->plan->roots]->at[i];
	const struct contract *c = &o->contract;
	bool non_null = root->field.shape->item->non_null;
	struct failure *f = arena_new(x->arena, struct failure);
	struct projection p = exec_projection(x);
	bool failed = has_failed(m, c, o->splices, f);
	if (!failed && o->failure)
		*f = *o->failure;
	if (failed || o->failure) {
		x->failures[root - x->plan->roots] = f;
		if (!m->error)
			return put_item_error(x, root, i, f);
		struct shape shape = *m->error;
		shape.non_null = non_null;
		p.splices = arena_array(x->arena, str, m->nrereads);
		return project_item_document(&p, root, &shape, failure_document(x, root, f), i);
	}
	if (is_whole(m)) {
		buf_put(&x->out, o->splices[0].n ? o->splices[0] : S("null"));
		return o->splices[0].n || !non_null;
	}
	struct shape shape = *m->success;
	shape.non_null = non_null;
	p.splices = o->splices;
	bool bare = m->call->entity && !m->call->entity_field;
	str document = bare ? c->column[MUTATION_ENTITY] : success_document(x, m, c);
	return project_item_document(&p, root, &shape, document, i);
}

static void put_items(struct exec *x, const struct plan_root *root)
{
	exec_put_items(x, root, x->outcomes[root - x->plan->roots]->n, put_item);
}

bool contract_has_items(const struct exec *x, const struct plan_root *root)
{
	return x->outcomes && x->outcomes[root - x->plan->roots];
}

void contract_put_failed(struct exec *x, const struct plan_root *root, const struct failure *f)
{
	struct outcomes *all = x->outcomes[root - x->plan->roots];
	for (size_t i = 0; i < all->n; i++)
		all->at[i].failure = f;
	put_items(x, root);
}

void contract_put(struct exec *x, const struct plan_root *root)
{
	if (root->mutation->call->list)
		put_items(x, root);
	else
		put_one(x, root);
}

/* ---- rows ---- */

static void copy_contract(struct exec *x, const struct pgresult *r, int row, struct contract *out)
{
	*out = (struct contract){ 0 };
	for (int i = 0; pgresult_rows(r) > row && i < MUTATION_COLUMNS; i++) {
		str v = pgresult_get(r, row, i);
		if (v.p)
			out->column[i] = str_dup(x->arena, v);
		out->found |= v.p != NULL;
	}
}

static void take_items(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	struct outcomes *all = arena_new(x->arena, struct outcomes);
	all->n = (size_t)pgresult_rows(r);
	all->at = arena_array(x->arena, struct outcome, all->n);
	for (size_t i = 0; i < all->n; i++) {
		copy_contract(x, r, (int)i, &all->at[i].contract);
		all->at[i].splices = arena_array(x->arena, str, root->mutation->nrereads);
	}
	x->outcomes[root - x->plan->roots] = all;
}

/* The member's field that the entity is, or NULL: it is the result. */
static const struct shape_field *field_of(const struct mutation_plan *m, const struct reread *again)
{
	bool whole = again->field == UINT32_MAX;
	return whole ? NULL : &m->success->variants[0].at[again->field];
}

static str spliced(str text, bool put, bool non_null)
{
	if (put && !str_eq(text, S("null")))
		return text;
	return non_null ? SPLICE_TOLD : S("null");
}

static void render_items(struct exec *x, const struct plan_root *root, size_t number,
	const struct pgresult *r)
{
	const struct reread *again = &root->mutation->rereads[number];
	const struct shape_field *f = field_of(root->mutation, again);
	const struct write_splice splice = { again->shape, f ? f->name : STR_NONE };
	bool non_null = f ? f->shape->non_null : root->field.shape->item->non_null;
	int found = pgresult_columns(r) - 1;
	for (int i = 0; i < pgresult_rows(r); i++) {
		struct outcome *o = &x->outcomes[root - x->plan->roots]->at[i];
		struct buf text = buf_on(x->arena);
		struct projection p = exec_projection(x);
		p.out = &text;
		if (!pgresult_get(r, i, found).p)
			continue;
		bool put = project_item(&p, root, &splice, r, i, (size_t)i);
		o->splices[number] = spliced(buf_str(&text), put, non_null);
	}
}

static void render_entity(struct exec *x, const struct plan_root *root, size_t number,
	const struct pgresult *r)
{
	const struct reread *again = &root->mutation->rereads[number];
	const struct shape_field *f = field_of(root->mutation, again);
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	p.out = &text;
	if (pgresult_rows(r) == 0)
		return;
	bool put = project_row(&p, root, f, again->shape, r);
	x->splices[number] = spliced(buf_str(&text), put, f ? f->shape->non_null : true);
}

void contract_take(struct exec *x, const struct plan_root *root, size_t i, const struct pgresult *r)
{
	bool list = root->mutation->call->list;
	if (i == 0 && list) {
		take_items(x, root, r);
	} else if (i == 0) {
		x->splices = arena_array(x->arena, str, root->mutation->nrereads);
		copy_contract(x, r, 0, &x->contract);
	} else if (list) {
		render_items(x, root, i - 1, r);
	} else {
		render_entity(x, root, i - 1, r);
	}
}
