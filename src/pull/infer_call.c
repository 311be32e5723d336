/*
 * infer_call - functions and operators.
 *
 * Those that make JSON are followed; for others it is the type that counts: PostgreSQL's own by
 * their name alone where all of that name return the same, by rules here where the type depends on
 * the argument's, users' functions by the catalog. Whether a result is null is known of few; the
 * rest may be null.
 */
#include "pull/infer_int.h"

static const struct doc *arg(struct inferring *x, const struct infer_scope *s, const struct sqlx *e,
	size_t i)
{
	return i < e->n ? infer_expr(x, s, e->args[i]) : doc_any(x, S("it is computed"));
}

/* No rows give null, but a group has at least one; FILTER may leave none. */
static bool may_be_empty(const struct infer_scope *s, const struct sqlx *e)
{
	return e->window || e->filter || !s || !s->query->grouped;
}

/* ---- what makes JSON ---- */

static const struct doc *build_object(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	struct doc_field *fields = arena_array(x->arena, struct doc_field, e->n / 2 + 1);
	size_t n = 0;
	if (e->n % 2)
		return doc_any(x, S("its keys are computed"));
	for (size_t i = 0; i < e->n; i += 2) {
		const struct sqlx *key = e->args[i];
		while (key->kind == SQLX_CAST)
			key = key->args[0];
		if (key->kind != SQLX_TEXT)
			return doc_any(x, S("its keys are computed"));
		const struct doc *value = infer_expr(x, s, e->args[i + 1]);
		size_t at = 0; /* a key that is there twice has its last value */
		while (at < n && !str_eq(fields[at].name, key->name))
			at++;
		fields[at] = (struct doc_field){ key->name, value };
		n += at == n;
	}
	return doc_object(x, fields, n);
}

static const struct doc *build_array(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	struct doc *list = doc_new(x, DOC_LIST, false);
	const struct doc *item = doc_new(x, DOC_NOTHING, false);
	for (size_t i = 0; i < e->n; i++)
		item = doc_join(x, item, infer_expr(x, s, e->args[i]));
	list->item = e->n ? item : NULL;
	return list;
}

/* FILTER (WHERE p.id IS NOT NULL): the item of FROM that is there in every row that counts. */
static struct infer_from *present_item(const struct infer_scope *s, const struct sqlx *filter)
{
	bool column = filter->kind == SQLX_TEST && filter->not_null && filter->n == 1 &&
		filter->args[0]->kind == SQLX_COLUMN;
	for (size_t i = 0; column && s && i < s->nfroms; i++)
		if (str_eq(s->froms[i].from->alias, filter->args[0]->qualifier))
			return &s->froms[i];
	return NULL;
}

static const struct doc *aggregate_list(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	struct doc *list = doc_new(x, DOC_LIST, may_be_empty(s, e));
	struct infer_from *present = e->filter ? present_item(s, e->filter) : NULL;
	bool before = present && present->nullable;
	if (present)
		present->nullable = false;
	list->item = arg(x, s, e, 0);
	if (present)
		present->nullable = before;
	return list;
}

static const struct doc *to_json(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	return arg(x, s, e, 0);
}

static const struct doc *strip_nulls(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 0);
	if (d->kind != DOC_OBJECT)
		return d->kind == DOC_LIST ? doc_any(x, S("jsonb_strip_nulls of a list")) : d;
	struct doc_field *fields = arena_array(x->arena, struct doc_field, d->n);
	for (size_t i = 0; i < d->n; i++) {
		bool object = d->fields[i].doc->kind == DOC_OBJECT;
		fields[i] = d->fields[i];
		if (object || d->fields[i].doc->kind == DOC_LIST)
			fields[i].doc = doc_any(x, S("jsonb_strip_nulls of nested documents"));
		else
			fields[i].doc = doc_nullable(x, d->fields[i].doc);
	}
	return doc_with_null(x, doc_object(x, fields, d->n), d->nullable);
}

static const struct doc *keys_are_data(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	UNUSED(s);
	UNUSED(e);
	return doc_any(x, S("its keys are data"));
}

/* ---- types that depend on the argument ---- */

static const struct doc *count(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	UNUSED(s);
	UNUSED(e);
	return doc_named(x, "int8", false);
}

