/*
 * app/project.h - from a project's files and its database to a compiled model. Blocking; for start
 * and reload.
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"
#include "schema/compile.h"

struct pgsync;
struct pull_facts;

/* The SDL files of the project, sorted by path. Fails: ERR_CONFIG when there is none (says what to
 * do), ERR_IO. */
MUST_USE bool project_schema_files(struct arena *a, const struct settings *s,
	struct source_file **out, size_t *n, struct err *e);
/* Loads the catalog's facts. Fails: by SQLSTATE, ERR_INTERNAL. */
MUST_USE bool project_catalog(struct arena *a, struct pgsync *db, const struct catalog **out,
	struct err *e);
/*
 * Loads the catalog, and what is known of views and extensions besides. Fails: by SQLSTATE,
 * ERR_INTERNAL.
 */
MUST_USE bool project_facts(struct arena *a, struct pgsync *db, struct pull_facts **out,
	struct err *e);

/* The latter alone, for a catalog that is there. */
MUST_USE bool project_view_facts(struct arena *a, struct pgsync *db, const struct catalog *catalog,
	struct pull_facts **out, struct err *e);

/* Creates or upgrades the schema "fraiseql": sql/install in its order. Fails: by SQLSTATE. */
MUST_USE bool project_install(struct pgsync *db, struct err *e);

struct compiled {
	const struct model *model;      /* one reference; NULL when it did not compile */
	struct diagnostics diagnostics; /* on `arena` */
	struct arena *arena;            /* the caller's, for diagnostics and messages */
};

/*
 * Reads the files, connects, loads the catalog, compiles. False with an error when it could not try
 * (no files, no database); a schema with problems gives true, model NULL and diagnostics.
 */
MUST_USE bool project_compile(struct arena *a, const struct settings *s, const char *conninfo,
	const struct log *log, struct compiled *out, struct err *e);
/* Errors and warnings of a compilation on standard error; hints too when asked. Returns the number
 * of errors. */
size_t project_report(const struct compiled *c, bool colour, bool hints);
/* Errors and warnings in the log's form: as above, or a JSON object for each. */
void project_log(const struct diagnostics *d, const struct log *log);
