/* filter_op - the table, and nothing else. */
#include "schema/filter_op.h"

#define ANY                                                                           \
	(BIT(KIND_TEXT) | BIT(KIND_NUMBER) | BIT(KIND_BOOLEAN) | BIT(KIND_EQUALITY) | \
		BIT(KIND_TIME) | BIT(KIND_BYTES) | BIT(KIND_NET) | BIT(KIND_MAC) |    \
		BIT(KIND_LTREE) | BIT(KIND_RANGE) | BIT(KIND_ENUM) | BIT(KIND_JSON))
#define ORDERED                                                                               \
	(BIT(KIND_TEXT) | BIT(KIND_NUMBER) | BIT(KIND_TIME) | BIT(KIND_NET) | BIT(KIND_MAC) | \
		BIT(KIND_ENUM))
#define TEXT BIT(KIND_TEXT)

const struct filter_op FILTER_OPS[] = {
	{ "eq", OPERAND_ONE, ANY, PATTERN_NONE, "%l = %p", NULL,
		"Equal. Never matches null: see isNull." },
	{ "neq", OPERAND_ONE, ANY, PATTERN_NONE, "%l <> %p", NULL,
		"Not equal. Does not match null." },
	{ "in", OPERAND_LIST, ANY, PATTERN_NONE, "%l = any(%p)", NULL,
		"Equal to one of the list; the empty list matches nothing." },
	{ "nin", OPERAND_LIST, ANY, PATTERN_NONE, "%l <> all(%p)", NULL,
		"Equal to none of the list; the empty list matches everything. Does not match null." },
	{ "isNull", OPERAND_BOOLEAN, ANY, PATTERN_NONE, "%l is null", "%l is not null",
		"True: has no value. False: has one." },
	{ "gt", OPERAND_ONE, ORDERED, PATTERN_NONE, "%l > %p", NULL, "Greater than." },
	{ "gte", OPERAND_ONE, ORDERED, PATTERN_NONE, "%l >= %p", NULL, "Greater than or equal." },
	{ "lt", OPERAND_ONE, ORDERED, PATTERN_NONE, "%l < %p", NULL, "Less than." },
	{ "lte", OPERAND_ONE, ORDERED, PATTERN_NONE, "%l <= %p", NULL, "Less than or equal." },
	{ "between", OPERAND_BETWEEN, BIT(KIND_NUMBER) | BIT(KIND_TIME), PATTERN_NONE,
		"%l between %p and %q", NULL, "Between two values, both included." },
	{ "contains", OPERAND_TEXT, TEXT, PATTERN_CONTAINS, "%l like %p", NULL,
		"Contains the text." },
	{ "startsWith", OPERAND_TEXT, TEXT, PATTERN_STARTS, "%l like %p", NULL,
		"Starts with the text." },
	{ "endsWith", OPERAND_TEXT, TEXT, PATTERN_ENDS, "%l like %p", NULL, "Ends with the text." },
	{ "icontains", OPERAND_TEXT, TEXT, PATTERN_CONTAINS, "%l ilike %p", NULL,
		"Contains the text, in any case." },
	{ "istartsWith", OPERAND_TEXT, TEXT, PATTERN_STARTS, "%l ilike %p", NULL,
		"Starts with the text, in any case." },
	{ "iendsWith", OPERAND_TEXT, TEXT, PATTERN_ENDS, "%l ilike %p", NULL,
		"Ends with the text, in any case." },
	{ "ieq", OPERAND_TEXT, TEXT, PATTERN_NONE, "lower(%l) = lower(%p)", NULL,
		"Equal, in any case." },
	{ "like", OPERAND_TEXT, TEXT, PATTERN_NONE, "%l like %p", NULL,
		"Matches the LIKE pattern: % any text, _ any character, \\ takes their meaning away." },
	{ "ilike", OPERAND_TEXT, TEXT, PATTERN_NONE, "%l ilike %p", NULL,
		"Matches the LIKE pattern, in any case." },
	{ "matches", OPERAND_TEXT, TEXT, PATTERN_NONE, "%l ~ %p", NULL,
		"Matches the POSIX regular expression." },
	{ "imatches", OPERAND_TEXT, TEXT, PATTERN_NONE, "%l ~* %p", NULL,
		"Matches the POSIX regular expression, in any case." },
};

const size_t FILTER_OPS_COUNT = COUNT(FILTER_OPS);

const struct filter_op *filter_op_find(str name, enum scalar_kind kind)
{
	for (size_t i = 0; i < COUNT(FILTER_OPS); i++)
		if ((FILTER_OPS[i].kinds & BIT(kind)) && str_eq(name, str_from(FILTER_OPS[i].name)))
			return &FILTER_OPS[i];
	return NULL;
}
