/*
 * graphql_bench - the GraphQL language alone, in one process, without a database.
 *
 *     graphql_bench hostile KIND BYTES         reads and validates one document made to be slow; a
 *                                              valid one gets its variables and arguments, too
 *     graphql_bench hostile                    the kinds
 *     graphql_bench speed SDL DOCUMENT MS      microseconds of CPU for one parse and validation
 *     graphql_bench introspect TYPES           microseconds for the whole introspection
 *
 * bench/hostile.py counts the instructions of `hostile` over doubling sizes; bench/language.mjs
 * compares `speed` with graphql-js. Text of at most BYTES bytes is made of a kind's parts: a head,
 * a part that is repeated with its number in it, for some a middle with a second such part (as many
 * times, but for at most BYTES bytes), and a tail.
 */
#include "base/clock.h"
#include "base/num.h"
#include "ev/file.h"
#include "graphql/build.h"
#include "graphql/collect.h"
#include "graphql/introspect.h"
#include "graphql/parser.h"
#include "graphql/validate.h"

#include <stdio.h>
#include <sys/resource.h>

static const char SDL[] =
	"type Query { f(x: Int, l: [[[[Int]]]], s: String): Int g: Int o: Query n: N u: [U!] } "
	"interface N { id: ID n: N o: Query } type A implements N { id: ID n: N o: Query a: Int } "
	"type B implements N { id: ID n: N o: Query a: String } union U = A | B";

/* ---- hostile documents ---- */

static const struct kind {
	const char *name, *head;
	const char *part; /* %u is its number, counted from 0; %s the next one's */
	const char *tail;
	const char *middle, *second; /* or NULL */
} KINDS[] = {
	{ "braces", "", "{", "" },
	{ "nested-fields", "", "{o", "" },
	{ "lists", "{f(l:", "[", "" },
	{ "shallow-lists", "{f(l:[", "[[[1]]],", "])}" },
	{ "long-list", "{f(l:[", "1,", "])}" },
	{ "blanks", "{f", ",", "}" },
	{ "comments", "{f", "#\n", "}" },
	{ "block-string", "{f(s:\"\"\"", "a\n ", "\"\"\")}" },
	{ "escapes", "{f(s:\"", "\\u0041", "\")}" },
	{ "one-field", "{", "f ", "}" },
	{ "aliases", "{", "a%u:f ", "}" },
	{ "aliases-of-objects", "{", "a%u:o{f}", "}" },
	{ "same-alias", "{", "a:o{b:o{f}}", "}" },
	{ "conflicts", "{", "a:f a:g ", "}" },
	{ "conflicting-arguments", "{", "f(x:%u)", "}" },
	{ "deep-conflicts", "{", "a:o{b:f}a:o{b:g}", "}" },
	{ "types-apart", "{n{", "...on A{k:n{id}}...on B{k:n{id}}", "}}" },
	{ "inline-fragments", "{", "...{", "" },
	{ "fragment-chain", "{...F0}", "fragment F%u on Query{f ...F%s}", "" },
	{ "fragment-bomb", "{...F0}", "fragment F%u on Query{o{...F%s}a:o{...F%s}...F%s}", "" },
	{ "fragment-cycle", "{...F0}", "fragment F%u on Query{...F%s ...F0}", "" },
	{ "overlap-bomb", "{...F0}", "fragment F%u on Query{a:o{...F%s}...F%s a:o{f ...F%s}}", "" },
	{ "one-fragment", "fragment F on Query{f}{", "...F ", "}" },
	{ "operations", "", "query Q%u{f}", "" },
	{ "operations-and-fragments", "", "query Q%u{...F%u}fragment F%u on Query{...F0}", "" },
	{ "variables", "query(", "$v%u:Int ", "){f}" },
	{ "variables-of-arguments", "query(", "$v%u:Int=1 ", "}", "){", "a%u:f(x:$v%u)" },
	{ "variables-in-a-list", "query(", "$v%u:Int=1 ", "]]]])}", "){f(l:[[[[", "$v%u " },
	{ "conditions", "query(", "$v%u:Boolean=true ", "}", "){", "a%u:f@include(if:$v%u)" },
	{ "many-fragments", "", "fragment F%u on Query{a%u:f}", "}", "{", "...F%u " },
	{ "long-arguments", "fragment F on Query{f(l:[[[[", "1,", "}", "]]]])}{", "a%u:o{...F}" },
	{ "long-string", "fragment F on Query{f(s:\"", "x", "}", "\")}{", "a%u:o{...F}" },
	{ "long-key", "fragment F on Query{", "x", "}", ":f}{", "a%u:o{...F}" },
	{ "unknown-fields", "{", "z%u ", "}" },
	{ "unknown-fragments", "{", "...Z%u ", "}" },
	{ "directives", "{f", "@skip(if:true)", "}" },
	{ "arguments", "{f(", "x:1 ", ")}" },
	{ "object-fields", "{f(x:{", "a%u:1 ", "})}" },
	{ "introspection", "{__schema{", "types{fields{type{fields{name}}}}", "}}" },
};

