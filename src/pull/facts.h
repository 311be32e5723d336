/*
 * pull/facts.h - what a pull knows of a database beyond the compiler's catalog.
 *
 * Loaded as one JSON document (sql/pull.sql) so that this module does no I/O and tests can state
 * facts as text:
 *
 *     {"views": [{"relation": 16402, "sql": "SELECT …"}],
 *      "extension": {"relations": [16384], "functions": [], "types": []},
 *      "builtins": [["lower", 25]]}
 *
 * `views` are definitions with every name qualified; `extension` what belongs to an extension;
 * `builtins` PostgreSQL's own functions that return one type whatever their arguments are. A
 * relation may also be given as "schema.name", a type by its name.
 */
#pragma once

#include "schema/catalog.h"

struct pull_facts {
	struct arena *arena;
	const struct catalog *catalog;
	struct map views;     /* by relation's address → struct pull_view */
	struct map builtins;  /* by name → struct cat_type */
	struct map types;     /* by name and by schema.name → struct cat_type */
	struct map extension; /* by oid → non-NULL: relations, functions and types */
};

struct pull_view {
	const struct cat_relation *relation;
	str sql;
	const struct view_doc *doc; /* infer.h: once it is known */
	bool in_progress;
};

/* Everything stays on `a`; `catalog` and `json` must outlive it. Fails: ERR_INTERNAL (broken). */
MUST_USE bool pull_facts_read(struct arena *a, const struct catalog *catalog, str json,
	struct pull_facts **out, struct err *e);
/* The view's definition, or NULL for a table and for a view that was not told. */
struct pull_view *pull_view_of(const struct pull_facts *f, const struct cat_relation *r);
/* A type as a cast names it: the schema may be empty. NULL when it is unknown. */
const struct cat_type *pull_type(const struct pull_facts *f, str schema, str name);
/* Does it belong to an extension? `oid` of a relation, function or type. */
bool pull_is_extension(const struct pull_facts *f, uint32_t oid);
