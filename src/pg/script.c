/*
 * script - a scanner that skips over SQL's tokens to find where statements start.
 *
 * A semicolon ends a statement outside of parentheses and outside of BEGIN ATOMIC … END, whose end
 * is found by counting the words that open (BEGIN, CASE) and close (END), as they can't be names
 * there.
 */
#include "pg/script.h"

#include "base/utf8.h"

struct scan {
	str text;
	size_t at;
	unsigned parens, depth; /* depth: open BEGIN and CASE of an atomic body */
	str word;               /* the last word, to know BEGIN ATOMIC */
	bool ended;             /* a semicolon was passed that ends a statement */
};

static char peek(const struct scan *s, size_t ahead)
{
	return s->at + ahead < s->text.n ? s->text.p[s->at + ahead] : '\0';
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static void skip_line(struct scan *s)
{
	while (s->at < s->text.n && s->text.p[s->at] != '\n')
		s->at++;
}

static void skip_block_comment(struct scan *s)
{
	unsigned depth = 0;
	do {
		if (peek(s, 0) == '/' && peek(s, 1) == '*') {
			depth++;
			s->at += 2;
		} else if (peek(s, 0) == '*' && peek(s, 1) == '/') {
			depth--;
			s->at += 2;
		} else {
			s->at++;
		}
	} while (depth > 0 && s->at < s->text.n);
}

/* From an opening quote to behind the closing one; a doubled one closes and opens again, which is
 * the same. */
static void skip_quoted(struct scan *s, bool backslashes)
{
	char quote = s->text.p[s->at++];
	while (s->at < s->text.n && s->text.p[s->at] != quote)
		s->at += backslashes && s->text.p[s->at] == '\\' ? 2 : 1;
	s->at = MIN(s->at + 1, s->text.n);
}

/* $tag$ … $tag$; a lone $ or $1 is passed over. */
static void skip_dollar(struct scan *s)
{
	size_t end = s->at + 1;
	while (end < s->text.n && is_word(s->text.p[end]))
		end++;
	bool digit = peek(s, 1) >= '0' && peek(s, 1) <= '9';
	if (end == s->text.n || s->text.p[end] != '$' || digit) {
		s->at++;
		return;
	}
	str tag = str_sub(s->text, s->at, end + 1);
	str rest = str_sub(s->text, end + 1, s->text.n);
	size_t close = str_find_str(rest, tag);
	s->at = MIN(end + 1 + close + tag.n, s->text.n);
}

static void scan_word(struct scan *s)
{
	size_t from = s->at;
	while (s->at < s->text.n && (is_word(s->text.p[s->at]) || s->text.p[s->at] == '$'))
		s->at++;
	str word = str_sub(s->text, from, s->at);
	if (peek(s, 0) == '\'' && (str_eq_fold(word, S("e")))) {
		skip_quoted(s, true);
		return;
	}
	if (str_eq_fold(word, S("atomic")) && str_eq_fold(s->word, S("begin")))
		s->depth = 1;
	else if (s->depth > 0 && (str_eq_fold(word, S("case")) || str_eq_fold(word, S("begin"))))
		s->depth++;
	else if (s->depth > 0 && str_eq_fold(word, S("end")))
		s->depth--;
	s->word = word;
}

/* Passes blanks and comments; false when something else stands here. */
static bool skip_space(struct scan *s)
{
	char c = peek(s, 0);
	if (is_blank(c))
		s->at++;
	else if (c == '-' && peek(s, 1) == '-')
		skip_line(s);
	else if (c == '/' && peek(s, 1) == '*')
		skip_block_comment(s);
	else
		return false;
	return true;
}

static void scan_token(struct scan *s)
{
	char c = peek(s, 0);
	if (is_word(c)) {
		scan_word(s);
		return;
	}
	s->word = STR_NONE;
	if (c == '\'' || c == '"') {
		skip_quoted(s, false);
	} else if (c == '$') {
		skip_dollar(s);
	} else {
		s->parens += c == '(';
		s->parens -= c == ')' && s->parens > 0;
		s->ended = c == ';' && s->parens == 0 && s->depth == 0;
		s->at++;
	}
}

size_t script_statement(str script, unsigned n)
{
	struct scan s = { .text = script };
	bool inside = false;
	while (s.at < script.n) {
		if (skip_space(&s))
			continue;
		size_t from = s.at;
		s.ended = false;
		scan_token(&s);
		if (s.ended) {
			inside = false;
		} else if (!inside) {
			if (n-- == 0)
				return from;
			inside = true;
		}
	}
	return script.n;
}

size_t script_character(str script, size_t n)
{
	size_t at = 0;
	while (n > 1 && at < script.n) {
		uint32_t code_point;
		at += MAX(utf8_decode(str_sub(script, at, script.n), &code_point), (size_t)1);
		n--;
	}
	return at;
}

void script_place(str script, size_t at, uint32_t *line, uint32_t *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < at && i < script.n;) {
		uint32_t code_point;
		size_t n = MAX(utf8_decode(str_sub(script, i, script.n), &code_point), (size_t)1);
		if (script.p[i] == '\n') {
			++*line;
			*column = 1;
		} else {
			++*column;
		}
		i += n;
	}
}
