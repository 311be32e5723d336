/*
 * sql/planner_int.h - what the parts of the planner share.
 *
 * The planner works on the coerced arguments of one request and remembers which of them came from a
 * variable: coercion puts a variable's value into an argument by reference, so a value's address
 * tells where it comes from. Such a value becomes a parameter; whenever its structure decides
 * something, the variable is noted in deps.
 */
#pragma once

#include "base/map.h"
#include "sql/plan.h"
#include "sql/writer.h"

struct origin {
	uint32_t variable;
	const uint32_t *steps;
	size_t nsteps;
	const struct input_rule *rule; /* of the place where the variable stands; NULL = none */
};

struct planner {
	const struct plan_request *req;
	struct arena *arena;
	const struct model *model;
	struct collect collect;
	struct arena *scratch; /* ends with the planning */
	struct map origins;    /* 8 bytes of a gql_value's address → struct origin */
	uint8_t *deps;
	struct params *params; /* of the statement being written */
	bool by_value;         /* the same: see struct statement */
	uint32_t aliases;      /* the next table alias */
	unsigned depth;
	size_t fields;       /* that were selected so far */
	size_t bytes_before; /* on the arena when planning began */
	size_t constants;    /* bytes of answers to introspection that the plan holds */
	bool *printed;       /* by variable: its text is in the plan */
	bool over;           /* a limit was crossed, and that was told */
	bool resolves;       /* some field has a resolver */
	bool may_write;      /* some function that is called is VOLATILE */
	bool refused;        /* an argument of the root field that is being planned was */
	bool wants_row;      /* a relation was asked for below an object that has no row */
	struct {
		VEC(struct statement);
	} statements;
};

/* A row that is being selected from: its alias, and what the select list needs. */
struct row {
	uint32_t alias;
	const struct backing *source;
	struct {
		VEC(str);
	} slots; /* SQL expressions */
	bool has_doc;
	uint32_t doc_slot;
};

/* Where fields of an object are read: a row, or a document embedded in it. */
struct scope {
	struct row *row; /* NULL: a document without a row (a function's result) */
	bool embedded;
	const str *path; /* embedded: keys from the row's document to this object */
	size_t npath;
	const struct cat_column
		*column; /* embedded: the column that holds the document; NULL = source's data */
	bool element; /* embedded: the document is an item of a list, tN.v, N being row's alias */
	bool in_list; /* embedded in a list: no relation can be followed from here */
};

/* ---- planner.c: values and errors ---- */

bool planner_fail(struct planner *p, const struct ast_selection *node, enum err_code code,
	const char *fmt, ...) PRINTF(4, 5);
/* Notes that the plan depends on the value's structure, if it comes from a variable. */
void planner_consult(struct planner *p, const struct gql_value *v);
/* The same for a list whose items decide something. `v` may be NULL. */
void planner_consult_items(struct planner *p, const struct gql_value *v);
/* The same for global ids: which types they are of. */
void planner_consult_nodes(struct planner *p, const struct gql_value *v);
/* The same for a cursor: which of its keys are null. */
void planner_consult_cursor(struct planner *p, const struct gql_value *v);
struct pexpr planner_pexpr(struct planner *p, const struct gql_value *v);
/*
 * The coerced value of a field's argument: NULL when absent. Defaults are applied. False with an
 * error added when it can't be coerced.
 */
MUST_USE bool planner_arg(struct planner *p, const struct gql_field *f,
	const struct ast_selection *node, const struct gql_input *arg, struct gql_value **out);
/* Ends a statement: its text and parameters become the next entry; returns its number. */
int planner_statement(struct planner *p, struct sql *w);

/* ---- many.c ---- */

/* Gives a statement that ends with "limit 1" its form for several sets of parameters, if it may
 * have one. */
void planner_many(struct planner *p, int statement);

/* ---- select.c ---- */

/* The selection sets of all merged nodes of a field. */
struct nodes {
	const struct ast_selection *const *at;
	size_t n;
};

/*
 * Selects the fields of `type` from a scope into a new object shape. For abstract types one variant
 * per possible type.
 */
MUST_USE bool select_object(struct planner *p, const struct scope *s, const struct gql_type *type,
	struct nodes nodes, struct shape **out);
/* The shape of a value of type `ref` whose leaf or object is `bottom` (an object shape) or `leaf`.
 */
struct shape *shape_wrap(struct planner *p, const struct gql_ref *ref, const struct leaf *leaf,
	const struct shape *object);
