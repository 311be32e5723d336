/* base_test - the base module against tables of cases. */
#include "base/check.h"

#include "base/arena.h"
#include "base/base64url.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/jread.h"
#include "base/json.h"
#include "base/map.h"
#include "base/num.h"
#include "base/utf8.h"

static void test_trim(void **state)
{
	(void)state;
	static const struct {
		const char *name, *in, *want;
	} T[] = {
		{ "empty", "", "" },
		{ "only blanks", " \t\r\n", "" },
		{ "both ends", "  a b  ", "a b" },
		{ "untouched", "ab", "ab" },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].name, str_trim(str_from(T[i].in)), T[i].want);
	check_end();
}

static void test_distance(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		size_t want;
	} T[] = {
		{ "", "", 0 },
		{ "a", "a", 0 },
		{ "a", "b", 1 },
		{ "ab", "ba", 1 },
		{ "verylongname", "VERYLONGNAME", 1 },
		{ "abc", "abcde", 2 },
		{ "greenish", "twitter", 8 },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].a, str_distance(str_from(T[i].a), str_from(T[i].b), 100), T[i].want);
	const str names[] = { S("name"), S("email"), S("createdAt") };
	CHECK_STR("nearest", str_nearest(S("nmae"), names, COUNT(names)), "name");
	CHECK_STR("nothing near", str_nearest(S("zzzzzz"), names, COUNT(names)), "");
	check_end();
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		double v;
		const char *want;
	} T[] = {
		{ 0, "0" },
		{ 10, "10" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 1e21, "1e+21" },
		{ 123456789012345680000.0, "123456789012345680000" },
		{ 1e-7, "1e-7" },
		{ 0.000001, "0.000001" },
		{ 5e-324, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
	};
	struct arena *a = arena_open(0);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct buf b = buf_on(a);
		num_put_f64(&b, T[i].v);
		CHECK_STR(T[i].want, buf_str(&b), T[i].want);
	}
	int64_t v;
	CHECK_TRUE("smallest", num_i64(S("-9223372036854775808"), &v) && v == INT64_MIN);
	CHECK_TRUE("too small", !num_i64(S("-9223372036854775809"), &v));
	CHECK_TRUE("too large", !num_i64(S("9223372036854775808"), &v));
	CHECK_TRUE("empty", !num_i64(S(""), &v) && !num_i64(S("-"), &v));
	uint64_t u;
	CHECK_TRUE("seconds", num_duration_ms(S("10 s"), &u) && u == 10000);
	CHECK_TRUE("no unit", !num_duration_ms(S("9"), &u) && num_duration_ms(S("0"), &u) && !u);
	CHECK_TRUE("mebibytes", num_size_bytes(S("8MB"), &u) && u == 8388608);
	CHECK_TRUE("unknown unit", !num_size_bytes(S("8 parsecs"), &u));
	arena_close(a);
	check_end();
}

static void test_json_accepts(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
	} T[] = {
		{ "{}", true },
		{ "[1,-0.5e+3,\"a\\u00e9\\ud83d\\ude00\",true,false,null,{\"a\":[]}]", true },
		{ " 1 ", true },
		{ "", false },
		{ "01", false },
		{ "1.", false },
		{ "[1,]", false },
		{ "{\"a\":1,}", false },
		{ "{a:1}", false },
		{ "\"\\ud800\"", false },
		{ "\"\x01\"", false },
		{ "\"\xff\"", false },
		{ "tru", false },
		{ "[[[[[[[[[1]]]]]]]]]", false },
		{ "1 2", false },
		{ "[}", false },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct jread r = jread_on(str_from(T[i].text), 8);
		bool ok = jread_skip(&r) && jread_end(&r);
		CHECK_INT(T[i].text, ok, T[i].ok);
	}
	check_end();
}

