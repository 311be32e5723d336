/*
 * filter_leaf - operators on leaves and lists of leaves → conditions.
 *
 * Each operator's row has a template; operands become parameters. A few operators hold a filter
 * themselves (a list's length, its items, a path of a JSON value): these apply operators to what
 * they stand for. What decides about the text of a condition (which operators are there, Booleans,
 * the number of lists) is part of the plan, so values that come from variables are consulted.
 */
#include "sql/filter_int.h"

struct condition {
	struct where *q;
	const struct filter_op *op;
	const struct subject *s;
	const struct gql_ref *type;          /* of the operand */
	const struct gql_value *operands[2]; /* %p, %q */
	uint32_t numbers[2];                 /* of their parameters; 0 = not yet written */
	struct rank rank;
};

/* ---- operands ---- */

static bool is_array_operand(const struct condition *c)
{
	return c->op->operand == OPERAND_LIST || c->op->operand == OPERAND_SCALARS ||
		(c->op->operand == OPERAND_ONE && c->s->kind == KIND_ARRAY);
}

static struct leaf operand_leaf(const struct condition *c)
{
	switch (c->op->operand) {
	case OPERAND_SCALAR:
	case OPERAND_SCALARS:
	case OPERAND_SPAN: return (struct leaf){ .scalar = scalar_get(c->op->scalar) };
	case OPERAND_ELEMENT: return (struct leaf){ .scalar = scalar_element(c->s->leaf.scalar) };
	case OPERAND_ONE:
	case OPERAND_LIST:
	case OPERAND_BOOLEAN:
	case OPERAND_BETWEEN:
	case OPERAND_MEASURE:
	case OPERAND_ITEM:
	case OPERAND_PATH:
	case OPERAND_SEARCH: break;
	}
	return c->s->leaf;
}

static str operand_cast(const struct condition *c)
{
	struct arena *a = c->q->p->arena;
	bool own = c->op->operand == OPERAND_ONE || c->op->operand == OPERAND_LIST ||
		c->op->operand == OPERAND_BETWEEN || c->op->operand == OPERAND_ELEMENT;
	str cast = c->s->cast;
	if (!own && !c->op->cast)
		cast = str_from(scalar_get(c->op->scalar)->pg);
	else if (!own && c->op->cast[0])
		cast = str_from(c->op->cast);
	if (c->op->operand == OPERAND_LIST || c->op->operand == OPERAND_SCALARS)
		return str_printf(a, "%.*s[]", STR_ARG(cast));
	return cast;
}

static void put_operand_as(struct condition *c, size_t i, str cast)
{
	static const enum param_form FORMS[] = {
		[FORM_PLAIN] = PARAM_TEXT,
		[FORM_CONTAINS] = PARAM_CONTAINS,
		[FORM_STARTS] = PARAM_STARTS,
		[FORM_ENDS] = PARAM_ENDS,
		[FORM_VENDOR] = PARAM_VENDOR,
		[FORM_POINT] = PARAM_POINT,
	};
	struct sql *w = c->q->w;
	if (c->numbers[i]) {
		sql_param_again(w, c->numbers[i], cast);
		return;
	}
	struct param value = { .value = planner_pexpr(c->q->p, c->operands[i]) };
	value.leaf = operand_leaf(c);
	value.form = is_array_operand(c) ? PARAM_ARRAY : FORMS[c->op->form];
	sql_param(w, &value, cast);
	c->numbers[i] = (uint32_t)w->params->n;
}

static void put_operand(struct condition *c, size_t i)
{
	put_operand_as(c, i, operand_cast(c));
}

static void put_operand_json(struct condition *c)
{
	struct param value = { .value = planner_pexpr(c->q->p, c->operands[0]),
		.form = PARAM_JSON,
		.type = c->type };
	sql_param(c->q->w, &value, S("jsonb"));
}

static void put_ranked(struct condition *c, char token)
{
	sql_catalog(c->q->w, c->rank.open);
	if (token == 'l')
		sql_catalog(c->q->w, c->s->typed);
	else
		put_operand(c, token == 'q');
	sql_catalog(c->q->w, c->rank.close);
}

static void put_template(struct condition *c, const char *sql)
{
	for (; *sql; sql++) {
		if (*sql != '%') {
			sql_catalog(c->q->w, (str){ sql, 1 });
			continue;
		}
		switch (*++sql) {
		case 't': sql_catalog(c->q->w, c->s->text); break;
		case 'j': sql_catalog(c->q->w, c->s->json); break;
		case 'J': put_operand_json(c); break;
		case 'T': put_operand_as(c, 0, S("text[]")); break;
		default: put_ranked(c, *sql); break;
		}
	}
}

/* ---- which condition ---- */

/* Has the item one form in JSON, so that equal values are equal there? */
static bool has_one_form(const struct leaf *leaf, bool as_text)
{
	if (!leaf->scalar)
		return true;
	bool text = leaf->scalar->kind == KIND_TEXT || leaf->scalar == scalar_get(SCALAR_UUID);
	return text ||
		(!as_text && (leaf->scalar->out == OUT_INT || leaf->scalar->out == OUT_BOOLEAN));
}

