/* SPDX-License-Identifier: MIT */
/*
 * negotiate - reads Accept and Content-Type.
 *
 * Of the ranges that match a type the most specific one decides: by name, then "type/ *" (without
 * the blank), then the one for everything. A charset that is not UTF-8 makes a range match nothing
 * that we produce; other parameters are passed over. It does not look at Accept-Charset or
 * Accept-Language.
 */
#include "http/negotiate.h"

enum { QUALITY_MAX = 1000 };

/* One element: "type/subtype; name=value; …", and the parameters that matter. */
struct range {
	str type;    /* "text/html" */
	str charset; /* without quotes, empty when unsaid */
	unsigned quality;
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

static str trim(str s)
{
	while (s.n > 0 && is_space(s.p[0]))
		s = str_sub(s, 1, s.n);
	while (s.n > 0 && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* Offset of the first `c` outside quotes, or s.n. */
static size_t find_unquoted(str s, char c)
{
	bool quoted = false;
	for (size_t i = 0; i < s.n; i++) {
		if (quoted && s.p[i] == '\\')
			i++;
		else if (s.p[i] == '"')
			quoted = !quoted;
		else if (!quoted && s.p[i] == c)
			return i;
	}
	return s.n;
}

/* Takes the part before the first `c` outside quotes off the front. */
static str cut(str *rest, char c)
{
	size_t at = find_unquoted(*rest, c);
	str part = str_sub(*rest, 0, at);
	*rest = str_sub(*rest, at + 1, rest->n);
	return trim(part);
}

/* "0.8" → 800. Source: RFC 9110 §12.4.2: at most three decimals, at most 1. */
static bool parse_quality(str s, unsigned *out)
{
	if (s.n == 0 || s.n > 5 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
		return false;
	unsigned value = s.p[0] == '1' ? QUALITY_MAX : 0, unit = 100;
	for (size_t i = 2; i < s.n; i++, unit /= 10) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		value += (unsigned)(s.p[i] - '0') * unit;
	}
	*out = value;
	return value <= QUALITY_MAX;
}

static str unquote(str s)
{
	bool quoted = s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';
	return quoted ? str_sub(s, 1, s.n - 1) : s;
}

static bool parse_range(str s, struct range *out)
{
	struct range r = { .quality = QUALITY_MAX };
	r.type = cut(&s, ';');
	size_t slash = str_find(r.type, '/');
	if (slash == 0 || slash + 1 >= r.type.n || str_find(r.type, ' ') < r.type.n)
		return false;
	while (s.n > 0) {
		str value = cut(&s, ';');
		str name = cut(&value, '=');
		if (str_eq_fold(name, S("charset")))
			r.charset = unquote(trim(value));
		else if (str_eq_fold(name, S("q")) && !parse_quality(trim(value), &r.quality))
			return false;
	}
	*out = r;
	return true;
}

static bool is_utf8(str charset)
{
	return charset.n == 0 || str_eq_fold(charset, S("utf-8")) ||
		str_eq_fold(charset, S("utf8"));
}

/* 3: by name, 2: by "type/ *", 1: everything, 0: not. */
static int specificity(const struct range *r, str type)
{
	if (!is_utf8(r->charset))
		return 0;
	if (str_eq_fold(r->type, type))
		return 3;
	if (str_eq(r->type, S("*/*")))
		return 1;
	str main = str_sub(type, 0, str_find(type, '/') + 1);
	bool any = r->type.n == main.n + 1 && r->type.p[main.n] == '*';
	return any && str_eq_fold(str_sub(r->type, 0, main.n), main) ? 2 : 0;
}

unsigned media_quality(str accept, str type, bool *named)
{
	int best = 0;
	unsigned quality = 0;
	while (accept.n > 0) {
		struct range r;
		if (!parse_range(cut(&accept, ','), &r))
			continue;
		int fit = specificity(&r, type);
		if (fit > best || (fit == best && fit > 0 && r.quality > quality)) {
			best = fit;
			quality = r.quality;
		}
	}
	if (named)
		*named = best == 3;
	return quality;
}

/* `usual`: what to answer in when the header leaves the choice. */
static enum media choose(str accept, enum media usual)
{
	if (trim(accept).n == 0 || str_eq(accept, S("*/*")))
		return usual;
	bool graphql_named, json_named, html_named;
	unsigned graphql =
		media_quality(accept, S("application/graphql-response+json"), &graphql_named);
	unsigned json = media_quality(accept, S("application/json"), &json_named);
	unsigned html = media_quality(accept, S("text/html"), &html_named);
	bool named = (graphql_named && graphql > 0) || (json_named && json > 0);
	if (html_named && html > 0 && (!named || (html > graphql && html > json)))
		return MEDIA_HTML;
	bool wanted = graphql_named || (usual == MEDIA_GRAPHQL && !json_named);
	if (wanted && graphql > 0 && graphql >= json)
		return MEDIA_GRAPHQL;
	if (json > 0)
		return MEDIA_JSON;
	return graphql > 0 ? MEDIA_GRAPHQL : MEDIA_NONE;
}

enum media media_accepted(str accept)
{
	return choose(accept, MEDIA_JSON);
}

enum media media_accepted_new(str accept)
{
	return choose(accept, MEDIA_GRAPHQL);
}

enum content content_type_check(str value, str type)
{
	struct range r;
	value = trim(value);
	if (value.n == 0)
		return CONTENT_MISSING;
	if (find_unquoted(value, ',') < value.n || !parse_range(value, &r))
		return CONTENT_MALFORMED;
	if (!str_eq_fold(r.type, type))
		return CONTENT_OTHER_TYPE;
	return is_utf8(r.charset) ? CONTENT_OK : CONTENT_OTHER_CHARSET;
}

bool coding_accepted(str header, str coding)
{
	bool any = false, named = false;
	unsigned quality = 0;
	while (header.n > 0) {
		str parameters = cut(&header, ',');
		str name = cut(&parameters, ';');
		unsigned q = QUALITY_MAX;
		while (parameters.n > 0) {
			str value = cut(&parameters, ';');
			if (str_eq_fold(cut(&value, '='), S("q")) &&
				!parse_quality(trim(value), &q))
				q = 0;
		}
		if (str_eq_fold(name, coding)) {
			named = true;
			quality = q;
		} else if (str_eq(name, S("*")) && !named) {
			any = q > 0;
		}
	}
	return named ? quality > 0 : any;
}
