/*
 * schema/filter_op.h - the one table of filter operators: the compiler generates filter inputs from
 * it, the SQL planner writes conditions from it, the documentation is printed from it.
 *
 * Some kinds are no kind of a scalar but of what a filter looks at: lists of leaves (KIND_ARRAY)
 * and a value inside a JSON document (KIND_PATH).
 */
#pragma once

#include "schema/scalar.h"

/* What a client gives. "Own" is the field's type; for lists of leaves it is the list. */
enum operand {
	OPERAND_ONE,     /* an own value */
	OPERAND_LIST,    /* a list of own values */
	OPERAND_BOOLEAN, /* Boolean; chooses between two conditions when the plan is made */
	OPERAND_BETWEEN, /* {from, to} of own values */
	OPERAND_SPAN,    /* {from, to} of the scalar `scalar` */
	OPERAND_SCALAR,  /* a value of the scalar `scalar` */
	OPERAND_SCALARS, /* a list of the scalar `scalar` */
	OPERAND_ELEMENT, /* a value of what the field's range is made of */
	OPERAND_MEASURE, /* a filter of `scalar` for the expression `sql` */
	OPERAND_ITEM,    /* a filter that some item of the list must pass */
	OPERAND_PATH,    /* {path, …}: operators of KIND_PATH for what stands there */
	OPERAND_SEARCH,  /* {query, language, mode}: text search */
};

/* What becomes of an operand's text. */
enum operand_form {
	FORM_PLAIN,
	FORM_CONTAINS, /* a LIKE pattern; its metacharacters in the operand mean themselves */
	FORM_STARTS,
	FORM_ENDS,
	FORM_VENDOR, /* the first three octets of a hardware address, filled up with zeros */
	FORM_POINT,  /* the range of this element alone */
};

/* For which values inside documents `sql_key` is the same condition as `sql`. */
enum key_form {
	KEY_NONE,
	KEY_ALL,   /* every JSON value */
	KEY_PLAIN, /* lists of what has one form in JSON: texts, enums, UUIDs, Booleans, Int */
	KEY_TEXT,  /* lists of what is a string in JSON and has one form */
};

struct filter_op {
	const char *name;
	enum operand operand;
	uint32_t kinds; /* BIT(enum scalar_kind) that have it */
	const char *sql;
	const char *doc; /* description in the schema */
	enum scalar_id scalar;
	enum operand_form form;
	const char *cast;      /* of the operand; NULL: its scalar's; "": the field's */
	const char *sql_false; /* BOOLEAN: the condition for false; NULL: not (sql) */
	enum key_form key_form;
	/*
	 * Instead of `sql`, where false serves as well as unknown: the form that an index on a
	 * document can serve.
	 */
	const char *sql_key;
	bool orders;      /* compares by order, which an enum that is stored as text has not */
	bool needs_ltree; /* only where the extension is installed */
};

/*
 * Templates: %l the field, null where the document has null; %t the same as text (KIND_PATH: only
 * strings); %j as jsonb (`sql_key`: null may be JSON's); %p the operand with its cast, %q the
 * second one of BETWEEN and SPAN; %J the operand as jsonb.
 */
extern const struct filter_op FILTER_OPS[];
extern const size_t FILTER_OPS_COUNT;

/* The operator of that name for the kind, or NULL. */
const struct filter_op *filter_op_find(str name, enum scalar_kind kind);
