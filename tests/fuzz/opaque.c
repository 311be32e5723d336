/*
 * opaque - fuzzes the reading of cursors and global ids. What is read as an id is written as a text
 * that is read as the same id; a cursor is read only with the check that its keys have, whatever
 * cursor_nulls made of it.
 */
#include "base/arena.h"
#include "sql/cursor.h"
#include "sql/node.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_id(struct arena *a, str text)
{
	struct node_id id, again;
	struct buf b = buf_on(a);
	if (!node_id_read(a, text, &id))
		return;
	node_id_put(a, &b, id.type, id.keys, id.n);
	assert(node_id_read(a, buf_str(&b), &again));
	assert(again.n == id.n && str_eq(again.type, id.type));
	for (size_t i = 0; i < id.n; i++)
		assert(str_eq(again.keys[i], id.keys[i]));
}

static void check_cursor(struct arena *a, str text)
{
	struct param p = { .name = S("after") };
	struct param_text keys[4] = { { 0 } };
	struct err e;
	uint64_t nulls = cursor_nulls(text);
	uint32_t n = 0;
	for (; n < 4; n++) {
		p.key = n;
		if (!cursor_key(a, text, CURSOR_SEED, &p, &keys[n], &e))
			break;
		assert(keys[n].null == (nulls >> n & 1));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	str text = { (const char *)data, size };
	struct buf made = buf_on(a);
	const struct param_text keys[] = { { text, false }, { S(""), true } };
	check_id(a, text);
	check_cursor(a, text);
	cursor_put(a, &made, CURSOR_SEED, 0, keys, 2);
	check_cursor(a, buf_str(&made));
	assert(cursor_nulls(buf_str(&made)) == 2);
	arena_close(a);
	return 0;
}
