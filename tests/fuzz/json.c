/*
 * json - fuzzes base/jread and base/json: walking a document value by value and checking it as one
 * raw value must agree on whether it is JSON, and what is written from it reads as the same again.
 */
#include "base/json.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/jread.h"

#include <assert.h>
#include <stdlib.h>

enum { DEPTH_MAX = 40 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void copy_value(struct jread *r, struct jwrite *w, struct arena *a);

static void copy_object(struct jread *r, struct jwrite *w, struct arena *a)
{
	jw_object(w);
	str key;
	jread_object(r);
	while (jread_member(r, a, &key)) {
		jw_key(w, key);
		copy_value(r, w, a);
	}
	jw_end_object(w);
}

static void copy_array(struct jread *r, struct jwrite *w, struct arena *a)
{
	jw_array(w);
	jread_array(r);
	while (jread_element(r))
		copy_value(r, w, a);
	jw_end_array(w);
}

static void copy_value(struct jread *r, struct jwrite *w, struct arena *a)
{
	str text = S("null"); /* stays after a fault: the writer wants a value after a key */
	bool truth = false;
	switch (jread_peek(r)) {
	case JSON_NONE:
		jread_skip(r);
		jw_null(w);
		break;
	case JSON_NULL:
		jread_null(r);
		jw_null(w);
		break;
	case JSON_BOOL:
		jread_bool(r, &truth);
		jw_bool(w, truth);
		break;
	case JSON_NUMBER:
		jread_number(r, &text);
		jw_raw(w, text);
		break;
	case JSON_STRING:
		jread_string(r, a, &text);
		jw_string(w, text);
		break;
	case JSON_ARRAY: copy_array(r, w, a); break;
	case JSON_OBJECT: copy_object(r, w, a); break;
	}
}

/* The document rewritten into `out`; false when it is not JSON. */
static bool rewrite(str text, struct arena *a, struct buf *out)
{
	struct jread r = jread_on(text, DEPTH_MAX);
	struct jwrite w = jwrite_on(out);
	copy_value(&r, &w, a);
	return jread_end(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size };
	struct arena *a = arena_open(0);
	struct buf once = buf_on(a), twice = buf_on(a);

	struct jread r = jread_on(text, DEPTH_MAX);
	str raw;
	bool is_json = jread_raw(&r, &raw) && jread_end(&r);
	assert(rewrite(text, a, &once) == is_json);
	if (is_json) {
		assert(rewrite(buf_str(&once), a, &twice));
		assert(str_eq(buf_str(&once), buf_str(&twice)));
	}
	arena_close(a);
	return 0;
}
