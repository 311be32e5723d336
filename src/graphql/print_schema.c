/*
 * print_schema - a built schema as SDL, as the reference's printSchema writes it.
 *
 * Printed are the schema definition where it says more than the default names, the directives, then
 * the types; nothing that is built in. Directives that users put on definitions are not part of a
 * schema and are not printed, apart from @deprecated, @specifiedBy and @oneOf. Default values are
 * printed as the values that they mean (literal.h).
 *
 * Sorted, everything that has a name stands in natural order. Scratch memory is an arena of the
 * call's own.
 */
#include "graphql/build.h"

#include "graphql/literal.h"
#include "graphql/printer.h"
#include "graphql/suggest.h"

#include <stdlib.h>

struct print {
	struct buf *b;
	struct arena *scratch;
	bool sorted;
};

/* Something with a name, in the order in which it is to be printed. */
struct item {
	str name;
	const void *of;
};

static int item_cmp(const void *x, const void *y)
{
	return gql_natural_cmp(((const struct item *)x)->name, ((const struct item *)y)->name);
}

static void sort_items(const struct print *p, struct item *items, size_t n)
{
	if (p->sorted && n > 1)
		qsort(items, n, sizeof *items, item_cmp);
}

/* An array `items` of what `array` (elements or pointers) holds, `expr` being the i-th one. */
#define ITEMS(p, items, n, expr)                                          \
	struct item *items = arena_array((p)->scratch, struct item, (n)); \
	for (size_t i_ = 0; i_ < (n); i_++)                               \
		items[i_] = (struct item){ (expr)->name, (expr) };        \
	sort_items((p), items, (n))

/* ---- strings ---- */

static bool is_blank_line(str line)
{
	return str_trim(line).n == 0;
}

/* Would a block string give back the same text? Spec: §2.9.4 BlockStringValue */
static bool fits_block_string(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x10 && s.p[i] != '\t' && s.p[i] != '\n')
			return false;
	bool is_single = str_find(s, '\n') == s.n, has_margin = false, is_first = true;
	str line = STR_NONE;
	for (str rest = s; is_first || rest.n > 0; is_first = false) {
		line = str_split(&rest, '\n');
		if (is_first && !is_single && is_blank_line(line))
			return false;
		if (!is_blank_line(line) && line.p[0] != ' ' && line.p[0] != '\t')
			has_margin = true;
	}
	bool ends_blank = is_blank_line(line) || str_ends(s, S("\n"));
	return s.n == 0 || (!ends_blank && (is_single || has_margin));
}

static void put_string(const struct print *p, str text)
{
	gql_print_value(p->b, &(struct ast_value){ .kind = AST_STRING, .text = text });
}

static void put_description(const struct print *p, bool has, str text, const char *indent,
	bool is_first)
{
	if (!has)
		return;
	struct buf b = buf_on(p->scratch);
	gql_print_value(&b,
		&(struct ast_value){
			.kind = AST_STRING,
			.block = fits_block_string(text),
			.text = text,
		});
	str rest = buf_str(&b);
	if (*indent && !is_first)
		buf_putc(p->b, '\n');
	while (rest.n > 0) {
		buf_put(p->b, str_from(indent));
		buf_put(p->b, str_split(&rest, '\n'));
		buf_putc(p->b, '\n');
	}
}

static void put_deprecated(const struct print *p, bool deprecated, str reason)
{
	if (!deprecated)
		return;
	buf_lit(p->b, " @deprecated");
	if (str_eq(reason, S("No longer supported")))
		return;
	buf_lit(p->b, "(reason: ");
	put_string(p, reason);
	buf_putc(p->b, ')');
}

static void put_default(const struct print *p, const struct gql_input *in)
{
	struct arena_mark mark = arena_mark(p->scratch);
	gql_put_default(p->scratch, p->b, in, p->sorted);
	arena_rewind(p->scratch, mark);
}

