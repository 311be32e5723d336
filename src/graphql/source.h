/*
 * graphql/source.h - where a document came from, and positions in it.
 */
#pragma once

#include "base/err.h"
#include "base/vec.h"

#include <stdarg.h>

/* A text with a name for messages. Line and column are computed only when somebody asks. */
struct source {
	str name; /* "GraphQL request" or a file's path */
	str text; /* valid UTF-8 or the lexer says where not; a leading BOM is part of it */
};

struct location {
	uint32_t line, column; /* from 1; columns count UTF-16 units, as the reference does */
};

/* The position of byte `offset`. Lines end with LF, CR or CRLF. Spec: §2.1.2 */
struct location source_location(const struct source *s, uint32_t offset);

/*
 * An error about a document: a message and the offsets of the nodes that it is about. `source`
 * tells which text each offset belongs to (documents of several files). Path is set by execution
 * and coercion, empty else.
 */
struct gql_error {
	enum err_code code;
	str message;
	struct gql_place {
		const struct source *source;
		uint32_t at;
	} *places;
	size_t nplaces;
	str path;       /* JSON text of the response path, e.g. ["a",0]; empty = none */
	str printed;    /* the whole error as JSON, made before; empty = made of the rest */
	str extensions; /* JSON members to put after "code", e.g. "hint":"…"; empty = none */
};

/* Errors in the order found; adding stops being recorded after `max` (0 = no limit). */
struct gql_errors {
	VEC(struct gql_error);
	struct arena *arena;
	size_t max;
	bool full; /* `max` was reached and something was dropped */
};

/* Adds an error without a place; the message is formatted into the arena. */
struct gql_error *gql_error_add(struct gql_errors *l, enum err_code code, const char *fmt, ...)
	PRINTF(3, 4);
struct gql_error *gql_error_addv(struct gql_errors *l, enum err_code code, const char *fmt,
	va_list args) PRINTF(3, 0);
enum { GQL_PLACES_MAX = 128 }; /* of one error; further ones are dropped */
/* Adds a place to an error that gql_error_add returned. */
void gql_error_at(struct gql_errors *l, struct gql_error *e, const struct source *s, uint32_t at);
