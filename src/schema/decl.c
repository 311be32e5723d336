/*
 * decl - what the documents declare, by name, before types are built: kinds, sources, and what the
 * fields of a type are good for in generated inputs.
 */
#include "schema/generate_int.h"

struct decl *decl_find(const struct compiler *c, str name)
{
	return map_find(&c->decls, name);
}

str ast_type_bottom(const struct ast_type *t, bool *list)
{
	*list = false;
	for (; t->kind != AST_TYPE_NAMED; t = t->of)
		*list |= t->kind == AST_TYPE_LIST;
	return t->name;
}

static struct decl *decl_get(struct compiler *c, str name, enum ast_definition_kind kind)
{
	struct decl *d = decl_find(c, name);
	if (d)
		return d;
	d = arena_new(c->arena, struct decl);
	d->name = name;
	d->kind = kind;
	map_set(&c->decls, name, d);
	return d;
}

struct decl *decl_leaf(struct compiler *c, str name)
{
	struct decl *d = decl_find(c, name);
	if (d || !scalar_find(name))
		return d;
	return decl_get(c, name, AST_SCALAR);
}

struct decl *decl_scalar(struct compiler *c, enum scalar_id id)
{
	return decl_leaf(c, str_from(scalar_get(id)->name));
}

void decl_collect(struct compiler *c)
{
	c->decls = map_on(c->arena, 0);
	for (size_t i = 0; i < c->definitions.n; i++) {
		struct ast_definition *d = c->definitions.at[i];
		if (d->kind < AST_SCALAR || d->kind > AST_INPUT)
			continue;
		struct decl *decl = decl_get(c, d->name.text, d->kind);
		*vec_push(c->arena, &decl->nodes) = d;
	}
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		for (size_t k = 0; k < d->ninterfaces; k++) {
			struct decl *interface = decl_find(c, d->interfaces[k].text);
			if (interface)
				*vec_push(c->arena, &interface->implementers) =
					decl_find(c, d->name.text);
		}
	}
}

/* ---- sources ---- */

static str own_source(const struct decl *d)
{
	for (size_t i = 0; i < d->nodes.n; i++) {
		const struct ast_directive *use =
			directive_find(&d->nodes.at[i]->directives, "source");
		const struct ast_value *v = use ? directive_arg(use, "relation") : NULL;
		if (v && v->kind == AST_STRING)
			return v->text;
	}
	return STR_NONE;
}

/* An object has its own source, or that of an interface that it implements. */
static str object_source(const struct compiler *c, const struct decl *d)
{
	str source = own_source(d);
	for (size_t i = 0; i < d->nodes.n && !source.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->ninterfaces && !source.n; k++) {
			const struct decl *interface = decl_find(c, node->interfaces[k].text);
			if (interface)
				source = own_source(interface);
		}
	}
	return source;
}

/* The source that all have in common. */
static bool join_source(const struct compiler *c, const struct decl *member, str *common)
{
	str source = member ? object_source(c, member) : STR_NONE;
	if (!common->p)
		*common = source;
	return source.n && str_eq(source, *common);
}

static str common_source(const struct compiler *c, const struct decl *d)
{
	str common = STR_NONE;
	for (size_t i = 0; i < d->implementers.n; i++)
		if (d->implementers.at[i]->kind == AST_OBJECT_TYPE &&
			!join_source(c, d->implementers.at[i], &common))
			return STR_NONE;
	for (size_t i = 0; i < d->nodes.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->nmembers; k++)
			if (!join_source(c, decl_find(c, node->members[k].text), &common))
				return STR_NONE;
	}
	return common;
}

str decl_source(struct compiler *c, struct decl *d)
{
	if (d->source_known)
		return d->source;
	d->source_known = true;
	d->source = d->kind == AST_OBJECT_TYPE ? object_source(c, d) : own_source(d);
	if (!d->source.n && !decl_is_node(d) && (d->kind == AST_INTERFACE || d->kind == AST_UNION))
		d->source = common_source(c, d);
	return d->source;
}

static bool has_source(struct compiler *c, struct decl *d)
{
	return d && decl_source(c, d).n > 0;
}