/* ---- members ---- */

static void put_input(const struct print *p, const struct gql_input *in)
{
	buf_printf(p->b, "%.*s: ", STR_ARG(in->name));
	gql_ref_print(p->b, in->type);
	if (in->default_ast) {
		buf_lit(p->b, " = ");
		put_default(p, in);
	}
	put_deprecated(p, in->deprecated, in->deprecation_reason);
}

/* One line, unless an argument has a description. */
static void put_args(const struct print *p, const struct gql_input *args, size_t n,
	const char *indent)
{
	if (n == 0)
		return;
	bool is_described = false;
	for (size_t i = 0; i < n; i++)
		is_described = is_described || args[i].description.n > 0;
	ITEMS(p, items, n, &args[i_]);
	buf_put(p->b, is_described ? S("(\n") : S("("));
	for (size_t i = 0; i < n; i++) {
		const struct gql_input *in = items[i].of;
		if (is_described) {
			const char *inner = *indent ? "    " : "  ";
			put_description(p, in->has_description, in->description, inner, i == 0);
			buf_put(p->b, str_from(inner));
			put_input(p, in);
			buf_putc(p->b, '\n');
			continue;
		}
		buf_put(p->b, i > 0 ? S(", ") : STR_NONE);
		put_input(p, in);
	}
	if (is_described)
		buf_put(p->b, str_from(indent));
	buf_putc(p->b, ')');
}

static void put_fields(const struct print *p, const struct gql_type *t)
{
	ITEMS(p, items, t->nfields, &t->fields[i_]);
	for (size_t i = 0; i < t->nfields; i++) {
		const struct gql_field *f = items[i].of;
		put_description(p, f->has_description, f->description, "  ", i == 0);
		buf_printf(p->b, "  %.*s", STR_ARG(f->name));
		put_args(p, f->args, f->nargs, "  ");
		buf_lit(p->b, ": ");
		gql_ref_print(p->b, f->type);
		put_deprecated(p, f->deprecated, f->deprecation_reason);
		buf_putc(p->b, '\n');
	}
}

static void put_inputs(const struct print *p, const struct gql_type *t)
{
	ITEMS(p, items, t->ninputs, &t->inputs[i_]);
	for (size_t i = 0; i < t->ninputs; i++) {
		const struct gql_input *in = items[i].of;
		put_description(p, in->has_description, in->description, "  ", i == 0);
		buf_lit(p->b, "  ");
		put_input(p, in);
		buf_putc(p->b, '\n');
	}
}

static void put_values(const struct print *p, const struct gql_type *t)
{
	ITEMS(p, items, t->nvalues, &t->values[i_]);
	for (size_t i = 0; i < t->nvalues; i++) {
		const struct gql_enum_value *v = items[i].of;
		put_description(p, v->has_description, v->description, "  ", i == 0);
		buf_printf(p->b, "  %.*s", STR_ARG(v->name));
		put_deprecated(p, v->deprecated, v->deprecation_reason);
		buf_putc(p->b, '\n');
	}
}

static void put_names(const struct print *p, const char *lead, struct gql_type *const *types,
	size_t n, const char *separator)
{
	ITEMS(p, items, n, types[i_]);
	for (size_t i = 0; i < n; i++)
		buf_printf(p->b, "%s%.*s", i > 0 ? separator : lead, STR_ARG(items[i].name));
}

/* ---- definitions ---- */

