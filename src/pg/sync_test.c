/* sync_test - scripts, places in errors, queries, and the tables behind error codes. */
#include "base/check.h"

#include "pg/script.h"
#include "pg/sqlstate.h"
#include "pg/sync.h"
#include "pg/test_server.h"

static void test_statements(void **state)
{
	(void)state;
	static const struct {
		const char *name, *script;
		unsigned n;
		size_t want;
	} T[] = {
		{ "first", "  select 1; select 2", 0, 2 },
		{ "second", "select 1; select 2", 1, 10 },
		{ "none left", "select 1;", 1, 9 },
		{ "empty statements do not count", ";;a;b", 1, 4 },
		{ "string", "select ';'; b", 1, 12 },
		{ "doubled quote", "select 'it'';'; b", 1, 16 },
		{ "backslash in a plain string", "select '\\'; b", 1, 12 },
		{ "backslash in an E string", "select e'\\';'; b", 1, 15 },
		{ "quoted name", "select \";\"; b", 1, 12 },
		{ "dollar quote", "do $x$ a; $$ b; $x$; c", 1, 21 },
		{ "parameter", "select $1; b", 1, 11 },
		{ "line comment", "-- a; b\nc; d", 1, 11 },
		{ "nested comment", "/* a; /* b; */ c; */ d; e", 1, 24 },
		{ "parentheses", "create rule r as do (a; b); c", 1, 28 },
		{ "atomic body",
			"create function f() begin atomic select case when a then b end; select 1; end; c",
			1, 79 },
		{ "unfinished", "select 'a; b", 1, 12 },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].name, script_statement(str_from(T[i].script), T[i].n), T[i].want);
	check_end();
}

static void test_codes(void **state)
{
	(void)state;
	static const struct {
		const char *sqlstate, *message;
		enum err_code want;
	} T[] = {
		{ "22P02", "", ERR_BAD_INPUT },
		{ "23505", "", ERR_CONFLICT },
		{ "23514", "", ERR_BAD_INPUT },
		{ "23000", "", ERR_INTERNAL },
		{ "40P01", "", ERR_CONFLICT },
		{ "42501", "", ERR_FORBIDDEN },
		{ "42P01", "", ERR_INTERNAL },
		{ "57014", "", ERR_TIMEOUT },
		{ "57P01", "", ERR_UNAVAILABLE },
		{ "53300", "", ERR_UNAVAILABLE },
		{ "08006", "", ERR_UNAVAILABLE },
		{ "P0001", "", ERR_MUTATION },
		{ "P0002", "", ERR_INTERNAL },
		{ "", "", ERR_INTERNAL },
		{ "23503", "Einfügen oder Aktualisieren in Tabelle »a« verletzt »c«",
			ERR_BAD_INPUT },
		{ "23503", "Aktualisieren oder Löschen in »b« verletzt »c« von Tabelle »a«",
			ERR_CONFLICT },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].sqlstate,
			pgerr_code(str_from(T[i].sqlstate), str_from(T[i].message)), T[i].want);
	check_end();
}

static struct pgsync *connect_to_server(void)
{
	struct pgsync *db = NULL;
	struct err e = { 0 };
	if (!pgsync_open(test_conninfo(), "test", NULL, &db, &e))
		fail_msg("%s", e.message);
	return db;
}

