/*
 * sql/analyse.h - a SELECT as plain data: what each of its columns is made of, and from what.
 *
 * PostgreSQL's own grammar (libpg_query) reads the text; this is the part of the tree that tells
 * where values come from. Nothing is looked up: names are as written, and what a reader of shapes
 * has no use for (ordering, locks, window frames) is left out. Never used for requests: it is for
 * tools that look at the definitions of views and functions.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct sqlq;

enum sqlx_kind {
	SQLX_OTHER,  /* anything else; args are what it contains, if that is known */
	SQLX_COLUMN, /* qualifier.name; the qualifier may be empty */
	SQLX_STAR,   /* all columns of the qualifier, or of everything when that is empty */
	SQLX_NULL,   /* constants: `name` is the text of a string or number, or true/false */
	SQLX_TEXT,
	SQLX_INT,
	SQLX_DECIMAL,
	SQLX_BOOL,
	SQLX_CALL,  /* [qualifier.]name(args) */
	SQLX_OP,    /* operator `name`; one argument: prefix */
	SQLX_TRUTH, /* AND, OR, NOT, IN, LIKE, BETWEEN …: a boolean, null when an argument is */
	SQLX_TEST,  /* IS NULL, IS TRUE, IS DISTINCT FROM, EXISTS: a boolean, never null */
	SQLX_CAST,  /* args[0]::[qualifier.]name, to an array of it with `array` */
	SQLX_CASE,  /* args are the results, ELSE last when there is one (has_else) */
	SQLX_COALESCE,
	SQLX_MINMAX, /* GREATEST, LEAST */
	SQLX_NULLIF,
	SQLX_SUBQUERY, /* (select …): one value, null without a row */
	SQLX_ARRAY_OF, /* array(select …) */
	SQLX_ARRAY,    /* array[args] */
	SQLX_ROW,      /* row(args) */
	SQLX_FIELD,    /* (args[0]).name */
	SQLX_ELEMENT,  /* (args[0])[…] */
	SQLX_NOW,      /* CURRENT_DATE and its like: `name` is the type's */
};

struct sqlx {
	enum sqlx_kind kind;
	bool array;    /* CAST: to an array; ELEMENT: a slice, which is an array */
	bool has_else; /* CASE */
	bool window;   /* CALL: with OVER */
	bool not_null; /* TEST: IS NOT NULL */
	str qualifier, name;
	const struct sqlx **args;
	size_t n;
	const struct sqlx *filter; /* CALL: FILTER's condition, or NULL */
	const struct sqlq *query;  /* SUBQUERY, ARRAY_OF */
};

/* One item of FROM. Joins are flat: what they say is in `nullable` and in the query's equalities.
 */
struct sqlq_from {
	str alias;                /* how columns are qualified; the relation's name without one */
	str schema, relation;     /* a table, view or CTE … */
	const struct sqlq *query; /* … or a subselect … */
	const struct sqlx *call;  /* … or a function; all empty: something else */
	str *columns;             /* names given to its columns, from the first on */
	size_t ncolumns;
	bool nullable; /* the optional side of an outer join */
};

struct sqlq_column {
	str name; /* as PostgreSQL would call it; empty = it has to guess (?column?) */
	const struct sqlx *value;
};

struct sqlq {
	struct sqlq_column *columns;
	size_t n;
	struct sqlq_from *froms;
	size_t nfroms;
	struct sqlq_with {
		str name;
		const struct sqlq *query; /* NULL: it is no SELECT */
		str *columns;
		size_t ncolumns;
	} *withs;
	size_t nwiths;
	struct sqlq_equal { /* `left = right` in WHERE or a join's condition, joined by AND */
		const struct sqlx *left, *right;
	} *equal;
	size_t nequal;
	bool grouped;   /* GROUP BY or HAVING: there may be no row, groups are not empty */
	bool limited;   /* LIMIT or OFFSET: the same */
	bool filtered;  /* WHERE */
	bool rolled_up; /* ROLLUP, CUBE, GROUPING SETS: grouped columns may be null */
	bool is_values;
	const struct sqlq *left, *right; /* UNION and the like: then only `withs` is set besides */
};

/*
 * Reads one SELECT, with or without a semicolon. All texts are on `a`. Fails: ERR_SYNTAX (not SQL
 * that this grammar knows, which is that of one PostgreSQL version), ERR_UNSUPPORTED (no SELECT, or
 * nested too deeply).
 */
MUST_USE bool sql_analyse(struct arena *a, str select, const struct sqlq **out, struct err *e);
