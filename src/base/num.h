/* base/num.h - numbers from text and to text, independent of locale. */
#pragma once

#include "base/buf.h"

/* Decimal integer with an optional '-', the whole slice; false when it is none or out of range. */
bool num_i64(str s, int64_t *out);
bool num_u64(str s, uint64_t *out);
/* A JSON or GraphQL number, the whole slice; false when it is none or not finite. */
bool num_f64(str s, double *out);
/*
 * The shortest text that reads back as `v`, in the form of ECMAScript's Number::toString (10
 * not 10.0, 1e+21 from there on). Source: ECMA-262 §6.1.6.1.20. `v` must be finite.
 */
void num_put_f64(struct buf *b, double v);
/* "10s", "250ms", "2m", "1h", "1d" → milliseconds; without a unit only 0. */
bool num_duration_ms(str s, uint64_t *out);
/* "64KB", "8 MiB", "1GB" or plain bytes → bytes; K, M, G are powers of 1024. */
bool num_size_bytes(str s, uint64_t *out);
