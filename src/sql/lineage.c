/*
 * lineage - a walk over the tree of a SELECT and of the views that it reads.
 *
 * A scope holds the items of a FROM by their aliases. Every column that is mentioned is looked up
 * from the scope outwards and followed through derived tables down to a table's column, which is
 * then noted as used. Ties are the equalities of columns that must hold: those of WHERE and of
 * join conditions, as far as they are joined by AND, and those of IN (select …).
 *
 * What the walk does not understand makes the result coarser, never wrong: a column that is not
 * found marks all columns as used, a missing tie leaves a source without a way to the key, and
 * what breaks the idea of ties is told in `open`.
 */
#include "sql/lineage.h"

#include "base/vec.h"
#include "sql/tree_int.h"

enum { DEPTH_MAX = 400, SOURCES_MAX = 1000 };

struct scope;

/* A subselect, CTE or view as an item of FROM. */
struct derived {
	const struct scope *scope;
	const struct tree *targets; /* NULL: a union; its columns can't be told */
};

struct item {
	str alias;
	uint32_t source; /* LINEAGE_NONE: derived, or neither */
	const struct derived *derived;
	const struct tree *names; /* given to its columns, from the first on */
};

struct cte {
	str name;
	const struct tree *select;
	const struct tree *names;
};

struct scope {
	const struct scope *up;
	struct {
		VEC(struct item);
	} items;
	struct {
		VEC(struct cte);
	} ctes;
};

struct used {
	bool all;
	struct {
		VEC(str);
	} columns;
};

struct walk {
	struct arena *arena;
	lineage_view_fn *view;
	void *ctx;
	struct {
		VEC(struct lineage_source);
	} sources;
	struct {
		VEC(struct used);
	} used; /* by source */
	struct {
		VEC(struct lineage_tie);
	} ties;
	struct {
		VEC(str);
	} functions;
	str open;
	bool all_columns; /* a column was not found */
	unsigned depth;
	struct err *e;
	bool failed;
};

struct found {
	uint32_t source;
	str column;
};

static const struct derived *walk_select(struct walk *w, const struct tree *t,
	const struct scope *up, bool is_item);
static void walk_any(struct walk *w, const struct tree *t, const struct scope *s);

static void leave_open(struct walk *w, const char *why)
{
	if (!w->open.n)
		w->open = str_from(why);
}

static bool fail(struct walk *w, const struct err *e)
{
	if (!w->failed)
		*w->e = *e;
	w->failed = true;
	return false;
}

static bool refuse(struct walk *w, const char *why)
{
	struct err e;
	(void)!err_set(&e, ERR_UNSUPPORTED, "%s", why);
	return fail(w, &e);
}

static bool enter(struct walk *w)
{
	if (w->failed || w->depth >= DEPTH_MAX)
		return refuse(w, "it is nested too deeply");
	w->depth++;
	return true;
}

/* ---- columns ---- */

static const struct found NOT_FOUND = { LINEAGE_NONE, { NULL, 0 } };

static struct found find_column(const struct scope *s, str qualifier, str name);

static str column_names(const struct tree *ref, str *qualifier)
{
	const struct tree *fields = tree_get(ref, "fields");
	size_t n = fields->n;
	*qualifier = n > 1 ? tree_string(&fields->at[n - 2]) : STR_NONE;
	return n ? tree_string(&fields->at[n - 1]) : STR_NONE;
}

static str target_name(const struct tree *target)
{
	str name = tree_get(target, "name")->text, unused;
	const struct tree *ref = tree_as(tree_get(target, "val"), "ColumnRef");
	return name.n || !tree_has(ref) ? name : column_names(ref, &unused);
}

static struct found find_target(const struct derived *d, const struct tree *target)
{
	str qualifier;
	const struct tree *ref = tree_as(tree_get(target, "val"), "ColumnRef");
	if (!tree_has(ref))
		return NOT_FOUND;
	str name = column_names(ref, &qualifier);
	return find_column(d->scope, qualifier, name);
}

static struct found find_in_item(const struct item *i, str name)
{
	if (i->source != LINEAGE_NONE)
		return (struct found){ i->source, name };
	if (!i->derived || !i->derived->targets)
		return NOT_FOUND;
	for (size_t k = 0; k < i->derived->targets->n; k++) {
		const struct tree *target = tree_as(&i->derived->targets->at[k], "ResTarget");
		str given = k < i->names->n ? tree_string(&i->names->at[k]) : target_name(target);
		if (str_eq(given, name))
			return find_target(i->derived, target);
	}
	return NOT_FOUND;
}

static const struct item *find_item(const struct scope *s, str alias)
{
	for (; s; s = s->up)
		for (size_t i = 0; i < s->items.n; i++)
			if (str_eq(s->items.at[i].alias, alias))
				return &s->items.at[i];
	return NULL;
}

