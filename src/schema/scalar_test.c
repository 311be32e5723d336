#include "base/arena.h"
#include "base/check.h"
#include "schema/scalar.h"

#define STRING(s)                                       \
	{                                               \
		.kind = GQL_STRING, .text = STR_INIT(s) \
	}
#define NUMBER(s)                                       \
	{                                               \
		.kind = GQL_NUMBER, .text = STR_INIT(s) \
	}
#define JSON(s)                                       \
	{                                             \
		.kind = GQL_JSON, .text = STR_INIT(s) \
	}

static void test_read(void **state)
{
	(void)state;
	static const struct {
		const char *scalar;
		struct gql_value in;
		const char *want; /* NULL: refused */
	} T[] = {
		{ "BigInt", NUMBER("9223372036854775807"), "9223372036854775807" },
		{ "BigInt", STRING("-9223372036854775808"), "-9223372036854775808" },
		{ "BigInt", STRING("9223372036854775808"), NULL },
		{ "BigInt", STRING("007"), "7" },
		{ "BigInt", NUMBER("1.0"), NULL },
		{ "BigInt", STRING(""), NULL },
		{ "Decimal", STRING("123456789012345678901234567890.10"),
			"123456789012345678901234567890.10" },
		{ "Decimal", NUMBER("-1.5e3"), "-1.5e3" },
		{ "Decimal", STRING("1e+5"), "1e+5" },
		{ "Decimal", STRING("-00.50"), "-0.50" },
		{ "Decimal", STRING("NaN"), NULL },
		{ "Decimal", STRING("Infinity"), NULL },
		{ "Decimal", STRING("1."), NULL },
		{ "Decimal", STRING("1e9999"), NULL },
		{ "Decimal", STRING("1e--5"), NULL },
		{ "Decimal", STRING("1x"), NULL },
		{ "UUID", STRING("0190163D-8694-739B-AEA5-966C26F8AD91"),
			"0190163d-8694-739b-aea5-966c26f8ad91" },
		{ "UUID", STRING("0190163D8694739BAEA5966C26F8AD91"),
			"0190163d-8694-739b-aea5-966c26f8ad91" },
		{ "UUID", STRING("0190163D-8694-739B-AEA5-966C26F8AD9"), NULL },
		{ "UUID", STRING("0190163D-8694-739B-AEA5x966C26F8AD91"), NULL },
		{ "UUID", STRING("0190163D-8694-739B-AEA5-966C26F8AD9g"), NULL },
		{ "UUID", NUMBER("1"), NULL },
		{ "Date", STRING("2026-01-31"), "2026-01-31" },
		{ "Date", STRING("2024-02-29"), "2024-02-29" },
		{ "Date", STRING("2026-02-29"), NULL },
		{ "Date", STRING("2026-01-31T00:00:00Z"), NULL },
		{ "Date", STRING("2026-1-31"), NULL },
		{ "Date", STRING("2026-01-31 "), NULL },
		{ "Time", STRING("14:30"), "14:30" },
		{ "Time", STRING("14:30:15.25"), "14:30:15.25" },
		{ "Time", STRING("14:30:15+02:00"), "14:30:15+02:00" },
		{ "Time", STRING("24:00:00"), NULL },
		{ "Time", STRING("14:30:15."), NULL },
		{ "DateTime", STRING("2026-01-31T14:30:00Z"), "2026-01-31T14:30:00Z" },
		{ "DateTime", STRING("2026-01-01T00:30:00.5+02:00"), "2025-12-31T22:30:00.5Z" },
		{ "DateTime", STRING("2024-02-28t23:30:00-01:30"), "2024-02-29T01:00:00Z" },
		{ "DateTime", STRING("2026-01-31T14:30:00"), NULL },
		{ "DateTime", STRING("2026-01-31"), NULL },
		{ "DateTime", STRING("2026-01-31T14:30Z"), NULL },
		{ "DateTime", STRING("0001-01-01T00:00:00+01:00"), NULL },
		{ "Interval", STRING("P1Y2M3W4DT5H6M7.5S"), "P1Y2M3W4DT5H6M7.5S" },
		{ "Interval", STRING("PT36H"), "PT36H" },
		{ "Interval", STRING("P-1D"), "P-1D" },
		{ "Interval", STRING("P"), NULL },
		{ "Interval", STRING("P1DT"), NULL },
		{ "Interval", STRING("P1D1Y"), NULL },
		{ "Interval", STRING("1 day"), NULL },
		{ "JSON", STRING("a\"b"), "\"a\\\"b\"" },
		{ "JSON", NUMBER("1.50"), "1.50" },
		{ "JSON", { .kind = GQL_BOOL, .boolean = true }, "true" },
		{ "JSON", JSON("{\"a\":[1]}"), "{\"a\":[1]}" },
		{ "Bytes", STRING("aGVsbG8="), "\\x68656c6c6f" },
		{ "Bytes", STRING("aGVsbG8"), "\\x68656c6c6f" },
		{ "Bytes", STRING("_-8="), "\\xffef" },
		{ "Bytes", STRING("\\xDEADbeef"), "\\xDEADbeef" },
		{ "Bytes", STRING(""), "\\x" },
		{ "Bytes", STRING("\\xabc"), NULL },
		{ "Bytes", STRING("a"), NULL },
		{ "Bytes", STRING("a==="), NULL },
		{ "Bytes", STRING("aGVsbG9="), NULL },
		{ "EmailAddress", STRING("mira+x@example.org"), "mira+x@example.org" },
		{ "EmailAddress", STRING("mira@exa mple.org"), NULL },
		{ "EmailAddress", STRING("@example.org"), NULL },
		{ "EmailAddress", STRING("mira"), NULL },
		{ "URL", STRING("https://example.org/a?b=%20#c"), "https://example.org/a?b=%20#c" },
		{ "URL", STRING("mailto:mira@example.org"), "mailto:mira@example.org" },
		{ "URL", STRING("https:///a"), NULL },
		{ "URL", STRING("example.org"), NULL },
		{ "URL", STRING("https://example.org/%2"), NULL },
		{ "URL", STRING("https://example.org/a b"), NULL },
		{ "Hostname", STRING("www.example.org"), "www.example.org" },
		{ "Hostname", STRING("-a.org"), NULL },
		{ "Hostname", STRING("a..org"), NULL },
		{ "Hostname", STRING("a."), NULL },
		{ "Port", NUMBER("8080"), "8080" },
		{ "Port", NUMBER("65536"), NULL },
		{ "Port", NUMBER("0"), NULL },
		{ "IPv4", STRING("192.0.2.1"), "192.0.2.1" },
		{ "IPv4", STRING("192.0.2.256"), NULL },
		{ "IPv4", STRING("::1"), NULL },
		{ "IPv6", STRING("2001:DB8:0:0::1"), "2001:db8::1" },
		{ "IPv6", STRING("192.0.2.1"), NULL },
		{ "IP", STRING("::1"), "::1" },
		{ "IP", STRING("192.0.2.1/24"), "192.0.2.1/24" },
		{ "IP", STRING("192.0.2.1/32"), "192.0.2.1" },
		{ "IP", STRING("2001:DB8::1/64"), "2001:db8::1/64" },
		{ "IP", STRING("192.0.2.1/33"), NULL },
		{ "IPv4", STRING("192.0.2.1/24"), NULL },
		{ "CIDR", STRING("192.0.2.0/24"), "192.0.2.0/24" },
		{ "CIDR", STRING("192.0.2.1/24"), NULL },
		{ "CIDR", STRING("192.0.2.1"), "192.0.2.1/32" },
		{ "CIDR", STRING("2001:db8::/32"), "2001:db8::/32" },
		{ "CIDR", STRING("2001:db8::/129"), NULL },
		{ "MacAddress", STRING("08:00:2B:01:02:03"), "08:00:2b:01:02:03" },
		{ "MacAddress", STRING("0800.2b01.0203"), "08:00:2b:01:02:03" },
		{ "MacAddress", STRING("08002b010203"), "08:00:2b:01:02:03" },
		{ "MacAddress", STRING("08002b-010203"), "08:00:2b:01:02:03" },
		{ "MacAddress", STRING("08:00:2b:01:02:03:04:05"), "08:00:2b:01:02:03:04:05" },
		{ "MacAddress", STRING("08:00-2b:01:02:03"), NULL },
		{ "MacAddress", STRING("08:00:2b:01:02:0g"), NULL },
		{ "MacAddress", STRING("08:00:2b:01:02"), NULL },
		{ "LTree", STRING("top.science.x_1"), "top.science.x_1" },
		{ "LTree", STRING("top..x"), NULL },
		{ "LTree", STRING("top."), NULL },
		{ "IntRange", STRING("[1,10)"), "[1,10)" },
		{ "IntRange", STRING("(,5]"), "(,5]" },
		{ "IntRange", STRING("empty"), "empty" },
		{ "IntRange", STRING("[1;10)"), NULL },
		{ "DateRange", STRING("[2026-01-01,2026-02-01)"), "[2026-01-01,2026-02-01)" },
		{ "DateTimeRange", STRING("[\"2026-01-01 00:00:00+00\",)"),
			"[2026-01-01T00:00:00Z,)" },
		{ "DateTimeRange", STRING("(\"2026-01-01 02:00:00.5+02:00\",2026-01-02T00:00:00]"),
			"(2026-01-01T00:00:00.5Z,2026-01-02T00:00:00Z]" },
		{ "DateTimeRange", STRING("2026-01-01T01:00:00+01:00"),
			"[2026-01-01T00:00:00Z,2026-01-01T00:00:00Z]" },
		{ "DateTimeRange", STRING("[-infinity,\"0044-03-15 00:00:00+00 BC\")"),
			"[-infinity,\"0044-03-15 00:00:00+00 BC\")" },
		{ "DateRange", STRING("2026-01-31"), "[2026-01-31,2026-01-31]" },
		{ "DateRange", STRING("[tomorrow,)"), NULL },
		{ "IntRange", NUMBER("5"), "[5,5]" },
		{ "IntRange", STRING("[a,)"), NULL },
		{ "IntRange", STRING("[infinity,)"), NULL },
		{ "IntRange", STRING("[1,2,3)"), NULL },
		{ "IntRange", STRING("["), NULL },
		{ "DecimalRange", STRING("( 0.50 , infinity)"), "(0.50,infinity)" },
		{ "Vector", JSON("[1, 0.5,-2]"), "[1, 0.5,-2]" },
		{ "Vector", JSON("[]"), NULL },
		{ "Vector", JSON("[1,]"), NULL },
		{ "Vector", JSON("[1,\"a\"]"), NULL },
		{ "Unknown", STRING("x"), "x" },
		{ "String", STRING("x"), "x" },
	};
	struct arena *a = arena_open(0);
	for (size_t i = 0; i < COUNT(T); i++) {
		struct gql_type type = { .kind = GQL_SCALAR, .name = str_from(T[i].scalar) };
		struct gql_value v = T[i].in;
		const char *why = NULL;
		bool ok = scalar_coerce(NULL, a, &type, &v, &why);
		str name = str_printf(a, "%s %.*s", T[i].scalar, STR_ARG(T[i].in.text));
		CHECK_INT(str_z(a, name), ok, T[i].want != NULL);
		CHECK_INT(str_z(a, name), !ok, why != NULL);
		if (ok && T[i].want)
			CHECK_STR(str_z(a, name), v.text, T[i].want);
	}
	arena_close(a);
	check_end();
}

