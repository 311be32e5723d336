/*
 * generate_page - the types and arguments of connections: a field of type XConnection, when X has a
 * source and nobody declares XConnection.
 *
 * The form is that of the GraphQL Cursor Connections Specification, with `nodes` and `totalCount`
 * besides. A type PageInfo of the user's is taken when it has exactly the specification's fields.
 */
#include "schema/generate_int.h"

struct decl *generated_for(struct compiler *c, str name, const char *suffix)
{
	str end = str_from(suffix);
	if (!str_ends(name, end) || decl_find(c, name))
		return NULL;
	struct decl *d = decl_find(c, str_sub(name, 0, name.n - end.n));
	bool composite = d && (d->kind == AST_OBJECT_TYPE || d->kind == AST_INTERFACE);
	return composite && decl_source(c, d).n ? d : NULL;
}

static const struct {
	const char *name, *type, *doc;
} PAGE_INFO[] = {
	{ "hasNextPage", "Boolean!", "Are there more rows behind this page?" },
	{ "hasPreviousPage", "Boolean!", "Are there more rows before this page?" },
	{ "startCursor", "String", "The cursor of the page's first row; null when it is empty." },
	{ "endCursor", "String", "The cursor of the page's last row; null when it is empty." },
};

static void note_output(struct compiler *c, str name, enum input_role role, str about)
{
	struct generated *made = arena_new(c->arena, struct generated);
	*made = (struct generated){ role, about };
	map_set(&c->generated, name, made);
}

static bool is_page_info_field(const struct ast_field_def *f)
{
	bool list;
	str type = ast_type_bottom(f->type, &list);
	for (size_t i = 0; i < COUNT(PAGE_INFO); i++)
		if (str_eq(f->name.text, str_from(PAGE_INFO[i].name)))
			return !list && str_starts(str_from(PAGE_INFO[i].type), type);
	return false;
}

/* The user's own PageInfo must be what the specification says. */
static void check_page_info(struct compiler *c, const struct decl *d)
{
	for (size_t i = 0; i < d->nodes.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->nfields; k++) {
			if (is_page_info_field(&node->fields[k]))
				continue;
			struct diagnostic *problem =
				diag_error(c, node->source, node->fields[k].name.at,
					"PageInfo.%.*s is not a field that a page has.",
					STR_ARG(node->fields[k].name.text));
			problem->hint = S(
				"Leave PageInfo out: it is generated for connections with hasNextPage, "
				"hasPreviousPage, startCursor and endCursor.");
		}
	}
}

static void put_page_info(struct generator *g)
{
	const struct decl *own = decl_find(g->c, S("PageInfo"));
	if (g->page_info)
		return;
	g->page_info = true;
	note_output(g->c, S("PageInfo"), OUTPUT_PAGE_INFO, STR_NONE);
	if (own) {
		check_page_info(g->c, own);
		return;
	}
	put_doc(g, S(""), S("Where a page stands among all rows."));
	buf_lit(&g->out, "type PageInfo {\n");
	for (size_t i = 0; i < COUNT(PAGE_INFO); i++)
		put_member(g, str_from(PAGE_INFO[i].name), str_from(PAGE_INFO[i].type),
			PAGE_INFO[i].doc);
	end_type(g);
}

static void put_types(struct generator *g, const struct decl *d)
{
	struct arena *a = g->c->arena;
	str row = suffixed(g, d->name, "!");
	str doc = str_printf(a, "A row of a page of %.*s, with its cursor.", STR_ARG(d->name));
	if (begin_type(g, d, "Edge", OUTPUT_EDGE, doc)) {
		put_member(g, S("cursor"), S("String!"),
			"Where the row stands in the order: for `after` and `before`.");
		put_member(g, S("node"), row, "The row.");
		end_type(g);
	}
	doc = str_printf(a, "A page of %.*s.", STR_ARG(d->name));
	if (!begin_type(g, d, "Connection", OUTPUT_CONNECTION, doc))
		return;
	put_member(g, S("edges"), str_printf(a, "[%.*sEdge!]!", STR_ARG(d->name)),
		"The rows of the page with their cursors.");
	put_member(g, S("nodes"), str_printf(a, "[%.*s]!", STR_ARG(row)), "The rows of the page.");
	put_member(g, S("pageInfo"), S("PageInfo!"), "Where the page stands among all rows.");
	put_member(g, S("totalCount"), S("Int!"),
		"How many rows match, on all pages. They are counted only when this is asked for.");
	end_type(g);
}

void put_connection(struct generator *g, struct ast_field_def *f, struct decl *target)
{
	struct arena *a = g->c->arena;
	uint32_t at = f->name.at;
	add_row_arguments(g, f, target);
	add_argument(g, f, S("first"), type_named(a, S("Int"), at), S("The first so many rows …"));
	add_argument(g, f, S("after"), type_named(a, S("String"), at),
		S("… behind the row with this cursor."));
	add_argument(g, f, S("last"), type_named(a, S("Int"), at), S("The last so many rows …"));
	add_argument(g, f, S("before"), type_named(a, S("String"), at),
		S("… before the row with this cursor."));
	put_page_info(g);
	if (!map_find(&g->c->generated, suffixed(g, target->name, "Connection")))
		put_types(g, target);
}