static struct found find_column(const struct scope *s, str qualifier, str name)
{
	const struct item *i = NULL;
	if (qualifier.n)
		i = find_item(s, qualifier);
	else if (s && s->items.n == 1)
		i = &s->items.at[0];
	return i ? find_in_item(i, name) : NOT_FOUND;
}

static void note_column(struct walk *w, struct found f)
{
	struct used *u = &w->used.at[f.source];
	for (size_t i = 0; i < u->columns.n; i++)
		if (str_eq(u->columns.at[i], f.column))
			return;
	*vec_push(w->arena, &u->columns) = str_dup(w->arena, f.column);
}

/* The whole row of an item: all columns of the tables that it is made of directly. */
static void note_row(struct walk *w, const struct item *i)
{
	if (i && i->source != LINEAGE_NONE)
		w->used.at[i->source].all = true;
}

static void note_reference(struct walk *w, const struct tree *ref, const struct scope *s)
{
	const struct tree *fields = tree_get(ref, "fields");
	bool star = fields->n && tree_is(&fields->at[fields->n - 1], "A_Star");
	str qualifier, name = column_names(ref, &qualifier);
	const struct item *row = star ? find_item(s, qualifier)
		: !qualifier.n        ? find_item(s, name)
				      : NULL;
	if (star || row) {
		note_row(w, row);
		w->all_columns |= !row;
		return;
	}
	struct found f = find_column(s, qualifier, name);
	if (f.source != LINEAGE_NONE)
		note_column(w, f);
	else if (!find_item(s, qualifier)) /* else a value that is worked out from what is noted */
		w->all_columns = true;
}

/* ---- ties ---- */

static struct found column_of(const struct tree *t, const struct scope *s)
{
	str qualifier;
	const struct tree *ref = tree_as(t, "ColumnRef");
	if (!tree_has(ref))
		return NOT_FOUND;
	str name = column_names(ref, &qualifier);
	return find_column(s, qualifier, name);
}

static void add_tie(struct walk *w, struct found l, struct found r)
{
	if (l.source == LINEAGE_NONE || r.source == LINEAGE_NONE || l.source == r.source)
		return;
	*vec_push(w->arena, &w->ties) = (struct lineage_tie){ l.source, r.source,
		str_dup(w->arena, l.column), str_dup(w->arena, r.column) };
	note_column(w, l);
	note_column(w, r);
}

/* A subselect in an expression; x IN (select y …) ties x and y. */
static void walk_link(struct walk *w, const struct tree *link, const struct scope *s)
{
	bool in = str_eq(tree_get(link, "subLinkType")->text, S("ANY_SUBLINK")) &&
		!tree_has(tree_get(link, "operName"));
	const struct tree *select = tree_as(tree_get(link, "subselect"), "SelectStmt"),
			  *test = tree_get(link, "testexpr");
	const struct derived *d = walk_select(w, select, s, false);
	walk_any(w, test, s);
	if (in && d && d->targets && d->targets->n == 1)
		add_tie(w, column_of(test, s),
			find_target(d, tree_as(&d->targets->at[0], "ResTarget")));
}

static void add_conditions(struct walk *w, const struct tree *t, const struct scope *s)
{
	const struct tree *both = tree_as(t, "BoolExpr"), *op = tree_as(t, "A_Expr");
	const struct tree *name = tree_get(op, "name");
	if (!enter(w))
		return;
	if (str_eq(tree_get(both, "boolop")->text, S("AND_EXPR")))
		for (size_t i = 0; i < tree_get(both, "args")->n; i++)
			add_conditions(w, &tree_get(both, "args")->at[i], s);
	if (str_eq(tree_get(op, "kind")->text, S("AEXPR_OP")) && name->n &&
		str_eq(tree_string(&name->at[name->n - 1]), S("=")))
		add_tie(w, column_of(tree_get(op, "lexpr"), s),
			column_of(tree_get(op, "rexpr"), s));
	w->depth--;
}

/* ---- from ---- */

static struct item *add_item(struct walk *w, struct scope *s, const struct tree *t)
{
	struct item *i = vec_push(w->arena, &s->items);
	const struct tree *alias = tree_get(t, "alias");
	*i = (struct item){ .alias = tree_get(alias, "aliasname")->text,
		.source = LINEAGE_NONE,
		.names = tree_get(alias, "colnames") };
	return i;
}

static uint32_t add_source(struct walk *w, str schema, str table)
{
	if (w->sources.n >= SOURCES_MAX)
		refuse(w, "it reads tables in too many places");
	struct lineage_source *s = vec_push(w->arena, &w->sources);
	*s = (struct lineage_source){ .schema = str_dup(w->arena, schema),
		.table = str_dup(w->arena, table) };
	*vec_push(w->arena, &w->used) = (struct used){ 0 };
	return (uint32_t)w->sources.n - 1;
}

