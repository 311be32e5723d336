/* pattern - the owner of PCRE2. */
#include "schema/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum { STEPS_MAX = 200000, DEPTH_MAX = 1000, HEAP_KB_MAX = 2048, MESSAGE_MAX = 200 };

struct pattern {
	pcre2_code *code;
	pcre2_match_context *limits;
};

static void pattern_free(void *arg)
{
	struct pattern *p = arg;
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
}

bool pattern_compile(struct arena *a, str text, const struct pattern **out, struct err *e)
{
	int error = 0;
	size_t at = 0;
	struct pattern *p = arena_new(a, struct pattern);
	p->code = pcre2_compile((PCRE2_SPTR)text.p, text.n,
		PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (!p->code) {
		char message[MESSAGE_MAX];
		pcre2_get_error_message(error, (PCRE2_UCHAR *)message, sizeof message);
		err_set(e, ERR_SCHEMA, "%s", message);
		e->column = (uint32_t)at + 1;
		return false;
	}
	p->limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(p->limits, STEPS_MAX);
	pcre2_set_depth_limit(p->limits, DEPTH_MAX);
	pcre2_set_heap_limit(p->limits, HEAP_KB_MAX);
	arena_defer(a, pattern_free, p);
	*out = p;
	return true;
}

enum pattern_verdict pattern_match(const struct pattern *p, str text)
{
	pcre2_match_data *found = pcre2_match_data_create(1, NULL);
	int rc = pcre2_match(p->code, (PCRE2_SPTR)(text.p ? text.p : ""), text.n, 0, 0, found,
		p->limits);
	pcre2_match_data_free(found);
	if (rc >= 0)
		return PATTERN_FITS;
	return rc == PCRE2_ERROR_NOMATCH ? PATTERN_DIFFERS : PATTERN_LIMIT;
}