static bool uses_key_form(const struct condition *c)
{
	if (c->q->exact || !c->s->json.n)
		return false;
	switch (c->op->key_form) {
	case KEY_NONE: return false;
	case KEY_ALL: return true;
	case KEY_PLAIN: return has_one_form(&c->s->leaf, false);
	case KEY_TEXT: return has_one_form(&c->s->leaf, true);
	}
	return false;
}

/* Lists of arrays: an array of arrays would be one array of two dimensions. */
static void put_each(struct condition *c)
{
	struct sql *w = c->q->w;
	const struct gql_value *list = c->operands[0];
	bool is_in = str_eq(str_from(c->op->name), S("in"));
	static const struct filter_op EQUAL = { .operand = OPERAND_ONE, .sql = "%l = %p" };
	static const struct filter_op UNEQUAL = { .operand = OPERAND_ONE, .sql = "%l <> %p" };
	planner_consult(c->q->p, list);
	sql_lit(w, "(");
	for (size_t i = 0; i < list->n; i++) {
		struct condition one = { .q = c->q, .op = is_in ? &EQUAL : &UNEQUAL, .s = c->s };
		one.operands[0] = list->items[i];
		if (i)
			sql_put_program(w, is_in ? " or " : " and ");
		put_template(&one, one.op->sql);
	}
	if (list->n == 0)
		sql_put_program(w, is_in ? "false" : "true");
	sql_lit(w, ")");
}

static void put_plain(struct condition *c)
{
	if (c->op->operand == OPERAND_LIST && c->s->kind == KIND_ARRAY) {
		put_each(c);
		return;
	}
	if (c->op->operand == OPERAND_BETWEEN || c->op->operand == OPERAND_SPAN) {
		planner_consult(c->q->p, c->operands[0]);
		const struct gql_value *both = c->operands[0];
		c->operands[0] = both->items[0];
		c->operands[1] = both->items[1];
	}
	put_template(c, uses_key_form(c) ? c->op->sql_key : c->op->sql);
}

static void put_boolean(struct condition *c)
{
	const struct filter_op *op = c->op;
	planner_consult(c->q->p, c->operands[0]);
	if (c->operands[0]->boolean) {
		put_template(c, op->sql);
	} else if (op->sql_false) {
		put_template(c, op->sql_false);
	} else {
		sql_lit(c->q->w, "not (");
		put_template(c, op->sql);
		sql_lit(c->q->w, ")");
	}
}

/* ---- operators that hold a filter ---- */

static bool put_inner(struct where *q, const struct subject *s, const struct gql_type *filter,
	const struct gql_value *v)
{
	size_t written = 0;
	planner_consult(q->p, v);
	if (!put_operators(q, s, filter, v, &written))
		return false;
	if (written == 0)
		sql_lit(q->w, "true");
	return true;
}

static bool put_measure(struct condition *c)
{
	struct where *q = c->q;
	struct sql *outer = q->w, w = sql_on(q->p->arena, q->p->params);
	q->w = &w;
	put_template(c, c->op->sql);
	q->w = outer;
	struct subject number = subject_of(scalar_get(c->op->scalar), buf_str(&w.text));
	sql_lit(q->w, "(");
	bool ok = put_inner(q, &number, c->type->type, c->operands[0]);
	sql_lit(q->w, ")");
	return ok;
}

/* Null for a list that is null, so that NOT does not match it. */
static bool put_item(struct condition *c)
{
	struct where *q = c->q;
	uint32_t alias = q->p->aliases++;
	bool exact = q->exact;
	struct sql name = sql_on(q->p->arena, q->p->params);
	sql_alias(&name, alias);
	sql_lit(&name, ".v");
	struct subject item = subject_item(q, c->s, buf_str(&name.text));
	sql_lit(q->w, "(case when ");
	sql_catalog(q->w, c->s->typed);
	sql_lit(q->w, " is not null then exists (select 1 from unnest(");
	sql_catalog(q->w, c->s->typed);
	sql_lit(q->w, ") ");
	sql_alias(q->w, alias);
	sql_lit(q->w, "(v) where ");
	q->exact = false;
	bool ok = put_inner(q, &item, c->type->type, c->operands[0]);
	q->exact = exact;
	sql_lit(q->w, ") end)");
	return ok;
}

/* {path, operators …}; path is the first member of the filter. */
static bool put_path(struct condition *c)
{
	struct where *q = c->q;
	struct sql path = sql_on(q->p->arena, q->p->params);
	struct param value = { .value = planner_pexpr(q->p, c->operands[0]->items[0]),
		.form = PARAM_ARRAY,
		.leaf.scalar = scalar_get(SCALAR_STRING) };
	sql_param(&path, &value, S("text[]"));
	struct subject inner = subject_path(q, c->s, buf_str(&path.text));
	sql_lit(q->w, "(");
	bool ok = put_inner(q, &inner, c->type->type, c->operands[0]);
	sql_lit(q->w, ")");
	return ok;
}

