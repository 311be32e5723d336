/*
 * auth/auth.h - bearer tokens for one worker: keys, verification, and a memory of what was
 * verified.
 *
 * It opens no file and no socket. Where the keys come from a document that can change, `fetch` is
 * called to get it, and whoever gets it calls auth_keys_put or auth_keys_failed, at once or in a
 * later turn. A token that the present keys do not know starts such a fetch, but not more often
 * than once in `refetch_s`; the request waits for it. When fetching fails the old keys stay.
 */
#pragma once

#include "auth/jwt.h"

struct auth;

struct auth_options {
	struct jwt_rules rules; /* its texts must outlive the auth */
	str secret;             /* one of these two, or fetch */
	str pem;
	void (*fetch)(void *arg);
	void *fetch_arg;
	bool secrets;       /* the fetched document may hold HMAC keys */
	unsigned refetch_s; /* least time between fetches for unknown keys */
	size_t cache_max;   /* verified tokens that are remembered */
};

/* Fails: ERR_CONFIG (the secret or PEM is not usable, no algorithm is left for the keys,
 * librhonabwy is missing). */
MUST_USE bool auth_open(const struct auth_options *o, struct auth **out, struct err *e);
/* Nobody may be waiting. NULL is allowed. */
void auth_close(struct auth *a);

/* The token of an Authorization header. Fails: ERR_UNAUTHENTICATED. */
MUST_USE bool auth_bearer(str header, str *token, struct err *e);

enum auth_verdict {
	AUTH_KNOWN,   /* *out lives until the next call */
	AUTH_REFUSED, /* ERR_UNAUTHENTICATED, ERR_FORBIDDEN; ERR_UNAVAILABLE: there are no keys */
	AUTH_WAIT,    /* keys are being fetched: call auth_wait, and ask again when told */
};
MUST_USE enum auth_verdict auth_check(struct auth *a, str token, uint64_t now_s,
	const struct identity **out, struct err *e);

/* Somebody who waits for keys. */
struct auth_waiter {
	void (*fn)(struct auth_waiter *w); /* called once; then it waits no longer */
	struct auth_waiter *next, *prev;
	bool waiting;
};
void auth_wait(struct auth *a, struct auth_waiter *w);
/* No longer interested; harmless when it is not waiting. */
void auth_unwait(struct auth *a, struct auth_waiter *w);

/* Fetches anew, unless that is going on. */
void auth_refresh(struct auth *a, uint64_t now_s);
/* The fetched document. Fails: ERR_CONFIG, and the old keys stay. */
MUST_USE bool auth_keys_put(struct auth *a, str json, struct err *e);
void auth_keys_failed(struct auth *a);

struct auth_stats {
	uint64_t verified, hits, refused, fetches;
	size_t cached, keys;
};
struct auth_stats auth_stats(const struct auth *a);
