/*
 * schema/aggregate.h - the one table of aggregate functions: the compiler generates types from it,
 * the planner writes SQL from it.
 */
#pragma once

#include "schema/scalar.h"

enum aggregate_id {
	AGGREGATE_COUNT_DISTINCT,
	AGGREGATE_SUM,
	AGGREGATE_AVG,
	AGGREGATE_MIN,
	AGGREGATE_MAX,
	AGGREGATE_STDDEV,
	AGGREGATE_VARIANCE,
	AGGREGATE_COUNT
};

struct aggregate {
	const char *name;   /* of the field: sum */
	const char *sql;    /* what opens the call: "sum(" */
	const char *suffix; /* of its type: Sum; some share one */
	const char *doc;
};

const struct aggregate *aggregate_get(enum aggregate_id id);
/* False when there is no such function. */
bool aggregate_find(str name, enum aggregate_id *id);
/*
 * The scalar of the result over values of kind `kind` and scalar `of` (NULL: an enum), as
 * PostgreSQL gives it. *same: the result has the values' own type, enums included. NULL without
 * *same: there is no such aggregate.
 */
const struct scalar *aggregate_result(enum aggregate_id id, enum scalar_kind kind,
	const struct scalar *of, bool *same);

/* Parts of a moment that rows can be grouped by: `createdAt_month`. */
struct date_part {
	const char *name; /* also PostgreSQL's */
	bool of_day;      /* dates have it, too */
};
extern const struct date_part DATE_PARTS[];
extern const size_t DATE_PARTS_COUNT;
/* Do values of this scalar have parts? `s` may be NULL. */
bool date_part_fits(const struct date_part *part, const struct scalar *s);
