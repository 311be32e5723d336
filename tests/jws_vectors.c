/*
 * jws-vectors - runs files of signature test vectors against our verification.
 *
 * Usage: build/tests/jws-vectors FILE…
 *
 * The files have the form of Project Wycheproof's json_web_signature_test.json and
 * json_web_key_test.json: groups with a key (or a set of keys) and tests with "jws" and "result".
 * They are not part of this repository. A line per file and kind of group, then what disagrees.
 * Only what a server does is done: compact form, the algorithm that the group's key is for.
 *
 * Of Wycheproof's vectors (testvectors_v1, November 2026) these disagree, with good reason:
 *   signature 259 264 268 272 320 325  a valid signature over an empty payload: the library refuses
 *                                      it. An identity token is a JSON object, never empty.
 *   signature 346 350                  signed PS384 with a key whose "alg" is PS256
 *   signature 347 351                  a key whose "alg" is "ES521", which does not exist
 *   signature 367 370                  said to have wrong padding, but they are the valid token 366
 *   signature 372 373                  said to be valid, but they hold a '?' (RFC 7515 §5.2:
 * refuse)
 */
#include "auth/jws.h"

#include "ev/file.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#undef free /* what json_dumps returned */

enum { FILE_MAX = 16 * 1024 * 1024 };

struct tally {
	unsigned valid, invalid; /* as they should be */
	unsigned wrongly_refused, wrongly_accepted, known;
};

/* What is listed above: by the group's comment, since numbers alone would not say enough. */
static bool is_known(const char *group, const char *comment)
{
	static const char *const KNOWN[][2] = {
		{ NULL, "emptyPayload" },
		{ "rfc7520", "Figure20" },
		{ "rfc7520", "Figure27" },
		{ "rfc7520WithKeyOps", "Figure20" },
		{ "rfc7520WithKeyOps", "Figure27" },
		{ "base64", "invalidBase64Padding" },
		{ "base64", "invalidBase64PaddingInPayload" },
		{ "base64", "InvalidCharacterInsertedInHeader" },
		{ "base64", "InvalidCharacterInsertedInPayload" },
	};
	for (size_t i = 0; i < COUNT(KNOWN); i++)
		if ((!KNOWN[i][0] || strcmp(KNOWN[i][0], group) == 0) &&
			strcmp(KNOWN[i][1], comment) == 0)
			return true;
	return false;
}

static bool is_accepted(const struct keyset *keys, const char *token)
{
	struct arena *a = arena_open(0);
	struct jws out;
	enum jws_result r = jws_verify(keys, BIT(JWS_ALG_COUNT) - 1, str_from(token), a, &out);
	arena_close(a);
	return r == JWS_OK;
}

static void run_test(const struct keyset *keys, const json_t *group, const json_t *test,
	struct tally *t)
{
	const char *token = json_string_value(json_object_get(test, "jws"));
	bool want = strcmp(json_string_value(json_object_get(test, "result")), "valid") == 0;
	bool got = keys && token && is_accepted(keys, token);
	t->valid += want && got;
	t->invalid += !want && !got;
	if (want == got)
		return;
	const char *name = json_string_value(json_object_get(group, "comment"));
	const char *comment = json_string_value(json_object_get(test, "comment"));
	bool known = is_known(name, comment);
	t->known += known;
	t->wrongly_refused += !known && want;
	t->wrongly_accepted += !known && got;
	printf("    test %d of %s (%s): %s%s\n",
		(int)json_integer_value(json_object_get(test, "tcId")), name, comment,
		got ? "accepted, but invalid" : "refused, but valid",
		known ? " (known: see the program's head)" : "");
}

static void run_group(const json_t *group, struct tally *t)
{
	const json_t *key = json_object_get(group, "public"), *tests, *test;
	struct err e;
	struct keyset *keys = keyset_new(&e);
	size_t i;
	char *text = json_dumps(key ? key : json_object_get(group, "private"), 0);
	bool ok = keys && keyset_add_jwks(keys, str_from(text), true, &e);
	tests = json_object_get(group, "tests");
	json_array_foreach(tests, i, test) if (json_object_get(test, "jws"))
		run_test(ok ? keys : NULL, group, test, t);
	free(text);
	keyset_free(keys);
}

static bool run_file(const char *path, struct arena *a)
{
	struct tally t = { 0 };
	struct err e;
	str text;
	size_t i;
	if (!file_read(a, path, FILE_MAX, &text, &e)) {
		printf("%s\n", e.message);
		return false;
	}
	json_t *doc = json_loadb(text.p, text.n, 0, NULL), *group;
	json_array_foreach(json_object_get(doc, "testGroups"), i, group) run_group(group, &t);
	json_decref(doc);
	printf("%s: %u valid accepted, %u invalid refused; known to disagree %u; "
	       "wrongly refused %u, wrongly accepted %u\n",
		path, t.valid, t.invalid, t.known, t.wrongly_refused, t.wrongly_accepted);
	return t.wrongly_accepted + t.wrongly_refused == 0 && t.valid + t.invalid > 0;
}

int main(int argc, char **argv)
{
	struct arena *a = arena_open(0);
	bool ok = argc > 1;
	for (int i = 1; i < argc; i++)
		ok = run_file(argv[i], a) && ok;
	if (argc < 2)
		puts("usage: jws-vectors FILE…");
	arena_close(a);
	return ok ? 0 : 1;
}
