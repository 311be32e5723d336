/*
 * auth/jws.h - a signed token: its form and its signature. Spec: RFC 7515 (compact form), RFC 8725.
 *
 * Which algorithms are allowed comes from the caller; the token's own "alg" only chooses among
 * them, and a key serves only what it is for. Keys inside a token ("jwk", "x5c") or at addresses
 * that it names ("jku", "x5u") are not looked at. "crit", "b64" and "zip" are refused: nothing
 * critical is understood.
 */
#pragma once

#include "auth/keys.h"

enum jws_result {
	JWS_OK,
	JWS_MALFORMED,   /* not three parts of base64url, a header that is not JSON, "crit" … */
	JWS_ALGORITHM,   /* not among the allowed */
	JWS_UNKNOWN_KEY, /* no key has its "kid", or none fits the algorithm: newer keys may help */
	JWS_BAD_SIGNATURE,
};

struct jws {
	enum jws_alg alg;
	str kid;     /* .p == NULL: none */
	str typ;     /* .p == NULL: none */
	str payload; /* bytes, NUL behind them */
};

/* Verifies. *out is on `a` and written with JWS_OK only. */
MUST_USE enum jws_result jws_verify(const struct keyset *keys, unsigned algorithms, str token,
	struct arena *a, struct jws *out);
