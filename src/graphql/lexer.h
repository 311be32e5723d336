/*
 * graphql/lexer.h - text → tokens, one at a time. Spec: §2.1; faults worded as the reference does.
 */
#pragma once

#include "base/buf.h"
#include "graphql/source.h"

enum token_kind {
	TOKEN_START, /* before the first one */
	TOKEN_END,
	TOKEN_FAULT, /* the lexer's fault, fault_at tell */
	TOKEN_BANG,
	TOKEN_DOLLAR,
	TOKEN_AMP,
	TOKEN_PAREN_OPEN,
	TOKEN_PAREN_CLOSE,
	TOKEN_SPREAD,
	TOKEN_COLON,
	TOKEN_EQUALS,
	TOKEN_AT,
	TOKEN_BRACKET_OPEN,
	TOKEN_BRACKET_CLOSE,
	TOKEN_BRACE_OPEN,
	TOKEN_PIPE,
	TOKEN_BRACE_CLOSE,
	TOKEN_NAME,
	TOKEN_INT,
	TOKEN_FLOAT,
	TOKEN_STRING,
	TOKEN_BLOCK_STRING,
	TOKEN_KINDS
};

struct token {
	enum token_kind kind;
	uint32_t at, end;
	str text; /* names, numbers: as written; strings: the decoded contents; else empty */
};

struct lexer {
	struct arena *arena; /* for strings whose contents are not a view of the text */
	str text;
	uint32_t at; /* the next byte to look at */
	uint32_t fault_at;
	str fault; /* without "Syntax Error: " */
};

/* `text` is shorter than 4 GB and outlives the tokens. */
struct lexer lexer_on(struct arena *a, str text);
/*
 * The next token; at the end TOKEN_END again and again. After TOKEN_FAULT the lexer must not be
 * asked again.
 */
struct token lexer_next(struct lexer *l);
/* How messages name a kind: `Name`, `<EOF>`, `"{"`. */
str token_kind_text(enum token_kind kind);
/* The same with the token's contents: `Name "a"`. */
void token_describe(struct buf *b, const struct token *t);
