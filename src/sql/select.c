/*
 * select - which expressions a selection needs of a row, and the shape in which they come back.
 *
 * A row's fields are columns, keys of its document, or relations. Columns and relations get a slot
 * each in the select list; the document gets one slot, whatever number of its keys is asked for,
 * because building or reading it once and copying keys in C is cheaper than naming each key in SQL.
 * A relation's slot is a scalar subselect that returns a JSON array of the child's slots (to-one),
 * or an array of such arrays (to-many): positions instead of names, so that the statement does not
 * depend on aliases.
 *
 * LIMIT of the parent applies before the subselects run: PostgreSQL evaluates costly output columns
 * after the sort.
 */
#include "sql/planner_int.h"

#include "base/json.h"

enum {
	BUILD_ARRAY_MAX = 90, /* PostgreSQL functions take at most 100 arguments */
	DEPTH_MAX = 64,
	KEYS_ALONE_MAX = 4,
	SLOTS_MAX = 1600, /* PostgreSQL gives out at most 1664 columns */
};

/* ---- slots ---- */

uint32_t row_slot(struct planner *p, struct row *r, str expression)
{
	for (size_t i = 0; i < r->slots.n; i++)
		if (str_eq(r->slots.at[i], expression))
			return (uint32_t)i;
	*vec_push(p->arena, &r->slots) = expression;
	return (uint32_t)(r->slots.n - 1);
}

void put_slots(struct sql *w, const struct row *r)
{
	if (r->slots.n == 0)
		sql_lit(w, "null");
	for (size_t i = 0; i < r->slots.n; i++) {
		if (i)
			sql_lit(w, ", ");
		sql_catalog(w, r->slots.at[i]);
	}
}

void put_slots_json(struct sql *w, const struct row *r)
{
	if (r->slots.n <= BUILD_ARRAY_MAX) {
		sql_lit(w, "json_build_array(");
		for (size_t i = 0; i < r->slots.n; i++) {
			if (i)
				sql_lit(w, ", ");
			sql_catalog(w, r->slots.at[i]);
		}
		sql_lit(w, ")");
		return;
	}
	sql_lit(w, "array_to_json(array[");
	for (size_t i = 0; i < r->slots.n; i++) {
		if (i)
			sql_lit(w, ", ");
		sql_lit(w, "to_json(");
		sql_catalog(w, r->slots.at[i]);
		sql_lit(w, ")");
	}
	sql_lit(w, "])");
}

static bool is_json_column(const struct cat_column *c)
{
	str name = cat_type_plain(c->type)->name;
	return str_eq(name, S("jsonb")) || str_eq(name, S("json"));
}

/* The slot of a column; what has no text form that the projector reads goes through to_json. */
static uint32_t column_slot(struct planner *p, struct row *r, const struct cat_column *c)
{
	const struct cat_type *t = cat_type_plain(c->type);
	bool wrap = (t->kind == CAT_ARRAY || t->kind == CAT_COMPOSITE) && !is_json_column(c);
	struct sql w = sql_on(p->arena, p->params);
	if (wrap)
		sql_lit(&w, "to_json(");
	sql_alias(&w, r->alias);
	sql_lit(&w, ".");
	sql_ident(&w, c->name);
	if (wrap)
		sql_lit(&w, ")");
	return row_slot(p, r, buf_str(&w.text));
}

static void need_doc(struct planner *p, struct row *r)
{
	if (r->has_doc)
		return;
	r->doc_slot = column_slot(p, r, r->source->data);
	r->has_doc = true;
}

/* ---- shapes ---- */

struct shape *shape_wrap(struct planner *p, const struct gql_ref *ref, const struct leaf *leaf,
	const struct shape *object)
{
	struct shape *s = arena_new(p->arena, struct shape);
	const struct gql_ref *bare = gql_nullable(ref);
	if (bare->kind == AST_TYPE_LIST) {
		s->kind = SHAPE_LIST;
		s->item = shape_wrap(p, bare->of, leaf, object);
	} else if (object) {
		*s = *object;
	} else {
		s->kind = SHAPE_LEAF;
		s->leaf = *leaf;
	}
	s->non_null = gql_is_non_null(ref);
	return s;
}

