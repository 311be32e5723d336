/*
 * schema/rule.h - @prepare and @constraint: what becomes of an input value before SQL, and what it
 * must be like.
 *
 * A rule stands on an argument or on a field of an input object (gql_input.rule); types that have
 * one somewhere inside are marked (gql_type.ruled), so that nothing else costs anything.
 */
#pragma once

#include "graphql/value.h"

struct pattern;
struct compiler;

struct input_rule {
	bool trim, lowercase, uppercase, collapse, blank_to_null; /* in this order */
	bool has_constraint;
	int64_t min_length, max_length; /* code points; -1 = none */
	int64_t min_items, max_items;
	bool unique_items;
	str min, max, exclusive_min, exclusive_max; /* decimal numbers; .p == NULL = none */
	const struct pattern *pattern;
	str pattern_text;
	const struct rule_format *format;
	str message; /* instead of ours; empty = ours */
};

/* A named form of texts. */
struct rule_format {
	const char *name, *doc;
	const char *scalar; /* whose input has this form */
};
extern const struct rule_format RULE_FORMATS[];
extern const size_t RULE_FORMATS_COUNT;

/* Reads the directives of all arguments and input fields. */
void rule_read_all(struct compiler *c);

/* The text prepared; .p == NULL: null. Returns the same slice when there is nothing to do. */
str rule_prepare(struct arena *a, const struct input_rule *r, str text);

/* Does the rule change texts? */
bool rule_prepares(const struct input_rule *r);
/* What blankToNull makes null. */
bool rule_is_blank(str text);

/* A value that breaks a rule. */
struct violation {
	str path; /* JSON list of names and, as texts, of indexes: ["input","tags","0"] */
	str code; /* name of the constraint: "minLength"; "required" for a blank that became null */
	str message;
};

enum { VIOLATIONS_MAX = 50 };

struct violations {
	struct arena *arena;
	struct violation at[VIOLATIONS_MAX];
	size_t n;
};

/*
 * Prepares a coerced value of the argument or input field `in` in place, and what is in it, and
 * notes what breaks a rule (`out` NULL: only prepares). Values that are the schema's defaults are
 * left alone. Texts are put on `a`.
 */
void rule_apply(struct arena *a, const struct gql_input *in, struct gql_value *v,
	struct violations *out);
/* [{"path":…,"code":…,"message":…}] */
str violations_json(const struct violations *l);
