/*
 * exec/resolve.h - fields that the embedding program answers: batches out, answers in.
 *
 * All parents of a field at one level of a response are one batch. The host that was handed down
 * starts it, on whatever thread it likes, fills the answers, and says exec_batch_done once.
 */
#pragma once

#include "auth/identity.h"

struct exec;

struct batch_answer {
	str json; /* on the batch's arena; .p == NULL: null. JSON in the stored form */
	bool failed;
	enum err_code code; /* of a failure, with its message */
	str message;
};

struct exec_batch {
	str resolver, field; /* "score", "User.score" */
	str arguments;       /* JSON object */
	const str *parents;  /* JSON objects; all texts end with NUL */
	struct batch_answer *answers;
	size_t n;
	const struct identity *identity; /* NULL: anonymous */
	str request_id;
	struct arena *arena; /* the batch's own: only who works on it uses it */
	void *host;          /* the host's */
	/* the engine's */
	struct engine *engine;
	struct exec *exec; /* NULL: nobody waits for it any more */
	const size_t *gaps;
	struct exec_batch *next, *prev, *next_done;
};

struct resolver_host {
	/* False: there is no such resolver. */
	bool (*start)(void *arg, struct exec_batch *b);
	void *arg;
};

/* The answers are there. From any thread, once; the batch is not to be touched afterwards. */
void exec_batch_done(struct exec_batch *b);