static const struct cte *find_cte(const struct scope *s, str name, const struct scope **where)
{
	for (; s; s = s->up)
		for (size_t i = 0; i < s->ctes.n; i++)
			if (str_eq(s->ctes.at[i].name, name)) {
				*where = s;
				return &s->ctes.at[i];
			}
	return NULL;
}

static const struct derived *walk_text(struct walk *w, str select)
{
	const struct derived *d = NULL;
	struct tree *t = arena_new(w->arena, struct tree);
	struct err e;
	if (!grammar_read(w->arena, select, t, &e))
		fail(w, &e);
	const struct tree *list = tree_get(t, "stmts");
	const struct tree *stmt =
		list->n == 1 ? tree_as(tree_get(&list->at[0], "stmt"), "SelectStmt") : list;
	if (!w->failed && (list->n != 1 || !tree_has(stmt)))
		refuse(w, "it is not one SELECT");
	if (!w->failed)
		d = walk_select(w, stmt, NULL, true);
	return d;
}

static void add_relation(struct walk *w, const struct tree *t, struct scope *s)
{
	str schema = tree_get(t, "schemaname")->text, name = tree_get(t, "relname")->text;
	const struct scope *where;
	const struct cte *cte = schema.n ? NULL : find_cte(s, name, &where);
	const struct derived *d = NULL;
	uint32_t source = LINEAGE_NONE;
	const struct tree *names = NULL;
	str text = cte ? STR_NONE : w->view(w->ctx, schema, name);
	if (cte) {
		d = walk_select(w, cte->select, where, true);
		names = cte->names;
	} else if (text.p) {
		d = walk_text(w, text);
	} else {
		source = add_source(w, schema, name);
	}
	struct item *i = add_item(w, s, t);
	i->source = source;
	i->derived = d;
	if (!i->names->n && names)
		i->names = names;
	if (!i->alias.n)
		i->alias = name;
}

static void add_from(struct walk *w, const struct tree *t, struct scope *s);

static void add_join(struct walk *w, const struct tree *t, struct scope *s)
{
	size_t first = s->items.n;
	add_from(w, tree_get(t, "larg"), s);
	size_t middle = s->items.n;
	add_from(w, tree_get(t, "rarg"), s);
	walk_any(w, tree_get(t, "quals"), s);
	add_conditions(w, tree_get(t, "quals"), s);
	const struct tree *list = tree_get(t, "usingClause");
	bool pair = middle == first + 1 && s->items.n == middle + 1;
	for (size_t i = 0; i < list->n && pair; i++)
		add_tie(w, find_in_item(&s->items.at[first], tree_string(&list->at[i])),
			find_in_item(&s->items.at[middle], tree_string(&list->at[i])));
	if ((list->n && !pair) || tree_has(tree_get(t, "alias")))
		w->all_columns = true;
}

static void add_from(struct walk *w, const struct tree *t, struct scope *s)
{
	str kind;
	const struct tree *contents = tree_node(t, &kind);
	if (!enter(w))
		return;
	if (str_eq(kind, S("RangeVar"))) {
		add_relation(w, contents, s);
	} else if (str_eq(kind, S("JoinExpr"))) {
		add_join(w, contents, s);
	} else if (str_eq(kind, S("RangeSubselect"))) {
		const struct tree *select = tree_as(tree_get(contents, "subquery"), "SelectStmt");
		bool lateral = tree_has(tree_get(contents, "lateral"));
		const struct derived *d = walk_select(w, select, s, !lateral);
		add_item(w, s, contents)->derived = d;
	} else {
		walk_any(w, contents, s);
		add_item(w, s, contents);
		if (!str_eq(kind, S("RangeFunction")))
			leave_open(w, "it reads from something else than tables and functions");
	}
	w->depth--;
}

/* ---- queries ---- */

static void add_ctes(struct walk *w, const struct tree *t, struct scope *s)
{
	const struct tree *with = tree_get(t, "withClause"), *list = tree_get(with, "ctes");
	if (tree_has(tree_get(with, "recursive")))
		leave_open(w, "it is recursive");
	for (size_t i = 0; i < list->n; i++) {
		const struct tree *c = tree_as(&list->at[i], "CommonTableExpr");
		*vec_push(w->arena, &s->ctes) = (struct cte){ tree_get(c, "ctename")->text,
			tree_as(tree_get(c, "ctequery"), "SelectStmt"),
			tree_get(c, "aliascolnames") };
	}
}

