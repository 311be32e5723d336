/*
 * app/dev.h - what `fraiseql dev` has beyond serving: a private PostgreSQL with the project's SQL
 * in it, and a watch over the project's files.
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"
#include "schema/model.h"

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
 * did. When it fails the database is as it was; what is wrong with a file is added to `problems`
 * (on `a`).
 */
MUST_USE bool dev_database_apply(struct dev_database *d, bool *changed, struct arena *a,
	struct diagnostics *problems, struct err *e);
/* NULL is allowed. */
void dev_database_stop(struct dev_database *d);

enum dev_change { CHANGED_SCHEMA = 1, CHANGED_SQL = 2, CHANGED_CONFIG = 4 };
typedef void dev_change_fn(void *arg, unsigned changes);
/* Watches the SDL files, db/ and fraiseql.yaml; changes within a short time come together. */
struct dev_watch *dev_watch_open(struct loop *l, const struct settings *s, dev_change_fn *fn,
	void *arg);
void dev_watch_close(struct dev_watch *w);
