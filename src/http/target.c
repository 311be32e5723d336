/* SPDX-License-Identifier: MIT */
/*
 * target - splits "/path?query" and its absolute form, and reads query parameters.
 *
 * Nothing is normalised: "/a/../b" and "/%61" stay as they are and match no route but their own, so
 * no two parts of the program can disagree about a path. It does not resolve, fold or decode the
 * path.
 */
#include "http/target.h"

#include "base/arena.h"
#include "base/utf8.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	char lower = (char)(c | 0x20);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The byte of "%xy" at s.p[at], or -1. */
static int percent_value(str s, size_t at)
{
	if (s.n - at < 3)
		return -1;
	int high = hex_value(s.p[at + 1]), low = hex_value(s.p[at + 2]);
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool is_printable(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '#')
			return false;
	return true;
}

static bool is_path(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '%' && percent_value(s, i) < 0)
			return false;
	return s.n > 0 && s.p[0] == '/';
}

/* Takes "http://authority" off the front; false when what is there is no such thing. */
static bool cut_authority(str *s, str *authority)
{
	size_t scheme = str_find_str(*s, S("://"));
	str name = str_sub(*s, 0, scheme);
	if (scheme == s->n || !(str_eq_fold(name, S("http")) || str_eq_fold(name, S("https"))))
		return false;
	str rest = str_sub(*s, scheme + 3, s->n);
	size_t end = MIN(str_find(rest, '/'), str_find(rest, '?'));
	*authority = str_sub(rest, 0, end);
	*s = str_sub(rest, end, rest.n);
	return authority->n > 0 && str_find(*authority, '@') == authority->n;
}

bool target_parse(str raw, struct target *out)
{
	struct target t = { 0 };
	if (raw.n == 0 || !is_printable(raw))
		return false;
	if (str_eq(raw, S("*"))) {
		*out = (struct target){ .path = raw };
		return true;
	}
	bool absolute = raw.p[0] != '/';
	if (absolute && !cut_authority(&raw, &t.authority))
		return false;
	size_t mark = str_find(raw, '?');
	t.path = str_sub(raw, 0, mark);
	t.query = mark < raw.n ? str_sub(raw, mark + 1, raw.n) : STR_NONE;
	if (absolute && t.path.n == 0)
		t.path = S("/");
	if (!is_path(t.path))
		return false;
	*out = t;
	return true;
}

bool query_decode(struct arena *a, str raw, str *out)
{
	char *p = arena_alloc_raw(a, raw.n + 1, 1);
	size_t n = 0;
	for (size_t i = 0; i < raw.n; i++) {
		char c = raw.p[i];
		if (c == '%') {
			int byte = percent_value(raw, i);
			if (byte < 0)
				return false;
			c = (char)byte;
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		p[n++] = c;
	}
	str s = { p, n };
	if (utf8_valid(s) != n)
		return false;
	*out = s;
	return true;
}

/* Is `raw`, decoded, the name? Names are short, so this compares byte by byte without a copy. */
static bool name_is(str raw, str name)
{
	size_t at = 0;
	for (size_t i = 0; i < raw.n; i++) {
		int byte = (unsigned char)raw.p[i];
		if (byte == '%') {
			byte = percent_value(raw, i);
			i += 2;
		} else if (byte == '+') {
			byte = ' ';
		}
		if (at == name.n || byte != (unsigned char)name.p[at++])
			return false;
	}
	return at == name.n;
}

bool query_param(struct arena *a, str query, str name, str *out)
{
	while (query.n > 0) {
		str pair = str_split(&query, '&');
		str key = str_split(&pair, '=');
		if (name_is(key, name))
			return query_decode(a, pair, out);
	}
	return false;
}
