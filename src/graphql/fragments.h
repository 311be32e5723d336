/*
 * graphql/fragments.h - the fragments of a document: by name, what they spread, which variables
 * they use. Everything is found out when it is first asked for, once.
 */
#pragma once

#include "base/map.h"
#include "graphql/ast.h"
#include "graphql/type.h"

struct validation;

/* A variable as a value, and what its place expects. */
struct usage {
	const struct ast_value *node;
	const struct gql_ref *type;         /* NULL = unknown */
	const struct gql_ref *parent_input; /* of the object or list around */
	bool has_default;                   /* the place has a default of its own */
};

struct usages {
	VEC(struct usage);
};

struct spreads {
	const struct ast_selection **at;
	size_t n, cap;
};

/* A fragment, or an operation seen as one that nothing spreads. */
struct fragment {
	const struct ast_definition *definition;
	uint32_t id;    /* below by_name.n */
	uint32_t stamp; /* of the search that saw it last */
	bool has_spreads, has_usages;
	struct spreads spreads; /* everywhere in it, in the order that the reference walks */
	struct usages usages;
};

struct fragment_list {
	struct fragment **at;
	size_t n, cap;
};

struct fragments {
	struct map by_name;            /* of two with the same name the later one */
	struct operation_usages *last; /* that were asked for */
	uint32_t searches;             /* so far */
};

/* The variables that an operation uses: its own, then those of the fragments it reaches. */
struct operation_usages {
	const struct ast_definition *operation;
	size_t n;                    /* of lists */
	const struct usages **lists; /* none is empty */
};

struct fragments *fragments_of(struct validation *v);
/* The fragment of that name, or NULL. */
struct fragment *fragment_find(const struct validation *v, str name);
const struct spreads *fragment_spreads(struct validation *v, struct fragment *f);
/* Variables used in the fragment itself. */
const struct usages *fragment_usages(struct validation *v, struct fragment *f);
/* An operation as a fragment. */
struct fragment fragment_of_operation(const struct ast_definition *operation);
/*
 * All fragments that the given ones spread, directly or through others, each once, nearest first.
 * Cycles are allowed.
 */
struct fragment_list fragments_reached(struct validation *v, struct fragment *from, size_t nfrom);
const struct operation_usages *operation_usages(struct validation *v,
	const struct ast_definition *d);