/* The argument's type: min, max, abs, … */
static const struct doc *same(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 0);
	return d->kind == DOC_VALUE ? doc_value(x, d->type, true) : doc_any(x, S("it is computed"));
}

static const struct doc *same_in_group(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 0);
	return d->kind == DOC_VALUE ? doc_value(x, d->type, d->nullable || may_be_empty(s, e))
				    : doc_any(x, S("it is computed"));
}

static const struct doc *by_type(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e, const char *const map[][2], size_t n)
{
	const struct doc *d = arg(x, s, e, 0);
	str name = d->kind == DOC_VALUE ? cat_type_plain(d->type)->name : STR_NONE;
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_from(map[i][0])))
			return doc_named(x, map[i][1], d->nullable || may_be_empty(s, e));
	return doc_any(x, S("it is computed"));
}

static const struct doc *sum(struct inferring *x, const struct infer_scope *s, const struct sqlx *e)
{
	static const char *const MAP[][2] = { { "int2", "int8" }, { "int4", "int8" },
		{ "int8", "numeric" }, { "numeric", "numeric" }, { "float4", "float4" },
		{ "float8", "float8" }, { "interval", "interval" }, { "money", "money" } };
	return by_type(x, s, e, MAP, COUNT(MAP));
}

static const struct doc *average(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	static const char *const MAP[][2] = { { "int2", "numeric" }, { "int4", "numeric" },
		{ "int8", "numeric" }, { "numeric", "numeric" }, { "float4", "float8" },
		{ "float8", "float8" }, { "interval", "interval" } };
	return by_type(x, s, e, MAP, COUNT(MAP));
}

static const struct doc *rounded(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 0);
	bool numeric = d->kind == DOC_VALUE && str_eq(cat_type_plain(d->type)->name, S("numeric"));
	return doc_named(x, numeric || e->n > 1 ? "numeric" : "float8", d->nullable);
}

static const struct doc *never_null(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	UNUSED(s);
	const struct cat_type *t = map_find(&x->facts->builtins, e->name);
	return doc_value(x, t, false);
}

/* Null exactly when an argument is. */
static const struct doc *strict(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	bool nullable = false;
	for (size_t i = 0; i < e->n; i++)
		nullable |= infer_expr(x, s, e->args[i])->nullable;
	return doc_value(x, map_find(&x->facts->builtins, e->name), nullable);
}

static const struct doc *date_trunc(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 1);
	if (d->kind != DOC_VALUE)
		return doc_any(x, S("it is computed"));
	bool date = str_eq(cat_type_plain(d->type)->name, S("date"));
	return date ? doc_named(x, "timestamptz", d->nullable) : doc_value(x, d->type, d->nullable);
}

static const struct doc *unnest(struct inferring *x, const struct infer_scope *s,
	const struct sqlx *e)
{
	const struct doc *d = arg(x, s, e, 0);
	if (d->kind == DOC_LIST && d->item)
		return doc_nullable(x, d->item);
	const struct cat_type *t = d->kind == DOC_VALUE ? cat_type_plain(d->type) : NULL;
	return t && t->kind == CAT_ARRAY ? doc_value(x, t->base, true)
					 : doc_any(x, S("it is computed"));
}

static const struct {
	const char *name;
	const struct doc *(
		*infer)(struct inferring *x, const struct infer_scope *s, const struct sqlx *e);
} CALLS[] = {
	{ "jsonb_build_object", build_object },
	{ "json_build_object", build_object },
	{ "jsonb_build_array", build_array },
	{ "json_build_array", build_array },
	{ "jsonb_agg", aggregate_list },
	{ "json_agg", aggregate_list },
	{ "array_agg", aggregate_list },
	{ "to_jsonb", to_json },
	{ "to_json", to_json },
	{ "row_to_json", to_json },
	{ "array_to_json", to_json },
	{ "jsonb_strip_nulls", strip_nulls },
	{ "json_strip_nulls", strip_nulls },
	{ "jsonb_object_agg", keys_are_data },
	{ "json_object_agg", keys_are_data },
	{ "jsonb_object", keys_are_data },
	{ "json_object", keys_are_data },
	{ "count", count },
	{ "row_number", count },
	{ "rank", count },
	{ "dense_rank", count },
	{ "sum", sum },
	{ "avg", average },
	{ "min", same_in_group },
	{ "max", same_in_group },
	{ "lag", same },
	{ "lead", same },
	{ "first_value", same },
	{ "last_value", same },
	{ "abs", same },
	{ "mode", same },
	{ "round", rounded },
	{ "ceil", rounded },
	{ "ceiling", rounded },
	{ "floor", rounded },
	{ "trunc", rounded },
	{ "date_trunc", date_trunc },
	{ "unnest", unnest },
	{ "now", never_null },
	{ "clock_timestamp", never_null },
	{ "statement_timestamp", never_null },
	{ "gen_random_uuid", never_null },
	{ "concat", never_null },
	{ "lower", strict },
	{ "upper", strict },
	{ "initcap", strict },
	{ "btrim", strict },
	{ "ltrim", strict },
	{ "rtrim", strict },
	{ "replace", strict },
	{ "length", strict },
	{ "char_length", strict },
	{ "octet_length", strict },
	{ "md5", strict },
};

