/*
 * map - open addressing over slot numbers; entries stand apart in insertion order.
 */
#include "base/map.h"

#include "base/arena.h"
#include "base/vec.h"

#include <string.h>

void *vec_push_bytes(struct arena *a, void **at, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t grown = *cap ? *cap * 2 : 4;
		*at = arena_grow(a, *at, *cap * size, arena_array_bytes(grown, size));
		*cap = grown;
	}
	void *slot = (char *)*at + *n * size;
	++*n;
	return memset(slot, 0, size);
}

struct map map_on(struct arena *a, uint64_t seed)
{
	return (struct map){ .arena = a, .seed = seed };
}

/* The slot that holds `key`, or the empty one where it belongs. */
static uint32_t *slot_for(const struct map *m, str key, uint64_t hash)
{
	size_t mask = m->slots_cap - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &m->slots[i];
		if (*slot == 0)
			return slot;
		const struct map_entry *e = &m->entries[*slot - 1];
		if (e->hash == hash && str_eq(e->key, key))
			return slot;
	}
}

static void grow(struct map *m)
{
	size_t cap = m->slots_cap ? m->slots_cap * 2 : 8;
	m->slots = arena_array(m->arena, uint32_t, cap);
	m->slots_cap = cap;
	for (size_t i = 0; i < m->n; i++)
		*slot_for(m, m->entries[i].key, m->entries[i].hash) = (uint32_t)(i + 1);
}

void *map_find(const struct map *m, str key)
{
	if (m->n == 0)
		return NULL;
	uint32_t slot = *slot_for(m, key, str_hash(key, m->seed));
	return slot ? m->entries[slot - 1].value : NULL;
}

static struct map_entry *entry_for(struct map *m, str key, bool *added)
{
	if ((m->n + 1) * 4 > m->slots_cap * 3)
		grow(m);
	uint64_t hash = str_hash(key, m->seed);
	uint32_t *slot = slot_for(m, key, hash);
	*added = *slot == 0;
	if (*added) {
		struct map_entry *e = vec_push_bytes(m->arena, (void **)(void *)&m->entries, &m->n,
			&m->entries_cap, sizeof *e);
		*e = (struct map_entry){ key, NULL, hash };
		*slot = (uint32_t)m->n;
	}
	return &m->entries[*slot - 1];
}

bool map_add(struct map *m, str key, void *value)
{
	bool added;
	struct map_entry *e = entry_for(m, key, &added);
	if (added)
		e->value = value;
	return added;
}

void map_set(struct map *m, str key, void *value)
{
	bool added;
	entry_for(m, key, &added)->value = value;
}
