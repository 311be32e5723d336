/*
 * pg/sync.h - one blocking connection, for the command line, start-up and tests. Never on a loop
 * thread that serves.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "pg/pool.h"

struct pgsync;

/*
 * Connects, with the session settings of the pool's connections but no statement timeout. Notices
 * go to `log` at level debug; NULL drops them. Fails: ERR_CONFIG (malformed text, unsuitable
 * server), ERR_UNAVAILABLE.
 */
MUST_USE bool pgsync_open(const char *conninfo, const char *application_name, const struct log *log,
	struct pgsync **out, struct err *e);
/* NULL is allowed. */
void pgsync_close(struct pgsync *s);

/*
 * Runs a script of any number of statements, as one transaction unless it has BEGIN and COMMIT of
 * its own or a transaction is open already. On failure nothing of it stays (but for its own
 * COMMITs), and `e` has the error by SQLSTATE and the line and column (in characters) in `script`:
 * of the place that PostgreSQL names, or else of the start of the statement that failed. Messages
 * have DETAIL and HINT appended.
 */
MUST_USE bool pgsync_exec(struct pgsync *s, str script, struct err *e);

/* Rows in text form, on the arena. */
struct pgrows {
	int rows, columns;
	const str *names; /* of columns */
	const str *cells; /* rows × columns; .p == NULL is NULL, else NUL-terminated */
	uint64_t affected;
};
static inline str pgrows_get(const struct pgrows *r, int row, int column)
{
	return r->cells[(size_t)row * (size_t)r->columns + (size_t)column];
}
/* One statement with parameters. Fails: by SQLSTATE, with the place in `sql`. */
MUST_USE bool pgsync_query(struct pgsync *s, struct arena *a, const char *sql,
	const struct pgparam *params, int nparams, struct pgrows *out, struct err *e);
/* The same without parameters, for one value: the first row's first column, or .p == NULL. */
MUST_USE bool pgsync_value(struct pgsync *s, struct arena *a, const char *sql, str *out,
	struct err *e);

/* 150020 for 15.20. */
int pgsync_server_version(const struct pgsync *s);
/* A transaction is open (or has failed and waits for ROLLBACK). */
bool pgsync_in_transaction(const struct pgsync *s);
