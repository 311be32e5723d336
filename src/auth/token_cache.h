/*
 * auth/token_cache.h - identities of tokens that were verified before.
 *
 * Bounded: it holds two generations of at most half its size; when the younger is full the older is
 * forgotten and they change places. A hit in the older one is copied to the younger.
 */
#pragma once

#include "auth/identity.h"

struct token_cache;

/* `max` tokens; 0: it keeps nothing. */
struct token_cache *token_cache_open(size_t max);
/* NULL when it is not known or has expired; lives until the next call on the cache. */
const struct identity *token_cache_find(struct token_cache *c, str token, uint64_t now_s);
/* Keeps a copy of both. */
void token_cache_add(struct token_cache *c, str token, const struct identity *i);
/* Forgets all: the keys have changed. */
void token_cache_clear(struct token_cache *c);
size_t token_cache_size(const struct token_cache *c);
void token_cache_close(struct token_cache *c);
