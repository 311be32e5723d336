/*
 * node - `interface Node { id: ID! }`: global ids, and the root fields that find any object by one.
 *
 * The interface is recognised by its form, wherever the user declares it. The `id` of an object
 * that implements it and has a source is not a column but a text made of the type's name and the
 * row's key; fields with @column give the key itself. Such an `id` is no filter and no order: these
 * work on the key's own fields.
 */
#include "schema/generate_int.h"

/* ---- declarations ---- */

static bool is_id_field(const struct ast_field_def *f)
{
	const struct ast_type *t = f->type;
	return str_eq(f->name.text, S("id")) && t->kind == AST_TYPE_NON_NULL &&
		t->of->kind == AST_TYPE_NAMED && str_eq(t->of->name, S("ID"));
}

bool decl_is_node(const struct decl *d)
{
	if (d->kind != AST_INTERFACE || !str_eq(d->name, S("Node")) || d->nodes.n != 1)
		return false;
	const struct ast_definition *node = d->nodes.at[0];
	return node->nfields == 1 && is_id_field(&node->fields[0]) &&
		!directive_find(&node->directives, "source");
}

static bool implements_node(const struct ast_definition *node)
{
	for (size_t i = 0; i < node->ninterfaces; i++)
		if (str_eq(node->interfaces[i].text, S("Node")))
			return true;
	return false;
}

static str address_key(struct arena *a, const void *p)
{
	const void **key = arena_new(a, const void *);
	*key = p;
	return (str){ (const char *)key, sizeof *key };
}

/* The id fields of a type, whose nodes may be extensions of the one that implements Node. */
static void note_ids(struct compiler *c, struct decl *d)
{
	bool node = false;
	for (size_t i = 0; i < d->nodes.n; i++)
		node |= implements_node(d->nodes.at[i]);
	for (size_t i = 0; node && i < d->nodes.n; i++)
		for (size_t k = 0; k < d->nodes.at[i]->nfields; k++)
			if (is_id_field(&d->nodes.at[i]->fields[k]))
				map_set(&c->global_ids,
					address_key(c->arena, &d->nodes.at[i]->fields[k]), d);
}

void decl_collect_nodes(struct compiler *c)
{
	const struct decl *node = decl_find(c, S("Node"));
	c->global_ids = map_on(c->arena, 0);
	if (!node || !decl_is_node(node))
		return;
	for (size_t i = 0; i < node->implementers.n; i++)
		if (node->implementers.at[i]->kind == AST_OBJECT_TYPE &&
			decl_source(c, node->implementers.at[i]).n)
			note_ids(c, node->implementers.at[i]);
}

bool decl_is_global_id(const struct compiler *c, const struct ast_field_def *f)
{
	return c->global_ids.n && map_find(&c->global_ids, (str){ (const char *)&f, sizeof f });
}

/* ---- types ---- */

bool bind_is_node(const struct compiler *c, const struct gql_type *t)
{
	const struct decl *d = t->kind == GQL_INTERFACE ? decl_find(c, t->name) : NULL;
	return d && decl_is_node(d);
}

bool bind_global_id(struct compiler *c, const struct gql_field *f, const struct backing *b,
	struct binding *out)
{
	if (!b || !f->node || !decl_is_global_id(c, f->node))
		return false;
	const struct ast_directive *d = directive_find(&f->node->directives, "column");
	if (d)
		diag_error(c, f->source, d->at,
			"%.*s.id is the global id of a Node, so it has no column. Give the column a field "
			"of another name.",
			STR_ARG(f->parent->name));
	if (b->nshown_key == 0)
		diag_error(c, f->source, f->node->name.at,
			"\"%.*s\" has no primary key and no column \"id\", so its rows have no global id.",
			STR_ARG(b->relation->name));
	out->kind = BIND_NODE_ID;
	out->target = b;
	return true;
}

/* The one argument of that name and type, or NULL. */
static const struct gql_input *only_argument(struct compiler *c, const struct gql_field *f,
	const char *name, const char *type)
{
	str want = str_from(type);
	if (f->nargs == 1 && str_eq(f->args[0].name, str_from(name)) &&
		str_eq(gql_ref_text(c->arena, f->args[0].type), want))
		return &f->args[0];
	struct diagnostic *d = diag_error(c, f->source, f->node->name.at,
		"%.*s.%.*s finds objects by global ids, so it takes one argument: %s: %s",
		STR_ARG(f->parent->name), STR_ARG(f->name), name, type);
	UNUSED(d);
	return NULL;
}

bool bind_node_root(struct compiler *c, const struct gql_field *f, struct binding *out)
{
	if (!bind_is_node(c, f->type->type))
		return false;
	bool many = gql_is_list(f->type);
	const struct gql_input *arg =
		many ? only_argument(c, f, "ids", "[ID!]!") : only_argument(c, f, "id", "ID!");
	const struct gql_ref *item = many ? gql_nullable(f->type)->of : f->type;
	if (arg && gql_is_non_null(item))
		diag_error(c, f->source, f->node->type->at,
			"%.*s.%.*s must be able to give null, for ids that find nothing.",
			STR_ARG(f->parent->name), STR_ARG(f->name));
	out->kind = BIND_NODE;
	out->list.max_limit = c->options->max_limit;
	return true;
}
