/* database - a connection for the length of a command. */
#include "cli/cli.h"

#include "app/local.h"
#include "pg/sync.h"

int cli_database(struct cli *c, bool private_database, cli_database_fn *fn, void *arg)
{
	struct local *l;
	struct pgsync *db;
	struct err e;
	if (!local_open(&c->settings, &c->log, private_database, &l, &e))
		return cli_fail(c, &e);
	bool ok = pgsync_open(local_conninfo(l), "fraiseql", &c->log, &db, &e);
	if (ok) {
		ok = fn(c, db, arg, &e);
		pgsync_close(db);
	}
	local_close(l);
	return ok ? CLI_DONE : cli_fail(c, &e);
}
