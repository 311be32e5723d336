/*
 * graphql/validate_int.h - what a validation rule sees.
 *
 * A rule is a constant: functions for the nodes that it wants to hear of, when the traversal enters
 * them or leaves them. Its memory of one run is a block that starts zeroed. Rules report through
 * rule_error and rule_at; after the last error that is wanted, the traversal stops.
 */
#pragma once

#include "graphql/fragments.h"
#include "graphql/validate.h"

enum node_kind {
	NODE_DOCUMENT,
	NODE_OPERATION,
	NODE_FRAGMENT,
	NODE_TYPE_SYSTEM, /* any definition that is not executable */
	NODE_VARIABLE_DEFINITION,
	NODE_SELECTIONS,
	NODE_FIELD,
	NODE_SPREAD,
	NODE_INLINE,
	NODE_DIRECTIVE,
	NODE_ARGUMENT,
	NODE_NAMED_TYPE,
	NODE_VARIABLE, /* as a value */
	NODE_LEAF,     /* a number, string, Boolean or enum value */
	NODE_NULL,
	NODE_LIST,
	NODE_OBJECT,
	NODE_OBJECT_FIELD,
	NODE_PART, /* of a type system definition: field, input value, enum value */
	NODE_KINDS
};

/* The node; which member is set follows from the kind. */
union node {
	const struct ast_document *document;
	const struct ast_definition *definition;
	const struct ast_variable *variable;
	const struct ast_selections *selections;
	const struct ast_selection *selection;
	const struct ast_directive *directive;
	const struct ast_argument *argument;
	const struct ast_name *type_name;
	const struct ast_value *value;
	const struct ast_object_field *object_field;
	const void *part;
};

struct validation;
typedef void rule_fn(struct validation *v, void *state, union node node);

struct rule {
	size_t state_bytes;
	rule_fn *enter[NODE_KINDS];
	rule_fn *leave[NODE_KINDS];
};

enum {
#define X(name) RULE_##name,
#include "graphql/rules/rules.def"
#undef X
	RULE_COUNT
};

struct listener {
	rule_fn *fn;
	void *state;
};

enum { LISTENERS_MAX = 12 }; /* of one kind of node */

struct listeners {
	struct listener at[LISTENERS_MAX];
	unsigned n;
};

/* Where the traversal is, in terms of the schema; NULL for what the schema does not know. */
struct position {
	const struct gql_ref *type;         /* of the field, fragment or operation around */
	const struct gql_type *parent_type; /* of the selection set around */
	const struct gql_field *field;      /* the nearest field */
	const struct gql_ref *input_type;   /* that the value at hand must fit */
	const struct gql_ref *parent_input; /* that the list or object around must fit */
	bool has_default;                   /* the value's place has a default of its own */
	bool in_directive;
	const struct gql_directive *directive;
	const struct gql_input *argument;
	const struct ast_directives *directives; /* of the node just entered, or NULL */
	enum gql_directive_location location;    /* of the directive */
	bool in_inline_fragment;                 /* the selection set is an inline fragment's */
};

struct validation {
	struct arena *arena;
	const struct gql_schema *schema;
	const struct ast_document *document;
	const struct validate_options *options;
	const struct source *source;
	const struct ast_definition *definition; /* being visited */
	uint64_t seed;                           /* of maps with keys from the document */
	struct fragments *fragments;
	struct position at;
	struct validation *side; /* for walks of one definition; see fragments.c */
	bool aborted;
	size_t errors_max;
	size_t nerrors;
	struct gql_errors *errors;
	struct map *long_arguments; /* of overlap.c: by field, what was made of them */
	size_t work;                /* that is left for what could grow faster than the document */
	struct listeners enter[NODE_KINDS], leave[NODE_KINDS];
};

/* Adds an error; places follow with rule_at. */
struct gql_error *rule_error(struct validation *v, const char *fmt, ...) PRINTF(2, 3);
void rule_at(struct validation *v, struct gql_error *e, uint32_t at);
/*
 * Takes `units` from the budget for work that could grow faster than the document; when it is used
 * up, validation ends with an error and false is returned.
 */
bool rule_spend(struct validation *v, size_t units);
/* Position of the name itself of a variable's definition (its node starts at the '$'). */
uint32_t rule_variable_name_at(const struct validation *v, const struct ast_variable *d);
/* " Did you mean …?", or nothing when suggestions are off. */
str rule_suggest(struct validation *v, str input, const str *options, size_t n);
/* Literal and type as canonical text, for messages. */
str rule_value_text(struct validation *v, const struct ast_value *value);
str rule_type_text(struct validation *v, const struct ast_type *type);
/* A map whose keys may come from the document. */
struct map rule_map(struct validation *v);
/* map_add for a value that is only read. */
static inline bool rule_map_add(struct map *m, str key, const void *value)
{
	return map_add(m, key, (void *)(uintptr_t)value);
}

/* A name that comes more than once in a list, with the positions of all that have it. */
struct repeated {
	struct repeated *next;
	str name;
	size_t *at;
	size_t n, cap;
};
/* All such names, in order of their first appearance; NULL when there is none. */
struct repeated *rule_repeated(struct validation *v, const void *items, size_t n,
	str (*name_of)(const void *items, size_t i));

/* Visits the whole document with the listeners there are. */
void validate_visit(struct validation *v);
/* Visits the directives and selections of one executable definition alone. */
void validate_visit_body(struct validation *v, const struct ast_definition *d);

static inline bool is_type_definition(const struct ast_definition *d)
{
	return d->kind >= AST_SCALAR && d->kind <= AST_INPUT && !d->extend;
}
