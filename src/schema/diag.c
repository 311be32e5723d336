/*
 * diag - problems with their place: file, line, column, the line itself and a caret below.
 */
#include "schema/compile_int.h"

#include "base/json.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>

enum { EXCERPT_MAX = 160, MESSAGE_MAX = 2000 };

PRINTF(2, 0)
static str vformat(struct arena *a, const char *fmt, va_list ap)
{
	char text[MESSAGE_MAX];
	int n = vsnprintf(text, sizeof text, fmt, ap);
	return str_dup(a, (str){ text, MIN((size_t)MAX(n, 0), sizeof text - 1) });
}

/* The line around byte `at`, and below it a caret under the byte. */
static str excerpt(struct arena *a, str text, uint32_t at)
{
	size_t from = MIN((size_t)at, text.n), to = from;
	while (from > 0 && text.p[from - 1] != '\n' && text.p[from - 1] != '\r')
		from--;
	while (to < text.n && text.p[to] != '\n' && text.p[to] != '\r')
		to++;
	if (to - from > EXCERPT_MAX || utf8_valid(str_sub(text, from, to)) < to - from)
		return STR_NONE;
	struct buf b = buf_on(a);
	buf_put(&b, str_sub(text, from, to));
	buf_putc(&b, '\n');
	for (size_t i = from; i < at && i < to; i++)
		if (text.p[i] == '\t' || (text.p[i] & 0xc0) != 0x80)
			buf_putc(&b, text.p[i] == '\t' ? '\t' : ' ');
	buf_putc(&b, '^');
	return buf_str(&b);
}

str diagnostic_excerpt(struct arena *a, str text, uint32_t line, uint32_t column)
{
	size_t at = 0;
	for (; line > 1 && at < text.n; at++)
		line -= text.p[at] == '\n';
	for (; column > 1 && at < text.n && text.p[at] != '\n'; column--)
		do
			at++;
		while (at < text.n && (text.p[at] & 0xc0) == 0x80);
	return line == 1 && at <= UINT32_MAX ? excerpt(a, text, (uint32_t)at) : STR_NONE;
}

static struct diagnostic *add(struct compiler *c, int severity, const struct source *s, uint32_t at)
{
	struct diagnostic *d = vec_push(c->arena, c->diagnostics);
	*d = (struct diagnostic){ .severity = DIAG_ERROR };
	if (severity != DIAG_ERROR)
		d->severity = DIAG_WARNING;
	else
		c->diagnostics->errors++;
	if (!s && c->options->nfiles == 1)
		d->file = str_dup(c->arena, c->options->files[0].path);
	if (!s)
		return d;
	struct location l = source_location(s, at);
	d->file = s->name;
	d->line = l.line;
	d->column = l.column;
	d->excerpt = excerpt(c->arena, s->text, at);
	return d;
}

struct diagnostic *diag_error(struct compiler *c, const struct source *s, uint32_t at,
	const char *fmt, ...)
{
	struct diagnostic *d = add(c, DIAG_ERROR, s, at);
	va_list ap;
	va_start(ap, fmt);
	d->message = vformat(c->arena, fmt, ap);
	va_end(ap);
	return d;
}

struct diagnostic *diag_warning(struct compiler *c, const struct source *s, uint32_t at,
	const char *fmt, ...)
{
	struct diagnostic *d = add(c, DIAG_WARNING, s, at);
	va_list ap;
	va_start(ap, fmt);
	d->message = vformat(c->arena, fmt, ap);
	va_end(ap);
	return d;
}

void diag_nearest(struct compiler *c, struct diagnostic *d, str nearest)
{
	if (nearest.n)
		d->hint = str_printf(c->arena, "Did you mean \"%.*s\"?", STR_ARG(nearest));
}

/* `Unknown type "UserConnection".`: it would have been generated for a type with a source. */
static str not_generated(struct compiler *c, str message)
{
	str prefix = S("Unknown type \"");
	if (!str_starts(message, prefix))
		return STR_NONE;
	str name = str_sub(message, prefix.n, message.n);
	name = str_sub(name, 0, str_find(name, '"'));
	str suffix = str_ends(name, S("Connection")) ? S("Connection") : S("Aggregate");
	str of = str_ends(name, suffix) ? str_sub(name, 0, name.n - suffix.n) : STR_NONE;
	if (!of.n)
		return STR_NONE;
	if (!decl_find(c, of))
		return str_printf(c->arena,
			"It would be generated for a type \"%.*s\", but there is none.",
			STR_ARG(of));
	return str_printf(c->arena,
		"It is generated for fields of Query and for fields with @relation, when the type "
		"\"%.*s\" has a @source.",
		STR_ARG(of));
}

