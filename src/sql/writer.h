/*
 * sql/writer.h - writes SQL text. Values become parameters; there is no call that takes text of a
 * request.
 *
 * Several writers can share one list of parameters, so that parts of a statement may be written
 * before it is known where they go. Numbers of parameters ($1 …) are given in the order in which
 * they are made.
 */
#pragma once

#include "base/buf.h"
#include "sql/param.h"

struct sql {
	struct buf text;
	struct params *params;
	struct arena *arena;
};

struct sql sql_on(struct arena *a, struct params *params);
/* A literal of the program. */
#define sql_lit(w, literal) sql_put_program((w), "" literal)
void sql_put_program(struct sql *w, const char *text);
/* SQL text that the catalog gave: qualified relation names, type names. */
void sql_catalog(struct sql *w, str text);
/* A relation that is read. */
void sql_relation(struct sql *w, const struct cat_relation *r);
/* An identifier of the catalog or the schema, quoted. */
void sql_ident(struct sql *w, str name);
/* A name of the schema (a JSON key) as a string constant. */
void sql_quoted(struct sql *w, str name);
/* An alias: t0, t1 … */
void sql_alias(struct sql *w, uint32_t number);
void sql_number(struct sql *w, uint64_t number);
/* $n::cast; `cast` is catalog text. Equal parameters are not merged. */
void sql_param(struct sql *w, const struct param *p, str cast);
/* The parameter of that number again. */
void sql_param_again(struct sql *w, uint32_t number, str cast);
/* What another writer with the same parameters has written. */
void sql_append(struct sql *w, const struct sql *part);
