/*
 * scalar_time - dates, times, moments and lengths of time.
 *
 * A moment is normalised to UTC, so that columns with and without a time zone, and documents, get
 * the same instant (PostgreSQL ignores an offset when the column has no time zone).
 *
 * Source: RFC 3339 §5.6 and appendix A (durations, ISO 8601), with PostgreSQL's additions of signs
 * and fractions in durations.
 */
#include "schema/scalar_int.h"

#include <stdio.h>

struct cursor {
	str s;
	size_t at;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool at_char(const struct cursor *c, char wanted)
{
	return c->at < c->s.n && c->s.p[c->at] == wanted;
}

static bool take_char(struct cursor *c, char wanted)
{
	bool is = at_char(c, wanted);
	c->at += is;
	return is;
}

static bool take_number(struct cursor *c, size_t digits, int *out)
{
	if (c->s.n - c->at < digits)
		return false;
	*out = 0;
	for (size_t i = 0; i < digits; i++) {
		char d = c->s.p[c->at + i];
		if (!is_digit(d))
			return false;
		*out = *out * 10 + (d - '0');
	}
	c->at += digits;
	return true;
}

/* ---- days ---- */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
	static const int DAYS[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return DAYS[month - 1] + (month == 2 && is_leap(year));
}

struct day {
	int year, month, day;
};

static bool take_day(struct cursor *c, struct day *d)
{
	return take_number(c, 4, &d->year) && take_char(c, '-') && take_number(c, 2, &d->month) &&
		take_char(c, '-') && take_number(c, 2, &d->day) && d->year >= 1 && d->month >= 1 &&
		d->month <= 12 && d->day >= 1 && d->day <= days_in(d->year, d->month);
}

static void next_day(struct day *d)
{
	if (++d->day <= days_in(d->year, d->month))
		return;
	d->day = 1;
	if (++d->month > 12) {
		d->month = 1;
		d->year++;
	}
}

static void previous_day(struct day *d)
{
	if (--d->day >= 1)
		return;
	if (--d->month < 1) {
		d->month = 12;
		d->year--;
	}
	d->day = days_in(d->year, d->month);
}

bool scalar_read_date(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	struct cursor c = { v->text, 0 };
	struct day d;
	if (v->kind != GQL_STRING || !take_day(&c, &d))
		return scalar_refuse(why, "Expected a date like 2026-01-31.");
	if (c.at < c.s.n && (at_char(&c, 'T') || at_char(&c, 't') || at_char(&c, ' ')))
		return scalar_refuse(why, "Expected a date like 2026-01-31, without a time.");
	return c.at == c.s.n || scalar_refuse(why, "Expected a date like 2026-01-31.");
}

/* ---- times ---- */

struct clock_time {
	int hour, minute, second;
	str fraction; /* with its point, or empty */
};

static bool take_clock(struct cursor *c, bool seconds_required, struct clock_time *t)
{
	t->second = 0;
	t->fraction = STR_NONE;
	if (!take_number(c, 2, &t->hour) || !take_char(c, ':') || !take_number(c, 2, &t->minute) ||
		t->hour > 23 || t->minute > 59)
		return false;
	if (!take_char(c, ':'))
		return !seconds_required;
	if (!take_number(c, 2, &t->second) || t->second > 60)
		return false;
	size_t from = c->at;
	if (!take_char(c, '.'))
		return true;
	while (c->at < c->s.n && is_digit(c->s.p[c->at]))
		c->at++;
	t->fraction = str_sub(c->s, from, c->at);
	return t->fraction.n > 1 && t->fraction.n <= 10;
}

/* Z or ±hh:mm, in minutes. */
static bool take_offset(struct cursor *c, int *minutes)
{
	*minutes = 0;
	if (take_char(c, 'Z') || take_char(c, 'z'))
		return true;
	bool west = at_char(c, '-');
	int hour, minute;
	if ((!take_char(c, '+') && !take_char(c, '-')) || !take_number(c, 2, &hour) ||
		!take_char(c, ':') || !take_number(c, 2, &minute) || hour > 23 || minute > 59)
		return false;
	*minutes = (hour * 60 + minute) * (west ? -1 : 1);
	return true;
}

bool scalar_read_time(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	struct cursor c = { v->text, 0 };
	struct clock_time t;
	int offset;
	bool ok = v->kind == GQL_STRING && take_clock(&c, false, &t) &&
		(c.at == c.s.n || take_offset(&c, &offset)) && c.at == c.s.n;
	return ok || scalar_refuse(why, "Expected a time like 14:30:00.");
}

static void to_utc(struct day *d, struct clock_time *t, int offset)
{
	int minutes = t->hour * 60 + t->minute - offset;
	if (minutes < 0) {
		minutes += 24 * 60;
		previous_day(d);
	} else if (minutes >= 24 * 60) {
		minutes -= 24 * 60;
		next_day(d);
	}
	t->hour = minutes / 60;
	t->minute = minutes % 60;
}

bool scalar_read_datetime(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(scalar);
	static const char MESSAGE[] =
		"Expected a date and time with an offset, like 2026-01-31T14:30:00Z.";
	struct cursor c = { v->text, 0 };
	struct day d;
	struct clock_time t;
	int offset;
	bool ok = v->kind == GQL_STRING && take_day(&c, &d) &&
		(take_char(&c, 'T') || take_char(&c, 't') || take_char(&c, ' ')) &&
		take_clock(&c, true, &t);
	if (ok && c.at == c.s.n)
		return scalar_refuse(why,
			"Expected an offset from UTC after the time, like 2026-01-31T14:30:00Z or "
			"2026-01-31T14:30:00+02:00.");
	if (!ok || !take_offset(&c, &offset) || c.at != c.s.n)
		return scalar_refuse(why, MESSAGE);
	to_utc(&d, &t, offset);
	if (d.year < 1 || d.year > 9999)
		return scalar_refuse(why, MESSAGE);
	v->text = str_printf(a, "%04d-%02d-%02dT%02d:%02d:%02d%.*sZ", d.year, d.month, d.day,
		t.hour, t.minute, t.second, STR_ARG(t.fraction));
	return true;
}

bool scalar_moment_utc(str s, str offset, char *out)
{
	struct cursor c = { s, 0 }, o = { offset, 1 };
	struct day d;
	struct clock_time t;
	int hour, minute, second;
	int sign = offset.p[0] == '-' ? -1 : 1;
	if (!take_day(&c, &d) || !(take_char(&c, 'T') || take_char(&c, ' ')) ||
		!take_clock(&c, true, &t) || !take_number(&o, 2, &hour) || !take_char(&o, ':') ||
		!take_number(&o, 2, &minute) || !take_char(&o, ':') || !take_number(&o, 2, &second))
		return false;
	int minutes = hour * 60 + minute;
	t.second -= sign * second;
	if (t.second < 0 || t.second > 59) {
		minutes += t.second < 0 ? sign * 1 : -sign * 1;
		t.second += t.second < 0 ? 60 : -60;
	}
	to_utc(&d, &t, sign * minutes);
	if (d.year < 1 || d.year > 9999)
		return false;
	snprintf(out, 20, "%04d-%02d-%02dT%02d:%02d:%02d", d.year, d.month, d.day, t.hour, t.minute,
		t.second);
	return true;
}

/* ---- lengths of time ---- */

/* One component: a number and its letter. False when there is none. */
static bool take_component(struct cursor *c, char *letter)
{
	if (!take_char(c, '-'))
		take_char(c, '+');
	size_t from = c->at;
	while (c->at < c->s.n && is_digit(c->s.p[c->at]))
		c->at++;
	if (c->at == from || c->at - from > 9)
		return false;
	if (take_char(c, '.')) {
		from = c->at;
		while (c->at < c->s.n && is_digit(c->s.p[c->at]))
			c->at++;
		if (c->at == from)
			return false;
	}
	*letter = c->at < c->s.n ? c->s.p[c->at++] : '\0';
	return true;
}

/* Components whose letters come in the order of `letters`, to the end or the T. */
static bool take_components(struct cursor *c, str letters, size_t *count)
{
	size_t next = 0;
	while (c->at < c->s.n && !at_char(c, 'T')) {
		char letter;
		if (!take_component(c, &letter))
			return false;
		while (next < letters.n && letters.p[next] != letter)
			next++;
		if (next++ >= letters.n)
			return false;
		(*count)++;
	}
	return true;
}

static bool is_interval(str s)
{
	struct cursor c = { s, 0 };
	size_t days = 0, times = 0;
	if (!take_char(&c, 'P') || !take_components(&c, S("YMWD"), &days))
		return false;
	if (!take_char(&c, 'T'))
		return days > 0;
	return take_components(&c, S("HMS"), &times) && times > 0 && c.at == c.s.n;
}

bool scalar_read_interval(void *ctx, struct arena *a, const struct gql_type *scalar,
	struct gql_value *v, const char **why)
{
	UNUSED(ctx);
	UNUSED(a);
	UNUSED(scalar);
	if (v->kind != GQL_STRING || !is_interval(v->text))
		return scalar_refuse(why, "Expected an ISO 8601 duration like P1DT2H30M.");
	return true;
}
