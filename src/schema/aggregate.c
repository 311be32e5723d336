/* aggregate - the tables, and what PostgreSQL's functions return. */
#include "schema/aggregate.h"

/* clang-format off */
static const struct aggregate AGGREGATES[AGGREGATE_COUNT] = {
	[AGGREGATE_COUNT_DISTINCT] = { "countDistinct", "count(distinct ", "CountDistinct",
		"How many different values there are; null is none." },
	[AGGREGATE_SUM] = { "sum", "sum(", "Sum", "The sums of the values; null when there are none." },
	[AGGREGATE_AVG] = { "avg", "avg(", "Avg", "The means of the values; null when there are none." },
	[AGGREGATE_MIN] = { "min", "min(", "MinMax", "The least values; null when there are none." },
	[AGGREGATE_MAX] = { "max", "max(", "MinMax", "The greatest values; null when there are none." },
	[AGGREGATE_STDDEV] = { "stddev", "stddev(", "Deviation",
		"The sample standard deviations; null for fewer than two values." },
	[AGGREGATE_VARIANCE] = { "variance", "variance(", "Deviation",
		"The sample variances; null for fewer than two values." },
};

const struct date_part DATE_PARTS[] = {
	{ "year", true }, { "quarter", true }, { "month", true }, { "week", true },
	{ "day", false }, { "hour", false }, { "minute", false },
};
/* clang-format on */
const size_t DATE_PARTS_COUNT = COUNT(DATE_PARTS);

const struct aggregate *aggregate_get(enum aggregate_id id)
{
	return &AGGREGATES[id];
}

bool aggregate_find(str name, enum aggregate_id *id)
{
	for (size_t i = 0; i < COUNT(AGGREGATES); i++) {
		if (!str_eq(name, str_from(AGGREGATES[i].name)))
			continue;
		*id = (enum aggregate_id)i;
		return true;
	}
	return false;
}

static bool is_scalar(const struct scalar *s, enum scalar_id id)
{
	return s == scalar_get(id);
}

/* Source: PostgreSQL documentation, §9.21 Aggregate Functions. */
static const struct scalar *number_result(enum aggregate_id id, const struct scalar *of)
{
	if (is_scalar(of, SCALAR_FLOAT))
		return of;
	if (is_scalar(of, SCALAR_INT))
		return scalar_get(id == AGGREGATE_SUM ? SCALAR_BIGINT : SCALAR_DECIMAL);
	if (is_scalar(of, SCALAR_BIGINT) || is_scalar(of, SCALAR_DECIMAL))
		return scalar_get(SCALAR_DECIMAL);
	bool spread = id == AGGREGATE_STDDEV || id == AGGREGATE_VARIANCE;
	return is_scalar(of, SCALAR_INTERVAL) && !spread ? of : NULL;
}

static bool has_extremes(enum scalar_kind kind)
{
	return kind == KIND_NUMBER || kind == KIND_TEXT || kind == KIND_TIME || kind == KIND_ENUM;
}

const struct scalar *aggregate_result(enum aggregate_id id, enum scalar_kind kind,
	const struct scalar *of, bool *same)
{
	*same = false;
	switch (id) {
	case AGGREGATE_COUNT_DISTINCT:
		return kind == KIND_JSON || kind == KIND_VECTOR ? NULL : scalar_get(SCALAR_INT);
	case AGGREGATE_MIN:
	case AGGREGATE_MAX: *same = has_extremes(kind); return *same ? of : NULL;
	case AGGREGATE_SUM:
	case AGGREGATE_AVG:
	case AGGREGATE_STDDEV:
	case AGGREGATE_VARIANCE: return number_result(id, of);
	case AGGREGATE_COUNT: break;
	}
	return NULL;
}

bool date_part_fits(const struct date_part *part, const struct scalar *s)
{
	return s && (is_scalar(s, SCALAR_DATETIME) || (is_scalar(s, SCALAR_DATE) && part->of_day));
}
