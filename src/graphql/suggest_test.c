#include "base/check.h"
#include "graphql/suggest.h"

static void test_sentence(void **state)
{
	(void)state;
	static const struct {
		const char *name, *what, *input;
		str options[8];
		const char *want;
	} T[] = {
		{ "none", NULL, "zzz", { STR_INIT("abcdef") }, "" },
		{ "one", NULL, "nam", { STR_INIT("name"), STR_INIT("otherThing") },
			" Did you mean \"name\"?" },
		{ "two", NULL, "ab", { STR_INIT("abc"), STR_INIT("abd") },
			" Did you mean \"abc\" or \"abd\"?" },
		{ "what", "the enum value", "RAD", { STR_INIT("RED") },
			" Did you mean the enum value \"RED\"?" },
		{ "nearest first", NULL, "abc",
			{ STR_INIT("abd"), STR_INIT("ABC"), STR_INIT("xbd") },
			" Did you mean \"ABC\", \"abd\", or \"xbd\"?" },
		{ "numbers by value", NULL, "a1",
			{ STR_INIT("a10"), STR_INIT("a2"), STR_INIT("a3") },
			" Did you mean \"a2\", \"a3\", or \"a10\"?" },
		{ "five at most", NULL, "a",
			{ STR_INIT("f"), STR_INIT("e"), STR_INIT("d"), STR_INIT("c"), STR_INIT("b"),
				STR_INIT("g") },
			" Did you mean \"b\", \"c\", \"d\", \"e\", or \"f\"?" },
	};
	struct arena *a = arena_open(0);
	for (size_t i = 0; i < COUNT(T); i++) {
		size_t n = 0;
		while (n < COUNT(T[i].options) && T[i].options[n].p)
			n++;
		CHECK_STR(T[i].name,
			gql_did_you_mean_of(a, T[i].what, str_from(T[i].input), T[i].options, n),
			T[i].want);
	}
	arena_close(a);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_sentence) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
