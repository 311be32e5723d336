/*
 * base/map.h - a hash map from slices to pointers, seeded against collision attacks.
 *
 * Keys are views and must outlive the map. Order of insertion is kept: iterate over entries[0..n).
 * There is no removal. A map lives on an arena and is never freed by itself.
 */
#pragma once

#include "base/str.h"

struct map_entry {
	str key;
	void *value;
	uint64_t hash;
};

struct map {
	struct arena *arena;
	struct map_entry *entries;
	uint32_t *slots; /* entry number + 1; 0 is empty */
	size_t n, entries_cap, slots_cap;
	uint64_t seed;
};

/* An empty map on `a`. `seed` should be random when keys come from requests. */
struct map map_on(struct arena *a, uint64_t seed);
/* The value stored under `key`, or NULL. */
void *map_find(const struct map *m, str key);
/* Stores and returns true, or returns false and changes nothing when the key is there already. */
bool map_add(struct map *m, str key, void *value);
/* Stores, replacing an earlier value. */
void map_set(struct map *m, str key, void *value);
