/*
 * generate - SDL for what the server adds: scalars, directives, filter and order inputs, and the
 * arguments of lists. Connections are in generate_page.c, aggregates in generate_aggregate.c,
 * filters of leaves in generate_filter.c.
 *
 * Works on declarations, so that one build of the types sees everything. It starts from the lists
 * that rows are read by (fields of Query and list relations whose type has a source) and follows
 * the types that their inputs mention; what no list leads to is not generated. The text goes
 * through the parser and the schema builder like the user's own.
 *
 * The trees were made for this compilation only, so arguments are added to them in place.
 */
#include "schema/generate_int.h"

#include "base/json.h"
#include "graphql/parser.h"

void want(struct generator *g, enum want_kind kind, struct decl *d)
{
	bool *flags[] = {
		[WANT_WHERE] = &d->wants_where,
		[WANT_ORDER] = &d->wants_order,
		[WANT_LIST_FILTER] = &d->wants_list_filter,
		[WANT_FILTER] = &d->wants_filter,
		[WANT_BETWEEN] = &d->wants_between,
		[WANT_ARRAY_FILTER] = &d->wants_array_filter,
		[WANT_PATH_FILTER] = &d->wants_path_filter,
		[WANT_SEARCH] = &d->wants_search,
		[WANT_AGGREGATE_ORDER] = &d->wants_aggregate_order,
		[WANT_VALUE_ORDERS] = &d->wants_value_orders,
	};
	if (*flags[kind])
		return;
	*flags[kind] = true;
	*vec_push(g->c->arena, &g->wants) = (struct want){ kind, d };
}

/* ---- writing ---- */

void put_doc(struct generator *g, str indent, str text)
{
	buf_put(&g->out, indent);
	json_put_string(&g->out, text);
	buf_putc(&g->out, '\n');
}

void put_member(struct generator *g, str name, str type, const char *doc)
{
	if (doc)
		put_doc(g, S("  "), str_from(doc));
	buf_printf(&g->out, "  %.*s: %.*s\n", STR_ARG(name), STR_ARG(type));
}

str suffixed(struct generator *g, str name, const char *suffix)
{
	return str_printf(g->c->arena, "%.*s%s", STR_ARG(name), suffix);
}

bool begin_type(struct generator *g, const struct decl *about, const char *suffix,
	enum input_role role, str doc)
{
	struct compiler *c = g->c;
	str name = suffixed(g, about->name, suffix);
	const struct decl *clash = decl_find(c, name);
	if (clash && clash->nodes.n) {
		const struct ast_definition *node = clash->nodes.at[0];
		struct diagnostic *d = diag_error(c, node->source, node->name.at,
			"\"%.*s\" is the name of a type that is generated for \"%.*s\".",
			STR_ARG(name), STR_ARG(about->name));
		d->hint = S("Give this type another name.");
		return false;
	}
	struct generated *made = arena_new(c->arena, struct generated);
	*made = (struct generated){ role, about->name };
	map_set(&c->generated, name, made);
	put_doc(g, S(""), doc);
	bool order = role >= INPUT_ORDER_BY && role <= INPUT_ORDER_VALUES;
	buf_printf(&g->out, "%s %.*s%s {\n",
		role < OUTPUT_CONNECTION             ? "input"
			: role == OUTPUT_GROUP_FIELD ? "enum"
						     : "type",
		STR_ARG(name), order ? " @oneOf" : "");
	return true;
}

void end_type(struct generator *g)
{
	buf_lit(&g->out, "}\n");
}

/* ---- where ---- */

