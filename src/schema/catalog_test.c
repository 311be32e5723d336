#include "base/arena.h"
#include "base/check.h"
#include "schema/catalog.h"

static const char DOCUMENT[] =
	"{\"database\":\"shop\",\"version\":\"15.2\",\"version_num\":150002,\"search_path\":[\"app\",\"public\"],"
	"\"types\":["
	"{\"oid\":23,\"schema\":\"pg_catalog\",\"name\":\"int4\",\"sql\":\"integer\",\"kind\":\"base\"},"
	"{\"oid\":25,\"schema\":\"pg_catalog\",\"name\":\"text\",\"sql\":\"text\",\"kind\":\"base\"},"
	"{\"oid\":1009,\"schema\":\"pg_catalog\",\"name\":\"_text\",\"sql\":\"text[]\",\"kind\":\"array\",\"base\":25},"
	"{\"oid\":900,\"schema\":\"app\",\"name\":\"word\",\"sql\":\"word\",\"kind\":\"domain\",\"base\":25},"
	"{\"oid\":901,\"schema\":\"app\",\"name\":\"pair\",\"sql\":\"pair\",\"kind\":\"composite\",\"relation\":12},"
	"{\"oid\":902,\"schema\":\"app\",\"name\":\"mood\",\"sql\":\"mood\",\"kind\":\"enum\","
	"\"labels\":[\"ok\",\"sad\"]}],"
	"\"relations\":["
	"{\"oid\":10,\"schema\":\"app\",\"name\":\"item\",\"sql\":\"app.item\",\"kind\":\"r\",\"rows\":1.5e+06,"
	"\"varies\":true,"
	"\"columns\":["
	"{\"name\":\"id\",\"type\":23,\"number\":1,\"not_null\":true,\"identity\":true},"
	"{\"name\":\"title\",\"type\":900,\"stored\":\"word(3)\",\"number\":3}],"
	"\"keys\":[{\"name\":\"pk\",\"columns\":[1],\"primary\":true,\"unique\":true},"
	"{\"name\":\"low\",\"columns\":[1,0],\"unique\":true}]},"
	"{\"oid\":11,\"schema\":\"public\",\"name\":\"line\",\"kind\":\"r\",\"columns\":["
	"{\"name\":\"item_id\",\"type\":\"int4\"}],"
	"\"foreign_keys\":[{\"name\":\"fk\",\"columns\":[1],\"to\":10,\"references\":[1]},"
	"{\"name\":\"out\",\"columns\":[1],\"to\":999,\"references\":[1]}]},"
	"{\"oid\":12,\"schema\":\"app\",\"name\":\"pair\",\"kind\":\"c\",\"columns\":["
	"{\"name\":\"a\",\"type\":\"text[]\"}]}],"
	"\"functions\":["
	"{\"oid\":21,\"schema\":\"app\",\"name\":\"f\",\"args\":[{\"name\":\"a\",\"type\":23},"
	"{\"name\":\"b\",\"type\":23,\"default\":true}],\"returns\":901,\"set\":true,\"volatility\":\"s\"},"
	"{\"oid\":22,\"schema\":\"app\",\"name\":\"g\",\"returns\":25},"
	"{\"oid\":20,\"schema\":\"app\",\"name\":\"f\",\"returns\":25}]}";

static void test_document(void **state)
{
	(void)state;
	struct arena *a = arena_open(0);
	struct err e;
	const struct catalog *c;
	if (!catalog_from_json(a, str_from(DOCUMENT), &c, &e))
		fail_msg("%s", e.message);
	CHECK_STR("database", c->database, "shop");
	CHECK_INT("version", c->version_num, 150002);
	const struct cat_relation *item = catalog_relation(c, S("item"));
	const struct cat_relation *line = catalog_relation(c, S("public.line"));
	assert_non_null(item);
	assert_non_null(line);
	CHECK_TRUE("qualified", item == catalog_relation(c, S("app.item")));
	CHECK_TRUE("other schema", !catalog_relation(c, S("public.item")));
	CHECK_TRUE("composite is no relation", !catalog_relation(c, S("pair")));
	CHECK_TRUE("composite by oid", catalog_relation_by_oid(c, 12));
	CHECK_TRUE("rows", item->rows > 1e6);
	CHECK_TRUE("varies", item->varies && !line->varies);
	const struct cat_column *title = cat_column_find(item, S("title"));
	assert_non_null(title);
	CHECK_STR("domain", title->type->name, "word");
	CHECK_STR("with its modifier", title->stored, "word(3)");
	CHECK_STR("plain", cat_type_plain(title->type)->name, "text");
	CHECK_TRUE("back", title->relation == item);
	CHECK_INT("keys", item->nkeys, 2);
	CHECK_TRUE("primary", item->primary == &item->keys[0]);
	CHECK_TRUE("with an expression", !item->keys[1].unique && item->keys[1].n == 1);
	CHECK_INT("foreign keys to what is seen", line->nforeign_keys, 1);
	CHECK_TRUE("to", line->foreign_keys[0].to == item);
	CHECK_STR("references", line->foreign_keys[0].references[0]->name, "id");
	CHECK_INT("labels", catalog_type(c, 902)->nlabels, 2);
	const struct cat_function *f = catalog_function(c, S("f"));
	assert_non_null(f);
	CHECK_INT("fewest arguments first", f->nargs, 0);
	f = catalog_function_next(c, f);
	assert_non_null(f);
	CHECK_INT("overload", f->nargs, 2);
	CHECK_TRUE("default", f->args[1].has_default && !f->args[0].has_default);
	CHECK_INT("composite result", f->nout, 1);
	CHECK_STR("array", f->out[0].type->sql, "text[]");
	CHECK_TRUE("last", !catalog_function_next(c, f));
	CHECK_STR("near", catalog_nearest_relation(c, a, S("itme")), "item");
	CHECK_STR("near", catalog_nearest_relation(c, a, S("app.itme")), "app.item");
	CHECK_STR("far", catalog_nearest_relation(c, a, S("elephant")), "");
	CHECK_STR("column", cat_nearest_column(item, a, S("titel")), "title");
	arena_close(a);
	check_end();
}

static void test_broken(void **state)
{
	(void)state;
	static const char *const T[] = { "", "[]", "{\"types\":5}",
		"{\"relations\":[{\"oid\":\"x\"}]}",
		"{\"relations\":[{\"name\":\"t\",\"columns\":[{\"name\":\"a\",\"type\":77}]}]}",
		"{\"relations\":[{\"name\":\"t\",\"columns\":[{\"name\":\"a\"}]}]}",
		"{\"functions\":[{\"name\":\"f\"}]}", "{\"version_num\":-1}", "{" };
	for (size_t i = 0; i < COUNT(T); i++) {
		struct arena *a = arena_open(0);
		struct err e = { 0 };
		const struct catalog *c;
		CHECK_TRUE(T[i], !catalog_from_json(a, str_from(T[i]), &c, &e));
		CHECK_INT(T[i], e.code, ERR_INTERNAL);
		arena_close(a);
	}
	check_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
