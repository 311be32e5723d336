/*
 * jws - takes a compact JWS apart, chooses the keys to try, and lets the library check.
 *
 * The library parses the token again; everything on which two parsers could disagree (padding,
 * foreign characters, duplicate members) has been refused before.
 */
#include "auth/jws.h"

#include "auth/keys_int.h"
#include "base/base64url.h"

#include <jansson.h>
#include <string.h>

enum { TRIES_MAX = 8 };

struct parts {
	str header, payload, signature; /* base64url */
	str bytes;                      /* of the header */
};

/* ---- form ---- */

static bool split(struct arena *a, str token, struct parts *p, str *payload)
{
	str rest = token, signature;
	p->header = str_split(&rest, '.');
	size_t dot = str_find(rest, '.');
	if (dot == rest.n || !p->header.n)
		return false;
	p->payload = str_sub(rest, 0, dot);
	p->signature = str_sub(rest, dot + 1, rest.n);
	return base64url_decode(a, p->header, &p->bytes) &&
		base64url_decode(a, p->payload, payload) &&
		base64url_decode(a, p->signature, &signature) && signature.n > 0;
}

static bool text_member(struct arena *a, const json_t *object, const char *name, str *out)
{
	const json_t *v = json_object_get(object, name);
	*out = STR_NONE;
	if (!v)
		return true;
	if (!json_is_string(v))
		return false;
	*out = str_dup(a, (str){ json_string_value(v), json_string_length(v) });
	return true;
}

static enum jws_result read_header(const json_t *header, unsigned algorithms, struct arena *a,
	struct jws *out)
{
	static const char *const REFUSED[] = { "crit", "b64", "zip" };
	str alg;
	if (!json_is_object(header))
		return JWS_MALFORMED;
	for (size_t i = 0; i < COUNT(REFUSED); i++)
		if (json_object_get(header, REFUSED[i]))
			return JWS_MALFORMED;
	if (!text_member(a, header, "alg", &alg) || !text_member(a, header, "kid", &out->kid) ||
		!text_member(a, header, "typ", &out->typ))
		return JWS_MALFORMED;
	out->alg = jws_alg_find(alg);
	if (out->alg == JWS_ALG_COUNT || !(algorithms & BIT(out->alg)))
		return JWS_ALGORITHM;
	return JWS_OK;
}

/* ---- the signature ---- */

static bool check(const struct jose *jose, str token, const struct key *key)
{
	jws_t *jws;
	if (jose->r_jws_init(&jws) != RHN_OK)
		return false;
	bool ok = jose->r_jws_advanced_compact_parsen(jws, token.p, token.n, R_PARSE_NONE,
			  R_FLAG_IGNORE_REMOTE) == RHN_OK &&
		jose->r_jws_verify_signature(jws, key->jwk, R_FLAG_IGNORE_REMOTE) == RHN_OK;
	jose->r_jws_free(jws);
	return ok;
}

/*
 * Does a key stand behind this "kid"? A key without a name (a secret, a PEM file) stands behind
 * every one; a token without one may be signed by any key.
 */
static bool is_named(const struct key *key, str kid)
{
	return !kid.p || !key->kid.p || str_eq(key->kid, kid);
}

static enum jws_result try_keys(const struct keyset *keys, str token, const struct jws *j)
{
	enum jws_result result = JWS_UNKNOWN_KEY;
	unsigned tries = 0;
	for (size_t i = 0; i < keys->n && tries < TRIES_MAX; i++) {
		const struct key *key = &keys->keys[i];
		if (!(key->algorithms & BIT(j->alg)) || !is_named(key, j->kid))
			continue;
		tries++;
		if (check(&keys->jose, token, key))
			return JWS_OK;
		result = JWS_BAD_SIGNATURE;
	}
	return result;
}

enum jws_result jws_verify(const struct keyset *keys, unsigned algorithms, str token,
	struct arena *a, struct jws *out)
{
	struct parts p;
	struct jws j = { .alg = JWS_ALG_COUNT };
	if (!split(a, token, &p, &j.payload))
		return JWS_MALFORMED;
	json_t *header = json_loadb(p.bytes.p, p.bytes.n, JSON_REJECT_DUPLICATES, NULL);
	enum jws_result result = header ? read_header(header, algorithms, a, &j) : JWS_MALFORMED;
	json_decref(header);
	if (result == JWS_OK)
		result = try_keys(keys, token, &j);
	if (result == JWS_OK)
		*out = j;
	return result;
}
