/*
 * introspect - the schema as an answer to questions about it.
 *
 * Two steps. The selections are compiled into steps, once for each place where they stand: which
 * property under which key, with what argument, and the steps for the objects behind it. Then the
 * steps run over the schema and write JSON, without looking at the document again. So a question
 * about all types costs what its answer is long.
 *
 * Introspection types are known here by their names and fields alone; what they say of themselves
 * (descriptions, arguments) is part of the schema like any other type.
 */
#include "graphql/introspect.h"

#include "base/json.h"
#include "graphql/collect.h"
#include "graphql/literal.h"

/* Bounds of the compiled selections: far above every tool's query. */
enum { STEPS_MAX = 20000, NESTING_MAX = 100 };

enum property {
	TYPENAME,
	SCHEMA_DESCRIPTION,
	SCHEMA_TYPES,
	SCHEMA_QUERY,
	SCHEMA_MUTATION,
	SCHEMA_SUBSCRIPTION,
	SCHEMA_DIRECTIVES,
	TYPE_KIND,
	TYPE_NAME,
	TYPE_DESCRIPTION,
	TYPE_SPECIFIED_BY,
	TYPE_FIELDS,
	TYPE_INTERFACES,
	TYPE_POSSIBLE,
	TYPE_VALUES,
	TYPE_INPUTS,
	TYPE_OF,
	TYPE_ONE_OF,
	FIELD_NAME,
	FIELD_DESCRIPTION,
	FIELD_ARGS,
	FIELD_TYPE,
	FIELD_IS_DEPRECATED,
	FIELD_REASON,
	INPUT_NAME,
	INPUT_DESCRIPTION,
	INPUT_TYPE,
	INPUT_DEFAULT,
	INPUT_IS_DEPRECATED,
	INPUT_REASON,
	VALUE_NAME,
	VALUE_DESCRIPTION,
	VALUE_IS_DEPRECATED,
	VALUE_REASON,
	DIRECTIVE_NAME,
	DIRECTIVE_DESCRIPTION,
	DIRECTIVE_REPEATABLE,
	DIRECTIVE_LOCATIONS,
	DIRECTIVE_ARGS,
	PROPERTIES
};

/* Where each property stands. It has steps behind it when its type has fields. */
static const struct {
	str type, field;
} PROPERTY[PROPERTIES] = {
	[TYPENAME] = { STR_INIT(""), STR_INIT("__typename") },
	[SCHEMA_DESCRIPTION] = { STR_INIT("__Schema"), STR_INIT("description") },
	[SCHEMA_TYPES] = { STR_INIT("__Schema"), STR_INIT("types") },
	[SCHEMA_QUERY] = { STR_INIT("__Schema"), STR_INIT("queryType") },
	[SCHEMA_MUTATION] = { STR_INIT("__Schema"), STR_INIT("mutationType") },
	[SCHEMA_SUBSCRIPTION] = { STR_INIT("__Schema"), STR_INIT("subscriptionType") },
	[SCHEMA_DIRECTIVES] = { STR_INIT("__Schema"), STR_INIT("directives") },
	[TYPE_KIND] = { STR_INIT("__Type"), STR_INIT("kind") },
	[TYPE_NAME] = { STR_INIT("__Type"), STR_INIT("name") },
	[TYPE_DESCRIPTION] = { STR_INIT("__Type"), STR_INIT("description") },
	[TYPE_SPECIFIED_BY] = { STR_INIT("__Type"), STR_INIT("specifiedByURL") },
	[TYPE_FIELDS] = { STR_INIT("__Type"), STR_INIT("fields") },
	[TYPE_INTERFACES] = { STR_INIT("__Type"), STR_INIT("interfaces") },
	[TYPE_POSSIBLE] = { STR_INIT("__Type"), STR_INIT("possibleTypes") },
	[TYPE_VALUES] = { STR_INIT("__Type"), STR_INIT("enumValues") },
	[TYPE_INPUTS] = { STR_INIT("__Type"), STR_INIT("inputFields") },
	[TYPE_OF] = { STR_INIT("__Type"), STR_INIT("ofType") },
	[TYPE_ONE_OF] = { STR_INIT("__Type"), STR_INIT("isOneOf") },
	[FIELD_NAME] = { STR_INIT("__Field"), STR_INIT("name") },
	[FIELD_DESCRIPTION] = { STR_INIT("__Field"), STR_INIT("description") },
	[FIELD_ARGS] = { STR_INIT("__Field"), STR_INIT("args") },
	[FIELD_TYPE] = { STR_INIT("__Field"), STR_INIT("type") },
	[FIELD_IS_DEPRECATED] = { STR_INIT("__Field"), STR_INIT("isDeprecated") },
	[FIELD_REASON] = { STR_INIT("__Field"), STR_INIT("deprecationReason") },
	[INPUT_NAME] = { STR_INIT("__InputValue"), STR_INIT("name") },
	[INPUT_DESCRIPTION] = { STR_INIT("__InputValue"), STR_INIT("description") },
	[INPUT_TYPE] = { STR_INIT("__InputValue"), STR_INIT("type") },
	[INPUT_DEFAULT] = { STR_INIT("__InputValue"), STR_INIT("defaultValue") },
	[INPUT_IS_DEPRECATED] = { STR_INIT("__InputValue"), STR_INIT("isDeprecated") },
	[INPUT_REASON] = { STR_INIT("__InputValue"), STR_INIT("deprecationReason") },
	[VALUE_NAME] = { STR_INIT("__EnumValue"), STR_INIT("name") },
	[VALUE_DESCRIPTION] = { STR_INIT("__EnumValue"), STR_INIT("description") },
	[VALUE_IS_DEPRECATED] = { STR_INIT("__EnumValue"), STR_INIT("isDeprecated") },
	[VALUE_REASON] = { STR_INIT("__EnumValue"), STR_INIT("deprecationReason") },
	[DIRECTIVE_NAME] = { STR_INIT("__Directive"), STR_INIT("name") },
	[DIRECTIVE_DESCRIPTION] = { STR_INIT("__Directive"), STR_INIT("description") },
	[DIRECTIVE_REPEATABLE] = { STR_INIT("__Directive"), STR_INIT("isRepeatable") },
	[DIRECTIVE_LOCATIONS] = { STR_INIT("__Directive"), STR_INIT("locations") },
	[DIRECTIVE_ARGS] = { STR_INIT("__Directive"), STR_INIT("args") },
};

