/*
 * directives - the table of the schema language's directives, and reading their arguments.
 *
 * Every directive that users may meet in the documentation is in the table, so that its use is
 * either honoured or refused at its place; a directive is never accepted and ignored. The SDL of
 * those that are used becomes part of the schema, where the specification's rules check places and
 * names of arguments. Kinds of argument values are checked here when they are read.
 */
#include "schema/directives.h"

#include "schema/compile_int.h"

struct directive {
	const char *name;
	bool implemented;
	const char *sdl;
};

/* clang-format off */
static const struct directive DIRECTIVES[] = {
	{ "source", true,
		"\"The view or table behind a type.\"\n"
		"directive @source(\n"
		"  \"Its name, with the schema where the search path does not find it.\"\n"
		"  relation: String!\n"
		"  \"Its JSONB column; the default is `data`, when there is such a column.\"\n"
		"  data: String\n"
		") on OBJECT | INTERFACE\n" },
	{ "column", true,
		"\"Where a value is stored, if not in the column or key of the same name.\"\n"
		"directive @column(\n"
		"  \"The column, or the key of the JSON document. On an enum value: its label.\"\n"
		"  name: String\n"
		"  \"Keys in the JSON document, joined by dots.\"\n"
		"  path: String\n"
		") on FIELD_DEFINITION | ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE\n" },
	{ "relation", true,
		"\"Joins the rows of another type.\"\n"
		"directive @relation(\n"
		"  \"Columns of this type's source.\"\n"
		"  fields: [String!]!\n"
		"  \"Columns of the other type's source.\"\n"
		"  references: [String!]!\n"
		"  \"Many-to-many: the table that links the two.\"\n"
		"  relation: String\n"
		") on FIELD_DEFINITION\n" },
	{ "function", true,
		"\"Calls a PostgreSQL function.\"\n"
		"directive @function(\n"
		"  \"Its name, with the schema where the search path does not find it.\"\n"
		"  name: String!\n"
		"  \"Values of the session that are passed before the input.\"\n"
		"  context: [String!]\n"
		"  \"On a field of an object: the columns that are passed first, instead of the row.\"\n"
		"  fields: [String!]\n"
		") on FIELD_DEFINITION\n" },
	{ "list", true,
		"\"How a list is paged and ordered.\"\n"
		"directive @list(\n"
		"  \"Rows that are given when the client sets no limit.\"\n"
		"  defaultLimit: Int\n"
		"  \"Most rows that a client may ask for.\"\n"
		"  maxLimit: Int\n"
		"  \"Order when the client asks for none, like `name ASC`.\"\n"
		"  defaultOrder: [String!]\n"
		") on FIELD_DEFINITION\n" },
	{ "write", true,
		"\"What @write does with rows.\"\n"
		"enum WriteAction { INSERT UPDATE UPSERT DELETE }\n"
		"\"Puts rows into a table, changes or deletes them.\"\n"
		"directive @write(\n"
		"  \"The table, with the schema where the search path does not find it.\"\n"
		"  table: String!\n"
		"  action: WriteAction!\n"
		"  \"UPSERT: columns of the unique key by which a row is there already.\"\n"
		"  conflict: [String!]\n"
		"  \"UPSERT: columns that an existing row gets; the default is all that are given.\"\n"
		"  update: [String!]\n"
		"  \"With `where`: most rows that may match.\"\n"
		"  maxRows: Int\n"
		"  \"With `where`: an empty filter is accepted.\"\n"
		"  allowAll: Boolean\n"
		") on FIELD_DEFINITION\n" },
	{ "authenticated", false,
		"directive @authenticated on OBJECT | INTERFACE | FIELD_DEFINITION\n" },
	{ "requiresScopes", false,
		"directive @requiresScopes(scopes: [[String!]!]!) on OBJECT | INTERFACE | FIELD_DEFINITION\n" },
	{ "authorize", false,
		"directive @authorize(roles: [String!], owner: String, policy: String)"
		" on OBJECT | INTERFACE | FIELD_DEFINITION\n" },
	{ "requireRls", false, "directive @requireRls on OBJECT\n" },
	{ "version", true,
		"\"Optimistic locking: the value sent must be the stored one.\"\n"
		"directive @version(\n"
		"  \"The field that holds the version.\"\n"
		"  field: String!\n"
		") on OBJECT | INPUT_OBJECT\n" },
	{ "constraint", true,
		"\"What an input must be like. What is not is refused before anything runs, all at once.\"\n"
		"directive @constraint(\n"
		"  \"Characters of a text: Unicode code points.\"\n"
		"  minLength: Int\n"
		"  maxLength: Int\n"
		"  \"Bounds of a number.\"\n"
		"  min: Float\n"
		"  max: Float\n"
		"  exclusiveMin: Float\n"
		"  exclusiveMax: Float\n"
		"  \"A regular expression (Perl's syntax) that a text must contain a match of.\"\n"
		"  pattern: String\n"
		"  \"A form that a text must have, like `email`.\"\n"
		"  format: String\n"
		"  \"Items of a list.\"\n"
		"  minItems: Int\n"
		"  maxItems: Int\n"
		"  uniqueItems: Boolean\n"
		"  \"What clients are told, instead of the usual message.\"\n"
		"  message: String\n"
		") on INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION\n" },
	{ "prepare", true,
		"\"What becomes of a text before it is checked and stored.\"\n"
		"directive @prepare(\n"
		"  \"Blanks at both ends are taken off.\"\n"
		"  trim: Boolean\n"
		"  \"Runs of blanks become one space.\"\n"
		"  collapse: Boolean\n"
		"  lowercase: Boolean\n"
		"  uppercase: Boolean\n"
		"  \"A text without anything but blanks becomes null.\"\n"
		"  blankToNull: Boolean\n"
		") on INPUT_FIELD_DEFINITION | ARGUMENT_DEFINITION\n" },
	{ "cacheControl", false,
		"enum CacheControlScope { PUBLIC PRIVATE }\n"
		"directive @cacheControl(maxAge: Int, scope: CacheControlScope)"
		" on OBJECT | INTERFACE | UNION | FIELD_DEFINITION\n" },
	{ "cost", false, "directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT |"
		" ARGUMENT_DEFINITION | SCALAR | ENUM | INPUT_FIELD_DEFINITION\n" },
	{ "listSize", false,
		"directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!],"
		" requireOneSlicingArgument: Boolean) on FIELD_DEFINITION\n" },
	{ "listen", false, "directive @listen(channel: String!) on FIELD_DEFINITION\n" },
	{ "status", true,
		"\"What a status of a mutation's function means.\"\n"
		"enum StatusMeaning { SUCCESS UNAUTHENTICATED FORBIDDEN NOT_FOUND CONFLICT BAD_USER_INPUT BLOCKED"
		" TIMEOUT MUTATION_FAILED }\n"
		"\"Overrides the table of statuses for one mutation.\"\n"
		"directive @status(\n"
		"  \"A whole status, or the part before the colon.\"\n"
		"  match: String!\n"
		"  means: StatusMeaning!\n"
		") repeatable on FIELD_DEFINITION\n" },
	{ "atomic", true,
		"\"All fields of the mutation are one transaction: when one fails, none has happened.\"\n"
		"directive @atomic on MUTATION\n" },
	{ "dryRun", true,
		"\"The mutation runs and answers, and nothing of it stays.\"\n"
		"directive @dryRun on MUTATION\n" },
	{ "resolver", true,
		"\"The program that has FraiseQL inside answers.\"\n"
		"directive @resolver(\n"
		"  \"The name under which the program has registered it.\"\n"
		"  name: String!\n"
		"  \"Fields of the same type whose values it is given of each parent.\"\n"
		"  requires: [String!]\n"
		") on FIELD_DEFINITION\n" },
};
/* clang-format on */

