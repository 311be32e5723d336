/*
 * builtin - what every schema contains without saying so.
 *
 * It is written as SDL and goes through the parser and the builder like the user's own, so there is
 * one way for a type to come into being. Names, fields, types and defaults are the specification's;
 * the descriptions are ours. gql_is_builtin_type_name and gql_builtin_type_names list the same
 * types; the unit test compares them with the text.
 *
 * Spec: GraphQL September 2025, §3.5 Scalars, §3.13 Directives, §4.2 Schema Introspection.
 */
#include "graphql/build_int.h"
#include "graphql/parser.h"

#include <assert.h>

/* clang-format off */
#define INCLUDE_DEPRECATED "(includeDeprecated: Boolean! = false)"

static const char SCALARS[] =
	"\"Text: a sequence of Unicode characters.\" scalar String\n"
	"\"A whole number of 32 bits: from -2147483648 to 2147483647.\" scalar Int\n"
	"\"A number of double precision, as IEEE 754 defines it.\" scalar Float\n"
	"\"Either `true` or `false`.\" scalar Boolean\n"
	"\"A key that tells one object from another. It is text; whole numbers are read as text.\""
	" scalar ID\n";

static const char DIRECTIVES[] =
	"\"Asks for the field or fragment only if the condition holds.\""
	" directive @include(\"Whether to answer the field or fragment.\" if: Boolean!)"
	" on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
	"\"Leaves the field or fragment out if the condition holds.\""
	" directive @skip(\"Whether to leave the field or fragment out.\" if: Boolean!)"
	" on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT\n"
	"\"Advises against further use of a part of the schema.\""
	" directive @deprecated(\"Why, and what to use in its place (Markdown).\""
	" reason: String! = \"No longer supported\")"
	" on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n"
	"\"Names the document that specifies a scalar.\""
	" directive @specifiedBy(\"The address of the document.\" url: String!) on SCALAR\n"
	"\"Demands exactly one field of the input object, with a value that is not null.\""
	" directive @oneOf on INPUT_OBJECT\n";