/* An expression's number in the select list; equal expressions share one. */
uint32_t row_slot(struct planner *p, struct row *r, str expression);
/* Writes e0, e1, … or `null` when there is none. */
void put_slots(struct sql *w, const struct row *r);
/* Writes the slots as one JSON array. */
void put_slots_json(struct sql *w, const struct row *r);
/* Response key as JSON with the colon. */
str shape_key(struct planner *p, str name);
/* __typename of an object type. */
void shape_typename(struct planner *p, const struct gql_type *type, struct shape_field *out);
/* What the merged nodes of a field select of an object type. False: more than the plan may hold. */
MUST_USE bool select_fields(struct planner *p, const struct gql_type *type, struct nodes nodes,
	struct collection *out);

/* ---- resolve.c ---- */

/*
 * A field with a resolver: its arguments, and the shape of what it returns, into `out`; the
 * parent's fields are the caller's matter.
 */
MUST_USE bool plan_resolver(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct shape_field *out, struct resolving **resolving);

/* ---- rows.c ---- */

/* The arguments of a field that reads rows. */
struct row_args {
	struct gql_value **values; /* by gql_input.id; NULL = absent */
	/* of those that every list or connection has, by role; NULL = absent or null */
	const struct gql_value *by_role[ARG_ROLES];
	const struct gql_input *input[ARG_ROLES];
};
MUST_USE bool read_row_args(struct planner *p, const struct gql_field *f,
	const struct ast_selection *node, const struct binding *b, struct row_args *out);

/* What a field reads: the rows of its target, or those of them that belong to a parent's row. */
struct rows_of {
	const struct gql_field *field;
	const struct ast_selection *node;
	const struct binding *binding;
	const struct scope *parent; /* NULL: all rows */
	struct row_args args;
};
/*
 * Writes " from … where …": what the arguments compare, the where argument, and `extra` (a
 * condition, or NULL).
 */
MUST_USE bool put_rows_of(struct planner *p, struct sql *w, const struct rows_of *q,
	struct row *row, const struct sql *extra);
/* $n::int8 for a row count. */
void put_count(struct planner *p, struct sql *w, const struct gql_value *v,
	const struct gql_input *arg, uint64_t max, struct param *made);

/*
 * Writes "from … where … order by … limit …" of a list or single row field: `joined` is a condition
 * that is there already (may be empty).
 */
struct rows_request {
	const struct gql_field *field;
	const struct ast_selection *node;
	const struct binding *binding;
	bool many;
	const struct sql *joined; /* a condition, or NULL */
	const struct sql
		*from; /* what to select from, without alias; NULL = the target's relation */
	const struct sql *extra_from; /* ", link l" or NULL */
};
MUST_USE bool put_rows(struct planner *p, struct sql *w, const struct row *row,
	const struct rows_request *q);

/* ---- place.c: SQL for where a value stands ---- */

/* As text or column, without a cast: t0."name", t0."data"->>'name'. */
void put_place(struct sql *w, const struct scope *s, const struct place *place);
/* The JSON value, as jsonb: what is no JSON goes through to_jsonb. Null may be JSON's null. */
void put_place_json(struct sql *w, const struct scope *s, const struct place *place);
/* Is it an array of PostgreSQL, and no list in a document? */
bool place_is_array(const struct scope *s, const struct place *place);
/* The SQL type of an item of a list in a document; empty = text. */
str place_item_cast(const struct place *place, const struct leaf *leaf);
/* With the cast that makes a JSON value comparable: (t0."data"->>'age')::int4. */
void put_place_typed(struct sql *w, const struct scope *s, const struct place *place);
/* The SQL type that a value compared with it is cast to. */
str place_cast(const struct place *place, const struct leaf *leaf);

/* The scope of an object that is embedded at `place` of this one. */
struct scope scope_embedded(struct planner *p, const struct scope *s, const struct place *place);
/* to = from and …: from the parent's row or document to the target or the link. */
void put_pairs(struct sql *w, const struct scope *from, const struct scope *to,
	const struct join *j);

/*
 * select `what` from the rows of `child` (the target of the relation `b`) that belong to the row of
 * `s`; the where clause is open for " and …".
 */
void put_related(struct planner *p, struct sql *w, const struct scope *s, const struct binding *b,
	struct row *child, str what);
/*
 * " join link tN on …": from the target's row of `to` to a row of the link table, whose alias is
 * given. Where it may hold a pair twice, each counts once.
 */
void put_link_join(struct sql *w, const struct join *j, const struct scope *to, uint32_t alias);
/*
 * The condition that ties child rows to the parent, and for a link table what to add to the from
 * list.
 */
void put_join(struct planner *p, const struct scope *parent, struct row *child,
	const struct join *j, struct sql *on, struct sql *from);

