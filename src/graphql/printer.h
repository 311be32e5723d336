/*
 * graphql/printer.h - syntax tree → canonical text, equal to the reference implementation's
 * `print`.
 */
#pragma once

#include "base/buf.h"
#include "graphql/ast.h"

void gql_print_document(struct buf *b, const struct ast_document *d);
void gql_print_definition(struct buf *b, const struct ast_definition *d);
void gql_print_value(struct buf *b, const struct ast_value *v);
void gql_print_type(struct buf *b, const struct ast_type *t);
void gql_print_directive(struct buf *b, const struct ast_directive *d);
/* Would the text survive as a block string? Printers of schemas choose the form by it. */
bool gql_is_block_printable(str s);
