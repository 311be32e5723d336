/*
 * sync - libpq's blocking calls behind values of ours.
 *
 * A script is sent as one simple query, so PostgreSQL splits it and makes it one transaction.
 * Places: the server names a character for what it could not parse or find; for the rest the number
 * of results that came before the failure tells which statement it was.
 */
#include "pg/sync.h"

#include "pg/pool_int.h"
#include "pg/script.h"
#include "pg/session.h"
#include "pg/sqlstate.h"

#include "base/num.h"

enum { CONNECT_TIMEOUT_S = 10, PARAMS_MAX = 65535 };

struct pgsync {
	PGconn *pg;
	const struct log *log;
};

static void on_notice(void *arg, const PGresult *r)
{
	const struct pgsync *s = arg;
	str text = str_trim(str_from(PQresultErrorMessage(r)));
	if (s->log)
		log_debug(s->log, "postgres: %.*s", STR_ARG(text));
}

static bool refused(const PGconn *pg, struct err *e)
{
	char text[ERR_MESSAGE_MAX];
	str why = pgerr_line(text, sizeof text, PQerrorMessage(pg));
	return err_set(e, ERR_UNAVAILABLE, "%.*s", STR_ARG(why));
}

bool pgsync_open(const char *conninfo, const char *application_name, const struct log *log,
	struct pgsync **out, struct err *e)
{
	struct session_options o = {
		.conninfo = conninfo,
		.application_name = application_name,
		.connect_timeout_s = CONNECT_TIMEOUT_S,
	};
	struct session session;
	struct arena *a = arena_open(0);
	if (!session_build(a, &o, &session, e)) {
		arena_close(a);
		return false;
	}
	PGconn *pg = PQconnectdbParams(session.keywords, session.values, 1);
	arena_close(a);
	if (PQstatus(pg) != CONNECTION_OK) {
		refused(pg, e);
		PQfinish(pg);
		return false;
	}
	if (!session_check(pg, e)) {
		PQfinish(pg);
		return false;
	}
	*out = mem_new(struct pgsync);
	**out = (struct pgsync){ .pg = pg, .log = log };
	PQsetNoticeReceiver(pg, on_notice, *out);
	return true;
}

void pgsync_close(struct pgsync *s)
{
	if (!s)
		return;
	PQfinish(s->pg);
	mem_free(s);
}

/* ---- failures ---- */

/* `statement`: how many statements of `text` had succeeded. */
static bool failed(const struct pgsync *s, const PGresult *r, str text, unsigned statement,
	struct err *e)
{
	struct pgdiag d;
	if (!PQresultErrorField(r, PG_DIAG_SQLSTATE))
		return refused(s->pg, e);
	pgresult_diag(r, 0, e, &d);
	struct err plain = *e;
	err_set(e, plain.code, "%.*s%s%.*s%s%.*s", STR_ARG(d.message), d.detail.n ? "; " : "",
		STR_ARG(d.detail), d.hint.n ? "; hint: " : "", STR_ARG(d.hint));
	for (size_t i = 0; i < sizeof e->sqlstate; i++)
		e->sqlstate[i] = plain.sqlstate[i];
	uint64_t position = 0;
	const char *given = PQresultErrorField(r, PG_DIAG_STATEMENT_POSITION);
	size_t at = given && num_u64(str_from(given), &position)
		? script_character(text, (size_t)position)
		: script_statement(text, statement);
	if (at < text.n || position)
		script_place(text, at, &e->line, &e->column);
	return false;
}

/* ---- scripts ---- */

/* COPY … FROM STDIN has no data here, COPY … TO STDOUT nobody who reads. */
static void end_copy(struct pgsync *s, ExecStatusType status)
{
	char *line = NULL;
	if (status == PGRES_COPY_IN) {
		PQputCopyEnd(s->pg, "COPY FROM STDIN is not possible in a script");
		return;
	}
	while (PQgetCopyData(s->pg, &line, 0) > 0)
		PQfreemem(line);
}

bool pgsync_exec(struct pgsync *s, str script, struct err *e)
{
	if (str_starts(script, S("\xef\xbb\xbf")))
		script = str_sub(script, 3, script.n);
	bool was_open = pgsync_in_transaction(s);
	struct arena *a = arena_open(0);
	bool ok = PQsendQuery(s->pg, str_z(a, script)) == 1;
	arena_close(a);
	if (!ok)
		return refused(s->pg, e);
	unsigned done = 0;
	PGresult *r;
	while ((r = PQgetResult(s->pg)) != NULL) {
		ExecStatusType status = PQresultStatus(r);
		if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE)
			ok = ok && failed(s, r, script, done, e);
		else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT)
			end_copy(s, status);
		else
			done++;
		PQclear(r);
	}
	if (!ok && !was_open && pgsync_in_transaction(s))
		PQclear(PQexec(s->pg, "ROLLBACK"));
	return ok;
}

/* ---- single statements ---- */

static void copy_rows(struct arena *a, PGresult *r, struct pgrows *out)
{
	int rows = PQntuples(r), columns = PQnfields(r);
	str *names = arena_array(a, str, (size_t)columns);
	str *cells = arena_array(a, str, (size_t)rows * (size_t)columns);
	for (int c = 0; c < columns; c++)
		names[c] = str_dup(a, str_from(PQfname(r, c)));
	for (int i = 0; i < rows; i++) {
		for (int c = 0; c < columns; c++) {
			if (PQgetisnull(r, i, c))
				continue;
			str v = { PQgetvalue(r, i, c), (size_t)PQgetlength(r, i, c) };
			cells[(size_t)i * (size_t)columns + (size_t)c] = (str){ str_z(a, v), v.n };
		}
	}
	uint64_t affected = 0;
	if (!num_u64(str_from(PQcmdTuples(r)), &affected))
		affected = 0;
	*out = (struct pgrows){ rows, columns, names, cells, affected };
}

bool pgsync_query(struct pgsync *s, struct arena *a, const char *sql, const struct pgparam *params,
	int nparams, struct pgrows *out, struct err *e)
{
	if (nparams < 0 || nparams > PARAMS_MAX)
		return err_set(e, ERR_INTERNAL, "%d parameters are too many", nparams);
	const char **values = arena_array(a, const char *, (size_t)nparams);
	for (int i = 0; i < nparams; i++)
		values[i] = params[i].null ? NULL : params[i].text.p ? params[i].text.p : "";
	PGresult *r = PQexecParams(s->pg, sql, nparams, NULL, values, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(r);
	bool ok = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
	if (ok)
		copy_rows(a, r, out);
	else if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_EMPTY_QUERY)
		err_set(e, ERR_INTERNAL, "not a statement with a result: %s", PQresStatus(status));
	else
		failed(s, r, str_from(sql), 0, e);
	PQclear(r);
	return ok;
}

bool pgsync_value(struct pgsync *s, struct arena *a, const char *sql, str *out, struct err *e)
{
	struct pgrows rows;
	if (!pgsync_query(s, a, sql, NULL, 0, &rows, e))
		return false;
	*out = rows.rows > 0 && rows.columns > 0 ? pgrows_get(&rows, 0, 0) : STR_NONE;
	return true;
}

int pgsync_server_version(const struct pgsync *s)
{
	return PQserverVersion(s->pg);
}

bool pgsync_in_transaction(const struct pgsync *s)
{
	PGTransactionStatusType t = PQtransactionStatus(s->pg);
	return t == PQTRANS_INTRANS || t == PQTRANS_INERROR;
}
