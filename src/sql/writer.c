/*
 * writer - the only place where SQL text is put together. Quoting is here and nowhere else.
 */
#include "sql/writer.h"

struct sql sql_on(struct arena *a, struct params *params)
{
	return (struct sql){ .text = buf_on(a), .params = params, .arena = a };
}

void sql_put_program(struct sql *w, const char *text)
{
	buf_put(&w->text, str_from(text));
}

void sql_catalog(struct sql *w, str text)
{
	buf_put(&w->text, text);
}

void sql_relation(struct sql *w, const struct cat_relation *r)
{
	w->params->varies |= r->varies;
	sql_catalog(w, r->sql);
}

static void put_doubling(struct buf *b, str s, char quote)
{
	buf_putc(b, quote);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote)
			buf_putc(b, quote);
		buf_putc(b, s.p[i]);
	}
	buf_putc(b, quote);
}

void sql_ident(struct sql *w, str name)
{
	put_doubling(&w->text, name, '"');
}

/* The E'' form is used for backslashes, so that standard_conforming_strings does not matter. */
void sql_quoted(struct sql *w, str name)
{
	if (str_find(name, '\\') == name.n) {
		put_doubling(&w->text, name, '\'');
		return;
	}
	buf_lit(&w->text, "E'");
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '\\' || name.p[i] == '\'')
			buf_putc(&w->text, name.p[i]);
		buf_putc(&w->text, name.p[i]);
	}
	buf_putc(&w->text, '\'');
}

void sql_alias(struct sql *w, uint32_t number)
{
	buf_putc(&w->text, 't');
	buf_put_u64(&w->text, number);
}

void sql_number(struct sql *w, uint64_t number)
{
	buf_put_u64(&w->text, number);
}

void sql_param(struct sql *w, const struct param *p, str cast)
{
	struct param *own = vec_push(w->arena, w->params);
	*own = *p;
	own->cast = cast;
	sql_param_again(w, (uint32_t)w->params->n, cast);
}

void sql_param_again(struct sql *w, uint32_t number, str cast)
{
	buf_putc(&w->text, '$');
	buf_put_u64(&w->text, number);
	buf_lit(&w->text, "::");
	buf_put(&w->text, cast);
}

void sql_append(struct sql *w, const struct sql *part)
{
	buf_put(&w->text, buf_str(&part->text));
}
