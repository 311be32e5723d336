/*
 * suggest - names by edit distance, sorted, and the sentence that offers them.
 *
 * An option is near when its distance is at most 0.4 of the input's length plus one. The distance
 * is str_distance, which gives up on very long names, so the work for one message is bounded by
 * the number of options.
 */
#include "graphql/suggest.h"

#include "base/buf.h"
#include "base/vec.h"

#include <stdlib.h>

enum { SUGGESTIONS_MAX = 5 };

struct candidate {
	size_t distance;
	str name;
};

static bool is_digit(str s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* The number at s[*i…]; a leading zero is a number of its own. Very long ones saturate. */
static double take_number(str s, size_t *i)
{
	double v = 0;
	do {
		v = v * 10 + (s.p[(*i)++] - '0');
	} while (is_digit(s, *i) && v > 0);
	return v;
}

int gql_natural_cmp(str a, str b)
{
	size_t i = 0, j = 0;
	while (i < a.n && j < b.n) {
		if (is_digit(a, i) && is_digit(b, j)) {
			double x = take_number(a, &i), y = take_number(b, &j);
			if (x < y || x > y)
				return x < y ? -1 : 1;
			continue;
		}
		unsigned char x = (unsigned char)a.p[i++], y = (unsigned char)b.p[j++];
		if (x != y)
			return x < y ? -1 : 1;
	}
	return a.n < b.n ? -1 : a.n > b.n;
}

static int candidate_compare(const void *x, const void *y)
{
	const struct candidate *a = x, *b = y;
	if (a->distance != b->distance)
		return a->distance < b->distance ? -1 : 1;
	return gql_natural_cmp(a->name, b->name);
}

void gql_suggest(struct arena *a, str input, const str *options, size_t noptions, const str **out,
	size_t *n)
{
	struct {
		VEC(struct candidate);
	} near = { 0 };
	size_t threshold = input.n * 2 / 5 + 1;
	for (size_t i = 0; i < noptions; i++) {
		size_t distance = str_distance(input, options[i], threshold);
		if (distance <= threshold)
			*vec_push(a, &near) = (struct candidate){ distance, options[i] };
	}
	if (near.n > 1)
		qsort(near.at, near.n, sizeof *near.at, candidate_compare);
	str *names = arena_array(a, str, near.n);
	for (size_t i = 0; i < near.n; i++)
		names[i] = near.at[i].name;
	*out = names;
	*n = near.n;
}

str gql_did_you_mean(struct arena *a, const char *what, const str *names, size_t n)
{
	if (n == 0)
		return STR_NONE;
	n = MIN(n, (size_t)SUGGESTIONS_MAX);
	struct buf b = buf_on(a);
	buf_lit(&b, " Did you mean ");
	if (what) {
		buf_put(&b, str_from(what));
		buf_putc(&b, ' ');
	}
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_put(&b, n > 2 ? S(", ") : S(" "));
		if (i > 0 && i + 1 == n)
			buf_lit(&b, "or ");
		buf_putc(&b, '"');
		buf_put(&b, names[i]);
		buf_putc(&b, '"');
	}
	buf_putc(&b, '?');
	return buf_str(&b);
}

str gql_did_you_mean_of(struct arena *a, const char *what, str input, const str *options,
	size_t noptions)
{
	const str *names;
	size_t n;
	gql_suggest(a, input, options, noptions, &names, &n);
	return gql_did_you_mean(a, what, names, n);
}
