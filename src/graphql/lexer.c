/*
 * lexer - reads one token at a time from UTF-8 text.
 *
 * Every byte is looked at a bounded number of times. Names, numbers and strings without escapes
 * stay views of the text; only strings with escapes and block strings of several lines are copied.
 * A byte that is not part of valid UTF-8 is a fault wherever it stands, comments included. The
 * lexer knows no grammar and no line numbers; both belong to its callers.
 */
#include "graphql/lexer.h"

#include "base/utf8.h"

/* What a byte may be; ordinary ASCII that only strings and comments hold has no class. */
enum {
	IGNORED = 1,
	LETTER = 2, /* '_' too */
	DIGIT = 4,
	PUNCTUATOR = 8,
	SPECIAL = 16, /* has a meaning inside strings: quote, backslash, line end */
	LINE_END = 32,
	BEYOND = 64, /* not ASCII */
};

/* clang-format off */
enum { I = IGNORED, E = IGNORED | SPECIAL | LINE_END, L = LETTER, D = DIGIT, P = PUNCTUATOR,
	S_ = SPECIAL, B = BEYOND };
#define EIGHT_B B, B, B, B, B, B, B, B
#define ROW_B EIGHT_B, EIGHT_B

/* Sixteen bytes a row, from NUL on. */
static const unsigned char CLASS[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, I, E, 0, 0, E, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	I, P, S_, 0, P, 0, P, 0, P, P, 0, 0, I, 0, 0, 0,
	D, D, D, D, D, D, D, D, D, D, P, 0, 0, P, 0, 0,
	P, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, P, S_, P, 0, L,
	0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, P, P, P, 0, 0,
	ROW_B, ROW_B, ROW_B, ROW_B, ROW_B, ROW_B, ROW_B, ROW_B,
};
/* clang-format on */

static unsigned class_of(unsigned char c)
{
	return CLASS[c];
}

static const str KIND_TEXT[TOKEN_KINDS] = {
	[TOKEN_START] = STR_INIT("<SOF>"),
	[TOKEN_END] = STR_INIT("<EOF>"),
	[TOKEN_FAULT] = STR_INIT("<fault>"),
	[TOKEN_BANG] = STR_INIT("\"!\""),
	[TOKEN_DOLLAR] = STR_INIT("\"$\""),
	[TOKEN_AMP] = STR_INIT("\"&\""),
	[TOKEN_PAREN_OPEN] = STR_INIT("\"(\""),
	[TOKEN_PAREN_CLOSE] = STR_INIT("\")\""),
	[TOKEN_SPREAD] = STR_INIT("\"...\""),
	[TOKEN_COLON] = STR_INIT("\":\""),
	[TOKEN_EQUALS] = STR_INIT("\"=\""),
	[TOKEN_AT] = STR_INIT("\"@\""),
	[TOKEN_BRACKET_OPEN] = STR_INIT("\"[\""),
	[TOKEN_BRACKET_CLOSE] = STR_INIT("\"]\""),
	[TOKEN_BRACE_OPEN] = STR_INIT("\"{\""),
	[TOKEN_PIPE] = STR_INIT("\"|\""),
	[TOKEN_BRACE_CLOSE] = STR_INIT("\"}\""),
	[TOKEN_NAME] = STR_INIT("Name"),
	[TOKEN_INT] = STR_INIT("Int"),
	[TOKEN_FLOAT] = STR_INIT("Float"),
	[TOKEN_STRING] = STR_INIT("String"),
	[TOKEN_BLOCK_STRING] = STR_INIT("BlockString"),
};

str token_kind_text(enum token_kind kind)
{
	return KIND_TEXT[kind];
}

void token_describe(struct buf *b, const struct token *t)
{
	buf_put(b, KIND_TEXT[t->kind]);
	if (t->kind < TOKEN_NAME)
		return;
	buf_lit(b, " \"");
	buf_put(b, t->text);
	buf_putc(b, '"');
}

struct lexer lexer_on(struct arena *a, str text)
{
	return (struct lexer){ .arena = a, .text = text };
}

