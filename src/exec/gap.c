/* gap - marks in response text, and what is put in their places. */
#include "exec/gap.h"

#include "exec/jscan.h"

#include <string.h>

enum { MARK = 1, DIGITS = 8, MARK_BYTES = DIGITS + 3 };

void gap_put(struct gaps *l, struct buf *out, const struct gap *g)
{
	size_t number = l->n;
	*vec_push(l->arena, l) = *g;
	buf_printf(out, "\"%c%08zx\"", MARK, number);
}

static unsigned hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

bool gap_next(str text, size_t *at, size_t *from, size_t *number)
{
	const char *p = *at < text.n ? memchr(text.p + *at, MARK, text.n - *at) : NULL;
	if (!p)
		return false;
	*number = 0;
	for (unsigned i = 1; i <= DIGITS; i++)
		*number = *number << 4 | hex_digit(p[i]);
	*from = (size_t)(p - text.p) - 1;
	*at = *from + MARK_BYTES;
	return true;
}

/* A part of the text and what stands there instead. */
struct change {
	size_t from, to;
	str text;
};

struct changes {
	VEC(struct change);
};

/* In order; one that holds earlier ones takes their place, one inside an earlier one is nothing. */
static void add(struct arena *a, struct changes *l, struct change c)
{
	if (l->n && c.from >= l->at[l->n - 1].from && c.from < l->at[l->n - 1].to)
		return;
	while (l->n && l->at[l->n - 1].from >= c.from)
		l->n--;
	*vec_push(a, l) = c;
}

/* False: null must go beyond the text. */
static bool change_for(const struct gaps *l, const struct gap *g, str text, struct change *c)
{
	struct buf inner = buf_on(l->arena);
	if (!g->null && g->done && gap_fill(l, g->text, &inner)) {
		c->text = buf_str(&inner);
		return true;
	}
	c->text = S("null");
	if (!g->field->shape->non_null)
		return true;
	if (g->back == GAP_BEYOND)
		return false;
	c->from -= g->back;
	c->to = (size_t)(jscan_value(text.p + c->from, text.p + text.n) - text.p);
	return true;
}

bool gap_fill(const struct gaps *l, str text, struct buf *out)
{
	struct changes changes = { 0 };
	size_t at = 0, from, number;
	while (gap_next(text, &at, &from, &number)) {
		struct change c = { .from = from, .to = at };
		if (!change_for(l, &l->at[number], text, &c))
			return false;
		add(l->arena, &changes, c);
	}
	at = 0;
	for (size_t i = 0; i < changes.n; i++) {
		buf_put(out, str_sub(text, at, changes.at[i].from));
		buf_put(out, changes.at[i].text);
		at = changes.at[i].to;
	}
	buf_put(out, str_sub(text, at, text.n));
	return true;
}
