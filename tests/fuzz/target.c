/*
 * target - fuzzes the request target and its query parameters. What is taken apart lies in the
 * text, is taken apart the same way again when put together, and a parameter's value is UTF-8 that
 * survives being encoded.
 */
#include "http/target.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool lies_in(str part, str whole)
{
	return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* Every byte as %xx. */
static str encode(struct arena *a, str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++)
		buf_printf(&b, "%%%02x", (unsigned)(unsigned char)s.p[i]);
	return buf_str(&b);
}

static void check_query(struct arena *a, str query)
{
	static const char *const NAMES[] = { "query", "variables", "operationName", "a", "" };
	for (size_t i = 0; i < COUNT(NAMES); i++) {
		str value, again;
		if (!query_param(a, query, str_from(NAMES[i]), &value))
			continue;
		assert(value.n <= query.n && utf8_valid(value) == value.n);
		assert(query_decode(a, encode(a, value), &again) && str_eq(value, again));
	}
}

static void check_again(struct arena *a, const struct target *t)
{
	struct buf b = buf_on(a);
	buf_put(&b, t->path);
	buf_putc(&b, '?');
	buf_put(&b, t->query);
	struct target again;
	if (str_eq(t->path, S("*")))
		return;
	assert(target_parse(buf_str(&b), &again));
	assert(str_eq(t->path, again.path) && str_eq(t->query, again.query));
	assert(again.authority.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	str raw = { (const char *)data, size };
	struct target t;
	if (target_parse(raw, &t)) {
		assert(lies_in(t.query, raw) && lies_in(t.authority, raw));
		assert(t.path.n > 0 && (t.path.p[0] == '/' || str_eq(t.path, S("*"))));
		check_again(a, &t);
		check_query(a, t.query);
	}
	check_query(a, raw);
	arena_close(a);
	return 0;
}
