/*
 * app/dev.h - what `fraiseql dev` has beyond serving: a private PostgreSQL with the project's SQL
 * in it, and a watch over the project's files.
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"

struct loop;
struct dev_database;
struct dev_watch;

/*
 * Starts the project's private PostgreSQL (in .fraiseql/postgres below the project's folder). With
 * `share`, one that another process of the project runs is used instead. Fails: as embedded_start.
 */
MUST_USE bool dev_database_start(const struct settings *s, const struct log *log, bool share,
	struct dev_database **out, struct err *e);
const char *dev_database_conninfo(const struct dev_database *d);
/*
 * Brings the project's SQL into the database: installs the fraiseql schema, and when a file of
 * db/schema or db/seeds is new or changed, makes everything anew in one transaction: drops the
 * schemas, runs db/schema, then db/seeds, in the order of their names. *changed tells whether it
 * did. An error has the file's name in front of its message and the place in line and column; then
 * the database is as it was.
 */
MUST_USE bool dev_database_apply(struct dev_database *d, bool *changed, str *failed_file,
	struct err *e);
/* Puts the file and the place before the message. Returns false, for `return`. */
bool dev_error_place(struct err *e, str file);
/* NULL is allowed. */
void dev_database_stop(struct dev_database *d);

enum dev_change { CHANGED_SCHEMA = 1, CHANGED_SQL = 2, CHANGED_CONFIG = 4 };
typedef void dev_change_fn(void *arg, unsigned changes);
/* Watches the SDL files, db/ and fraiseql.yaml; changes within a short time come together. */
struct dev_watch *dev_watch_open(struct loop *l, const struct settings *s, dev_change_fn *fn,
	void *arg);
void dev_watch_close(struct dev_watch *w);
