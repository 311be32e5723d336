/*
 * filter - where values → conditions.
 *
 * A where object is a conjunction of its members: AND, OR, NOT and one member per field. A leaf's
 * member is a filter object whose members are operators of schema/filter_op's table; a to-one
 * relation's or embedded object's member is a where object of its type; a to-many relation's is
 * {some, every, none}. SQL's three-valued logic applies throughout. Every condition is in brackets
 * where it could bind differently in its surroundings.
 *
 * What the conditions look like depends on which members are present, so every where value that
 * comes from a variable is noted in the plan's deps; the operands are parameters and are not.
 */
#include "sql/planner_int.h"

#include "schema/filter_op.h"

enum { WHERE_DEPTH_MAX = 32 };

struct where {
	struct planner *p;
	struct sql *w;
	const struct ast_selection *node;
	unsigned depth;
};

static bool put_object(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_value *v);

static bool is_absent(const struct gql_value *v)
{
	return !v;
}

static bool refuse_null(struct where *q, const struct gql_input *in)
{
	return planner_fail(q->p, q->node, ERR_BAD_INPUT,
		"The filter \"%.*s\" must not be null. Leave it out, or use {isNull: true} to find rows without a "
		"value.",
		STR_ARG(in->name));
}

/* ---- leaves ---- */

static void put_operand(struct where *q, const struct filter_op *op, const struct place *place,
	const struct leaf *leaf, const struct gql_value *v)
{
	static const enum param_form PATTERNS[] = {
		[PATTERN_NONE] = PARAM_TEXT,
		[PATTERN_CONTAINS] = PARAM_CONTAINS,
		[PATTERN_STARTS] = PARAM_STARTS,
		[PATTERN_ENDS] = PARAM_ENDS,
	};
	struct param value = { .value = planner_pexpr(q->p, v), .leaf = *leaf };
	value.form = op->operand == OPERAND_LIST ? PARAM_ARRAY : PATTERNS[op->pattern];
	str cast = op->operand == OPERAND_TEXT ? S("text") : place_cast(place, leaf);
	if (op->operand == OPERAND_LIST)
		cast = str_printf(q->p->arena, "%.*s[]", STR_ARG(cast));
	sql_param(q->w, &value, cast);
}

/* Writes the operator's template. `first` and `second` are its operands. */
static void put_template(struct where *q, const char *sql, const struct filter_op *op,
	const struct scope *s, const struct place *place, const struct leaf *leaf,
	const struct gql_value *const operands[2])
{
	for (const char *c = sql; *c; c++) {
		if (*c != '%') {
			sql_catalog(q->w, (str){ c, 1 });
			continue;
		}
		c++;
		if (*c == 'l')
			put_place_typed(q->w, s, place);
		else
			put_operand(q, op, place, leaf, operands[*c == 'q']);
	}
}

static bool put_operator(struct where *q, const struct scope *s, const struct binding *b,
	const struct filter_op *op, const struct gql_value *v, const struct gql_type *filter)
{
	const struct gql_value *operands[2] = { v, NULL };
	const char *sql = op->sql;
	UNUSED(filter);
	if (op->operand == OPERAND_BOOLEAN) {
		planner_consult(q->p, v);
		sql = v->boolean ? op->sql : op->sql_false;
	}
	if (op->operand == OPERAND_BETWEEN) {
		planner_consult(q->p, v);
		operands[0] = v->items[0];
		operands[1] = v->items[1];
	}
	put_template(q, sql, op, s, &b->place, &b->leaf, operands);
	return true;
}

static enum scalar_kind kind_of(const struct leaf *leaf)
{
	return leaf->scalar ? leaf->scalar->kind : KIND_ENUM;
}

static void put_and(struct where *q, size_t *written)
{
	if ((*written)++)
		sql_lit(q->w, " and ");
}

static bool put_leaf(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_type *filter, const struct gql_value *v, size_t *written)
{
	for (size_t i = 0; i < v->n; i++) {
		if (is_absent(v->items[i]))
			continue;
		const struct gql_input *in = &filter->inputs[i];
		const struct filter_op *op = filter_op_find(in->name, kind_of(&b->leaf));
		if (!op)
			return planner_fail(q->p, q->node, ERR_UNSUPPORTED,
				"The operator \"%.*s\" is not implemented.", STR_ARG(in->name));
		if (v->items[i]->kind == GQL_NULL)
			return planner_fail(q->p, q->node, ERR_BAD_INPUT,
				"The operator \"%.*s\" must not be null. "
				"Use {isNull: true} to find rows without a value.",
				STR_ARG(in->name));
		put_and(q, written);
		if (!put_operator(q, s, b, op, v->items[i], filter))
			return false;
	}
	return true;
}

/* ---- relations and embedded objects ---- */