/* ---- text search ---- */

enum search_member { SEARCH_QUERY, SEARCH_LANGUAGE, SEARCH_MODE };

static str search_config(struct where *q, const struct gql_value *language)
{
	struct sql w = sql_on(q->p->arena, q->p->params);
	str usual = q->p->model->catalog->text_search_default;
	if (language && language->kind != GQL_NULL) {
		struct param value = { .value = planner_pexpr(q->p, language),
			.form = PARAM_CONFIG,
			.leaf.scalar = scalar_get(SCALAR_STRING) };
		sql_param(&w, &value, S("regconfig"));
	} else if (usual.n) {
		sql_quoted(&w, usual);
		sql_lit(&w, "::regconfig");
	}
	if (w.text.n)
		sql_lit(&w, ", ");
	return buf_str(&w.text);
}

/* to_tsvector(config, field) @@ to_tsquery(config, query) */
static bool put_search(struct condition *c)
{
	static const char *const FUNCTIONS[] = { "plainto_tsquery(", "phraseto_tsquery(",
		"websearch_to_tsquery(", "to_tsquery(" };
	struct where *q = c->q;
	const struct gql_value *const *members =
		(const struct gql_value *const *)c->operands[0]->items;
	const struct gql_value *mode = members[SEARCH_MODE];
	planner_consult(q->p, c->operands[0]);
	str config = search_config(q, members[SEARCH_LANGUAGE]);
	bool is_vector = c->s->kind == KIND_SEARCH;
	if (!is_vector) {
		sql_lit(q->w, "to_tsvector(");
		sql_catalog(q->w, config);
	}
	sql_catalog(q->w, c->s->typed);
	sql_put_program(q->w, is_vector ? " @@ " : ") @@ ");
	bool given = mode && mode->kind == GQL_ENUMVAL && mode->number < COUNT(FUNCTIONS);
	if (given)
		planner_consult(q->p, mode);
	sql_put_program(q->w, FUNCTIONS[given ? mode->number : 0]);
	sql_catalog(q->w, config);
	struct param query = { .value = planner_pexpr(q->p, members[SEARCH_QUERY]),
		.form = PARAM_TEXT,
		.leaf.scalar = scalar_get(SCALAR_STRING) };
	sql_param(q->w, &query, S("text"));
	sql_lit(q->w, ")");
	return true;
}

/* ---- filters ---- */

static bool put_operator(struct condition *c)
{
	switch (c->op->operand) {
	case OPERAND_BOOLEAN: put_boolean(c); return true;
	case OPERAND_MEASURE: return put_measure(c);
	case OPERAND_ITEM: return put_item(c);
	case OPERAND_PATH: return put_path(c);
	case OPERAND_SEARCH: return put_search(c);
	case OPERAND_ONE:
	case OPERAND_LIST:
	case OPERAND_BETWEEN:
	case OPERAND_SPAN:
	case OPERAND_SCALAR:
	case OPERAND_SCALARS:
	case OPERAND_ELEMENT: break;
	}
	put_plain(c);
	return true;
}

/*
 * Equality selects about as many rows whatever the value is, except with few different values; all
 * else does not, and some indexes are found only for a known value: prefixes of patterns, networks,
 * text search.
 */
static bool is_by_value(const struct filter_op *op, const struct subject *s)
{
	static const str EQUAL[] = { STR_INIT("eq"), STR_INIT("neq"), STR_INIT("in"),
		STR_INIT("nin"), STR_INIT("isNull") };
	for (size_t i = 0; i < COUNT(EQUAL); i++)
		if (str_eq(str_from(op->name), EQUAL[i]))
			return s->kind == KIND_ENUM || s->kind == KIND_ARRAY;
	return true;
}

bool put_operators(struct where *q, const struct subject *s, const struct gql_type *filter,
	const struct gql_value *v, size_t *written)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct gql_value *operand = v->items[i];
		const struct gql_input *in = &filter->inputs[i];
		if (!operand || (s->kind == KIND_PATH && i == 0))
			continue;
		const struct filter_op *op = filter_op_find(in->name, s->kind);
		if (!op)
			return planner_fail(q->p, q->node, ERR_UNSUPPORTED,
				"The operator \"%.*s\" is not implemented.", STR_ARG(in->name));
		if (operand->kind == GQL_NULL)
			return filter_refuse_null(q, "operator", in->name);
		struct condition c = { .q = q, .op = op, .s = s, .type = in->type };
		c.operands[0] = operand;
		q->p->by_value |= is_by_value(op, s);
		if (op->orders)
			c.rank = subject_rank(q, s);
		filter_and(q, written);
		if (!put_operator(&c))
			return false;
	}
	return true;
}