static size_t number_of(str name)
{
	size_t i = 0;
	while (i < COUNT(DIRECTIVES) && !str_eq(name, str_from(DIRECTIVES[i].name)))
		i++;
	return i;
}

/* ---- walking over all uses ---- */

typedef void use_fn(struct compiler *c, const struct ast_definition *d,
	const struct ast_directives *l, void *arg);

static void each_input(struct compiler *c, const struct ast_definition *d,
	const struct ast_input_value *inputs, size_t n, use_fn *fn, void *arg)
{
	for (size_t i = 0; i < n; i++)
		fn(c, d, &inputs[i].directives, arg);
}

static void each_list(struct compiler *c, use_fn *fn, void *arg)
{
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		fn(c, d, &d->directives, arg);
		each_input(c, d, d->inputs, d->ninputs, fn, arg);
		for (size_t k = 0; k < d->nvalues; k++)
			fn(c, d, &d->values[k].directives, arg);
		for (size_t k = 0; k < d->nfields; k++) {
			fn(c, d, &d->fields[k].directives, arg);
			each_input(c, d, d->fields[k].args, d->fields[k].nargs, fn, arg);
		}
	}
}

static void check_list(struct compiler *c, const struct ast_definition *d,
	const struct ast_directives *l, void *arg)
{
	UNUSED(arg);
	for (size_t i = 0; i < l->n; i++) {
		size_t number = number_of(l->at[i].name.text);
		if (str_eq(l->at[i].name.text, S("status")) && !directive_find(l, "function"))
			diag_error(c, d->source, l->at[i].at,
				"@status is for fields that call a function: @function.");
		if (number < COUNT(DIRECTIVES) && !DIRECTIVES[number].implemented)
			diag_error(c, d->source, l->at[i].at, "@%s is not implemented yet.",
				DIRECTIVES[number].name);
	}
}