static void test_write(void **state)
{
	(void)state;
	static const struct {
		enum scalar_id id;
		const char *text;
		bool is_json;
		const char *want; /* NULL: refused */
	} T[] = {
		{ SCALAR_STRING, "a\"b\n", false, "\"a\\\"b\\n\"" },
		{ SCALAR_STRING, "\"a\\u0041\"", true, "\"a\\u0041\"" },
		{ SCALAR_STRING, "5", true, "\"5\"" },
		{ SCALAR_STRING, "{\"a\":1}", true, NULL },
		{ SCALAR_STRING, "[1]", true, NULL },
		{ SCALAR_ID, "12", false, "\"12\"" },
		{ SCALAR_ID, "12", true, "\"12\"" },
		{ SCALAR_INT, "2147483647", false, "2147483647" },
		{ SCALAR_INT, "2147483648", false, NULL },
		{ SCALAR_INT, "5.00", true, "5" },
		{ SCALAR_INT, "5.5", true, NULL },
		{ SCALAR_INT, "\"5\"", true, "5" },
		{ SCALAR_INT, "x", false, NULL },
		{ SCALAR_FLOAT, "1.5e-07", false, "1.5e-07" },
		{ SCALAR_FLOAT, "NaN", false, NULL },
		{ SCALAR_FLOAT, "Infinity", false, NULL },
		{ SCALAR_FLOAT, "-Infinity", false, NULL },
		{ SCALAR_FLOAT, "\"NaN\"", true, NULL },
		{ SCALAR_BOOLEAN, "t", false, "true" },
		{ SCALAR_BOOLEAN, "false", true, "false" },
		{ SCALAR_BOOLEAN, "1", true, NULL },
		{ SCALAR_BIGINT, "9223372036854775807", false, "\"9223372036854775807\"" },
		{ SCALAR_BIGINT, "7", true, "\"7\"" },
		{ SCALAR_BIGINT, "\"7\"", true, "\"7\"" },
		{ SCALAR_BIGINT, "7.5", true, NULL },
		{ SCALAR_DECIMAL, "12.50", false, "\"12.50\"" },
		{ SCALAR_DECIMAL, "NaN", false, NULL },
		{ SCALAR_UUID, "\"0190163d-8694-739b-aea5-966c26f8ad91\"", true,
			"\"0190163d-8694-739b-aea5-966c26f8ad91\"" },
		{ SCALAR_DATETIME, "2024-01-01 00:00:00.5+00", false,
			"\"2024-01-01T00:00:00.5+00:00\"" },
		{ SCALAR_DATETIME, "2024-01-01 00:00:00-03:30", false,
			"\"2024-01-01T00:00:00-03:30\"" },
		{ SCALAR_DATETIME, "\"2024-01-01T00:00:00.123456+00:00\"", true,
			"\"2024-01-01T00:00:00.123456+00:00\"" },
		{ SCALAR_DATETIME, "2024-01-01 00:00:00", false, "\"2024-01-01T00:00:00+00:00\"" },
		{ SCALAR_DATETIME, "\"2024-01-01T00:00:00Z\"", true, "\"2024-01-01T00:00:00Z\"" },
		{ SCALAR_DATETIME, "infinity", false, NULL },
		{ SCALAR_DATETIME, "2024-01-01 00:00:00+00 BC", false, NULL },
		{ SCALAR_DATETIME, "12024-01-01 00:00:00+00", false, NULL },
		{ SCALAR_DATETIME, "0001-01-01 05:41:16+05:41:16", false,
			"\"0001-01-01T00:00:00+00:00\"" },
		{ SCALAR_DATETIME, "1900-01-01 00:00:00.5-00:00:01", false,
			"\"1900-01-01T00:00:01.5+00:00\"" },
		{ SCALAR_DATETIME, "1900-03-01 00:00:00+00:19:32", false,
			"\"1900-02-28T23:40:28+00:00\"" },
		{ SCALAR_DATE, "2026-01-31", false, "\"2026-01-31\"" },
		{ SCALAR_DATE, "infinity", false, NULL },
		{ SCALAR_DATE, "0044-03-15 BC", false, NULL },
		{ SCALAR_DATE, "\"10000-01-01\"", true, NULL },
		{ SCALAR_TIME, "12:00:00.25", false, "\"12:00:00.25\"" },
		{ SCALAR_TIME, "\"12:00:00+02\"", true, "\"12:00:00+02:00\"" },
		{ SCALAR_TIME, "noon", false, NULL },
		{ SCALAR_INTERVAL, "P1Y", false, "\"P1Y\"" },
		{ SCALAR_INTERVAL, "\"1 year 2 mons 3 days 04:05:06.5\"", true,
			"\"P1Y2M3DT4H5M6.5S\"" },
		{ SCALAR_INTERVAL, "\"-1 days +02:00:00\"", true, "\"P-1DT2H\"" },
		{ SCALAR_INTERVAL, "\"-00:00:00.5\"", true, "\"PT-0.5S\"" },
		{ SCALAR_INTERVAL, "\"00:00:00\"", true, "\"PT0S\"" },
		{ SCALAR_INTERVAL, "\"1 fortnight\"", true, NULL },
		{ SCALAR_INTERVAL, "\"1 day 1:2\"", true, NULL },
		{ SCALAR_JSON, "{\"a\": 1}", false, "{\"a\": 1}" },
		{ SCALAR_JSON, "[null]", true, "[null]" },
		{ SCALAR_BYTES, "\\x68656c6c6f", false, "\"aGVsbG8=\"" },
		{ SCALAR_BYTES, "\\x6865", false, "\"aGU=\"" },
		{ SCALAR_BYTES, "\\x68", false, "\"aA==\"" },
		{ SCALAR_BYTES, "\\x", false, "\"\"" },
		{ SCALAR_BYTES, "\"\\\\x686566\"", true, "\"aGVm\"" },
		{ SCALAR_BYTES, "\"aGVm\"", true, "\"aGVm\"" },
		{ SCALAR_BYTES, "5", true, NULL },
	};
	struct buf b = buf_on(NULL);
	for (size_t i = 0; i < COUNT(T); i++) {
		buf_cut(&b, 0);
		bool ok = scalar_write(&b, scalar_get(T[i].id), str_from(T[i].text), T[i].is_json);
		CHECK_INT(T[i].text, ok, T[i].want != NULL);
		CHECK_STR(T[i].text, buf_str(&b), T[i].want ? T[i].want : "");
	}
	buf_free(&b);
	check_end();
}

