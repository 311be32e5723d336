/* exec/contract.h - calls that follow the mutation contract: rows in, the field's value out. */
#pragma once

#include "exec/exec_int.h"

/* Takes the result of the root's i-th statement: the call, then the entities that are read again.
 */
void contract_take(struct exec *x, const struct plan_root *root, size_t i,
	const struct pgresult *r);
/* Writes the root's key and value, when all results have been taken. */
void contract_put(struct exec *x, const struct plan_root *root);
