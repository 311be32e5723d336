/* nouns - singular and plural, prefixes, characters that names can't have. */
#include "pull/nouns.h"

#include "base/buf.h"
#include "schema/names.h"

/* Words that the rules below get wrong. */
static const struct {
	str one, many;
} IRREGULAR[] = {
	{ STR_INIT("person"), STR_INIT("people") },
	{ STR_INIT("child"), STR_INIT("children") },
	{ STR_INIT("man"), STR_INIT("men") },
	{ STR_INIT("woman"), STR_INIT("women") },
	{ STR_INIT("movie"), STR_INIT("movies") },
	{ STR_INIT("cookie"), STR_INIT("cookies") },
	{ STR_INIT("cache"), STR_INIT("caches") },
	{ STR_INIT("shelf"), STR_INIT("shelves") },
	{ STR_INIT("leaf"), STR_INIT("leaves") },
	{ STR_INIT("index"), STR_INIT("indices") },
	{ STR_INIT("vertex"), STR_INIT("vertices") },
	{ STR_INIT("matrix"), STR_INIT("matrices") },
	{ STR_INIT("status"), STR_INIT("statuses") },
	{ STR_INIT("alias"), STR_INIT("aliases") },
	{ STR_INIT("bus"), STR_INIT("buses") },
	{ STR_INIT("series"), STR_INIT("series") },
	{ STR_INIT("species"), STR_INIT("species") },
	{ STR_INIT("news"), STR_INIT("news") },
	{ STR_INIT("data"), STR_INIT("data") },
	{ STR_INIT("media"), STR_INIT("media") },
};

/* Does the last word of `n` (behind an underscore) equal `word`? */
static bool is_word(str n, str word)
{
	return str_ends(n, word) && (n.n == word.n || n.p[n.n - word.n - 1] == '_');
}

static bool irregular(struct arena *a, str n, bool singular, str *out)
{
	for (size_t i = 0; i < COUNT(IRREGULAR); i++) {
		str one = IRREGULAR[i].one, many = IRREGULAR[i].many;
		str from = singular ? many : one, to = singular ? one : many;
		if (!is_word(n, from))
			continue;
		*out = str_printf(a, "%.*s%.*s", (int)(n.n - from.n), n.p, STR_ARG(to));
		return true;
	}
	return false;
}

str noun_singular(struct arena *a, str n)
{
	str out;
	static const str KEEP[] = { STR_INIT("ss"), STR_INIT("us"), STR_INIT("is") };
	static const str ES[] = { STR_INIT("sses"), STR_INIT("xes"), STR_INIT("ches"),
		STR_INIT("shes"), STR_INIT("zes") };
	if (irregular(a, n, true, &out))
		return out;
	for (size_t i = 0; i < COUNT(KEEP); i++)
		if (str_ends(n, KEEP[i]))
			return n;
	if (str_ends(n, S("ies")) && n.n > 4)
		return str_printf(a, "%.*sy", (int)n.n - 3, n.p);
	for (size_t i = 0; i < COUNT(ES); i++)
		if (str_ends(n, ES[i]))
			return str_sub(n, 0, n.n - 2);
	return str_ends(n, S("s")) && n.n > 2 ? str_sub(n, 0, n.n - 1) : n;
}

str noun_plural(struct arena *a, str n)
{
	static const str ES[] = { STR_INIT("s"), STR_INIT("x"), STR_INIT("ch"), STR_INIT("sh"),
		STR_INIT("z") };
	bool vowel = n.n > 1 && str_find(S("aeiou"), n.p[n.n - 2]) < 5;
	str out;
	if (irregular(a, n, false, &out))
		return out;
	if (!str_eq(noun_singular(a, n), n))
		return n;
	if (str_ends(n, S("y")) && !vowel)
		return str_printf(a, "%.*sies", (int)n.n - 1, n.p);
	for (size_t i = 0; i < COUNT(ES); i++)
		if (str_ends(n, ES[i]))
			return str_printf(a, "%.*ses", STR_ARG(n));
	return str_printf(a, "%.*ss", STR_ARG(n));
}

/* ---- names ---- */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_';
}

str name_graphql(struct arena *a, str name)
{
	struct buf b = buf_on(a);
	while (str_starts(name, S("__"))) /* reserved */
		name = str_sub(name, 1, name.n);
	if (!name.n || (name.p[0] >= '0' && name.p[0] <= '9'))
		buf_putc(&b, '_');
	for (size_t i = 0; i < name.n; i++) {
		bool again = i > 0 && !is_name_char(name.p[i]) && !is_name_char(name.p[i - 1]);
		if (!again) /* one for a run of them: letters beyond ASCII have several bytes */
			buf_putc(&b, is_name_char(name.p[i]) ? name.p[i] : '_');
	}
	str out = buf_str(&b);
	bool empty = true; /* nothing but underscores */
	for (size_t i = 0; i < out.n; i++)
		empty = empty && out.p[i] == '_';
	if (empty)
		return S("x");
	return str_starts(out, S("__")) ? str_printf(a, "x%.*s", STR_ARG(out)) : out;
}

static str lower_first(struct arena *a, str s)
{
	bool capital = s.n && s.p[0] >= 'A' && s.p[0] <= 'Z';
	bool another = s.n > 1 && s.p[1] >= 'A' && s.p[1] <= 'Z'; /* URL stays */
	if (!capital || another)
		return s;
	return str_printf(a, "%c%.*s", s.p[0] - 'A' + 'a', (int)s.n - 1, s.p + 1);
}

str name_field(struct arena *a, str column)
{
	return lower_first(a, names_camel(a, name_graphql(a, column)));
}

str name_type(struct arena *a, str noun)
{
	return names_pascal(a, name_graphql(a, noun));
}

str name_value(struct arena *a, str label)
{
	return names_upper(a, name_graphql(a, label));
}

str name_stem(str name, unsigned *rank)
{
	static const struct {
		str prefix;
		unsigned rank;
	} PREFIXES[] = { { STR_INIT("tv_"), 0 }, { STR_INIT("v_"), 1 }, { STR_INIT("mv_"), 2 },
		{ STR_INIT("tb_"), 4 }, { STR_INIT("tl_"), 4 } };
	for (size_t i = 0; i < COUNT(PREFIXES); i++) {
		if (str_starts(name, PREFIXES[i].prefix) && name.n > PREFIXES[i].prefix.n) {
			*rank = PREFIXES[i].rank;
			return str_sub(name, PREFIXES[i].prefix.n, name.n);
		}
	}
	*rank = 3;
	return name;
}

bool name_is_internal(str column)
{
	return str_starts(column, S("pk_")) || str_starts(column, S("fk_"));
}
