/* SPDX-License-Identifier: MIT */
/* pure_test - targets, query parameters, Accept, Content-Type, Accept-Encoding. */
#include "http/negotiate.h"
#include "http/proxy.h"
#include "http/target.h"

#include "base/arena.h"
#include "base/check.h"

static void test_target(void **state)
{
	UNUSED(state);
	static const struct {
		const char *raw, *path, *query, *authority; /* path NULL: refused */
	} T[] = {
		{ "/", "/", "", "" },
		{ "/a", "/a", "", "" },
		{ "/a?b=c", "/a", "b=c", "" },
		{ "/a?", "/a", "", "" },
		{ "/a?b?c", "/a", "b?c", "" },
		{ "//a", "//a", "", "" },
		{ "/a%20b", "/a%20b", "", "" },
		{ "/?q=%zz", "/", "q=%zz", "" },
		{ "http://h/a?b", "/a", "b", "h" },
		{ "HTTPS://h:8/a", "/a", "", "h:8" },
		{ "http://h", "/", "", "h" },
		{ "http://h?a", "/", "a", "h" },
		{ "*", "*", "", "" },
		{ "", NULL },
		{ "a", NULL },
		{ "h:80", NULL },
		{ "http:///a", NULL },
		{ "http://u:p@h/a", NULL },
		{ "ftp://h/a", NULL },
		{ "/a b", NULL },
		{ "/a\tb", NULL },
		{ "/a\x7f", NULL },
		{ "/\xc3\xa4", NULL },
		{ "/a#b", NULL },
		{ "/%", NULL },
		{ "/%4", NULL },
		{ "/%4g", NULL },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		struct target t = { 0 };
		bool ok = target_parse(str_from(T[i].raw), &t);
		CHECK_INT(T[i].raw, ok, T[i].path != NULL);
		if (!ok || !T[i].path)
			continue;
		CHECK_STR(T[i].raw, t.path, T[i].path);
		CHECK_STR(T[i].raw, t.query, T[i].query);
		CHECK_STR(T[i].raw, t.authority, T[i].authority);
	}
	check_end();
}

static void test_query(void **state)
{
	UNUSED(state);
	static const struct {
		const char *query, *name, *value; /* NULL: absent or bad */
	} T[] = {
		{ "a=1&b=2", "a", "1" },
		{ "a=1&b=2", "b", "2" },
		{ "a=1&b=2", "c", NULL },
		{ "a", "a", "" },
		{ "a=", "a", "" },
		{ "a=1&a=2", "a", "1" },
		{ "a=b=c", "a", "b=c" },
		{ "%61=x", "a", "x" },
		{ "aa=x", "a", NULL },
		{ "a=%7Bx%7d+y", "a", "{x} y" },
		{ "a=%c3%a4", "a", "\xc3\xa4" },
		{ "a=%c3", "a", NULL },
		{ "a=%ff", "a", NULL },
		{ "a=%4", "a", NULL },
		{ "a=%", "a", NULL },
		{ "%=1&a=2", "a", "2" },
		{ "%6=1&a=2", "a", "2" },
		{ "&&a=1", "a", "1" },
		{ "", "a", NULL },
	};
	struct arena *a = arena_open(0);
	for (size_t i = 0; i < COUNT(T); i++) {
		str value = STR_NONE;
		bool ok = query_param(a, str_from(T[i].query), str_from(T[i].name), &value);
		CHECK_INT(T[i].query, ok, T[i].value != NULL);
		if (ok && T[i].value)
			CHECK_STR(T[i].query, value, T[i].value);
	}
	arena_close(a);
	check_end();
}

#define GRAPHQL "application/graphql-response+json"
#define BROWSER "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

