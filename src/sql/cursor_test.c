#include "base/arena.h"
#include "base/check.h"
#include "sql/cursor.h"

#include <string.h>

static str text_of(struct param_text t)
{
	return t.null ? S("(null)") : t.text;
}

static str make(struct arena *a, uint64_t seed, uint32_t order, const struct param_text *keys,
	size_t n)
{
	struct buf b = buf_on(a);
	cursor_put(a, &b, seed, order, keys, n);
	return buf_str(&b);
}

static void keys_come_back(void **state)
{
	UNUSED(state);
	struct arena *a = arena_open(0);
	static const char LONG[] = "a longer text, so that keys begin at every place of a group";
	for (size_t length = 0; length < sizeof LONG; length++) {
		const struct param_text keys[] = { { { LONG, length }, false }, { S(""), true },
			{ S(""), false }, { S("\xc3\xa9\xff\x01"), false } };
		str cursor = make(a, 7, 99, keys, COUNT(keys));
		assert_int_equal(cursor_nulls(cursor), 2);
		for (uint32_t i = 0; i < COUNT(keys); i++) {
			struct param p = { .name = S("after"), .key = i, .order = 99 };
			struct param_text out;
			struct err e;
			assert_true(cursor_key(a, cursor, 7, &p, &out, &e));
			assert_true(str_eq(text_of(out), text_of(keys[i])));
		}
	}
	arena_close(a);
}

static void is_refused(struct arena *a, str cursor, uint64_t seed, uint32_t order)
{
	struct param p = { .name = S("after"), .order = order };
	struct param_text out;
	struct err e;
	assert_false(cursor_key(a, cursor, seed, &p, &out, &e));
	assert_int_equal(e.code, ERR_BAD_INPUT);
}

static void any_change_is_noticed(void **state)
{
	UNUSED(state);
	struct arena *a = arena_open(0);
	const struct param_text keys[] = { { S("2026-01-01"), false }, { S("42"), false } };
	str cursor = make(a, 7, 99, keys, COUNT(keys));
	is_refused(a, cursor, 8, 99);
	is_refused(a, cursor, 7, 98);
	for (size_t i = 0; i < cursor.n; i++) {
		char *changed = arena_array(a, char, cursor.n);
		memcpy(changed, cursor.p, cursor.n);
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		is_refused(a, (str){ changed, cursor.n }, 7, 99);
		is_refused(a, str_sub(cursor, 0, i), 7, 99);
		cursor_nulls((str){ changed, cursor.n });
		cursor_nulls(str_sub(cursor, 0, i));
	}
	arena_close(a);
}

static void what_is_no_cursor(void **state)
{
	UNUSED(state);
	struct arena *a = arena_open(0);
	static const char *const TEXTS[] = { "", "A", "AQ", "not a cursor!",
		"====", "AQ==", "YXJyYXljb25uZWN0aW9uOjA", "\xff\xfe",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "AQAAAAAAAAAAAAAAAAD_____" };
	for (size_t i = 0; i < COUNT(TEXTS); i++) {
		is_refused(a, str_from(TEXTS[i]), CURSOR_SEED, 0);
		assert_true(cursor_nulls(str_from(TEXTS[i])) != 1u << 31);
	}
	arena_close(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_come_back),
		cmocka_unit_test(any_change_is_noticed),
		cmocka_unit_test(what_is_no_cursor),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