static void put_where_field(struct generator *g, const struct ast_field_def *f)
{
	struct decl *target;
	enum scalar_kind kind;
	switch (decl_field_use(g->c, f, &target)) {
	case USE_LEAF:
		if (!decl_leaf_kind(target, &kind) || !filter_is_there(g->c, kind))
			return;
		want(g, WANT_FILTER, target);
		put_member(g, f->name.text, suffixed(g, target->name, "Filter"), NULL);
		return;
	case USE_ONE:
		want(g, WANT_WHERE, target);
		put_member(g, f->name.text, suffixed(g, target->name, "WhereInput"), NULL);
		return;
	case USE_LEAVES:
		if (!decl_leaf_kind(target, &kind) || !filter_is_there(g->c, kind))
			return;
		want(g, WANT_ARRAY_FILTER, target);
		put_member(g, f->name.text, suffixed(g, target->name, "ListFilter"), NULL);
		return;
	case USE_MANY:
	case USE_EMBEDDED:
		want(g, WANT_WHERE, target);
		want(g, WANT_LIST_FILTER, target);
		put_member(g, f->name.text, suffixed(g, target->name, "ListFilter"), NULL);
		return;
	case USE_NONE: return;
	}
}

static void put_where(struct generator *g, const struct decl *d)
{
	str doc = str_printf(g->c->arena, "Conditions on %.*s; all that are given must hold.",
		STR_ARG(d->name));
	if (!begin_type(g, d, "WhereInput", INPUT_WHERE, doc))
		return;
	str self = suffixed(g, d->name, "WhereInput");
	str list = str_printf(g->c->arena, "[%.*s!]", STR_ARG(self));
	put_member(g, S("AND"), list, "All of these hold; true for the empty list.");
	put_member(g, S("OR"), list, "At least one of these holds; false for the empty list.");
	put_member(g, S("NOT"), self, "This does not hold.");
	for (size_t i = 0; i < d->nodes.n; i++)
		for (size_t k = 0; k < d->nodes.at[i]->nfields; k++)
			put_where_field(g, &d->nodes.at[i]->fields[k]);
	end_type(g);
}

/* ---- order ---- */

static const char ORDER_DIRECTION[] =
	"\"Directions of an order. Plain ASC puts rows without a value last, DESC first.\"\n"
	"enum OrderDirection {\n"
	"  ASC\n"
	"  DESC\n"
	"  ASC_NULLS_FIRST\n"
	"  ASC_NULLS_LAST\n"
	"  DESC_NULLS_FIRST\n"
	"  DESC_NULLS_LAST\n"
	"}\n";

static void put_order_field(struct generator *g, const struct ast_field_def *f)
{
	struct decl *target;
	if (str_eq(f->name.text, S("xmin")))
		return; /* a row's version has no order */
	if (decl_field_counts(g->c, f, &target)) {
		want(g, WANT_AGGREGATE_ORDER, target);
		put_member(g, f->name.text, suffixed(g, target->name, "AggregateOrderByInput"),
			NULL);
		return;
	}
	if (!decl_field_orders(g->c, f, &target))
		return;
	if (target->kind == AST_SCALAR || target->kind == AST_ENUM_TYPE) {
		put_member(g, f->name.text, S("OrderDirection"), NULL);
		return;
	}
	want(g, WANT_ORDER, target);
	put_member(g, f->name.text, suffixed(g, target->name, "OrderByInput"), NULL);
}

void put_order_direction(struct generator *g)
{
	const struct decl *clash = decl_find(g->c, S("OrderDirection"));
	if (!g->order_direction && clash)
		diag_error(g->c, clash->nodes.at[0]->source, clash->nodes.at[0]->name.at,
			"\"OrderDirection\" is the name of an enum that is generated.");
	else if (!g->order_direction)
		buf_put(&g->out, str_from(ORDER_DIRECTION));
	g->order_direction = true;
}

static void put_order(struct generator *g, const struct decl *d)
{
	put_order_direction(g);
	str doc = str_printf(g->c->arena, "What to order %.*s by: one field.", STR_ARG(d->name));
	if (!begin_type(g, d, "OrderByInput", INPUT_ORDER_BY, doc))
		return;
	for (size_t i = 0; i < d->nodes.n; i++)
		for (size_t k = 0; k < d->nodes.at[i]->nfields; k++)
			put_order_field(g, &d->nodes.at[i]->fields[k]);
	end_type(g);
}

