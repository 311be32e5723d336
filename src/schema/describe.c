/*
 * describe - PostgreSQL's comments as descriptions, where the documents have none.
 *
 * A type gets its relation's comment, a field its column's or function's, an enum that of the
 * PostgreSQL enum that it stands for. Hints for `schema pull` are left out (comment.h).
 */
#include "schema/compile_int.h"

#include "schema/comment.h"

static void describe(struct compiler *c, str *description, bool *has, str text)
{
	str comment = *has ? STR_NONE : comment_read(c->arena, text).text;
	if (!comment.n)
		return;
	*description = comment;
	*has = true;
}

static str field_comment(const struct binding *b)
{
	if (b->kind == BIND_PLACE && b->place.column)
		return b->place.column->comment;
	return b->kind == BIND_FUNCTION ? b->call->function->comment : STR_NONE;
}

static str type_comment(const struct type_facts *f, const struct gql_type *t)
{
	if (t->kind == GQL_ENUM && f->leaf.labels && f->leaf.labels->pg)
		return f->leaf.labels->pg->comment;
	return t->kind == GQL_OBJECT && f->source ? f->source->relation->comment : STR_NONE;
}

void describe_schema(struct compiler *c)
{
	for (size_t i = 0; i < c->gql->ntypes; i++) {
		struct gql_type *t = c->gql->types[i];
		if (t->introspection || t->built_in)
			continue;
		describe(c, &t->description, &t->has_description, type_comment(&c->facts[i], t));
		for (size_t k = 0; k < t->nfields; k++) {
			struct gql_field *f = &t->fields[k];
			describe(c, &f->description, &f->has_description,
				field_comment(&c->bindings[f->id]));
		}
	}
}
