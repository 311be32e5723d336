/*
 * pull/draft.h - the schema that a database asks for, before it is text.
 *
 * A draft knows the SDL that is there (known.h): types and embedded types take the names that they
 * have in it, so that everything which refers to them does, too.
 */
#pragma once

#include "pull/infer.h"
#include "pull/known.h"
#include "pull/nouns.h"
#include "pull/pull.h"

/* A field, a value of an enum, or a remark in their place. */
struct draft_field {
	str name;
	str args;       /* "(id: Int!)" */
	str type;       /* "[Album!]!"; empty: a value of an enum */
	str directives; /* " @relation(…)", with the blank before each */
	str description;
	str note;      /* a remark above it */
	bool left_out; /* only a remark: `# name: note` */
	str key;       /* what it is bound to, as known.h writes it */
};

struct draft_type {
	enum ast_definition_kind kind; /* object, enum, union */
	str name;
	str directives;
	str description;
	str members; /* union: " = A | B" */
	struct {
		VEC(struct draft_field);
	} fields;
	struct map names; /* of fields that are taken */
	struct map keys;  /* of fields, to their number + 1 */
	/* a relation's type */
	const struct cat_relation *relation;
	const struct view_doc *view;     /* its columns; NULL for a table without a twin */
	const struct doc *doc;           /* its document, or NULL */
	const struct cat_relation *main; /* the table whose rows it has; NULL: not known */
	bool embedded;                   /* its document stands in another one, too */
	bool is_link;                    /* only links two others: not written */
	bool frozen;                     /* several types are written for it: it is left alone */
	str one, many;                   /* user_account, user_accounts */
	str note;                        /* a remark at its head: what can't be told of it */
	/* what is written already */
	const struct known_type *known;
};

struct gone;

struct draft {
	struct arena *arena;
	struct pull_facts *facts;
	const struct pull_options *options;
	const struct known *known;
	struct {
		VEC(struct draft_type *);
	} types;                /* in the order in which they are written */
	struct map by_name;     /* all names in use → non-NULL */
	struct map by_relation; /* cat_relation.sql, also of twins → struct draft_type */
	struct map by_type;     /* cat_type.sql of enums and composites → struct draft_type */
	struct draft_type *query, *mutation;
	const struct gone *gone; /* merge.h */
};

/* ---- draft.c ---- */

/* Which relations become types, and what they are called. False: there is none. */
bool draft_pick(struct draft *d);
/* The type for rows of a relation or its twins; NULL when there is none. */
struct draft_type *draft_of(const struct draft *d, const struct cat_relation *r);
/* A name that nothing has yet: `name`, else with "Row", else with a number. It is taken then. */
str draft_name(struct draft *d, str name, struct draft_type *t);
struct draft_type *draft_add(struct draft *d, enum ast_definition_kind kind, str name);
/* Is the schema of the database pulled? */
bool draft_has_schema(const struct draft *d, str schema);
/* A relation or function as SDL names it: with its schema where the search path needs it. */
str draft_sdl_name(struct draft *d, str schema, str name);

/* ---- fields.c ---- */

/* Adds a field unless its name or key is taken; false then. */
bool draft_put(struct draft *d, struct draft_type *t, const struct draft_field *f);
/* A text as a GraphQL string. */
str draft_literal(struct draft *d, str text);
/* Columns and keys of the documents of all types. */
void draft_columns(struct draft *d);
/* The GraphQL type of a PostgreSQL type, without "!"; empty when there is none. `in_json`: of a
 * value in a document, where everything has at least a text. */
str draft_type_of(struct draft *d, const struct cat_type *t, bool in_json);
/* The column or key that the compiler binds a field's name to. */
str draft_bound(struct arena *a, const struct cat_relation *r, str field);

/* ---- relations.c ---- */

void draft_relations(struct draft *d);
/* Marks the tables that only link two others; before the columns are drafted. */
void draft_links(struct draft *d);

/* ---- calls.c ---- */

/* Fields of Query and Mutation, and computed fields, by functions. */
void draft_calls(struct draft *d);

/* ---- roots.c ---- */

/* Fields of Query by which rows are read. */
void draft_roots(struct draft *d);

/* ---- text.c ---- */

void draft_put_type(struct buf *b, const struct draft_type *t);
/* One field with its description and remark, indented, with a line end. */
void draft_put_field(struct buf *b, const struct draft_field *f);
