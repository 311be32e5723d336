/*
 * literal - default values as canonical literals.
 *
 * A default is put as the value that it means, as the reference does: lists around single items,
 * omitted fields filled in from their own defaults, fields in the order of the type, numbers in
 * their shortest form. Literals of custom scalars mean what their scalar says, so they stay as
 * written. It works on the syntax tree, since only that still has what those literals were.
 *
 * The schema has been checked, so the literal fits its type and no default needs itself. But
 * defaults within defaults may double at every level, so there is a bound to filling in what was
 * left out; beyond it the literal stands as written, which means the same.
 */
#include "graphql/literal.h"

#include "base/num.h"
#include "graphql/printer.h"
#include "graphql/suggest.h"

#include <stdlib.h>

enum { FILLED_IN_MAX = 2048 }; /* bytes that a default may grow by omitted fields */

struct writer {
	struct buf *b;
	struct arena *scratch;
	bool sorted;
};

static void put_value(const struct writer *w, const struct gql_ref *type,
	const struct ast_value *v);

static void put_string(const struct writer *w, str text)
{
	gql_print_value(w->b, &(struct ast_value){ .kind = AST_STRING, .text = text });
}

/* Digits as an ID or Int literal may have them. */
static bool is_integer(str s)
{
	size_t sign = str_starts(s, S("-"));
	if (s.n == sign || (s.p[sign] == '0' && s.n > sign + 1))
		return false;
	for (size_t i = sign; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static void put_number(const struct writer *w, const struct ast_value *v)
{
	double number;
	if (v->kind == AST_INT && !str_eq(v->text, S("-0")) && v->text.n < 16)
		buf_put(w->b, v->text);
	else if (num_f64(v->text, &number))
		num_put_f64(w->b, number == 0 ? 0 : number);
	else
		buf_put(w->b, v->text);
}

static void put_scalar(const struct writer *w, const struct gql_type *t, const struct ast_value *v)
{
	if (v->kind == AST_STRING) {
		if (str_eq(t->name, S("ID")) && is_integer(v->text))
			buf_put(w->b, v->text);
		else
			put_string(w, v->text);
	} else if (str_eq(t->name, S("Float"))) {
		put_number(w, v);
	} else if (str_eq(t->name, S("Int")) && str_eq(v->text, S("-0"))) {
		buf_putc(w->b, '0');
	} else {
		gql_print_value(w->b, v);
	}
}

static const struct ast_value *field_value(const struct ast_value *v, str name)
{
	for (size_t i = v->n; i > 0; i--)
		if (str_eq(v->fields[i - 1].name.text, name))
			return v->fields[i - 1].value;
	return NULL;
}

static int by_name(const void *x, const void *y)
{
	const struct gql_input *const *a = x, *const *b = y;
	return gql_natural_cmp((*a)->name, (*b)->name);
}

static const struct gql_input **fields_of(const struct writer *w, const struct gql_type *t)
{
	const struct gql_input **fields =
		arena_array(w->scratch, const struct gql_input *, t->ninputs);
	for (size_t i = 0; i < t->ninputs; i++)
		fields[i] = &t->inputs[i];
	if (w->sorted && t->ninputs > 1)
		qsort(fields, t->ninputs, sizeof(*fields), by_name);
	return fields;
}

static void put_object(const struct writer *w, const struct gql_type *t, const struct ast_value *v)
{
	const struct gql_input **fields = fields_of(w, t);
	const char *comma = "";
	buf_putc(w->b, '{');
	for (size_t i = 0; i < t->ninputs && !w->b->over; i++) {
		const struct gql_input *in = fields[i];
		const struct ast_value *given = field_value(v, in->name);
		if (!given)
			given = in->default_ast;
		if (!given)
			continue;
		buf_put(w->b, str_from(comma));
		buf_put(w->b, in->name);
		buf_lit(w->b, ": ");
		put_value(w, in->type, given);
		comma = ", ";
	}
	buf_putc(w->b, '}');
}

static void put_list(const struct writer *w, const struct gql_ref *item, const struct ast_value *v)
{
	buf_putc(w->b, '[');
	if (v->kind != AST_LIST)
		put_value(w, item, v);
	for (size_t i = 0; v->kind == AST_LIST && i < v->n; i++) {
		if (i > 0)
			buf_lit(w->b, ", ");
		put_value(w, item, v->items[i]);
	}
	buf_putc(w->b, ']');
}

static void put_value(const struct writer *w, const struct gql_ref *type, const struct ast_value *v)
{
	type = gql_nullable(type);
	if (w->b->over)
		return;
	if (v->kind == AST_NULL)
		buf_lit(w->b, "null");
	else if (type->kind == AST_TYPE_LIST)
		put_list(w, type->of, v);
	else if (type->type->kind == GQL_INPUT && v->kind == AST_OBJECT)
		put_object(w, type->type, v);
	else if (type->type->kind == GQL_SCALAR)
		put_scalar(w, type->type, v);
	else
		gql_print_value(w->b, v);
}

void gql_put_default(struct arena *a, struct buf *b, const struct gql_input *in, bool sorted)
{
	struct buf text = buf_on(a);
	text.limit = FILLED_IN_MAX + 4 * (size_t)(in->default_ast->end - in->default_ast->at);
	const struct writer w = { &text, a, sorted };
	put_value(&w, in->type, in->default_ast);
	if (text.over)
		gql_print_value(b, in->default_ast);
	else
		buf_put(b, buf_str(&text));
}
