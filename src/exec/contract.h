/* exec/contract.h - calls that follow the mutation contract: rows in, the field's value out. */
#pragma once

#include "exec/exec_int.h"

/* Takes the result of the root's i-th statement: the call, then the entities that are read again.
 */
void contract_take(struct exec *x, const struct plan_root *root, size_t i,
	const struct pgresult *r);
/* Writes the root's key and value, when all results have been taken. */
void contract_put(struct exec *x, const struct plan_root *root);

struct failure;
/* Are the items of a list known? */
bool contract_has_items(const struct exec *x, const struct plan_root *root);
/* Writes the list again; items that have not failed by themselves fail with `f`. */
void contract_put_failed(struct exec *x, const struct plan_root *root, const struct failure *f);