static void test_accept(void **state)
{
	UNUSED(state);
	static const struct {
		const char *accept;
		enum media media;
	} T[] = {
		/* Spec: GraphQL over HTTP, "Accept". */
		{ "", MEDIA_JSON },
		{ "*/*", MEDIA_JSON },
		{ " */* ", MEDIA_JSON },
		{ "application/*", MEDIA_JSON },
		{ "application/json", MEDIA_JSON },
		{ "application/json; charset=utf-8", MEDIA_JSON },
		{ "Application/JSON;Charset=\"UTF-8\"", MEDIA_JSON },
		{ "application/json; charset=iso-8859-1", MEDIA_NONE },
		{ GRAPHQL, MEDIA_GRAPHQL },
		{ GRAPHQL "; charset=utf-8, application/json; charset=utf-8", MEDIA_GRAPHQL },
		{ GRAPHQL ", application/json;q=0.9", MEDIA_GRAPHQL },
		{ GRAPHQL ";q=0.5, application/json", MEDIA_JSON },
		{ GRAPHQL ";q=0.5, application/json;q=0.5", MEDIA_GRAPHQL },
		{ GRAPHQL ";q=0, application/json", MEDIA_JSON },
		{ GRAPHQL ";q=0, */*", MEDIA_JSON },
		{ GRAPHQL ", */*;q=0.1", MEDIA_GRAPHQL },
		{ "application/json;q=0", MEDIA_NONE },
		{ "application/json;q=0, */*", MEDIA_GRAPHQL },
		{ "*/*;q=0", MEDIA_NONE },
		{ "*/*;q=0, application/json;q=0.1", MEDIA_JSON },
		{ "text/plain", MEDIA_NONE },
		{ "image/*", MEDIA_NONE },
		{ "application/graphql+json", MEDIA_NONE },
		{ "text/event-stream", MEDIA_NONE },
		{ BROWSER, MEDIA_HTML },
		{ "text/html", MEDIA_HTML },
		{ "text/html;q=0", MEDIA_NONE },
		{ "text/html, application/json", MEDIA_JSON },
		{ "text/html, application/json;q=0.5", MEDIA_HTML },
		{ "text/*", MEDIA_NONE },
		/* Malformed parts are passed over. */
		{ "application/json;q=2", MEDIA_NONE },
		{ "application/json;q=0.1234, text/plain", MEDIA_NONE },
		{ "json, application/json", MEDIA_JSON },
		{ ",,application/json,", MEDIA_JSON },
		{ "application/json;profile=\"a,b;q=0\"", MEDIA_JSON },
		{ "application/json;x=\"", MEDIA_JSON },
		{ "/json", MEDIA_NONE },
		{ "application/", MEDIA_NONE },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].accept, media_accepted(str_from(T[i].accept)), T[i].media);
	static const struct {
		const char *accept;
		enum media media;
	} NEW[] = {
		{ "", MEDIA_GRAPHQL },
		{ "*/*", MEDIA_GRAPHQL },
		{ "application/*", MEDIA_GRAPHQL },
		{ "application/json", MEDIA_JSON },
		{ "application/json, */*;q=0.1", MEDIA_JSON },
		{ GRAPHQL ";q=0, */*", MEDIA_JSON },
		{ "text/plain", MEDIA_NONE },
		{ BROWSER, MEDIA_HTML },
	};
	for (size_t i = 0; i < COUNT(NEW); i++)
		CHECK_INT(NEW[i].accept, media_accepted_new(str_from(NEW[i].accept)), NEW[i].media);
	bool named;
	CHECK_INT("stream",
		media_quality(S("text/event-stream;q=0.5"), S("text/event-stream"), &named), 500);
	CHECK_TRUE("stream", named);
	CHECK_INT("any", media_quality(S("*/*"), S("text/event-stream"), &named), 1000);
	CHECK_TRUE("any", !named);
	check_end();
}

