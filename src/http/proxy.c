/* SPDX-License-Identifier: MIT */
/*
 * proxy - trusts X-Forwarded-For as far as the trust goes.
 *
 * Each proxy appends the address that it saw. So the list is read from its end: while the address
 * is one of our own proxies', what it appended can be believed; the first other address is the
 * client's, and all before it are the client's own words. It does not read Forwarded (RFC 7239),
 * which no common proxy sends by itself.
 */
#include "http/proxy.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <string.h>

enum { ADDRESS_MAX = 46, MAPPED_BITS = 96 };

struct address {
	unsigned char bytes[16];
	bool v4;
};

static bool parse_address(str s, struct address *out)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	char text[ADDRESS_MAX];
	if (s.n == 0 || s.n >= sizeof text)
		return false;
	memcpy(text, s.p, s.n);
	text[s.n] = '\0';
	struct address a = { .v4 = true };
	memcpy(a.bytes, mapped, sizeof mapped);
	if (inet_pton(AF_INET, text, a.bytes + sizeof mapped) != 1) {
		a.v4 = false;
		if (inet_pton(AF_INET6, text, a.bytes) != 1)
			return false;
	}
	*out = a;
	return true;
}

static bool parse_net(const char *text, struct nets *out)
{
	str s = str_from(text);
	struct address a;
	uint64_t bits;
	str host = str_split(&s, '/');
	if (!parse_address(host, &a))
		return false;
	uint64_t most = a.v4 ? 32 : 128;
	bool sized = strchr(text, '/') != NULL;
	if (!sized)
		bits = most;
	else if (!num_u64(s, &bits) || bits > most)
		return false;
	memcpy(out->at[out->n].bytes, a.bytes, sizeof a.bytes);
	out->at[out->n++].bits = (unsigned)bits + (a.v4 ? MAPPED_BITS : 0u);
	return true;
}

bool nets_parse(const char *const *list, struct nets *out, struct err *e)
{
	struct nets nets = { .n = 0 };
	for (; list && *list; list++) {
		if (nets.n == NETS_MAX)
			return err_set(e, ERR_CONFIG, "more than %d trusted proxies", NETS_MAX);
		if (!parse_net(*list, &nets))
			return err_set(e, ERR_CONFIG,
				"the trusted proxy %s is neither an address nor a network", *list);
	}
	*out = nets;
	return true;
}

static bool same_bits(const unsigned char *a, const unsigned char *b, unsigned bits)
{
	unsigned rest = bits % 8;
	if (memcmp(a, b, bits / 8) != 0)
		return false;
	return rest == 0 || ((a[bits / 8] ^ b[bits / 8]) & (0xff << (8 - rest)) & 0xff) == 0;
}

bool nets_have(const struct nets *nets, str address)
{
	struct address a;
	if (nets->n == 0 || !parse_address(address, &a))
		return false;
	for (size_t i = 0; i < nets->n; i++)
		if (same_bits(a.bytes, nets->at[i].bytes, nets->at[i].bits))
			return true;
	return false;
}

/* "1.2.3.4:80" → "1.2.3.4", "[::1]:80" → "::1", "::1" as it is. */
static str cut_port(str s)
{
	if (s.n > 0 && s.p[0] == '[')
		return str_sub(s, 1, str_find(s, ']'));
	size_t colon = str_find(s, ':');
	bool single = colon < s.n && str_find(str_sub(s, colon + 1, s.n), ':') == s.n - colon - 1;
	return single ? str_sub(s, 0, colon) : s;
}

str forwarded_client(const struct nets *nets, str header)
{
	str client = STR_NONE;
	while (header.n > 0) {
		size_t from = header.n;
		while (from > 0 && header.p[from - 1] != ',')
			from--;
		str one = cut_port(str_trim(str_sub(header, from, header.n)));
		struct address a;
		if (!parse_address(one, &a))
			return client;
		client = one;
		if (!nets_have(nets, one))
			return client;
		header = str_sub(header, 0, from > 0 ? from - 1 : 0);
	}
	return client;
}