static void test_json_values(void **state)
{
	(void)state;
	struct arena *a = arena_open(0);
	struct jread r =
		jread_on(S("{\"a\\n\": \"x\\u20ac\", \"b\": [1, 2], \"c\": {\"d\": null}}"), 8);
	str key, text;
	CHECK_TRUE("object", jread_object(&r));
	CHECK_TRUE("member a", jread_member(&r, a, &key));
	CHECK_STR("key", key, "a\n");
	CHECK_TRUE("string", jread_string(&r, a, &text));
	CHECK_STR("value", text, "x\xe2\x82\xac");
	CHECK_TRUE("member b", jread_member(&r, a, &key) && jread_array(&r));
	int n = 0;
	while (jread_element(&r) && jread_number(&r, &text))
		n++;
	CHECK_INT("elements", n, 2);
	CHECK_TRUE("member c", jread_member(&r, a, &key) && jread_raw(&r, &text));
	CHECK_STR("raw", text, "{\"d\": null}");
	CHECK_TRUE("no more", !jread_member(&r, a, &key) && jread_end(&r));
	arena_close(a);
	check_end();
}

static void test_json_writer(void **state)
{
	(void)state;
	struct arena *a = arena_open(0);
	struct buf b = buf_on(a);
	struct jwrite w = jwrite_on(&b);
	jw_object(&w);
	jw_key(&w, S("a"));
	jw_array(&w);
	jw_i64(&w, INT64_MIN);
	jw_string(&w, S("q\"\\\n\x01\xff"));
	jw_end_array(&w);
	jw_key(&w, S("b"));
	jw_null(&w);
	jw_key(&w, S("c"));
	jw_string(&w, STR_NONE);
	jw_end_object(&w);
	CHECK_STR("writer", buf_str(&b),
		"{\"a\":[-9223372036854775808,\"q\\\"\\\\\\n\\u0001\xef\xbf\xbd\"],\"b\":null,"
		"\"c\":\"\"}");
	arena_close(a);
	check_end();
}

/* Every byte at every place of short texts, among neighbours that could disturb it. */
static void test_json_plain(void **state)
{
	static const char FILL[] = { 'a', '\x7f', '\x80', '\xff', ' ', '!', '#', '[', ']' };
	enum { LENGTH = 19 };
	char text[LENGTH];
	int wrong = 0;
	(void)state;
	for (size_t f = 0; f < sizeof FILL; f++)
		for (int at = 0; at < LENGTH; at++)
			for (int c = 0; c < 256; c++) {
				memset(text, FILL[f], LENGTH);
				text[at] = (char)c;
				bool stops = c < 0x20 || c == '"' || c == '\\';
				wrong += json_plain(text, text + LENGTH) !=
					text + (stops ? at : LENGTH);
			}
	CHECK_INT("wrong", wrong, 0);
	check_end();
}

static void test_utf8(void **state)
{
	(void)state;
	CHECK_INT("valid", utf8_valid(S("a\xc3\xa9\xf0\x9f\x98\x80")), 7);
	CHECK_INT("overlong", utf8_valid(S("a\xc0\x80")), 1);
	CHECK_INT("surrogate", utf8_valid(S("\xed\xa0\x80")), 0);
	CHECK_INT("beyond", utf8_valid(S("\xf4\x90\x80\x80")), 0);
	CHECK_INT("utf-16 units", utf8_length_utf16(S("a\xf0\x9f\x98\x80")), 3);
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c <= 0xdfff)
			continue;
		char bytes[4];
		uint32_t back = 0;
		size_t n = utf8_encode(c, bytes);
		if (utf8_decode((str){ bytes, n }, &back) != n || back != c)
			CHECK_INT("round trip", back, c);
	}
	check_end();
}

static void test_map(void **state)
{
	(void)state;
	struct arena *a = arena_open(0);
	struct map m = map_on(a, 42);
	for (intptr_t i = 1; i <= 1000; i++)
		CHECK_TRUE("add", map_add(&m, str_printf(a, "key%d", (int)i), (void *)i));
	CHECK_TRUE("twice", !map_add(&m, S("key7"), &m));
	for (intptr_t i = 1; i <= 1000; i++)
		CHECK_INT("find", (intptr_t)map_find(&m, str_printf(a, "key%d", (int)i)), i);
	CHECK_TRUE("absent", !map_find(&m, S("key1001")));
	CHECK_STR("order", m.entries[41].key, "key42");
	arena_close(a);
	check_end();
}

