/* token_cache - two maps on two arenas. The whole token is compared, never a hash alone. */
#include "auth/token_cache.h"

#include "base/clock.h"
#include "base/map.h"

struct generation {
	struct arena *arena;
	struct map map; /* token → identity */
};

struct token_cache {
	struct generation young, old;
	size_t half;
	uint64_t seed;
};

static void reset(struct token_cache *c, struct generation *g)
{
	arena_reset(g->arena);
	g->map = map_on(g->arena, c->seed);
}

struct token_cache *token_cache_open(size_t max)
{
	struct token_cache *c = mem_new(struct token_cache);
	c->half = (max + 1) / 2;
	c->seed = random_u64();
	c->young.arena = arena_open(0);
	c->old.arena = arena_open(0);
	token_cache_clear(c);
	return c;
}

void token_cache_clear(struct token_cache *c)
{
	reset(c, &c->young);
	reset(c, &c->old);
}

static void add(struct token_cache *c, str token, const struct identity *i)
{
	const struct identity *kept = identity_copy(c->young.arena, i);
	map_set(&c->young.map, str_dup(c->young.arena, token), (void *)(uintptr_t)kept);
}

void token_cache_add(struct token_cache *c, str token, const struct identity *i)
{
	if (c->half == 0)
		return;
	if (c->young.map.n >= c->half) {
		struct generation old = c->old;
		c->old = c->young;
		c->young = old;
		reset(c, &c->young);
	}
	add(c, token, i);
}

const struct identity *token_cache_find(struct token_cache *c, str token, uint64_t now_s)
{
	const struct identity *i = map_find(&c->young.map, token);
	if (!i) {
		i = map_find(&c->old.map, token);
		if (i && i->expires_s > now_s && c->young.map.n < c->half)
			add(c, token, i);
	}
	return i && i->expires_s > now_s ? i : NULL;
}

size_t token_cache_size(const struct token_cache *c)
{
	return c->young.map.n + c->old.map.n;
}

void token_cache_close(struct token_cache *c)
{
	arena_close(c->young.arena);
	arena_close(c->old.arena);
	mem_free(c);
}
