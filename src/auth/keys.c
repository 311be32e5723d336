/*
 * keys - secrets, PEM and JWK sets → keys.
 *
 * Of a JWK only the members that make the key are handed to the library: what else a document may
 * hold (certificates, addresses of certificates) can't have an effect then.
 *
 * Stricter than the library: RSA keys of less than 2048 bits, with exponent 1 or with the ROCA
 * flaw, secrets shorter than the hash, sets with two keys of one name, and sets that mix secrets
 * with public keys are refused, as Wycheproof's vectors want it.
 */
#include "auth/keys_int.h"

#include "auth/roca.h"
#include "base/base64url.h"
#include "base/buf.h"

#include <jansson.h>

enum { SECRET_MIN = 32 };

static const struct algorithm {
	const char *name, *kty, *crv;
	unsigned bits;
} ALGORITHMS[JWS_ALG_COUNT] = {
#define X(name, kty, crv, bits) { #name, kty, crv, bits },
#include "auth/algorithm.def"
#undef X
};

/* ---- algorithms ---- */

enum jws_alg jws_alg_find(str name)
{
	enum jws_alg alg = 0;
	while (alg < JWS_ALG_COUNT && !str_eq(name, str_from(ALGORITHMS[alg].name)))
		alg++;
	return alg;
}

const char *jws_alg_name(enum jws_alg alg)
{
	return ALGORITHMS[alg].name;
}

str jws_alg_list(struct arena *a, unsigned algorithms)
{
	struct buf b = buf_on(a);
	for (enum jws_alg i = 0; i < JWS_ALG_COUNT; i++)
		if (algorithms & BIT(i))
			buf_printf(&b, "%s%s", b.n ? " " : "", ALGORITHMS[i].name);
	return buf_str(&b);
}

bool jws_alg_parse(struct arena *a, str list, unsigned *out, struct err *e)
{
	*out = 0;
	while (list.n) {
		size_t end = MIN(str_find(list, ' '), str_find(list, ','));
		str name = str_sub(list, 0, end);
		list = str_sub(list, end + 1, list.n);
		if (!name.n)
			continue;
		enum jws_alg alg = jws_alg_find(name);
		if (alg == JWS_ALG_COUNT)
			return err_set(e, ERR_CONFIG,
				"\"%.*s\" is not a signature algorithm of tokens; there are: %.*s",
				STR_ARG(name), STR_ARG(jws_alg_list(a, BIT(JWS_ALG_COUNT) - 1)));
		*out |= BIT(alg);
	}
	return true;
}

/* ---- the set ---- */

struct keyset *keyset_new(struct err *e)
{
	struct jose jose;
	if (!jose_open(&jose, e))
		return NULL;
	struct arena *a = arena_open(0);
	struct keyset *k = arena_new(a, struct keyset);
	k->jose = jose;
	k->arena = a;
	return k;
}

void keyset_free(struct keyset *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		k->jose.r_jwk_free(k->keys[i].jwk);
	arena_close(k->arena);
}

size_t keyset_size(const struct keyset *k)
{
	return k->n;
}

unsigned keyset_algorithms(const struct keyset *k)
{
	unsigned all = 0;
	for (size_t i = 0; i < k->n; i++)
		all |= k->keys[i].algorithms;
	return all;
}

/* ---- a key ---- */

static str text_of(const json_t *v)
{
	return json_is_string(v) ? (str){ json_string_value(v), json_string_length(v) } : STR_NONE;
}

static str member(const json_t *object, const char *name)
{
	return text_of(json_object_get(object, name));
}

static unsigned key_bits(const struct keyset *k, json_t *jwk)
{
	unsigned bits = 0;
	str secret;
	if (str_eq(member(jwk, "kty"), S("oct")))
		return base64url_decode(k->arena, member(jwk, "k"), &secret)
			? (unsigned)secret.n * 8
			: 0;
	k->jose.r_jwk_key_type(jwk, &bits, R_FLAG_IGNORE_REMOTE);
	return bits;
}

