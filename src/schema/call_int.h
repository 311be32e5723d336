/* schema/call_int.h - a call while it is bound: parameters in call.c, result in result.c. */
#pragma once

#include "schema/compile_int.h"

struct calling {
	struct compiler *c;
	const struct gql_field *field;
	const struct ast_directive *directive;
	const struct cat_function *function;
	struct call *call;
	struct buf problems; /* why the function does not fit, as sentences */
};

/* ---- result.c ---- */

bool result_is_json(const struct cat_type *t);
/* A problem at the directive. Returns false. */
bool result_refuse(struct calling *k, str message, str hint);
/* `the function "f" returns …` */
str result_returned(struct calling *k);
bool result_has_column(const struct cat_function *fn, str name);

/* ---- contract.c ---- */

/* Does the function's row have a status and companions? Then it follows the mutation contract. */
bool contract_is(const struct compiler *c, const struct cat_function *fn);
/*
 * Decides how a mutation's result is made of what the function returns: for unions, for rows by the
 * contract, and for entities that must be read again by their id. False with a diagnostic.
 */
bool contract_bind(struct calling *k, struct binding *out);
/* Can what the function returns lead to the type's row, by its id, though it is not the row itself?
 */
bool contract_is_key(struct calling *k, const struct gql_type *t);
/* Reads @status. */
void contract_statuses(struct calling *k);

/* Decides how the function's result becomes the field's value. False with a diagnostic. */
bool bind_result(struct calling *k, struct binding *out);
/* Finds the success and error members of a result (an object or a union) and their entity. */
bool bind_members(struct calling *k);
