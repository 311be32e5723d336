/* cli/init.h - the files of a new project. */
#pragma once

#include "base/vec.h"
#include "schema/catalog.h"

struct init_file {
	str path; /* below the project's folder */
	str text;
};
struct init_files {
	VEC(struct init_file);
};

/* fraiseql.yaml with every setting in a comment. */
str init_settings(struct arena *a);
/*
 * SDL for the tables and views that are found along the search path: a type each, with columns
 * and the relations that foreign keys tell of, and fields of Query. Sets *types to their number.
 * Fails: ERR_CONFIG when there is none.
 */
MUST_USE bool init_sdl(struct arena *a, const struct catalog *c, str *out, size_t *types,
	struct err *e);
/* An English noun in the other number, good enough for a file that a person will edit. */
str init_singular(struct arena *a, str noun);
str init_plural(struct arena *a, str noun);
