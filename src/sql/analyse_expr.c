/*
 * analyse_expr - expressions of libpg_query's tree → struct sqlx.
 *
 * One function for each kind of node, found by a table. What is not in the table becomes
 * SQLX_OTHER, about which nothing is known.
 */
#include "sql/analyse_int.h"

static struct sqlx *make(struct analysis *x, enum sqlx_kind kind, size_t n)
{
	struct sqlx *out = arena_new(x->arena, struct sqlx);
	out->kind = kind;
	out->args = arena_array(x->arena, const struct sqlx *, n);
	out->n = n;
	return out;
}

/* All elements of a list as arguments. */
static struct sqlx *make_list(struct analysis *x, enum sqlx_kind kind, const struct tree *list)
{
	struct sqlx *out = make(x, kind, list->n);
	for (size_t i = 0; i < list->n; i++)
		out->args[i] = analyse_expr(x, &list->at[i]);
	return out;
}

static struct sqlx *make_one(struct analysis *x, enum sqlx_kind kind, const struct tree *arg)
{
	struct sqlx *out = make(x, kind, 1);
	out->args[0] = analyse_expr(x, arg);
	return out;
}

/* ---- names and constants ---- */

static const struct sqlx *column_ref(struct analysis *x, const struct tree *t)
{
	const struct tree *fields = tree_get(t, "fields");
	size_t n = fields->n;
	if (n == 0 || n > 3)
		return make(x, SQLX_OTHER, 0);
	bool star = tree_is(&fields->at[n - 1], "A_Star");
	struct sqlx *out = make(x, star ? SQLX_STAR : SQLX_COLUMN, 0);
	if (!star)
		out->name = analysis_keep(x, tree_string(&fields->at[n - 1]));
	if (n > 1) /* a schema before the relation says nothing new: aliases hide it */
		out->qualifier = analysis_keep(x, tree_string(&fields->at[n - 2]));
	return out;
}

static const struct sqlx *constant(struct analysis *x, const struct tree *t)
{
	static const struct {
		const char *member;
		enum sqlx_kind kind;
	} KINDS[] = { { "sval", SQLX_TEXT }, { "ival", SQLX_INT }, { "fval", SQLX_DECIMAL },
		{ "boolval", SQLX_BOOL }, { "bsval", SQLX_OTHER } };
	for (size_t i = 0; i < COUNT(KINDS); i++) {
		const struct tree *value = tree_get(t, KINDS[i].member);
		if (!tree_has(value))
			continue;
		struct sqlx *out = make(x, KINDS[i].kind, 0);
		str text = tree_get(value, KINDS[i].member)->text;
		str zero = KINDS[i].kind == SQLX_BOOL ? S("false")
			: KINDS[i].kind == SQLX_INT   ? S("0")
						      : S("");
		out->name = text.n ? analysis_keep(x, text) : zero;
		return out;
	}
	return make(x, tree_has(tree_get(t, "isnull")) ? SQLX_NULL : SQLX_OTHER, 0);
}

static const struct sqlx *now(struct analysis *x, const struct tree *t)
{
	static const struct {
		str op, type;
	} TYPES[] = {
		{ STR_INIT("SVFOP_CURRENT_DATE"), STR_INIT("date") },
		{ STR_INIT("SVFOP_CURRENT_TIME"), STR_INIT("timetz") },
		{ STR_INIT("SVFOP_CURRENT_TIMESTAMP"), STR_INIT("timestamptz") },
		{ STR_INIT("SVFOP_LOCALTIMESTAMP"), STR_INIT("timestamp") },
		{ STR_INIT("SVFOP_LOCALTIME"), STR_INIT("time") },
	};
	struct sqlx *out = make(x, SQLX_NOW, 0);
	out->name = S("name"); /* CURRENT_USER and its like */
	str op = tree_get(t, "op")->text;
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_starts(op, TYPES[i].op))
			out->name = TYPES[i].type;
	return out;
}

/* ---- operators ---- */

static const struct sqlx *operator_of(struct analysis *x, const struct tree *t)
{
	str kind = tree_get(t, "kind")->text;
	const struct tree *left = tree_get(t, "lexpr"), *right = tree_get(t, "rexpr");
	enum sqlx_kind is = str_eq(kind, S("AEXPR_OP")) ? SQLX_OP
		: str_eq(kind, S("AEXPR_NULLIF"))       ? SQLX_NULLIF
		: str_ends(kind, S("DISTINCT"))         ? SQLX_TEST
							: SQLX_TRUTH;
	bool prefix = !tree_has(left);
	struct sqlx *out = make(x, is, prefix ? 1 : 2);
	if (is == SQLX_OP) {
		str ignored;
		analysis_name(x, tree_get(t, "name"), &ignored, &out->name);
	}
	if (!prefix)
		out->args[0] = analyse_expr(x, left);
	out->args[prefix ? 0 : 1] =
		right->kind == JSON_ARRAY ? make_list(x, SQLX_ROW, right) : analyse_expr(x, right);
	return out;
}

static const struct sqlx *bool_expr(struct analysis *x, const struct tree *t)
{
	struct sqlx *out = make_list(x, SQLX_TRUTH, tree_get(t, "args"));
	out->name = str_eq(tree_get(t, "boolop")->text, S("AND_EXPR")) ? S("and") : S("or");
	return out;
}

static const struct sqlx *test(struct analysis *x, const struct tree *t)
{
	struct sqlx *out = make_one(x, SQLX_TEST, tree_get(t, "arg"));
	out->not_null = str_eq(tree_get(t, "nulltesttype")->text, S("IS_NOT_NULL"));
	return out;
}