static void test_content_type(void **state)
{
	UNUSED(state);
	static const struct {
		const char *value;
		enum content content;
	} T[] = {
		{ "application/json", CONTENT_OK },
		{ "Application/JSON", CONTENT_OK },
		{ "application/json;charset=utf-8", CONTENT_OK },
		{ "application/json; charset=\"utf-8\"", CONTENT_OK },
		{ "application/json ; Charset=UTF-8 ; x=y", CONTENT_OK },
		{ "application/json;", CONTENT_OK },
		{ "application/json; charset=utf-16", CONTENT_OTHER_CHARSET },
		{ "application/json; charset=latin1", CONTENT_OTHER_CHARSET },
		{ "", CONTENT_MISSING },
		{ "  ", CONTENT_MISSING },
		{ "text/plain", CONTENT_OTHER_TYPE },
		{ "application/x-www-form-urlencoded", CONTENT_OTHER_TYPE },
		{ "application/jsonx", CONTENT_OTHER_TYPE },
		{ "application/*", CONTENT_OTHER_TYPE },
		{ "json", CONTENT_MALFORMED },
		{ "application/json, text/plain", CONTENT_MALFORMED },
		{ "application /json", CONTENT_MALFORMED },
	};
	for (size_t i = 0; i < COUNT(T); i++) {
		enum content got = content_type_check(str_from(T[i].value), S("application/json"));
		CHECK_INT(T[i].value, got, T[i].content);
	}
	check_end();
}

static void test_coding(void **state)
{
	UNUSED(state);
	static const struct {
		const char *value;
		bool accepted;
	} T[] = {
		{ "", false },
		{ "gzip", true },
		{ "GZIP", true },
		{ "deflate, gzip;q=0.5, br", true },
		{ "gzip;q=0", false },
		{ "gzip;q=0, *", false },
		{ "*, gzip;q=0", false },
		{ "*", true },
		{ "*;q=0", false },
		{ "br", false },
		{ "identity", false },
		{ "gzip;q=x", false },
		{ "xgzip", false },
	};
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_INT(T[i].value, coding_accepted(str_from(T[i].value), S("gzip")),
			T[i].accepted);
	check_end();
}

static void test_forwarded(void **state)
{
	UNUSED(state);
	static const char *const trusted[] = { "10.0.0.0/8", "192.168.1.7", "fd00::/8", "::1",
		"172.16.0.0/12", NULL };
	static const struct {
		const char *header, *client;
	} T[] = {
		{ "203.0.113.5", "203.0.113.5" },
		{ "203.0.113.5, 10.1.2.3", "203.0.113.5" },
		{ "6.6.6.6, 203.0.113.5, 10.1.2.3, fd00::9", "203.0.113.5" },
		{ "203.0.113.5:4711", "203.0.113.5" },
		{ "[2001:db8::1]:443", "2001:db8::1" },
		{ "2001:db8::1,::1", "2001:db8::1" },
		{ "172.31.0.1", "172.31.0.1" },
		{ "1.1.1.1, 172.31.0.1", "1.1.1.1" },
		{ "1.1.1.1, 172.32.0.1", "172.32.0.1" },
		{ "1.1.1.1, 192.168.1.8", "192.168.1.8" },
		{ "10.0.0.1, 10.0.0.2", "10.0.0.1" },
		{ "1.1.1.1, ::ffff:10.0.0.1", "1.1.1.1" },
		{ "", "" },
		{ "unknown", "" },
		{ "1.1.1.1, <script>, 10.0.0.1", "10.0.0.1" },
		{ "1.1.1.1,", "" },
	};
	static const char *const bad[] = { "10.0.0.0/33", "a", "10.0.0.0/", "10.0.0/8", "::1/129",
		"10.0.0.0/-1", "" };
	struct nets nets;
	assert_true(nets_parse(trusted, &nets, NULL));
	for (size_t i = 0; i < COUNT(T); i++)
		CHECK_STR(T[i].header, forwarded_client(&nets, str_from(T[i].header)), T[i].client);
	CHECK_TRUE("all", nets_parse((const char *const[]){ "0.0.0.0/0", NULL }, &nets, NULL));
	CHECK_TRUE("all", nets_have(&nets, S("8.8.8.8")) && !nets_have(&nets, S("2001:db8::1")));
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct err e;
		CHECK_TRUE(bad[i], !nets_parse((const char *const[]){ bad[i], NULL }, &nets, &e));
		CHECK_INT(bad[i], e.code, ERR_CONFIG);
	}
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_target),
		cmocka_unit_test(test_query),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_content_type),
		cmocka_unit_test(test_coding),
		cmocka_unit_test(test_forwarded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
