/*
 * auth/jwt.h - a bearer token: signature, issuer, audience, time. Spec: RFC 7519, RFC 8725.
 */
#pragma once

#include "auth/identity.h"
#include "auth/jws.h"

struct jwt_rules {
	unsigned algorithms; /* allowed: BIT(JWS_ES256) | … */
	str issuer;          /* "iss" must be this; empty: any */
	str audience;        /* "aud" must be or hold this; empty: any */
	str type;            /* the header's "typ" must be this ("at+jwt"); empty: any */
	unsigned leeway_s;   /* clocks may differ by this */
	size_t token_max;    /* bytes */
	struct claim_map map;
};

/*
 * Verifies a token and reads its identity, on `a`. "exp" is required. Fails: ERR_UNAUTHENTICATED
 * with a reason that a client may see, ERR_FORBIDDEN (see identity_from_claims). *unknown_key tells
 * that other keys than these might know the token.
 */
MUST_USE bool jwt_read(const struct jwt_rules *rules, const struct keyset *keys, str token,
	uint64_t now_s, struct arena *a, struct identity *out, bool *unknown_key, struct err *e);
