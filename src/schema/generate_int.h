/* schema/generate_int.h - what decl.c knows for generate.c. */
#pragma once

#include "schema/compile_int.h"

/* What a field gives a where input. */
enum field_use {
	USE_NONE,
	USE_LEAF, /* a filter of the leaf's type */
	USE_ONE,  /* the target's where: to-one relation or embedded object */
	USE_MANY, /* some, every, none: a list relation */
};

/* Collects c->decls from c->definitions. */
void decl_collect(struct compiler *c);
/* The relation behind a type, as written; empty when it has none. */
str decl_source(struct compiler *c, struct decl *d);
bool decl_leaf_kind(const struct decl *d, enum scalar_kind *kind);
enum field_use decl_field_use(struct compiler *c, const struct ast_field_def *f,
	struct decl **target);
/* Can one order by how many rows a list relation has? */
bool decl_field_counts(struct compiler *c, const struct ast_field_def *f);
/* Can one order by the field? */
bool decl_field_orders(struct compiler *c, const struct ast_field_def *f, struct decl **target);
/* Can one order by any field of the type? */
bool decl_is_orderable(struct compiler *c, struct decl *d);