str shape_key(struct planner *p, str name)
{
	struct buf b = buf_on(p->arena);
	json_put_string(&b, name);
	buf_putc(&b, ':');
	return buf_str(&b);
}

struct key_list {
	VEC(str);
};

/* The object that is being put together. */
struct building {
	struct planner *p;
	const struct scope *scope;
	struct key_list keys;
};

static uint32_t key_number(struct building *o, str key)
{
	for (size_t i = 0; i < o->keys.n; i++)
		if (str_eq(o->keys.at[i], key))
			return (uint32_t)i;
	*vec_push(o->p->arena, &o->keys) = key;
	return (uint32_t)(o->keys.n - 1);
}

static void from_key(struct building *o, struct shape_field *out, const str *path, size_t n)
{
	out->from = FROM_KEY;
	out->slot = key_number(o, path[0]);
	out->path = path + 1;
	out->npath = n - 1;
	if (!o->scope->embedded && o->scope->row)
		need_doc(o->p, o->scope->row);
}

static uint32_t computed_slot(struct planner *p, const struct scope *s, const struct computed *row)
{
	struct sql w = sql_on(p->arena, p->params);
	put_computed(&w, s, row);
	return row_slot(p, s->row, buf_str(&w.text));
}

static bool field_at_place(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	struct planner *p = o->p;
	const struct place *place = &b->place;
	bool as_column = place->column && !o->scope->embedded && o->scope->row;
	if (place->computed) {
		out->from = FROM_SLOT;
		out->slot = computed_slot(p, o->scope, place->computed);
	} else if (as_column) {
		out->from = FROM_SLOT;
		out->slot = column_slot(p, o->scope->row, place->column);
	} else if (place->column) {
		from_key(o, out, &place->column->name, 1);
	} else {
		from_key(o, out, place->path, place->npath);
	}
	struct shape *object = NULL;
	if (gql_is_composite(f->type->type)) {
		struct scope inner = scope_embedded(p, o->scope, place);
		inner.in_list |= gql_is_list(f->type);
		struct nodes nodes = { c->fields, c->n };
		bool before = p->wants_row;
		p->wants_row = false;
		if (!select_object(p, &inner, f->type->type, nodes, &object))
			return false;
		out->wants_row = p->wants_row;
		p->wants_row |= before;
	}
	out->shape = shape_wrap(p, f->type, &b->leaf, object);
	return true;
}

/* ---- relations ---- */

void put_join(struct planner *p, const struct scope *parent, struct row *child,
	const struct join *j, struct sql *on, struct sql *from)
{
	struct scope to = { .row = child };
	if (!j->link) {
		put_pairs(on, parent, &to, j);
		return;
	}
	struct row link = { .alias = p->aliases++ };
	struct scope middle = { .row = &link };
	put_link_join(from, j, &to, link.alias);
	put_pairs(on, parent, &middle, j);
}

/* (select json_build_array(…) from …), or all such arrays as one. */
static bool rows_subselect(struct planner *p, struct row *child, const struct rows_request *q,
	struct sql *out)
{
	if (q->many) {
		uint32_t wrapper = p->aliases++;
		sql_lit(out, "(select coalesce(json_agg(");
		sql_alias(out, wrapper);
		sql_lit(out, ".j), '[]'::json) from (select ");
		put_slots_json(out, child);
		sql_lit(out, " as j");
		if (!put_rows(p, out, child, q))
			return false;
		sql_lit(out, ") ");
		sql_alias(out, wrapper);
		sql_lit(out, ")");
		return true;
	}
	sql_lit(out, "(select ");
	put_slots_json(out, child);
	bool ok = put_rows(p, out, child, q);
	sql_lit(out, ")");
	return ok;
}

static bool relation_subselect(struct building *o, const struct gql_field *f,
	const struct binding *b, const struct collected *c, struct row *child, struct sql *out)
{
	struct planner *p = o->p;
	struct sql on = sql_on(p->arena, p->params), from = sql_on(p->arena, p->params);
	put_join(p, o->scope, child, b->join, &on, &from);
	struct rows_request q = { .field = f,
		.node = c->fields[0],
		.binding = b,
		.many = gql_is_list(f->type),
		.joined = &on,
		.extra_from = &from };
	return rows_subselect(p, child, &q, out);
}

