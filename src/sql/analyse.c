/*
 * analyse - the text of a SELECT → struct sqlq.
 *
 * libpg_query's JSON is read into a tree on an arena that ends with the call; what is kept is
 * copied. Joins are flattened: the items of FROM stand in one list, those on the optional side of
 * an outer join are marked, and equalities that must hold stand in another.
 */
#include "sql/analyse_int.h"

#include "base/vec.h"

enum { DEPTH_MAX = 400 };

bool analysis_enter(struct analysis *x)
{
	if (x->depth >= DEPTH_MAX) {
		x->too_deep = true;
		return false;
	}
	x->depth++;
	return true;
}

void analysis_leave(struct analysis *x)
{
	x->depth--;
}

str analysis_keep(struct analysis *x, str s)
{
	return str_dup(x->arena, s);
}

void analysis_name(struct analysis *x, const struct tree *list, str *qualifier, str *name)
{
	*name = list->n ? analysis_keep(x, tree_string(&list->at[list->n - 1])) : STR_NONE;
	*qualifier = list->n > 1 ? analysis_keep(x, tree_string(&list->at[list->n - 2])) : STR_NONE;
}

static void keep_names(struct analysis *x, const struct tree *list, str **out, size_t *n)
{
	*out = arena_array(x->arena, str, list->n);
	*n = list->n;
	for (size_t i = 0; i < list->n; i++)
		(*out)[i] = analysis_keep(x, tree_string(&list->at[i]));
}

/* ---- from ---- */

struct building {
	struct analysis *x;
	struct {
		VEC(struct sqlq_from);
	} froms;
	struct {
		VEC(struct sqlq_equal);
	} equal;
};

static void add_conditions(struct building *b, const struct sqlx *e)
{
	if (e->kind == SQLX_TRUTH && str_eq(e->name, S("and")))
		for (size_t i = 0; i < e->n; i++)
			add_conditions(b, e->args[i]);
	if (e->kind == SQLX_OP && e->n == 2 && str_eq(e->name, S("=")))
		*vec_push(b->x->arena, &b->equal) = (struct sqlq_equal){ e->args[0], e->args[1] };
}

static void read_alias(struct building *b, const struct tree *t, struct sqlq_from *out)
{
	const struct tree *alias = tree_get(t, "alias");
	out->alias = analysis_keep(b->x, tree_get(alias, "aliasname")->text);
	keep_names(b->x, tree_get(alias, "colnames"), &out->columns, &out->ncolumns);
}

static void add_relation(struct building *b, const struct tree *t, bool nullable)
{
	struct sqlq_from *out = vec_push(b->x->arena, &b->froms);
	read_alias(b, t, out);
	out->schema = analysis_keep(b->x, tree_get(t, "schemaname")->text);
	out->relation = analysis_keep(b->x, tree_get(t, "relname")->text);
	out->nullable = nullable;
	if (!out->alias.n)
		out->alias = out->relation;
}

static void add_subselect(struct building *b, const struct tree *t, bool nullable)
{
	struct sqlq_from from = { .nullable = nullable };
	read_alias(b, t, &from);
	from.query = analyse_query(b->x, tree_as(tree_get(t, "subquery"), "SelectStmt"));
	*vec_push(b->x->arena, &b->froms) = from;
}

static void add_function(struct building *b, const struct tree *t, bool nullable)
{
	struct sqlq_from from = { .nullable = nullable };
	const struct tree *functions = tree_get(t, "functions");
	read_alias(b, t, &from);
	if (functions->n == 1 && !tree_has(tree_get(t, "coldeflist"))) {
		const struct tree *items = tree_get(tree_as(&functions->at[0], "List"), "items");
		if (items->n)
			from.call = analyse_expr(b->x, &items->at[0]);
	}
	if (from.call && from.call->kind != SQLX_CALL)
		from.call = NULL;
	if (!from.alias.n && from.call)
		from.alias = from.call->name;
	*vec_push(b->x->arena, &b->froms) = from;
}

