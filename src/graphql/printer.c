/*
 * printer - writes a syntax tree as the canonical text that the reference's `print` writes.
 *
 * Writes straight into the buffer. Whether a list of arguments stands on one line depends on how
 * long it would be, so it is put that way first, measured without indentation, and put again when
 * it does not fit: every argument is written three times at most. Every line after the first begins
 * with the indentation, those inside block strings too.
 */
#include "graphql/printer.h"

#include "base/utf8.h"

enum { LINE_MAX_UNITS = 80, BLOCK_LINE_MAX_UNITS = 70 };

struct printer {
	struct buf *b;
	unsigned indent; /* levels of two blanks */
};

/* How a list of arguments or variables decides to stand on lines of its own. */
enum wrap { WRAP_LONG, WRAP_MULTILINE };

static void put_newline(struct printer *p)
{
	buf_putc(p->b, '\n');
	for (unsigned i = 0; i < p->indent; i++)
		buf_lit(p->b, "  ");
}

/* Puts text whose line ends are ours to indent. */
static void put_lines(struct printer *p, str text)
{
	for (;;) {
		size_t n = str_find(text, '\n');
		buf_put(p->b, str_sub(text, 0, n));
		if (n >= text.n)
			return;
		put_newline(p);
		text = str_sub(text, n + 1, text.n);
	}
}

/* ---- strings ---- */

static void put_string(struct buf *b, str s)
{
	static const str NAMES = STR_INIT("\b\t\n\f\r\"\\"), LETTERS = STR_INIT("btnfr\"\\");
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		size_t which =
			c < 0x20 || c == '"' || c == '\\' ? str_find(NAMES, (char)c) : SIZE_MAX;
		bool c1 = c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0;
		if (which < NAMES.n) {
			buf_putc(b, '\\');
			buf_putc(b, LETTERS.p[which]);
		} else if (c < 0x20 || c == 0x7f) {
			buf_printf(b, "\\u%04X", c);
		} else if (c1) {
			buf_printf(b, "\\u%04X", (unsigned char)s.p[++i]);
		} else {
			buf_putc(b, (char)c);
		}
	}
	buf_putc(b, '"');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What the shape of a block string depends on. */
struct block_shape {
	bool single_line;
	bool lead;  /* every line but the first is empty or indented */
	bool trail; /* a quote or backslash would touch the closing quotes */
	bool trailing_triple;
};

static struct block_shape shape_of(str s)
{
	struct block_shape k = { .single_line = true, .lead = true };
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '\n' && s.p[i] != '\r')
			continue;
		i += s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n';
		k.single_line = false;
		char next = i + 1 < s.n ? s.p[i + 1] : '\n';
		k.lead &= is_blank(next) || next == '\n' || next == '\r';
	}
	k.lead &= !k.single_line;
	size_t quotes = 0;
	while (quotes < s.n && s.p[s.n - 1 - quotes] == '"')
		quotes++;
	/* Triples are escaped from the left of a run of quotes. */
	k.trailing_triple = quotes > 0 && quotes % 3 == 0;
	k.trail = (quotes > 0 && !k.trailing_triple) || str_ends(s, S("\\"));
	return k;
}

/* Spec: §2.9.4.1, the other way round. */
static void put_block_string(struct printer *p, str s)
{
	struct block_shape k = shape_of(s);
	bool several = !k.single_line || utf8_length_utf16(s) > BLOCK_LINE_MAX_UNITS || k.trail ||
		k.lead || k.trailing_triple;
	bool skip_lead = k.single_line && s.n > 0 && is_blank(s.p[0]);
	buf_lit(p->b, "\"\"\"");
	if ((several && !skip_lead) || k.lead)
		put_newline(p);
	for (;;) {
		size_t n = str_find_str(s, S("\"\"\""));
		put_lines(p, str_sub(s, 0, n));
		if (n >= s.n)
			break;
		buf_lit(p->b, "\\\"\"\"");
		s = str_sub(s, n + 3, s.n);
	}
	if (several || k.trail)
		put_newline(p);
	buf_lit(p->b, "\"\"\"");
}

bool gql_is_block_printable(str s)
{
	bool empty_line = true, indented = false, common = true, seen = false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c < 0x10 && c != '\t' && c != '\n')
			return false;
		if (c == '\n') {
			if (empty_line && !seen)
				return false; /* a leading line end would be lost */
			seen = true;
			empty_line = true;
			indented = false;
		} else if (is_blank((char)c)) {
			indented |= empty_line;
		} else {
			common &= indented;
			empty_line = false;
		}
	}
	if (s.n == 0)
		return true;
	return !empty_line && !(common && seen); /* trailing lines or the indentation would be */
}

