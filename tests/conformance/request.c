/*
 * request - a reader for lines that are known to be good JSON but for lone surrogates.
 */
#include "request.h"

#include "base/buf.h"
#include "base/num.h"

struct cursor {
	str text;
	size_t at;
};

static char look(const struct cursor *c)
{
	return c->at < c->text.n ? c->text.p[c->at] : '\0';
}

static void skip_blanks(struct cursor *c)
{
	while (look(c) == ' ' || look(c) == '\t' || look(c) == '\r' || look(c) == '\n')
		c->at++;
}

static bool accept(struct cursor *c, char wanted)
{
	skip_blanks(c);
	bool is = look(c) == wanted;
	c->at += is;
	return is;
}

/* Past a string; returns what is between its quotes. */
static str raw_string(struct cursor *c)
{
	size_t from = ++c->at;
	while (c->at < c->text.n && look(c) != '"')
		c->at += look(c) == '\\' ? 2 : 1;
	str raw = str_sub(c->text, from, c->at);
	c->at++;
	return raw;
}

/* Past any value; returns its text. */
static str raw_value(struct cursor *c)
{
	skip_blanks(c);
	size_t from = c->at, depth = 0;
	while (c->at < c->text.n) {
		char ch = look(c);
		if (depth == 0 && (ch == ',' || ch == '}' || ch == ']'))
			break;
		if (ch == '"') {
			raw_string(c);
			continue;
		}
		depth += ch == '{' || ch == '[';
		depth -= ch == '}' || ch == ']';
		c->at++;
	}
	return str_trim(str_sub(c->text, from, c->at));
}

static uint32_t hex4(str s)
{
	uint32_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		v = v << 4 | (c <= '9' ? c - 0x30u : (c | 0x20u) - 0x61u + 10u);
	}
	return v;
}

/* UTF-8, and the same scheme for surrogates. */
static void put_code(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
		return;
	}
	unsigned more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char LEAD[] = { 0, 0xc0, 0xe0, 0xf0 };
	buf_putc(b, (char)(LEAD[more] | c >> (6 * more)));
	while (more-- > 0)
		buf_putc(b, (char)(0x80 | (c >> (6 * more) & 0x3f)));
}

/* The escape \uXXXX at s[i], with its second half if it has one; returns its length. */
static size_t put_unicode(struct buf *b, str s, size_t i)
{
	uint32_t c = hex4(str_sub(s, i + 2, i + 6));
	bool more = c >= 0xd800 && c < 0xdc00 && str_starts(str_sub(s, i + 6, s.n), S("\\u"));
	uint32_t low = more ? hex4(str_sub(s, i + 8, i + 12)) : 0;
	if (low >= 0xdc00 && low <= 0xdfff) {
		put_code(b, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		return 12;
	}
	put_code(b, c);
	return 6;
}

static str unescape(struct arena *a, str s)
{
	static const str FROM = STR_INIT("bfnrt"), TO = STR_INIT("\b\f\n\r\t");
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n;) {
		if (s.p[i] != '\\' || i + 1 >= s.n) {
			buf_putc(&b, s.p[i++]);
		} else if (s.p[i + 1] == 'u') {
			i += put_unicode(&b, s, i);
		} else {
			size_t which = str_find(FROM, s.p[i + 1]);
			buf_putc(&b, which < FROM.n ? TO.p[which] : s.p[i + 1]);
			i += 2;
		}
	}
	return buf_str(&b);
}

static str text_of(struct arena *a, str raw)
{
	return raw.n >= 2 && raw.p[0] == '"' ? unescape(a, str_sub(raw, 1, raw.n - 1)) : STR_NONE;
}

bool request_read(struct arena *a, str line, struct request *out)
{
	struct cursor c = { line, 0 };
	if (!accept(&c, '{'))
		return false;
	do {
		skip_blanks(&c);
		if (look(&c) != '"')
			break;
		str key = raw_string(&c);
		if (!accept(&c, ':'))
			return false;
		str raw = raw_value(&c);
		if (str_eq(key, S("id")))
			out->id = raw;
		else if (str_eq(key, S("op")))
			out->op = text_of(a, raw);
		else if (str_eq(key, S("sdl")))
			out->sdl = text_of(a, raw);
		else if (str_eq(key, S("source")))
			out->source = text_of(a, raw);
		else if (str_eq(key, S("operation_name")))
			out->operation_name = text_of(a, raw);
		else if (str_eq(key, S("variables")))
			out->variables = raw;
		else if (str_eq(key, S("max_errors")) && !num_u64(raw, &out->errors_max))
			return false;
	} while (accept(&c, ','));
	return accept(&c, '}');
}
