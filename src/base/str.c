/*
 * str - comparing, cutting and hashing slices, and the edit distance behind "did you mean".
 *
 * Nothing here allocates but str_dup, str_z and str_printf, which take from the arena they are
 * given.
 */
#include "base/str.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

str str_from(const char *z)
{
	return z ? (str){ z, strlen(z) } : STR_NONE;
}

bool str_eq(str a, str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_fold(str a, str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (fold(a.p[i]) != fold(b.p[i]))
			return false;
	return true;
}

int str_cmp(str a, str b)
{
	size_t n = MIN(a.n, b.n);
	int order = n ? memcmp(a.p, b.p, n) : 0;
	if (order != 0)
		return order;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(str s, str prefix)
{
	return s.n >= prefix.n && str_eq((str){ s.p, prefix.n }, prefix);
}

bool str_ends(str s, str suffix)
{
	return s.n >= suffix.n && str_eq(str_sub(s, s.n - suffix.n, s.n), suffix);
}

str str_sub(str s, size_t from, size_t to)
{
	to = MIN(to, s.n);
	from = MIN(from, to);
	return s.p ? (str){ s.p + from, to - from } : STR_NONE;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str s)
{
	while (s.n > 0 && is_blank(s.p[0]))
		s = (str){ s.p + 1, s.n - 1 };
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

size_t str_find(str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

size_t str_find_str(str s, str needle)
{
	const char *at = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

str str_split(str *rest, char sep)
{
	size_t at = str_find(*rest, sep);
	str head = str_sub(*rest, 0, at);
	*rest = str_sub(*rest, at + 1, rest->n);
	return head;
}

str str_dup(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n ? s.n : 1, 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	return (str){ p, s.n };
}

const char *str_z(struct arena *a, str s)
{
	char *p = arena_alloc(a, s.n + 1, 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

str str_printf(struct arena *a, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	size_t size = n > 0 ? (size_t)n : 0;
	char *p = arena_alloc(a, size + 1, 1);
	vsnprintf(p, size + 1, fmt, again);
	va_end(again);
	return (str){ p, size };
}

/* ---- SipHash-1-3 ---- */

static uint64_t rotl(uint64_t x, unsigned b)
{
	return (x << b) | (x >> (64 - b));
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[0] = rotl(v[0], 32);
	v[2] += v[3];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[2] = rotl(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t m)
{
	v[3] ^= m;
	sip_round(v);
	v[0] ^= m;
}

uint64_t str_hash(str s, uint64_t seed)
{
	uint64_t k0 = seed, k1 = rotl(seed, 32) ^ 0x9e3779b97f4a7c15u;
	uint64_t v[4] = { k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
		k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u };
	size_t whole = s.n & ~(size_t)7;
	for (size_t i = 0; i < whole; i += 8) {
		uint64_t m;
		memcpy(&m, s.p + i, 8);
		sip_word(v, m);
	}
	uint64_t last = (uint64_t)s.n << 56;
	for (size_t i = whole; i < s.n; i++)
		last |= (uint64_t)(unsigned char)s.p[i] << (8 * (i - whole));
	sip_word(v, last);
	v[2] ^= 0xff;
	for (int i = 0; i < 3; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- edit distance ---- */

enum { DISTANCE_MAX = 128 }; /* longer names are not suggested: they can't be typing errors */

/* One row of the distance table: `two` and `one` are the rows before it. */
static size_t distance_row(str a, str b, size_t i, const size_t *two, const size_t *one,
	size_t *row)
{
	row[0] = i;
	size_t smallest = i;
	for (size_t j = 1; j <= b.n; j++) {
		size_t cost = a.p[i - 1] == b.p[j - 1] ? 0 : 1;
		size_t cell = MIN(MIN(one[j] + 1, row[j - 1] + 1), one[j - 1] + cost);
		bool swapped =
			i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1];
		if (swapped)
			cell = MIN(cell, two[j - 2] + 1);
		smallest = MIN(smallest, cell);
		row[j] = cell;
	}
	return smallest;
}

static size_t distance_folded(str a, str b, size_t limit)
{
	if (a.n > b.n + limit || b.n > a.n + limit)
		return limit + 1;
	size_t rows[3][DISTANCE_MAX + 1];
	for (size_t j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t *row = rows[i % 3];
		if (distance_row(a, b, i, rows[(i + 1) % 3], rows[(i + 2) % 3], row) > limit)
			return limit + 1;
	}
	return MIN(rows[a.n % 3][b.n], limit + 1);
}

size_t str_distance(str a, str b, size_t limit)
{
	if (str_eq(a, b))
		return 0;
	if (a.n > DISTANCE_MAX || b.n > DISTANCE_MAX)
		return limit + 1;
	if (str_eq_fold(a, b))
		return MIN((size_t)1, limit + 1);
	char low_a[DISTANCE_MAX], low_b[DISTANCE_MAX];
	for (size_t i = 0; i < a.n; i++)
		low_a[i] = fold(a.p[i]);
	for (size_t i = 0; i < b.n; i++)
		low_b[i] = fold(b.p[i]);
	return distance_folded((str){ low_a, a.n }, (str){ low_b, b.n }, limit);
}

str str_nearest(str s, const str *names, size_t n)
{
	size_t best = s.n * 2 / 5 + 1;
	str found = STR_NONE;
	for (size_t i = 0; i < n; i++) {
		size_t d = str_distance(s, names[i], best);
		if (d < best || (d == best && !found.p)) {
			best = d;
			found = names[i];
		}
	}
	return found;
}
