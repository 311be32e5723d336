/*
 * app/identify.h - who a request is from: bearer tokens as the settings want them.
 *
 * One per worker. It reads the keys (file, address), keeps them fresh, and answers with an identity
 * or with why there is none.
 */
#pragma once

#include "app/settings.h"
#include "auth/auth.h"
#include "base/log.h"

struct loop;
struct identify;

/* Can a database role have this name? "none" would be the connection's own. */
bool identify_is_role(str name);
/* The database roles that tokens may name, and the anonymous one: on `a`, *n of them. Fails:
 * ERR_CONFIG. */
MUST_USE bool identify_roles(struct arena *a, const struct settings *s, str **out, size_t *n,
	struct err *e);
/* What @function(context:) may name: on `a`. Fails: ERR_CONFIG. */
MUST_USE bool identify_names(struct arena *a, const struct settings *s, const str **out, size_t *n,
	struct err *e);
/*
 * *out is NULL when no keys are configured: then Authorization headers are not looked at and every
 * request is anonymous. `settings` and `log` must outlive it. Fails: ERR_CONFIG, ERR_IO.
 */
MUST_USE bool identify_open(struct loop *l, const struct settings *s, const struct log *log,
	struct identify **out, struct err *e);
/* Nobody may be waiting. NULL is allowed. */
void identify_close(struct identify *i);

/*
 * The identity by an Authorization header (.p == NULL: there is none). AUTH_KNOWN with *out NULL is
 * an anonymous request; *out lives until the next call. AUTH_WAIT: see auth_wait. `i` may be NULL.
 */
MUST_USE enum auth_verdict identify_request(struct identify *i, str authorization,
	const struct identity **out, struct err *e);
void identify_wait(struct identify *i, struct auth_waiter *w);
void identify_unwait(struct identify *i, struct auth_waiter *w);
/* The value of WWW-Authenticate for a refusal, on `a`. `given`: there was a token. */
const char *identify_challenge(struct arena *a, bool given, const struct err *e);
struct auth_stats identify_stats(const struct identify *i);
