/*
 * node_id - reads and writes global ids.
 *
 * A key of an id that is no value of its column's type is as good as one that does not exist: null,
 * which finds nothing.
 */
#include "sql/node.h"

#include "base/base64url.h"
#include "base/jread.h"
#include "base/json.h"
#include "base/num.h"

#include <string.h>

bool node_id_read(struct arena *a, str text, struct node_id *out)
{
	str json;
	*out = (struct node_id){ .n = 0 };
	if (!base64url_decode(a, text, &json))
		return false;
	struct jread r = jread_on(json, 2);
	if (!jread_array(&r) || !jread_element(&r) || !jread_string(&r, a, &out->type))
		return false;
	while (jread_element(&r)) {
		if (out->n == NODE_KEYS_MAX || !jread_string(&r, a, &out->keys[out->n]))
			return false;
		out->n++;
	}
	return jread_end(&r) && out->n > 0;
}

void node_id_put(struct arena *a, struct buf *b, str type, const str *keys, size_t n)
{
	struct buf json = buf_on(a);
	buf_putc(&json, '[');
	json_put_string(&json, type);
	for (size_t i = 0; i < n; i++) {
		buf_putc(&json, ',');
		json_put_string(&json, keys[i]);
	}
	buf_putc(&json, ']');
	base64url_put(b, buf_str(&json));
}

/*
 * Equal for ids of the same type with as many keys: both decide whether an id has a source. Adding
 * these up makes the order of a list not matter.
 */
static uint64_t type_hash(struct arena *a, const struct gql_value *v, uint64_t seed)
{
	struct node_id id;
	bool read = v->kind == GQL_STRING && node_id_read(a, v->text, &id);
	return read ? str_hash(id.type, seed + id.n) | 1 : 1;
}

uint64_t node_types_hash(const struct gql_value *v, uint64_t seed)
{
	enum { TYPES_MAX = 64 };
	uint64_t seen[TYPES_MAX], sum = 0;
	size_t nseen = 0;
	struct arena *a = arena_open(0);
	size_t n = v->kind == GQL_LIST ? v->n : 1;
	for (size_t i = 0; i < n; i++) {
		uint64_t h = type_hash(a, v->kind == GQL_LIST ? v->items[i] : v, seed);
		bool known = false;
		for (size_t k = 0; k < nseen; k++)
			known |= seen[k] == h;
		if (known)
			continue;
		sum += h;
		if (nseen < TYPES_MAX)
			seen[nseen++] = h;
	}
	arena_close(a);
	return sum;
}

/* Is the text a value of the leaf's type? */
static bool is_value(struct arena *a, const struct leaf *leaf, str text)
{
	const char *why;
	struct gql_value v = { .kind = GQL_STRING, .text = text };
	int64_t number;
	if (memchr(text.p, '\0', text.n))
		return false;
	if (!leaf->scalar)
		return true;
	if (leaf->scalar == scalar_get(SCALAR_INT))
		return num_i64(text, &number) && number >= INT32_MIN && number <= INT32_MAX;
	return !leaf->scalar->read || leaf->scalar->read(NULL, a, NULL, &v, &why);
}

static bool find_key(const struct param_env *env, const struct param *p, const struct gql_value *v,
	str *out)
{
	struct node_id id;
	if (!v || v->kind != GQL_STRING || !node_id_read(env->arena, v->text, &id) ||
		!str_eq(id.type, p->name) || id.n != p->order ||
		!is_value(env->arena, &p->leaf, id.keys[p->key]))
		return false;
	*out = id.keys[p->key];
	return true;
}

bool node_key_text(const struct param_env *env, const struct param *p, const struct gql_value *v,
	struct param_text *out, struct err *e)
{
	str key;
	if (v->kind != GQL_LIST) {
		out->null = !find_key(env, p, v, &key);
		if (!out->null)
			out->text = (str){ str_z(env->arena, key), key.n };
		return true;
	}
	if (v->n > p->max)
		return err_set(e, ERR_BAD_INPUT, "At most %llu ids can be asked for at once.",
			(unsigned long long)p->max);
	struct buf b = buf_on(env->arena);
	buf_putc(&b, '{');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(&b, ',');
		if (find_key(env, p, v->items[i], &key))
			buf_put_quoted(&b, key);
		else
			buf_lit(&b, "NULL");
	}
	buf_putc(&b, '}');
	out->text = (str){ str_z(env->arena, buf_str(&b)), b.n };
	return true;
}
