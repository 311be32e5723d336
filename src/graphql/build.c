/*
 * build - documents in, schema out: rules of the documents, types, rules of the types.
 *
 * The steps follow each other and the first that finds errors is the last, as in the reference.
 * After the types are made, the schema gets what needs all of them: ids, the maps by name, who
 * implements which interface, the possible types, the meta-fields and the default values.
 *
 * A schema of n types costs time in proportion to its text: lookups go through maps, and the one
 * table of n bits an interface or union has is the only thing that grows faster.
 *
 * Spec: §3.
 */
#include "graphql/build_int.h"

static void number_types(struct build *b)
{
	struct gql_schema *s = b->schema;
	s->types = b->listed.at;
	s->ntypes = b->listed.n;
	s->directives = b->directives.at;
	s->ndirectives = b->directives.n;
	s->nfields = GQL_META_FIELDS;
	for (size_t i = 0; i < s->ntypes; i++) {
		struct gql_type *t = s->types[i];
		t->id = (uint32_t)i;
		map_set(&s->type_by_name, t->name, t);
		for (size_t k = 0; k < t->nfields; k++)
			t->fields[k].id = (uint32_t)s->nfields++;
	}
}

static size_t bit_words(const struct gql_schema *s)
{
	return (s->ntypes + 31) / 32;
}

/* Makes room for the implementations, then adds each object and interface to its interfaces. */
static void link_implementations(struct build *b)
{
	struct gql_schema *s = b->schema;
	size_t *counts = arena_array(b->arena, size_t, s->ntypes);
	for (size_t i = 0; i < s->ntypes; i++)
		for (size_t k = 0; k < s->types[i]->ninterfaces; k++)
			counts[s->types[i]->interfaces[k]->id]++;
	for (size_t i = 0; i < s->ntypes; i++) {
		struct gql_type *t = s->types[i];
		for (size_t k = 0; k < t->ninterfaces; k++) {
			struct gql_type *to = t->interfaces[k];
			if (to->kind != GQL_INTERFACE)
				continue;
			if (!to->members)
				to->members =
					arena_array(b->arena, struct gql_type *, counts[to->id]);
			to->members[to->nmembers++] = t;
		}
	}
}

static void link_possible(struct build *b, struct gql_type *t)
{
	if (t->kind == GQL_OBJECT) {
		t->possible = arena_array(b->arena, struct gql_type *, 1);
		t->possible[t->npossible++] = t;
		return;
	}
	if (t->kind != GQL_INTERFACE && t->kind != GQL_UNION)
		return;
	t->possible = arena_array(b->arena, struct gql_type *, t->nmembers);
	t->possible_bits = arena_array(b->arena, uint32_t, bit_words(b->schema));
	for (size_t i = 0; i < t->nmembers; i++) {
		struct gql_type *member = t->members[i];
		uint32_t *word = &t->possible_bits[member->id / 32], bit = BIT(member->id % 32);
		if (member->kind != GQL_OBJECT || (*word & bit))
			continue;
		*word |= bit;
		t->possible[t->npossible++] = member;
	}
}

static const struct gql_ref *non_null(struct arena *a, const struct gql_type *t)
{
	struct gql_ref *r = arena_new(a, struct gql_ref);
	*r = (struct gql_ref){ .kind = AST_TYPE_NON_NULL, .type = t->ref.type, .of = &t->ref };
	return r;
}

/* Spec: §4 "__typename", "__schema", "__type" */
static void add_meta_fields(struct build *b)
{
	struct gql_schema *s = b->schema;
	struct gql_field *meta = arena_array(b->arena, struct gql_field, GQL_META_FIELDS);
	const struct gql_type *string = gql_type_find(s, S("String"));
	const struct gql_type *schema = gql_type_find(s, S("__Schema"));
	const struct gql_type *type = gql_type_find(s, S("__Type"));
	struct gql_input *name = arena_new(b->arena, struct gql_input);
	*name = (struct gql_input){ .name = S("name"), .type = non_null(b->arena, string) };
	meta[GQL_FIELD_TYPENAME] = (struct gql_field){
		.name = S("__typename"),
		.type = non_null(b->arena, string),
		.id = GQL_FIELD_TYPENAME,
	};
	meta[GQL_FIELD_SCHEMA] = (struct gql_field){
		.name = S("__schema"),
		.type = non_null(b->arena, schema),
		.id = GQL_FIELD_SCHEMA,
		.parent = s->query,
	};
	meta[GQL_FIELD_TYPE] = (struct gql_field){
		.name = S("__type"),
		.type = &type->ref,
		.args = name,
		.nargs = 1,
		.id = GQL_FIELD_TYPE,
		.parent = s->query,
	};
	s->meta = meta;
}

bool gql_schema_build(struct arena *a, const struct ast_document *document,
	const struct gql_schema **out, struct gql_errors *errors)
{
	return gql_schema_build_with(a, document, &(struct gql_build_options){ 0 }, out, errors);
}

bool gql_schema_build_with(struct arena *a, const struct ast_document *document,
	const struct gql_build_options *options, const struct gql_schema **out,
	struct gql_errors *errors)
{
	struct gql_schema *s = arena_new(a, struct gql_schema);
	*s = (struct gql_schema){
		.arena = a,
		.type_by_name = map_on(a, 0),
		.directive_by_name = map_on(a, 0),
	};
	struct build b = {
		.arena = a,
		.errors = errors,
		.options = options,
		.schema = s,
		.built_in = gql_builtin_document(a),
		.names = map_on(a, 0),
	};
	size_t before = errors->n;
	if (!gql_sdl_check(&b, document))
		return false;
	gql_build_types(&b, document);
	if (errors->n > before || errors->full)
		return false;
	number_types(&b);
	link_implementations(&b);
	for (size_t i = 0; i < s->ntypes; i++)
		link_possible(&b, s->types[i]);
	add_meta_fields(&b);
	if (!gql_schema_check(&b))
		return false;
	*out = s;
	return true;
}