static void put_type(const struct print *p, const struct gql_type *t)
{
	static const struct {
		const char *keyword;
		void (*members)(const struct print *p, const struct gql_type *t);
	} KINDS[] = {
		[GQL_SCALAR] = { "scalar", NULL },
		[GQL_OBJECT] = { "type", put_fields },
		[GQL_INTERFACE] = { "interface", put_fields },
		[GQL_UNION] = { "union", NULL },
		[GQL_ENUM] = { "enum", put_values },
		[GQL_INPUT] = { "input", put_inputs },
	};
	put_description(p, t->has_description, t->description, "", true);
	buf_printf(p->b, "%s %.*s", KINDS[t->kind].keyword, STR_ARG(t->name));
	put_names(p, " implements ", t->interfaces, t->ninterfaces, " & ");
	if (t->kind == GQL_UNION)
		put_names(p, " = ", t->members, t->nmembers, " | ");
	if (t->specified_by.p) {
		buf_lit(p->b, " @specifiedBy(url: ");
		put_string(p, t->specified_by);
		buf_putc(p->b, ')');
	}
	if (t->one_of)
		buf_lit(p->b, " @oneOf");
	if (t->nfields + t->ninputs + t->nvalues > 0) {
		buf_lit(p->b, " {\n");
		KINDS[t->kind].members(p, t);
		buf_putc(p->b, '}');
	}
}

static void put_directive(const struct print *p, const struct gql_directive *d)
{
	put_description(p, d->has_description, d->description, "", true);
	buf_printf(p->b, "directive @%.*s", STR_ARG(d->name));
	put_args(p, d->args, d->nargs, "");
	buf_put(p->b, d->repeatable ? S(" repeatable on ") : S(" on "));
	struct item *items = arena_array(p->scratch, struct item, d->node->nlocations);
	for (size_t i = 0; i < d->node->nlocations; i++)
		items[i].name = d->node->locations[i].text;
	sort_items(p, items, d->node->nlocations);
	for (size_t i = 0; i < d->node->nlocations; i++)
		buf_printf(p->b, "%s%.*s", i > 0 ? " | " : "", STR_ARG(items[i].name));
}

static void put_schema(const struct print *p, const struct gql_schema *s)
{
	const struct {
		const char *operation, *default_name;
		const struct gql_type *type;
	} roots[] = {
		{ "query", "Query", s->query },
		{ "mutation", "Mutation", s->mutation },
		{ "subscription", "Subscription", s->subscription },
	};
	put_description(p, s->has_description, s->description, "", true);
	buf_lit(p->b, "schema {\n");
	for (size_t i = 0; i < COUNT(roots); i++)
		if (roots[i].type)
			buf_printf(p->b, "  %s: %.*s\n", roots[i].operation,
				STR_ARG(roots[i].type->name));
	buf_putc(p->b, '}');
}

/* Is `root` what the schema would have without being told? */
static bool is_default(const struct gql_schema *s, const struct gql_type *root, str name)
{
	return root == gql_type_find(s, name);
}

/* Does the schema need no definition, because the names of the roots say it all? Spec: §3.3.1 */
static bool is_implied(const struct gql_schema *s)
{
	return !s->has_description && is_default(s, s->query, S("Query")) &&
		is_default(s, s->mutation, S("Mutation")) &&
		is_default(s, s->subscription, S("Subscription"));
}

/* The blank line between definitions. */
static void separate(struct buf *b, size_t start)
{
	if (b->n > start)
		buf_lit(b, "\n\n");
}

void gql_schema_print(struct buf *b, const struct gql_schema *s, bool sorted)
{
	const struct print p = { b, arena_open(0), sorted };
	size_t start = b->n;
	if (!is_implied(s))
		put_schema(&p, s);
	ITEMS(&p, directives, s->ndirectives, s->directives[i_]);
	for (size_t i = 0; i < s->ndirectives; i++) {
		const struct gql_directive *d = directives[i].of;
		if (d->built_in)
			continue;
		separate(b, start);
		put_directive(&p, d);
	}
	ITEMS(&p, types, s->ntypes, s->types[i_]);
	for (size_t i = 0; i < s->ntypes; i++) {
		const struct gql_type *t = types[i].of;
		if (t->built_in || t->introspection)
			continue;
		separate(b, start);
		put_type(&p, t);
	}
	arena_close(p.scratch);
}
