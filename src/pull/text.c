/*
 * text - drafts as SDL, in the form of graphql/printer.h, with remarks.
 */
#include "pull/draft.h"

#include "graphql/printer.h"

static void put_description(struct buf *b, const char *indent, str text)
{
	if (text.n == 0)
		return;
	struct buf printed = buf_on(b->arena);
	struct ast_value v = { .kind = AST_STRING,
		.block = gql_is_block_printable(text),
		.text = text };
	if (v.block && str_find(text, '\n') == text.n && str_find(text, '"') == text.n &&
		str_find(text, '\\') == text.n)
		v.block = false;
	gql_print_value(&printed, &v);
	for (str rest = buf_str(&printed); rest.n > 0;) {
		str line = str_split(&rest, '\n');
		buf_printf(b, "%s%.*s\n", line.n ? indent : "", STR_ARG(line));
	}
}

void draft_put_field(struct buf *b, const struct draft_field *f)
{
	if (f->left_out) {
		buf_printf(b, "  # %.*s: %.*s\n", STR_ARG(f->name), STR_ARG(f->note));
		return;
	}
	if (f->note.n)
		buf_printf(b, "  # JSON, because %.*s\n", STR_ARG(f->note));
	put_description(b, "  ", f->description);
	buf_printf(b, "  %.*s%.*s%s%.*s%.*s\n", STR_ARG(f->name), STR_ARG(f->args),
		f->type.n ? ": " : "", STR_ARG(f->type), STR_ARG(f->directives));
}

static const char *keyword(enum ast_definition_kind kind)
{
	return kind == AST_ENUM_TYPE ? "enum" : kind == AST_UNION ? "union" : "type";
}

void draft_put_type(struct buf *b, const struct draft_type *t)
{
	if (t->note.n)
		buf_printf(b, "# %.*s\n", STR_ARG(t->note));
	put_description(b, "", t->description);
	buf_printf(b, "%s %.*s%.*s%.*s", keyword(t->kind), STR_ARG(t->name), STR_ARG(t->directives),
		STR_ARG(t->members));
	if (t->fields.n) {
		buf_lit(b, " {\n");
		for (size_t i = 0; i < t->fields.n; i++)
			draft_put_field(b, &t->fields.at[i]);
		buf_lit(b, "}");
	}
	buf_lit(b, "\n");
}
