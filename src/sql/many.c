/*
 * many - a statement of one row for several sets of parameters.
 *
 *     select many.n, one.*
 *     from unnest($1::uuid[], $2::bigint[]) with ordinality many (p1, p2, n)
 *     cross join lateral (select … where id = many.p1::uuid and … limit 1) one
 *
 * Lookups that wait for the same connection become one statement by it. Its "limit 1" keeps the
 * inner select as it is, so PostgreSQL runs it by the generic plan that it has for a single set,
 * once for each. What a statement costs beside its plan is paid once: messages, a portal, the
 * executor's start.
 *
 * An item of an array is read by the input function of its type, as a parameter is. Only types that
 * are read in the same way whatever the database holds are taken.
 */
#include "sql/planner_int.h"

static const str TYPES[] = {
	STR_INIT("uuid"),
	STR_INIT("smallint"),
	STR_INIT("integer"),
	STR_INIT("bigint"),
	STR_INIT("int8"),
	STR_INIT("numeric"),
	STR_INIT("text"),
	STR_INIT("character varying"),
	STR_INIT("boolean"),
	STR_INIT("date"),
	STR_INIT("timestamp with time zone"),
	STR_INIT("timestamp without time zone"),
};

static bool is_taken(str type)
{
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_eq(TYPES[i], type))
			return true;
	return false;
}

/* The statement's text with many.pN for $N. What is quoted is left alone: our quotes are doubled
 * inside. */
static void put_inner(struct buf *b, str text)
{
	char quote = 0;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		if (c == '$' && !quote)
			buf_lit(b, "many.p");
		else
			buf_putc(b, c);
	}
}

void planner_many(struct planner *p, int statement)
{
	struct statement *s = &p->statements.at[statement];
	struct buf b = buf_on(p->arena);
	if (s->nparams == 0 || !s->shares || s->by_value)
		return;
	buf_lit(&b, "select many.n, one.* from unnest(");
	for (size_t i = 0; i < s->nparams; i++) {
		if (!is_taken(s->params[i].cast))
			return;
		buf_printf(&b, "%s$%zu::%.*s[]", i ? ", " : "", i + 1, STR_ARG(s->params[i].cast));
	}
	buf_lit(&b, ") with ordinality many (");
	for (size_t i = 0; i < s->nparams; i++)
		buf_printf(&b, "p%zu, ", i + 1);
	buf_lit(&b, "n) cross join lateral (");
	put_inner(&b, str_from(s->sql));
	buf_lit(&b, ") one");
	buf_putc(&b, '\0');
	s->many = b.p;
	s->many_key = str_hash(str_from(s->many), 0);
}