/* ---- the rest ---- */

static const struct sqlx *call(struct analysis *x, const struct tree *t)
{
	struct sqlx *out = make_list(x, SQLX_CALL, tree_get(t, "args"));
	analysis_name(x, tree_get(t, "funcname"), &out->qualifier, &out->name);
	if (tree_has(tree_get(t, "agg_filter")))
		out->filter = analyse_expr(x, tree_get(t, "agg_filter"));
	out->window = tree_has(tree_get(t, "over"));
	return out;
}

static const struct sqlx *cast(struct analysis *x, const struct tree *t)
{
	const struct tree *type = tree_get(t, "typeName");
	struct sqlx *out = make_one(x, SQLX_CAST, tree_get(t, "arg"));
	analysis_name(x, tree_get(type, "names"), &out->qualifier, &out->name);
	out->array = tree_get(type, "arrayBounds")->n > 0;
	return out;
}

static const struct sqlx *case_of(struct analysis *x, const struct tree *t)
{
	const struct tree *whens = tree_get(t, "args"), *otherwise = tree_get(t, "defresult");
	bool has_else = tree_has(otherwise);
	struct sqlx *out = make(x, SQLX_CASE, whens->n + has_else);
	for (size_t i = 0; i < whens->n; i++)
		out->args[i] =
			analyse_expr(x, tree_get(tree_as(&whens->at[i], "CaseWhen"), "result"));
	if (has_else)
		out->args[whens->n] = analyse_expr(x, otherwise);
	out->has_else = has_else;
	return out;
}

static const struct sqlx *coalesce(struct analysis *x, const struct tree *t)
{
	return make_list(x, SQLX_COALESCE, tree_get(t, "args"));
}

static const struct sqlx *min_max(struct analysis *x, const struct tree *t)
{
	return make_list(x, SQLX_MINMAX, tree_get(t, "args"));
}

static const struct sqlx *row(struct analysis *x, const struct tree *t)
{
	return make_list(x, SQLX_ROW, tree_get(t, "args"));
}

static const struct sqlx *array(struct analysis *x, const struct tree *t)
{
	return make_list(x, SQLX_ARRAY, tree_get(t, "elements"));
}

static const struct sqlx *inner(struct analysis *x, const struct tree *t)
{
	return analyse_expr(x, tree_get(t, "arg"));
}

static const struct sqlx *sublink(struct analysis *x, const struct tree *t)
{
	str kind = tree_get(t, "subLinkType")->text;
	enum sqlx_kind is = str_eq(kind, S("EXPR_SUBLINK")) ? SQLX_SUBQUERY
		: str_eq(kind, S("ARRAY_SUBLINK"))          ? SQLX_ARRAY_OF
		: str_eq(kind, S("EXISTS_SUBLINK"))         ? SQLX_TEST
							    : SQLX_TRUTH;
	struct sqlx *out = make(x, is, 0);
	if (is != SQLX_SUBQUERY && is != SQLX_ARRAY_OF)
		return out;
	out->query = analyse_query(x, tree_as(tree_get(t, "subselect"), "SelectStmt"));
	if (!out->query)
		out->kind = SQLX_OTHER;
	return out;
}

static const struct sqlx *indirection(struct analysis *x, const struct tree *t)
{
	const struct sqlx *value = analyse_expr(x, tree_get(t, "arg"));
	const struct tree *steps = tree_get(t, "indirection");
	for (size_t i = 0; i < steps->n; i++) {
		const struct tree *step = &steps->at[i];
		bool field = tree_is(step, "String");
		struct sqlx *out = make(x, field ? SQLX_FIELD : SQLX_ELEMENT, 1);
		if (!field && !tree_is(step, "A_Indices"))
			return make(x, SQLX_OTHER, 0);
		out->args[0] = value;
		out->name = field ? analysis_keep(x, tree_string(step)) : STR_NONE;
		out->array = tree_has(tree_get(tree_as(step, "A_Indices"), "is_slice"));
		value = out;
	}
	return value;
}

static const struct {
	const char *kind;
	const struct sqlx *(*read)(struct analysis *x, const struct tree *t);
} READERS[] = {
	{ "ColumnRef", column_ref },
	{ "FuncCall", call },
	{ "A_Const", constant },
	{ "A_Expr", operator_of },
	{ "TypeCast", cast },
	{ "SubLink", sublink },
	{ "CoalesceExpr", coalesce },
	{ "CaseExpr", case_of },
	{ "BoolExpr", bool_expr },
	{ "NullTest", test },
	{ "BooleanTest", test },
	{ "SQLValueFunction", now },
	{ "MinMaxExpr", min_max },
	{ "RowExpr", row },
	{ "A_ArrayExpr", array },
	{ "A_Indirection", indirection },
	{ "CollateClause", inner },
	{ "NamedArgExpr", inner },
};

const struct sqlx *analyse_expr(struct analysis *x, const struct tree *t)
{
	str kind;
	const struct tree *contents = tree_node(t, &kind);
	const struct sqlx *out = NULL;
	if (!analysis_enter(x))
		return make(x, SQLX_OTHER, 0);
	for (size_t i = 0; i < COUNT(READERS) && !out; i++)
		if (str_eq(kind, str_from(READERS[i].kind)))
			out = READERS[i].read(x, contents);
	analysis_leave(x);
	return out ? out : make(x, SQLX_OTHER, 0);
}
