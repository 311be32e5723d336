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

/* Decides how the function's result becomes the field's value. False with a diagnostic. */
bool bind_result(struct calling *k, struct binding *out);
/* Finds the success and error members of a result (an object or a union) and their entity. */
bool bind_members(struct calling *k);
