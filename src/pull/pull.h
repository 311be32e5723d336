/*
 * pull/pull.h - SDL from a database, merged with the SDL that is there.
 *
 * Without files the result is a whole schema. With files it is their text with what the database
 * has besides: what people wrote stays, including types and fields that they renamed, changed or
 * commented out. What the database has no more is commented out, or deleted with `prune`. So a
 * second pull changes nothing.
 */
#pragma once

#include "pull/facts.h"
#include "schema/compile.h"

enum pull_functions { PULL_NO_FUNCTIONS, PULL_FN_FUNCTIONS, PULL_ALL_FUNCTIONS };

struct pull_options {
	const struct source_file *files; /* the project's SDL; may be none */
	size_t nfiles;
	str new_file; /* where definitions go when there is no file */
	str *schemas; /* of the database; those of the search path are always pulled */
	size_t nschemas;
	enum pull_functions functions;
	bool prune;
	bool connections, aggregates; /* fields of Query for these, too */
};

enum pull_change_kind { PULL_ADDED, PULL_CHANGED, PULL_GONE };

struct pull_change {
	enum pull_change_kind kind;
	str what; /* `type User`, `field User.email`, `value Mood.SAD` */
	str why;  /* of a change; may be empty */
};

struct pull_result {
	struct pull_file {
		str path;
		str before; /* .p == NULL: it is new */
		str after;
	} *files; /* all of them, changed or not */
	size_t nfiles;
	struct {
		VEC(struct pull_change);
	} changes;
	size_t ntypes; /* of the database's relations */
};

/*
 * Everything is on `a`; `facts` and the files must outlive the result. Fails: ERR_CONFIG (nothing
 * to pull; the files are no SDL, with the place).
 */
MUST_USE bool pull_schema(struct arena *a, struct pull_facts *facts, const struct pull_options *o,
	struct pull_result *out, struct err *e);
/* The differences of two texts, in the form of `diff -u`. Nothing when they are equal. */
void pull_diff(struct buf *b, struct arena *a, const struct pull_file *f);
