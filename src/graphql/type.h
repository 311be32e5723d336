/*
 * graphql/type.h - the type system of a schema, immutable once built.
 *
 * Built from syntax trees (build.h), on one arena. Types, fields and arguments keep pointers to the
 * nodes that they come from, for error locations and for the directives that the schema compiler
 * reads. Numbers (`id`) are dense, so that other modules keep their facts about types and fields in
 * arrays.
 *
 * Spec: §3.
 */
#pragma once

#include "base/buf.h"
#include "base/map.h"
#include "graphql/ast.h"

struct gql_value;
struct gql_type;
struct input_rule; /* the schema module's: @constraint and @prepare */

/* A reference to a type: named, or a wrapper. Named references are shared: one per type. */
struct gql_ref {
	enum ast_type_kind kind;
	struct gql_type *type;    /* the named type at the bottom, for every kind */
	const struct gql_ref *of; /* what a list or non-null wraps */
};

/* An argument of a field or directive, or a field of an input object. */
struct gql_input {
	str name, description;
	bool has_description;
	const struct gql_ref *type;
	const struct ast_value *default_ast; /* NULL = none */
	struct gql_value *default_value;     /* coerced, shared, never changed; NULL = none */
	bool deprecated;
	str deprecation_reason;
	const struct ast_input_value *node;
	const struct source *source;
	uint32_t id;                   /* position among its siblings */
	const struct input_rule *rule; /* NULL = none */
};

struct gql_field {
	str name, description;
	bool has_description;
	const struct gql_ref *type;
	struct gql_input *args;
	size_t nargs;
	bool deprecated;
	str deprecation_reason;
	const struct ast_field_def *node; /* NULL for meta-fields (__typename, __schema, __type) */
	const struct source *source;
	const struct gql_type *parent;
	uint32_t id; /* dense over all fields of the schema; meta-fields come first: 0 __typename, 1
			__schema, 2 __type */
};

enum { GQL_FIELD_TYPENAME, GQL_FIELD_SCHEMA, GQL_FIELD_TYPE, GQL_META_FIELDS };

struct gql_enum_value {
	str name, description;
	bool has_description;
	bool deprecated;
	str deprecation_reason;
	const struct ast_enum_value *node;
	const struct source *source;
	uint32_t id; /* position in the declaration */
};

enum gql_kind { GQL_SCALAR, GQL_OBJECT, GQL_INTERFACE, GQL_UNION, GQL_ENUM, GQL_INPUT };

struct gql_type {
	enum gql_kind kind;
	str name, description;
	bool has_description;
	bool introspection;       /* one of the specification's __Types */
	bool built_in;            /* Int Float String Boolean ID */
	bool one_of;              /* input object with @oneOf */
	bool ruled;               /* input object: a rule stands on a field of it, or deeper */
	str specified_by;         /* scalar; .p == NULL without */
	uint32_t id;              /* dense over all types */
	struct gql_field *fields; /* object, interface */
	size_t nfields;
	struct gql_input *inputs; /* input object */
	size_t ninputs;
	struct gql_enum_value *values;
	size_t nvalues;
	struct gql_type **interfaces; /* object, interface: declared ones, in order */
	size_t ninterfaces;
	struct gql_type **members; /* union: members; interface: all types that implement it
				      (objects and interfaces) */
	size_t nmembers;
	struct gql_type **possible; /* object itself; interface and union: the object types */
	size_t npossible;
	struct map by_name; /* of fields, inputs or values */
	struct gql_ref ref; /* the plain reference to this type */
	const struct ast_definition *
		*nodes; /* definition first, then extensions; none for built-in types */
	size_t nnodes;
	uint32_t *possible_bits; /* bit per type id, NULL unless interface or union */
};

struct gql_directive {
	str name, description;
	bool has_description;
	struct gql_input *args;
	size_t nargs;
	bool repeatable;
	bool built_in;      /* one of the specification's, also when the document defines it anew */
	uint32_t locations; /* BIT(enum gql_directive_location) */
	struct map by_name;
	const struct ast_definition *node; /* has the locations in order; of built-in ones too */
};

