/* status - whole words and prefixes only; the first row that fits wins. */
#include "exec/status.h"

const struct status_row STATUS_ROWS[] = {
	{ "ok", false, true, ERR_NONE, "Done." },
	{ "success", false, true, ERR_NONE, "Done." },
	{ "created", false, true, ERR_NONE, "The entity was created." },
	{ "updated", false, true, ERR_NONE, "The entity was changed." },
	{ "deleted", false, true, ERR_NONE, "The entity was removed." },
	{ "completed", false, true, ERR_NONE, "Done." },
	{ "new", false, true, ERR_NONE, "The entity was created." },
	{ "existing", false, true, ERR_NONE, "The entity was there already." },
	{ "synced", false, true, ERR_NONE, "Done." },
	{ "done", false, true, ERR_NONE, "Done." },
	{ "noop", true, true, ERR_NONE, "Nothing had to be changed." },
	{ "not_found", true, false, ERR_NOT_FOUND, "There is no such entity." },
	{ "unauthorized", true, false, ERR_UNAUTHENTICATED, "The caller is not known." },
	{ "forbidden", true, false, ERR_FORBIDDEN, "The caller may not do this." },
	{ "conflict", true, false, ERR_CONFLICT,
		"Stored data contradicts; metadata.conflict may carry the entity." },
	{ "duplicate", true, false, ERR_CONFLICT, "There is such an entity already." },
	{ "validation", true, false, ERR_BAD_INPUT,
		"The input is refused; metadata.errors says where and why." },
	{ "blocked", true, false, ERR_BLOCKED, "A rule of the application forbids it." },
	{ "timeout", true, false, ERR_TIMEOUT, "It took too long." },
	{ "failed", true, false, ERR_MUTATION, "It failed for another reason." },
};

const size_t STATUS_ROWS_COUNT = COUNT(STATUS_ROWS);

static bool fits(str status, str word, bool prefix)
{
	if (!str_starts(status, word))
		return false;
	return status.n == word.n || (prefix && status.p[word.n] == ':');
}

const struct status_row *status_find(str status)
{
	static const struct status_row UNKNOWN = { "", false, false, ERR_MUTATION,
		"The status is not known." };
	static const struct status_row NONE = { "", false, false, ERR_MUTATION,
		"The function gave no status." };
	if (status.n == 0)
		return &NONE;
	for (size_t i = 0; i < COUNT(STATUS_ROWS); i++)
		if (fits(status, str_from(STATUS_ROWS[i].word), STATUS_ROWS[i].prefix))
			return &STATUS_ROWS[i];
	return &UNKNOWN;
}

struct status_row status_of(const struct call *call, str status)
{
	for (size_t i = 0; i < call->nstatuses; i++) {
		const struct status_rule *r = &call->statuses[i];
		if (fits(status, r->match, true))
			return (struct status_row){ .success = r->code == ERR_NONE,
				.code = r->code,
				.doc = err_info(r->code)->text };
	}
	return *status_find(status);
}