static void put_wanted(struct generator *g)
{
	for (size_t i = 0; i < g->wants.n; i++) {
		struct want w = g->wants.at[i];
		switch (w.kind) {
		case WANT_WHERE: put_where(g, w.decl); break;
		case WANT_ORDER: put_order(g, w.decl); break;
		case WANT_LIST_FILTER: put_list_filter(g, w.decl); break;
		case WANT_FILTER: put_filter(g, w.decl); break;
		case WANT_BETWEEN: put_between(g, w.decl); break;
		case WANT_ARRAY_FILTER: put_array_filter(g, w.decl); break;
		case WANT_PATH_FILTER: put_path_filter(g, w.decl); break;
		case WANT_SEARCH: put_search(g); break;
		case WANT_AGGREGATE_ORDER: put_aggregate_order(g, w.decl); break;
		case WANT_VALUE_ORDERS: put_value_orders(g, w.decl); break;
		}
	}
}

/* ---- arguments of lists ---- */

struct ast_type *type_named(struct arena *a, str name, uint32_t at)
{
	struct ast_type *t = arena_new(a, struct ast_type);
	*t = (struct ast_type){ .kind = AST_TYPE_NAMED, .at = at, .end = at, .name = name };
	return t;
}

struct ast_type *type_wrap(struct arena *a, enum ast_type_kind kind, struct ast_type *of)
{
	struct ast_type *t = arena_new(a, struct ast_type);
	*t = (struct ast_type){ .kind = kind, .at = of->at, .end = of->end, .of = of };
	return t;
}

void add_argument(struct generator *g, struct ast_field_def *f, str name, struct ast_type *type,
	str doc)
{
	struct arena *a = g->c->arena;
	for (size_t i = 0; i < f->nargs; i++)
		if (str_eq(f->args[i].name.text, name))
			return;
	struct ast_input_value *args = arena_array(a, struct ast_input_value, f->nargs + 1);
	for (size_t i = 0; i < f->nargs; i++)
		args[i] = f->args[i];
	struct ast_value *description = arena_new(a, struct ast_value);
	uint32_t at = f->name.at;
	*description = (struct ast_value){ .kind = AST_STRING, .at = at, .end = at, .text = doc };
	args[f->nargs++] = (struct ast_input_value){ .description = description,
		.name = { name, at },
		.type = type,
		.at = at,
		.end = at };
	f->args = args;
}

void add_row_arguments(struct generator *g, struct ast_field_def *f, struct decl *target)
{
	struct arena *a = g->c->arena;
	uint32_t at = f->name.at;
	if (target->kind != AST_UNION) {
		want(g, WANT_WHERE, target);
		add_argument(g, f, S("where"),
			type_named(a, suffixed(g, target->name, "WhereInput"), at),
			S("Only rows that match."));
	}
	if (target->kind != AST_UNION && decl_is_orderable(g->c, target)) {
		want(g, WANT_ORDER, target);
		struct ast_type *item =
			type_named(a, suffixed(g, target->name, "OrderByInput"), at);
		add_argument(g, f, S("orderBy"),
			type_wrap(a, AST_TYPE_LIST, type_wrap(a, AST_TYPE_NON_NULL, item)),
			S("What to order by; the first counts most."));
	}
}

static void add_list_arguments(struct generator *g, struct ast_field_def *f, struct decl *target)
{
	struct arena *a = g->c->arena;
	uint32_t at = f->name.at;
	add_row_arguments(g, f, target);
	add_argument(g, f, S("limit"), type_named(a, S("Int"), at), S("At most so many rows."));
	add_argument(g, f, S("offset"), type_named(a, S("Int"), at), S("Leaves out so many rows."));
}

static str query_name(const struct compiler *c)
{
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		for (size_t k = 0; d->kind == AST_SCHEMA && k < d->noperation_types; k++)
			if (d->operation_types[k].operation == AST_QUERY)
				return d->operation_types[k].type.text;
	}
	return S("Query");
}

