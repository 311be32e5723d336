/*
 * schema/scalar.h - the one table of scalars: how each is read, stored, filtered, written and
 * documented.
 */
#pragma once

#include "base/buf.h"
#include "graphql/value.h"

enum scalar_id {
	SCALAR_ID,
	SCALAR_INT,
	SCALAR_FLOAT,
	SCALAR_STRING,
	SCALAR_BOOLEAN,
	SCALAR_BIGINT,
	SCALAR_DECIMAL,
	SCALAR_UUID,
	SCALAR_DATE,
	SCALAR_TIME,
	SCALAR_DATETIME,
	SCALAR_INTERVAL,
	SCALAR_JSON,
	SCALAR_BYTES,
	SCALAR_EMAIL,
	SCALAR_URL,
	SCALAR_HOSTNAME,
	SCALAR_PORT,
	SCALAR_IPV4,
	SCALAR_IPV6,
	SCALAR_IP,
	SCALAR_CIDR,
	SCALAR_MAC,
	SCALAR_LTREE,
	SCALAR_DATERANGE,
	SCALAR_DATETIMERANGE,
	SCALAR_INTRANGE,
	SCALAR_BIGINTRANGE,
	SCALAR_DECIMALRANGE,
	SCALAR_TSVECTOR,
	SCALAR_VECTOR,
	SCALAR_COUNT
};

/* How a stored value becomes JSON. The same function serves a column's text and a JSON document's
 * value. */
enum scalar_out {
	OUT_STRING,   /* text as it is */
	OUT_INT,      /* 32-bit JSON number */
	OUT_FLOAT,    /* finite JSON number */
	OUT_BOOLEAN,  /* t/f or true/false */
	OUT_DIGITS,   /* a number given as a JSON string: exact */
	OUT_DATE,     /* RFC 3339's full-date */
	OUT_TIME,     /* with a full offset, if any */
	OUT_DATETIME, /* RFC 3339 with T and a full offset */
	OUT_INTERVAL, /* ISO 8601 */
	OUT_JSON,     /* JSON text as it is */
	OUT_BYTES,    /* \x… → base64 */
};

/* Groups of filter operators; see schema/filter_op. */
enum scalar_kind {
	KIND_TEXT,
	KIND_NUMBER,
	KIND_BOOLEAN,
	KIND_EQUALITY,
	KIND_TIME,
	KIND_JSON,
	KIND_BYTES,
	KIND_NET,
	KIND_MAC,
	KIND_LTREE,
	KIND_RANGE,
	KIND_ENUM,
	KIND_SEARCH, /* tsvector */
	KIND_VECTOR,
	KIND_ARRAY, /* no scalar: lists of leaves */
	KIND_PATH,  /* no scalar: what stands at a path of a JSON value */
	KIND_COUNT
};

struct scalar {
	const char *name;     /* in GraphQL */
	const char *pg;       /* type to cast parameters and JSONB keys to when no column tells */
	const char *pg_names; /* space-separated pg_type names that this scalar can read: "uuid",
				 "int2 int4" */
	enum scalar_out out;
	enum scalar_kind kind;
	gql_scalar_fn *read; /* checks and normalises input; NULL for the built-in five */
	const char *url;     /* @specifiedBy, or NULL */
	const char *doc;     /* description in the schema */
};

/* The row of a scalar. */
const struct scalar *scalar_get(enum scalar_id id);
/* The row by GraphQL name, or NULL. */
const struct scalar *scalar_find(str graphql_name);
/* The scalar that a column type is given as by default (schema pull, checks): int4 → Int, uuid →
 * UUID. */
const struct scalar *scalar_for_pg(str pg_type_name);
/* Can a column of this pg_type name be read as this scalar? */
bool scalar_reads(const struct scalar *s, str pg_type_name);
/* What the ranges of the scalar are made of; NULL when it is no range. */
const struct scalar *scalar_element(const struct scalar *range);
/* The coercion hook for gql_coercion: dispatches by the scalar type's name. */
bool scalar_coerce(void *ctx, struct arena *a, const struct gql_type *type, struct gql_value *v,
	const char **why);
/*
 * Writes a value as JSON. `text` is a column's text form; with `is_json` it is a JSON token instead
 * (a string with its quotes, a number, …). False, with nothing written, when the value can't be
 * given in this scalar.
 */
bool scalar_write(struct buf *b, const struct scalar *s, str text, bool is_json);