struct step;

/* The steps for one object, and its type's name for __typename. */
struct steps {
	str type;
	struct step *at;
	size_t n;
};

struct step {
	enum property property;
	str key;
	str lead;                         /* ,"key": */
	bool deprecated_too;              /* includeDeprecated */
	bool refused;                     /* its argument is null where that is not allowed */
	const struct ast_value *argument; /* what is null then */
	str argument_name;
	const struct gql_field *field; /* its definition */
	struct steps inner;
};

/* ---- compiling ---- */

struct compiler {
	const struct introspection *i;
	struct collect collect;
	size_t steps; /* so far */
	bool too_large;
};

static enum property property_of(const struct gql_type *type, str field)
{
	for (int p = 1; p < PROPERTIES; p++)
		if (str_eq(PROPERTY[p].field, field) && str_eq(PROPERTY[p].type, type->name))
			return (enum property)p;
	return TYPENAME;
}

static const struct ast_argument *argument_of(const struct ast_selection *s, str name)
{
	for (size_t i = 0; i < s->nargs; i++)
		if (str_eq(s->args[i].name.text, name))
			return &s->args[i];
	return NULL;
}

/* Reads includeDeprecated; absent is false, and so is a variable that is absent. */
static void read_argument(const struct introspection *i, const struct ast_selection *s,
	struct step *step)
{
	const struct ast_argument *arg = argument_of(s, S("includeDeprecated"));
	if (!arg)
		return;
	step->argument = arg->value;
	step->argument_name = arg->name.text;
	if (arg->value->kind != AST_VARIABLE) {
		step->deprecated_too = str_eq(arg->value->text, S("true"));
		return;
	}
	const struct gql_value *v = gql_variable_find(i->operation, i->vars, arg->value->text);
	step->deprecated_too = v && v->kind == GQL_BOOL && v->boolean;
	step->refused = v && v->kind == GQL_NULL;
}

static void compile(struct compiler *c, const struct gql_type *type,
	const struct ast_selection *const *fields, size_t nfields, unsigned depth,
	struct steps *out);

static void compile_step(struct compiler *c, const struct gql_type *type, const struct collected *k,
	unsigned depth, struct step *out)
{
	str name = k->fields[0]->name.text;
	out->key = k->key;
	out->lead = str_printf(c->i->arena, ",\"%.*s\":", STR_ARG(k->key));
	out->property = property_of(type, name);
	out->field = gql_field_find(c->i->schema, type, name);
	if (!out->field)
		return;
	read_argument(c->i, k->fields[0], out);
	const struct gql_type *inner = out->field->type->type;
	if (gql_is_composite(inner))
		compile(c, inner, k->fields, k->n, depth + 1, &out->inner);
}