/* An item of FROM that chooses among rows: a row that changes may let others in or out. */
static void check_choice(struct walk *w, const struct tree *t, bool is_item)
{
	const struct tree *distinct = tree_get(t, "distinctClause"),
			  *groups = tree_get(t, "groupClause");
	bool on = distinct->n && distinct->at[0].n;
	if (is_item &&
		(tree_has(tree_get(t, "limitCount")) || tree_has(tree_get(t, "limitOffset"))))
		leave_open(w, "it takes a part of the rows (LIMIT, OFFSET)");
	if (is_item && on)
		leave_open(w, "it takes a part of the rows (DISTINCT ON)");
	for (size_t i = 0; i < groups->n; i++)
		if (tree_is(&groups->at[i], "GroupingSet"))
			leave_open(w, "it has grouping sets");
}

static const struct derived *walk_select(struct walk *w, const struct tree *t,
	const struct scope *up, bool is_item)
{
	static const char *const PARTS[] = { "targetList", "whereClause", "groupClause",
		"havingClause", "sortClause", "limitCount", "limitOffset", "distinctClause",
		"windowClause", "valuesLists" };
	if (t->kind != JSON_OBJECT || !enter(w))
		return NULL;
	struct derived *d = arena_new(w->arena, struct derived);
	struct scope *s = arena_new(w->arena, struct scope);
	s->up = up;
	d->scope = s;
	add_ctes(w, t, s);
	check_choice(w, t, is_item);
	if (tree_has(tree_get(t, "larg"))) {
		walk_select(w, tree_get(t, "larg"), s, is_item);
		walk_select(w, tree_get(t, "rarg"), s, is_item);
		w->depth--;
		return d;
	}
	const struct tree *from = tree_get(t, "fromClause");
	for (size_t i = 0; i < from->n; i++)
		add_from(w, &from->at[i], s);
	for (size_t i = 0; i < COUNT(PARTS); i++)
		walk_any(w, tree_get(t, PARTS[i]), s);
	add_conditions(w, tree_get(t, "whereClause"), s);
	d->targets = tree_get(t, "targetList");
	w->depth--;
	return d;
}

static void note_call(struct walk *w, const struct tree *call)
{
	const struct tree *name = tree_get(call, "funcname");
	if (tree_has(tree_get(call, "over")))
		leave_open(w, "it has window functions");
	if (name->n < 2 || str_eq(tree_string(&name->at[0]), S("pg_catalog")))
		return;
	str whole = str_printf(w->arena, "%.*s.%.*s", STR_ARG(tree_string(&name->at[0])),
		STR_ARG(tree_string(&name->at[1])));
	for (size_t i = 0; i < w->functions.n; i++)
		if (str_eq(w->functions.at[i], whole))
			return;
	*vec_push(w->arena, &w->functions) = whole;
}

/* Whatever stands there: all columns, calls and subselects in it. */
static void walk_any(struct walk *w, const struct tree *t, const struct scope *s)
{
	if (t->n == 0 || !enter(w))
		return;
	for (size_t i = 0; i < t->n; i++) {
		const struct tree *child = &t->at[i];
		if (str_eq(child->key, S("ColumnRef"))) {
			note_reference(w, child, s);
			continue;
		}
		if (str_eq(child->key, S("SubLink"))) {
			walk_link(w, child, s);
			continue;
		}
		if (str_eq(child->key, S("FuncCall")))
			note_call(w, child);
		walk_any(w, child, s);
	}
	w->depth--;
}

/* ---- the result ---- */

static void put_columns(struct walk *w, const struct derived *d, struct lineage *out)
{
	if (!d || !d->targets)
		return;
	out->columns = arena_array(w->arena, struct lineage_column, d->targets->n);
	out->ncolumns = d->targets->n;
	for (size_t i = 0; i < d->targets->n; i++) {
		const struct tree *target = tree_as(&d->targets->at[i], "ResTarget");
		struct found f = find_target(d, target);
		out->columns[i] =
			(struct lineage_column){ target_name(target), f.source, f.column };
	}
}

bool sql_lineage(struct arena *a, str select, lineage_view_fn *view, void *ctx, struct lineage *out,
	struct err *e)
{
	struct walk w = { .arena = a, .view = view, .ctx = ctx, .e = e };
	const struct derived *d = walk_text(&w, select);
	if (w.failed)
		return false;
	*out = (struct lineage){ .sources = w.sources.at,
		.nsources = w.sources.n,
		.ties = w.ties.at,
		.nties = w.ties.n,
		.functions = w.functions.at,
		.nfunctions = w.functions.n,
		.open = w.open };
	put_columns(&w, d, out);
	for (size_t i = 0; i < w.sources.n; i++) {
		out->sources[i].all_columns = w.used.at[i].all || w.all_columns;
		out->sources[i].columns = w.used.at[i].columns.at;
		out->sources[i].n = w.used.at[i].columns.n;
	}
	return true;
}
