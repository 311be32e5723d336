/* sql/analyse_int.h - reading expressions (analyse_expr.c) and queries (analyse.c) of the tree. */
#pragma once

#include "sql/analyse.h"
#include "sql/tree_int.h"

struct analysis {
	struct arena *arena; /* of the result */
	unsigned depth;      /* of expressions and queries in each other */
	bool too_deep;
};

/* True while there is room for one level more; call analysis_leave then. */
bool analysis_enter(struct analysis *x);
void analysis_leave(struct analysis *x);
/* A copy of `s` on the result's arena. */
str analysis_keep(struct analysis *x, str s);
/* The names of a list of strings: the last one, and the one before it. */
void analysis_name(struct analysis *x, const struct tree *list, str *qualifier, str *name);

/* Never NULL. */
const struct sqlx *analyse_expr(struct analysis *x, const struct tree *t);
/* A SelectStmt's contents; NULL when it is none. */
const struct sqlq *analyse_query(struct analysis *x, const struct tree *select);