/* The steps for objects of `type` that the selections below `fields` ask for. */
static void compile(struct compiler *c, const struct gql_type *type,
	const struct ast_selection *const *fields, size_t nfields, unsigned depth,
	struct steps *out)
{
	struct arena *a = c->i->arena;
	const struct ast_selections **sets = arena_array(a, const struct ast_selections *, nfields);
	for (size_t i = 0; i < nfields; i++)
		sets[i] = &fields[i]->selections;
	struct collection found = { 0 };
	gql_collect(&c->collect, type, sets, nfields, &found);
	c->steps += found.n;
	c->too_large |= depth > NESTING_MAX || c->steps > STEPS_MAX;
	out->type = type->name;
	out->at = arena_array(a, struct step, found.n);
	out->n = found.n;
	for (size_t i = 0; i < found.n && !c->too_large; i++)
		compile_step(c, type, &found.at[i], depth, &out->at[i]);
}

/* ---- writing ---- */

/* Where in the answer we are, for errors. */
struct place {
	const struct place *up;
	str key; /* empty: an element */
	size_t index;
};

struct writer {
	const struct introspection *i;
	struct buf *b;
};

static void put_path(struct buf *b, const struct place *at)
{
	if (at->up) {
		put_path(b, at->up);
		buf_putc(b, ',');
	}
	if (at->key.n > 0)
		json_put_string(b, at->key);
	else
		buf_put_u64(b, at->index);
}

static void add_error(const struct introspection *i, enum err_code code, str message, uint32_t at,
	const struct place *place)
{
	if (!i->errors)
		return;
	struct gql_error *e = gql_error_add(i->errors, code, "%.*s", STR_ARG(message));
	gql_error_at(i->errors, e, i->operation->source, at);
	struct buf path = buf_on(i->errors->arena);
	buf_putc(&path, '[');
	put_path(&path, place);
	buf_putc(&path, ']');
	e->path = buf_str(&path);
}

/* A null variable where the argument may not be null. */
static void refuse_argument(const struct introspection *i, const struct step *s,
	const struct place *at)
{
	const struct gql_input *arg = gql_arg_find(s->field, s->argument_name);
	struct buf b = buf_on(i->arena);
	buf_printf(&b, "Argument \"%.*s\" of non-null type \"", STR_ARG(s->argument_name));
	gql_ref_print(&b, arg->type);
	buf_lit(&b, "\" must not be null.");
	add_error(i, ERR_BAD_INPUT, buf_str(&b), s->argument->at, at);
}

static bool put_null(struct writer *w)
{
	buf_lit(w->b, "null");
	return true;
}

static bool put_string(struct writer *w, str s)
{
	json_put_string(w->b, s);
	return true;
}

/* A name of GraphQL: nothing in it needs an escape. */
static bool put_name(struct writer *w, str s)
{
	buf_reserve(w->b, s.n + 2);
	buf_putc(w->b, '"');
	buf_put(w->b, s);
	buf_putc(w->b, '"');
	return true;
}

static bool put_optional(struct writer *w, bool has, str s)
{
	return has ? put_string(w, s) : put_null(w);
}

static bool put_bool(struct writer *w, bool v)
{
	buf_put(w->b, v ? S("true") : S("false"));
	return true;
}

/*
 * Writers of objects return false when a field that can't be null has none; the value that they
 * have begun is then cut off by the nearest writer of a nullable field.
 */
typedef bool put_fn(struct writer *w, const struct step *s, const void *object,
	const struct place *at);

static bool put_type_property(struct writer *, const struct step *, const void *,
	const struct place *);

static bool put_object(struct writer *w, const struct steps *steps, put_fn *put, const void *object,
	const struct place *at)
{
	buf_putc(w->b, '{');
	for (size_t i = 0; i < steps->n && !w->b->over; i++) {
		const struct step *s = &steps->at[i];
		struct place here = { at, s->key, 0 };
		buf_put(w->b, str_sub(s->lead, i == 0, s->lead.n));
		if (s->property == TYPENAME) {
			put_name(w, steps->type);
			continue;
		}
		size_t mark = w->b->n;
		if (s->refused)
			refuse_argument(w->i, s, &here);
		if (!s->refused && put(w, s, object, &here))
			continue;
		if (gql_is_non_null(s->field->type))
			return false;
		buf_cut(w->b, mark);
		put_null(w);
	}
	buf_putc(w->b, '}');
	return true;
}

