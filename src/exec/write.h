/* exec/write.h - rows of tables that were written: results in, the field's value out. */
#pragma once

#include "exec/exec_int.h"

/* Takes the result of the root's i-th statement. */
void write_take(struct exec *x, const struct plan_root *root, size_t i, const struct pgresult *r);
/* Writes the root's key and value, or its failure, when all results have been taken. */
void write_put(struct exec *x, const struct plan_root *root);
/*
 * The same of a batch whose items stand by themselves (plan.h: each) when the root failed or was
 * undone: items that failed say how, all others say `f`.
 */
void write_put_failed(struct exec *x, const struct plan_root *root, const struct failure *f);
