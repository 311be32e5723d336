/*
 * scalar_net - addresses: of people, pages, hosts, networks and network cards.
 *
 * IP addresses are read by inet_pton and written back in their canonical form, so equal addresses
 * are equal texts. Texts beyond ASCII are allowed where internationalised addresses have them.
 */
#include "schema/scalar_int.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <string.h>

enum { EMAIL_MAX = 254, LOCAL_MAX = 64, HOST_MAX = 253, LABEL_MAX = 63 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_digit(c) || is_alpha(c);
}

static bool is_wide(char c)
{
	return (unsigned char)c >= 0x80;
}

/* ---- hosts ---- */

static bool is_label(str s, bool wide)
{
	if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && s.p[i] != '-' && !(wide && is_wide(s.p[i])))
			return false;
	return true;
}

/* Source: RFC 1123 §2.1, RFC 952. */
static bool is_hostname(str s, bool wide)
{
	if (s.n == 0 || s.n > HOST_MAX || s.p[s.n - 1] == '.')
		return false;
	while (s.n > 0)
		if (!is_label(str_split(&s, '.'), wide))
			return false;
	return true;
}

bool scalar_read_hostname(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	if (v->kind != GQL_STRING || !is_hostname(v->text, false))
		return scalar_refuse(why, "Expected a host name like www.example.org.");
	return true;
}

/* ---- e-mail ---- */

static bool is_local_part(str s)
{
	if (s.n == 0 || s.n > LOCAL_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!is_alnum(s.p[i]) && !is_wide(s.p[i]) &&
			!memchr(".!#$%&'*+/=?^_`{|}~-", s.p[i], 20))
			return false;
	return true;
}

bool scalar_read_email(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	size_t at = str_find(v->text, '@');
	if (v->kind != GQL_STRING || v->text.n > EMAIL_MAX || at == v->text.n ||
		!is_local_part(str_sub(v->text, 0, at)) ||
		!is_hostname(str_sub(v->text, at + 1, v->text.n), true))
		return scalar_refuse(why, "Expected an e-mail address like mira@example.org.");
	return true;
}

/* ---- URLs ---- */

static bool is_url_char(str s, size_t i)
{
	char c = s.p[i];
	if (c == '%')
		return i + 2 < s.n &&
			strspn((char[]){ s.p[i + 1], s.p[i + 2], '\0' },
				"0123456789abcdefABCDEF") == 2;
	return (unsigned char)c > ' ' && c != 0x7f && !memchr("\"<>\\^`{|}", c, 9);
}

/* Source: RFC 3986 §3, with text beyond ASCII as RFC 3987 allows it. */
static bool is_url(str s)
{
	size_t colon = str_find(s, ':');
	if (colon == s.n || colon == 0 || colon + 1 == s.n || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 0; i < colon; i++)
		if (!is_alnum(s.p[i]) && !memchr("+-.", s.p[i], 3))
			return false;
	for (size_t i = colon + 1; i < s.n; i++)
		if (!is_url_char(s, i))
			return false;
	str scheme = str_sub(s, 0, colon), rest = str_sub(s, colon + 1, s.n);
	bool web = str_eq_fold(scheme, S("http")) || str_eq_fold(scheme, S("https"));
	return !web || (str_starts(rest, S("//")) && rest.n > 2 && !memchr("/?#:", rest.p[2], 4));
}

bool scalar_read_url(void *ctx, struct arena *a, const struct gql_type *scalar, struct gql_value *v,
	const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	if (v->kind != GQL_STRING || !is_url(v->text))
		return scalar_refuse(why, "Expected an absolute URL like https://example.org/a.");
	return true;
}

/* ---- IP ---- */

struct address {
	int family;
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN];
};

static bool parse_address(str s, struct address *out)
{
	char z[INET6_ADDRSTRLEN];
	if (s.n == 0 || s.n >= sizeof z || memchr(s.p, '\0', s.n))
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	out->family = memchr(s.p, ':', s.n) ? AF_INET6 : AF_INET;
	return inet_pton(out->family, z, out->bytes) == 1 &&
		inet_ntop(out->family, out->bytes, out->text, sizeof out->text);
}

static bool read_address(struct arena *a, struct gql_value *v, bool four, bool six)
{
	struct address address;
	if (v->kind != GQL_STRING || !parse_address(v->text, &address) ||
		!(address.family == AF_INET ? four : six))
		return false;
	v->text = str_dup(a, str_from(address.text));
	return true;
}

