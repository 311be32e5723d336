/* type - lookups on a built schema. */
#include "graphql/type.h"

struct gql_type *gql_type_find(const struct gql_schema *s, str name)
{
	return map_find(&s->type_by_name, name);
}

const struct gql_directive *gql_directive_find(const struct gql_schema *s, str name)
{
	return map_find(&s->directive_by_name, name);
}

const struct gql_field *gql_field_find(const struct gql_schema *s, const struct gql_type *t,
	str name)
{
	if (str_starts(name, S("__"))) {
		if (gql_is_composite(t) && str_eq(name, S("__typename")))
			return &s->meta[GQL_FIELD_TYPENAME];
		if (t == s->query && str_eq(name, S("__schema")))
			return &s->meta[GQL_FIELD_SCHEMA];
		if (t == s->query && str_eq(name, S("__type")))
			return &s->meta[GQL_FIELD_TYPE];
	}
	bool has_fields = t->kind == GQL_OBJECT || t->kind == GQL_INTERFACE;
	return has_fields ? map_find(&t->by_name, name) : NULL;
}

const struct gql_input *gql_input_find(const struct gql_type *t, str name)
{
	return t->kind == GQL_INPUT ? map_find(&t->by_name, name) : NULL;
}

const struct gql_enum_value *gql_enum_value_find(const struct gql_type *t, str name)
{
	return t->kind == GQL_ENUM ? map_find(&t->by_name, name) : NULL;
}

const struct gql_input *gql_arg_find(const struct gql_field *f, str name)
{
	for (size_t i = 0; i < f->nargs; i++)
		if (str_eq(f->args[i].name, name))
			return &f->args[i];
	return NULL;
}

bool gql_is_list(const struct gql_ref *r)
{
	for (; r; r = r->of)
		if (r->kind == AST_TYPE_LIST)
			return true;
	return false;
}

bool gql_is_possible(const struct gql_type *abstract, const struct gql_type *object)
{
	if (abstract == object)
		return true;
	return abstract->possible_bits &&
		(abstract->possible_bits[object->id / 32] & BIT(object->id % 32));
}

bool gql_implements(const struct gql_type *t, const struct gql_type *interface)
{
	for (size_t i = 0; i < t->ninterfaces; i++)
		if (t->interfaces[i] == interface)
			return true;
	return false;
}

bool gql_overlaps(const struct gql_schema *s, const struct gql_type *a, const struct gql_type *b)
{
	if (gql_is_possible(a, b) || gql_is_possible(b, a))
		return true;
	if (!a->possible_bits || !b->possible_bits)
		return false;
	for (size_t i = 0; i < (s->ntypes + 31) / 32; i++)
		if (a->possible_bits[i] & b->possible_bits[i])
			return true;
	return false;
}

void gql_ref_print(struct buf *b, const struct gql_ref *r)
{
	switch (r->kind) {
	case AST_TYPE_NAMED: buf_put(b, r->type->name); return;
	case AST_TYPE_LIST:
		buf_putc(b, '[');
		gql_ref_print(b, r->of);
		buf_putc(b, ']');
		return;
	case AST_TYPE_NON_NULL:
		gql_ref_print(b, r->of);
		buf_putc(b, '!');
		return;
	}
}

str gql_ref_text(struct arena *a, const struct gql_ref *r)
{
	struct buf b = buf_on(a);
	gql_ref_print(&b, r);
	return buf_str(&b);
}

const char *gql_directive_location_name(enum gql_directive_location l)
{
	static const char *const NAMES[GQL_AT_COUNT] = {
		[GQL_AT_QUERY] = "QUERY",
		[GQL_AT_MUTATION] = "MUTATION",
		[GQL_AT_SUBSCRIPTION] = "SUBSCRIPTION",
		[GQL_AT_FIELD] = "FIELD",
		[GQL_AT_FRAGMENT_DEFINITION] = "FRAGMENT_DEFINITION",
		[GQL_AT_FRAGMENT_SPREAD] = "FRAGMENT_SPREAD",
		[GQL_AT_INLINE_FRAGMENT] = "INLINE_FRAGMENT",
		[GQL_AT_VARIABLE_DEFINITION] = "VARIABLE_DEFINITION",
		[GQL_AT_SCHEMA] = "SCHEMA",
		[GQL_AT_SCALAR] = "SCALAR",
		[GQL_AT_OBJECT] = "OBJECT",
		[GQL_AT_FIELD_DEFINITION] = "FIELD_DEFINITION",
		[GQL_AT_ARGUMENT_DEFINITION] = "ARGUMENT_DEFINITION",
		[GQL_AT_INTERFACE] = "INTERFACE",
		[GQL_AT_UNION] = "UNION",
		[GQL_AT_ENUM] = "ENUM",
		[GQL_AT_ENUM_VALUE] = "ENUM_VALUE",
		[GQL_AT_INPUT_OBJECT] = "INPUT_OBJECT",
		[GQL_AT_INPUT_FIELD_DEFINITION] = "INPUT_FIELD_DEFINITION",
	};
	return NAMES[l];
}
