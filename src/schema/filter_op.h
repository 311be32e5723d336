/*
 * schema/filter_op.h - the one table of filter operators: the compiler generates filter inputs from
 * it, the SQL planner writes conditions from it, the documentation is printed from it.
 */
#pragma once

#include "schema/scalar.h"

enum operand {
	OPERAND_ONE,     /* a value of the field's own type */
	OPERAND_LIST,    /* [value!] */
	OPERAND_BOOLEAN, /* Boolean; chooses between two conditions when the plan is made */
	OPERAND_BETWEEN, /* {from, to} of the field's own type */
	OPERAND_TEXT,    /* String, whatever the field's type */
};

enum pattern { PATTERN_NONE, PATTERN_CONTAINS, PATTERN_STARTS, PATTERN_ENDS };

struct filter_op {
	const char *name;
	enum operand operand;
	uint32_t kinds; /* BIT(enum scalar_kind) that have it */
	enum pattern pattern;
	/*
	 * The condition: %l the field, %p the parameter with its cast, %q the second one of
	 * BETWEEN. A BOOLEAN operand has `sql` for true and `sql_false`.
	 */
	const char *sql, *sql_false;
	const char *doc; /* description in the schema */
};

extern const struct filter_op FILTER_OPS[];
extern const size_t FILTER_OPS_COUNT;

/* The operator of that name for the kind, or NULL. */
const struct filter_op *filter_op_find(str name, enum scalar_kind kind);
