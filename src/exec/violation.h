/*
 * exec/violation.h - what the database refused, in terms of the API: which input it is about, and
 * what to tell a client about it.
 */
#pragma once

#include "exec/exec_int.h"

struct failure;

#define VIOLATION_NO_ITEM UINT64_MAX

/*
 * Adds to a failure of the field what the error says beyond its SQLSTATE: the fields of the input
 * that the constraint (or column) is about, a message for clients, and the texts of a RAISE. `root`
 * may be NULL: then no field is known. `item`: which item of a batch it is about, from 0.
 *
 * The message is the first that there is: what RAISE said; the COMMENT on the constraint; with
 * debugging PostgreSQL's; a sentence about the field; the code's description.
 */
void violation_explain(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, uint64_t item, struct failure *out);

/*
 * The item of a batch that was refused as a whole: whose key is there already or refers to nothing,
 * or which has the null, in these columns of the table. VIOLATION_NO_ITEM when it can't be told.
 */
uint64_t violation_item(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, const str *columns, size_t n);
