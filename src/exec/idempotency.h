/*
 * exec/idempotency.h - mutations that may be sent again: the header Idempotency-Key.
 *
 * Each unit of a mutation (mutate.c) claims its key as the first statement of its transaction and
 * stores what it wrote to the response as the last, so that both or neither happen. A unit whose
 * key was answered before is not run: what is stored is written instead.
 * Source: draft-ietf-httpapi-idempotency-key-header; tables: sql/install/10_idempotency.sql
 */
#pragma once

#include "exec/exec_int.h"

/*
 * Does the request carry a key that is to be honoured? Sets x->key. False with an error added when
 * it can't be: the key is malformed, or the database lacks the tables.
 */
MUST_USE bool idempotency_begin(struct exec *x);
/* Is there a key? */
static inline bool idempotency_is_on(const struct exec *x)
{
	return x->key != NULL;
}
/* The statement that claims the key for the unit. */
void idempotency_claim(struct exec *x, struct pgstmt *out);
/* Makes the job store what the unit wrote before it commits. */
void idempotency_store(struct exec *x);

enum idempotency_verdict {
	CLAIM_OTHER,    /* the failure was something else */
	CLAIM_ANSWERED, /* idempotency_find tells what was answered */
	CLAIM_BUSY,     /* another transaction has the key */
};
enum idempotency_verdict idempotency_verdict(const struct exec *x, const struct err *e,
	const struct pgdiag *diag);

/* What was stored. */
struct replay {
	bool found;
	bool same;        /* it was the same request */
	str data, errors; /* .p == NULL: null */
};
/*
 * Looks for the answer of the unit's key: submits x->job; `done` is called with what there is, or
 * with an error. Not when the caller vanished meanwhile: then the request ends.
 */
typedef void replay_fn(struct exec *x, const struct replay *r, const struct err *e);
void idempotency_find(struct exec *x, replay_fn *done);