static void add_from(struct building *b, const struct tree *t, bool nullable);

/* USING (x): what stands left has a column x, and so has what stands right. */
static void add_using(struct building *b, const struct tree *list, size_t right)
{
	struct arena *a = b->x->arena;
	for (size_t i = 0; i < list->n && right < b->froms.n; i++) {
		struct sqlx *pair[2];
		for (size_t k = 0; k < 2; k++) {
			pair[k] = arena_new(a, struct sqlx);
			pair[k]->kind = SQLX_COLUMN;
			pair[k]->name = analysis_keep(b->x, tree_string(&list->at[i]));
			pair[k]->qualifier = b->froms.at[k ? right : right - 1].alias;
		}
		*vec_push(a, &b->equal) = (struct sqlq_equal){ pair[0], pair[1] };
	}
}

static void add_join(struct building *b, const struct tree *t, bool nullable)
{
	str type = tree_get(t, "jointype")->text;
	bool full = str_eq(type, S("JOIN_FULL"));
	add_from(b, tree_get(t, "larg"), nullable || full || str_eq(type, S("JOIN_RIGHT")));
	size_t right = b->froms.n;
	add_from(b, tree_get(t, "rarg"), nullable || full || str_eq(type, S("JOIN_LEFT")));
	add_conditions(b, analyse_expr(b->x, tree_get(t, "quals")));
	if (right > 0)
		add_using(b, tree_get(t, "usingClause"), right);
}

static void add_from(struct building *b, const struct tree *t, bool nullable)
{
	str kind;
	const struct tree *contents = tree_node(t, &kind);
	if (!analysis_enter(b->x))
		return;
	if (str_eq(kind, S("RangeVar")))
		add_relation(b, contents, nullable);
	else if (str_eq(kind, S("JoinExpr")))
		add_join(b, contents, nullable);
	else if (str_eq(kind, S("RangeSubselect")))
		add_subselect(b, contents, nullable);
	else if (str_eq(kind, S("RangeFunction")))
		add_function(b, contents, nullable);
	else
		vec_push(b->x->arena, &b->froms)->nullable = nullable;
	analysis_leave(b->x);
}

/* ---- queries ---- */

/* The name that PostgreSQL gives to a column without AS, as far as views need one. */
static str guess_name(const struct sqlx *e)
{
	switch ((int)e->kind) {
	case SQLX_COLUMN:
	case SQLX_CALL:
	case SQLX_FIELD: return e->name;
	case SQLX_COALESCE: return S("coalesce");
	case SQLX_CASE: return e->has_else ? guess_name(e->args[e->n - 1]) : S("case");
	case SQLX_CAST: {
		str inner = guess_name(e->args[0]);
		return inner.n ? inner : e->name;
	}
	case SQLX_SUBQUERY: return e->query->n == 1 ? e->query->columns[0].name : STR_NONE;
	case SQLX_ARRAY_OF:
	case SQLX_ARRAY: return S("array");
	case SQLX_ROW: return S("row");
	default: return STR_NONE;
	}
}

static void read_columns(struct analysis *x, const struct tree *list, struct sqlq *q)
{
	q->columns = arena_array(x->arena, struct sqlq_column, list->n);
	for (size_t i = 0; i < list->n; i++) {
		const struct tree *target = tree_as(&list->at[i], "ResTarget");
		struct sqlq_column *out = &q->columns[q->n++];
		out->value = analyse_expr(x, tree_get(target, "val"));
		str name = tree_get(target, "name")->text;
		out->name = name.n ? analysis_keep(x, name) : guess_name(out->value);
	}
}

