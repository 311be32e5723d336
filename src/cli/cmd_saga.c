/* cmd_saga - looking at sagas, and giving one another try. */
#include "cli/commands.h"

#include "base/json.h"
#include "pg/sync.h"

static const struct cli_option OPTIONS[] = {
	{ "json", NULL, "JSON, for machines", NULL },
	{ NULL, NULL, NULL, NULL },
};
static const struct cli_option LIST_OPTIONS[] = {
	{ "json", NULL, "JSON, for machines", NULL },
	{ "state", "STATE", "only sagas in this state",
		"running done compensating compensated stuck" },
	{ NULL, NULL, NULL, NULL },
};

static const char LIST[] =
	"select id, name, state, step, steps, attempts, updated_at, error from ("
	"select s.id::text, s.name, s.state,"
	" (select count(*) from fraiseql.saga_step t where t.saga_id = s.id"
	" and t.state in ('done', 'compensated', 'failed'))::text as step,"
	" (select count(*) from fraiseql.saga_step t where t.saga_id = s.id)::text as steps,"
	" s.attempts::text, to_char(s.updated_at, 'YYYY-MM-DD HH24:MI:SS TZ') as updated_at,"
	" s.error, s.created_at"
	" from fraiseql.saga s where $1::text is null or s.state = $1"
	" order by s.created_at desc limit 200) x order by created_at desc";
static const char STEPS[] = "select number::text, state, forward, compensate,"
			    " to_char(finished_at, 'YYYY-MM-DD HH24:MI:SS TZ') as finished_at"
			    " from fraiseql.saga_step where saga_id = $1::uuid order by number";
static const char ONE[] = "select id::text, name, state, attempts::text, data::text,"
			  " to_char(created_at, 'YYYY-MM-DD HH24:MI:SS TZ') as created_at,"
			  " to_char(next_at, 'YYYY-MM-DD HH24:MI:SS TZ') as next_at, error"
			  " from fraiseql.saga where id = $1::uuid";

static struct pgparam param(const char *text)
{
	return (struct pgparam){ .text = text ? str_from(text) : STR_NONE, .null = !text };
}

/* ---- printing rows ---- */

static size_t width_of(const struct pgrows *r, int column)
{
	size_t n = r->names[column].n;
	for (int i = 0; i < r->rows; i++)
		n = MAX(n, pgrows_get(r, i, column).n);
	return n;
}

static void put_cell(struct buf *b, str text, size_t width, bool last)
{
	buf_put(b, text);
	for (size_t i = text.n; i < width + 2 && !last; i++)
		buf_putc(b, ' ');
	if (last)
		buf_putc(b, '\n');
}

static void put_table(struct buf *b, const struct pgrows *r)
{
	for (int i = -1; i < r->rows; i++)
		for (int k = 0; k < r->columns; k++)
			put_cell(b, i < 0 ? r->names[k] : pgrows_get(r, i, k), width_of(r, k),
				k == r->columns - 1);
}

static void put_object(struct jwrite *j, const struct pgrows *r, int row)
{
	for (int k = 0; k < r->columns; k++) {
		str cell = pgrows_get(r, row, k);
		jw_key(j, r->names[k]);
		if (!cell.p)
			jw_null(j);
		else if (str_eq(r->names[k], S("data")))
			jw_raw(j, cell);
		else
			jw_string(j, cell);
	}
}

static void put_objects(struct jwrite *j, const struct pgrows *r)
{
	jw_array(j);
	for (int i = 0; i < r->rows; i++) {
		jw_object(j);
		put_object(j, r, i);
		jw_end_object(j);
	}
	jw_end_array(j);
}

/* ---- list ---- */

