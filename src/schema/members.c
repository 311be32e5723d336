/*
 * members - fields whose type is an interface or union over several relations.
 *
 * Such a field is bound once for each member, as if its type were that object: the same arguments,
 * the same join, another relation. What is asked of all members must be there in each.
 */
#include "schema/compile_int.h"

static struct diagnostic *problem(struct compiler *c, const struct gql_field *f, str text)
{
	return diag_error(c, f->source, f->node->name.at, "%.*s.%.*s: %.*s",
		STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(text));
}

/* Rows are found again by their keys, and by their relation. */
static bool check_member(struct compiler *c, const struct gql_field *f, size_t number)
{
	const struct gql_type *t = f->type->type, *member = t->possible[number];
	const struct backing *b = c->facts[member->id].source;
	if (b->nkey == 0) {
		problem(c, f,
			str_printf(c->arena,
				"rows of \"%.*s\" have no key, so \"%.*s\" can't be a member of \"%.*s\".",
				STR_ARG(b->relation->name), STR_ARG(member->name),
				STR_ARG(t->name)))
			->hint = S("Give the table a primary key, or the view a column \"id\".");
		return false;
	}
	for (size_t i = 0; i < number; i++) {
		const struct gql_type *other = t->possible[i];
		if (c->facts[other->id].source->relation != b->relation)
			continue;
		problem(c, f,
			str_printf(c->arena,
				"\"%.*s\" and \"%.*s\" are rows of the same relation \"%.*s\", other "
				"members of \"%.*s\" are not.",
				STR_ARG(other->name), STR_ARG(member->name),
				STR_ARG(b->relation->name), STR_ARG(t->name)))
			->hint = S("Give each its own view.");
		return false;
	}
	return true;
}

static bool same_keys(const struct binding *members, size_t n)
{
	const struct backing *first = members[0].target;
	for (size_t i = 1; i < n; i++) {
		const struct backing *b = members[i].target;
		if (b->nkey != first->nkey)
			return false;
		for (size_t k = 0; k < b->nkey; k++)
			if (cat_type_plain(b->key[k]->type) != cat_type_plain(first->key[k]->type))
				return false;
	}
	return true;
}

void bind_each_member(struct compiler *c, const struct gql_field *f, const struct ast_directive *d,
	const struct backing *from, struct binding *out)
{
	const struct gql_type *t = f->type->type;
	struct members *members = arena_new(c->arena, struct members);
	struct binding *at = arena_array(c->arena, struct binding, t->npossible);
	size_t before = c->diagnostics->errors;
	for (size_t i = 0; i < t->npossible && c->diagnostics->errors == before; i++) {
		const struct backing *to = c->facts[t->possible[i]->id].source;
		if (!check_member(c, f, i))
			return;
		if (d) {
			bind_relation_to(c, f, d, from, to, &at[i]);
			continue;
		}
		at[i].kind = BIND_ROOT;
		at[i].target = to;
		bind_arguments(c, f, &at[i]);
	}
	if (c->diagnostics->errors != before)
		return;
	*members = (struct members){ at, t->npossible, same_keys(at, t->npossible) };
	*out = at[0];
	out->target = NULL;
	out->join = NULL;
	out->members = members;
}
