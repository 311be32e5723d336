/*
 * headers - fuzzes what reads the values of request headers: Accept, Content-Type, Accept-Encoding,
 * X-Forwarded-For. The type that is chosen must be one that the header wants; the client
 * that a proxy names must lie in the header.
 */
#include "http/negotiate.h"
#include "http/proxy.h"

#include "base/arena.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const TYPES[] = {
	[MEDIA_NONE] = "",
	[MEDIA_GRAPHQL] = "application/graphql-response+json",
	[MEDIA_JSON] = "application/json",
	[MEDIA_HTML] = "text/html",
};

static void check_chosen(str accept, enum media chosen)
{
	bool named;
	for (size_t i = MEDIA_GRAPHQL; i <= MEDIA_HTML; i++)
		assert(media_quality(accept, str_from(TYPES[i]), &named) <= 1000);
	if (str_trim(accept).n == 0)
		return;
	if (chosen == MEDIA_NONE) {
		assert(media_quality(accept, str_from(TYPES[MEDIA_GRAPHQL]), &named) == 0);
		assert(media_quality(accept, str_from(TYPES[MEDIA_JSON]), &named) == 0);
	} else {
		assert(media_quality(accept, str_from(TYPES[chosen]), &named) > 0);
	}
}

static void check_forwarded(str header)
{
	static const char *const OURS[] = { "10.0.0.0/8", "::1", NULL };
	struct nets nets;
	struct err e = { 0 };
	bool parsed = nets_parse(OURS, &nets, &e);
	assert(parsed);
	str client = forwarded_client(&nets, header);
	assert(client.n == 0 ||
		(client.p >= header.p && client.p + client.n <= header.p + header.n));
	/* It is one of the proxies only if the last address is one. */
	size_t last = header.n;
	while (last > 0 && header.p[last - 1] != ',')
		last--;
	if (nets_have(&nets, client))
		assert(nets_have(&nets, forwarded_client(&nets, str_sub(header, last, header.n))));
}

/* Networks are settings, not requests, but cost nothing to try. */
static void check_nets(struct arena *a, str s)
{
	const char *const list[] = { str_z(a, s), NULL };
	struct nets nets;
	struct err e = { 0 };
	if (nets_parse(list, &nets, &e))
		assert(nets.n == 1 && nets.at[0].bits <= 128);
	else
		assert(e.code != ERR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	str value = { (const char *)data, size };
	check_chosen(value, media_accepted(value));
	check_chosen(value, media_accepted_new(value));
	if (content_type_check(value, S("application/json")) == CONTENT_OK)
		assert(str_find_str(value, S("/")) < value.n);
	coding_accepted(value, S("gzip"));
	check_forwarded(value);
	check_nets(a, value);
	arena_close(a);
	return 0;
}
