/* jwt - the claims that make a token valid here and now; the rest is identity's. */
#include "auth/jwt.h"

#include <jansson.h>
#include <string.h>

/* Times beyond this (the year 287396) are no times. */
static const double TIME_MAX = 9007199254740991.0;

static bool refuse(struct err *e, const char *why)
{
	return err_set(e, ERR_UNAUTHENTICATED, "%s", why);
}

/* Seconds since 1970. False when it is there and not such a number. */
static bool read_time(const json_t *claims, const char *name, bool *found, uint64_t *out)
{
	const json_t *v = json_object_get(claims, name);
	*found = v != NULL;
	if (!v)
		return true;
	double t = json_number_value(v);
	if (!json_is_number(v) || !(t >= 0 && t <= TIME_MAX))
		return false;
	*out = (uint64_t)t;
	return true;
}

static bool check_times(const json_t *claims, const struct jwt_rules *rules, uint64_t now_s,
	uint64_t *expires_s, struct err *e)
{
	bool has_exp, has_nbf, has_iat;
	uint64_t exp = 0, nbf = 0, iat = 0;
	if (!read_time(claims, "exp", &has_exp, &exp) ||
		!read_time(claims, "nbf", &has_nbf, &nbf) ||
		!read_time(claims, "iat", &has_iat, &iat))
		return refuse(e, "A time in the token is not a number of seconds.");
	if (!has_exp)
		return refuse(e, "The token has no expiry (exp).");
	if (now_s >= exp + rules->leeway_s)
		return refuse(e, "The token has expired.");
	if (has_nbf && nbf > now_s + rules->leeway_s)
		return refuse(e, "The token is not valid yet.");
	if (has_iat && iat > now_s + rules->leeway_s)
		return refuse(e, "The token was issued in the future.");
	*expires_s = exp + rules->leeway_s;
	return true;
}

static bool is_text(const json_t *v, str want)
{
	return json_is_string(v) &&
		str_eq((str){ json_string_value(v), json_string_length(v) }, want);
}

static bool has_audience(const json_t *aud, str want)
{
	for (size_t i = 0; i < json_array_size(aud); i++)
		if (is_text(json_array_get(aud, i), want))
			return true;
	return is_text(aud, want);
}

static bool check_claims(const json_t *claims, const struct jwt_rules *rules, uint64_t now_s,
	uint64_t *expires_s, struct err *e)
{
	if (!json_is_object(claims))
		return refuse(e, "The token's claims are not a JSON object.");
	if (rules->issuer.n && !is_text(json_object_get(claims, "iss"), rules->issuer))
		return refuse(e, "The token is from another issuer.");
	if (rules->audience.n && !has_audience(json_object_get(claims, "aud"), rules->audience))
		return refuse(e, "The token is for another audience.");
	return check_times(claims, rules, now_s, expires_s, e);
}

/* "application/" may be left out of a type. Spec: RFC 7515 §4.1.9. */
static bool has_type(str typ, str want)
{
	str prefix = S("application/");
	if (typ.n > prefix.n && str_eq_fold(str_sub(typ, 0, prefix.n), prefix))
		typ = str_sub(typ, prefix.n, typ.n);
	return str_eq_fold(typ, want);
}

static bool check_signature(const struct jwt_rules *rules, const struct keyset *keys, str token,
	struct arena *a, struct jws *jws, bool *unknown_key, struct err *e)
{
	enum jws_result r = jws_verify(keys, rules->algorithms, token, a, jws);
	*unknown_key = r == JWS_UNKNOWN_KEY;
	switch (r) {
	case JWS_OK: return true;
	case JWS_MALFORMED: return refuse(e, "The token is malformed.");
	case JWS_ALGORITHM: return refuse(e, "The token's algorithm is not allowed.");
	case JWS_UNKNOWN_KEY: return refuse(e, "The token's key is not known.");
	case JWS_BAD_SIGNATURE: break;
	}
	return refuse(e, "The token's signature is wrong.");
}

bool jwt_read(const struct jwt_rules *rules, const struct keyset *keys, str token, uint64_t now_s,
	struct arena *a, struct identity *out, bool *unknown_key, struct err *e)
{
	struct jws jws;
	uint64_t expires_s = 0;
	*unknown_key = false;
	if (token.n > rules->token_max)
		return refuse(e, "The token is too large.");
	if (!check_signature(rules, keys, token, a, &jws, unknown_key, e))
		return false;
	if (rules->type.n && !has_type(jws.typ, rules->type))
		return refuse(e, "The token is of another type.");
	json_t *claims = json_loadb(jws.payload.p, jws.payload.n, JSON_REJECT_DUPLICATES, NULL);
	bool ok = check_claims(claims, rules, now_s, &expires_s, e);
	json_decref(claims);
	if (!ok || !identity_from_claims(a, &rules->map, jws.payload, out, e))
		return false;
	out->expires_s = expires_s;
	return true;
}
