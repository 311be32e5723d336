/*
 * write - the field's value from the rows that were written.
 *
 * The first statement gives a verdict for each item (plan.h); one that is not "ok" is a failure of
 * the field. Entities are rendered as their rows arrive, since results do not outlive the callback.
 * A payload's or union's success member is read from the document
 *
 *     {"status":…, "count":…, <columns of the row>}
 *
 * with the rendered entities spliced in; a failure is as everywhere (failure.h).
 */
#include "exec/write.h"

#include "base/json.h"
#include "base/num.h"
#include "exec/failure.h"
#include "exec/jscan.h"
#include "exec/rules.h"
#include "pg/sqlstate.h"
#include "schema/write.h"

struct written {
	const struct verdict *bad; /* the first verdict that is not "ok"; NULL = none */
	uint64_t item;             /* its number, from 0 */
	uint64_t count;            /* rows that were written */
	str echo;
	str rows;           /* rendered; .p == NULL: nothing can be given, an error was added */
	struct item *items; /* each: one an item */
	size_t nitems;
	size_t *numbers; /* each: the items that the rows of the results are about */
};

/* What came of one item of a batch whose items stand by themselves. */
struct item {
	const struct failure *failure; /* NULL: it was written */
	str echo, row;
	str *splices;
};

static const struct verdict {
	const char *word;
	enum err_code code;
	const char *status, *message;
} VERDICTS[] = {
	{ "missing", ERR_NOT_FOUND, "not_found", "There is no row with this key." },
	{ "conflict", ERR_CONFLICT, "conflict:version", "The row was changed in the meantime." },
	{ "unconnected", ERR_BAD_INPUT, "validation:connect", "A row to connect does not exist." },
	{ "duplicate", ERR_BAD_INPUT, "validation:duplicate", "Two items have the same key." },
	{ "skipped", ERR_MUTATION, "failed:skipped", "The database did not store the row." },
	{ "many", ERR_BAD_INPUT, "validation:too_many",
		"More rows match than may be written at once." },
	{ "all", ERR_BAD_INPUT, "validation:empty_filter",
		"The filter matches every row, which this field does not allow." },
};

static const struct verdict *verdict_find(str word)
{
	for (size_t i = 0; i < COUNT(VERDICTS); i++)
		if (str_eq(word, str_from(VERDICTS[i].word)))
			return &VERDICTS[i];
	return str_eq(word, S("ok")) ? NULL : &VERDICTS[COUNT(VERDICTS) - 1];
}

/* ---- taking ---- */

static const struct verdict *verdict_of_nothing(const struct write *t)
{
	bool inserts = t->action == WRITE_INSERT || t->action == WRITE_UPSERT;
	return verdict_find(inserts ? S("skipped") : S("missing"));
}

static void take_verdicts(struct written *w, const struct write_plan *plan,
	const struct pgresult *r)
{
	int n = pgresult_rows(r);
	if (plan->verdict_at < 0) {
		w->count = (uint64_t)n;
		w->bad = n ? NULL : verdict_of_nothing(plan->write);
		return;
	}
	for (int i = 0; i < n && !w->bad; i++) {
		w->bad = verdict_find(pgresult_get(r, i, plan->verdict_at));
		w->item = (uint64_t)i;
		w->count += !w->bad;
	}
	if (plan->count_at >= 0 && n > 0 && !num_u64(pgresult_get(r, 0, plan->count_at), &w->count))
		w->count = 0;
}

static str render(struct exec *x, const struct plan_root *root, const struct write_splice *splice,
	const struct pgresult *r, int found)
{
	bool skip = found >= 0 && root->write->write->where;
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	p.out = &text;
	return project_rows(&p, root, splice, r, found, skip) ? buf_str(&text) : SPLICE_TOLD;
}

static void take_rows(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	const struct write_splice whole = { .shape = plan->rows };
	if (plan->rows)
		x->written->rows = render(x, root, &whole, r, plan->found_at);
	for (size_t i = 0; i < plan->nsuccess_splices; i++)
		x->splices[i] = render(x, root, &plan->success_splices[i], r, plan->found_at);
}

static void take_conflict(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	bool conflict = x->written->bad && x->written->bad->code == ERR_CONFLICT;
	for (size_t i = 0; conflict && i < plan->nerror_splices; i++)
		x->splices[i] = render(x, root, &plan->error_splices[i], r, -1);
}

/* ---- items by themselves ---- */

static struct failure *failure_of_verdict(struct exec *x, const struct verdict *v)
{
	struct failure *f = arena_new(x->arena, struct failure);
	*f = (struct failure){ .code = v->code,
		.status = str_from(v->status),
		.message = str_from(v->message) };
	return f;
}

