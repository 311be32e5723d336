#include "base/arena.h"
#include "base/check.h"
#include "schema/names.h"

static void test_cases(void **state)
{
	(void)state;
	static const struct {
		const char *snake, *camel, *back;
	} T[] = {
		{ "created_at", "createdAt", "created_at" },
		{ "id", "id", "id" },
		{ "address_2", "address_2", "address_2" },
		{ "address_2_line", "address_2Line", "address_2_line" },
		{ "line2_text", "line2Text", "line2_text" },
		{ "_x", "_x", "_x" },
		{ "x_", "x_", "x_" },
		{ "a__b", "a__b", "a__b" },
		{ "x_position", "xPosition", "x_position" },
		{ "is_x_axis", "isXAxis", "is_x_axis" },
		{ "http_server", "httpServer", "http_server" },
		{ "HTTPServer", "HTTPServer", "http_server" },
		{ "userID", "userID", "user_id" },
		{ "SHA256Sum", "SHA256Sum", "sha256_sum" },
		{ "", "", "" },
	};
	struct arena *a = arena_open(0);
	for (size_t i = 0; i < COUNT(T); i++) {
		str camel = names_camel(a, str_from(T[i].snake));
		CHECK_STR(T[i].snake, camel, T[i].camel);
		CHECK_STR(T[i].camel, names_snake(a, camel), T[i].back);
	}
	CHECK_STR("upper", names_upper(a, S("in_progress")), "IN_PROGRESS");
	CHECK_STR("pascal", names_pascal(a, S("user_account")), "UserAccount");
	CHECK_STR("pascal", names_pascal(a, S("")), "");
	CHECK_TRUE("name", names_is_graphql(S("_aB9")));
	CHECK_TRUE("digit first", !names_is_graphql(S("9a")));
	CHECK_TRUE("reserved", !names_is_graphql(S("__a")));
	CHECK_TRUE("empty", !names_is_graphql(S("")));
	CHECK_TRUE("blank", !names_is_graphql(S("a b")));
	CHECK_TRUE("ends in a run", !names_is_regular(S("a_b_c")));
	arena_close(a);
	check_end();
}

/* Every text of up to seven characters over an alphabet that has one of each sort. */
static void test_inverse(void **state)
{
	(void)state;
	static const char ALPHABET[] = { 'a', 'b', '2', '_' };
	struct arena *a = arena_open(0);
	size_t regular = 0, wrong = 0;
	for (size_t length = 1; length <= 8; length++) {
		for (size_t number = 0; number < (size_t)1 << (2 * length); number++) {
			char text[8];
			for (size_t i = 0; i < length; i++)
				text[i] = ALPHABET[(number >> (2 * i)) & 3];
			str s = { text, length };
			struct arena_mark mark = arena_mark(a);
			bool inverts = str_eq(names_snake(a, names_camel(a, s)), s);
			/* Names that are not words of letters and digits may or may not. */
			bool said = names_is_regular(s);
			regular += said;
			if (said && !inverts)
				wrong++;
			bool words = text[0] != '_' && text[0] != '2' && text[length - 1] != '_' &&
				str_find_str(s, S("__")) == s.n;
			if (words && said != inverts)
				wrong++;
			if (wrong && wrong < 5)
				print_error("%.*s\n", STR_ARG(s));
			arena_rewind(a, mark);
		}
	}
	CHECK_INT("wrong", wrong, 0);
	CHECK_TRUE("some", regular > 1000);
	arena_close(a);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_inverse),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
