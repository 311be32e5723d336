/*
 * corpus.h - corpora of text files with sections, one behaviour a file, as cmocka tests.
 *
 * A file is lines `-- name` with what follows each up to the next, less the last line end:
 *
 *     -- source
 *     { a }
 *     -- print
 *     {
 *       a
 *     }
 *
 * After `-- name escaped` the text has \n \r \t \\ and \xHH for what is hard to see; line ends that
 * are there to wrap it don't count. What stands before the first section is a remark.
 */
#pragma once

#include "base/check.h"

#include "base/arena.h"
#include "base/buf.h"

enum { CORPUS_SECTIONS = 8 };

struct corpus_case {
	struct arena *arena; /* lives as long as the run */
	const char *path;
	str name; /* of the file, without its ending */
	str text;
	struct corpus_section {
		str name, text;
		size_t begin; /* offset of its header line in the file */
	} sections[CORPUS_SECTIONS];
	size_t n;
	size_t inputs; /* sections that blessing keeps: the first, if a test does not say more */
};

/* The section's text; .p == NULL when there is none. */
str corpus_section(const struct corpus_case *c, const char *name);
/* The same, counted as an input; without it the contents of the folder's file `fallback`. */
str corpus_input(struct corpus_case *c, const char *name, const char *fallback);
/* Errors as lines `line:column, line:column message`, without a line end after the last. */
struct gql_errors;
str corpus_errors(const struct corpus_case *c, const struct gql_errors *errors);
/*
 * Compares `text` with the section and fails the test where they differ. With BLESS in the
 * environment it puts `text` there instead, in place of whatever followed the inputs.
 */
void corpus_expect(const struct corpus_case *c, const char *section, str text);
/* Runs `test` on each *.txt below `folder`, its state a struct corpus_case. For main's result. */
int corpus_run(const char *folder, CMUnitTestFunction test);
