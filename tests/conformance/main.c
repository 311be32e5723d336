/*
 * graphql-conformance - answers the conformance protocol: a JSON request a line on stdin, its
 * answer a line on stdout. Each request has an arena of its own.
 *
 * Steps are as the protocol wants them: an op on a schema parses, checks and builds it first, and
 * is refused with the errors of the first step that finds any.
 */
#include "request.h"

#include "base/buf.h"
#include "base/json.h"
#include "graphql/build.h"
#include "graphql/collect.h"
#include "graphql/introspect.h"
#include "graphql/parser.h"
#include "graphql/printer.h"
#include "graphql/validate.h"

#include <stdio.h>

struct job {
	struct arena *arena;
	const struct request *request;
	struct gql_errors errors;
	struct source source; /* of the request */
	struct buf out;       /* the answer's members after "id" */
};

typedef bool op_fn(struct job *j);

static void put_text(struct buf *b, str key, str text)
{
	buf_putc(b, ',');
	json_put_string(b, key);
	buf_putc(b, ':');
	json_put_string(b, text);
}

static bool op_parse(struct job *j)
{
	struct ast_document d;
	if (!gql_parse(j->arena, &j->source, NULL, &d, &j->errors))
		return false;
	struct buf text = buf_on(j->arena);
	gql_print_document(&text, &d);
	put_text(&j->out, S("print"), buf_str(&text));
	return true;
}

/* The schema of the request's SDL. */
static bool build(struct job *j, const struct gql_schema **s)
{
	struct source *sdl = arena_new(j->arena, struct source);
	*sdl = (struct source){ S("GraphQL SDL"), j->request->sdl };
	struct ast_document *d = arena_new(j->arena, struct ast_document);
	return gql_parse(j->arena, sdl, NULL, d, &j->errors) &&
		gql_schema_build(j->arena, d, s, &j->errors);
}

static bool op_build_schema(struct job *j)
{
	const struct gql_schema *s;
	if (!build(j, &s))
		return false;
	struct buf text = buf_on(j->arena);
	gql_schema_print(&text, s, false);
	put_text(&j->out, S("print"), buf_str(&text));
	return true;
}

/* ---- ops on a document and a schema ---- */

/* Parses the request's document and picks its operation. */
static bool read_operation(struct job *j, struct ast_document *d,
	const struct ast_definition **operation)
{
	if (!gql_parse(j->arena, &j->source, NULL, d, &j->errors))
		return false;
	*operation = gql_operation_find(d, j->request->operation_name, &j->errors);
	return *operation != NULL;
}

static bool read_variables(struct job *j, const struct gql_schema *schema,
	const struct ast_definition *operation, struct gql_variables *out)
{
	struct gql_coercion c = {
		.arena = j->arena,
		.schema = schema,
		.suggestions = true,
		.errors = &j->errors,
		.errors_max = j->request->errors_max,
	};
	return gql_coerce_variables(&c, operation, gql_variable_types(j->arena, schema, operation),
		j->request->variables, out);
}

static bool op_coerce_variables(struct job *j)
{
	const struct gql_schema *schema;
	struct ast_document d;
	const struct ast_definition *operation;
	struct gql_variables vars;
	if (!build(j, &schema) || !read_operation(j, &d, &operation) ||
		!read_variables(j, schema, operation, &vars))
		return false;
	const struct gql_ref *const *types = gql_variable_types(j->arena, schema, operation);
	const char *before = "";
	buf_lit(&j->out, ",\"coerced\":{");
	for (size_t i = 0; i < vars.n; i++) {
		if (!vars.at[i])
			continue;
		buf_put(&j->out, str_from(before));
		before = ",";
		json_put_string(&j->out, operation->variables[i].name.text);
		buf_putc(&j->out, ':');
		gql_value_print_json(&j->out, vars.at[i], types[i]);
	}
	buf_putc(&j->out, '}');
	return true;
}

static bool validate(struct job *j, const struct gql_schema *schema, const struct ast_document *d)
{
	struct validate_options o = { .suggestions = true, .errors_max = j->request->errors_max };
	return gql_validate(j->arena, schema, d, &o, &j->errors);
}

static bool op_validate(struct job *j)
{
	const struct gql_schema *schema;
	struct ast_document d;
	return build(j, &schema) && gql_parse(j->arena, &j->source, NULL, &d, &j->errors) &&
		validate(j, schema, &d);
}

static bool put_root_field(struct job *j, const struct introspection *i,
	const struct gql_type *root, const struct collected *k)
{
	str name = k->fields[0]->name.text;
	buf_put(&j->out, k->key);
	buf_lit(&j->out, "\":");
	if (str_eq(name, S("__typename"))) {
		json_put_string(&j->out, root->name);
		return true;
	}
	if (root == i->schema->query && str_starts(name, S("__")))
		return gql_introspect(&j->out, i, k->fields, k->n);
	buf_lit(&j->out, "null"); /* there is no root value */
	return true;
}