/* The byte at `at`, or 0 behind the end, where nothing that the lexer looks for can stand. */
static unsigned char byte_at(const struct lexer *l, size_t at)
{
	return at < l->text.n ? (unsigned char)l->text.p[at] : 0;
}

static size_t decode_at(const struct lexer *l, size_t at, uint32_t *c)
{
	return utf8_decode(str_sub(l->text, at, l->text.n), c);
}

/* ---- faults ---- */

/* A surrogate that somebody encoded as if it were a character: ED A0..BF xx. */
static bool is_surrogate(const struct lexer *l, size_t at)
{
	return byte_at(l, at) == 0xed && byte_at(l, at + 1) >= 0xa0 &&
		(byte_at(l, at + 2) & 0xc0) == 0x80;
}

/* What stands at `at`, as messages name it. */
static void describe_at(const struct lexer *l, size_t at, struct buf *b)
{
	uint32_t c;
	if (at >= l->text.n) {
		buf_lit(b, "<EOF>");
	} else if (decode_at(l, at, &c) == 0) {
		if (is_surrogate(l, at))
			buf_printf(b, "U+D%X%02X", 8 | (byte_at(l, at + 1) >> 2 & 7),
				(unsigned)(byte_at(l, at + 1) & 3) << 6 |
					(byte_at(l, at + 2) & 0x3fu));
		else
			buf_printf(b, "byte 0x%02X", byte_at(l, at));
	} else if (c == '"') {
		buf_lit(b, "'\"'");
	} else if (c >= 0x20 && c < 0x7f) {
		buf_printf(b, "\"%c\"", (int)c);
	} else {
		buf_printf(b, "U+%04X", (unsigned)c);
	}
}

/* Records a fault: `what`, and unless it is a sentence already the character at `at`. */
static struct token fault(struct lexer *l, size_t at, const char *what)
{
	struct buf b = buf_on(l->arena);
	buf_put(&b, str_from(what));
	char last = b.p[b.n - 1];
	if (last != '.' && last != '?') {
		buf_lit(&b, ": ");
		describe_at(l, at, &b);
		buf_putc(&b, '.');
	}
	l->fault = buf_str(&b);
	l->fault_at = (uint32_t)at;
	return (struct token){ .kind = TOKEN_FAULT, .at = (uint32_t)at, .end = (uint32_t)at };
}

/* A faulty escape, quoted: the next `units` UTF-16 units from the backslash on. */
static struct token fault_escape(struct lexer *l, size_t at, const char *what, size_t units)
{
	struct buf b = buf_on(l->arena);
	buf_printf(&b, "%s: \"", what);
	size_t i = at;
	while (units > 0 && i < l->text.n) {
		uint32_t c;
		size_t n = decode_at(l, i, &c);
		size_t width = n == 4 ? 2 : 1;
		if (width > units || n == 0)
			buf_lit(&b, "\xef\xbf\xbd"); /* half a pair, or no character at all */
		else
			buf_put(&b, str_sub(l->text, i, i + n));
		i += MAX(n, (size_t)1);
		units -= MIN(width, units);
	}
	buf_lit(&b, "\".");
	l->fault = buf_str(&b);
	l->fault_at = (uint32_t)at;
	return (struct token){ .kind = TOKEN_FAULT, .at = (uint32_t)at, .end = (uint32_t)at };
}

/* ---- tokens ---- */

static struct token token_here(struct lexer *l, enum token_kind kind, size_t at, size_t end,
	str text)
{
	l->at = (uint32_t)end;
	return (struct token){ kind, (uint32_t)at, (uint32_t)end, text };
}

/* Skips digits from `at`; false when there is none. */
static bool digits(const struct lexer *l, size_t *at)
{
	if (class_of(byte_at(l, *at)) != DIGIT)
		return false;
	while (class_of(byte_at(l, *at)) == DIGIT)
		++*at;
	return true;
}

