/*
 * inspect - JSON text → tree, and the tree as messages show it. Both recurse: reading no deeper
 * than the reader's limit, showing no deeper than three levels.
 */
#include "graphql/inspect.h"

#include "base/json.h"
#include "base/num.h"

enum { SHOWN_DEPTH = 2, SHOWN_ITEMS = 10 };

static void append(struct jnode *parent, struct jnode ***tail, struct jnode *child)
{
	parent->n++;
	**tail = child;
	*tail = &child->next;
}

static void read_children(struct jread *r, struct arena *a, struct jnode *node)
{
	struct jnode **tail = &node->child;
	bool object = node->kind == JSON_OBJECT;
	str key = STR_NONE;
	if (!(object ? jread_object(r) : jread_array(r)))
		return;
	while ((object ? jread_member(r, a, &key) : jread_element(r)) && !arena_over(a)) {
		struct jnode *child = jnode_read(r, a);
		if (!child)
			return;
		child->key = key;
		append(node, &tail, child);
	}
}

struct jnode *jnode_read(struct jread *r, struct arena *a)
{
	enum json_kind kind = jread_peek(r);
	size_t from = r->at;
	struct jnode *node = arena_new(a, struct jnode);
	node->kind = kind;
	switch (kind) {
	case JSON_STRING: jread_string(r, a, &node->text); break;
	case JSON_NUMBER: jread_number(r, &node->text); break;
	case JSON_BOOL: jread_bool(r, &node->value.boolean); break;
	case JSON_NULL: jread_null(r); break;
	case JSON_ARRAY:
	case JSON_OBJECT: read_children(r, a, node); break;
	case JSON_NONE: jread_skip(r); break; /* sets the fault */
	}
	if (!jread_ok(r))
		return NULL;
	if (!node->text.p)
		node->text = str_sub(r->text, from, r->at);
	return node;
}

/* ---- showing ---- */

static void put(struct buf *b, struct arena *a, const struct jnode *n, unsigned depth);

static void put_number(struct buf *b, str text)
{
	double v;
	if (num_f64(text, &v))
		num_put_f64(b, v);
	else
		buf_put(b, text.p[0] == '-' ? S("-Infinity") : S("Infinity"));
}

static void put_array(struct buf *b, struct arena *a, const struct jnode *n, unsigned depth)
{
	size_t shown = 0;
	buf_putc(b, '[');
	for (const struct jnode *c = n->child; c && shown < SHOWN_ITEMS; c = c->next, shown++) {
		if (shown > 0)
			buf_lit(b, ", ");
		put(b, a, c, depth);
	}
	if (n->n == shown + 1)
		buf_lit(b, ", ... 1 more item");
	else if (n->n > shown)
		buf_printf(b, ", ... %zu more items", n->n - shown);
	buf_putc(b, ']');
}

/* A key that comes again keeps its place and has the later value, as in JSON.parse. */
static void put_object(struct buf *b, struct arena *a, const struct jnode *n, unsigned depth)
{
	struct map members = map_on(a, 0);
	for (struct jnode *c = n->child; c; c = c->next)
		map_set(&members, c->key, c);
	buf_lit(b, "{ ");
	for (size_t i = 0; i < members.n; i++) {
		if (i > 0)
			buf_lit(b, ", ");
		buf_put(b, members.entries[i].key);
		buf_lit(b, ": ");
		put(b, a, members.entries[i].value, depth);
	}
	buf_lit(b, " }");
}

static void put(struct buf *b, struct arena *a, const struct jnode *n, unsigned depth)
{
	bool array = n->kind == JSON_ARRAY;
	switch (n->kind) {
	case JSON_STRING: json_put_string(b, n->text); return;
	case JSON_NUMBER: put_number(b, n->text); return;
	case JSON_BOOL:
	case JSON_NULL: buf_put(b, n->text); return;
	case JSON_NONE: return;
	case JSON_ARRAY:
	case JSON_OBJECT: break;
	}
	if (n->n == 0)
		buf_put(b, array ? S("[]") : S("{}"));
	else if (depth >= SHOWN_DEPTH)
		buf_put(b, array ? S("[Array]") : S("[Object]"));
	else if (array)
		put_array(b, a, n, depth + 1);
	else
		put_object(b, a, n, depth + 1);
}

void jnode_inspect(struct buf *b, struct arena *a, const struct jnode *n)
{
	put(b, a, n, 0);
}
