/*
 * names - snake_case ↔ camelCase, byte by byte.
 *
 * An underscore between two parts disappears when the next part begins with a lower-case letter,
 * which is then written as a capital. Everything else stays, so what has no capital form (digits,
 * double or outer underscores) is unchanged by both functions. On the way back a capital begins a
 * word unless it stands inside a run of capitals: the last capital of a run belongs to the lower
 * case that follows it (HTTPServer: http, server). Therefore words of one letter in a row (a_b_c)
 * come back as one; names_is_regular tells.
 */
#include "schema/names.h"

#include "base/arena.h"
#include "base/buf.h"

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char upper(char c)
{
	return is_lower(c) ? (char)(c - 'a' + 'A') : c;
}

static char lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Is s[i] an underscore that joins two words, the second of which can be capitalised? */
static bool is_joint(str s, size_t i)
{
	return s.p[i] == '_' && i > 0 && s.p[i - 1] != '_' && i + 1 < s.n && is_lower(s.p[i + 1]);
}

str names_camel(struct arena *a, str snake)
{
	char *p = arena_array(a, char, snake.n + 1);
	size_t n = 0;
	for (size_t i = 0; i < snake.n; i++) {
		if (is_joint(snake, i))
			p[n++] = upper(snake.p[++i]);
		else
			p[n++] = snake.p[i];
	}
	return (str){ p, n };
}

/* Does a word begin at the capital s[i]? */
static bool begins_word(str s, size_t i)
{
	if (i == 0 || s.p[i - 1] == '_')
		return false;
	return !is_upper(s.p[i - 1]) || (i + 1 < s.n && is_lower(s.p[i + 1]));
}

str names_snake(struct arena *a, str camel)
{
	char *p = arena_array(a, char, camel.n * 2 + 1);
	size_t n = 0;
	for (size_t i = 0; i < camel.n; i++) {
		if (is_upper(camel.p[i]) && begins_word(camel, i))
			p[n++] = '_';
		p[n++] = lower(camel.p[i]);
	}
	return (str){ p, n };
}

str names_upper(struct arena *a, str snake)
{
	char *p = arena_array(a, char, snake.n + 1);
	for (size_t i = 0; i < snake.n; i++)
		p[i] = upper(snake.p[i]);
	return (str){ p, snake.n };
}

str names_pascal(struct arena *a, str snake)
{
	char *p = arena_array(a, char, snake.n + 1);
	str camel = names_camel(a, snake);
	for (size_t i = 0; i < camel.n; i++)
		p[i] = i ? camel.p[i] : upper(camel.p[i]);
	return (str){ p, camel.n };
}

/* Is the word at s[from..to) one capital that would melt into the capital that follows it? */
static bool melts(str s, size_t from, size_t to)
{
	if (from == 0 || to - from != 1 || !is_joint(s, from - 1) || to >= s.n || !is_joint(s, to))
		return false;
	size_t after = to + 2; /* behind the next word's first letter */
	return after >= s.n || !is_lower(s.p[after]);
}

bool names_is_regular(str snake)
{
	if (snake.n == 0 || !is_lower(snake.p[0]))
		return false;
	size_t from = 0;
	for (size_t i = 0; i < snake.n; i++) {
		char c = snake.p[i];
		if (c == '_') {
			if (snake.p[i - 1] == '_' || i + 1 == snake.n || melts(snake, from, i))
				return false;
			from = i + 1;
		} else if (!is_lower(c) && !is_digit(c)) {
			return false;
		}
	}
	return true;
}

bool names_is_graphql(str s)
{
	if (s.n == 0 || is_digit(s.p[0]) || str_starts(s, S("__")))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_lower(lower(s.p[i])) && !is_digit(s.p[i]) && s.p[i] != '_')
			return false;
	return true;
}
