/* auth - puts keys, verification, the cache and the waiting together. */
#include "auth/auth.h"

#include "auth/jose_int.h"
#include "auth/token_cache.h"

enum { RETRY_S = 5 }; /* least time between fetches while there are no keys at all */

struct auth {
	struct jose jose;
	struct auth_options o;
	struct keyset *keys;
	struct token_cache *cache;
	struct arena *scratch;
	struct auth_waiter *first;
	bool fetching, has_fetched;
	uint64_t fetched_s; /* when the last fetch began */
	struct auth_stats stats;
};

/* ---- open and close ---- */

static bool fixed_keys(struct auth *a, struct err *e)
{
	unsigned allowed = a->o.rules.algorithms;
	if (a->o.secret.n && !keyset_add_secret(a->keys, a->o.secret, e))
		return false;
	if (a->o.pem.n && !keyset_add_pem(a->keys, a->o.pem, e))
		return false;
	return a->o.fetch || (keyset_algorithms(a->keys) & allowed) ||
		err_set(e, ERR_CONFIG,
			"none of the allowed algorithms (%.*s) fits the key, which is good for: %.*s",
			STR_ARG(jws_alg_list(a->scratch, allowed)),
			STR_ARG(jws_alg_list(a->scratch, keyset_algorithms(a->keys))));
}

bool auth_open(const struct auth_options *o, struct auth **out, struct err *e)
{
	struct jose jose;
	if (!jose_open(&jose, e))
		return false;
	if (jose.r_global_init() != RHN_OK)
		return err_set(e, ERR_INTERNAL, "librhonabwy could not be initialised");
	struct auth *a = mem_new(struct auth);
	*a = (struct auth){ .jose = jose, .o = *o, .keys = keyset_new(e) };
	a->cache = token_cache_open(o->cache_max);
	a->scratch = arena_open(0);
	if (a->keys && fixed_keys(a, e)) {
		*out = a;
		return true;
	}
	auth_close(a);
	return false;
}

void auth_close(struct auth *a)
{
	if (!a)
		return;
	keyset_free(a->keys);
	token_cache_close(a->cache);
	arena_close(a->scratch);
	a->jose.r_global_close();
	mem_free(a);
}

/* ---- waiting for keys ---- */

void auth_wait(struct auth *a, struct auth_waiter *w)
{
	w->prev = NULL;
	w->next = a->first;
	if (a->first)
		a->first->prev = w;
	a->first = w;
	w->waiting = true;
}

void auth_unwait(struct auth *a, struct auth_waiter *w)
{
	if (!w->waiting)
		return;
	if (w->prev)
		w->prev->next = w->next;
	else
		a->first = w->next;
	if (w->next)
		w->next->prev = w->prev;
	w->waiting = false;
}

static void end_fetch(struct auth *a)
{
	a->fetching = false;
	while (a->first) {
		struct auth_waiter *w = a->first;
		auth_unwait(a, w);
		w->fn(w);
	}
}

bool auth_keys_put(struct auth *a, str json, struct err *e)
{
	struct keyset *keys = keyset_new(e);
	if (!keys || !keyset_add_jwks(keys, json, a->o.secrets, e)) {
		keyset_free(keys);
		end_fetch(a);
		return false;
	}
	keyset_free(a->keys);
	a->keys = keys;
	token_cache_clear(a->cache);
	end_fetch(a);
	return true;
}

void auth_keys_failed(struct auth *a)
{
	end_fetch(a);
}

void auth_refresh(struct auth *a, uint64_t now_s)
{
	if (a->fetching || !a->o.fetch)
		return;
	a->fetching = true;
	a->has_fetched = true;
	a->fetched_s = now_s;
	a->stats.fetches++;
	a->o.fetch(a->o.fetch_arg);
}

static bool may_fetch(const struct auth *a, uint64_t now_s)
{
	unsigned pause_s = keyset_size(a->keys) ? a->o.refetch_s : RETRY_S;
	return a->o.fetch && (!a->has_fetched || now_s >= a->fetched_s + pause_s);
}

/* ---- tokens ---- */

bool auth_bearer(str header, str *token, struct err *e)
{
	str rest = str_trim(header), scheme = str_split(&rest, ' ');
	*token = str_trim(rest);
	if (!str_eq_fold(scheme, S("Bearer")))
		return err_set(e, ERR_UNAUTHENTICATED,
			"The Authorization header must be: Bearer <token>.");
	return token->n > 0 || err_set(e, ERR_UNAUTHENTICATED, "The bearer token is empty.");
}

/* The token's key is not among ours. */
static enum auth_verdict unknown_key(struct auth *a, uint64_t now_s, bool *again, struct err *e)
{
	*again = false;
	if (!a->fetching && may_fetch(a, now_s)) {
		auth_refresh(a, now_s);
		*again = !a->fetching; /* the document was there at once */
	}
	if (a->fetching)
		return AUTH_WAIT;
	if (keyset_size(a->keys) == 0)
		err_set(e, ERR_UNAVAILABLE,
			"The keys that tokens are verified with can't be had at the moment.");
	return AUTH_REFUSED;
}

static enum auth_verdict verify(struct auth *a, str token, uint64_t now_s,
	const struct identity **out, struct err *e)
{
	struct identity *i = arena_new(a->scratch, struct identity);
	for (unsigned tries = 0;; tries++) {
		bool unknown, again;
		if (jwt_read(&a->o.rules, a->keys, token, now_s, a->scratch, i, &unknown, e))
			break;
		if (!unknown)
			return AUTH_REFUSED;
		enum auth_verdict v = unknown_key(a, now_s, &again, e);
		if (!again || tries > 0)
			return v;
	}
	a->stats.verified++;
	token_cache_add(a->cache, token, i);
	*out = i;
	return AUTH_KNOWN;
}

enum auth_verdict auth_check(struct auth *a, str token, uint64_t now_s, const struct identity **out,
	struct err *e)
{
	const struct identity *known = token_cache_find(a->cache, token, now_s);
	if (known) {
		a->stats.hits++;
		*out = known;
		return AUTH_KNOWN;
	}
	arena_reset(a->scratch);
	enum auth_verdict v = verify(a, token, now_s, out, e);
	a->stats.refused += v == AUTH_REFUSED;
	return v;
}

struct auth_stats auth_stats(const struct auth *a)
{
	struct auth_stats s = a->stats;
	s.cached = token_cache_size(a->cache);
	s.keys = keyset_size(a->keys);
	return s;
}
