/* sqlstate - one table from SQLSTATE to error code. */
#include "pg/sqlstate.h"

#include "base/utf8.h"

#include <stdio.h>

static const struct {
	str sqlstate;
	enum err_code code;
} SQLSTATES[] = {
#define X(state, name, doc) { STR_INIT(state), ERR_##name },
#include "pg/sqlstate.def"
#undef X
};

/* Quotation marks as PostgreSQL's translations use them. */
static const str MARKS[] = {
	STR_INIT("\""),
	STR_INIT("«"),
	STR_INIT("»"),
	STR_INIT("„"),
	STR_INIT("“"),
	STR_INIT("”"),
	STR_INIT("「"),
	STR_INIT("」"),
};

static unsigned count_marks(str s)
{
	unsigned n = 0;
	for (size_t i = 0; i < s.n; i++)
		for (size_t m = 0; m < COUNT(MARKS); m++)
			n += str_starts(str_sub(s, i, s.n), MARKS[m]);
	return n;
}

enum err_code pgerr_code(str sqlstate, str message)
{
	enum { TWO_NAMES = 4 };
	if (str_eq(sqlstate, S("23503")))
		return count_marks(message) > TWO_NAMES ? ERR_CONFLICT : ERR_BAD_INPUT;
	for (size_t i = 0; i < COUNT(SQLSTATES); i++)
		if (str_starts(sqlstate, SQLSTATES[i].sqlstate))
			return SQLSTATES[i].code;
	return ERR_INTERNAL;
}

/* A line that begins with a tab goes on, or says more about the same; others are about another
 * address that was tried. */
static str separator(str line, str before)
{
	bool goes_on = str_starts(line, S("\t"));
	if (!goes_on)
		return S("; ");
	bool sentence = line.n > 1 && line.p[1] >= 'A' && line.p[1] <= 'Z';
	return sentence && !str_ends(before, S(".")) ? S(". ") : S(" ");
}

str pgerr_line(char *out, size_t size, const char *message)
{
	str rest = str_trim(str_from(message)), before = STR_NONE;
	size_t n = 0;
	while (rest.n > 0) {
		str line = str_split(&rest, '\n');
		str between = before.n ? separator(line, before) : STR_NONE;
		before = str_trim(line);
		int more =
			snprintf(out + n, size - n, "%.*s%.*s", STR_ARG(between), STR_ARG(before));
		n += MIN((size_t)MAX(more, 0), size - n - 1);
	}
	return (str){ out, utf8_valid((str){ out, n }) };
}