/* The error that the database raised for a row; what is known of it stands from column `at` on. */
static struct failure *failure_of_row(struct exec *x, const struct plan_root *root,
	const struct pgresult *r, int row, int at)
{
	struct failure *f = arena_new(x->arena, struct failure);
	struct pgdiag diag = { .message = pgresult_get(r, row, at + 1),
		.detail = pgresult_get(r, row, at + 2),
		.constraint = pgresult_get(r, row, at + 3),
		.schema = pgresult_get(r, row, at + 4),
		.table = pgresult_get(r, row, at + 5),
		.column = pgresult_get(r, row, at + 6),
		.raised = str_eq(pgresult_get(r, row, at + 7), S("true")),
		.hint = pgresult_get(r, row, at + 8),
		.datatype = pgresult_get(r, row, at + 9),
		.statement = -1 };
	struct err e;
	str state = pgresult_get(r, row, at);
	err_set(&e, pgerr_code(state, diag.message), "%.*s", STR_ARG(diag.message));
	for (size_t i = 0; i < sizeof e.sqlstate; i++)
		e.sqlstate[i] = i < state.n ? state.p[i] : '\0';
	for (size_t i = 0; i < sizeof diag.sqlstate; i++)
		diag.sqlstate[i] = e.sqlstate[i];
	failure_of_database(x, root, &e, &diag, x->written->numbers[row], f);
	return f;
}

/* All items as not written yet; those that a rule has refused are not in the results. */
static void make_items(struct exec *x, const struct plan_root *root, size_t nrows)
{
	const struct write_plan *plan = root->write;
	struct written *w = x->written;
	struct refused_items refused = rules_items(x, root);
	size_t splices = MAX(plan->nsuccess_splices, plan->nerror_splices), row = 0, k = 0;
	w->nitems = nrows + refused.n;
	w->items = arena_array(x->arena, struct item, w->nitems);
	w->numbers = arena_array(x->arena, size_t, nrows);
	for (size_t i = 0; i < w->nitems; i++) {
		w->items[i].splices = arena_array(x->arena, str, splices);
		if (k < refused.n && refused.numbers[k] == i)
			w->items[i].failure = &refused.failures[k++];
		else if (row < nrows)
			w->numbers[row++] = i;
	}
}

static struct item *item_of(struct exec *x, int row)
{
	return &x->written->items[x->written->numbers[row]];
}

static void take_outcomes(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	for (int i = 0; i < pgresult_rows(r); i++) {
		struct item *item = item_of(x, i);
		str verdict = pgresult_get(r, i, plan->verdict_at);
		const struct verdict *bad = verdict.p ? verdict_find(verdict) : NULL;
		str echo = pgresult_get(r, i, plan->echo_at);
		if (echo.p)
			item->echo = str_dup(x->arena, echo);
		if (bad)
			item->failure = failure_of_verdict(x, bad);
		else if (!verdict.p)
			item->failure = failure_of_row(x, root, r, i, plan->verdict_at + 1);
	}
}

static str render_item(struct exec *x, const struct plan_root *root,
	const struct write_splice *splice, const struct pgresult *r, int row)
{
	struct buf text = buf_on(x->arena);
	struct projection p = exec_projection(x);
	size_t index = x->written->numbers[row];
	p.out = &text;
	return project_item(&p, root, splice, r, row, index) ? buf_str(&text) : SPLICE_TOLD;
}

static void take_items(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	const struct write_splice whole = { .shape = plan->rows };
	for (int i = 0; i < pgresult_rows(r); i++) {
		struct item *item = item_of(x, i);
		if (!pgresult_get(r, i, plan->found_at).p)
			continue;
		if (plan->rows)
			item->row = render_item(x, root, &whole, r, i);
		for (size_t k = 0; k < plan->nsuccess_splices; k++)
			item->splices[k] = render_item(x, root, &plan->success_splices[k], r, i);
	}
}

static void take_conflicts(struct exec *x, const struct plan_root *root, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	int found = pgresult_columns(r) - 1;
	for (int i = 0; i < pgresult_rows(r); i++)
		for (size_t k = 0; k < plan->nerror_splices && pgresult_get(r, i, found).p; k++)
			item_of(x, i)->splices[k] =
				render_item(x, root, &plan->error_splices[k], r, i);
}

static void take_each(struct exec *x, const struct plan_root *root, size_t i,
	const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	if (i == 0) {
		x->written = arena_new(x->arena, struct written);
		x->batches[root - x->plan->roots] = x->written;
	}
	bool per_item = (int)i == plan->rows_in || (int)i == plan->verdicts_in;
	if (per_item && !x->written->items)
		make_items(x, root, (size_t)pgresult_rows(r));
	if ((int)i == plan->rows_in)
		take_items(x, root, r);
	if ((int)i == plan->verdicts_in)
		take_outcomes(x, root, r);
	if ((int)i == plan->conflict_in)
		take_conflicts(x, root, r);
}