/* The operation's answer without a root value: introspection, and null for everything else. */
static bool execute(struct job *j, const struct introspection *i)
{
	const struct gql_type *const ROOTS[] = {
		[AST_QUERY] = i->schema->query,
		[AST_MUTATION] = i->schema->mutation,
		[AST_SUBSCRIPTION] = i->schema->subscription,
	};
	const struct gql_type *root = ROOTS[i->operation->operation];
	struct collect c = { i->arena, i->schema, i->document, i->operation, i->vars, NULL,
		&j->errors };
	const struct ast_selections *set = &i->operation->selections;
	struct collection fields = { 0 };
	gql_collect(&c, root, &set, 1, &fields);
	bool ok = true;
	buf_lit(&j->out, ",\"data\":{");
	for (size_t k = 0; k < fields.n && ok; k++) {
		buf_put(&j->out, k > 0 ? S(",\"") : S("\""));
		ok = put_root_field(j, i, root, &fields.at[k]);
	}
	buf_putc(&j->out, '}');
	return ok && j->errors.n == 0;
}

static bool op_introspect(struct job *j)
{
	const struct gql_schema *schema;
	struct ast_document d;
	const struct ast_definition *operation;
	struct gql_variables vars;
	if (!build(j, &schema) || !gql_parse(j->arena, &j->source, NULL, &d, &j->errors) ||
		!validate(j, schema, &d))
		return false;
	operation = gql_operation_find(&d, j->request->operation_name, &j->errors);
	if (!operation || !read_variables(j, schema, operation, &vars))
		return false;
	struct introspection i = { j->arena, schema, &d, operation, &vars, NULL, &j->errors };
	return execute(j, &i);
}

static const struct {
	const char *name;
	op_fn *run;
} OPS[] = {
	{ "build_schema", op_build_schema },
	{ "parse", op_parse },
	{ "coerce_variables", op_coerce_variables },
	{ "validate", op_validate },
	{ "introspect", op_introspect },
};

static void put_place(struct buf *b, const struct gql_place *place)
{
	struct location l = source_location(place->source, place->at);
	buf_printf(b, "{\"line\":%u,\"column\":%u}", l.line, l.column);
}

static void put_errors(struct buf *b, const struct gql_errors *errors)
{
	buf_lit(b, ",\"errors\":[");
	for (size_t i = 0; i < errors->n; i++) {
		const struct gql_error *e = &errors->at[i];
		buf_put(b, i > 0 ? S(",{\"message\":") : S("{\"message\":"));
		json_put_string(b, e->message);
		buf_put(b, e->nplaces > 0 ? S(",\"locations\":[") : STR_NONE);
		for (size_t k = 0; k < e->nplaces; k++) {
			buf_put(b, k > 0 ? S(",") : STR_NONE);
			put_place(b, &e->places[k]);
		}
		buf_put(b, e->nplaces > 0 ? S("]}") : S("}"));
	}
	buf_putc(b, ']');
}

static void answer(struct arena *a, str line, struct buf *out)
{
	struct request r = { .id = STR_INIT("null") };
	bool known = request_read(a, line, &r);
	struct job j = { .arena = a, .request = &r, .errors = { .arena = a }, .out = buf_on(a) };
	j.source = (struct source){ S("GraphQL request"), r.source };
	op_fn *run = NULL;
	for (size_t i = 0; i < COUNT(OPS); i++)
		if (known && str_eq(r.op, str_from(OPS[i].name)))
			run = OPS[i].run;
	buf_lit(out, "{\"id\":");
	buf_put(out, r.id);
	if (!run) {
		buf_lit(out, ",\"ok\":false,\"unsupported\":true}\n");
		return;
	}
	bool ok = run(&j);
	buf_put(out, ok ? S(",\"ok\":true") : S(",\"ok\":false"));
	if (ok)
		buf_put(out, buf_str(&j.out));
	else
		put_errors(out, &j.errors);
	buf_lit(out, "}\n");
}

/* A line of stdin without its end; false at the end of the input. */
static bool read_line(struct buf *b)
{
	int c;
	buf_cut(b, 0);
	while ((c = getchar_unlocked()) != EOF && c != '\n')
		buf_putc(b, (char)c);
	return c != EOF || b->n > 0;
}

int main(void)
{
	struct arena *a = arena_open(0);
	struct buf line = buf_on(NULL);
	while (read_line(&line)) {
		struct buf out = buf_on(a);
		answer(a, buf_str(&line), &out);
		fwrite(out.p, 1, out.n, stdout);
		fflush(stdout);
		arena_reset(a);
	}
	buf_free(&line);
	arena_close(a);
	return 0;
}
