/*
 * graphql/parser_int.h - what the halves of the parser share. Sticky: after a fault all do nothing.
 */
#pragma once

#include "base/buf.h"
#include "graphql/lexer.h"
#include "graphql/parser.h"

struct parser {
	struct arena *arena;
	const struct source *source;
	struct gql_errors *errors;
	struct lexer lexer;
	struct token token; /* the one to look at */
	uint32_t end;       /* of the token before it */
	size_t tokens, tokens_max;
	unsigned depth, depth_max;
	bool constant; /* are variables refused in the value being read? */
	bool failed;
	struct buf scratch; /* items of the lists that are open */
};

/* Items copied out of the scratch stack. */
struct list {
	void *at;
	size_t n;
};

typedef void item_fn(struct parser *p, void *item);

/* The first fault, at a token: "<before><token><after>". */
void parse_fail_token(struct parser *p, str before, const struct token *t, str after);
void parse_unexpected(struct parser *p, const struct token *t);

void parse_advance(struct parser *p);
/* Is it the token to look at? Never after a fault. */
bool parse_peek(const struct parser *p, enum token_kind kind);
bool parse_peek_keyword(const struct parser *p, str word);
/* The same, and past it. */
bool parse_accept(struct parser *p, enum token_kind kind);
bool parse_accept_keyword(struct parser *p, str word);
/* Past it, or a fault; the token. */
struct token parse_expect(struct parser *p, enum token_kind kind);
void parse_expect_keyword(struct parser *p, str word);
struct ast_name parse_name(struct parser *p);

/* One item or more between brackets. */
struct list parse_many(struct parser *p, enum token_kind open, enum token_kind close, item_fn *item,
	size_t size);
/* The same, or nothing at all. */
struct list parse_optional(struct parser *p, enum token_kind open, enum token_kind close,
	item_fn *item, size_t size);
/* One item or more with `between` between them, and perhaps before the first. */
struct list parse_delimited(struct parser *p, enum token_kind between, item_fn *item, size_t size);

/* What may stand there; NULL when it does not. */
struct ast_value *parse_description(struct parser *p);
struct ast_value *parse_default(struct parser *p);
struct ast_directives parse_directives(struct parser *p, bool is_constant);
struct ast_type *parse_type(struct parser *p);
/* What a name is as a value: boolean, null or enum. */
enum ast_value_kind parse_name_kind(str text);
enum ast_operation_kind parse_operation_kind(struct parser *p);

/* From the keyword on; d->kind and d->extend are set. */
void parse_type_definition(struct parser *p, struct ast_definition *d);
void parse_directive_definition(struct parser *p, struct ast_definition *d);
