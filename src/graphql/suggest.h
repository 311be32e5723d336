/*
 * graphql/suggest.h - "Did you mean …?" for names that do not exist.
 *
 * Which names are offered, in which order and with which punctuation follows the reference
 * implementation, because tools and tests compare these messages.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/*
 * The options near enough to `input` to be what was meant, nearest first, equally near ones in
 * natural order (a2 before a10). *out is an array of *n names in the arena.
 */
void gql_suggest(struct arena *a, str input, const str *options, size_t noptions, const str **out,
	size_t *n);
/*
 * ` Did you mean "a", "b", or "c"?` with the leading blank, of at most five names; the empty slice
 * when there are none. `what` comes before the names ("the enum value"); NULL for nothing.
 */
str gql_did_you_mean(struct arena *a, const char *what, const str *names, size_t n);
/* Both steps: suggestions for `input` as the end of a message. */
str gql_did_you_mean_of(struct arena *a, const char *what, str input, const str *options,
	size_t noptions);
/* The order of names in which runs of digits count as numbers: <0, 0, >0 as str_cmp. */
int gql_natural_cmp(str a, str b);
