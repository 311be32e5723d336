/*
 * graphql/inspect.h - a JSON value of a client, read once, and how messages show it.
 *
 * The tree keeps JSON as the client wrote it beside the coerced value that it becomes, so that one
 * block of memory serves both.
 */
#pragma once

#include "base/jread.h"
#include "graphql/value.h"

struct jnode {
	struct gql_value
		value; /* what coercion makes of it; first, so that the pointers are equal */
	enum json_kind kind;
	str text; /* string: contents; number: as written; bool, array, object: the raw text */
	str key;  /* in an object */
	struct jnode *child, *next;
	size_t n; /* children */
};

/* Reads one value. NULL at a fault, which `r` tells; depth is bounded by the reader's limit. */
struct jnode *jnode_read(struct jread *r, struct arena *a);
/*
 * Puts the value as the reference's `inspect` shows it: {a: 1, b: [1, "x"]}, lists cut after ten
 * items, the third level of nesting as [Object] or [Array], numbers as ECMAScript prints them.
 */
void jnode_inspect(struct buf *b, struct arena *a, const struct jnode *n);
