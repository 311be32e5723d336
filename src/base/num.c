/*
 * num - reading and printing numbers. The text is checked by our own grammar before strtod sees it.
 *
 * A program that has the library inside may have any locale, with a comma in its numbers; strtod
 * and snprintf are called under the "C" locale, whose object is static: making it allocates
 * nothing.
 */
#include "base/num.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool num_u64(str s, uint64_t *out)
{
	if (s.n == 0)
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_digit(s.p[i]) || __builtin_mul_overflow(v, (uint64_t)10, &v) ||
			__builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

bool num_i64(str s, int64_t *out)
{
	bool negative = s.n > 0 && s.p[0] == '-';
	uint64_t v;
	if (!num_u64(str_sub(s, negative, s.n), &v))
		return false;
	uint64_t max = (uint64_t)INT64_MAX + negative;
	if (v > max)
		return false;
	*out = negative ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}

static size_t skip_digits(str s, size_t i)
{
	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i;
}

/* Spec: GraphQL §2.9.1-2, the same grammar as RFC 8259 §6. */
static bool is_number(str s)
{
	size_t i = s.n > 0 && s.p[0] == '-';
	size_t whole = skip_digits(s, i);
	if (whole == i || (s.p[i] == '0' && whole > i + 1))
		return false;
	i = whole;
	if (i < s.n && s.p[i] == '.') {
		size_t end = skip_digits(s, i + 1);
		if (end == i + 1)
			return false;
		i = end;
	}
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		i++;
		i += i < s.n && (s.p[i] == '+' || s.p[i] == '-');
		size_t end = skip_digits(s, i);
		if (end == i)
			return false;
		i = end;
	}
	return i == s.n;
}

static locale_t begin_c_locale(void)
{
	return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

static double read_c(const char *z)
{
	locale_t own = begin_c_locale();
	double v = strtod(z, NULL);
	uselocale(own);
	return v;
}

static void print_c(char *text, size_t size, int precision, double v)
{
	locale_t own = begin_c_locale();
	snprintf(text, size, "%.*e", precision, v);
	uselocale(own);
}

bool num_f64(str s, double *out)
{
	char small[64];
	if (!is_number(s))
		return false;
	char *z = s.n < sizeof small ? small : malloc(s.n + 1);
	if (!z)
		return false;
	memcpy(z, s.p, s.n);
	z[s.n] = '\0';
	double v = read_c(z);
	if (z != small)
		free(z);
	if (!isfinite(v))
		return false;
	*out = v;
	return true;
}

/* Shortest digits and decimal exponent: v = 0.d1d2d3... * 10^point. Returns the digit count. */
static size_t shortest(double v, char digits[32], int *point)
{
	char text[40];
	for (int precision = 0; precision <= 16; precision++) {
		print_c(text, sizeof text, precision, v);
		if (read_c(text) == v)
			break;
	}
	size_t n = 0;
	const char *p = text;
	for (; *p != 'e'; p++)
		if (is_digit(*p))
			digits[n++] = *p;
	int64_t exponent = 0;
	str tail = str_from(p + 1);
	bool negative = tail.p[0] == '-';
	num_i64(str_sub(tail, 1, tail.n), &exponent);
	*point = (int)(negative ? -exponent : exponent) + 1;
	while (n > 1 && digits[n - 1] == '0')
		n--;
	return n;
}

static void put_zeros(struct buf *b, int n)
{
	for (int i = 0; i < n; i++)
		buf_putc(b, '0');
}

static void put_exponent(struct buf *b, const char *digits, size_t n, int exponent)
{
	buf_putc(b, digits[0]);
	if (n > 1) {
		buf_putc(b, '.');
		buf_put(b, (str){ digits + 1, n - 1 });
	}
	buf_lit(b, "e");
	buf_putc(b, exponent < 0 ? '-' : '+');
	buf_put_i64(b, exponent < 0 ? -exponent : exponent);
}

void num_put_f64(struct buf *b, double v)
{
	if (v == 0) {
		buf_lit(b, "0");
		return;
	}
	if (v < 0) {
		buf_lit(b, "-");
		v = -v;
	}
	char digits[32] = "0";
	int point;
	size_t n = shortest(v, digits, &point);
	if (point > 21 || point < -5) {
		put_exponent(b, digits, n, point - 1);
	} else if (point <= 0) {
		buf_lit(b, "0.");
		put_zeros(b, -point);
		buf_put(b, (str){ digits, n });
	} else if ((size_t)point >= n) {
		buf_put(b, (str){ digits, n });
		put_zeros(b, point - (int)n);
	} else {
		buf_put(b, (str){ digits, (size_t)point });
		buf_lit(b, ".");
		buf_put(b, (str){ digits + point, n - (size_t)point });
	}
}

struct unit {
	str name;
	uint64_t factor;
};

static bool with_unit(str s, const struct unit *units, size_t n, uint64_t *out)
{
	s = str_trim(s);
	size_t digits = skip_digits(s, 0);
	uint64_t v;
	if (!num_u64(str_sub(s, 0, digits), &v))
		return false;
	str name = str_trim(str_sub(s, digits, s.n));
	for (size_t i = 0; i < n; i++)
		if (str_eq_fold(name, units[i].name))
			return !__builtin_mul_overflow(v, units[i].factor, out);
	return false;
}

bool num_duration_ms(str s, uint64_t *out)
{
	static const struct unit UNITS[] = {
		{ STR_INIT("ms"), 1 },
		{ STR_INIT("s"), 1000 },
		{ STR_INIT("m"), 60000 },
		{ STR_INIT("min"), 60000 },
		{ STR_INIT("h"), 3600000 },
		{ STR_INIT("d"), 86400000 },
	};
	*out = 0;
	return str_eq(str_trim(s), S("0")) || with_unit(s, UNITS, COUNT(UNITS), out);
}

bool num_size_bytes(str s, uint64_t *out)
{
	static const struct unit UNITS[] = {
		{ STR_INIT(""), 1 },
		{ STR_INIT("B"), 1 },
		{ STR_INIT("K"), 1024 },
		{ STR_INIT("KB"), 1024 },
		{ STR_INIT("KiB"), 1024 },
		{ STR_INIT("M"), 1048576 },
		{ STR_INIT("MB"), 1048576 },
		{ STR_INIT("MiB"), 1048576 },
		{ STR_INIT("G"), 1073741824 },
		{ STR_INIT("GB"), 1073741824 },
		{ STR_INIT("GiB"), 1073741824 },
	};
	return with_unit(s, UNITS, COUNT(UNITS), out);
}
