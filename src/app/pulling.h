/*
 * app/pulling.h - a pull's connection and files: what src/pull must not know. Blocking.
 */
#pragma once

#include "app/project.h"
#include "pull/pull.h"

/* Connects, and reads the catalog and the definitions of views. Fails: as project_catalog. */
MUST_USE bool pulling_facts(struct arena *a, const char *conninfo, const struct log *log,
	struct pull_facts **out, struct err *e);
/*
 * Adds warnings for fields that read keys which no document of their view has. What it needs of
 * `c->model` must be there: a model. Fails: as pulling_facts.
 */
MUST_USE bool pulling_misses(struct compiled *c, const char *conninfo, const struct log *log,
	struct err *e);
/* The project's SDL files, or where a first one goes, into the options. Fails: ERR_IO. */
MUST_USE bool pulling_files(struct arena *a, const struct settings *s, struct pull_options *out,
	struct err *e);
/* Compiles what a pull gave, without writing it. out->model is NULL; errors are counted. */
void pulling_check(struct arena *a, const struct settings *s, const struct pull_facts *f,
	const struct pull_result *r, struct compiled *out);
/* Writes the files that differ. Fails: ERR_IO. */
MUST_USE bool pulling_write(struct arena *a, const struct pull_result *r, struct err *e);
