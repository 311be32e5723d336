/*
 * auth/keys.h - the keys that tokens are verified with.
 *
 * A set is filled once and then only read. A key knows for which algorithms it may serve: its type,
 * its curve, its size, and what a JWK's "alg", "use" and "key_ops" allow. So a public key can never
 * be taken for an HMAC secret, whatever a token says.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum jws_alg {
#define X(name, kty, crv, bits) JWS_##name,
#include "auth/algorithm.def"
#undef X
	JWS_ALG_COUNT
};

/* "ES256"; exactly so. JWS_ALG_COUNT when it is none of them. */
enum jws_alg jws_alg_find(str name);
const char *jws_alg_name(enum jws_alg alg);
/* The names, separated by blanks. */
str jws_alg_list(struct arena *a, unsigned algorithms);
/* A list of names, separated by blanks or commas → BIT(JWS_HS256) | …. Fails: ERR_CONFIG. */
MUST_USE bool jws_alg_parse(struct arena *a, str list, unsigned *out, struct err *e);

struct keyset;

/* An empty set. Free it with keyset_free. NULL: ERR_CONFIG (librhonabwy is missing). */
struct keyset *keyset_new(struct err *e);
/* NULL is allowed. */
void keyset_free(struct keyset *k);
/* Keys in the set. */
size_t keyset_size(const struct keyset *k);
/* The algorithms that its keys can serve. */
unsigned keyset_algorithms(const struct keyset *k);

/* An HMAC secret of at least 32 bytes (RFC 7518 §3.2 wants as many as the hash has). Fails:
 * ERR_CONFIG. */
MUST_USE bool keyset_add_secret(struct keyset *k, str secret, struct err *e);
/* Public keys and certificates in PEM, one after the other. Private keys are refused. Fails:
 * ERR_CONFIG. */
MUST_USE bool keyset_add_pem(struct keyset *k, str pem, struct err *e);
/*
 * A JWK set, or a single JWK. Keys of unknown types, for encryption or too small are left out; with
 * none left it fails. HMAC keys count only with `secrets`: a document that others can read holds
 * none. Spec: RFC 7517 §5. Fails: ERR_CONFIG.
 */
MUST_USE bool keyset_add_jwks(struct keyset *k, str json, bool secrets, struct err *e);
