/* tree - JSON text → a tree on an arena. */
#include "sql/tree_int.h"

#include "base/vec.h"

enum { DEPTH_MAX = 3000 };

static const struct tree NOTHING = { .kind = JSON_NONE };

struct children {
	VEC(struct tree);
};

static bool read_value(struct arena *a, struct jread *r, struct tree *out);

static bool read_members(struct arena *a, struct jread *r, struct tree *out)
{
	struct children list = { 0 };
	str key;
	jread_object(r);
	while (jread_member(r, a, &key)) {
		struct tree child = { 0 };
		if (!read_value(a, r, &child))
			return false;
		child.key = key;
		*vec_push(a, &list) = child;
	}
	out->at = list.at;
	out->n = list.n;
	return jread_ok(r);
}

static bool read_elements(struct arena *a, struct jread *r, struct tree *out)
{
	struct children list = { 0 };
	jread_array(r);
	while (jread_element(r)) {
		struct tree child = { 0 };
		if (!read_value(a, r, &child))
			return false;
		*vec_push(a, &list) = child;
	}
	out->at = list.at;
	out->n = list.n;
	return jread_ok(r);
}

static bool read_value(struct arena *a, struct jread *r, struct tree *out)
{
	bool yes;
	out->kind = jread_peek(r);
	switch (out->kind) {
	case JSON_OBJECT: return read_members(a, r, out);
	case JSON_ARRAY: return read_elements(a, r, out);
	case JSON_STRING: return jread_string(r, a, &out->text);
	case JSON_NUMBER: return jread_number(r, &out->text);
	case JSON_BOOL:
		if (!jread_bool(r, &yes))
			return false;
		out->text = yes ? S("true") : S("false");
		return true;
	case JSON_NULL: return jread_null(r);
	case JSON_NONE: break;
	}
	return false;
}

bool tree_read(struct arena *a, str json, struct tree *out)
{
	struct jread r = jread_on(json, DEPTH_MAX);
	*out = NOTHING;
	return read_value(a, &r, out) && jread_end(&r);
}

const struct tree *tree_get(const struct tree *t, const char *key)
{
	str name = str_from(key);
	for (size_t i = 0; t->kind == JSON_OBJECT && i < t->n; i++)
		if (str_eq(t->at[i].key, name))
			return &t->at[i];
	return &NOTHING;
}

const struct tree *tree_node(const struct tree *t, str *kind)
{
	bool one = t->kind == JSON_OBJECT && t->n == 1;
	*kind = one ? t->at[0].key : STR_NONE;
	return one ? &t->at[0] : &NOTHING;
}

const struct tree *tree_as(const struct tree *t, const char *kind)
{
	return tree_get(t, kind);
}

bool tree_is(const struct tree *t, const char *kind)
{
	return tree_has(tree_get(t, kind));
}

str tree_string(const struct tree *t)
{
	return tree_get(tree_as(t, "String"), "sval")->text;
}
