/*
 * result - a PGresult under the names of pool.h, or the part of it that is a job's.
 */
#include "pg/pool_int.h"
#include "pg/sqlstate.h"

#include "base/num.h"

#include <string.h>

int pgresult_rows(const struct pgresult *r)
{
	return r->rows;
}

int pgresult_columns(const struct pgresult *r)
{
	return PQnfields(r->raw) - r->column;
}

str pgresult_get(const struct pgresult *r, int row, int column)
{
	row += r->row;
	column += r->column;
	if (PQgetisnull(r->raw, row, column))
		return STR_NONE;
	return (str){ PQgetvalue(r->raw, row, column), (size_t)PQgetlength(r->raw, row, column) };
}

const char *pgresult_column_name(const struct pgresult *r, int column)
{
	return PQfname(r->raw, column + r->column);
}

uint32_t pgresult_column_type(const struct pgresult *r, int column)
{
	return PQftype(r->raw, column + r->column);
}

uint64_t pgresult_affected(const struct pgresult *r)
{
	uint64_t n = 0;
	if (!num_u64(str_from(PQcmdTuples(r->raw)), &n))
		return 0;
	return n;
}

static str field(const PGresult *r, int code)
{
	return str_from(PQresultErrorField(r, code));
}

/*
 * A parameter that is no text search query, JSON path or label pattern is a syntax error to
 * PostgreSQL, too, but not one of the statement: it has no place in it, and comes from no
 * function's text. So is what such a parameter names and is not there, a variable of a path, say.
 * The context of a parameter that could not be read names its number.
 */
static bool is_bad_parameter(const PGresult *r, str state)
{
	str context = field(r, PG_DIAG_CONTEXT);
	bool said =
		str_eq(state, S("42601")) || str_eq(state, S("42704")) || str_eq(state, S("54000"));
	return said && !field(r, PG_DIAG_STATEMENT_POSITION).n &&
		!field(r, PG_DIAG_INTERNAL_QUERY).n &&
		(!context.n || str_find(context, '$') < context.n);
}

void pgresult_diag(const PGresult *r, int statement, struct err *e, struct pgdiag *d)
{
	*d = (struct pgdiag){
		.message = field(r, PG_DIAG_MESSAGE_PRIMARY),
		.detail = field(r, PG_DIAG_MESSAGE_DETAIL),
		.hint = field(r, PG_DIAG_MESSAGE_HINT),
		.context = field(r, PG_DIAG_CONTEXT),
		.schema = field(r, PG_DIAG_SCHEMA_NAME),
		.table = field(r, PG_DIAG_TABLE_NAME),
		.column = field(r, PG_DIAG_COLUMN_NAME),
		.datatype = field(r, PG_DIAG_DATATYPE_NAME),
		.constraint = field(r, PG_DIAG_CONSTRAINT_NAME),
		.raised = str_eq(field(r, PG_DIAG_SOURCE_FUNCTION), S("exec_stmt_raise")),
		.statement = statement,
	};
	str state = field(r, PG_DIAG_SQLSTATE);
	if (d->message.n == 0) /* made by libpq, not by the server */
		d->message = str_trim(str_from(PQresultErrorMessage(r)));
	enum err_code code = pgerr_code(state, d->message);
	if (is_bad_parameter(r, state))
		code = ERR_BAD_INPUT;
	err_set(e, code, "%.*s", STR_ARG(d->message));
	size_t n = MIN(state.n, sizeof d->sqlstate - 1);
	if (n > 0) {
		memcpy(d->sqlstate, state.p, n);
		memcpy(e->sqlstate, state.p, n);
	}
}