/* An RSA key that anybody can sign for: exponent 1, or primes that can be found. */
static bool is_weak(const struct keyset *k, const json_t *jwk)
{
	str n, e;
	if (!str_eq(member(jwk, "kty"), S("RSA")))
		return false;
	if (!base64url_decode(k->arena, member(jwk, "n"), &n) ||
		!base64url_decode(k->arena, member(jwk, "e"), &e) || e.n == 0)
		return true;
	bool odd = (unsigned char)e.p[e.n - 1] & 1, one = true;
	for (size_t i = 0; i < e.n; i++)
		one = one && (unsigned char)e.p[i] == (i + 1 == e.n);
	return !odd || one || roca_is_weak(n);
}

static unsigned fitting_algorithms(const struct keyset *k, json_t *jwk)
{
	str kty = member(jwk, "kty"), crv = member(jwk, "crv");
	unsigned found = 0, bits = key_bits(k, jwk);
	for (enum jws_alg i = 0; i < JWS_ALG_COUNT; i++) {
		const struct algorithm *alg = &ALGORITHMS[i];
		bool fits = str_eq(kty, str_from(alg->kty)) &&
			(!alg->crv || str_eq(crv, str_from(alg->crv)));
		/* a curve has its size by its name */
		if (fits && (alg->crv || bits >= alg->bits))
			found |= BIT(i);
	}
	return found;
}

/* What the document says that the key is for. */
static unsigned allowed_algorithms(const json_t *jwk)
{
	const json_t *ops = json_object_get(jwk, "key_ops");
	str use = member(jwk, "use"), alg = member(jwk, "alg");
	bool verifies = !ops;
	for (size_t i = 0; i < json_array_size(ops); i++)
		verifies |= str_eq(text_of(json_array_get(ops, i)), S("verify"));
	if (!verifies || (use.p && !str_eq(use, S("sig"))))
		return 0;
	if (!json_object_get(jwk, "alg"))
		return BIT(JWS_ALG_COUNT) - 1;
	enum jws_alg named = jws_alg_find(alg);
	return named == JWS_ALG_COUNT ? 0 : BIT(named);
}

/* Takes over what makes a key of `from`; keys that can't verify anything are left out. */
static void add_jwk(struct keyset *k, const json_t *from, unsigned algorithms, str kid)
{
	static const char *const MEMBERS[] = { "kty", "crv", "x", "y", "n", "e", "k" };
	json_t *jwk = json_object();
	for (size_t i = 0; i < COUNT(MEMBERS); i++) {
		json_t *v = json_object_get(from, MEMBERS[i]);
		if (v)
			json_object_set(jwk, MEMBERS[i], v);
	}
	bool good = k->jose.r_jwk_is_valid(jwk) == RHN_OK && !is_weak(k, jwk);
	algorithms &= good ? fitting_algorithms(k, jwk) : 0;
	if (!algorithms || k->n == KEYS_MAX) {
		json_decref(jwk);
		return;
	}
	k->keys[k->n++] =
		(struct key){ jwk, kid.p ? str_dup(k->arena, kid) : STR_NONE, algorithms };
}

/* ---- secrets ---- */

bool keyset_add_secret(struct keyset *k, str secret, struct err *e)
{
	if (secret.n < SECRET_MIN)
		return err_set(e, ERR_CONFIG,
			"the secret has %zu bytes, tokens need one of at least %d; make one with: "
			"head -c 36 /dev/urandom | base64",
			secret.n, SECRET_MIN);
	str text = base64url_encode(k->arena, secret);
	json_t *jwk = json_pack("{s:s, s:s#}", "kty", "oct", "k", text.p, (int)text.n);
	add_jwk(k, jwk, BIT(JWS_ALG_COUNT) - 1, STR_NONE);
	json_decref(jwk);
	return true;
}

/* ---- PEM ---- */