/* A list that is being written. */
struct list {
	struct writer *w;
	const struct step *s;
	put_fn *put;
	const struct place *at;
	size_t n;
	bool ok;
};

static struct list begin(struct writer *w, const struct step *s, put_fn *put,
	const struct place *at)
{
	buf_putc(w->b, '[');
	return (struct list){ w, s, put, at, 0, true };
}

static void add(struct list *l, const void *object)
{
	struct place here = { l->at, STR_NONE, l->n };
	if (!l->ok || l->w->b->over)
		return;
	if (l->n++ > 0)
		buf_putc(l->w->b, ',');
	l->ok = put_object(l->w, &l->s->inner, l->put, object, &here);
}

static bool end(struct list *l)
{
	buf_putc(l->w->b, ']');
	return l->ok;
}

static bool put_type_object(struct writer *w, const struct step *s, const struct gql_ref *type,
	const struct place *at)
{
	return put_object(w, &s->inner, put_type_property, type, at);
}

static bool put_optional_type(struct writer *w, const struct step *s, const struct gql_type *type,
	const struct place *at)
{
	return type ? put_type_object(w, s, &type->ref, at) : put_null(w);
}

static bool put_input_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_input *in = object;
	switch ((int)s->property) {
	case INPUT_NAME: return put_name(w, in->name);
	case INPUT_DESCRIPTION: return put_optional(w, in->has_description, in->description);
	case INPUT_TYPE: return put_type_object(w, s, in->type, at);
	case INPUT_IS_DEPRECATED: return put_bool(w, in->deprecated);
	case INPUT_REASON: return put_optional(w, in->deprecated, in->deprecation_reason);
	case INPUT_DEFAULT: break;
	default: return put_null(w);
	}
	if (!in->default_ast)
		return put_null(w);
	struct buf literal = buf_on(w->i->arena);
	gql_put_default(w->i->arena, &literal, in, false);
	return put_string(w, buf_str(&literal));
}

static bool put_inputs(struct writer *w, const struct step *s, const struct gql_input *inputs,
	size_t n, const struct place *at)
{
	struct list l = begin(w, s, put_input_property, at);
	for (size_t i = 0; i < n; i++)
		if (s->deprecated_too || !inputs[i].deprecated)
			add(&l, &inputs[i]);
	return end(&l);
}

static bool put_field_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_field *f = object;
	switch ((int)s->property) {
	case FIELD_NAME: return put_name(w, f->name);
	case FIELD_DESCRIPTION: return put_optional(w, f->has_description, f->description);
	case FIELD_ARGS: return put_inputs(w, s, f->args, f->nargs, at);
	case FIELD_TYPE: return put_type_object(w, s, f->type, at);
	case FIELD_IS_DEPRECATED: return put_bool(w, f->deprecated);
	case FIELD_REASON: return put_optional(w, f->deprecated, f->deprecation_reason);
	default: return put_null(w);
	}
}

static bool put_value_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_enum_value *v = object;
	UNUSED(at);
	switch ((int)s->property) {
	case VALUE_NAME: return put_name(w, v->name);
	case VALUE_DESCRIPTION: return put_optional(w, v->has_description, v->description);
	case VALUE_IS_DEPRECATED: return put_bool(w, v->deprecated);
	case VALUE_REASON: return put_optional(w, v->deprecated, v->deprecation_reason);
	default: return put_null(w);
	}
}

static bool put_fields(struct writer *w, const struct step *s, const struct gql_type *type,
	const struct place *at)
{
	if (type->kind != GQL_OBJECT && type->kind != GQL_INTERFACE)
		return put_null(w);
	struct list l = begin(w, s, put_field_property, at);
	for (size_t i = 0; i < type->nfields; i++)
		if (s->deprecated_too || !type->fields[i].deprecated)
			add(&l, &type->fields[i]);
	return end(&l);
}

static bool put_values(struct writer *w, const struct step *s, const struct gql_type *type,
	const struct place *at)
{
	if (type->kind != GQL_ENUM)
		return put_null(w);
	struct list l = begin(w, s, put_value_property, at);
	for (size_t i = 0; i < type->nvalues; i++)
		if (s->deprecated_too || !type->values[i].deprecated)
			add(&l, &type->values[i]);
	return end(&l);
}