/* Spec: §2.9.1, §2.9.2 */
static struct token number(struct lexer *l, size_t begin)
{
	static const char WANTS_DIGIT[] = "Invalid number, expected digit but got";
	size_t at = begin + (byte_at(l, begin) == '-');
	bool is_float = false;
	if (byte_at(l, at) == '0') {
		if (class_of(byte_at(l, ++at)) == DIGIT)
			return fault(l, at, "Invalid number, unexpected digit after 0");
	} else if (!digits(l, &at)) {
		return fault(l, at, WANTS_DIGIT);
	}
	if (byte_at(l, at) == '.') {
		is_float = true;
		at++;
		if (!digits(l, &at))
			return fault(l, at, WANTS_DIGIT);
	}
	if ((byte_at(l, at) | 0x20) == 'e') {
		is_float = true;
		at++;
		at += byte_at(l, at) == '+' || byte_at(l, at) == '-';
		if (!digits(l, &at))
			return fault(l, at, WANTS_DIGIT);
	}
	if (byte_at(l, at) == '.' || class_of(byte_at(l, at)) == LETTER)
		return fault(l, at, WANTS_DIGIT);
	return token_here(l, is_float ? TOKEN_FLOAT : TOKEN_INT, begin, at,
		str_sub(l->text, begin, at));
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_scalar_value(uint32_t c)
{
	return c < 0xd800 || (c > 0xdfff && c <= 0x10ffff);
}

/* Four hex digits at `at`. */
static bool hex4(const struct lexer *l, size_t at, uint32_t *out)
{
	*out = 0;
	for (size_t i = at; i < at + 4; i++) {
		int digit = hex_digit(byte_at(l, i));
		if (digit < 0)
			return false;
		*out = *out << 4 | (uint32_t)digit;
	}
	return true;
}

static void put_code_point(struct buf *b, uint32_t c)
{
	char bytes[4];
	buf_put(b, (str){ bytes, utf8_encode(c, bytes) });
}

/*
 * \u{…} with the backslash at `at`: puts the character and returns the escape's length, or 0 with
 * how much of it a message quotes in *quoted. At most eight digits.
 */
static size_t escape_braces(const struct lexer *l, size_t at, struct buf *b, size_t *quoted)
{
	enum { FIRST = 3, MOST = 12 };
	uint32_t c = 0;
	size_t size = FIRST;
	while (size < MOST) {
		unsigned char byte = byte_at(l, at + size++);
		if (byte == '}') {
			if (size < FIRST + 2 || !is_scalar_value(c))
				break;
			put_code_point(b, c);
			return size;
		}
		int digit = hex_digit(byte);
		if (digit < 0)
			break;
		c = c << 4 | (uint32_t)digit;
		if (c >> 31)
			break;
	}
	*quoted = size;
	return 0;
}

/* \uXXXX or a pair of them that makes one character; results as above. */
static size_t escape_fixed(const struct lexer *l, size_t at, struct buf *b, size_t *quoted)
{
	uint32_t c, low;
	*quoted = 6;
	if (!hex4(l, at + 2, &c))
		return 0;
	if (is_scalar_value(c)) {
		put_code_point(b, c);
		return 6;
	}
	bool pair = c < 0xdc00 && byte_at(l, at + 6) == '\\' && byte_at(l, at + 7) == 'u' &&
		hex4(l, at + 8, &low) && low >= 0xdc00 && low <= 0xdfff;
	if (!pair)
		return 0;
	put_code_point(b, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
	return 12;
}

/* One escape at l->at; puts what it stands for. False with l->fault set. Spec: §2.9.4 */
static bool escape(struct lexer *l, struct buf *b)
{
	static const str FROM = STR_INIT("\"\\/bfnrt"), TO = STR_INIT("\"\\/\b\f\n\r\t");
	size_t at = l->at, quoted = 0;
	unsigned char c = byte_at(l, at + 1);
	if (c == 'u') {
		size_t n = byte_at(l, at + 2) == '{' ? escape_braces(l, at, b, &quoted)
						     : escape_fixed(l, at, b, &quoted);
		if (n == 0)
			fault_escape(l, at, "Invalid Unicode escape sequence", quoted);
		l->at += (uint32_t)n;
		return n > 0;
	}
	size_t which = str_find(FROM, (char)c);
	if (which >= FROM.n) {
		fault_escape(l, at, "Invalid character escape sequence", 2);
		return false;
	}
	buf_putc(b, TO.p[which]);
	l->at += 2;
	return true;
}

/*
 * The end of a run of ordinary string characters from `at`: where a quote, backslash or line end
 * stands, or the text ends. Returns false at an invalid byte.
 */
static bool skip_ordinary(const struct lexer *l, size_t *at)
{
	size_t i = *at;
	bool ok = true;
	while (ok && i < l->text.n) {
		unsigned class = class_of((unsigned char)l->text.p[i]);
		if (class & SPECIAL)
			break;
		uint32_t c;
		size_t n = class == BEYOND ? decode_at(l, i, &c) : 1;
		ok = n > 0;
		i += n;
	}
	*at = i;
	return ok;
}

static struct token string(struct lexer *l, size_t begin)
{
	struct buf b = buf_on(l->arena);
	size_t at = begin + 1, chunk = at;
	bool copied = false;
	for (;;) {
		if (!skip_ordinary(l, &at))
			return fault(l, at, "Invalid character within String");
		str run = str_sub(l->text, chunk, at);
		if (byte_at(l, at) == '"') {
			buf_put(&b, copied ? run : STR_NONE);
			return token_here(l, TOKEN_STRING, begin, at + 1,
				copied ? buf_str(&b) : run);
		}
		if (byte_at(l, at) != '\\')
			return fault(l, at, "Unterminated string.");
		copied = true;
		buf_put(&b, run);
		l->at = (uint32_t)at;
		if (!escape(l, &b))
			return (struct token){ .kind = TOKEN_FAULT };
		at = chunk = l->at;
	}
}

/* ---- block strings ---- */

/* Takes a line off *rest; without its terminator. *more tells whether one stood there. */
static str take_line(str *rest, bool *more)
{
	size_t n = 0;
	while (n < rest->n && rest->p[n] != '\n' && rest->p[n] != '\r')
		n++;
	str line = str_sub(*rest, 0, n);
	*more = n < rest->n;
	if (*more)
		n += rest->p[n] == '\r' && n + 1 < rest->n && rest->p[n + 1] == '\n' ? 2 : 1;
	*rest = str_sub(*rest, n, rest->n);
	return line;
}

static size_t indent_of(str line)
{
	size_t n = 0;
	while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
		n++;
	return n;
}

/* Puts a line with \""" made """. */
static void put_unescaped(struct buf *b, str line)
{
	for (;;) {
		size_t n = str_find_str(line, S("\\\"\"\""));
		buf_put(b, str_sub(line, 0, n));
		if (n >= line.n)
			return;
		buf_lit(b, "\"\"\"");
		line = str_sub(line, n + 4, line.n);
	}
}

/* Which lines of a block string count: without the blank ones at both ends. */
struct block {
	size_t indent, first, last;
	bool any;
};

static struct block measure(str raw)
{
	struct block k = { .indent = SIZE_MAX };
	bool more = true;
	for (size_t i = 0; more; i++) {
		str line = take_line(&raw, &more);
		size_t indent = indent_of(line);
		if (indent == line.n)
			continue;
		if (!k.any)
			k.first = i;
		k.any = true;
		k.last = i;
		if (i > 0)
			k.indent = MIN(k.indent, indent);
	}
	return k;
}

/* BlockStringValue. Spec: §2.9.4.1 */
static str block_value(struct arena *a, str raw)
{
	struct block k = measure(raw);
	struct buf b = buf_on(a);
	bool more = k.any;
	for (size_t i = 0; more && i <= k.last; i++) {
		str line = take_line(&raw, &more);
		if (i < k.first)
			continue;
		if (i > k.first)
			buf_putc(&b, '\n');
		put_unescaped(&b, i > 0 ? str_sub(line, k.indent, line.n) : line);
	}
	return buf_str(&b);
}

static bool is_triple(const struct lexer *l, size_t at)
{
	return byte_at(l, at) == '"' && byte_at(l, at + 1) == '"' && byte_at(l, at + 2) == '"';
}

static struct token block_string(struct lexer *l, size_t begin)
{
	size_t at = begin + 3;
	bool plain = true; /* one line without escapes: a view will do */
	for (;;) {
		if (!skip_ordinary(l, &at))
			return fault(l, at, "Invalid character within String");
		if (at >= l->text.n)
			return fault(l, at, "Unterminated string.");
		if (is_triple(l, at))
			break;
		bool escaped = l->text.p[at] == '\\' && is_triple(l, at + 1);
		plain &= l->text.p[at] != '\n' && l->text.p[at] != '\r' && !escaped;
		at += escaped ? 4 : 1;
	}
	str raw = str_sub(l->text, begin + 3, at);
	if (!plain)
		raw = block_value(l->arena, raw);
	else if (indent_of(raw) == raw.n)
		raw.n = 0;
	return token_here(l, TOKEN_BLOCK_STRING, begin, at + 3, raw);
}

/* ---- the next token ---- */

static struct token name(struct lexer *l, size_t begin)
{
	size_t at = begin + 1;
	while (at < l->text.n && class_of((unsigned char)l->text.p[at]) & (LETTER | DIGIT))
		at++;
	return token_here(l, TOKEN_NAME, begin, at, (str){ l->text.p + begin, at - begin });
}

static enum token_kind punctuator(unsigned char c)
{
	static const unsigned char KINDS[128] = {
		['!'] = TOKEN_BANG,
		['$'] = TOKEN_DOLLAR,
		['&'] = TOKEN_AMP,
		['('] = TOKEN_PAREN_OPEN,
		[')'] = TOKEN_PAREN_CLOSE,
		[':'] = TOKEN_COLON,
		['='] = TOKEN_EQUALS,
		['@'] = TOKEN_AT,
		['['] = TOKEN_BRACKET_OPEN,
		[']'] = TOKEN_BRACKET_CLOSE,
		['{'] = TOKEN_BRACE_OPEN,
		['|'] = TOKEN_PIPE,
		['}'] = TOKEN_BRACE_CLOSE,
	};
	return (enum token_kind)KINDS[c];
}

/* Skips a comment up to its line end, or up to an invalid byte, where the next token faults. */
static size_t skip_comment(const struct lexer *l, size_t at)
{
	while (at < l->text.n) {
		unsigned class = class_of((unsigned char)l->text.p[at]);
		uint32_t c;
		size_t n = class == BEYOND ? decode_at(l, at, &c) : 1;
		if (n == 0 || class & LINE_END)
			break;
		at += n;
	}
	return at;
}

/* Spec: §2.1.1 to §2.1.5 and §2.1.7: blanks, line ends, commas, comments and byte order marks. */
static size_t skip_ignored(const struct lexer *l, size_t at)
{
	while (at < l->text.n) {
		unsigned char c = (unsigned char)l->text.p[at];
		if (class_of(c) & IGNORED)
			at++;
		else if (c == '#')
			at = skip_comment(l, at + 1);
		else if (c == 0xef && byte_at(l, at + 1) == 0xbb && byte_at(l, at + 2) == 0xbf)
			at += 3;
		else
			break;
	}
	return at;
}

static struct token unexpected(struct lexer *l, size_t at)
{
	uint32_t c;
	if (byte_at(l, at) == '\'')
		return fault(l, at,
			"Unexpected single quote character ('), "
			"did you mean to use a double quote (\")?");
	return fault(l, at, decode_at(l, at, &c) ? "Unexpected character" : "Invalid character");
}

struct token lexer_next(struct lexer *l)
{
	size_t at = skip_ignored(l, l->at);
	if (at >= l->text.n)
		return token_here(l, TOKEN_END, at, at, STR_NONE);
	unsigned char c = (unsigned char)l->text.p[at];
	unsigned class = class_of(c);
	if (class == LETTER)
		return name(l, at);
	if (class == PUNCTUATOR)
		return token_here(l, punctuator(c), at, at + 1, STR_NONE);
	if (c == '"')
		return is_triple(l, at) ? block_string(l, at) : string(l, at);
	if (class == DIGIT || c == '-')
		return number(l, at);
	if (c == '.' && byte_at(l, at + 1) == '.' && byte_at(l, at + 2) == '.')
		return token_here(l, TOKEN_SPREAD, at, at + 3, STR_NONE);
	return unexpected(l, at);
}