/* ---- computed.c ---- */
/*
 * (select r."…" from … r where …): a column of the row whose key stands in the embedded document of
 * `s`, or with NULL the row.
 */
void put_looked_up(struct sql *w, const struct scope *s, const struct backing *b,
	const struct cat_column *column);

/* A function of the row: "fn"(t0), or with the columns that it takes. */
void put_computed(struct sql *w, const struct scope *s, const struct computed *row);
/* The parameters that the row fills. */
void put_row_arguments(struct sql *w, const struct scope *s, const struct computed *row);
/* A call that gives a value or a list of values; arrays, composites and sets as JSON. */
MUST_USE bool put_call_value(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_field *f, const struct binding *b, struct nodes nodes);

/* ---- filter.c, order.c, call.c ---- */

/*
 * Writes the condition that a where value is. `object` is the type of the scope's rows, `type` the
 * input type of the value, which is that of an interface for its members' rows.
 */
MUST_USE bool put_where(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_type *object, const struct gql_type *type, const struct gql_value *where,
	const struct ast_selection *node);
/* "schema"."fn"(…) with what the row of `s` (NULL: a root field), session and arguments give. */
MUST_USE bool put_function_call(struct planner *p, struct sql *w, const struct scope *s,
	const struct gql_field *f, const struct binding *b, struct nodes nodes);
/* A key of an order. */
struct order_key {
	str expression; /* SQL */
	str cast;       /* the SQL type of its values */
	str name;       /* fields joined by dots: the same in every statement */
	bool descending, nulls_first;
	bool nullable;
};
struct order_keys {
	VEC(struct order_key);
	size_t nasked; /* the first of them: asked for, or the field's default */
};
struct order_request {
	const struct gql_value *order; /* the argument, or NULL */
	const struct gql_type *input;  /* of its items */
	const struct list_policy *policy;
	const struct ast_selection *node;
	bool for_cursor; /* the key at the end is one that clients may see */
};
/* The order that a field's arguments ask for. */
struct order_request row_order(const struct rows_of *q);
/* The keys of the asked order or the default, then the row's key. */
MUST_USE bool order_keys(struct planner *p, const struct row *row, const struct order_request *q,
	struct order_keys *out);
/* The member of an order object that is given (the input is a @oneOf), or NULL. */
const struct gql_value *order_member(const struct gql_value *v, size_t *index);
/* Reads ASC, DESC_NULLS_LAST …. */
void order_direction(str name, struct order_key *out);
/* Writes " order by …"; nothing without keys. */
void put_order_keys(struct sql *w, const struct order_keys *keys, bool backward);

/* ---- aggregate.c ---- */

/* An aggregate: a root field, … */
MUST_USE bool plan_aggregate(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
/* … or a slot of a parent's row. */
MUST_USE bool aggregate_expression(struct planner *p, const struct scope *parent,
	const struct gql_field *f, struct nodes nodes, str *expression, struct shape **out);
/* {count: DESC}, {sum: {price: ASC}}: an order by an aggregate of `row`'s rows. */
MUST_USE bool order_aggregate(struct planner *p, struct row *row, const struct gql_type *input,
	const struct gql_value *v, const struct ast_selection *node, struct order_key *out);

/* ---- choice.c ---- */

/* Rows of an abstract type whose members have several relations: a root field, … */
MUST_USE bool plan_choice(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
/* … or a slot of a parent's row: an expression, and the shape of an item. */
MUST_USE bool choice_expression(struct planner *p, const struct scope *parent,
	const struct gql_field *f, struct nodes nodes, str *expression, struct shape **out);

/* ---- node.c ---- */

/* node(id:), nodes(ids:) */
MUST_USE bool plan_node(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
/* key = …: the row that a global id names, or none. */
void put_node_condition(struct planner *p, struct sql *w, const struct scope *s,
	const struct backing *b, const struct gql_value *id);
/* What a row's global id is made of: its key, or a JSON array of the key's parts. */
str node_id_expression(struct planner *p, uint32_t alias, const struct backing *b);

/* ---- page.c ---- */

/* A connection: a root field, … */
MUST_USE bool plan_page(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
/* … or a slot of a parent's row: an expression, and the shape of its value. */
MUST_USE bool page_expression(struct planner *p, const struct scope *parent,
	const struct gql_field *f, struct nodes nodes, str *expression, struct shape **out);

/* A root field that calls a function. */
MUST_USE bool plan_call(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
/* A root field that writes rows of a table. */
MUST_USE bool plan_write(struct planner *p, const struct gql_field *f, struct nodes nodes,
	struct plan_root *root);
