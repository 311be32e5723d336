/* base/base64url.h - base64 with the URL alphabet, without padding. Source: RFC 4648 §5. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/*
 * Decodes strictly: padding, blanks, foreign characters and bits set behind the last byte are
 * refused, so that a text has one spelling only. The bytes are on `a`, with a NUL behind them.
 */
MUST_USE bool base64url_decode(struct arena *a, str text, str *out);
/* Appends the text of some bytes. */
void base64url_put(struct buf *b, str bytes);
/* The text of some bytes, on `a`. */
str base64url_encode(struct arena *a, str bytes);
/* The six bits that a character stands for; -1: none. */
int base64url_digit(char c);
