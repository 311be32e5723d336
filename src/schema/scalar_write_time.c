/*
 * scalar_write_time - stored days, times, moments and lengths of time as JSON of the response.
 *
 * PostgreSQL writes columns in its ISO forms, JSON documents hold what to_jsonb made of values, or
 * what an application wrote. What is well-formed is copied, offsets are completed. Infinity, years
 * before 1 and after 9999 have no form in RFC 3339 and are refused.
 */
#include "base/num.h"
#include "schema/scalar_int.h"

enum { DAY = 10, BARE = 19, SHORT_OFFSET = 3, OFFSET = 6, LONG_OFFSET = 9 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Does it begin like the form, in which 9 stands for a digit and T for a T or a blank? */
static bool is_like(str s, str form)
{
	if (s.n < form.n)
		return false;
	for (size_t i = 0; i < form.n; i++) {
		bool ok = form.p[i] == '9' ? is_digit(s.p[i])
			: form.p[i] == 'T' ? s.p[i] == 'T' || s.p[i] == ' '
					   : s.p[i] == form.p[i];
		if (!ok)
			return false;
	}
	return true;
}

/* Where the offset begins, behind a fraction that may be at `i`. */
static size_t skip_fraction(str s, size_t i)
{
	if (i < s.n && s.p[i] == '.')
		for (i++; i < s.n && is_digit(s.p[i]);)
			i++;
	return i;
}

static bool is_offset(str s)
{
	bool zulu = s.n == 1 && (s.p[0] == 'Z' || s.p[0] == 'z');
	bool numeric = (s.n == SHORT_OFFSET || s.n == OFFSET || s.n == LONG_OFFSET) &&
		is_digit(s.p[s.n - 1]); /* not " BC" */
	return zulu || (numeric && (s.p[0] == '+' || s.p[0] == '-'));
}

static void put_offset(struct buf *b, str s)
{
	buf_put(b, s);
	if (s.n == SHORT_OFFSET)
		buf_lit(b, ":00");
}

bool scalar_put_date(struct buf *b, str s)
{
	if (s.n != DAY || !is_like(s, S("9999-99-99")))
		return false;
	buf_putc(b, '"');
	buf_put(b, s);
	buf_putc(b, '"');
	return true;
}

bool scalar_put_time(struct buf *b, str s)
{
	enum { CLOCK = 8 };
	size_t i = skip_fraction(s, MIN(s.n, (size_t)CLOCK));
	str offset = str_sub(s, i, s.n);
	if (!is_like(s, S("99:99:99")) || (offset.n && !is_offset(offset)))
		return false;
	buf_putc(b, '"');
	buf_put(b, str_sub(s, 0, i));
	put_offset(b, offset);
	buf_putc(b, '"');
	return true;
}

/* Local mean times have offsets with seconds, which RFC 3339 has not: in UTC they are exact. */
static bool put_in_utc(struct buf *b, str s, size_t offset_at)
{
	char utc[BARE + 1];
	if (!scalar_moment_utc(s, str_sub(s, offset_at, s.n), utc))
		return false;
	buf_putc(b, '"');
	buf_put(b, (str){ utc, BARE });
	buf_put(b, str_sub(s, BARE, offset_at));
	buf_lit(b, "+00:00\"");
	return true;
}

/* A moment without an offset is one of a column without time zone: UTC. */
bool scalar_put_datetime(struct buf *b, str s)
{
	if (!is_like(s, S("9999-99-99T99:99:99")))
		return false;
	size_t i = skip_fraction(s, BARE);
	str offset = str_sub(s, i, s.n);
	if (offset.n && !is_offset(offset))
		return false;
	if (offset.n == LONG_OFFSET)
		return put_in_utc(b, s, i);
	buf_putc(b, '"');
	buf_put(b, str_sub(s, 0, DAY));
	buf_putc(b, 'T');
	buf_put(b, str_sub(s, DAY + 1, i));
	put_offset(b, offset.n ? offset : S("+00:00"));
	buf_putc(b, '"');
	return true;
}

/* ---- lengths of time ---- */

/* 04:05:06.5 with its sign → 4H5M6.5S, as PostgreSQL signs each part; nothing for what is zero. */
static bool put_clock(struct buf *b, str s)
{
	static const char LETTERS[] = "HMS";
	bool negative = s.n > 0 && s.p[0] == '-';
	if (s.n > 0 && (s.p[0] == '-' || s.p[0] == '+'))
		s = str_sub(s, 1, s.n);
	for (size_t i = 0; i < 3; i++) {
		str part = str_split(&s, ':');
		double value;
		if (part.n < 2 || !is_digit(part.p[0]) || !is_digit(part.p[1]))
			return false;
		while (part.n > 1 && part.p[0] == '0' && is_digit(part.p[1]))
			part = str_sub(part, 1, part.n);
		if (!num_f64(part, &value))
			return false;
		if (value != 0)
			buf_printf(b, "%s%.*s%c", negative ? "-" : "", STR_ARG(part), LETTERS[i]);
	}
	return s.n == 0;
}

static char unit_letter(str unit)
{
	static const struct {
		str name;
		char letter;
	} UNITS[] = {
		{ STR_INIT("year"), 'Y' },
		{ STR_INIT("mon"), 'M' },
		{ STR_INIT("day"), 'D' },
	};
	if (str_ends(unit, S("s")))
		unit = str_sub(unit, 0, unit.n - 1);
	for (size_t i = 0; i < COUNT(UNITS); i++)
		if (str_eq(unit, UNITS[i].name))
			return UNITS[i].letter;
	return '\0';
}

/* 1 year 2 mons 3 days 04:05:06.5, as to_jsonb writes it. */
static bool put_verbose(struct buf *b, str s)
{
	bool any = false;
	buf_lit(b, "\"P");
	while (s.n > 0) {
		str number = str_split(&s, ' ');
		int64_t n;
		if (str_find(number, ':') < number.n) {
			size_t before = b->n;
			buf_putc(b, 'T');
			if (!put_clock(b, number) || s.n)
				return false;
			if (b->n == before + 1)
				buf_cut(b, before);
			any |= b->n > before;
			break;
		}
		if (number.n && number.p[0] == '+')
			number = str_sub(number, 1, number.n);
		char letter = unit_letter(str_split(&s, ' '));
		if (!num_i64(number, &n) || !letter)
			return false;
		any = true;
		buf_printf(b, "%.*s%c", STR_ARG(number), letter);
	}
	buf_put(b, any ? S("\"") : S("T0S\""));
	return true;
}

bool scalar_put_interval(struct buf *b, str s)
{
	size_t before = b->n;
	if (s.n > 0 && s.p[0] == 'P') {
		buf_putc(b, '"');
		buf_put(b, s);
		buf_putc(b, '"');
		return true;
	}
	if (s.n > 0 && put_verbose(b, s))
		return true;
	buf_cut(b, before);
	return false;
}