/* A filter that the field of a write asks for by name. */
static void want_write_filter(struct generator *g, const struct ast_field_def *f)
{
	bool list, write = directive_find(&f->directives, "write") != NULL;
	str suffix = S("WhereInput");
	for (size_t i = 0; write && i < f->nargs; i++) {
		str name = ast_type_bottom(f->args[i].type, &list);
		if (!str_ends(name, suffix))
			continue;
		struct decl *target = decl_find(g->c, str_sub(name, 0, name.n - suffix.n));
		if (target && decl_source(g->c, target).n)
			want(g, WANT_WHERE, target);
	}
}

static void add_arguments(struct generator *g)
{
	struct compiler *c = g->c;
	str query = query_name(c);
	for (size_t i = 0; i < c->definitions.n; i++) {
		struct ast_definition *d = c->definitions.at[i];
		bool root = str_eq(d->name.text, query);
		for (size_t k = 0; k < d->nfields; k++) {
			struct ast_field_def *f = &d->fields[k];
			bool list;
			want_write_filter(g, f);
			str bottom = ast_type_bottom(f->type, &list);
			struct decl *target = decl_find(c, bottom);
			struct decl *paged = generated_for(c, bottom, "Connection");
			struct decl *summed = generated_for(c, bottom, "Aggregate");
			bool answered = directive_find(&f->directives, "function") ||
				directive_find(&f->directives, "resolver");
			bool rows = root ? !answered
					 : directive_find(&f->directives, "relation") != NULL;
			if (list && rows && target && decl_has_rows(c, target))
				add_list_arguments(g, f, target);
			if (!list && rows && paged)
				put_connection(g, f, paged);
			if (!list && rows && summed)
				put_aggregate(g, f, summed);
		}
	}
}

/* ---- scalars ---- */

static void note_scalar(const struct compiler *c, const struct ast_type *type, bool *used)
{
	bool list;
	str name = ast_type_bottom(type, &list);
	const struct decl *d = decl_find(c, name);
	const struct scalar *s = scalar_find(name);
	if (s && s->read && (!d || d->nodes.n == 0))
		used[s - scalar_get(0)] = true;
}

static void put_scalars(struct generator *g)
{
	struct compiler *c = g->c;
	bool *used = g->scalars;
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		for (size_t k = 0; k < d->ninputs; k++)
			note_scalar(c, d->inputs[k].type, used);
		for (size_t k = 0; k < d->nfields; k++) {
			note_scalar(c, d->fields[k].type, used);
			for (size_t n = 0; n < d->fields[k].nargs; n++)
				note_scalar(c, d->fields[k].args[n].type, used);
		}
	}
	for (size_t i = 0; i < SCALAR_COUNT; i++) {
		const struct scalar *s = scalar_get((enum scalar_id)i);
		const struct decl *own = decl_find(c, str_from(s->name));
		if (!used[i] || !s->read || (own && own->nodes.n))
			continue;
		put_doc(g, S(""), str_from(s->doc));
		buf_printf(&g->out, "scalar %s @specifiedBy(url: \"%s\")\n", s->name, s->url);
	}
}

void generate(struct compiler *c)
{
	struct generator g = { .c = c, .out = buf_on(c->arena) };
	c->generated = map_on(c->arena, 0);
	decl_collect(c);
	decl_collect_nodes(c);
	add_arguments(&g);
	directives_put(c, &g.out);
	struct buf before = g.out;
	g.out = buf_on(c->arena);
	put_wanted(&g);
	struct buf inputs = g.out;
	g.out = before;
	put_scalars(&g);
	buf_put(&g.out, buf_str(&inputs));
	struct source *s = arena_new(c->arena, struct source);
	*s = (struct source){ S("generated"), buf_str(&g.out) };
	c->prelude = s;
	if (s->text.n == 0)
		return;
	struct gql_errors errors = { .arena = c->arena };
	struct ast_document document;
	if (!gql_parse(c->arena, s, &(struct parse_limits){ 0 }, &document, &errors)) {
		for (size_t i = 0; i < errors.n; i++)
			diag_from_gql(c, &errors.at[i]);
		return;
	}
	for (size_t i = 0; i < document.n; i++)
		*vec_push(c->arena, &c->definitions) = document.at[i];
}