bool scalar_read_ipv4(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	return read_address(a, v, true, false) ||
		scalar_refuse(why, "Expected an IPv4 address like 192.0.2.1.");
}

bool scalar_read_ipv6(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	return read_address(a, v, false, true) ||
		scalar_refuse(why, "Expected an IPv6 address like 2001:db8::1.");
}

/* An address with the length of its network's prefix, as inet columns may hold it. */
bool scalar_read_ip(void *ctx, struct arena *a, const struct gql_type *scalar, struct gql_value *v,
	const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	struct address address;
	size_t slash = str_find(v->text, '/');
	uint64_t prefix = 0;
	if (v->kind != GQL_STRING || !parse_address(str_sub(v->text, 0, slash), &address))
		return scalar_refuse(why, "Expected an IP address like 192.0.2.1 or 2001:db8::1.");
	uint64_t bits = address.family == AF_INET ? 32 : 128;
	if (slash == v->text.n)
		prefix = bits;
	else if (!num_u64(str_sub(v->text, slash + 1, v->text.n), &prefix) || prefix > bits)
		return scalar_refuse(why, "Expected an IP address like 192.0.2.1 or 192.0.2.1/24.");
	v->text = prefix == bits ? str_dup(a, str_from(address.text))
				 : str_printf(a, "%s/%u", address.text, (unsigned)prefix);
	return true;
}

static bool has_host_bits(const struct address *address, uint64_t prefix)
{
	size_t bits = address->family == AF_INET ? 32 : 128;
	for (size_t i = prefix; i < bits; i++)
		if (address->bytes[i / 8] & (0x80 >> (i % 8)))
			return true;
	return false;
}

bool scalar_read_cidr(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	struct address address;
	size_t slash = str_find(v->text, '/');
	uint64_t prefix = 0;
	if (v->kind != GQL_STRING || !parse_address(str_sub(v->text, 0, slash), &address))
		return scalar_refuse(why, "Expected a network like 192.0.2.0/24.");
	uint64_t bits = address.family == AF_INET ? 32 : 128;
	if (slash == v->text.n)
		prefix = bits;
	else if (!num_u64(str_sub(v->text, slash + 1, v->text.n), &prefix) || prefix > bits)
		return scalar_refuse(why, "Expected a network like 192.0.2.0/24.");
	if (has_host_bits(&address, prefix))
		return scalar_refuse(why,
			"Expected a network like 192.0.2.0/24, with no bits set behind the prefix.");
	v->text = str_printf(a, "%s/%u", address.text, (unsigned)prefix);
	return true;
}

/* ---- MAC ---- */

/* The separator and the digits between two; false when they are not even. */
static bool is_grouped(str s)
{
	char separator = '\0';
	size_t group = 0, size = 0;
	for (size_t i = 0; i <= s.n; i++) {
		if (i < s.n && (is_digit(s.p[i]) || is_alpha(s.p[i]))) {
			group++;
			continue;
		}
		if (i < s.n && ((separator && s.p[i] != separator) || !memchr(":-.", s.p[i], 3)))
			return false;
		if (size && group != size)
			return false;
		separator = i < s.n ? s.p[i] : separator;
		size = group;
		group = 0;
	}
	return !separator || (size % 2 == 0 && size <= 6);
}

/* Source: PostgreSQL documentation, §8.8.4 macaddr and §8.8.5 macaddr8. */
bool scalar_read_mac(void *ctx, struct arena *a, const struct gql_type *scalar, struct gql_value *v,
	const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	static const char MESSAGE[] = "Expected a hardware address like 08:00:2b:01:02:03.";
	struct buf b = buf_on(a);
	size_t digits = 0;
	if (v->kind != GQL_STRING || v->text.n > 23 || !is_grouped(v->text))
		return scalar_refuse(why, MESSAGE);
	for (size_t i = 0; i < v->text.n; i++) {
		char c = v->text.p[i];
		if (memchr(":-.", c, 3))
			continue;
		bool hex = is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
		if (!hex)
			return scalar_refuse(why, MESSAGE);
		if (digits && digits % 2 == 0)
			buf_putc(&b, ':');
		buf_putc(&b, c >= 'A' && c <= 'F' ? (char)(c - 'A' + 'a') : c);
		digits++;
	}
	if (digits != 12 && digits != 16)
		return scalar_refuse(why, MESSAGE);
	v->text = buf_str(&b);
	return true;
}