/* `Unknown directive "@lst".`: a hint at the nearest. */
static str directive_meant(struct compiler *c, str message)
{
	str prefix = S("Unknown directive \"@");
	if (!str_starts(message, prefix))
		return STR_NONE;
	str name = str_sub(message, prefix.n, message.n);
	str near = directives_nearest(c, str_sub(name, 0, str_find(name, '"')));
	return near.n ? str_printf(c->arena, "Did you mean \"@%.*s\"?", STR_ARG(near)) : STR_NONE;
}

static bool is_about_query(const struct gql_error *e)
{
	return e->nplaces == 0 && str_starts(e->message, S("Query root type"));
}

/* The object type that was probably to be Query; NULL when there is none. */
static const struct ast_definition *query_meant(const struct compiler *c)
{
	str query = S("Query");
	for (size_t i = 0; i < c->nwritten; i++) {
		const struct ast_definition *d = c->definitions.at[i];
		if (d->kind == AST_OBJECT_TYPE && str_nearest(d->name.text, &query, 1).n)
			return d;
	}
	return NULL;
}

void diag_no_query(struct diagnostic *d)
{
	d->hint = S("Write what clients may ask for: type Query { … }");
}

static void about_query(struct compiler *c, const struct gql_error *e)
{
	const struct ast_definition *meant = query_meant(c);
	struct diagnostic *d =
		add(c, DIAG_ERROR, meant ? meant->source : NULL, meant ? meant->name.at : 0);
	d->message = e->message;
	if (meant)
		diag_nearest(c, d, S("Query"));
	else
		diag_no_query(d);
}

void diag_from_gql(struct compiler *c, const struct gql_error *e)
{
	if (is_about_query(e)) {
		about_query(c, e);
		return;
	}
	const struct gql_place *first = e->nplaces ? &e->places[0] : NULL;
	struct diagnostic *d =
		add(c, DIAG_ERROR, first ? first->source : NULL, first ? first->at : 0);
	d->message = e->message;
	d->hint = not_generated(c, e->message);
	if (!d->hint.n)
		d->hint = directive_meant(c, e->message);
	if (e->nplaces < 2 || d->hint.n || !e->places[1].source)
		return;
	struct location l = source_location(e->places[1].source, e->places[1].at);
	d->hint = str_printf(c->arena, "See also %.*s:%u:%u.", STR_ARG(e->places[1].source->name),
		l.line, l.column);
}

/* ---- printing ---- */

static const char *severity_name(const struct diagnostic *d)
{
	static const char *const NAMES[] = {
		[DIAG_ERROR] = "error",
		[DIAG_WARNING] = "warning",
		[DIAG_HINT] = "hint",
	};
	return NAMES[d->severity];
}

static void put_indented(struct buf *b, str text)
{
	while (text.n > 0) {
		buf_lit(b, "    ");
		buf_put(b, str_split(&text, '\n'));
		buf_putc(b, '\n');
	}
}

void diagnostic_print(struct buf *b, const struct diagnostic *d, bool colour)
{
	static const char *const COLOURS[] = {
		[DIAG_ERROR] = "\033[1;31m",
		[DIAG_WARNING] = "\033[1;33m",
		[DIAG_HINT] = "\033[1;36m",
	};
	if (d->file.n) {
		buf_put(b, d->file);
		if (d->line)
			buf_printf(b, ":%u:%u", d->line, d->column);
		buf_lit(b, ": ");
	}
	buf_put(b, str_from(colour ? COLOURS[d->severity] : ""));
	buf_put(b, str_from(severity_name(d)));
	buf_put(b, str_from(colour ? "\033[0m" : ""));
	buf_lit(b, ": ");
	buf_put(b, d->message);
	buf_putc(b, '\n');
	put_indented(b, d->excerpt);
	if (d->hint.n) {
		buf_lit(b, "  ");
		buf_put(b, d->hint);
		buf_putc(b, '\n');
	}
}

void diagnostic_print_json(struct buf *b, const struct diagnostic *d)
{
	struct jwrite w = jwrite_on(b);
	jw_object(&w);
	jw_key(&w, S("severity"));
	jw_string(&w, str_from(severity_name(d)));
	jw_key(&w, S("file"));
	jw_string(&w, d->file);
	jw_key(&w, S("line"));
	jw_i64(&w, d->line);
	jw_key(&w, S("column"));
	jw_i64(&w, d->column);
	jw_key(&w, S("message"));
	jw_string(&w, d->message);
	jw_key(&w, S("hint"));
	jw_string(&w, d->hint);
	jw_key(&w, S("excerpt"));
	jw_string(&w, d->excerpt);
	jw_end_object(&w);
}