static bool put_types(struct writer *w, const struct step *s, struct gql_type *const *types,
	size_t n, const struct place *at)
{
	struct list l = begin(w, s, put_type_property, at);
	for (size_t i = 0; i < n; i++)
		add(&l, &types[i]->ref);
	return end(&l);
}

/* The kind as JSON. */
static str kind_name(const struct gql_ref *r)
{
	static const str NAMES[] = {
		[GQL_SCALAR] = STR_INIT("\"SCALAR\""),
		[GQL_OBJECT] = STR_INIT("\"OBJECT\""),
		[GQL_INTERFACE] = STR_INIT("\"INTERFACE\""),
		[GQL_UNION] = STR_INIT("\"UNION\""),
		[GQL_ENUM] = STR_INIT("\"ENUM\""),
		[GQL_INPUT] = STR_INIT("\"INPUT_OBJECT\""),
	};
	if (r->kind == AST_TYPE_NAMED)
		return NAMES[r->type->kind];
	return r->kind == AST_TYPE_LIST ? S("\"LIST\"") : S("\"NON_NULL\"");
}

/* A property of a named type. */
static bool put_named_property(struct writer *w, const struct step *s, const struct gql_type *t,
	const struct place *at)
{
	bool has_interfaces = t->kind == GQL_OBJECT || t->kind == GQL_INTERFACE;
	bool is_abstract = t->kind == GQL_INTERFACE || t->kind == GQL_UNION;
	switch ((int)s->property) {
	case TYPE_NAME: return put_name(w, t->name);
	case TYPE_DESCRIPTION: return put_optional(w, t->has_description, t->description);
	case TYPE_SPECIFIED_BY: return put_optional(w, t->specified_by.p != NULL, t->specified_by);
	case TYPE_FIELDS: return put_fields(w, s, t, at);
	case TYPE_VALUES: return put_values(w, s, t, at);
	case TYPE_INTERFACES:
		return has_interfaces ? put_types(w, s, t->interfaces, t->ninterfaces, at)
				      : put_null(w);
	case TYPE_POSSIBLE:
		return is_abstract ? put_types(w, s, t->possible, t->npossible, at) : put_null(w);
	case TYPE_INPUTS:
		return t->kind == GQL_INPUT ? put_inputs(w, s, t->inputs, t->ninputs, at)
					    : put_null(w);
	case TYPE_ONE_OF: return t->kind == GQL_INPUT ? put_bool(w, t->one_of) : put_null(w);
	default: return put_null(w);
	}
}

static bool put_type_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_ref *r = object;
	if (s->property == TYPE_KIND) {
		buf_put(w->b, kind_name(r));
		return true;
	}
	if (r->kind == AST_TYPE_NAMED)
		return put_named_property(w, s, r->type, at);
	return s->property == TYPE_OF ? put_type_object(w, s, r->of, at) : put_null(w);
}

/* In the order of the definition. */
static bool put_locations(struct writer *w, const struct gql_directive *d)
{
	buf_putc(w->b, '[');
	for (size_t i = 0; i < d->node->nlocations; i++) {
		buf_put(w->b, i > 0 ? S(",") : STR_NONE);
		put_name(w, d->node->locations[i].text);
	}
	buf_putc(w->b, ']');
	return true;
}

static bool put_directive_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_directive *d = object;
	switch ((int)s->property) {
	case DIRECTIVE_NAME: return put_name(w, d->name);
	case DIRECTIVE_DESCRIPTION: return put_optional(w, d->has_description, d->description);
	case DIRECTIVE_REPEATABLE: return put_bool(w, d->repeatable);
	case DIRECTIVE_LOCATIONS: return put_locations(w, d);
	case DIRECTIVE_ARGS: return put_inputs(w, s, d->args, d->nargs, at);
	default: return put_null(w);
	}
}

static bool put_directives(struct writer *w, const struct step *s, const struct gql_schema *schema,
	const struct place *at)
{
	struct list l = begin(w, s, put_directive_property, at);
	for (size_t i = 0; i < schema->ndirectives; i++)
		add(&l, schema->directives[i]);
	return end(&l);
}

