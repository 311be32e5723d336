/* nouns_test - singular and plural, names of databases as names of an API. */
#include "base/check.h"

#include "base/arena.h"
#include "pull/nouns.h"

static void test_numbers(void **state)
{
	static const struct {
		const char *one, *many;
	} CASES[] = {
		{ "user", "users" },
		{ "category", "categories" },
		{ "day", "days" },
		{ "box", "boxes" },
		{ "class", "classes" },
		{ "address", "addresses" },
		{ "status", "statuses" },
		{ "person", "people" },
		{ "child", "children" },
		{ "movie", "movies" },
		{ "shelf", "shelves" },
		{ "series", "series" },
		{ "order_line", "order_lines" },
		{ "sales_person", "sales_people" },
		{ "branch", "branches" },
		{ "database", "databases" },
		{ "index", "indices" },
		{ "key", "keys" },
	};
	struct arena *a = arena_open(0);
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		CHECK_STR(CASES[i].one, noun_plural(a, str_from(CASES[i].one)), CASES[i].many);
		CHECK_STR(CASES[i].many, noun_singular(a, str_from(CASES[i].many)), CASES[i].one);
		CHECK_STR(CASES[i].one, noun_singular(a, str_from(CASES[i].one)), CASES[i].one);
	}
	arena_close(a);
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *field, *type, *value;
	} CASES[] = {
		{ "created_at", "createdAt", "CreatedAt", "CREATED_AT" },
		{ "CreatedAt", "createdAt", "CreatedAt", "CREATEDAT" },
		{ "URL", "URL", "URL", "URL" },
		{ "2fa", "_2fa", "_2fa", "_2FA" },
		{ "a b", "aB", "AB", "A_B" },
		{ "so-so", "soSo", "SoSo", "SO_SO" },
		{ "__typename", "_typename", "_typename", "_TYPENAME" },
		{ "\xc3\xa4", "x", "X", "X" },
		{ "", "x", "X", "X" },
	};
	struct arena *a = arena_open(0);
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		str name = str_from(CASES[i].name);
		CHECK_STR(CASES[i].name, name_field(a, name), CASES[i].field);
		CHECK_STR(CASES[i].name, name_type(a, name), CASES[i].type);
		CHECK_STR(CASES[i].name, name_value(a, name), CASES[i].value);
	}
	arena_close(a);
}

static void test_stems(void **state)
{
	static const struct {
		const char *name, *stem;
		unsigned rank;
	} CASES[] = {
		{ "tv_user", "user", 0 },
		{ "v_user", "user", 1 },
		{ "mv_user", "user", 2 },
		{ "user", "user", 3 },
		{ "tb_user", "user", 4 },
		{ "v_", "v_", 3 },
	};
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		unsigned rank;
		CHECK_STR(CASES[i].name, name_stem(str_from(CASES[i].name), &rank), CASES[i].stem);
		CHECK_INT(CASES[i].name, rank, CASES[i].rank);
	}
	CHECK_TRUE("pk_", name_is_internal(S("pk_user")));
	CHECK_TRUE("id", !name_is_internal(S("id")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_stems),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