/* The part with its number for %u and the next for %s. */
static void put_part(struct buf *b, const char *part, unsigned i)
{
	for (; *part; part++) {
		if (*part != '%') {
			buf_putc(b, *part);
			continue;
		}
		buf_put_u64(b, *++part == 'u' ? i : i + 1);
	}
}

static str hostile_text(struct arena *a, const struct kind *k, size_t size)
{
	struct buf b = buf_on(a);
	unsigned n = 0;
	buf_put(&b, str_from(k->head));
	for (size_t first = k->second ? size / 2 : size; b.n < first; n++)
		put_part(&b, k->part, n);
	size_t most = b.n + size;
	for (unsigned i = 0; k->second && i < n && b.n < most; i++) {
		buf_put(&b, i == 0 ? str_from(k->middle) : STR_NONE);
		put_part(&b, k->second, i);
	}
	buf_put(&b, str_from(k->tail));
	return buf_str(&b);
}

/* ---- steps ---- */

static const struct gql_schema *build(struct arena *a, str sdl)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ S("schema"), sdl };
	struct ast_document *d = arena_new(a, struct ast_document);
	struct gql_errors errors = { .arena = a };
	const struct gql_schema *schema = NULL;
	if (!gql_parse(a, source, NULL, d, &errors) || !gql_schema_build(a, d, &schema, &errors))
		fprintf(stderr, "graphql_bench: the schema: %.*s\n", STR_ARG(errors.at[0].message));
	return schema;
}

/* Parses and validates; the outcome in a word. */
static const char *check(struct arena *a, const struct gql_schema *schema, str text, size_t *errors,
	const struct ast_document **valid)
{
	struct source *source = arena_new(a, struct source);
	*source = (struct source){ S("document"), text };
	struct gql_errors list = { .arena = a };
	struct ast_document *d = arena_new(a, struct ast_document);
	static const struct validate_options OPTIONS = { .suggestions = true };
	const char *outcome = "valid";
	if (!gql_parse(a, source, NULL, d, &list))
		outcome = "not parsed";
	else if (!gql_validate(a, schema, d, &OPTIONS, &list))
		outcome = "refused";
	else
		*valid = d;
	*errors = list.n;
	return outcome;
}

/* What a request does next with a valid document: variables, fields, arguments. */
static void begin_execution(struct arena *a, const struct gql_schema *schema,
	const struct ast_document *d)
{
	struct gql_errors errors = { .arena = a };
	struct gql_coercion c = { .arena = a, .schema = schema, .errors = &errors };
	const struct ast_definition *o = gql_operation_find(d, STR_NONE, &errors);
	struct gql_variables vars;
	if (!o || !gql_coerce_variables(&c, o, gql_variable_types(a, schema, o), STR_NONE, &vars))
		return;
	struct collect collect = { a, schema, d, o, &vars, gql_fragment_index(a, d), &errors };
	const struct ast_selections *set = &o->selections;
	struct collection found = { 0 };
	gql_collect(&collect, schema->query, &set, 1, &found);
	for (size_t i = 0; i < found.n; i++) {
		const struct ast_selection *s = found.at[i].fields[0];
		const struct gql_field *f = gql_field_find(schema, schema->query, s->name.text);
		struct gql_value *v;
		for (size_t k = 0; k < s->nargs; k++)
			if (!gql_coerce_argument(&c, o, &vars,
				    gql_arg_find(f, s->args[k].name.text), &s->args[k], s->at, &v))
				return;
	}
}

static int hostile(int argc, char **argv)
{
	uint64_t size = 0;
	for (size_t i = 0; i < COUNT(KINDS); i++) {
		if (argc == 0) {
			puts(KINDS[i].name);
			continue;
		}
		if (argc != 2 || !str_eq(str_from(argv[0]), str_from(KINDS[i].name)) ||
			!num_u64(str_from(argv[1]), &size))
			continue;
		struct arena *a = arena_open(0);
		const struct gql_schema *schema = build(a, str_from(SDL));
		size_t errors;
		const struct ast_document *d = NULL;
		str text = hostile_text(a, &KINDS[i], size);
		const char *outcome = check(a, schema, text, &errors, &d);
		if (d)
			begin_execution(a, schema, d);
		printf("%s, %zu errors\n", outcome, errors);
		arena_close(a);
		return 0;
	}
	return argc == 0 ? 0 : 2;
}

