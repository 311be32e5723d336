/* help_writes - the tables about mutations: forms of functions, statuses, SQLSTATEs. */
#include "cli/help.h"

#include "exec/status.h"

void help_functions_markdown(struct buf *b)
{
	static const struct {
		const char *side, *form, *what;
	} FORMS[] = {
#define X(side, form, what) { side, form, what },
#include "schema/call_form.def"
#undef X
	};
	buf_lit(b, "| a function that | form | what becomes of it |\n|---|---|---|\n");
	for (size_t i = 0; i < COUNT(FORMS); i++) {
		buf_printf(b, "| %s | %s | ", FORMS[i].side, FORMS[i].form);
		help_put_cell(b, FORMS[i].what);
		buf_lit(b, " |\n");
	}
}

void help_statuses_markdown(struct buf *b)
{
	buf_lit(b, "| status | side | code | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < STATUS_ROWS_COUNT; i++) {
		const struct status_row *r = &STATUS_ROWS[i];
		buf_printf(b, "| `%s`", r->word);
		if (r->prefix)
			buf_printf(b, ", `%s:…`", r->word);
		if (r->success)
			buf_lit(b, " | success | | ");
		else
			buf_printf(b, " | error | `%s` | ", err_info(r->code)->name);
		help_put_cell(b, r->doc);
		buf_lit(b, " |\n");
	}
	buf_printf(b, "| anything else | error | `%s` | %s |\n", err_info(ERR_MUTATION)->name,
		status_find(S("?"))->doc);
}

void help_sqlstates_markdown(struct buf *b)
{
	static const struct {
		const char *state;
		enum err_code code;
		const char *doc;
	} STATES[] = {
#define X(state, code, doc) { state, ERR_##code, doc },
#include "pg/sqlstate.def"
#undef X
	};
	buf_lit(b, "| SQLSTATE | code | what happened |\n|---|---|---|\n");
	for (size_t i = 0; i < COUNT(STATES); i++) {
		bool class = STATES[i].state[2] == '\0';
		buf_printf(b, "| `%s%s` | `%s` | ", STATES[i].state, class ? "…" : "",
			err_info(STATES[i].code)->name);
		help_put_cell(b, STATES[i].doc);
		buf_lit(b, " |\n");
	}
	buf_printf(b, "| any other | `%s` | %s |\n", err_info(ERR_INTERNAL)->name,
		err_info(ERR_INTERNAL)->text);
}
