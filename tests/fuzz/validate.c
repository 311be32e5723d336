/*
 * validate - fuzzes the rules for executable documents against one schema that has everything in
 * it. A document that the rules accept must have variables that coerce or say why not, and literals
 * that coerce where they stand.
 */
#include "graphql/validate.h"
#include "base/arena.h"
#include "graphql/build.h"
#include "graphql/collect.h"
#include "graphql/parser.h"

#include <assert.h>

static const char SDL[] =
	"directive @d(a: Int! b: [In!] = []) repeatable on FIELD | QUERY | FRAGMENT_SPREAD "
	"interface N { id: ID! n: N } "
	"type A implements N { id: ID! n: N a(x: Int = 1 y: In z: [[E!]]): A! s: S e: E } "
	"type B implements N { id: ID! n: N a: [B!] s: String u: U } "
	"union U = A | B enum E { X Y } scalar S "
	"input In { a: Int! = 3 b: [In!] e: E k: K s: S f: Float } "
	"input K @oneOf { a: ID b: Boolean } "
	"type Query { a: A b(k: K! s: String i: In): B n(id: ID!): N u: [U!]! } "
	"type Subscription { a: A b: B }";

struct world {
	struct arena *arena;
	const struct gql_schema *schema;
};

/* The schema, built once: nothing changes it afterwards. */
static const struct gql_schema *schema_once(void)
{
	static const struct gql_schema *schema;
	static struct source source;
	static struct ast_document d;
	if (schema)
		return schema;
	struct arena *a = arena_open(0);
	struct gql_errors errors = { .arena = a };
	source = (struct source){ S("schema"), str_from(SDL) };
	bool built = gql_parse(a, &source, NULL, &d, &errors) &&
		gql_schema_build(a, &d, &schema, &errors);
	assert(built);
	return schema;
}

/* Coerces every literal of the set's fields and below, as execution would. */
static void coerce(const struct world *w, const struct ast_definition *op,
	const struct gql_variables *vars, const struct gql_type *parent,
	const struct ast_selections *set)
{
	struct gql_errors errors = { .arena = w->arena };
	struct gql_coercion c = { .arena = w->arena, .schema = w->schema, .errors = &errors };
	for (size_t i = 0; i < set->n; i++) {
		const struct ast_selection *s = set->at[i];
		const struct gql_field *f = s->kind == AST_FIELD
			? gql_field_find(w->schema, parent, s->name.text)
			: NULL;
		for (size_t j = 0; f && j < s->nargs; j++) {
			const struct gql_input *arg = gql_arg_find(f, s->args[j].name.text);
			struct gql_value *value;
			assert(arg);
			if (gql_coerce_literal(&c, op, vars, arg->type, s->args[j].value,
				    op->source, &value)) {
				struct buf b = buf_on(w->arena);
				gql_value_print_json(&b, value, arg->type);
			} else {
				assert(errors.n > 0);
			}
		}
		if (f && s->selections.n > 0)
			coerce(w, op, vars, f->type->type, &s->selections);
	}
}

static void run(const struct world *w, const struct ast_document *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct ast_definition *op = d->at[i];
		struct gql_errors errors = { .arena = w->arena };
		struct gql_coercion c = { .arena = w->arena,
			.schema = w->schema,
			.errors = &errors };
		struct gql_variables vars;
		if (op->kind != AST_OPERATION || op->operation != AST_QUERY)
			continue;
		const struct gql_ref *const *types = gql_variable_types(w->arena, w->schema, op);
		if (gql_coerce_variables(&c, op, types, S("{}"), &vars))
			coerce(w, op, &vars, w->schema->query, &op->selections);
		else
			assert(errors.n > 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	struct world w = { a, schema_once() };
	struct source source = { S("fuzz"), { (const char *)data, size } };
	struct gql_errors errors = { .arena = a };
	struct parse_limits limits = { .tokens = 5000 };
	struct validate_options o = { .suggestions = true };
	struct ast_document d;
	if (gql_parse(a, &source, &limits, &d, &errors)) {
		bool ok = gql_validate(a, w.schema, &d, &o, &errors);
		assert(ok == (errors.n == 0));
		if (ok)
			run(&w, &d);
	}
	arena_close(a);
	return 0;
}
