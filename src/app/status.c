/*
 * status - outcomes → HTTP statuses and media types.
 *
 * An executed request is 200 (in the draft 294 when there are errors, too). When the database can't
 * be reached or has no capacity left, and nothing was answered, it is 503 in both ways, so that
 * whoever balances the load notices; the draft would have it be 294.
 */
#include "app/status.h"

enum { PARTIAL_SUCCESS = 294, UNPROCESSABLE = 422 };

/* Codes of requests that could be read, but not executed as they are. */
static bool is_unprocessable(enum err_code code)
{
	return code == ERR_VALIDATION || code == ERR_OPERATION || code == ERR_BAD_INPUT ||
		code == ERR_COST;
}

static int draft_response(const struct exec_response *r)
{
	if (r->outcome == EXEC_DATA)
		return r->code == ERR_NONE ? 200 : PARTIAL_SUCCESS;
	return is_unprocessable(r->code) ? UNPROCESSABLE : err_info(r->code)->http;
}

int status_response(enum statuses s, const struct exec_response *r, enum media media)
{
	if (r->unavailable)
		return 503;
	if (s == STATUSES_DRAFT)
		return draft_response(r);
	if (r->outcome == EXEC_DATA)
		return 200;
	bool well_formed =
		is_unprocessable(r->code) || r->code == ERR_SYNTAX || r->code == ERR_UNSUPPORTED;
	return media == MEDIA_JSON && well_formed ? 200 : err_info(r->code)->http;
}

int status_rejection(enum statuses s, enum err_code code, bool is_read)
{
	if (s == STATUSES_DRAFT && code == ERR_BAD_REQUEST && is_read)
		return UNPROCESSABLE;
	return err_info(code)->http;
}

enum media status_media(enum statuses s, int status, enum media accepted)
{
	bool success = status >= 200 && status < 300;
	return s == STATUSES_DRAFT && accepted == MEDIA_JSON && !success ? MEDIA_GRAPHQL : accepted;
}
