/*
 * cursor - writes and reads opaque texts.
 *
 * Reading trusts nothing: lengths are checked against what is there, and the check is compared
 * before anything else is looked at. Only cursor_nulls, whose result merely chooses between plans
 * that are all safe, reads without it.
 */
#include "sql/cursor.h"

#include "base/base64url.h"

#include <string.h>

enum {
	VERSION = 1,
	CHECK_BYTES = 8,
	ORDER_BYTES = 4,
	CHECK_AT = 1,
	ORDER_AT = CHECK_AT + CHECK_BYTES,
	KEYS_AT = ORDER_AT + ORDER_BYTES,
	LENGTH_BYTES = 4, /* of a key, plus 1; 0 is null */
};

uint64_t cursor_seed(str secret)
{
	return str_hash(secret, CURSOR_SEED);
}

uint32_t cursor_order(str text)
{
	return (uint32_t)str_hash(text, CURSOR_SEED);
}

static void put_number(struct buf *b, uint64_t v, size_t bytes)
{
	while (bytes-- > 0)
		buf_putc(b, (char)(v >> (8 * bytes) & 255));
}

static uint64_t read_number(str s, size_t at, size_t bytes)
{
	uint64_t v = 0;
	for (size_t i = 0; i < bytes; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return v;
}

void cursor_put(struct arena *a, struct buf *b, uint64_t seed, uint32_t order,
	const struct param_text *keys, size_t n)
{
	struct buf body = buf_on(a), all = buf_on(a);
	put_number(&body, order, ORDER_BYTES);
	for (size_t i = 0; i < n; i++) {
		put_number(&body, keys[i].null ? 0 : keys[i].text.n + 1, LENGTH_BYTES);
		if (!keys[i].null)
			buf_put(&body, keys[i].text);
	}
	put_number(&all, VERSION, 1);
	put_number(&all, str_hash(buf_str(&body), seed), CHECK_BYTES);
	buf_put(&all, buf_str(&body));
	base64url_put(b, buf_str(&all));
}

/* The key that begins at *at; false at the end, or when it does not fit. */
static bool next_key(str s, size_t *at, struct param_text *out)
{
	if (s.n - *at < LENGTH_BYTES)
		return false;
	uint64_t n = read_number(s, *at, LENGTH_BYTES);
	*at += LENGTH_BYTES;
	*out = (struct param_text){ .text = S(""), .null = n == 0 };
	if (n == 0)
		return true;
	if (n - 1 > s.n - *at)
		return false;
	out->text = str_sub(s, *at, *at + (size_t)(n - 1));
	*at += (size_t)(n - 1);
	return true;
}

static bool refuse(const struct param *p, const char *why, struct err *e)
{
	return err_set(e, ERR_BAD_INPUT, "Argument \"%.*s\" %s", STR_ARG(p->name), why);
}

bool cursor_key(struct arena *a, str cursor, uint64_t seed, const struct param *p,
	struct param_text *out, struct err *e)
{
	str s;
	if (!base64url_decode(a, cursor, &s) || s.n < KEYS_AT || s.p[0] != VERSION)
		return refuse(p, "is not a cursor that this server gave.", e);
	str body = str_sub(s, ORDER_AT, s.n);
	if (read_number(s, CHECK_AT, CHECK_BYTES) != str_hash(body, seed))
		return refuse(p, "is a cursor that was changed, or that another server gave.", e);
	if (read_number(s, ORDER_AT, ORDER_BYTES) != p->order)
		return refuse(p, "is a cursor of another list or another order.", e);
	size_t at = KEYS_AT;
	struct param_text key;
	for (uint32_t i = 0; next_key(s, &at, &key); i++) {
		if (i != p->key)
			continue;
		out->null = key.null;
		out->text = (str){ str_z(a, key.text), key.text.n };
		return true;
	}
	return refuse(p, "is not a cursor that this server gave.", e);
}

/* Byte `i` of what base64url text stands for; -1 behind its end or when it is none. */
static int byte_at(str text, size_t i)
{
	size_t at = i / 3 * 4 + i % 3;
	if (at + 1 >= text.n)
		return -1;
	int high = base64url_digit(text.p[at]), low = base64url_digit(text.p[at + 1]);
	if (high < 0 || low < 0)
		return -1;
	unsigned shift = 2 * (unsigned)(i % 3 + 1);
	return ((high << shift) | (low >> (6 - shift))) & 255;
}

uint64_t cursor_nulls(str cursor)
{
	uint64_t bits = 0;
	size_t at = KEYS_AT;
	if (byte_at(cursor, 0) != VERSION)
		return 0;
	for (unsigned i = 0; i < 64; i++) {
		uint64_t n = 0;
		for (size_t k = 0; k < LENGTH_BYTES; k++) {
			int byte = byte_at(cursor, at + k);
			if (byte < 0)
				return bits;
			n = n << 8 | (uint64_t)byte;
		}
		bits |= (uint64_t)(n == 0) << i;
		at += LENGTH_BYTES + (n ? (size_t)n - 1 : 0);
	}
	return bits;
}