/* ---- values and types ---- */

static void put_value(struct printer *p, const struct ast_value *v)
{
	switch (v->kind) {
	case AST_VARIABLE:
		buf_putc(p->b, '$');
		buf_put(p->b, v->text);
		return;
	case AST_STRING:
		if (v->block)
			put_block_string(p, v->text);
		else
			put_string(p->b, v->text);
		return;
	case AST_LIST:
		buf_putc(p->b, '[');
		for (size_t i = 0; i < v->n; i++) {
			buf_put(p->b, i > 0 ? S(", ") : STR_NONE);
			put_value(p, v->items[i]);
		}
		buf_putc(p->b, ']');
		return;
	case AST_OBJECT:
		buf_putc(p->b, '{');
		for (size_t i = 0; i < v->n; i++) {
			buf_put(p->b, i > 0 ? S(", ") : STR_NONE);
			buf_put(p->b, v->fields[i].name.text);
			buf_lit(p->b, ": ");
			put_value(p, v->fields[i].value);
		}
		buf_putc(p->b, '}');
		return;
	case AST_NULL: buf_lit(p->b, "null"); return;
	case AST_INT:
	case AST_FLOAT:
	case AST_BOOLEAN:
	case AST_ENUM: buf_put(p->b, v->text); return;
	}
}

static void put_type(struct buf *b, const struct ast_type *t)
{
	switch (t->kind) {
	case AST_TYPE_NAMED: buf_put(b, t->name); return;
	case AST_TYPE_LIST:
		buf_putc(b, '[');
		put_type(b, t->of);
		buf_putc(b, ']');
		return;
	case AST_TYPE_NON_NULL:
		put_type(b, t->of);
		buf_putc(b, '!');
		return;
	}
}

static void put_argument(struct printer *p, const void *item)
{
	const struct ast_argument *a = item;
	buf_put(p->b, a->name.text);
	buf_lit(p->b, ": ");
	put_value(p, a->value);
}

static void put_directive(struct printer *p, const struct ast_directive *d)
{
	buf_putc(p->b, '@');
	buf_put(p->b, d->name.text);
	for (size_t i = 0; i < d->nargs; i++) {
		buf_put(p->b, i > 0 ? S(", ") : S("("));
		put_argument(p, &d->args[i]);
	}
	if (d->nargs > 0)
		buf_putc(p->b, ')');
}

/* Each with a blank before it. */
static void put_directives(struct printer *p, const struct ast_directives *d)
{
	for (size_t i = 0; i < d->n; i++) {
		buf_putc(p->b, ' ');
		put_directive(p, &d->at[i]);
	}
}

static void put_description(struct printer *p, const struct ast_value *description)
{
	if (!description)
		return;
	put_value(p, description);
	put_newline(p);
}

/* ---- lists in parentheses ---- */

typedef void put_fn(struct printer *p, const void *item);

struct items {
	const void *at;
	size_t n, size;
	put_fn *put;
};

static void put_flat(struct printer *p, struct items l)
{
	buf_putc(p->b, '(');
	for (size_t i = 0; i < l.n; i++) {
		buf_put(p->b, i > 0 ? S(", ") : STR_NONE);
		l.put(p, (const char *)l.at + i * l.size);
	}
	buf_putc(p->b, ')');
}

static void put_stacked(struct printer *p, struct items l, unsigned indent)
{
	buf_putc(p->b, '(');
	p->indent += indent;
	for (size_t i = 0; i < l.n; i++) {
		put_newline(p);
		l.put(p, (const char *)l.at + i * l.size);
	}
	p->indent -= indent;
	put_newline(p);
	buf_putc(p->b, ')');
}

static bool is_long(str line)
{
	return utf8_length_utf16(line) > LINE_MAX_UNITS;
}

/*
 * The list in parentheses, on one line or stacked: with WRAP_LONG when what begins at `from` would
 * be longer than a line, with WRAP_MULTILINE when an item has several lines itself.
 */
