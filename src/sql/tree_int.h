/*
 * sql/tree_int.h - the JSON that libpg_query gives, as a tree to walk.
 *
 * A node of the grammar is an object with one member named by its kind: {"ColumnRef": {…}}.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/jread.h"

struct tree {
	enum json_kind kind;
	str key;  /* as a member */
	str text; /* of a string or number; of a boolean "true" or "false" */
	struct tree *at;
	size_t n;
};

/* The tree of statements; all of it is on `a`. Fails: ERR_SYNTAX, ERR_UNSUPPORTED (nested too
 * deeply), ERR_CONFIG (libpg_query is missing). */
MUST_USE bool grammar_read(struct arena *a, str sql, struct tree *out, struct err *e);
/* Reads the whole text; strings are views of it or of `a`. False: broken, or nested too deeply. */
MUST_USE bool tree_read(struct arena *a, str json, struct tree *out);
/* A member of an object; an empty node when there is none. Never NULL. */
const struct tree *tree_get(const struct tree *t, const char *key);
/* The contents of a node, whose kind goes to *kind; an empty one for what is no node. */
const struct tree *tree_node(const struct tree *t, str *kind);
/* The contents of a node if it has that kind, else an empty one. */
const struct tree *tree_as(const struct tree *t, const char *kind);
bool tree_is(const struct tree *t, const char *kind);
/* The text of {"String": {"sval": …}}. */
str tree_string(const struct tree *t);
static inline bool tree_has(const struct tree *t)
{
	return t->kind != JSON_NONE;
}
