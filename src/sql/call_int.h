/* sql/call_int.h - a call while it is planned: the call itself in call.c, by the contract in
 * contract.c. */
#pragma once

#include "sql/planner_int.h"

struct calling {
	struct planner *p;
	const struct gql_field *field;
	const struct binding *binding;
	const struct call *call;
	struct nodes nodes;
	const struct scope *scope; /* BIND_COMPUTED: of the row */
	struct sql *w;
	size_t written; /* parameters so far */
};

/* Writes schema.fn(…) to c->w. False with an error added. */
MUST_USE bool call_put(struct calling *c);
/* A root field that follows the mutation contract. */
MUST_USE bool call_plan_mutation(struct calling *c, struct plan_root *root);
