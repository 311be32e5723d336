/* base/utf8.h - UTF-8, strictly. Source: RFC 3629; Unicode 15 table 3-7. */
#pragma once

#include "base/str.h"

/*
 * The code point at the start of `s` and its length in bytes (1-4), or length 0 when the bytes are
 * not valid UTF-8 (overlong, surrogate, beyond U+10FFFF, cut short) or `s` is empty.
 */
size_t utf8_decode(str s, uint32_t *code_point);
/* Writes 1-4 bytes to `out`; returns how many. `code_point` must be a Unicode scalar value. */
size_t utf8_encode(uint32_t code_point, char out[4]);
/* Offset of the first byte that is not part of valid UTF-8, or s.n. */
size_t utf8_valid(str s);
/* Number of code points; `s` must be valid. */
size_t utf8_length(str s);
/* Number of UTF-16 code units; `s` must be valid. */
size_t utf8_length_utf16(str s);
