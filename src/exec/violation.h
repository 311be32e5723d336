/*
 * exec/violation.h - what the database refused, in terms of the API: which input it is about, and
 * what to tell a client about it.
 */
#pragma once

#include "exec/exec_int.h"

struct failure;

/*
 * Adds to a failure of the field what the error says beyond its SQLSTATE: the fields of the input
 * that the constraint (or column) is about, a message for clients, and the texts of a RAISE. `root`
 * may be NULL: then no field is known.
 *
 * The message is the first that there is: what RAISE said; the COMMENT on the constraint; with
 * debugging PostgreSQL's; a sentence about the field; the code's description.
 */
void violation_explain(struct exec *x, const struct plan_root *root, const struct err *e,
	const struct pgdiag *diag, struct failure *out);