static void read_withs(struct analysis *x, const struct tree *t, struct sqlq *q)
{
	const struct tree *list = tree_get(tree_get(t, "withClause"), "ctes");
	q->withs = arena_array(x->arena, struct sqlq_with, list->n);
	for (size_t i = 0; i < list->n; i++) {
		const struct tree *with = tree_as(&list->at[i], "CommonTableExpr");
		struct sqlq_with *out = &q->withs[q->nwiths++];
		out->name = analysis_keep(x, tree_get(with, "ctename")->text);
		out->query = analyse_query(x, tree_as(tree_get(with, "ctequery"), "SelectStmt"));
		keep_names(x, tree_get(with, "aliascolnames"), &out->columns, &out->ncolumns);
	}
}

/* The first row stands for all of them. */
static void read_values(struct analysis *x, const struct tree *lists, struct sqlq *q)
{
	const struct tree *first = tree_get(tree_as(&lists->at[0], "List"), "items");
	q->is_values = true;
	q->columns = arena_array(x->arena, struct sqlq_column, first->n);
	for (size_t i = 0; i < first->n; i++)
		q->columns[q->n++] = (struct sqlq_column){ str_printf(x->arena, "column%zu", i + 1),
			analyse_expr(x, &first->at[i]) };
}

static void read_select(struct analysis *x, const struct tree *t, struct sqlq *q)
{
	struct building b = { .x = x };
	const struct tree *from = tree_get(t, "fromClause");
	for (size_t i = 0; i < from->n; i++)
		add_from(&b, &from->at[i], false);
	add_conditions(&b, analyse_expr(x, tree_get(t, "whereClause")));
	q->froms = b.froms.at;
	q->nfroms = b.froms.n;
	q->equal = b.equal.at;
	q->nequal = b.equal.n;
	q->grouped = tree_has(tree_get(t, "groupClause")) || tree_has(tree_get(t, "havingClause"));
	const struct tree *groups = tree_get(t, "groupClause");
	for (size_t i = 0; i < groups->n; i++)
		q->rolled_up |= tree_is(&groups->at[i], "GroupingSet");
	q->filtered = tree_has(tree_get(t, "whereClause"));
	q->limited = tree_has(tree_get(t, "limitCount")) || tree_has(tree_get(t, "limitOffset"));
	read_columns(x, tree_get(t, "targetList"), q);
}

const struct sqlq *analyse_query(struct analysis *x, const struct tree *t)
{
	if (t->kind != JSON_OBJECT || !analysis_enter(x))
		return NULL;
	struct sqlq *q = arena_new(x->arena, struct sqlq);
	const struct tree *values = tree_get(t, "valuesLists");
	read_withs(x, t, q);
	if (tree_has(tree_get(t, "larg"))) {
		q->left = analyse_query(x, tree_get(t, "larg"));
		q->right = analyse_query(x, tree_get(t, "rarg"));
	} else if (values->n) {
		read_values(x, values, q);
	} else {
		read_select(x, t, q);
	}
	analysis_leave(x);
	bool half = tree_has(tree_get(t, "larg")) && (!q->left || !q->right);
	return half ? NULL : q;
}

/* ---- the text ---- */

static bool read_statement(struct analysis *x, const struct tree *t, const struct sqlq **out,
	struct err *e)
{
	const struct tree *list = tree_get(t, "stmts");
	const struct tree *select =
		list->n == 1 ? tree_as(tree_get(&list->at[0], "stmt"), "SelectStmt") : list;
	if (list->n != 1 || select->kind != JSON_OBJECT)
		return err_set(e, ERR_UNSUPPORTED, "it is not one SELECT");
	*out = analyse_query(x, select);
	if (*out && !x->too_deep)
		return true;
	return err_set(e, ERR_UNSUPPORTED, "it is nested too deeply");
}

bool sql_analyse(struct arena *a, str select, const struct sqlq **out, struct err *e)
{
	struct arena *scratch = arena_open(0);
	struct analysis x = { .arena = a };
	struct tree t;
	bool ok = grammar_read(scratch, select, &t, e) && read_statement(&x, &t, out, e);
	arena_close(scratch);
	return ok;
}
