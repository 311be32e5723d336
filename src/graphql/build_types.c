/*
 * build_types - from syntax trees to types.
 *
 * In: a document that keeps the SDL rules, so every name is defined once, every type named exists
 * and extensions are of the right kind. Out: types, directives and roots in b->schema, with all
 * references resolved. In three passes: declare every type and gather its extensions, fill each
 * with its fields, members and values, then list them in the order of the reference.
 *
 * It does not judge: a union of scalars or an interface that is none is built as written and
 * check_schema refuses it. A document that defines a built-in type (`scalar Int`) gets the
 * built-in one at that place of the list.
 *
 * Spec: §3.3 to §3.13.
 */
#include "graphql/build_int.h"

static struct type_slot *slot_of(struct gql_type *t)
{
	return CONTAINER(t, struct type_slot, type);
}

/* ---- directives that mean something to the builder ---- */

const struct ast_directive *gql_directive_use(const struct ast_directives *l, str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->at[i].name.text, name))
			return &l->at[i];
	return NULL;
}

/* The text of a String! argument; false when the argument is absent or, with an error, no text. */
static bool text_argument(struct build *b, const struct ast_directive *d, str name,
	const struct source *source, str *out)
{
	for (size_t i = 0; i < d->nargs; i++) {
		const struct ast_value *v = d->args[i].value;
		if (!str_eq(d->args[i].name.text, name))
			continue;
		if (v->kind == AST_STRING) {
			*out = v->text;
			return true;
		}
		struct gql_error *e;
		if (v->kind == AST_NULL)
			e = gql_error_add(b->errors, ERR_SCHEMA,
				"Argument \"%.*s\" of non-null type \"String!\" must not be null.",
				STR_ARG(name));
		else
			e = gql_error_add(b->errors, ERR_SCHEMA,
				"Argument \"%.*s\" has invalid value %.*s.", STR_ARG(name),
				STR_ARG(str_sub(source->text, v->at, v->end)));
		gql_error_at(b->errors, e, source, v->at);
		return false;
	}
	return false;
}

struct deprecation gql_deprecation(struct build *b, const struct ast_directives *l,
	const struct source *source)
{
	const struct ast_directive *d = gql_directive_use(l, S("deprecated"));
	if (!d)
		return (struct deprecation){ 0 };
	struct deprecation found = { true, S("No longer supported") };
	text_argument(b, d, S("reason"), source, &found.reason);
	return found;
}

/* ---- declaring ---- */

static const enum gql_kind KINDS[] = {
	[AST_SCALAR] = GQL_SCALAR,
	[AST_OBJECT_TYPE] = GQL_OBJECT,
	[AST_INTERFACE] = GQL_INTERFACE,
	[AST_UNION] = GQL_UNION,
	[AST_ENUM_TYPE] = GQL_ENUM,
	[AST_INPUT] = GQL_INPUT,
};

static struct type_slot *declare_type(struct build *b, const struct ast_definition *d)
{
	struct type_slot *slot = arena_new(b->arena, struct type_slot);
	struct gql_type *t = &slot->type;
	t->kind = KINDS[d->kind];
	t->name = d->name.text;
	t->ref = (struct gql_ref){ .kind = AST_TYPE_NAMED, .type = t };
	t->has_description = d->description != NULL;
	if (d->description)
		t->description = d->description->text;
	*vec_push(b->arena, &slot->nodes) = d;
	map_set(&b->names, t->name, slot);
	return slot;
}

static void declare_document_types(struct build *b, const struct ast_document *document)
{
	for (size_t i = 0; i < document->n; i++) {
		const struct ast_definition *d = document->at[i];
		if (!gql_is_type_definition(d) || d->extend)
			continue;
		struct type_slot *slot = gql_is_builtin_type_name(d->name.text)
			? map_find(&b->names, d->name.text)
			: declare_type(b, d);
		slot->state = SLOT_WAITING;
		*vec_push(b->arena, &b->declared) = slot;
	}
	for (size_t i = 0; i < document->n; i++) {
		const struct ast_definition *d = document->at[i];
		struct type_slot *slot = gql_is_type_definition(d) && d->extend
			? map_find(&b->names, d->name.text)
			: NULL;
		if (slot && !gql_is_builtin_type_name(d->name.text))
			*vec_push(b->arena, &slot->nodes) = d;
	}
}