/* ---- speed ---- */

static bool read_text(struct arena *a, const char *path, str *out)
{
	struct err e;
	if (file_read(a, path, 10 * 1024 * 1024, out, &e))
		return true;
	fprintf(stderr, "graphql_bench: %s\n", e.message);
	return false;
}

/* Other programs may be at work: CPU time, not the clock's. */
static uint64_t cpu_us(void)
{
	struct rusage u;
	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 +
		(uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int speed(int argc, char **argv)
{
	struct arena *a = arena_open(0), *work = arena_open(0);
	str sdl, text;
	uint64_t ms, runs = 0, spent = 0;
	if (argc != 3 || !read_text(a, argv[0], &sdl) || !read_text(a, argv[1], &text) ||
		!num_u64(str_from(argv[2]), &ms))
		return 2;
	const struct gql_schema *schema = build(a, sdl);
	if (!schema)
		return 1;
	for (uint64_t start = cpu_us(); spent < ms * 1000; runs++) {
		size_t errors;
		const struct ast_document *d;
		check(work, schema, text, &errors, &d);
		arena_reset(work);
		if (errors > 0)
			return 1;
		if (runs % 16 == 15)
			spent = cpu_us() - start;
	}
	printf("%.2f\n", (double)spent / (double)runs);
	arena_close(work);
	arena_close(a);
	return 0;
}

/* ---- introspection ---- */

static const char EVERYTHING[] =
	"{__schema{description queryType{name}mutationType{name}subscriptionType{name}types{...T}"
	"directives{name description isRepeatable locations args(includeDeprecated:true){...I}}}}"
	"fragment T on __Type{kind name description specifiedByURL isOneOf "
	"fields(includeDeprecated:true){name description args(includeDeprecated:true){...I}type{...R}"
	"isDeprecated deprecationReason}inputFields(includeDeprecated:true){...I}interfaces{...R}"
	"enumValues(includeDeprecated:true){name description isDeprecated deprecationReason}"
	"possibleTypes{...R}}"
	"fragment I on __InputValue{name description type{...R}defaultValue isDeprecated "
	"deprecationReason}"
	"fragment R on __Type{kind name ofType{kind name ofType{kind name ofType{kind name}}}}";

static str many_types(struct arena *a, unsigned n)
{
	struct buf b = buf_on(a);
	buf_lit(&b, "type Query { t0: T0 }\n");
	for (unsigned i = 0; i < n; i++) {
		buf_printf(&b, "\"Type number %u.\" type T%u {\n", i, i);
		for (unsigned k = 0; k < 10; k++)
			buf_printf(&b,
				"  \"Field number %u.\" f%u(first: Int = 10, after: String): "
				"[T%u!]!\n",
				k, k, (i * 7 + k) % n);
		buf_lit(&b, "}\n");
	}
	return buf_str(&b);
}

static int introspect(int argc, char **argv)
{
	struct arena *a = arena_open(0), *work = arena_open(0);
	uint64_t n, best = UINT64_MAX;
	if (argc != 1 || !num_u64(str_from(argv[0]), &n))
		return 2;
	const struct gql_schema *schema = build(a, many_types(a, (unsigned)n));
	struct source source = { S("document"), str_from(EVERYTHING) };
	struct gql_errors errors = { .arena = a };
	struct ast_document d;
	if (!schema || !gql_parse(a, &source, NULL, &d, &errors))
		return 1;
	size_t bytes = 0;
	for (int round = 0; round < 20; round++) {
		uint64_t start = clock_mono_us();
		struct buf b = buf_on(work);
		struct gql_variables none = { 0 };
		struct introspection i = { work, schema, &d, d.at[0], &none, NULL, &errors };
		const struct ast_selection *field = d.at[0]->selections.at[0];
		if (!gql_introspect(&b, &i, &field, 1))
			return 1;
		bytes = b.n;
		arena_reset(work);
		best = MIN(best, clock_mono_us() - start);
	}
	printf("%llu types, %zu bytes, %llu us\n", (unsigned long long)n, bytes,
		(unsigned long long)best);
	arena_close(work);
	arena_close(a);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} COMMANDS[] = { { "hostile", hostile }, { "speed", speed }, { "introspect", introspect } };
	for (size_t i = 0; argc > 1 && i < COUNT(COMMANDS); i++)
		if (str_eq(str_from(argv[1]), str_from(COMMANDS[i].name)))
			return COMMANDS[i].run(argc - 2, argv + 2);
	fputs("usage: graphql_bench hostile [KIND BYTES] | speed SDL DOCUMENT MS | introspect TYPES\n",
		stderr);
	return 2;
}