/* exists (… and condition); `negate_inside` makes "every" out of "not exists a counterexample". */
static bool put_exists(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_value *where, const struct gql_type *object, const char *open,
	bool negate_inside)
{
	struct row child = { .alias = q->p->aliases++, .source = b->target };
	struct scope to = { .row = &child };
	sql_put_program(q->w, open);
	put_related(q->p, q->w, s, b, &child, S("1"));
	sql_put_program(q->w, negate_inside ? " and not coalesce((" : " and (");
	if (!put_object(q, &to, object, where))
		return false;
	sql_put_program(q->w, negate_inside ? "), false))" : "))");
	return true;
}

static bool put_many(struct where *q, const struct scope *s, const struct binding *b,
	const struct gql_type *filter, const struct gql_type *object, const struct gql_value *v,
	size_t *written)
{
	for (size_t i = 0; i < v->n; i++) {
		const struct gql_value *where = v->items[i];
		if (is_absent(where))
			continue;
		const struct gql_input *in = &filter->inputs[i];
		if (where->kind == GQL_NULL)
			return refuse_null(q, in);
		put_and(q, written);
		bool every = str_eq(in->name, S("every"));
		bool some = str_eq(in->name, S("some"));
		if (!put_exists(q, s, b, where, object, some ? "exists (" : "not exists (", every))
			return false;
	}
	return true;
}

static bool put_member(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_input *in, const struct gql_value *v, size_t *written)
{
	struct planner *p = q->p;
	const struct gql_field *f = gql_field_find(p->model->gql, object, in->name);
	const struct binding *b = f ? model_binding(p->model, f) : NULL;
	if (!b)
		return planner_fail(p, q->node, ERR_INTERNAL, "The filter \"%.*s\" is unknown.",
			STR_ARG(in->name));
	planner_consult(p, v);
	if (v->kind == GQL_NULL)
		return refuse_null(q, in);
	const struct gql_type *filter = in->type->type;
	if (b->kind == BIND_PLACE && !gql_is_composite(f->type->type))
		return put_leaf(q, s, b, filter, v, written);
	if (b->kind == BIND_PLACE) {
		struct scope inner = scope_embedded(p, s, &b->place);
		put_and(q, written);
		return put_object(q, &inner, f->type->type, v);
	}
	if (b->kind != BIND_RELATION)
		return planner_fail(p, q->node, ERR_UNSUPPORTED,
			"The filter \"%.*s\" is not implemented.", STR_ARG(in->name));
	if (gql_is_list(f->type))
		return put_many(q, s, b, filter, f->type->type, v, written);
	put_and(q, written);
	return put_exists(q, s, b, v, f->type->type, "exists (", false);
}

/* ---- AND, OR, NOT ---- */

static bool put_group(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_value *list, bool all)
{
	planner_consult(q->p, list);
	if (list->n == 0) {
		sql_put_program(q->w, all ? "true" : "false");
		return true;
	}
	sql_lit(q->w, "(");
	for (size_t i = 0; i < list->n; i++) {
		if (i)
			sql_put_program(q->w, all ? " and " : " or ");
		sql_lit(q->w, "(");
		if (!put_object(q, s, object, list->items[i]))
			return false;
		sql_lit(q->w, ")");
	}
	sql_lit(q->w, ")");
	return true;
}

static bool put_combined(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_input *in, const struct gql_value *v)
{
	planner_consult(q->p, v);
	if (v->kind == GQL_NULL)
		return refuse_null(q, in);
	if (!str_eq(in->name, S("NOT")))
		return put_group(q, s, object, v, str_eq(in->name, S("AND")));
	sql_lit(q->w, "not (");
	bool ok = put_object(q, s, object, v);
	sql_lit(q->w, ")");
	return ok;
}

static bool is_combination(str name)
{
	return str_eq(name, S("AND")) || str_eq(name, S("OR")) || str_eq(name, S("NOT"));
}

static const struct gql_type *where_type_of(struct planner *p, const struct gql_type *object)
{
	struct buf b = buf_on(p->arena);
	buf_put(&b, object->name);
	buf_lit(&b, "WhereInput");
	return gql_type_find(p->model->gql, buf_str(&b));
}

static bool put_object(struct where *q, const struct scope *s, const struct gql_type *object,
	const struct gql_value *v)
{
	const struct gql_type *type = where_type_of(q->p, object);
	if (!type || ++q->depth > WHERE_DEPTH_MAX)
		return planner_fail(q->p, q->node, ERR_BAD_INPUT,
			"The filter is nested more than %d levels deep.", WHERE_DEPTH_MAX);
	planner_consult(q->p, v);
	size_t written = 0;
	for (size_t i = 0; i < v->n; i++) {
		if (is_absent(v->items[i]))
			continue;
		const struct gql_input *in = &type->inputs[i];
		if (is_combination(in->name)) {
			put_and(q, &written);
			if (!put_combined(q, s, object, in, v->items[i]))
				return false;
		} else if (!put_member(q, s, object, in, v->items[i], &written)) {
			return false;
		}
	}
	if (written == 0)
		sql_lit(q->w, "true");
	q->depth--;
	return true;
}

bool put_where(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_type *object, const struct gql_value *where,
	const struct ast_selection *node)
{
	struct where q = { .p = p, .w = w, .node = node };
	return put_object(&q, s, object, where);
}
