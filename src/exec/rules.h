/*
 * exec/rules.h - @prepare and @constraint of a request's arguments, before anything is planned.
 *
 * Only for models that have rules (model.ruled) and documents that use them (rules_concern).
 */
#pragma once

#include "exec/exec_int.h"

/* Does the operation give arguments that rules are about? Asked once for each document. */
bool rules_concern(const struct prepared *d);
/*
 * Prepares the values of variables in place, and notes in x->refused which root fields have
 * arguments that break a rule.
 */
void rules_check(struct exec *x);
/* How the root field was refused as a whole, or NULL. */
const struct failure *rules_refused(const struct exec *x, const struct plan_root *root);

/* Items of a batch whose items stand by themselves: what is refused is left out of the batch. */
struct refused_items {
	const size_t *numbers; /* from 0, ascending */
	const struct failure *failures;
	size_t n;
};
struct refused_items rules_items(const struct exec *x, const struct plan_root *root);