/* Can the field follow from a row? False: not, and *ok tells whether that is an error. */
static bool has_row(struct building *o, const struct collected *c, const struct gql_field *f,
	struct shape_field *out, bool *ok)
{
	struct planner *p = o->p;
	*ok = true;
	if (!o->scope->row) {
		p->wants_row = true;
		out->shape = arena_new(p->arena, struct shape);
		return false;
	}
	if (!o->scope->in_list)
		return true;
	*ok = planner_fail(p, c->fields[0], ERR_UNSUPPORTED,
		"Field \"%.*s.%.*s\" is read from a row and can't be selected below a list that is embedded "
		"in a document.",
		STR_ARG(f->parent->name), STR_ARG(f->name));
	return false;
}

static bool field_relation(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	struct planner *p = o->p;
	bool ok;
	if (!has_row(o, c, f, out, &ok))
		return ok;
	struct nodes nodes = { c->fields, c->n };
	struct shape *object;
	if (b->use != USE_ROWS || b->members) {
		str expression;
		bool ready = b->use == USE_CONNECTION
			? page_expression(p, o->scope, f, nodes, &expression, &object)
			: b->use == USE_AGGREGATE
			? aggregate_expression(p, o->scope, f, nodes, &expression, &object)
			: choice_expression(p, o->scope, f, nodes, &expression, &object);
		if (!ready)
			return false;
		out->from = FROM_SLOT;
		out->slot = row_slot(p, o->scope->row, expression);
		out->shape = shape_wrap(p, f->type, NULL, object);
		return true;
	}
	struct row child = { .alias = p->aliases++, .source = b->target };
	struct scope inner = { .row = &child };
	if (!select_object(p, &inner, f->type->type, nodes, &object))
		return false;
	struct sql w = sql_on(p->arena, p->params);
	if (!relation_subselect(o, f, b, c, &child, &w))
		return false;
	out->from = FROM_SLOT;
	out->slot = row_slot(p, o->scope->row, buf_str(&w.text));
	out->shape = shape_wrap(p, f->type, NULL, object);
	return true;
}

/* ---- functions of the row ---- */

/* (select json_build_array(…) from fn(t0, …) t1 …): rows that a function of the row returns. */
static bool computed_rows(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	struct planner *p = o->p;
	struct row child = { .alias = p->aliases++, .source = b->target };
	struct scope inner = { .row = &child };
	struct nodes nodes = { c->fields, c->n };
	struct shape *object;
	if (!select_object(p, &inner, f->type->type, nodes, &object))
		return false;
	struct sql w = sql_on(p->arena, p->params), call = sql_on(p->arena, p->params),
		   on = sql_on(p->arena, p->params), none = sql_on(p->arena, p->params);
	if (!put_function_call(p, &call, o->scope, f, b, nodes))
		return false;
	if (!b->call->function->returns_set) { /* no row is returned as a row of nulls */
		sql_lit(&on, "not (");
		sql_alias(&on, child.alias);
		sql_lit(&on, " is null)");
	}
	struct rows_request q = { .field = f,
		.node = c->fields[0],
		.binding = b,
		.many = gql_is_list(f->type),
		.joined = &on,
		.from = &call,
		.extra_from = &none };
	if (!rows_subselect(p, &child, &q, &w))
		return false;
	out->slot = row_slot(p, o->scope->row, buf_str(&w.text));
	out->shape = shape_wrap(p, f->type, NULL, object);
	return true;
}

