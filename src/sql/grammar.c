/*
 * grammar - libpg_query: opened when it is first needed, its text of a tree read into ours.
 */
#include "base/library.h"
#include "sql/tree_int.h"

#include <pg_query.h>

bool grammar_read(struct arena *a, str sql, struct tree *out, struct err *e)
{
	__typeof__(pg_query_parse) *parse;
	__typeof__(pg_query_free_parse_result) *free_result;
	const struct library_call calls[] = { { "pg_query_parse", &parse },
		{ "pg_query_free_parse_result", &free_result } };
	if (!library_open(PG_QUERY_LIBRARY, calls, COUNT(calls), e))
		return false;
	PgQueryParseResult r = parse(str_z(a, sql));
	bool ok = !r.error;
	if (!ok)
		err_set(e, ERR_SYNTAX, "%s", r.error->message);
	else if (!tree_read(a, str_dup(a, str_from(r.parse_tree)), out))
		ok = err_set(e, ERR_UNSUPPORTED, "it is nested too deeply");
	free_result(r);
	return ok;
}
