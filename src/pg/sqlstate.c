/* sqlstate - one table from SQLSTATE to error code. */
#include "pg/sqlstate.h"

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