static void put_items(struct printer *p, struct items l, enum wrap wrap, size_t from,
	unsigned indent)
{
	if (l.n == 0)
		return;
	size_t mark = p->b->n;
	struct printer flat = { p->b, 0 };
	put_flat(&flat, l);
	str put = str_sub(buf_str(p->b), mark, p->b->n);
	bool multiline = str_find(put, '\n') < put.n;
	bool stack = wrap == WRAP_LONG ? is_long(str_sub(buf_str(p->b), from, p->b->n)) : multiline;
	if (!stack && !multiline)
		return;
	buf_cut(p->b, mark);
	if (stack)
		put_stacked(p, l, indent);
	else
		put_flat(p, l);
}

/* ---- selections ---- */

static void put_selections(struct printer *p, const struct ast_selections *set);

static void put_selection(struct printer *p, const struct ast_selection *s)
{
	size_t from = p->b->n;
	if (s->kind == AST_FIELD) {
		if (s->alias.text.n > 0) {
			buf_put(p->b, s->alias.text);
			buf_lit(p->b, ": ");
		}
		buf_put(p->b, s->name.text);
		put_items(p, (struct items){ s->args, s->nargs, sizeof *s->args, put_argument },
			WRAP_LONG, from, 1);
	} else {
		buf_lit(p->b, "...");
		if (s->on.text.n > 0)
			buf_lit(p->b, " on ");
		buf_put(p->b, s->kind == AST_SPREAD ? s->name.text : s->on.text);
	}
	put_directives(p, &s->directives);
	if (s->selections.n > 0) {
		buf_putc(p->b, ' ');
		put_selections(p, &s->selections);
	}
}

/* Between braces, each thing on its line: open_block, then for each next_line, then close_block. */
static void open_block(struct printer *p)
{
	buf_putc(p->b, '{');
	p->indent++;
}

static void close_block(struct printer *p)
{
	p->indent--;
	put_newline(p);
	buf_putc(p->b, '}');
}

static void put_selections(struct printer *p, const struct ast_selections *set)
{
	open_block(p);
	for (size_t i = 0; i < set->n; i++) {
		put_newline(p);
		put_selection(p, set->at[i]);
	}
	close_block(p);
}

/* ---- definitions ---- */

static void put_variable(struct printer *p, const void *item)
{
	const struct ast_variable *v = item;
	put_description(p, v->description);
	buf_putc(p->b, '$');
	buf_put(p->b, v->name.text);
	buf_lit(p->b, ": ");
	put_type(p->b, v->type);
	if (v->default_value) {
		buf_lit(p->b, " = ");
		put_value(p, v->default_value);
	}
	put_directives(p, &v->directives);
}

static str operation_word(enum ast_operation_kind kind)
{
	static const str WORDS[] = {
		[AST_QUERY] = STR_INIT("query"),
		[AST_MUTATION] = STR_INIT("mutation"),
		[AST_SUBSCRIPTION] = STR_INIT("subscription"),
	};
	return WORDS[kind];
}

static void put_operation(struct printer *p, const struct ast_definition *d)
{
	bool is_short = d->operation == AST_QUERY && d->name.text.n == 0 && d->nvariables == 0 &&
		d->directives.n == 0 && !d->description;
	if (!is_short) {
		buf_put(p->b, operation_word(d->operation));
		if (d->name.text.n > 0 || d->nvariables > 0)
			buf_putc(p->b, ' ');
		buf_put(p->b, d->name.text);
		put_items(p,
			(struct items){ d->variables, d->nvariables, sizeof *d->variables,
				put_variable },
			WRAP_MULTILINE, 0, 0);
		put_directives(p, &d->directives);
		buf_putc(p->b, ' ');
	}
	put_selections(p, &d->selections);
}

static void put_fragment(struct printer *p, const struct ast_definition *d)
{
	buf_lit(p->b, "fragment ");
	buf_put(p->b, d->name.text);
	buf_lit(p->b, " on ");
	buf_put(p->b, d->on.text);
	put_directives(p, &d->directives);
	buf_putc(p->b, ' ');
	put_selections(p, &d->selections);
}

static void put_input_value(struct printer *p, const void *item)
{
	const struct ast_input_value *v = item;
	put_description(p, v->description);
	buf_put(p->b, v->name.text);
	buf_lit(p->b, ": ");
	put_type(p->b, v->type);
	if (v->default_value) {
		buf_lit(p->b, " = ");
		put_value(p, v->default_value);
	}
	put_directives(p, &v->directives);
}