void write_take(struct exec *x, const struct plan_root *root, size_t i, const struct pgresult *r)
{
	const struct write_plan *plan = root->write;
	if (plan->each) {
		take_each(x, root, i, r);
		return;
	}
	if (i == 0) {
		x->written = arena_new(x->arena, struct written);
		x->splices = arena_array(x->arena, str,
			MAX(plan->nsuccess_splices, plan->nerror_splices));
		take_verdicts(x->written, plan, r);
		bool echoes = plan->echo_at >= 0 && pgresult_rows(r) > 0;
		str echo = echoes ? pgresult_get(r, 0, plan->echo_at) : STR_NONE;
		if (echo.p)
			x->written->echo = str_dup(x->arena, echo);
	}
	if ((int)i == plan->rows_in && !x->written->bad)
		take_rows(x, root, r);
	if ((int)i == plan->conflict_in)
		take_conflict(x, root, r);
}

/* ---- putting ---- */

static str success_document(struct exec *x, const struct write *t, uint64_t count, str echo)
{
	static const char *const STATUSES[] = { [WRITE_INSERT] = "created",
		[WRITE_UPDATE] = "updated",
		[WRITE_UPSERT] = "success",
		[WRITE_DELETE] = "deleted" };
	struct buf b = buf_on(x->arena);
	struct jwrite w = jwrite_on(&b);
	str key, value;
	jw_object(&w);
	failure_text_member(&w, S("status"), str_from(STATUSES[t->action]));
	jw_key(&w, S("count"));
	jw_i64(&w, (int64_t)count);
	if (echo.n) {
		const char *p = echo.p + 1, *end = echo.p + echo.n;
		while (jscan_member(&p, end, &key, &value))
			failure_json_member(&w, key, value);
	}
	jw_end_object(&w);
	return buf_str(&b);
}

static void put_failure(struct exec *x, const struct plan_root *root)
{
	const struct written *w = x->written;
	struct failure f = *failure_of_verdict(x, w->bad);
	f.splices = x->splices;
	const struct gql_input *list = root->write->write->input;
	for (size_t i = 0; !list && i < root->write->write->nargs; i++)
		if (root->write->write->args[i].many)
			list = root->write->write->args[i].input;
	if (root->write->write->batch && list && !str_eq(str_from(w->bad->word), S("unconnected")))
		f.errors = str_printf(x->arena,
			"[{\"path\":[\"%.*s\",\"%llu\"],\"code\":\"%s\",\"message\":\"%s\"}]",
			STR_ARG(list->name), (unsigned long long)w->item, err_info(f.code)->name,
			w->bad->message);
	failure_put(x, root, &f);
}

static void put_text(struct exec *x, const struct plan_root *root, str text)
{
	exec_put_key(x, root);
	if (text.n)
		buf_put(&x->out, text);
	else
		x->data_null = true;
}

/* Writes an item's member. False: its null goes further out. */
static bool put_item(struct exec *x, const struct plan_root *root, size_t i)
{
	const struct item *item = &x->written->items[i];
	const struct mutation_plan *m = root->mutation;
	struct projection p = exec_projection(x);
	if (x->plan->atomic && item->failure)
		x->failures[root - x->plan->roots] = item->failure;
	p.splices = item->splices;
	if (!item->failure && item->row.p) {
		buf_put(&x->out, item->row.n ? item->row : S("null"));
		return item->row.n || !root->field.shape->item->non_null;
	}
	struct shape shape = item->failure ? *m->error : *m->success;
	shape.non_null = root->field.shape->item->non_null;
	str document = item->failure ? failure_document(x, root, item->failure)
		: root->write->rows  ? STR_NONE
				     : success_document(x, root->write->write, 1, item->echo);
	return project_item_document(&p, root, &shape, document, i);
}

static void put_items(struct exec *x, const struct plan_root *root)
{
	exec_put_items(x, root, x->written->nitems, put_item);
}

void write_put_failed(struct exec *x, const struct plan_root *root, const struct failure *f)
{
	const struct write_plan *plan = root->write;
	struct written *w = x->batches ? x->batches[root - x->plan->roots] : NULL;
	if (!w)
		w = arena_new(x->arena, struct written);
	x->written = w;
	if (!w->items)
		make_items(x, root, pexpr_length(&plan->items, &x->vars) - rules_items(x, root).n);
	for (size_t i = 0; i < w->nitems; i++)
		if (!w->items[i].failure)
			w->items[i] = (struct item){ .failure = f,
				.splices = arena_array(x->arena, str, plan->nerror_splices) };
	put_items(x, root);
}

void write_put(struct exec *x, const struct plan_root *root)
{
	const struct write_plan *plan = root->write;
	if (plan->each) {
		put_items(x, root);
		return;
	}
	if (x->written->bad) {
		put_failure(x, root);
		return;
	}
	switch (plan->write->result) {
	case WRITE_DONE: put_text(x, root, S("true")); return;
	case WRITE_COUNT:
		put_text(x, root,
			str_printf(x->arena, "%llu", (unsigned long long)x->written->count));
		return;
	case WRITE_ROWS: put_text(x, root, x->written->rows); return;
	case WRITE_MEMBERS: break;
	}
	if (plan->rows)
		put_text(x, root, x->written->rows);
	else
		failure_put_member(x, root, root->mutation->success,
			success_document(x, plan->write, x->written->count, x->written->echo));
}
