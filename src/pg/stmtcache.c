/*
 * stmtcache - the prepared statements of one connection, least recently used first out.
 *
 * Slots live in one array that never moves; a slot is in a hash chain and in the list of use, or in
 * the free list (linked by `chain`). A name at the server carries a serial number, so a name that
 * could not be deallocated (its batch was aborted) never clashes with a later one.
 */
#include "pg/stmtcache.h"

#include "base/arena.h"

#include <stdio.h>

enum { BYTES_EACH = 2048 };

static uint32_t head_of(const struct stmtcache *c, uint64_t key)
{
	return (uint32_t)((key * 0x9e3779b97f4a7c15u) >> 32) & (c->nheads - 1);
}

void stmtcache_init(struct stmtcache *c, unsigned cap)
{
	*c = (struct stmtcache){ .cap = cap ? cap : 1, .nheads = 16 };
	c->bytes_max = (size_t)c->cap * BYTES_EACH;
	while (c->nheads < c->cap)
		c->nheads *= 2;
	c->slots = mem_alloc(c->cap * sizeof *c->slots);
	c->heads = mem_alloc(c->nheads * sizeof *c->heads);
	stmtcache_clear(c);
}

void stmtcache_fini(struct stmtcache *c)
{
	mem_free(c->slots);
	mem_free(c->heads);
}

void stmtcache_clear(struct stmtcache *c)
{
	for (uint32_t i = 0; i < c->nheads; i++)
		c->heads[i] = STMT_NONE;
	for (uint32_t i = 0; i < c->cap; i++)
		c->slots[i] = (struct pgprep){ .chain = i + 1 < c->cap ? i + 1 : STMT_NONE };
	c->oldest = c->newest = STMT_NONE;
	c->free = 0;
	c->n = 0;
	c->bytes = 0;
}

static void unlink_use(struct stmtcache *c, uint32_t slot)
{
	struct pgprep *s = &c->slots[slot];
	if (s->older == STMT_NONE)
		c->oldest = s->newer;
	else
		c->slots[s->older].newer = s->newer;
	if (s->newer == STMT_NONE)
		c->newest = s->older;
	else
		c->slots[s->newer].older = s->older;
}

static void link_newest(struct stmtcache *c, uint32_t slot)
{
	struct pgprep *s = &c->slots[slot];
	s->older = c->newest;
	s->newer = STMT_NONE;
	if (c->newest == STMT_NONE)
		c->oldest = slot;
	else
		c->slots[c->newest].newer = slot;
	c->newest = slot;
}

uint32_t stmtcache_find(struct stmtcache *c, uint64_t key)
{
	uint32_t at = c->heads[head_of(c, key)];
	while (at != STMT_NONE && c->slots[at].key != key)
		at = c->slots[at].chain;
	if (at != STMT_NONE && at != c->newest) {
		unlink_use(c, at);
		link_newest(c, at);
	}
	return at;
}

static void release(struct stmtcache *c, uint32_t slot)
{
	uint32_t *at = &c->heads[head_of(c, c->slots[slot].key)];
	while (*at != slot)
		at = &c->slots[*at].chain;
	*at = c->slots[slot].chain;
	unlink_use(c, slot);
	c->bytes -= c->slots[slot].bytes;
	c->slots[slot] = (struct pgprep){ .chain = c->free };
	c->free = slot;
	c->n--;
}

uint32_t stmtcache_add(struct stmtcache *c, uint64_t key, size_t bytes, struct pgprep *evicted,
	bool *has_evicted)
{
	*has_evicted = c->free == STMT_NONE;
	if (*has_evicted) {
		*evicted = c->slots[c->oldest];
		release(c, c->oldest);
	}
	uint32_t slot = c->free;
	c->free = c->slots[slot].chain;
	uint32_t *head = &c->heads[head_of(c, key)];
	c->slots[slot] = (struct pgprep){ .key = key, .serial = ++c->serial, .chain = *head };
	c->slots[slot].bytes = (uint32_t)MIN(bytes, (size_t)UINT32_MAX);
	c->bytes += c->slots[slot].bytes;
	*head = slot;
	link_newest(c, slot);
	c->n++;
	return slot;
}

bool stmtcache_shrink(struct stmtcache *c, struct pgprep *evicted)
{
	if (c->bytes <= c->bytes_max || c->oldest == c->newest)
		return false;
	*evicted = c->slots[c->oldest];
	release(c, c->oldest);
	return true;
}

void stmtcache_drop(struct stmtcache *c, uint32_t slot, uint32_t serial)
{
	if (slot != STMT_NONE && c->slots[slot].serial == serial && serial != 0)
		release(c, slot);
}

void stmtcache_name(const struct pgprep *s, char out[STMT_NAME_MAX])
{
	snprintf(out, STMT_NAME_MAX, "fq_%llx_%x", (unsigned long long)s->key, s->serial);
}
