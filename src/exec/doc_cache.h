/*
 * exec/doc_cache.h - documents that are parsed and validated, with their plans: what makes a known
 * query cheap.
 *
 * One cache per worker, bounded in documents and bytes, least recently used goes first. A prepared
 * document lives on one arena with its plans; requests hold a reference while they use it. A hit
 * parses nothing.
 */
#pragma once

#include "graphql/collect.h"
#include "graphql/parser.h"
#include "sql/plan.h"

struct plan_entry {
	uint64_t fingerprint;
	const struct plan *plan;
	uint64_t mean_us; /* what its statements usually take at the database; 0 = not known */
	struct plan_entry *next;
};

struct prepared {
	struct arena *arena;
	const struct model *model;
	str query, operation_name; /* the key; copies */
	uint64_t hash;
	struct source source; /* text is `query` */
	struct ast_document document;
	const struct map *fragments; /* of the document, by name */
	const struct ast_definition *operation;
	const struct gql_ref *const *types; /* of its variables */
	bool ruled;                         /* some argument has a rule: rules.h */
	struct plan_entry *plans;
	unsigned nplans;
	unsigned refs;
	size_t bytes; /* that it was counted with */
	bool cached;
	struct prepared *newer, *older, *bucket_next;
};

struct doc_limits {
	size_t tokens;
	unsigned depth;
	bool suggestions;
	size_t fields;     /* of an operation: plan_request.fields_max */
	size_t plan_bytes; /* memory of a plan */
};

struct doc_cache;

/* `max` documents at most. */
struct doc_cache *doc_cache_open(size_t max, const struct doc_limits *limits);
void doc_cache_close(struct doc_cache *c);
/* Drops all (a new schema); documents in use live until they are given back. */
void doc_cache_clear(struct doc_cache *c);
/*
 * The prepared document for the text, from the cache or made now, with a reference for the caller.
 * NULL with errors (on errors->arena) when it does not parse or fit the schema, or the operation
 * can't be told.
 */
struct prepared *doc_cache_take(struct doc_cache *c, const struct model *m, str query,
	str operation_name, struct gql_errors *errors);
void doc_cache_give(struct doc_cache *c, struct prepared *d);
/* The plan for these variables, from the document or made now. NULL with errors. */
const struct plan *prepared_plan(struct doc_cache *c, struct prepared *d,
	const struct gql_variables *vars, struct gql_errors *errors);
struct doc_cache_stats {
	uint64_t hits, misses, plans, evictions;
	size_t documents;
};
struct doc_cache_stats doc_cache_stats(const struct doc_cache *c);
