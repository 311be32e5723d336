/* token - a compact JWS over claims, by the library. */
#include "auth/token.h"

#include "auth/keys_int.h"

bool token_sign(struct arena *a, str secret, enum jws_alg alg, str claims, str *out, struct err *e)
{
	struct keyset *keys = keyset_new(e);
	if (!keys)
		return false;
	const struct jose *jose = &keys->jose;
	jws_t *jws = NULL;
	char *text = NULL;
	bool ok = keyset_add_secret(keys, secret, e);
	if (ok && !(keyset_algorithms(keys) & BIT(alg)))
		ok = err_set(e, ERR_CONFIG,
			"the secret is too short for %s, or %s needs another key",
			jws_alg_name(alg), jws_alg_name(alg));
	if (ok && jose->r_jws_init(&jws) == RHN_OK &&
		jose->r_jws_set_alg(jws, jose->r_str_to_jwa_alg(jws_alg_name(alg))) == RHN_OK &&
		jose->r_jws_set_header_str_value(jws, "typ", "JWT") == RHN_OK &&
		jose->r_jws_set_payload(jws, (const unsigned char *)claims.p, claims.n) == RHN_OK)
		text = jose->r_jws_serialize(jws, keys->keys[0].jwk, R_FLAG_IGNORE_REMOTE);
	if (text)
		*out = str_dup(a, str_from(text));
	else if (ok)
		ok = err_set(e, ERR_INTERNAL, "the token could not be signed");
	jose->r_free(text);
	jose->r_jws_free(jws);
	keyset_free(keys);
	return ok;
}