/* ---- references ---- */

static struct gql_type *named_type(struct build *b, str name, const struct source *source,
	uint32_t at)
{
	struct type_slot *slot = map_find(&b->names, name);
	if (slot)
		return &slot->type;
	struct gql_error *e =
		gql_error_add(b->errors, ERR_SCHEMA, "Unknown type \"%.*s\".", STR_ARG(name));
	gql_error_at(b->errors, e, source, at);
	slot = map_find(&b->names, S("String"));
	return &slot->type;
}

static const struct gql_ref *resolve(struct build *b, const struct ast_type *t,
	const struct source *source)
{
	if (t->kind == AST_TYPE_NAMED)
		return &named_type(b, t->name, source, t->at)->ref;
	const struct gql_ref *of = resolve(b, t->of, source);
	struct gql_ref *r = arena_new(b->arena, struct gql_ref);
	*r = (struct gql_ref){ .kind = t->kind, .type = of->type, .of = of };
	return r;
}

/* ---- filling ---- */

static void fill_input(struct build *b, struct gql_input *in, const struct ast_input_value *node,
	const struct source *source)
{
	struct deprecation d = gql_deprecation(b, &node->directives, source);
	*in = (struct gql_input){
		.name = node->name.text,
		.description = node->description ? node->description->text : STR_NONE,
		.has_description = node->description != NULL,
		.type = resolve(b, node->type, source),
		.default_ast = node->default_value,
		.deprecated = d.deprecated,
		.deprecation_reason = d.reason,
		.node = node,
		.source = source,
		.id = in->id,
	};
}

static struct gql_input *fill_args(struct build *b, const struct ast_input_value *nodes, size_t n,
	const struct source *source)
{
	struct gql_input *args = arena_array(b->arena, struct gql_input, n);
	for (size_t i = 0; i < n; i++) {
		args[i].id = (uint32_t)i;
		fill_input(b, &args[i], &nodes[i], source);
	}
	return args;
}

static void fill_field(struct build *b, struct gql_field *f, const struct ast_field_def *node,
	const struct source *source, const struct gql_type *parent)
{
	struct deprecation d = gql_deprecation(b, &node->directives, source);
	*f = (struct gql_field){
		.name = node->name.text,
		.description = node->description ? node->description->text : STR_NONE,
		.has_description = node->description != NULL,
		.type = resolve(b, node->type, source),
		.args = fill_args(b, node->args, node->nargs, source),
		.nargs = node->nargs,
		.deprecated = d.deprecated,
		.deprecation_reason = d.reason,
		.node = node,
		.source = source,
		.parent = parent,
	};
}

static void fill_fields(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < nodes->n; i++)
		n += nodes->at[i]->nfields;
	t->fields = arena_array(b->arena, struct gql_field, n);
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		for (size_t k = 0; k < d->nfields; k++) {
			struct gql_field *f = &t->fields[t->nfields++];
			fill_field(b, f, &d->fields[k], d->source, t);
			map_add(&t->by_name, f->name, f);
		}
	}
}

static void fill_input_fields(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < nodes->n; i++) {
		n += nodes->at[i]->ninputs;
		t->one_of = t->one_of ||
			gql_directive_use(&nodes->at[i]->directives, S("oneOf")) != NULL;
	}
	t->inputs = arena_array(b->arena, struct gql_input, n);
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		for (size_t k = 0; k < d->ninputs; k++) {
			struct gql_input *in = &t->inputs[t->ninputs];
			in->id = (uint32_t)t->ninputs++;
			fill_input(b, in, &d->inputs[k], d->source);
			map_add(&t->by_name, in->name, in);
		}
	}
}

static void fill_values(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < nodes->n; i++)
		n += nodes->at[i]->nvalues;
	t->values = arena_array(b->arena, struct gql_enum_value, n);
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		for (size_t k = 0; k < d->nvalues; k++) {
			const struct ast_enum_value *node = &d->values[k];
			struct gql_enum_value *v = &t->values[t->nvalues];
			struct deprecation dep = gql_deprecation(b, &node->directives, d->source);
			*v = (struct gql_enum_value){
				.name = node->name.text,
				.description =
					node->description ? node->description->text : STR_NONE,
				.has_description = node->description != NULL,
				.deprecated = dep.deprecated,
				.deprecation_reason = dep.reason,
				.node = node,
				.source = d->source,
				.id = (uint32_t)t->nvalues++,
			};
			map_add(&t->by_name, v->name, v);
		}
	}
}

