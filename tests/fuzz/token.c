/*
 * token - fuzzes what bearer tokens come as: the compact form with its header and claims under a
 * known secret, key sets, and base64. A forged signature must never be accepted.
 */
#include "auth/jwt.h"
#include "base/base64url.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TOKEN_MAX = 8192, NOW_S = 1000000 };

static void try_token(const struct keyset *keys, str text, struct arena *a)
{
	struct jwt_rules rules = { .algorithms = BIT(JWS_HS256) | BIT(JWS_ES256),
		.token_max = TOKEN_MAX };
	struct identity id;
	struct err e;
	bool unknown;
	assert(!jwt_read(&rules, keys, text, NOW_S, a, &id, &unknown, &e));
}

static void try_claims(str text, struct arena *a)
{
	struct claim_map map = { .user_id = S("sub"),
		.tenant_id = S("a.b"),
		.role = S("role"),
		.scopes = S("scope") };
	struct identity id;
	struct err e;
	if (!identity_from_claims(a, &map, text, &id, &e))
		return;
	const struct identity *copy = identity_copy(a, &id);
	assert(str_eq(copy->user_id, id.user_id) && copy->nroles == id.nroles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size }, bytes;
	struct arena *a = arena_open(0);
	struct err e;
	struct keyset *keys = keyset_new(&e);
	assert(keyset_add_secret(keys, S("0123456789abcdef0123456789abcdef"), &e));
	try_token(keys, text, a);
	try_claims(text, a);
	(void)!keyset_add_jwks(keys, text, true, &e);
	if (base64url_decode(a, text, &bytes))
		assert(str_eq(base64url_encode(a, bytes), text));
	keyset_free(keys);
	arena_close(a);
	return 0;
}