static bool put_schema_property(struct writer *w, const struct step *s, const void *object,
	const struct place *at)
{
	const struct gql_schema *m = object;
	switch ((int)s->property) {
	case SCHEMA_DESCRIPTION: return put_optional(w, m->has_description, m->description);
	case SCHEMA_TYPES: return put_types(w, s, m->types, m->ntypes, at);
	case SCHEMA_QUERY: return put_optional_type(w, s, m->query, at);
	case SCHEMA_MUTATION: return put_optional_type(w, s, m->mutation, at);
	case SCHEMA_SUBSCRIPTION: return put_optional_type(w, s, m->subscription, at);
	case SCHEMA_DIRECTIVES: return put_directives(w, s, m, at);
	default: return put_null(w);
	}
}

/* ---- the root fields ---- */

/* The type that __type(name:) asks for, or NULL; *ok is false when the name is null. */
static const struct gql_type *type_asked(const struct introspection *i,
	const struct ast_selection *field, struct step *root, bool *ok)
{
	const struct ast_argument *arg = argument_of(field, S("name"));
	if (!arg)
		return NULL;
	root->argument = arg->value;
	root->argument_name = arg->name.text;
	if (arg->value->kind != AST_VARIABLE)
		return gql_type_find(i->schema, arg->value->text);
	const struct gql_value *v = gql_variable_find(i->operation, i->vars, arg->value->text);
	*ok = v && v->kind == GQL_STRING;
	return *ok ? gql_type_find(i->schema, v->text) : NULL;
}

bool gql_introspect(struct buf *b, const struct introspection *i,
	const struct ast_selection *const *fields, size_t nfields)
{
	const struct ast_selection *first = fields[0];
	bool is_schema = str_eq(first->name.text, S("__schema"));
	struct step root = {
		.key = first->alias.text.n > 0 ? first->alias.text : first->name.text,
		.field = &i->schema->meta[is_schema ? GQL_FIELD_SCHEMA : GQL_FIELD_TYPE],
	};
	struct compiler c = { .i = i };
	c.collect = (struct collect){ i->arena, i->schema, i->document, i->operation, i->vars,
		i->fragments, i->errors };
	compile(&c, root.field->type->type, fields, nfields, 0, &root.inner);
	struct writer w = { i, b };
	struct place at = { NULL, root.key, 0 };
	size_t mark = b->n;
	bool ok = !c.too_large;
	if (!ok)
		add_error(i, ERR_TOO_LARGE, S("The introspection query is too large."), first->at,
			&at);
	if (ok && is_schema) {
		ok = put_object(&w, &root.inner, put_schema_property, i->schema, &at);
	} else if (ok) {
		const struct gql_type *type = type_asked(i, first, &root, &ok);
		if (!ok)
			refuse_argument(i, &root, &at);
		ok = ok && put_optional_type(&w, &root, type, &at);
	}
	if (ok)
		return true;
	buf_cut(b, mark);
	return !is_schema && put_null(&w);
}

/* ---- constancy ---- */

static bool uses_variable(const struct ast_argument *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (args[i].value->kind == AST_VARIABLE)
			return true;
	return false;
}

static bool directives_use_variable(const struct ast_directives *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (uses_variable(d->at[i].args, d->at[i].nargs))
			return true;
	return false;
}

/* Selection sets still to look at; each fragment is put there once. */
struct pending {
	struct arena *arena;
	struct map met;
	VEC(const struct ast_selections *);
};

static bool look_at(const struct introspection *i, struct pending *todo,
	const struct ast_selection *s)
{
	if (uses_variable(s->args, s->nargs) || directives_use_variable(&s->directives))
		return false;
	if (s->kind != AST_SPREAD) {
		*vec_push(todo->arena, todo) = &s->selections;
		return true;
	}
	const struct ast_definition *f = i->fragments
		? map_find(i->fragments, s->name.text)
		: gql_fragment_find(i->document, s->name.text);
	if (f && map_add(&todo->met, s->name.text, todo))
		*vec_push(todo->arena, todo) = &f->selections;
	return true;
}

bool gql_introspect_is_constant(const struct introspection *i,
	const struct ast_selection *const *fields, size_t nfields)
{
	struct pending todo = { .arena = i->arena };
	todo.met = map_on(i->arena, (uintptr_t)i->arena);
	bool constant = true;
	for (size_t k = 0; k < nfields; k++)
		constant &= look_at(i, &todo, fields[k]);
	while (constant && todo.n > 0) {
		const struct ast_selections *set = todo.at[--todo.n];
		for (size_t k = 0; k < set->n; k++)
			constant &= look_at(i, &todo, set->at[k]);
	}
	return constant;
}