static void count_up(void *n)
{
	++*(int *)n;
}

static void test_arena(void **state)
{
	(void)state;
	int ran = 0;
	struct arena *a = arena_open(100000);
	arena_defer(a, count_up, &ran);
	char *p = arena_alloc(a, 10, 1);
	CHECK_TRUE("in place", arena_grow(a, p, 10, 20) == p);
	CHECK_TRUE("aligned", (uintptr_t)arena_alloc(a, 8, 8) % 8 == 0);
	CHECK_TRUE("moved", arena_grow(a, p, 20, 40) != p);
	CHECK_TRUE("under the cap", !arena_over(a));
	struct arena_mark mark = arena_mark(a);
	arena_alloc(a, 200000, 1);
	CHECK_TRUE("over the cap", arena_over(a));
	arena_rewind(a, mark);
	CHECK_TRUE("rewound", !arena_over(a));
	arena_reset(a);
	CHECK_INT("deferred", ran, 1);
	CHECK_INT("empty", arena_used(a), 0);
	arena_close(a);
	check_end();
}

static void test_buf_limit(void **state)
{
	(void)state;
	struct buf b = buf_on(NULL);
	b.limit = 4;
	buf_lit(&b, "abc");
	buf_lit(&b, "de");
	buf_lit(&b, "f");
	CHECK_STR("kept", buf_str(&b), "abc");
	CHECK_TRUE("over", b.over);
	buf_free(&b);
	check_end();
}

static void test_base64url(void **state)
{
	static const struct {
		const char *text, *want; /* NULL: refused */
	} CASES[] = {
		{ "", "" },
		{ "Zg", "f" },
		{ "Zm8", "fo" },
		{ "Zm9v", "foo" },
		{ "-_8", "\xfb\xff" },
		{ "Zm9vYg", "foob" },
		{ "Zg==", NULL },
		{ "Z", NULL },
		{ "Zm9vY", NULL },
		{ "Zh", NULL },
		{ "Zm9", NULL },
		{ "Zm+v", NULL },
		{ "Zm/v", NULL },
		{ "Zm v", NULL },
		{ "Zm\nv", NULL },
	};
	struct arena *a = arena_open(0);
	UNUSED(state);
	for (size_t i = 0; i < COUNT(CASES); i++) {
		str out;
		bool ok = base64url_decode(a, str_from(CASES[i].text), &out);
		CHECK_INT(CASES[i].text, ok, CASES[i].want != NULL);
		if (!ok || !CASES[i].want)
			continue;
		CHECK_STR(CASES[i].text, out, CASES[i].want);
		CHECK_STR(CASES[i].text, base64url_encode(a, out), CASES[i].text);
	}
	arena_close(a);
	check_end();
}

static void test_err(void **state)
{
	(void)state;
	struct err e;
	CHECK_TRUE("is false", !err_set(&e, ERR_CONFLICT, "row %d", 7));
	CHECK_STR("message", str_from(e.message), "row 7");
	err_prefix(&e, "table %s: ", "t");
	CHECK_STR("prefixed", str_from(e.message), "table t: row 7");
	CHECK_INT("http", err_info(e.code)->http, 409);
	CHECK_INT("by name", err_by_name(S("CONFLICT")), ERR_CONFLICT);
	CHECK_INT("unknown", err_by_name(S("NOPE")), ERR_COUNT);
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_distance),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_json_accepts),
		cmocka_unit_test(test_json_values),
		cmocka_unit_test(test_json_writer),
		cmocka_unit_test(test_json_plain),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_arena),
		cmocka_unit_test(test_buf_limit),
		cmocka_unit_test(test_base64url),
		cmocka_unit_test(test_err),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