enum gql_directive_location {
	GQL_AT_QUERY,
	GQL_AT_MUTATION,
	GQL_AT_SUBSCRIPTION,
	GQL_AT_FIELD,
	GQL_AT_FRAGMENT_DEFINITION,
	GQL_AT_FRAGMENT_SPREAD,
	GQL_AT_INLINE_FRAGMENT,
	GQL_AT_VARIABLE_DEFINITION,
	GQL_AT_SCHEMA,
	GQL_AT_SCALAR,
	GQL_AT_OBJECT,
	GQL_AT_FIELD_DEFINITION,
	GQL_AT_ARGUMENT_DEFINITION,
	GQL_AT_INTERFACE,
	GQL_AT_UNION,
	GQL_AT_ENUM,
	GQL_AT_ENUM_VALUE,
	GQL_AT_INPUT_OBJECT,
	GQL_AT_INPUT_FIELD_DEFINITION,
	GQL_AT_COUNT
};
/* "QUERY" … */
const char *gql_directive_location_name(enum gql_directive_location l);

struct gql_schema {
	struct arena *arena;
	str description;
	bool has_description;
	struct gql_type *query, *mutation, *subscription; /* NULL where absent */
	struct gql_type *
		*types; /* by id; those of the document in its order, as the reference lists them */
	size_t ntypes;
	struct gql_directive **directives;
	size_t ndirectives;
	size_t nfields; /* of all types; bound of gql_field.id */
	struct map type_by_name, directive_by_name;
	const struct ast_definition **nodes; /* schema definition and extensions */
	size_t nnodes;
	const struct gql_field *meta; /* [GQL_META_FIELDS] */
};

struct gql_type *gql_type_find(const struct gql_schema *s, str name);
const struct gql_directive *gql_directive_find(const struct gql_schema *s, str name);
/* The field of an object or interface, with __typename, and on the query type __schema and __type.
 */
const struct gql_field *gql_field_find(const struct gql_schema *s, const struct gql_type *t,
	str name);
const struct gql_input *gql_input_find(const struct gql_type *t, str name);
const struct gql_enum_value *gql_enum_value_find(const struct gql_type *t, str name);
const struct gql_input *gql_arg_find(const struct gql_field *f, str name);

static inline bool gql_is_composite(const struct gql_type *t)
{
	return t->kind == GQL_OBJECT || t->kind == GQL_INTERFACE || t->kind == GQL_UNION;
}
static inline bool gql_is_leaf(const struct gql_type *t)
{
	return t->kind == GQL_SCALAR || t->kind == GQL_ENUM;
}
static inline bool gql_is_input(const struct gql_type *t)
{
	return gql_is_leaf(t) || t->kind == GQL_INPUT;
}
static inline bool gql_is_non_null(const struct gql_ref *r)
{
	return r->kind == AST_TYPE_NON_NULL;
}
/* Must an argument or input field be given? */
static inline bool gql_is_required(const struct gql_input *i)
{
	return i->type->kind == AST_TYPE_NON_NULL && !i->default_ast;
}
/* The reference without its outer non-null. */
static inline const struct gql_ref *gql_nullable(const struct gql_ref *r)
{
	return r->kind == AST_TYPE_NON_NULL ? r->of : r;
}
/* Is there a list anywhere in the wrapping? */
bool gql_is_list(const struct gql_ref *r);
/* Is `object` one of the possible types of `abstract`, or the same type? */
bool gql_is_possible(const struct gql_type *abstract, const struct gql_type *object);
/* Does an object or interface declare that it implements `interface`? */
bool gql_implements(const struct gql_type *t, const struct gql_type *interface);
/* Is there an object type that both composite types allow? */
bool gql_overlaps(const struct gql_schema *s, const struct gql_type *a, const struct gql_type *b);
/* Writes the reference as in SDL: [User!]! */
void gql_ref_print(struct buf *b, const struct gql_ref *r);
str gql_ref_text(struct arena *a, const struct gql_ref *r);
