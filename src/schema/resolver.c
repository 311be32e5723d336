/*
 * resolver - @resolver: fields that the program answers which has the library inside.
 *
 * The fields of the same type that it requires are read for it, so each must be a stored leaf. What
 * the resolver returns is shaped like the result of a function: an object is JSON whose keys are
 * in snake_case.
 */
#include "schema/compile_int.h"

#include "schema/names.h"

static const struct gql_field *required_field(struct compiler *c, const struct gql_field *f,
	const struct ast_value *name)
{
	const struct gql_type *t = f->parent;
	const struct gql_field *found = map_find(&t->by_name, name->text);
	if (!found) {
		diag_error(c, f->source, name->at, "\"%.*s\" has no field \"%.*s\".",
			STR_ARG(t->name), STR_ARG(name->text));
		return NULL;
	}
	const struct binding *b = &c->bindings[found->id];
	bool stored = b->kind == BIND_PLACE && !gql_is_composite(found->type->type);
	if (!stored || found->nargs)
		diag_error(c, f->source, name->at,
			"%.*s.%.*s can't be required: only stored values that are no objects can.",
			STR_ARG(t->name), STR_ARG(name->text));
	return stored ? found : NULL;
}

static void read_requires(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d, struct resolver *r)
{
	struct ast_value **names;
	size_t n;
	if (!directive_arg(d, "requires") ||
		!directive_texts(c, f->source, d, "requires", &names, &n))
		return;
	const struct gql_field **fields = arena_array(c->arena, const struct gql_field *, n);
	str *keys = arena_array(c->arena, str, n);
	for (size_t i = 0; i < n; i++) {
		const struct gql_field *found = required_field(c, f, names[i]);
		if (!found)
			continue;
		fields[r->n] = found;
		keys[r->n++] = names_snake(c->arena, found->name);
	}
	r->fields = fields;
	r->keys = keys;
}

static void bind_resolver(struct compiler *c, const struct gql_field *f,
	const struct ast_directive *d)
{
	static const char *const OTHERS[] = { "function", "relation", "write", "column", "list" };
	struct binding *out = &c->bindings[f->id];
	struct resolver *r = arena_new(c->arena, struct resolver);
	for (size_t i = 0; i < COUNT(OTHERS); i++)
		if (directive_find(&f->node->directives, OTHERS[i]))
			diag_error(c, f->source, d->at,
				"%.*s.%.*s: @resolver and @%s exclude each other.",
				STR_ARG(f->parent->name), STR_ARG(f->name), OTHERS[i]);
	if (!directive_text(c, f->source, d, "name", &r->name))
		return;
	read_requires(c, f, d, r);
	*out = (struct binding){ .kind = BIND_RESOLVER,
		.leaf = leaf_of(c, f->type->type, NULL),
		.resolver = r };
}

void bind_resolvers(struct compiler *c)
{
	const struct gql_schema *gql = c->gql;
	for (size_t i = 0; i < gql->ntypes; i++) {
		const struct gql_type *t = gql->types[i];
		if (t->introspection || t->kind != GQL_OBJECT || c->broken_source[t->id])
			continue;
		for (size_t k = 0; k < t->nfields; k++) {
			const struct gql_field *f = &t->fields[k];
			const struct ast_directive *d =
				f->node ? directive_find(&f->node->directives, "resolver") : NULL;
			if (d)
				bind_resolver(c, f, d);
		}
	}
}