static void put_arguments_def(struct printer *p, const struct ast_input_value *at, size_t n)
{
	struct items l = { at, n, sizeof *at, put_input_value };
	put_items(p, l, WRAP_MULTILINE, 0, 1);
}

static void put_field_def(struct printer *p, const struct ast_field_def *f)
{
	put_description(p, f->description);
	buf_put(p->b, f->name.text);
	put_arguments_def(p, f->args, f->nargs);
	buf_lit(p->b, ": ");
	put_type(p->b, f->type);
	put_directives(p, &f->directives);
}

static void put_names(struct printer *p, str before, const struct ast_name *at, size_t n,
	str between)
{
	for (size_t i = 0; i < n; i++) {
		buf_put(p->b, i > 0 ? between : before);
		buf_put(p->b, at[i].text);
	}
}

static void put_directive_def(struct printer *p, const struct ast_definition *d)
{
	buf_lit(p->b, "directive @");
	buf_put(p->b, d->name.text);
	put_arguments_def(p, d->inputs, d->ninputs);
	if (d->repeatable)
		buf_lit(p->b, " repeatable");
	put_names(p, S(" on "), d->locations, d->nlocations, S(" | "));
}

/* What stands in the braces of a type or schema definition; only one kind of member is there. */
static void put_members(struct printer *p, const struct ast_definition *d)
{
	if (d->nfields + d->ninputs + d->nvalues + d->noperation_types == 0)
		return;
	buf_putc(p->b, ' ');
	open_block(p);
	for (size_t i = 0; i < d->nfields; i++) {
		put_newline(p);
		put_field_def(p, &d->fields[i]);
	}
	for (size_t i = 0; i < d->ninputs; i++) {
		put_newline(p);
		put_input_value(p, &d->inputs[i]);
	}
	for (size_t i = 0; i < d->nvalues; i++) {
		put_newline(p);
		put_description(p, d->values[i].description);
		buf_put(p->b, d->values[i].name.text);
		put_directives(p, &d->values[i].directives);
	}
	for (size_t i = 0; i < d->noperation_types; i++) {
		put_newline(p);
		buf_put(p->b, operation_word(d->operation_types[i].operation));
		buf_lit(p->b, ": ");
		buf_put(p->b, d->operation_types[i].type.text);
	}
	close_block(p);
}

static void put_type_def(struct printer *p, const struct ast_definition *d)
{
	static const str WORDS[] = {
		[AST_SCHEMA] = STR_INIT("schema"),
		[AST_SCALAR] = STR_INIT("scalar "),
		[AST_OBJECT_TYPE] = STR_INIT("type "),
		[AST_INTERFACE] = STR_INIT("interface "),
		[AST_UNION] = STR_INIT("union "),
		[AST_ENUM_TYPE] = STR_INIT("enum "),
		[AST_INPUT] = STR_INIT("input "),
	};
	if (d->extend)
		buf_lit(p->b, "extend ");
	buf_put(p->b, WORDS[d->kind]);
	buf_put(p->b, d->name.text);
	put_names(p, S(" implements "), d->interfaces, d->ninterfaces, S(" & "));
	put_directives(p, &d->directives);
	put_names(p, S(" = "), d->members, d->nmembers, S(" | "));
	put_members(p, d);
}

static void put_definition(struct printer *p, const struct ast_definition *d)
{
	put_description(p, d->description);
	if (d->kind == AST_OPERATION)
		put_operation(p, d);
	else if (d->kind == AST_FRAGMENT)
		put_fragment(p, d);
	else if (d->kind == AST_DIRECTIVE_DEF)
		put_directive_def(p, d);
	else
		put_type_def(p, d);
}

/* ---- entry ---- */

void gql_print_document(struct buf *b, const struct ast_document *d)
{
	for (size_t i = 0; i < d->n; i++) {
		buf_put(b, i > 0 ? S("\n\n") : STR_NONE);
		gql_print_definition(b, d->at[i]);
	}
}

void gql_print_definition(struct buf *b, const struct ast_definition *d)
{
	struct printer p = { b, 0 };
	put_definition(&p, d);
}

void gql_print_value(struct buf *b, const struct ast_value *v)
{
	struct printer p = { b, 0 };
	put_value(&p, v);
}

void gql_print_type(struct buf *b, const struct ast_type *t)
{
	put_type(b, t);
}

void gql_print_directive(struct buf *b, const struct ast_directive *d)
{
	struct printer p = { b, 0 };
	put_directive(&p, d);
}