static bool field_computed(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	struct planner *p = o->p;
	struct shape *object = NULL;
	struct scope document = { .embedded = true };
	struct nodes nodes = { c->fields, c->n };
	bool ok;
	if (!has_row(o, c, f, out, &ok))
		return ok;
	out->from = FROM_SLOT;
	if (b->call->result == RESULT_ROWS)
		return computed_rows(o, f, b, c, out);
	if (b->call->result == RESULT_JSON && gql_is_composite(f->type->type) &&
		!select_object(p, &document, f->type->type, nodes, &object))
		return false;
	if (p->wants_row)
		return planner_fail(p, c->fields[0], ERR_UNSUPPORTED,
			"Relations can't be followed from \"%.*s.%.*s\": it is a document, not a row.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
	struct sql w = sql_on(p->arena, p->params);
	if (!put_call_value(p, &w, o->scope, f, b, nodes))
		return false;
	out->slot = row_slot(p, o->scope->row, buf_str(&w.text));
	out->shape = shape_wrap(p, f->type, &b->leaf, object);
	return true;
}

/* ---- resolvers ---- */

/* What the resolver requires of each parent is selected like any field. */
static bool field_resolver(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	struct planner *p = o->p;
	const struct resolver *r = b->resolver;
	struct nodes nodes = { c->fields, c->n };
	struct resolving *resolving;
	if (!plan_resolver(p, f, nodes, out, &resolving))
		return false;
	struct shape_field *parent = arena_array(p->arena, struct shape_field, r->n);
	for (size_t i = 0; i < r->n; i++) {
		const struct gql_field *required = r->fields[i];
		const struct binding *stored = model_binding(p->model, required);
		parent[i] = (struct shape_field){ .key = shape_key(p, r->keys[i]),
			.name = required->name,
			.nodes = out->nodes,
			.nnodes = out->nnodes,
			.field = required };
		if (stored->place.computed && !o->scope->row)
			return planner_fail(p, c->fields[0], ERR_UNSUPPORTED,
				"Field \"%.*s.%.*s\" needs a row, which is not there.",
				STR_ARG(f->parent->name), STR_ARG(f->name));
		if (!field_at_place(o, required, stored, c, &parent[i]))
			return false;
		struct shape *nullable = arena_new(p->arena, struct shape);
		*nullable = *parent[i].shape;
		nullable->non_null = false;
		parent[i].shape = nullable;
	}
	resolving->parent = parent;
	return true;
}

/* ---- objects ---- */

void shape_typename(struct planner *p, const struct gql_type *type, struct shape_field *out)
{
	const struct gql_schema *gql = p->model->gql;
	struct buf b = buf_on(p->arena);
	json_put_string(&b, type->name);
	out->from = FROM_TYPENAME;
	out->constant = buf_str(&b);
	out->shape = shape_wrap(p, gql->meta[GQL_FIELD_TYPENAME].type, &(struct leaf){ 0 }, NULL);
}

/* In documents the key stands under its column's name. */
static bool field_node_id(struct building *o, const struct gql_field *f, const struct binding *b,
	const struct collected *c, struct shape_field *out)
{
	const struct backing *source = b->target;
	struct leaf leaf = model_facts(o->p->model, f->type->type)->leaf;
	out->constant = source->type->name;
	out->shape = shape_wrap(o->p, f->type, &leaf, NULL);
	out->many_keys = source->nshown_key > 1;
	out->in_doc = !o->scope->row || o->scope->embedded;
	if (out->in_doc && out->many_keys)
		return planner_fail(o->p, c->fields[0], ERR_UNSUPPORTED,
			"The global id of \"%.*s\", whose key has several columns, can't be selected in a "
			"document.",
			STR_ARG(source->type->name));
	if (out->in_doc)
		from_key(o, out, &source->shown_key[0]->name, 1);
	else
		out->slot = row_slot(o->p, o->scope->row,
			node_id_expression(o->p, o->scope->row->alias, source));
	out->from = FROM_NODE_ID;
	return true;
}

static bool one_field(struct building *o, const struct gql_type *type, const struct collected *c,
	struct shape_field *out)
{
	struct planner *p = o->p;
	const struct gql_field *f = gql_field_find(p->model->gql, type, c->fields[0]->name.text);
	if (!f)
		return planner_fail(p, c->fields[0], ERR_INTERNAL, "Field \"%.*s\" is unknown.",
			STR_ARG(c->fields[0]->name.text));
	*out = (struct shape_field){ .key = shape_key(p, c->key),
		.name = c->key,
		.nodes = c->fields,
		.nnodes = c->n,
		.field = f };
	if (f->id == GQL_FIELD_TYPENAME) {
		shape_typename(p, type, out);
		return true;
	}
	const struct binding *b = model_binding(p->model, f);
	bool ok;
	if (b->kind == BIND_PLACE && b->place.computed && !has_row(o, c, f, out, &ok))
		return ok;
	if (b->kind == BIND_NODE_ID)
		return field_node_id(o, f, b, c, out);
	if (b->kind == BIND_PLACE)
		return field_at_place(o, f, b, c, out);
	if (b->kind == BIND_COMPUTED)
		return field_computed(o, f, b, c, out);
	if (b->kind == BIND_RELATION)
		return field_relation(o, f, b, c, out);
	if (b->kind == BIND_RESOLVER)
		return field_resolver(o, f, b, c, out);
	return planner_fail(p, c->fields[0], ERR_UNSUPPORTED,
		"Field \"%.*s.%.*s\" can't be read here: it is not bound to a column, key or relation.",
		STR_ARG(type->name), STR_ARG(f->name));
}

static const struct ast_selections **selection_sets(struct planner *p, struct nodes nodes)
{
	const struct ast_selections **sets =
		arena_array(p->arena, const struct ast_selections *, nodes.n);
	for (size_t i = 0; i < nodes.n; i++)
		sets[i] = &nodes.at[i]->selections;
	return sets;
}

/*
 * Fragments that spread others twice put fields into an operation that its text has no room for: a
 * few lines would be a plan of gigabytes.
 */
static bool within_limits(struct planner *p, const struct ast_selection *node)
{
	const struct plan_request *r = p->req;
	size_t bytes = arena_used(p->arena) - p->bytes_before;
	if (p->over)
		return false;
	p->over = true;
	if (r->fields_max && p->fields > r->fields_max)
		return planner_fail(p, node, ERR_COST,
			"The operation selects more than %zu fields, those of fragments counted "
			"wherever they are spread (limits.fields).",
			r->fields_max);
	if (r->bytes_max && bytes > r->bytes_max)
		return planner_fail(p, node, ERR_TOO_LARGE,
			"The operation needs more memory than the server allows "
			"(limits.request_memory). Ask for less.");
	p->over = false;
	return true;
}

bool select_fields(struct planner *p, const struct gql_type *type, struct nodes nodes,
	struct collection *out)
{
	*out = (struct collection){ 0 };
	if (p->over)
		return false;
	gql_collect(&p->collect, type, selection_sets(p, nodes), nodes.n, out);
	for (size_t i = 0; i < out->n; i++)
		p->fields += out->at[i].n;
	return within_limits(p, nodes.at[0]);
}

static bool one_variant(struct building *o, const struct gql_type *type, struct nodes nodes,
	struct shape_fields *out)
{
	struct planner *p = o->p;
	struct collection fields;
	if (!select_fields(p, type, nodes, &fields))
		return false;
	struct shape_field *at = arena_array(p->arena, struct shape_field, fields.n);
	for (size_t i = 0; i < fields.n; i++) {
		if (o->scope->row && o->scope->row->slots.n > SLOTS_MAX)
			return planner_fail(p, nodes.at[0], ERR_COST,
				"More than %d columns and relations of a row are selected.",
				SLOTS_MAX);
		if (!one_field(o, type, &fields.at[i], &at[i]))
			return false;
	}
	*out = (struct shape_fields){ type, at, fields.n };
	return true;
}

/* Abstract types: where the name of a row's type stands. */
static bool discriminate(struct building *o, const struct gql_type *type, struct nodes nodes,
	struct shape *out)
{
	const struct backing *b = model_facts(o->p->model, type)->source;
	struct row *r = o->scope->row;
	if (r && !o->scope->embedded && b && b->discriminator) {
		out->type_in_slot = true;
		out->type_at = column_slot(o->p, r, b->discriminator);
		return true;
	}
	str key = b && b->discriminator_key.n ? b->discriminator_key : S("__typename");
	out->type_at = key_number(o, key);
	if (r && !o->scope->embedded) {
		if (!r->source->data)
			return planner_fail(o->p, nodes.at[0], ERR_UNSUPPORTED,
				"Type \"%.*s\" has no discriminator column.", STR_ARG(type->name));
		need_doc(o->p, r);
	}
	return true;
}

/* Does the shape need the document as a whole? */
static bool needs_whole_doc(const struct building *o, const struct shape *shape)
{
	const struct row *r = o->scope->row;
	str type = cat_type_plain(r->source->data->type)->name;
	if (o->keys.n > KEYS_ALONE_MAX || shape->by_type || !str_eq(type, S("jsonb")))
		return true;
	const struct shape_fields *fields = &shape->variants[0];
	for (size_t i = 0; i < fields->n; i++) {
		const struct shape_field *f = &fields->at[i];
		bool reads_doc = f->from == FROM_RESOLVER || f->from == FROM_NODE_ID ||
			(f->from == FROM_SLOT && f->slot == r->doc_slot);
		if (reads_doc)
			return true;
	}
	return false;
}

/*
 * A few keys are extracted by PostgreSQL: that is cheaper than to give out the document, send it
 * and search it. Measured with documents of 300 to 700 bytes: one key costs half of the document,
 * four nearly as much. The document's slot becomes that of the first key.
 */
static void read_keys_alone(struct building *o, struct shape_fields *fields)
{
	struct planner *p = o->p;
	struct row *r = o->scope->row;
	uint32_t *slots = arena_array(p->arena, uint32_t, o->keys.n);
	struct shape_field *at = arena_array(p->arena, struct shape_field, fields->n);
	for (size_t i = 0; i < o->keys.n; i++) {
		struct sql w = sql_on(p->arena, p->params);
		sql_alias(&w, r->alias);
		sql_lit(&w, ".");
		sql_ident(&w, r->source->data->name);
		sql_lit(&w, "->");
		sql_quoted(&w, o->keys.at[i]);
		if (i == 0)
			r->slots.at[r->doc_slot] = buf_str(&w.text);
		slots[i] = i ? row_slot(p, r, buf_str(&w.text)) : r->doc_slot;
	}
	for (size_t i = 0; i < fields->n; i++) {
		at[i] = fields->at[i];
		if (at[i].from != FROM_KEY)
			continue;
		at[i].from = FROM_JSON_SLOT;
		at[i].slot = slots[at[i].slot];
	}
	fields->at = at;
	r->has_doc = false;
}

bool select_object(struct planner *p, const struct scope *s, const struct gql_type *type,
	struct nodes nodes, struct shape **out)
{
	if (p->depth >= DEPTH_MAX)
		return planner_fail(p, nodes.at[0], ERR_COST,
			"The selection is nested more than %d levels deep.", DEPTH_MAX);
	p->depth++;
	struct building o = { .p = p, .scope = s };
	bool had_doc = s->row && s->row->has_doc;
	bool abstract = type->kind != GQL_OBJECT;
	size_t n = abstract ? type->npossible : 1;
	struct shape_fields *variants = arena_array(p->arena, struct shape_fields, n);
	struct shape *shape = arena_new(p->arena, struct shape);
	*shape = (struct shape){ .kind = SHAPE_OBJECT,
		.variants = variants,
		.nvariants = n,
		.by_type = abstract };
	bool ok = !abstract || discriminate(&o, type, nodes, shape);
	for (size_t i = 0; ok && i < n; i++) {
		struct gql_type *object = NULL;
		if (abstract)
			object = type->possible[i];
		ok = one_variant(&o, object ? object : type, nodes, &variants[i]);
	}
	p->depth--;
	if (!ok)
		return false;
	shape->form = s->row && !s->embedded ? OBJECT_ROW : OBJECT_DOC;
	bool new_doc = shape->form == OBJECT_ROW && s->row->has_doc && !had_doc;
	if (new_doc && !needs_whole_doc(&o, shape)) {
		read_keys_alone(&o, &variants[0]);
		o.keys.n = 0;
	}
	shape->has_doc = s->row && s->row->has_doc && !s->embedded;
	shape->doc_slot = shape->has_doc ? s->row->doc_slot : 0;
	shape->keys = o.keys.at;
	shape->nkeys = o.keys.n;
	*out = shape;
	return true;
}
