/* auth/token.h - making tokens, for development: an issuer does it in production. */
#pragma once

#include "auth/keys.h"

/*
 * Signs claims (the text of a JSON object) with an HMAC secret; the token is on `a`. Fails:
 * ERR_CONFIG: `alg` is none of the HS algorithms, or the secret is too short for it.
 */
MUST_USE bool token_sign(struct arena *a, str secret, enum jws_alg alg, str claims, str *out,
	struct err *e);
