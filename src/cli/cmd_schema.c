/* cmd_schema - the served schema: what is written and what is generated from it. */
#include "cli/commands.h"

#include "app/local.h"

static const struct cli_option OPTIONS[] = {
	{ "json", NULL, "the result of the introspection query instead of SDL", NULL },
	{ NULL, NULL, NULL, NULL },
};

/* The query that tools send. Spec: §4.2, with descriptions, deprecated inputs and specifiedByURL */
static const char INTROSPECTION[] =
	"query IntrospectionQuery { __schema { description "
	"queryType { name } mutationType { name } subscriptionType { name } "
	"types { ...FullType } "
	"directives { name description isRepeatable locations "
	"args(includeDeprecated: true) { ...InputValue } } } } "
	"fragment FullType on __Type { kind name description specifiedByURL isOneOf "
	"fields(includeDeprecated: true) { name description "
	"args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } "
	"isDeprecated deprecationReason } "
	"inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } "
	"enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } "
	"possibleTypes { ...TypeRef } } "
	"fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue "
	"isDeprecated deprecationReason } "
	"fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { "
	"kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name "
	"} } } } } } } }";

static int print_json(struct cli *c, struct local *l)
{
	struct local_request request = { .query = str_from(INTROSPECTION) };
	struct exec_response response;
	struct err e;
	if (!local_execute(l, c->arena, &request, &response, &e))
		return cli_fail(c, &e);
	int status = cli_print(c, str_printf(c->arena, "%.*s\n", STR_ARG(response.body)));
	return status == CLI_DONE && response.code != ERR_NONE ? CLI_FAILED : status;
}

static int print(struct cli *c, struct local *l)
{
	struct compiled compiled;
	struct err e;
	if (!local_compile(l, c->arena, &compiled, &e))
		return cli_fail(c, &e);
	if (!compiled.model) {
		project_report(&compiled, c->log.colour, false);
		return CLI_FAILED;
	}
	if (cli_value(c, "json"))
		return print_json(c, l);
	struct buf b = buf_on(c->arena);
	gql_schema_print(&b, compiled.model->gql, false);
	if (b.n && b.p[b.n - 1] != '\n')
		buf_lit(&b, "\n");
	return cli_print(c, buf_str(&b));
}

static int run(struct cli *c)
{
	struct local *l;
	struct err e;
	/* the person at the terminal has the schema's files: the API's rule is not for her */
	if (!cli_has_schema(c, &e) ||
		!settings_set(&c->settings, SETTING_INTROSPECTION, S("public"), FROM_COMMAND_LINE,
			S("schema print"), &e) ||
		!local_open(&c->settings, &c->log, true, &l, &e))
		return cli_fail(c, &e);
	int status = print(c, l);
	local_close(l);
	return status;
}

const struct command CMD_SCHEMA_PRINT = {
	.name = "schema print",
	.args = "",
	.doc = "print the API's schema, with what is generated",
	.text = "Prints SDL for clients and their tools: the types that you wrote and the filters, "
		"orderings and arguments that the server adds.",
	.example = "fraiseql schema print > api.graphql",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_DEV,
	.run = run,
};