static void test_scripts(void **state)
{
	(void)state;
	static const struct {
		const char *name, *script;
		enum err_code code;
		const char *sqlstate;
		uint32_t line, column;
	} T[] = {
		{ "several statements", "create table s (a int);\ninsert into s values (1);",
			ERR_NONE, "" },
		{ "syntax", "select 1;\n\n  selec 2;", ERR_INTERNAL, "42601", 3, 3 },
		{ "unknown column", "select 1;\nselect 'é', nope from s;", ERR_INTERNAL, "42703", 2,
			13 },
		{ "no position", "select 1;\n -- x\n  insert into s select 1/0 from s;\nselect 3",
			ERR_BAD_INPUT, "22012", 3, 3 },
		{ "all or nothing", "insert into s values (2); select 1/0;", ERR_BAD_INPUT, "22012",
			1, 27 },
		{ "its own transaction", "begin;\ninsert into s values (3);\nselect 1/0;\ncommit;",
			ERR_BAD_INPUT, "22012", 3, 1 },
		{ "byte order mark", "\xef\xbb\xbfselec", ERR_INTERNAL, "42601", 1, 1 },
		{ "in a function's body",
			"create function f() returns int language plpgsql as $$\nbegin\n  retur 1;\nend $$;",
			ERR_INTERNAL, "42601", 3, 3 },
		{ "copy", "copy s from stdin;", ERR_TIMEOUT, "57014", 1, 1 },
		{ "nothing", "  -- nothing\n", ERR_NONE, "" },
		{ "raise", "do $$ begin raise 'no'; end $$", ERR_MUTATION, "P0001", 1, 1 },
	};
	struct pgsync *db = connect_to_server();
	struct arena *a = arena_open(0);
	str rows;
	for (size_t i = 0; i < COUNT(T); i++) {
		struct err e = { 0 };
		CHECK_INT(T[i].name, pgsync_exec(db, str_from(T[i].script), &e),
			T[i].code == ERR_NONE);
		CHECK_INT(e.message, e.code, T[i].code);
		CHECK_STR(T[i].name, str_from(e.sqlstate), T[i].sqlstate);
		CHECK_INT(T[i].name, e.line, T[i].line);
		CHECK_INT(T[i].name, e.column, T[i].column);
		CHECK_TRUE(T[i].name, !pgsync_in_transaction(db));
	}
	struct err e = { 0 };
	CHECK_TRUE("count", pgsync_value(db, a, "select count(*) from s", &rows, &e));
	CHECK_STR("rows", rows, "1");
	arena_close(a);
	pgsync_close(db);
	check_end();
}

static void test_queries(void **state)
{
	(void)state;
	struct pgsync *db = connect_to_server();
	struct arena *a = arena_open(0);
	struct err e = { 0 };
	struct pgrows r;
	struct pgparam p[] = { { .text = S("it's") }, { .null = true } };
	CHECK_TRUE("query",
		pgsync_query(db, a, "select $1::text as a, $2::int as b union all select 'z', 1", p,
			2, &r, &e));
	CHECK_INT("rows", r.rows, 2);
	CHECK_INT("columns", r.columns, 2);
	CHECK_STR("name", r.names[1], "b");
	CHECK_STR("cell", pgrows_get(&r, 0, 0), "it's");
	CHECK_TRUE("null", pgrows_get(&r, 0, 1).p == NULL);
	CHECK_STR("cell", pgrows_get(&r, 1, 1), "1");
	CHECK_TRUE("failure", !pgsync_query(db, a, "select\n nope", NULL, 0, &r, &e));
	CHECK_INT("line", e.line, 2);
	str v;
	static const struct {
		const char *sql, *want;
	} SESSION[] = {
		{ "show timezone", "UTC" },
		{ "select '1 day 2 hours'::interval", "P1DT2H" },
		{ "select '\\x00ff'::bytea", "\\x00ff" },
		{ "select '2026-01-02 03:04:05+00'::timestamptz", "2026-01-02 03:04:05+00" },
		{ "show client_encoding", "UTF8" },
	};
	for (size_t i = 0; i < COUNT(SESSION); i++) {
		CHECK_TRUE(SESSION[i].sql, pgsync_value(db, a, SESSION[i].sql, &v, &e));
		CHECK_STR(SESSION[i].sql, v, SESSION[i].want);
	}
	arena_close(a);
	pgsync_close(db);
	check_end();
}

static void test_refused(void **state)
{
	(void)state;
	struct pgsync *db = NULL;
	struct err e = { 0 };
	CHECK_TRUE("malformed", !pgsync_open("nonsense=1", "t", NULL, &db, &e));
	CHECK_INT("code", e.code, ERR_CONFIG);
	CHECK_TRUE("nobody there", !pgsync_open("host=/nonexistent", "t", NULL, &db, &e));
	CHECK_INT("code", e.code, ERR_UNAVAILABLE);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_queries),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, test_server_begin, test_server_finish);
}