/* Do all members have a source, though not one in common? */
static bool is_scattered(struct compiler *c, const struct decl *d)
{
	size_t n = 0;
	for (size_t i = 0; d->kind == AST_INTERFACE && i < d->implementers.n; i++) {
		if (d->implementers.at[i]->kind != AST_OBJECT_TYPE)
			continue;
		if (!has_source(c, d->implementers.at[i]))
			return false;
		n++;
	}
	for (size_t i = 0; d->kind == AST_UNION && i < d->nodes.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->nmembers; k++, n++)
			if (!has_source(c, decl_find(c, node->members[k].text)))
				return false;
	}
	return n > 0;
}

bool decl_has_rows(struct compiler *c, struct decl *d)
{
	return !decl_is_node(d) && (has_source(c, d) || is_scattered(c, d));
}

/* ---- fields ---- */

bool decl_leaf_kind(const struct decl *d, enum scalar_kind *kind)
{
	if (d->kind == AST_ENUM_TYPE) {
		*kind = KIND_ENUM;
		return true;
	}
	const struct scalar *s = d->kind == AST_SCALAR ? scalar_find(d->name) : NULL;
	if (s)
		*kind = s->kind;
	return s != NULL;
}

static unsigned list_depth(const struct ast_type *t)
{
	unsigned depth = 0;
	for (; t->kind != AST_TYPE_NAMED; t = t->of)
		depth += t->kind == AST_TYPE_LIST;
	return depth;
}

enum field_use decl_field_use(struct compiler *c, const struct ast_field_def *f,
	struct decl **target)
{
	bool list;
	*target = decl_leaf(c, ast_type_bottom(f->type, &list));
	if (!*target || decl_is_global_id(c, f))
		return USE_NONE;
	const struct ast_directive *call = directive_find(&f->directives, "function");
	if (directive_find(&f->directives, "resolver"))
		return USE_NONE;
	if (call && (f->nargs || directive_arg(call, "context")))
		return USE_NONE;
	bool relation = directive_find(&f->directives, "relation") != NULL;
	enum ast_definition_kind kind = (*target)->kind;
	unsigned depth = list_depth(f->type);
	if (kind == AST_SCALAR || kind == AST_ENUM_TYPE)
		return depth == 0 ? USE_LEAF : depth == 1 && !call ? USE_LEAVES : USE_NONE;
	if (call)
		return USE_NONE;
	if ((kind != AST_OBJECT_TYPE && kind != AST_INTERFACE) || depth > 1)
		return USE_NONE;
	if (!list)
		return USE_ONE;
	return relation ? USE_MANY : USE_EMBEDDED;
}

static bool is_sortable(const struct decl *leaf)
{
	enum scalar_kind kind;
	return decl_leaf_kind(leaf, &kind) && kind != KIND_JSON && kind != KIND_VECTOR;
}

bool decl_field_counts(struct compiler *c, const struct ast_field_def *f, struct decl **target)
{
	return decl_field_use(c, f, target) == USE_MANY;
}

bool decl_field_orders(struct compiler *c, const struct ast_field_def *f, struct decl **target)
{
	switch (decl_field_use(c, f, target)) {
	case USE_LEAF: return is_sortable(*target);
	case USE_ONE: return decl_is_orderable(c, *target);
	case USE_MANY:
	case USE_LEAVES:
	case USE_EMBEDDED:
	case USE_NONE: break;
	}
	return false;
}

/* Leaves first: a type with a leaf to sort by does not depend on others. */
static bool any_field_orders(struct compiler *c, const struct decl *d, bool leaves)
{
	for (size_t i = 0; i < d->nodes.n; i++) {
		const struct ast_definition *node = d->nodes.at[i];
		for (size_t k = 0; k < node->nfields; k++) {
			struct decl *target;
			bool leaf = decl_field_use(c, &node->fields[k], &target) == USE_LEAF;
			if (leaf == leaves && decl_field_orders(c, &node->fields[k], &target))
				return true;
		}
	}
	return false;
}

bool decl_is_orderable(struct compiler *c, struct decl *d)
{
	if (d->orderable != ORDER_UNKNOWN)
		return d->orderable == ORDER_YES;
	d->orderable = ORDER_ASKED;
	bool yes = any_field_orders(c, d, true) || any_field_orders(c, d, false);
	d->orderable = yes ? ORDER_YES : ORDER_NO;
	return yes;
}
