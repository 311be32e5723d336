/* Claims, their map, the cache and the waiting; signatures are tests/jws_vectors.c's. */
#include "auth/auth.h"

#include "auth/token_cache.h"
#include "base/buf.h"
#include "base/check.h"

static const struct claim_map MAP = { .user_id = STR_INIT("sub"),
	.tenant_id = STR_INIT("org.id"),
	.role = STR_INIT("https://example.com/roles"),
	.scopes = STR_INIT("scope") };

static void settings(void **state)
{
	static const struct {
		const char *list;
		int n; /* -1: refused */
	} CASES[] = {
		{ "", 0 },
		{ "app.plan=plan", 1 },
		{ "app.a=a, app.b=b.c.d", 2 },
		{ "my.x=a=b", 1 },
		{ "app.plan", -1 },
		{ "app.plan=", -1 },
		{ "plan=plan", -1 },
		{ "app.user_id=sub", -1 },
		{ "App.plan=plan", -1 },
		{ "role=role", -1 },
		{ "search_path=x", -1 },
		{ "app.a.b=x", -1 },
		{ "app.1=x", -1 },
		{ "app.a'b=x", -1 },
	};
	struct arena *a = arena_open(0);
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct claim_map map = MAP;
		struct err e;
		bool ok = claim_map_parse(a, &map, str_from(CASES[i].list), &e);
		CHECK_INT(CASES[i].list, ok ? (int)map.nsettings : -1, CASES[i].n);
	}
	arena_close(a);
	check_end();
}

static void claims(void **state)
{
	static const struct {
		const char *claims, *user, *tenant, *roles, *scopes;
	} CASES[] = {
		{ "{}", NULL, NULL, "", "" },
		{ "{\"sub\":\"a\"}", "a", NULL, "", "" },
		{ "{\"sub\":5,\"org\":{\"id\":true}}", "5", "true", "", "" },
		{ "{\"sub\":null,\"org\":7}", NULL, NULL, "", "" },
		{ "{\"org.id\":\"flat\",\"org\":{\"id\":\"deep\"}}", NULL, "flat", "", "" },
		{ "{\"https://example.com/roles\":[\"r\",1,\"s\"]}", NULL, NULL, "r s", "" },
		{ "{\"https://example.com/roles\":\"r s\",\"scope\":\"a  b\"}", NULL, NULL, "r s",
			"a b" },
		{ "{\"scope\":[\"a\",\"b\"]}", NULL, NULL, "", "a b" },
		{ "{\"sub\":{\"x\": [1, 2]}}", "{\"x\":[1,2]}", NULL, "", "" },
	};
	struct arena *a = arena_open(0);
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		const char *name = CASES[i].claims;
		struct identity id;
		struct err e;
		struct buf roles = buf_on(a), scopes = buf_on(a);
		assert_true(identity_from_claims(a, &MAP, str_from(name), &id, &e));
		for (size_t k = 0; k < id.nroles; k++)
			buf_printf(&roles, "%s%.*s", k ? " " : "", STR_ARG(id.roles[k]));
		for (size_t k = 0; k < id.nscopes; k++)
			buf_printf(&scopes, "%s%.*s", k ? " " : "", STR_ARG(id.scopes[k]));
		CHECK_INT(name, id.user_id.p != NULL, CASES[i].user != NULL);
		CHECK_STR(name, id.user_id, CASES[i].user);
		CHECK_INT(name, id.tenant_id.p != NULL, CASES[i].tenant != NULL);
		CHECK_STR(name, id.tenant_id, CASES[i].tenant);
		CHECK_STR(name, buf_str(&roles), CASES[i].roles);
		CHECK_STR(name, buf_str(&scopes), CASES[i].scopes);
		CHECK_STR(name, id.claims, name);
	}
	arena_close(a);
	check_end();
}

static void database_roles(void **state)
{
	static const str ALLOWED[] = { STR_INIT("reader"), STR_INIT("writer") };
	static const struct {
		const char *claims;
		bool ok;
	} CASES[] = {
		{ "{\"db\":\"reader\"}", true },
		{ "{\"db\":\"owner\"}", false },
		{ "{\"db\":\"reader \"}", false },
		{ "{\"db\":[\"reader\"]}", false },
		{ "{\"db\":null}", false },
		{ "{}", false },
	};
	struct arena *a = arena_open(0);
	struct claim_map map = MAP;
	UNUSED(state);
	map.database_role = S("db");
	map.database_roles = ALLOWED;
	map.ndatabase_roles = COUNT(ALLOWED);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		struct identity id;
		struct err e;
		bool ok = identity_from_claims(a, &map, str_from(CASES[i].claims), &id, &e);
		CHECK_INT(CASES[i].claims, ok, CASES[i].ok);
		if (!ok)
			CHECK_INT(CASES[i].claims, e.code, ERR_FORBIDDEN);
	}
	arena_close(a);
	check_end();
}