static bool is_builtin(const struct sqlx *e)
{
	return !e->qualifier.n || str_eq(e->qualifier, S("pg_catalog"));
}

static const struct doc *user_function(struct inferring *x, const struct sqlx *e)
{
	const struct cat_function *f = catalog_function(x->facts->catalog,
		e->qualifier.n
			? str_printf(x->arena, "%.*s.%.*s", STR_ARG(e->qualifier), STR_ARG(e->name))
			: e->name);
	while (f && f->nargs != e->n)
		f = catalog_function_next(x->facts->catalog, f);
	if (!f || f->returns->kind == CAT_PSEUDO)
		return doc_any(x, str_printf(x->arena, "%.*s() gives it", STR_ARG(e->name)));
	if (doc_is_json_type(f->returns))
		return doc_any(x, str_printf(x->arena, "%.*s() gives it", STR_ARG(e->name)));
	return doc_value(x, f->returns, true);
}

const struct doc *infer_call(struct inferring *x, const struct infer_scope *s, const struct sqlx *e)
{
	for (size_t i = 0; is_builtin(e) && i < COUNT(CALLS); i++)
		if (str_eq(e->name, str_from(CALLS[i].name)))
			return CALLS[i].infer(x, s, e);
	const struct cat_type *t = is_builtin(e) ? map_find(&x->facts->builtins, e->name) : NULL;
	if (t && doc_is_json_type(t))
		return doc_any(x, str_printf(x->arena, "%.*s() gives it", STR_ARG(e->name)));
	return t ? doc_value(x, t, true) : user_function(x, e);
}

/* ---- operators ---- */

static bool is_one_of(str op, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(op, str_from(list[i])))
			return true;
	return false;
}

static bool is_comparison(str op)
{
	static const char *const OPS[] = { "=", "<>", "!=", "<", "<=", ">", ">=", "~", "~*", "!~",
		"!~*", "~~", "~~*", "!~~", "!~~*", "@>", "<@", "&&", "?", "?|", "?&", "@@",
		"<<=", ">>=", "@?", "^@" };
	return is_one_of(op, OPS, COUNT(OPS));
}

/* a -> 'key', a -> 0 */
static const struct doc *json_at(struct inferring *x, const struct doc *d, const struct sqlx *key)
{
	while (key->kind == SQLX_CAST)
		key = key->args[0];
	if (d->kind == DOC_OBJECT && key->kind == SQLX_TEXT) {
		const struct doc_field *f = doc_field(d, key->name);
		if (!f)
			return doc_new(x, DOC_NOTHING, true);
		struct doc *value = arena_new(x->arena, struct doc);
		*value = *f->doc;
		value->json_null = value->nullable;
		value->nullable |= d->nullable;
		value->origin = NULL;
		return value;
	}
	if (d->kind == DOC_LIST && key->kind == SQLX_INT && d->item)
		return doc_nullable(x, d->item);
	return doc_any(x, S("it is taken out of other JSON"));
}

static const struct doc *json_without(struct inferring *x, const struct doc *d,
	const struct sqlx *key)
{
	while (key->kind == SQLX_CAST)
		key = key->args[0];
	if (d->kind != DOC_OBJECT || key->kind != SQLX_TEXT)
		return doc_any(x, S("keys are taken away"));
	struct doc_field *fields = arena_array(x->arena, struct doc_field, d->n);
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		if (!str_eq(d->fields[i].name, key->name))
			fields[n++] = d->fields[i];
	return doc_with_null(x, doc_object(x, fields, n), d->nullable);
}

