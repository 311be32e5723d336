/* source - line and column of an offset; lists of errors. */
#include "graphql/source.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

struct location source_location(const struct source *s, uint32_t offset)
{
	struct location l = { 1, 1 };
	size_t end = MIN((size_t)offset, s->text.n), line_start = 0;
	for (size_t i = 0; i < end; i++) {
		char c = s->text.p[i];
		bool crlf = c == '\r' && i + 1 < s->text.n && s->text.p[i + 1] == '\n';
		if (c == '\n' || (c == '\r' && !crlf)) {
			l.line++;
			line_start = i + 1;
		}
	}
	l.column = (uint32_t)utf8_length_utf16(str_sub(s->text, line_start, end)) + 1;
	return l;
}

/* An error that nobody will see, so that callers need no check when the list is full. */
static struct gql_error *dropped(struct gql_errors *l)
{
	l->full = true;
	return arena_new(l->arena, struct gql_error);
}

struct gql_error *gql_error_addv(struct gql_errors *l, enum err_code code, const char *fmt,
	va_list args)
{
	if (l->max && l->n >= l->max)
		return dropped(l);
	char small[512];
	va_list again;
	va_copy(again, args);
	int n = vsnprintf(small, sizeof small, fmt, args);
	str message = { small, n > 0 ? (size_t)n : 0 };
	if (message.n < sizeof small) {
		message = str_dup(l->arena, message);
	} else {
		char *p = arena_alloc(l->arena, message.n + 1, 1);
		vsnprintf(p, message.n + 1, fmt, again);
		message.p = p;
	}
	va_end(again);
	struct gql_error *e = vec_push(l->arena, l);
	e->code = code;
	e->message = message;
	return e;
}

struct gql_error *gql_error_add(struct gql_errors *l, enum err_code code, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	struct gql_error *e = gql_error_addv(l, code, fmt, args);
	va_end(args);
	return e;
}

void gql_error_at(struct gql_errors *l, struct gql_error *e, const struct source *s, uint32_t at)
{
	size_t n = e->nplaces;
	if (n == GQL_PLACES_MAX)
		return;
	if ((n & (n - 1)) == 0) { /* 0, 1, 2, 4, 8 … are full */
		struct gql_place *grown = arena_array(l->arena, struct gql_place, n ? 2 * n : 1);
		for (size_t i = 0; i < n; i++)
			grown[i] = e->places[i];
		e->places = grown;
	}
	e->places[e->nplaces++] = (struct gql_place){ s, at };
}
