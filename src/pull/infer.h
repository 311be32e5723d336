/*
 * pull/infer.h - what a view's columns hold, by its definition: types, nullability, the fields of
 * JSON documents, and the tables' columns that they are copies of.
 *
 * Nothing is guessed: what can't be told is DOC_ANY, with a reason. `nullable` errs on the side of
 * true: a value that is said not to be null never is, as long as the tables keep their NOT NULL.
 */
#pragma once

#include "base/buf.h"
#include "pull/facts.h"

enum doc_kind {
	DOC_ANY,     /* `why` says why it can't be told */
	DOC_VALUE,   /* a value of a PostgreSQL type */
	DOC_OBJECT,  /* a JSON object, or a row that becomes one */
	DOC_LIST,    /* a JSON array, or an array that becomes one */
	DOC_NOTHING, /* null, or an empty list or object: says nothing about others like it */
};

struct doc_field {
	str name; /* as it is stored */
	const struct doc *doc;
};

struct doc {
	enum doc_kind kind;
	bool nullable;
	bool json_null;              /* when null, it is JSON's, which COALESCE does not replace */
	const struct cat_type *type; /* VALUE */
	/* VALUE: a copy of this table's column; NULL = computed */
	const struct cat_column *origin;
	/* The item of FROM whose row that is, as a path: "0", "2.0"; items in views and subselects
	 * stand below. */
	str place;
	struct doc_field *fields; /* OBJECT */
	size_t n;
	const struct doc *item; /* LIST; NULL = nothing is known */
	/* OBJECT: it is the document `of_column` of a row of this view */
	const struct cat_relation *of;
	const struct cat_column *of_column;
	str why; /* ANY */
};

/* Rows of two places belong together when these columns are equal. */
struct doc_link {
	const struct doc *left, *right; /* VALUE with an origin */
};

struct view_doc {
	struct doc_field *columns; /* in the view's order */
	size_t n;
	struct doc_link *links;
	size_t nlinks;
	/* The table whose rows the view's rows are: the first of FROM. NULL: it can't be told. */
	const struct cat_relation *main;
	str main_place;
	bool whole; /* every row of `main` is there */
	str why;    /* not empty: the definition can't be read, and so nothing is known */
};

/* Never NULL. For a table: its columns, each its own origin. Kept with the facts. */
const struct view_doc *infer_relation(struct pull_facts *f, const struct cat_relation *r);
/* The same for a text that is no view's. */
const struct view_doc *infer_query(struct pull_facts *f, str select);
const struct doc_field *doc_field(const struct doc *d, str name);
const struct doc_field *view_field(const struct view_doc *v, str name);
/* Is it a type whose values are JSON? */
bool doc_is_json_type(const struct cat_type *t);
/* For tests and --explain: one line a field, indented. */
void doc_print(struct buf *b, const struct doc *d, unsigned indent);
