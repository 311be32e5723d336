/*
 * exec/status.h - the status words of the mutation contract: one table, printed into the
 * documentation.
 */
#pragma once

#include "schema/model.h"

struct status_row {
	const char *word; /* the whole status, or with `prefix` the part before ':' */
	bool prefix;      /* also matches word:reason */
	bool success;
	enum err_code code; /* of an error */
	const char *doc;
};

extern const struct status_row STATUS_ROWS[];
extern const size_t STATUS_ROWS_COUNT;

/* What the status means. Unknown words, and none, are MUTATION_FAILED. */
const struct status_row *status_find(str status);
/* The same for one call: what @status says of it comes first. */
struct status_row status_of(const struct call *call, str status);
