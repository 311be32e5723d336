/*
 * schema/catalog.h - facts about the database that a schema is compiled against.
 *
 * Loaded as one JSON document (sql/catalog.sql) so that this module does no I/O and tests can state
 * a catalog as text. All texts are views of that document or of the arena.
 */
#pragma once

#include "base/err.h"
#include "base/map.h"

enum cat_type_kind {
	CAT_BASE,
	CAT_ENUM,
	CAT_DOMAIN,
	CAT_COMPOSITE,
	CAT_ARRAY,
	CAT_RANGE,
	CAT_PSEUDO
};

struct cat_type {
	uint32_t oid;
	str schema, name; /* int4, not integer */
	str sql;          /* format_type: safe to write into SQL as it is */
	enum cat_type_kind kind;
	const struct cat_type *base; /* domain: its base; array: its element; range: its subtype */
	uint32_t base_oid, relation_oid;
	str *labels; /* enum, in order */
	size_t nlabels;
	str comment;
};

struct cat_column {
	str name;
	const struct cat_type *type;
	str stored; /* like type->sql, with a modifier: numeric(5,2); empty: there is none */
	bool not_null;
	bool generated, has_default;
	bool identity;   /* always; by default it has a default like others */
	str default_sql; /* the default's expression, also a domain's; may be unknown (empty) */
	str comment;
	uint32_t number; /* attnum */
	const struct cat_relation *relation;
};

struct cat_key { /* unique constraint or index without predicate; or an ordinary index: leading
		    columns */
	str name;
	const struct cat_column **columns;
	size_t n;
	bool primary, unique;
	str expression; /* of an index on an expression first: that; `n` is 0 */
};

struct cat_foreign_key {
	str name;
	const struct cat_relation *from, *to;
	const struct cat_column **columns, **references;
	size_t n;
};

struct cat_relation {
	uint32_t oid;
	str schema, name;
	str sql;   /* quoted and qualified: "public"."v_user" */
	char kind; /* r table, v view, m materialised view, p partitioned, f foreign; c composite
		      type, which is found by oid only */
	struct cat_column *columns;
	size_t ncolumns;
	struct map column_by_name;
	struct cat_key *keys;
	size_t nkeys;
	const struct cat_key *primary;        /* NULL = none */
	struct cat_foreign_key *foreign_keys; /* from here */
	size_t nforeign_keys;
	double rows;
	bool rls, rls_forced;
	bool fires_before, fires_after; /* triggers of rows before, any after a change */
	bool varies; /* two reads at one time may differ: a view or policy calls VOLATILE
			functions, or draws a sample */
	str comment;
};

struct cat_argument {
	str name; /* may be empty */
	const struct cat_type *type;
	bool has_default;
};

struct cat_function {
	uint32_t oid;
	str schema, name, sql;     /* quoted and qualified name */
	struct cat_argument *args; /* input arguments */
	size_t nargs;
	const struct cat_type *returns;
	bool returns_set;
	struct cat_argument
		*out; /* OUT, INOUT and TABLE columns, or the columns of a composite result */
	size_t nout;
	char volatility; /* i s v */
	bool strict, variadic, procedure;
	bool closed; /* who read the catalog may not execute it */
	str comment;
};

/* What PostgreSQL names when it refuses a row: a constraint, or a unique index that is none. */
struct cat_constraint {
	str schema, table; /* table: a domain's name for its constraints */
	str name;
	str *columns; /* those it looks at, expressions included */
	size_t ncolumns;
	str comment;
};

struct catalog {
	struct arena *arena;
	str database, version;
	uint32_t version_num; /* 150020 */
	str *search_path;     /* existing schemas, in order */
	size_t nsearch_path;
	str *text_search; /* names of text search configurations, with and without their schema */
	size_t ntext_search;
	str text_search_default; /* empty = not known */
	struct cat_type *types;
	size_t ntypes;
	struct cat_relation *relations;
	size_t nrelations;
	struct cat_function *functions;
	size_t nfunctions;
	struct map type_by_oid;        /* key: the 4 bytes of the oid */
	struct map relation_by_oid;    /* key: the 4 bytes of the oid */
	struct map relation_by_name;   /* key: schema.name; no composite types */
	struct map constraint_by_name; /* key: schema.table.name */
	struct map function_by_name; /* key: schema.name → struct cat_function (first overload; see
					next) */
};

/* Reads the document that sql/catalog.sql returns. `json` must outlive the catalog. Fails:
 * ERR_INTERNAL. */
MUST_USE
bool catalog_from_json(struct arena *a, str json, const struct catalog **out, struct err *e);
/* `name` is "relation" (looked up along the search path) or "schema.relation". NULL when there is
 * none. */
const struct cat_relation *catalog_relation(const struct catalog *c, str name);
const struct cat_relation *catalog_relation_by_oid(const struct catalog *c, uint32_t oid);
/* All functions of that name: the first; *n tells how many follow in memory order via
 * catalog_function_next. */
const struct cat_function *catalog_function(const struct catalog *c, str name);
const struct cat_function *catalog_function_next(const struct catalog *c,
	const struct cat_function *f);
const struct cat_type *catalog_type(const struct catalog *c, uint32_t oid);
const struct cat_column *cat_column_find(const struct cat_relation *r, str name);
/* The constraint that an error names; NULL when it is not known (a partition's, say). */
const struct cat_constraint *catalog_constraint(const struct catalog *c, str schema, str table,
	str name);
/* The type without domains around it. */
const struct cat_type *cat_type_plain(const struct cat_type *t);
/* Nearest relation / function name for messages; empty when none is near. */
str catalog_nearest_relation(const struct catalog *c, struct arena *a, str name);
str catalog_nearest_function(const struct catalog *c, struct arena *a, str name);
/* Names of a relation's columns, for "did you mean". */
str cat_nearest_column(const struct cat_relation *r, struct arena *a, str name);