static const char INTROSPECTION[] =
	"\"What the service offers: its types, directives and the types where operations start.\"\n"
	"type __Schema {\n"
	"  description: String\n"
	"  \"Every type, those of the language among them.\" types: [__Type!]!\n"
	"  \"Where queries start.\" queryType: __Type!\n"
	"  \"Where mutations start, if there are any.\" mutationType: __Type\n"
	"  \"Where subscriptions start, if there are any.\" subscriptionType: __Type\n"
	"  \"Every directive.\" directives: [__Directive!]!\n"
	"}\n"
	"\"A type. Its kind tells which of the fields have a value: those of other kinds are null.\"\n"
	"type __Type {\n"
	"  kind: __TypeKind!\n"
	"  name: String\n"
	"  description: String\n"
	"  specifiedByURL: String\n"
	"  fields" INCLUDE_DEPRECATED ": [__Field!]\n"
	"  interfaces: [__Type!]\n"
	"  possibleTypes: [__Type!]\n"
	"  enumValues" INCLUDE_DEPRECATED ": [__EnumValue!]\n"
	"  inputFields" INCLUDE_DEPRECATED ": [__InputValue!]\n"
	"  ofType: __Type\n"
	"  isOneOf: Boolean\n"
	"}\n"
	"\"The kinds of types.\"\n"
	"enum __TypeKind {\n"
	"  \"A value without parts.\" SCALAR\n"
	"  \"Has `fields` and `interfaces`.\" OBJECT\n"
	"  \"Has `fields`, `interfaces` and `possibleTypes`.\" INTERFACE\n"
	"  \"Has `possibleTypes`.\" UNION\n"
	"  \"Has `enumValues`.\" ENUM\n"
	"  \"Has `inputFields` and `isOneOf`.\" INPUT_OBJECT\n"
	"  \"A list of `ofType`.\" LIST\n"
	"  \"An `ofType` that is never null.\" NON_NULL\n"
	"}\n"
	"\"A field of an object or interface.\"\n"
	"type __Field {\n"
	"  name: String!\n"
	"  description: String\n"
	"  args" INCLUDE_DEPRECATED ": [__InputValue!]!\n"
	"  type: __Type!\n"
	"  isDeprecated: Boolean!\n"
	"  deprecationReason: String\n"
	"}\n"
	"\"An argument of a field or directive, or a field of an input object.\"\n"
	"type __InputValue {\n"
	"  name: String!\n"
	"  description: String\n"
	"  type: __Type!\n"
	"  \"The value that is used when none is given, as a GraphQL literal.\" defaultValue: String\n"
	"  isDeprecated: Boolean!\n"
	"  deprecationReason: String\n"
	"}\n"
	"\"A value of an enum, answered as text.\"\n"
	"type __EnumValue {\n"
	"  name: String!\n"
	"  description: String\n"
	"  isDeprecated: Boolean!\n"
	"  deprecationReason: String\n"
	"}\n"
	"\"A directive: a mark on parts of a document that changes what they mean.\"\n"
	"type __Directive {\n"
	"  name: String!\n"
	"  description: String\n"
	"  isRepeatable: Boolean!\n"
	"  locations: [__DirectiveLocation!]!\n"
	"  args" INCLUDE_DEPRECATED ": [__InputValue!]!\n"
	"}\n"
	"\"A place where a directive may stand.\"\n"
	"enum __DirectiveLocation {\n"
	"  \"On a query.\" QUERY\n"
	"  \"On a mutation.\" MUTATION\n"
	"  \"On a subscription.\" SUBSCRIPTION\n"
	"  \"On a field.\" FIELD\n"
	"  \"On the definition of a fragment.\" FRAGMENT_DEFINITION\n"
	"  \"On the use of a fragment.\" FRAGMENT_SPREAD\n"
	"  \"On a fragment without a name.\" INLINE_FRAGMENT\n"
	"  \"On the definition of a variable.\" VARIABLE_DEFINITION\n"
	"  \"On the schema.\" SCHEMA\n"
	"  \"On a scalar.\" SCALAR\n"
	"  \"On an object type.\" OBJECT\n"
	"  \"On the definition of a field.\" FIELD_DEFINITION\n"
	"  \"On the definition of an argument.\" ARGUMENT_DEFINITION\n"
	"  \"On an interface.\" INTERFACE\n"
	"  \"On a union.\" UNION\n"
	"  \"On an enum.\" ENUM\n"
	"  \"On a value of an enum.\" ENUM_VALUE\n"
	"  \"On an input object.\" INPUT_OBJECT\n"
	"  \"On a field of an input object.\" INPUT_FIELD_DEFINITION\n"
	"}\n";

static const str NAMES[] = {
	STR_INIT("String"), STR_INIT("Int"), STR_INIT("Float"), STR_INIT("Boolean"), STR_INIT("ID"),
	STR_INIT("__Schema"), STR_INIT("__Type"), STR_INIT("__TypeKind"), STR_INIT("__Field"),
	STR_INIT("__InputValue"), STR_INIT("__EnumValue"), STR_INIT("__Directive"),
	STR_INIT("__DirectiveLocation"),
};

static const str DIRECTIVE_NAMES[] = {
	STR_INIT("include"), STR_INIT("skip"), STR_INIT("deprecated"), STR_INIT("specifiedBy"),
	STR_INIT("oneOf"),
};
/* clang-format on */

bool gql_is_builtin_directive_name(str name)
{
	for (size_t i = 0; i < COUNT(DIRECTIVE_NAMES); i++)
		if (str_eq(DIRECTIVE_NAMES[i], name))
			return true;
	return false;
}

const str *gql_builtin_type_names(size_t *n)
{
	*n = COUNT(NAMES);
	return NAMES;
}

bool gql_is_builtin_type_name(str name)
{
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(NAMES[i], name))
			return true;
	return false;
}

const struct ast_document *gql_builtin_document(struct arena *a)
{
	struct buf text = buf_on(a);
	buf_put(&text, str_from(SCALARS));
	buf_put(&text, str_from(DIRECTIVES));
	buf_put(&text, str_from(INTROSPECTION));
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ S("built-in types"), buf_str(&text) };
	struct ast_document *document = arena_new(a, struct ast_document);
	struct gql_errors errors = { .arena = a };
	bool ok = gql_parse(a, source, &(struct parse_limits){ 0 }, document, &errors);
	assert(ok);
	UNUSED(ok);
	return document;
}
