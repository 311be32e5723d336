/* schema/write_int.h - @write while it is bound: the field in write.c, rows in write_row.c, what
 * tells rows apart in write_key.c, the result in write_result.c. */
#pragma once

#include "schema/call_int.h"
#include "schema/write.h"

struct writing {
	struct compiler *c;
	const struct gql_field *field;
	const struct ast_directive *directive;
	struct write *write;
	unsigned depth;       /* of nested rows */
	struct call *members; /* what the write's `members` points to */
};

/* ---- write_row.c ---- */

/* The value that an argument or input field stands for. False with a diagnostic. `key` is the
 * column's name as the schema says. */
bool write_value_bind(struct writing *w, const struct cat_relation *table,
	const struct gql_input *in, str key, struct write_value *out);
/* The columns of all fields of an input object. False with diagnostics. */
bool write_row_bind(struct writing *w, const struct gql_type *type, struct write_row *row);
/* Reports columns that need a value and get none; `args` go into the same rows. */
void write_row_check(struct writing *w, const struct write_row *row, const struct write_value *args,
	size_t nargs);
/* "CreateUserInput.name" or "Mutation.createUser(name:)". */
str write_input_name(struct writing *w, const struct gql_input *in);

/* ---- write_nested.c ---- */

/* Is it an input object of `create` and `connect` only? */
bool write_is_nested(const struct gql_input *in);
/* The foreign key that such a field of `row` stands for, and what its members make. */
bool write_nested_bind(struct writing *w, struct write_row *row, const struct gql_input *in,
	str key);

/* ---- write_key.c ---- */

/* Gives the values their roles: which are the key, which the version. */
bool write_roles_bind(struct writing *w);
/* What ties the table's rows to those of a type's source. */
bool write_links_bind(struct writing *w, const struct gql_type *type,
	const struct write_link **links, size_t *n);

/* ---- write_result.c ---- */

bool write_result_bind(struct writing *w);
