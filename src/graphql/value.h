/*
 * graphql/value.h - coerced input values, and coercion of literals and variables.
 *
 * A gql_value is what an argument or variable is after coercion: of the right type, defaults
 * applied, with custom scalars normalised by the scalar's hook. Absent is a NULL pointer; an
 * explicit null is GQL_NULL. Spec: §3.5–3.13 input coercion, §6.1.2 CoerceVariableValues.
 */
#pragma once

#include "graphql/type.h"

enum gql_value_kind {
	GQL_NULL,
	GQL_BOOL,    /* boolean */
	GQL_NUMBER,  /* text: a JSON number as written or normalised */
	GQL_STRING,  /* text: decoded contents. Custom scalars are strings, numbers or JSON */
	GQL_ENUMVAL, /* text: the name; number: its position */
	GQL_LIST,
	GQL_OBJECTVAL,
	GQL_JSON, /* text: any JSON, for scalars that accept everything */
};

struct gql_value {
	enum gql_value_kind kind;
	bool boolean;
	bool is_default; /* of an input field that was not given: a copy of the schema's default */
	uint32_t number;
	str text; /* a view of the request or of the arena */
	struct gql_value *
		*items; /* list: n items; object: indexed by gql_input.id, NULL = absent */
	size_t n;
};

/*
 * How a custom scalar reads its input: normalises `*v` (GQL_STRING, GQL_NUMBER, GQL_BOOL or
 * GQL_JSON as the client wrote it) in place, or returns false with a message in *why ("Expected a
 * date like 2026-01-31."). Absent (NULL function) accepts anything. The table of scalars belongs to
 * the schema module, which hands this down.
 */
typedef bool gql_scalar_fn(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why);

/*
 * What becomes of a text that a variable gives for an input field with a rule, before it is read.
 * .p == NULL: null.
 */
typedef str gql_prepare_fn(struct arena *a, const struct input_rule *rule, str text);

struct gql_coercion {
	struct arena *arena;
	const struct gql_schema *schema;
	gql_scalar_fn *scalar; /* may be NULL */
	void *scalar_ctx;
	gql_prepare_fn *prepare; /* may be NULL */
	bool *printed;    /* may be NULL; by variable: set when a value that is made holds its
			     text, because it stands inside a custom scalar's literal */
	bool suggestions; /* "Did you mean" in messages */
	struct gql_errors *errors; /* may be NULL: then only the verdict counts */
	size_t errors_max;         /* of one set of variables; 0 = 50 */
};

/* A copy of the value and of all values in it; texts are shared. NULL gives NULL. */
struct gql_value *gql_value_copy(struct arena *a, const struct gql_value *v);
/* Is it an input object, or a list with one in it? */
bool gql_value_has_object(const struct gql_value *v);
/*
 * A default as the value of an input field that was not given: a copy, because who plans a request
 * tells by a value's address where it comes from. NULL gives NULL.
 */
struct gql_value *gql_value_of_default(struct arena *a, const struct gql_value *v);

/* Position of the operation's variable; operation->nvariables when it has none of that name. */
size_t gql_variable_position(const struct ast_definition *operation, str name);

/* The variables of one request: values by position of the operation's variable definitions. */
struct gql_variables {
	struct gql_value **at; /* NULL = absent and without default */
	size_t n;
};

/*
 * Coerces the JSON object `json` (empty or "null" = {}) to the operation's variables. All problems
 * are added to c->errors as the reference words them; false if any. Unknown variables in the JSON
 * are ignored. `types` are the resolved types of the definitions, in order (gql_variable_types).
 */
MUST_USE bool gql_coerce_variables(const struct gql_coercion *c,
	const struct ast_definition *operation, const struct gql_ref *const *types, str json,
	struct gql_variables *out);
/* The type that a reference in a document names; NULL when the schema has no such type. */
const struct gql_ref *gql_ref_from_ast(struct arena *a, const struct gql_schema *s,
	const struct ast_type *type);
/* Resolves the variable definitions' types; the operation is valid. */
const struct gql_ref *const *gql_variable_types(struct arena *a, const struct gql_schema *s,
	const struct ast_definition *operation);
/*
 * Coerces a literal of a valid document; variables are looked up in `vars` (NULL: none allowed).
 * Returns false with an error at the literal when it does not fit. An absent variable gives *out ==
 * NULL.
 */
MUST_USE bool gql_coerce_literal(const struct gql_coercion *c,
	const struct ast_definition *operation, const struct gql_variables *vars,
	const struct gql_ref *type, const struct ast_value *literal, const struct source *source,
	struct gql_value **out);
/*
 * Coerces what a field or directive gives for the argument `arg`: the literal, the variable's value
 * or the default; *out is NULL when there is none of these and none is needed. `given` is NULL for
 * an argument that is not there; `at` is the place of the field or directive. Returns false with an
 * error when a value is missing or null where it must not be. Spec: §6.4.1
 */
MUST_USE bool gql_coerce_argument(const struct gql_coercion *c,
	const struct ast_definition *operation, const struct gql_variables *vars,
	const struct gql_input *arg, const struct ast_argument *given, uint32_t at,
	struct gql_value **out);
/*
 * A value as JSON text. `type` names the fields of input objects and may be NULL for values without
 * one. Absent fields are left out, an absent value (NULL) is null.
 */
void gql_value_print_json(struct buf *b, const struct gql_value *v, const struct gql_ref *type);
