/* app/fq_int.h - what the files of the public API share. */
#pragma once

#include <fraiseql.h>

#include "app/host.h"

/* ---- fq_batch.c: resolvers ---- */

/* The resolvers of a handle, and the threads for those that block. */
struct fq_resolvers;
/* Is the list (NULL: empty), which ends with a NULL name, one that can be used? Fails: ERR_CONFIG.
 */
MUST_USE bool fq_resolvers_check(const struct fq_resolver *list, struct err *e);
/* Copies the list, which was checked; starts the threads that it needs. */
struct fq_resolvers *fq_resolvers_open(const struct fq_resolver *list, unsigned threads);
/* For struct host; `arg` is the fq_resolvers. */
bool fq_resolvers_start(void *arg, struct exec_batch *b);
bool fq_resolvers_has(void *arg, str name);
/* No batch may be running. NULL is allowed. */
void fq_resolvers_close(struct fq_resolvers *r);

/* ---- fq_context.c: identities ---- */

/* An identity of the program's into one of ours, on `a`. Fails: ERR_CONFIG. */
MUST_USE bool fq_identity_read(struct arena *a, const struct fq_identity *from,
	struct identity *out, struct err *e);
/* Asks the program's hook about a request. */
enum host_verdict fq_context_ask(fq_context_fn *fn, void *user, struct http_request *h,
	struct identity *out, struct err *e);
