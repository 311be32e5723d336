/*
 * utf8 - decoding by the table of well-formed byte sequences, with a quick path for ASCII.
 */
#include "base/utf8.h"

#include <string.h>

/* Ranges of the second byte differ by the first; later ones are 80..BF. */
static bool second_ok(unsigned char a, unsigned char b)
{
	switch (a) {
	case 0xe0: return b >= 0xa0 && b <= 0xbf;
	case 0xed: return b >= 0x80 && b <= 0x9f;
	case 0xf0: return b >= 0x90 && b <= 0xbf;
	case 0xf4: return b >= 0x80 && b <= 0x8f;
	default: return b >= 0x80 && b <= 0xbf;
	}
}

static size_t sequence_length(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_decode(str s, uint32_t *code_point)
{
	if (s.n == 0)
		return 0;
	const unsigned char *p = (const unsigned char *)s.p;
	size_t n = sequence_length(p[0]);
	if (n == 0 || n > s.n)
		return 0;
	if (n == 1) {
		*code_point = p[0];
		return 1;
	}
	if (!second_ok(p[0], p[1]))
		return 0;
	uint32_t c = p[0] & (0xffu >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3fu);
	}
	*code_point = c;
	return n;
}

size_t utf8_encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--) {
		out[i] = (char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	static const unsigned char LEAD[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	out[0] = (char)(LEAD[n] | c);
	return n;
}

/* Length of the ASCII prefix, eight bytes at a time. */
static size_t ascii_prefix(str s, size_t from)
{
	size_t i = from;
	uint64_t word;
	while (i + 8 <= s.n) {
		memcpy(&word, s.p + i, 8);
		if (word & 0x8080808080808080u)
			break;
		i += 8;
	}
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

size_t utf8_valid(str s)
{
	size_t i = 0;
	for (;;) {
		i = ascii_prefix(s, i);
		if (i >= s.n)
			return s.n;
		uint32_t c;
		size_t n = utf8_decode(str_sub(s, i, s.n), &c);
		if (n == 0)
			return i;
		i += n;
	}
}

size_t utf8_length(str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++)
		count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return count;
}

size_t utf8_length_utf16(str s)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		count += (c & 0xc0) != 0x80;
		count += c >= 0xf0;
	}
	return count;
}