static void test_table(void **state)
{
	(void)state;
	static const struct {
		const char *pg, *scalar;
	} T[] = { { "int4", "Int" }, { "int2", "Int" }, { "int8", "BigInt" }, { "text", "String" },
		{ "varchar", "String" }, { "uuid", "UUID" }, { "numeric", "Decimal" },
		{ "float4", "Float" }, { "bool", "Boolean" }, { "timestamptz", "DateTime" },
		{ "timestamp", "DateTime" }, { "jsonb", "JSON" }, { "bytea", "Bytes" },
		{ "inet", "IP" }, { "cidr", "CIDR" }, { "int4range", "IntRange" },
		{ "tsvector", "TSVector" }, { "vector", "Vector" } };
	for (size_t i = 0; i < COUNT(T); i++) {
		const struct scalar *s = scalar_for_pg(str_from(T[i].pg));
		CHECK_STR(T[i].pg, s ? str_from(s->name) : STR_NONE, T[i].scalar);
	}
	CHECK_TRUE("none", !scalar_for_pg(S("tsquery")));
	CHECK_TRUE("none", !scalar_reads(scalar_get(SCALAR_INT), S("text")));
	for (size_t i = 0; i < SCALAR_COUNT; i++) {
		const struct scalar *s = scalar_get((enum scalar_id)i);
		CHECK_TRUE(s->name, s == scalar_find(str_from(s->name)));
		CHECK_TRUE(s->name, s->doc && s->pg && (i < SCALAR_BIGINT) == !s->url);
		CHECK_TRUE(s->name, scalar_reads(s, str_from(s->pg)));
		CHECK_TRUE(s->name, (i < SCALAR_BIGINT) == !s->read);
	}
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
