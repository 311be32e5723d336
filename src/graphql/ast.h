/*
 * graphql/ast.h - the syntax tree of a document.
 *
 * Nodes live in the arena that the parser was given; names, numbers and strings without escapes are
 * views of the source text, which must live as long. `at` is the byte offset of a node's first
 * token, `end` the offset behind its last one. Lists are arrays. The tree is not changed after
 * parsing (the schema compiler builds trees of its own beside it).
 *
 * Spec: GraphQL September 2025, §2 and §3.
 */
#pragma once

#include "graphql/source.h"

struct ast_name {
	str text; /* empty = absent */
	uint32_t at;
};

enum ast_value_kind {
	AST_VARIABLE, /* text: the name without '$' */
	AST_INT,      /* text: as written */
	AST_FLOAT,
	AST_STRING,  /* text: the decoded contents; block tells the form */
	AST_BOOLEAN, /* text: true or false */
	AST_NULL,
	AST_ENUM,   /* text: the name */
	AST_LIST,   /* items */
	AST_OBJECT, /* fields */
};

struct ast_value {
	enum ast_value_kind kind;
	bool block;
	uint32_t at, end;
	str text;
	struct ast_value **items;        /* list */
	struct ast_object_field *fields; /* object */
	size_t n;                        /* of items or fields */
};

struct ast_object_field {
	struct ast_name name;
	struct ast_value *value;
};

struct ast_argument {
	struct ast_name name;
	struct ast_value *value;
	uint32_t at, end;
};

struct ast_directive {
	struct ast_name name;
	uint32_t at, end;
	struct ast_argument *args;
	size_t nargs;
};

struct ast_directives {
	struct ast_directive *at;
	size_t n;
};

enum ast_type_kind { AST_TYPE_NAMED, AST_TYPE_LIST, AST_TYPE_NON_NULL };

struct ast_type {
	enum ast_type_kind kind;
	uint32_t at, end;
	str name;            /* named */
	struct ast_type *of; /* list, non-null */
};

/* ---- executable documents ---- */

enum ast_selection_kind { AST_FIELD, AST_SPREAD, AST_INLINE };

struct ast_selections {
	struct ast_selection **at;
	size_t n;
	uint32_t begin; /* offset of '{'; meaningless when n == 0 */
};

struct ast_selection {
	enum ast_selection_kind kind;
	uint32_t at, end;
	struct ast_name alias; /* field */
	struct ast_name name;  /* field; spread: the fragment's name */
	struct ast_argument *args;
	size_t nargs;
	struct ast_directives directives;
	struct ast_name on; /* inline fragment's type condition */
	struct ast_selections selections;
};

struct ast_variable {
	struct ast_name name; /* at: of the '$' */
	struct ast_type *type;
	struct ast_value *default_value; /* NULL = none */
	struct ast_directives directives;
	struct ast_value *description; /* a string value, or NULL */
	uint32_t at, end;
};

enum ast_operation_kind { AST_QUERY, AST_MUTATION, AST_SUBSCRIPTION };

/* ---- type system documents ---- */

struct ast_input_value {               /* argument definition or input field */
	struct ast_value *description; /* a string value, or NULL */
	struct ast_name name;
	struct ast_type *type;
	struct ast_value *default_value;
	struct ast_directives directives;
	uint32_t at, end;
};

struct ast_field_def {
	struct ast_value *description;
	struct ast_name name;
	struct ast_input_value *args;
	size_t nargs;
	struct ast_type *type;
	struct ast_directives directives;
	uint32_t at, end;
};

struct ast_enum_value {
	struct ast_value *description;
	struct ast_name name;
	struct ast_directives directives;
	uint32_t at, end;
};

struct ast_operation_type { /* in a schema definition */
	enum ast_operation_kind operation;
	struct ast_name type;
	uint32_t at, end;
};

enum ast_definition_kind {
	AST_OPERATION,
	AST_FRAGMENT,
	AST_SCHEMA,
	AST_SCALAR,
	AST_OBJECT_TYPE,
	AST_INTERFACE,
	AST_UNION,
	AST_ENUM_TYPE,
	AST_INPUT,
	AST_DIRECTIVE_DEF,
};

struct ast_definition {
	enum ast_definition_kind kind;
	bool extend; /* schema and type kinds */
	const struct source *source;
	uint32_t at, end;
	struct ast_value *description; /* NULL = none */
	struct ast_name name;
	struct ast_directives directives;
	/* operation */
	enum ast_operation_kind operation;
	bool shorthand;                 /* `{ … }` */
	struct ast_variable *variables; /* operation, fragment variables are not in the language */
	size_t nvariables;
	const struct map *variable_index; /* by name, when there are many; else NULL */
	/* operation, fragment */
	struct ast_name on; /* fragment's type condition */
	struct ast_selections selections;
	/* object, interface */
	struct ast_name *interfaces;
	size_t ninterfaces;
	struct ast_field_def *fields;
	size_t nfields;
	/* union */
	struct ast_name *members;
	size_t nmembers;
	/* enum */
	struct ast_enum_value *values;
	size_t nvalues;
	/* input fields; a directive's arguments */
	struct ast_input_value *inputs;
	size_t ninputs;
	/* schema */
	struct ast_operation_type *operation_types;
	size_t noperation_types;
	/* directive definition */
	struct ast_name *locations;
	size_t nlocations;
	bool repeatable;
	/* an empty pair of braces was written is a syntax error, so n == 0 means none were written
	 */
};

struct ast_document {
	struct ast_definition **at;
	size_t n;
};