static void cache(void **state)
{
	struct token_cache *c = token_cache_open(10);
	char token[16];
	UNUSED(state);
	for (int i = 0; i < 1000; i++) {
		int n = snprintf(token, sizeof token, "token %d", i);
		str text = { token, (size_t)n };
		struct identity id = { .user_id = text, .expires_s = 100 };
		token_cache_add(c, text, &id);
		assert_true(token_cache_size(c) <= 10);
		assert_non_null(token_cache_find(c, text, 99));
		assert_null(token_cache_find(c, text, 100)); /* expired */
	}
	const struct identity *last = token_cache_find(c, S("token 999"), 0);
	CHECK_STR("kept", last ? last->user_id : S("none"), "token 999");
	assert_null(token_cache_find(c, S("token 1"), 0));
	for (int i = 0; i < 100; i++) { /* what is used stays */
		str text = { token, (size_t)snprintf(token, sizeof token, "other %d", i) };
		struct identity id = { .user_id = text, .expires_s = 100 };
		token_cache_add(c, text, &id);
		assert_non_null(token_cache_find(c, S("token 999"), 0));
	}
	token_cache_clear(c);
	assert_null(token_cache_find(c, S("token 999"), 0));
	token_cache_close(c);
	check_end();
}

/* ---- waiting for keys ---- */

struct issuer {
	struct auth *auth;
	unsigned asked;
};

static void on_fetch(void *arg)
{
	struct issuer *i = arg;
	i->asked++;
}

static void on_told(struct auth_waiter *w)
{
	UNUSED(w);
}

static const char *const TOKEN = /* header.payload of an ES256 token; nobody has its key */
	"eyJhbGciOiJFUzI1NiIsImtpZCI6Im9uZSJ9.eyJzdWIiOiJhZGEiLCJleHAiOjIwMDAwMDAwMDB9."
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

static void waiting(void **state)
{
	struct issuer issuer = { 0 };
	struct auth_options o = { .rules = { .algorithms = BIT(JWS_ES256), .token_max = 1000 },
		.fetch = on_fetch,
		.fetch_arg = &issuer,
		.refetch_s = 60 };
	const struct identity *id;
	struct auth_waiter w = { .fn = on_told };
	struct err e;
	UNUSED(state);
	assert_true(auth_open(&o, &issuer.auth, &e));
	str token = str_from(TOKEN);
	assert_int_equal(auth_check(issuer.auth, token, 1000, &id, &e), AUTH_WAIT);
	assert_int_equal(auth_check(issuer.auth, token, 1000, &id, &e), AUTH_WAIT);
	assert_int_equal(issuer.asked, 1);
	auth_wait(issuer.auth, &w);
	auth_keys_failed(issuer.auth);
	assert_false(w.waiting);
	assert_int_equal(auth_check(issuer.auth, token, 1001, &id, &e), AUTH_REFUSED);
	assert_int_equal(e.code, ERR_UNAVAILABLE);
	assert_int_equal(auth_check(issuer.auth, token, 1010, &id, &e), AUTH_WAIT);
	assert_false(auth_keys_put(issuer.auth, S("{\"keys\":[]}"), &e));
	assert_int_equal(auth_check(issuer.auth, token, 1011, &id, &e), AUTH_REFUSED);
	auth_refresh(issuer.auth, 1020);
	assert_true(auth_keys_put(issuer.auth,
		S("{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"two\","
		  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
		  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}"),
		&e));
	assert_int_equal(auth_check(issuer.auth, token, 1021, &id, &e), AUTH_REFUSED);
	assert_int_equal(e.code, ERR_UNAUTHENTICATED);
	assert_int_equal(auth_check(issuer.auth, token, 1081, &id, &e), AUTH_WAIT);
	assert_int_equal(issuer.asked, 4);
	auth_keys_failed(issuer.auth);
	auth_close(issuer.auth);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings),
		cmocka_unit_test(claims),
		cmocka_unit_test(database_roles),
		cmocka_unit_test(cache),
		cmocka_unit_test(waiting),
	};
	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
