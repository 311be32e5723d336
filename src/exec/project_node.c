/*
 * project_node - global ids, and the objects that nodes(ids:) found, in the order of the ids.
 */
#include "exec/project_int.h"

#include "base/jread.h"
#include "base/num.h"
#include "exec/jscan.h"
#include "sql/node.h"

static str key_of(struct ctx *c, str text, bool json)
{
	bool quoted = json && text.n && text.p[0] == '"';
	return quoted ? json_unescape(c->p->arena, text) : text;
}

void project_put_node_id(struct ctx *c, const struct shape_field *f, struct cell v)
{
	str keys[NODE_KEYS_MAX];
	size_t n = 0;
	if (f->many_keys) {
		const char *p = v.text.p + 1, *end = v.text.p + v.text.n;
		str element;
		while (n < NODE_KEYS_MAX && jscan_element(&p, end, &element))
			keys[n++] = key_of(c, element, true);
	} else {
		keys[n++] = key_of(c, v.text, v.json);
	}
	buf_putc(c->p->out, '"');
	node_id_put(c->p->arena, c->p->out, f->constant, keys, n);
	buf_putc(c->p->out, '"');
}

/* An object that was found: its type, and its row as a JSON array. */
struct found {
	const struct shape *shape;
	str row;
};

/* The rows of one type: [[n, row], …]. */
static void note_found(str rows, const struct shape *shape, struct found *found, size_t n)
{
	str pair, number, row;
	uint64_t place;
	if (!rows.n || rows.p[0] != '[')
		return;
	const char *p = rows.p + 1, *end = rows.p + rows.n;
	while (jscan_element(&p, end, &pair)) {
		const char *q = pair.p + 1, *pair_end = pair.p + pair.n;
		if (jscan_element(&q, pair_end, &number) && jscan_element(&q, pair_end, &row) &&
			num_u64(number, &place) && place >= 1 && place <= n)
			found[place - 1] = (struct found){ shape, row };
	}
}

bool project_put_nodes(struct ctx *c, const struct plan_root *root, const struct pgresult *r,
	const struct path *path)
{
	const struct nodes_plan *plan = root->nodes_plan;
	size_t n = pexpr_length(&plan->ids, c->p->vars);
	struct found *found = arena_array(c->p->arena, struct found, n);
	const struct shape *list = root->field.shape;
	size_t start = c->p->out->n;
	for (size_t i = 0; i < plan->n; i++)
		note_found(pgresult_get(r, 0, (int)i), plan->shapes[i], found, n);
	buf_putc(c->p->out, '[');
	for (size_t i = 0; i < n; i++) {
		struct path at = { .up = path, .index = i, .is_index = true };
		if (i)
			buf_putc(c->p->out, ',');
		if (!found[i].shape) {
			buf_lit(c->p->out, "null");
			continue;
		}
		struct cell row = { found[i].row, true };
		if (!project_put_value(c, found[i].shape, row, NULL, &at))
			return project_bubble(c, list, start);
	}
	buf_putc(c->p->out, ']');
	return true;
}
