/*
 * base/str.h - the slice: a view of bytes that somebody else owns.
 *
 * A str is passed by value and never freed. It lives as long as the storage it looks at, which the
 * function that returns it names. It is not NUL-terminated; str_z copies where a C string is
 * needed.
 */
#pragma once

#include "base/def.h"

struct arena;

typedef struct {
	const char *p;
	size_t n;
} str;

/* The slice of a literal, usable as an expression and (STR_INIT) as a constant initialiser. */
#define S(lit) ((str){ "" lit, sizeof(lit) - 1 })
/* clang-format off */
#define STR_INIT(lit) { "" lit, sizeof(lit) - 1 }
/* clang-format on */
#define STR_NONE ((str){ NULL, 0 })
/* Arguments for "%.*s"; `s` is evaluated more than once. */
#define STR_ARG(s) (int)(s).n, (s).n ? (s).p : ""

/* The slice of a C string; NULL gives the empty slice. */
str str_from(const char *z);
bool str_eq(str a, str b);
/* Equal but for the case of ASCII letters. */
bool str_eq_fold(str a, str b);
/* Byte order; a prefix comes first. */
int str_cmp(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* Bytes [from, to) of `s`, both clamped to its length. */
str str_sub(str s, size_t from, size_t to);
str str_trim(str s);
/* Offset of the first `c`, or s.n. */
size_t str_find(str s, char c);
/* Offset of the first `needle`, or s.n. */
size_t str_find_str(str s, str needle);
/*
 * Takes the part before the first `sep` off `*rest` and returns it; without one, takes all.
 * Loop with `while (rest.n > 0)`.
 */
str str_split(str *rest, char sep);

/* Copies into the arena. */
str str_dup(struct arena *a, str s);
/* Copies into the arena and terminates with NUL. */
const char *str_z(struct arena *a, str s);
/* Formats into the arena, as printf. */
str str_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* SipHash-1-3 of `s` under a 64-bit seed. Source: Aumasson, Bernstein, "SipHash" (2012). */
uint64_t str_hash(str s, uint64_t seed);

/*
 * Damerau-Levenshtein distance for "did you mean" (case differences cost 1 in all), at most
 * `limit`; limit + 1 when it is greater. The measure of GraphQL's reference implementation.
 */
size_t str_distance(str a, str b, size_t limit);
/*
 * The name of `names` nearest to `s`, or the empty slice when none is within the customary
 * threshold (0.4 of its length, plus 1).
 */
str str_nearest(str s, const str *names, size_t n);
