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