static bool add_block(struct keyset *k, str label, str block, struct err *e)
{
	bool certificate = str_eq(label, S("CERTIFICATE"));
	int type = certificate ? R_X509_TYPE_CERTIFICATE : R_X509_TYPE_PUBKEY;
	size_t before = k->n;
	jwk_t *jwk;
	if (!certificate && !str_eq(label, S("PUBLIC KEY")) && !str_eq(label, S("RSA PUBLIC KEY")))
		return err_set(e, ERR_CONFIG,
			"the PEM holds a \"%.*s\"; wanted: PUBLIC KEY or CERTIFICATE",
			STR_ARG(label));
	if (k->jose.r_jwk_init(&jwk) != RHN_OK)
		return err_set(e, ERR_INTERNAL, "no memory for a key");
	if (k->jose.r_jwk_import_from_pem_der(jwk, type, R_FORMAT_PEM,
		    (const unsigned char *)block.p, block.n) == RHN_OK)
		add_jwk(k, jwk, BIT(JWS_ALG_COUNT) - 1, STR_NONE);
	k->jose.r_jwk_free(jwk);
	return k->n > before ||
		err_set(e, ERR_CONFIG,
			"the PEM's %.*s is not one that tokens can be verified with: RSA of at least "
			"2048 bits, P-256, P-384, P-521 or Ed25519",
			STR_ARG(label));
}

bool keyset_add_pem(struct keyset *k, str pem, struct err *e)
{
	size_t before = k->n;
	for (;;) {
		size_t at = str_find_str(pem, S("-----BEGIN "));
		if (at == pem.n)
			break;
		pem = str_sub(pem, at, pem.n);
		str label = str_sub(pem, 11, pem.n);
		label = str_sub(label, 0, str_find_str(label, S("-----")));
		size_t end = str_find_str(pem, S("-----END "));
		size_t tail = str_find(str_sub(pem, end, pem.n), '\n');
		if (end == pem.n)
			return err_set(e, ERR_CONFIG, "the PEM is cut off");
		str block = str_sub(pem, 0, end + tail + 1);
		if (!add_block(k, label, block, e))
			return false;
		pem = str_sub(pem, block.n, pem.n);
	}
	return k->n > before ||
		err_set(e, ERR_CONFIG, "there is no PEM: -----BEGIN PUBLIC KEY-----");
}

/* ---- JWK sets ---- */

/* Is there an earlier key for signatures of this name? */
static bool is_repeated(const json_t *keys, size_t at)
{
	str kid = member(json_array_get(keys, at), "kid");
	for (size_t i = 0; kid.p && i < at; i++) {
		const json_t *other = json_array_get(keys, i);
		if (str_eq(member(other, "kid"), kid) && allowed_algorithms(other))
			return true;
	}
	return false;
}

/* A name must lead to one key, and no name to a secret or a public key as one likes. */
static bool is_clear(const json_t *keys, struct err *e)
{
	size_t n = json_array_size(keys), secrets = 0;
	for (size_t i = 0; i < n; i++) {
		const json_t *jwk = json_array_get(keys, i);
		secrets += str_eq(member(jwk, "kty"), S("oct"));
		if (allowed_algorithms(jwk) && is_repeated(keys, i))
			return err_set(e, ERR_CONFIG,
				"the key set has two keys with the kid \"%s\"",
				json_string_value(json_object_get(jwk, "kid")));
	}
	return secrets == 0 || secrets == n ||
		err_set(e, ERR_CONFIG, "the key set mixes secrets with public keys");
}

static void add_member(struct keyset *k, const json_t *jwk, bool secrets)
{
	bool secret = str_eq(member(jwk, "kty"), S("oct"));
	if (json_is_object(jwk) && (secrets || !secret))
		add_jwk(k, jwk, allowed_algorithms(jwk), member(jwk, "kid"));
}

bool keyset_add_jwks(struct keyset *k, str json, bool secrets, struct err *e)
{
	json_error_t why;
	size_t before = k->n;
	json_t *set = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &why);
	if (!set)
		return err_set(e, ERR_CONFIG, "the key set is not JSON: line %d: %s", why.line,
			why.text);
	const json_t *keys = json_object_get(set, "keys");
	bool ok = is_clear(keys, e);
	for (size_t i = 0; i < json_array_size(keys); i++)
		add_member(k, json_array_get(keys, i), secrets);
	if (!keys)
		add_member(k, set, secrets);
	json_decref(set);
	if (ok && k->n == before)
		return err_set(e, ERR_CONFIG,
			"the key set holds no key that tokens can be verified with");
	return ok;
}
