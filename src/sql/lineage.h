/*
 * sql/lineage.h - which rows of which tables a SELECT's rows are made of, and how they are tied
 * together: for keeping a table equal to a view when the tables below it change.
 *
 * Every place where a table is read is a source of its own, through views, CTEs and subselects at
 * any depth. A tie says that a row of one source has a part in a result together with a row of
 * another only if the two columns are equal. So the results that a changed row has a part in are
 * found by following ties from its source to the source of the result's key.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#define LINEAGE_NONE UINT32_MAX

struct lineage_source {
	str schema, table;
	bool all_columns; /* the whole row is used, or it can't be told what is */
	str *columns;     /* that are used, each once */
	size_t n;
};

struct lineage_tie {
	uint32_t left, right; /* sources */
	str left_column, right_column;
};

struct lineage_column { /* of the result */
	str name;
	uint32_t source; /* LINEAGE_NONE: not a plain column of a table */
	str column;
};

struct lineage {
	struct lineage_source *sources;
	size_t nsources;
	struct lineage_tie *ties;
	size_t nties;
	struct lineage_column *columns;
	size_t ncolumns;
	str *functions; /* called, of other schemas than pg_catalog: "schema.name" */
	size_t nfunctions;
	/*
	 * Not empty: a row may have a part in results that ties do not lead to (window functions,
	 * limits, …), and this says why.
	 */
	str open;
};

/* The definition of a view, with every name qualified; .p == NULL for what is no view. */
typedef str lineage_view_fn(void *ctx, str schema, str name);

/*
 * Reads one SELECT with every name qualified, as pg_get_viewdef prints it under an empty
 * search_path. All texts are on `a`. Fails: ERR_SYNTAX, ERR_UNSUPPORTED (no SELECT, or nested too
 * deeply).
 */
MUST_USE bool sql_lineage(struct arena *a, str select, lineage_view_fn *view, void *ctx,
	struct lineage *out, struct err *e);