static const struct doc *concatenated(struct inferring *x, const struct doc *a, const struct doc *b)
{
	bool nullable = a->nullable || b->nullable;
	if (doc_is_json(a) && doc_is_json(b))
		return doc_merge(x, a, b);
	if ((doc_is_json(a) && b->kind == DOC_ANY) || (doc_is_json(b) && a->kind == DOC_ANY))
		return doc_any(x, S("one side of || is not known"));
	for (int i = 0; i < 2; i++) {
		const struct doc *d = i ? b : a;
		if (d->kind == DOC_VALUE && cat_type_plain(d->type)->kind == CAT_ARRAY)
			return doc_value(x, d->type, nullable);
		if (d->kind == DOC_LIST)
			return doc_with_null(x, d, nullable);
	}
	if (a->kind != DOC_VALUE || b->kind != DOC_VALUE)
		return doc_any(x, S("it is computed"));
	return doc_named(x, "text", nullable);
}

static bool is_time(str name)
{
	return str_eq(name, S("timestamptz")) || str_eq(name, S("timestamp"));
}

static int number_rank(str name)
{
	static const char *const NAMES[] = { "int2", "int4", "int8", "numeric", "float4",
		"float8" };
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, str_from(NAMES[i])))
			return (int)i + 1;
	return 0;
}

/* + - * / % of numbers, dates and intervals; NULL = another operator. */
static const char *arithmetic(str op, str a, str b)
{
	static const char *const NAMES[] = { NULL, "int2", "int4", "int8", "numeric", "float8",
		"float8" };
	int x = number_rank(a), y = number_rank(b);
	bool minus = str_eq(op, S("-")), plus = str_eq(op, S("+"));
	if (x && y)
		return NAMES[x > y ? x : y];
	if (str_eq(a, S("date")) && str_eq(b, S("date")))
		return minus ? "int4" : NULL;
	if (str_eq(a, S("date")) && y && (plus || minus))
		return "date";
	if (is_time(a) && is_time(b))
		return minus ? "interval" : NULL;
	if (is_time(a) && str_eq(b, S("interval")) && (plus || minus))
		return str_eq(a, S("timestamp")) ? "timestamp" : "timestamptz";
	if (str_eq(a, S("date")) && str_eq(b, S("interval")) && (plus || minus))
		return "timestamp";
	if (str_eq(a, S("interval")) && (y || str_eq(b, S("interval"))))
		return "interval";
	return NULL;
}

static const struct doc *computed(struct inferring *x, str op, const struct doc *a,
	const struct doc *b)
{
	static const char *const OPS[] = { "+", "-", "*", "/", "%" };
	if (a->kind != DOC_VALUE || b->kind != DOC_VALUE || !is_one_of(op, OPS, COUNT(OPS)))
		return doc_any(x, S("it is computed"));
	const char *type =
		arithmetic(op, cat_type_plain(a->type)->name, cat_type_plain(b->type)->name);
	return type ? doc_named(x, type, a->nullable || b->nullable)
		    : doc_any(x, S("it is computed"));
}

const struct doc *infer_op(struct inferring *x, const struct infer_scope *s, const struct sqlx *e)
{
	const struct doc *a = infer_expr(x, s, e->args[0]);
	if (e->n == 1)
		return a->kind == DOC_VALUE && !doc_is_json(a) ? doc_value(x, a->type, a->nullable)
							       : doc_any(x, S("it is computed"));
	const struct doc *b = infer_expr(x, s, e->args[1]);
	if (is_comparison(e->name))
		return doc_named(x, "bool", a->nullable || b->nullable);
	if (str_eq(e->name, S("->")))
		return json_at(x, a, e->args[1]);
	if (str_eq(e->name, S("->>")) || str_eq(e->name, S("#>>"))) {
		const struct doc *at = str_eq(e->name, S("->>")) ? json_at(x, a, e->args[1]) : a;
		return doc_named(x, "text", at->nullable || at->kind != DOC_VALUE);
	}
	if (str_eq(e->name, S("-")) && doc_is_json(a))
		return json_without(x, a, e->args[1]);
	if (str_eq(e->name, S("||")))
		return concatenated(x, a, b);
	return computed(x, e->name, a, b);
}