str directives_nearest(struct compiler *c, str name)
{
	static const str OF_GRAPHQL[] = { STR_INIT("deprecated"), STR_INIT("specifiedBy"),
		STR_INIT("oneOf") };
	size_t n = 0;
	str *names = arena_array(c->arena, str,
		COUNT(DIRECTIVES) + COUNT(OF_GRAPHQL) + c->definitions.n);
	for (size_t i = 0; i < COUNT(DIRECTIVES); i++)
		if (DIRECTIVES[i].implemented)
			names[n++] = str_from(DIRECTIVES[i].name);
	for (size_t i = 0; i < COUNT(OF_GRAPHQL); i++)
		names[n++] = OF_GRAPHQL[i];
	for (size_t i = 0; i < c->definitions.n; i++)
		if (c->definitions.at[i]->kind == AST_DIRECTIVE_DEF)
			names[n++] = c->definitions.at[i]->name.text;
	return str_nearest(name, names, n);
}

void directives_check(struct compiler *c)
{
	each_list(c, check_list, NULL);
}

static void note_list(struct compiler *c, const struct ast_definition *d,
	const struct ast_directives *l, void *arg)
{
	UNUSED(c);
	UNUSED(d);
	bool *used = arg;
	for (size_t i = 0; i < l->n; i++) {
		size_t number = number_of(l->at[i].name.text);
		if (number < COUNT(DIRECTIVES))
			used[number] = true;
	}
}

/* Clients write these two on operations, so they are there wherever there are mutations. */
static bool has_mutations(const struct compiler *c)
{
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		if (d->kind == AST_OBJECT_TYPE && str_eq(d->name.text, S("Mutation")))
			return true;
		for (size_t k = 0; k < d->noperation_types; k++)
			if (d->operation_types[k].operation == AST_MUTATION)
				return true;
	}
	return false;
}

void directives_put(struct compiler *c, struct buf *b)
{
	bool used[COUNT(DIRECTIVES)] = { false };
	each_list(c, note_list, used);
	used[number_of(S("atomic"))] = used[number_of(S("dryRun"))] = has_mutations(c);
	for (size_t i = 0; i < c->definitions.n; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		size_t number = number_of(d->name.text);
		if (d->kind == AST_DIRECTIVE_DEF && number < COUNT(DIRECTIVES))
			used[number] = false;
	}
	for (size_t i = 0; i < COUNT(DIRECTIVES); i++)
		if (used[i])
			buf_put(b, str_from(DIRECTIVES[i].sdl));
}

void directives_print(struct buf *b)
{
	for (size_t i = 0; i < COUNT(DIRECTIVES); i++)
		if (DIRECTIVES[i].implemented)
			buf_printf(b, "%s%s", b->n ? "\n" : "", DIRECTIVES[i].sdl);
}

void directives_print_missing(struct buf *b)
{
	for (size_t i = 0; i < COUNT(DIRECTIVES); i++)
		if (!DIRECTIVES[i].implemented)
			buf_printf(b, "%s`@%s`", b->n ? ", " : "", DIRECTIVES[i].name);
}

/* ---- reading ---- */

const struct ast_directive *directive_find(const struct ast_directives *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->at[i].name.text, str_from(name)))
			return &l->at[i];
	return NULL;
}

const struct ast_directive *directive_on_type(const struct gql_type *t, const char *name,
	const struct source **source)
{
	for (size_t i = 0; i < t->nnodes; i++) {
		const struct ast_directive *d = directive_find(&t->nodes[i]->directives, name);
		if (d) {
			*source = t->nodes[i]->source;
			return d;
		}
	}
	return NULL;
}

const struct ast_value *directive_arg(const struct ast_directive *d, const char *name)
{
	for (size_t i = 0; i < d->nargs; i++)
		if (str_eq(d->args[i].name.text, str_from(name)))
			return d->args[i].value->kind == AST_NULL ? NULL : d->args[i].value;
	return NULL;
}

bool directive_text(struct compiler *c, const struct source *s, const struct ast_directive *d,
	const char *name, str *out)
{
	const struct ast_value *v = directive_arg(d, name);
	if (!v)
		return false;
	if (v->kind != AST_STRING || v->text.n == 0) {
		diag_error(c, s, v->at, "\"%s\" of @%.*s must be a text.", name,
			STR_ARG(d->name.text));
		return false;
	}
	*out = v->text;
	return true;
}

bool directive_texts(struct compiler *c, const struct source *s, const struct ast_directive *d,
	const char *name, struct ast_value ***items, size_t *n)
{
	for (size_t i = 0; i < d->nargs; i++) {
		struct ast_value *v = d->args[i].value;
		if (!str_eq(d->args[i].name.text, str_from(name)) || v->kind == AST_NULL)
			continue;
		*items = v->kind == AST_LIST ? v->items : &d->args[i].value;
		*n = v->kind == AST_LIST ? v->n : 1;
		for (size_t k = 0; k < *n; k++) {
			if ((*items)[k]->kind == AST_STRING && (*items)[k]->text.n)
				continue;
			diag_error(c, s, (*items)[k]->at,
				"\"%s\" of @%.*s must be a list of texts.", name,
				STR_ARG(d->name.text));
			return false;
		}
		return true;
	}
	return false;
}