static void fill_interfaces(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < nodes->n; i++)
		n += nodes->at[i]->ninterfaces;
	t->interfaces = arena_array(b->arena, struct gql_type *, n);
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		for (size_t k = 0; k < d->ninterfaces; k++)
			t->interfaces[t->ninterfaces++] = named_type(b, d->interfaces[k].text,
				d->source, d->interfaces[k].at);
	}
}

static void fill_members(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	size_t n = 0;
	for (size_t i = 0; i < nodes->n; i++)
		n += nodes->at[i]->nmembers;
	t->members = arena_array(b->arena, struct gql_type *, n);
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		for (size_t k = 0; k < d->nmembers; k++)
			t->members[t->nmembers++] =
				named_type(b, d->members[k].text, d->source, d->members[k].at);
	}
}

/* Spec: §3.5.5, §3.13.4 */
static void fill_scalar(struct build *b, struct gql_type *t, const struct type_nodes *nodes)
{
	for (size_t i = 0; i < nodes->n; i++) {
		const struct ast_definition *d = nodes->at[i];
		const struct ast_directive *use =
			gql_directive_use(&d->directives, S("specifiedBy"));
		if (use)
			text_argument(b, use, S("url"), d->source, &t->specified_by);
	}
}

static void fill_type(struct build *b, struct type_slot *slot)
{
	struct gql_type *t = &slot->type;
	t->by_name = map_on(b->arena, 0);
	switch (t->kind) {
	case GQL_SCALAR: fill_scalar(b, t, &slot->nodes); break;
	case GQL_OBJECT:
	case GQL_INTERFACE:
		fill_fields(b, t, &slot->nodes);
		fill_interfaces(b, t, &slot->nodes);
		break;
	case GQL_UNION: fill_members(b, t, &slot->nodes); break;
	case GQL_ENUM: fill_values(b, t, &slot->nodes); break;
	case GQL_INPUT: fill_input_fields(b, t, &slot->nodes); break;
	}
	t->nodes = slot->nodes.at;
	t->nnodes = slot->nodes.n;
}

/* ---- directives ---- */

static uint32_t location_bits(const struct ast_definition *d)
{
	uint32_t bits = 0;
	for (size_t i = 0; i < d->nlocations; i++)
		for (unsigned l = 0; l < GQL_AT_COUNT; l++)
			if (str_eq(d->locations[i].text, str_from(gql_directive_location_name(l))))
				bits |= BIT(l);
	return bits;
}

/* Adds the document's directives; of the built-in document only those that are not there yet. */
static void add_directives(struct build *b, const struct ast_document *document)
{
	struct map *by_name = &b->schema->directive_by_name;
	for (size_t i = 0; i < document->n; i++) {
		const struct ast_definition *d = document->at[i];
		if (d->kind != AST_DIRECTIVE_DEF || map_find(by_name, d->name.text))
			continue;
		struct gql_directive *made = arena_new(b->arena, struct gql_directive);
		*made = (struct gql_directive){
			.name = d->name.text,
			.description = d->description ? d->description->text : STR_NONE,
			.has_description = d->description != NULL,
			.args = fill_args(b, d->inputs, d->ninputs, d->source),
			.nargs = d->ninputs,
			.repeatable = d->repeatable,
			.built_in = gql_is_builtin_directive_name(d->name.text),
			.locations = location_bits(d),
			.by_name = map_on(b->arena, 0),
			.node = d,
		};
		for (size_t k = 0; k < made->nargs; k++)
			map_add(&made->by_name, made->args[k].name, &made->args[k]);
		map_add(by_name, made->name, made);
		*vec_push(b->arena, &b->directives) = made;
	}
}

/* ---- roots ---- */

static void set_root(struct gql_schema *s, enum ast_operation_kind kind, struct gql_type *t)
{
	switch (kind) {
	case AST_QUERY: s->query = t; return;
	case AST_MUTATION: s->mutation = t; return;
	case AST_SUBSCRIPTION: s->subscription = t; return;
	}
}