static bool list(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	struct buf *b = arg;
	struct pgrows rows;
	struct pgparam state = param(cli_value(c, "state"));
	if (!pgsync_query(db, c->arena, LIST, &state, 1, &rows, e))
		return false;
	struct jwrite j = jwrite_on(b);
	if (cli_value(c, "json"))
		put_objects(&j, &rows);
	else if (rows.rows > 0)
		put_table(b, &rows);
	else
		buf_lit(b, "There are no sagas.");
	if (!b->n || b->p[b->n - 1] != '\n')
		buf_lit(b, "\n");
	return true;
}

static int run_list(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	int status = cli_database(c, true, list, &b);
	return status == CLI_DONE ? cli_print(c, buf_str(&b)) : status;
}

/* ---- show ---- */

static bool not_found(struct cli *c, struct err *e)
{
	return err_set(e, ERR_NOT_FOUND, "there is no saga %s; see: fraiseql saga list",
		c->args[0]);
}

static void put_saga(struct buf *b, const struct pgrows *saga, const struct pgrows *steps)
{
	for (int k = 0; k < saga->columns; k++) {
		str cell = pgrows_get(saga, 0, k);
		if (cell.p)
			buf_printf(b, "%-11.*s %.*s\n", STR_ARG(saga->names[k]), STR_ARG(cell));
	}
	buf_lit(b, "\n");
	put_table(b, steps);
}

static bool show(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	struct buf *b = arg;
	struct pgrows saga, steps;
	struct pgparam id = param(c->args[0]);
	if (!pgsync_query(db, c->arena, ONE, &id, 1, &saga, e) ||
		!pgsync_query(db, c->arena, STEPS, &id, 1, &steps, e))
		return false;
	if (saga.rows == 0)
		return not_found(c, e);
	if (!cli_value(c, "json")) {
		put_saga(b, &saga, &steps);
		return true;
	}
	struct jwrite j = jwrite_on(b);
	jw_object(&j);
	put_object(&j, &saga, 0);
	jw_key(&j, S("steps"));
	put_objects(&j, &steps);
	jw_end_object(&j);
	buf_lit(b, "\n");
	return true;
}

static int run_show(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	int status = cli_database(c, true, show, &b);
	return status == CLI_DONE ? cli_print(c, buf_str(&b)) : status;
}

/* ---- retry ---- */

static bool retry(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	struct pgrows rows;
	struct pgparam id = param(c->args[0]);
	UNUSED(arg);
	if (!pgsync_query(db, c->arena, "select fraiseql.saga_retry($1::uuid)", &id, 1, &rows, e))
		return false;
	if (str_eq(pgrows_get(&rows, 0, 0), S("t")))
		return true;
	if (!pgsync_query(db, c->arena, ONE, &id, 1, &rows, e))
		return false;
	return rows.rows == 0 ? not_found(c, e)
			      : err_set(e, ERR_CONFLICT, "the saga %s is done already", c->args[0]);
}

static int run_retry(struct cli *c)
{
	int status = cli_database(c, true, retry, NULL);
	return status == CLI_DONE
		? cli_print(c, S("It is due now; a server takes it up at its next look.\n"))
		: status;
}

const struct command CMD_SAGA_LIST = {
	.name = "saga list",
	.args = "",
	.doc = "list sagas, the newest first",
	.example = "fraiseql saga list --state stuck",
	.options = LIST_OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_list,
};

const struct command CMD_SAGA_SHOW = {
	.name = "saga show",
	.args = "ID",
	.args_min = 1,
	.args_max = 1,
	.doc = "show one saga with its steps",
	.example = "fraiseql saga show 4fdca68e-ab60-4a8d-b9fd-235258dfd0fa",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_show,
};

const struct command CMD_SAGA_RETRY = {
	.name = "saga retry",
	.args = "ID",
	.args_min = 1,
	.args_max = 1,
	.doc = "give a saga another try",
	.text = "One that waits is run at once; one that is stuck goes on undoing; one that was undone begins "
		"again with its first step.",
	.example = "fraiseql saga retry 4fdca68e-ab60-4a8d-b9fd-235258dfd0fa",
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_retry,
};
