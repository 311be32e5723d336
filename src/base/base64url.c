/* base64url - strict decoding and encoding. */
#include "base/base64url.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

int base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool base64url_decode(struct arena *a, str text, str *out)
{
	char *bytes = arena_array(a, char, text.n / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned have = 0;
	size_t n = 0;
	if (text.n % 4 == 1)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int d = base64url_digit(text.p[i]);
		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		have += 6;
		if (have >= 8) {
			have -= 8;
			bytes[n++] = (char)(bits >> have & 0xff);
		}
	}
	if (bits & (BIT(have) - 1))
		return false;
	*out = (str){ bytes, n };
	return true;
}

void base64url_put(struct buf *b, str bytes)
{
	uint32_t bits = 0;
	unsigned have = 0;
	buf_reserve(b, bytes.n / 3 * 4 + 4);
	for (size_t i = 0; i < bytes.n; i++) {
		bits = bits << 8 | (unsigned char)bytes.p[i];
		for (have += 8; have >= 6; have -= 6)
			buf_putc(b, ALPHABET[bits >> (have - 6) & 63]);
	}
	if (have)
		buf_putc(b, ALPHABET[bits << (6 - have) & 63]);
}

str base64url_encode(struct arena *a, str bytes)
{
	struct buf b = buf_on(a);
	base64url_put(&b, bytes);
	return buf_str(&b);
}
