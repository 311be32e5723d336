/*
 * sql/node.h - global ids: base64url text of a JSON array of texts, the type's name and the key's
 * parts. They carry no check: what one finds is what the client may read anyway.
 */
#pragma once

#include "sql/param.h"

enum { NODE_KEYS_MAX = 16 };

/* An id, read. */
struct node_id {
	str type;
	str keys[NODE_KEYS_MAX];
	size_t n;
};

/* False when the text is no id. Its texts are on the arena. */
bool node_id_read(struct arena *a, str text, struct node_id *out);
/* Puts the id's text, without quotes. */
void node_id_put(struct arena *a, struct buf *b, str type, const str *keys, size_t n);
/*
 * A number for the types that are among ids, each with how many keys: a text, or a list of texts.
 */
uint64_t node_types_hash(const struct gql_value *v, uint64_t seed);
/*
 * PARAM_NODE_KEY: key number p->key of ids of the type p->name, as text for one id, as an array
 * with null for ids of other types for a list. Fails when the list is longer than p->max.
 */
MUST_USE bool node_key_text(const struct param_env *env, const struct param *p,
	const struct gql_value *v, struct param_text *out, struct err *e);
