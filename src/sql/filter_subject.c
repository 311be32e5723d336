/*
 * filter_subject - where a filtered value is, as SQL that operators can be applied to.
 *
 * A column is itself, a key of a document is cast to its declared type. A list of leaves is an
 * array: a column's own, or one made of a document's list. Null in a document is no value: the key
 * may as well be absent. Operators that an index on a document serves look at the document itself.
 */
#include "sql/filter_int.h"

static str no_json_null(struct where *q, str json)
{
	return str_printf(q->p->arena, "nullif(%.*s, 'null'::jsonb)", STR_ARG(json));
}

static str place_json(struct where *q, const struct scope *s, const struct place *place)
{
	struct sql w = sql_on(q->p->arena, q->p->params);
	put_place_json(&w, s, place);
	return buf_str(&w.text);
}

/* A document's list as an array; null when it is no list. */
static str array_from_json(struct where *q, str json, str item)
{
	bool is_json = str_eq(item, S("jsonb"));
	bool is_text = item.n == 0 || str_eq(item, S("text"));
	return str_printf(q->p->arena,
		"(case when jsonb_typeof(%.*s) = 'array' then array(select e.v%s%.*s from "
		"jsonb_array_elements%s(%.*s) e(v)) end)",
		STR_ARG(json), is_text || is_json ? "" : "::", is_text || is_json ? 0 : (int)item.n,
		item.p, is_json ? "" : "_text", STR_ARG(json));
}

/* A column's array; of JSON and domains as an array of what can be compared. */
static struct subject array_at(struct where *q, const struct scope *s, const struct binding *b)
{
	struct subject out = { .kind = KIND_ARRAY, .leaf = b->leaf };
	const struct cat_type *t = cat_type_plain(b->place.column->type);
	struct sql w = sql_on(q->p->arena, q->p->params);
	put_place(&w, s, &b->place);
	str item = place_item_cast(&b->place, &b->leaf);
	out.cast = t->sql;
	if (t->base && !str_eq(item, t->base->sql)) {
		out.cast = str_printf(q->p->arena, "%.*s[]", STR_ARG(item));
		sql_lit(&w, "::");
		sql_catalog(&w, out.cast);
	}
	out.typed = buf_str(&w.text);
	return out;
}

static struct subject list_at(struct where *q, const struct scope *s, const struct binding *b)
{
	struct arena *a = q->p->arena;
	struct subject out = { .kind = KIND_ARRAY, .leaf = b->leaf };
	if (place_is_array(s, &b->place))
		return array_at(q, s, b);
	str item = place_item_cast(&b->place, &b->leaf);
	out.json = place_json(q, s, &b->place);
	out.typed = array_from_json(q, out.json, item);
	out.cast = str_printf(a, "%.*s[]", STR_ARG(item));
	out.stored_json = true;
	return out;
}

struct subject subject_at(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_ref *type)
{
	if (gql_is_list(type))
		return list_at(q, s, b);
	struct subject out = { .leaf = b->leaf };
	out.kind = b->leaf.scalar ? b->leaf.scalar->kind : KIND_ENUM;
	out.cast = place_cast(&b->place, &b->leaf);
	if (out.kind == KIND_JSON) {
		out.json = place_json(q, s, &b->place);
		out.typed = no_json_null(q, out.json);
		out.stored_json = true;
		out.cast = S("jsonb");
	} else {
		struct sql w = sql_on(q->p->arena, q->p->params);
		put_place_typed(&w, s, &b->place);
		out.typed = buf_str(&w.text);
	}
	out.text = out.typed;
	return out;
}

struct subject subject_of(const struct scalar *s, str expression)
{
	return (struct subject){ .kind = s->kind,
		.leaf.scalar = s,
		.typed = expression,
		.text = expression,
		.cast = str_from(s->pg) };
}

struct subject subject_item(struct where *q, const struct subject *list, str expression)
{
	struct subject out = { .leaf = list->leaf, .typed = expression };
	out.kind = list->leaf.scalar ? list->leaf.scalar->kind : KIND_ENUM;
	out.cast = str_sub(list->cast, 0, list->cast.n - 2); /* [] */
	if (out.kind == KIND_JSON) {
		out.json = expression;
		out.typed = no_json_null(q, expression);
	}
	out.text = out.typed;
	return out;
}

struct subject subject_path(struct where *q, const struct subject *json, str path)
{
	struct arena *a = q->p->arena;
	struct subject out = { .kind = KIND_PATH, .leaf = json->leaf, .cast = S("jsonb") };
	out.json = str_printf(a, "(%.*s #> %.*s)", STR_ARG(json->json), STR_ARG(path));
	out.typed = no_json_null(q, out.json);
	out.text = str_printf(a, "(case when jsonb_typeof(%.*s) = 'string' then %.*s #>> %.*s end)",
		STR_ARG(out.json), STR_ARG(json->json), STR_ARG(path));
	return out;
}

struct rank subject_rank(struct where *q, const struct subject *s)
{
	const struct enum_map *labels = s->leaf.labels;
	if (s->kind != KIND_ENUM || (labels && labels->pg && labels->in_order))
		return (struct rank){ STR_NONE, STR_NONE };
	struct sql w = sql_on(q->p->arena, q->p->params);
	sql_lit(&w, "array_position(array[");
	for (size_t i = 0; i < s->leaf.enum_type->nvalues; i++) {
		if (i)
			sql_lit(&w, ", ");
		sql_quoted(&w, labels ? labels->labels[i] : s->leaf.enum_type->values[i].name);
	}
	sql_lit(&w, "]::text[], (");
	return (struct rank){ buf_str(&w.text), S(")::text)") };
}
