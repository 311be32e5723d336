/*
 * compile - files and catalog in, model out, or every problem that can be found.
 *
 * A step that fails ends the compilation only where the next one would have nothing to work on:
 * files that do not parse. Documents that are no schema are compiled without what is wrong in them,
 * for the problems beside it (salvage). The texts are copied, so the model
 * stands on its own arena alone.
 */
#include "schema/compile_int.h"

#include "graphql/parser.h"
#include "schema/rule.h"

/* Nothing but what GraphQL ignores. Spec: §2.1.7 */
static bool is_blank(str text)
{
	bool comment = false;
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_sub(text, 3, text.n);
	for (size_t i = 0; i < text.n; i++) {
		char b = text.p[i];
		comment = b == '#' || (comment && b != '\n' && b != '\r');
		if (!comment && b != ' ' && b != '\t' && b != '\n' && b != '\r' && b != ',')
			return false;
	}
	return true;
}

static void parse_file(struct compiler *c, const struct source_file *file)
{
	if (is_blank(file->text))
		return;
	struct source *s = arena_new(c->arena, struct source);
	struct gql_errors errors = { .arena = c->arena };
	struct ast_document document;
	*s = (struct source){ str_dup(c->arena, file->path), str_dup(c->arena, file->text) };
	if (!gql_parse(c->arena, s, &(struct parse_limits){ 0 }, &document, &errors)) {
		for (size_t i = 0; i < errors.n; i++)
			diag_from_gql(c, &errors.at[i]);
		return;
	}
	for (size_t i = 0; i < document.n; i++) {
		struct ast_definition *d = document.at[i];
		if (d->kind == AST_OPERATION || d->kind == AST_FRAGMENT)
			diag_error(c, s, d->at, "%s do not belong into a schema.",
				d->kind == AST_OPERATION ? "Operations" : "Fragments");
		else
			*vec_push(c->arena, &c->definitions) = d;
	}
}

static bool parse_files(struct compiler *c)
{
	size_t before = c->diagnostics->errors;
	for (size_t i = 0; i < c->options->nfiles; i++)
		parse_file(c, &c->options->files[i]);
	if (c->diagnostics->errors == before && c->definitions.n == 0)
		diag_no_query(diag_error(c, NULL, 0,
			"There is no schema: no file contains a definition."));
	return c->diagnostics->errors == before;
}

bool compile_types(struct compiler *c, struct gql_errors *errors)
{
	c->nwritten = c->definitions.n;
	generate(c);
	struct ast_document *document = arena_new(c->arena, struct ast_document);
	*document = (struct ast_document){ c->definitions.at, c->definitions.n };
	return gql_schema_build(c->arena, document, &c->gql, errors);
}

void compile_bindings(struct compiler *c)
{
	struct arena *a = c->arena;
	c->bindings = arena_array(a, struct binding, c->gql->nfields);
	c->facts = arena_array(a, struct type_facts, c->gql->ntypes);
	c->broken_source = arena_array(a, bool, c->gql->ntypes);
	c->enum_maps = arena_array(a, struct enum_maps, c->gql->ntypes);
	rule_read_all(c);
	bind_schema(c);
}

/* The types, or their errors and what can be found beside them. */
static bool build_types(struct compiler *c)
{
	struct gql_errors errors = { .arena = c->arena };
	size_t before = c->diagnostics->errors;
	if (compile_types(c, &errors))
		return c->diagnostics->errors == before;
	for (size_t i = 0; i < errors.n; i++)
		diag_from_gql(c, &errors.at[i]);
	salvage(c, &errors);
	return false;
}

static const struct model *make_model(struct compiler *c)
{
	struct model *m = arena_new(c->arena, struct model);
	*m = (struct model){ .gql = c->gql,
		.catalog = c->catalog,
		.bindings = c->bindings,
		.types = c->facts,
		.ruled = c->ruled,
		.generation = c->options->generation,
		.arena = c->arena,
		.refs = 1 };
	return m;
}

bool schema_compile(struct arena *a, const struct compile_options *o, const struct catalog *catalog,
	const struct model **out, struct diagnostics *diagnostics)
{
	struct compiler c = { .arena = a,
		.options = o,
		.catalog = catalog,
		.diagnostics = diagnostics };
	size_t before = diagnostics->errors;
	if (!parse_files(&c))
		return false;
	directives_check(&c);
	if (!build_types(&c))
		return false;
	compile_bindings(&c);
	if (diagnostics->errors > before)
		return false;
	describe_schema(&c);
	*out = make_model(&c);
	return true;
}