static void root_by_name(struct build *b, enum ast_operation_kind kind, str name)
{
	struct type_slot *slot = map_find(&b->names, name);
	if (slot)
		set_root(b->schema, kind, &slot->type);
}

/* Spec: §3.3.1 "Default Root Operation Type Names" */
static void build_roots(struct build *b, const struct ast_document *document)
{
	struct gql_schema *s = b->schema;
	struct type_nodes nodes = { 0 };
	for (int extend = 0; extend < 2; extend++)
		for (size_t i = 0; i < document->n; i++)
			if (document->at[i]->kind == AST_SCHEMA &&
				document->at[i]->extend == extend)
				*vec_push(b->arena, &nodes) = document->at[i];
	bool is_defined = nodes.n > 0 && !nodes.at[0]->extend;
	for (size_t i = 0; i < nodes.n; i++) {
		const struct ast_definition *d = nodes.at[i];
		for (size_t k = 0; k < d->noperation_types; k++) {
			const struct ast_operation_type *o = &d->operation_types[k];
			set_root(s, o->operation,
				named_type(b, o->type.text, d->source, o->type.at));
		}
	}
	if (!is_defined) {
		root_by_name(b, AST_QUERY, S("Query"));
		root_by_name(b, AST_MUTATION, S("Mutation"));
		root_by_name(b, AST_SUBSCRIPTION, S("Subscription"));
	} else if (nodes.at[0]->description) {
		s->has_description = true;
		s->description = nodes.at[0]->description->text;
	}
	s->nodes = nodes.at;
	s->nnodes = nodes.n;
}

/* ---- the list of types ---- */

/*
 * Lists a type and what it refers to. A type of the document that is still waiting keeps its own
 * place, so only built-in types are listed by reference, behind the first that names them.
 */
static void list_type(struct build *b, struct gql_type *t)
{
	struct type_slot *slot = slot_of(t);
	if (slot->state != SLOT_UNUSED)
		return;
	slot->state = SLOT_LISTED;
	*vec_push(b->arena, &b->listed) = t;
	for (size_t i = 0; i < t->nmembers; i++)
		list_type(b, t->members[i]);
	for (size_t i = 0; i < t->ninterfaces; i++)
		list_type(b, t->interfaces[i]);
	for (size_t i = 0; i < t->nfields; i++) {
		list_type(b, t->fields[i].type->type);
		for (size_t k = 0; k < t->fields[i].nargs; k++)
			list_type(b, t->fields[i].args[k].type->type);
	}
	for (size_t i = 0; i < t->ninputs; i++)
		list_type(b, t->inputs[i].type->type);
}

static void list_types(struct build *b)
{
	for (size_t i = 0; i < b->declared.n; i++) {
		b->declared.at[i]->state = SLOT_UNUSED;
		list_type(b, &b->declared.at[i]->type);
	}
	for (size_t i = 0; i < b->directives.n; i++)
		for (size_t k = 0; k < b->directives.at[i]->nargs; k++)
			list_type(b, b->directives.at[i]->args[k].type->type);
	list_type(b, named_type(b, S("__Schema"), NULL, 0));
}

/* ---- the whole ---- */

/* Built-in types have no nodes: nobody wrote them. */
static void forget_nodes(struct gql_type *t)
{
	t->introspection = t->kind != GQL_SCALAR;
	t->built_in = !t->introspection;
	t->nodes = NULL;
	t->nnodes = 0;
	for (size_t i = 0; i < t->nvalues; i++)
		t->values[i].node = NULL;
}

void gql_build_types(struct build *b, const struct ast_document *document)
{
	const struct ast_document *built_in = b->built_in;
	for (size_t i = 0; i < built_in->n; i++)
		if (gql_is_type_definition(built_in->at[i]))
			declare_type(b, built_in->at[i]);
	size_t nbuilt_in = b->names.n;
	declare_document_types(b, document);
	for (size_t i = 0; i < b->names.n; i++) {
		struct type_slot *slot = b->names.entries[i].value;
		fill_type(b, slot);
		if (i < nbuilt_in)
			forget_nodes(&slot->type);
	}
	add_directives(b, document);
	add_directives(b, built_in);
	build_roots(b, document);
	list_types(b);
}
