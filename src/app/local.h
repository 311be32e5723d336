/*
 * app/local.h - a project without a server: its database, its schema, and single requests answered
 * in this process. For the command line and the public API. All calls block; one thread at a time.
 */
#pragma once

#include "app/host.h"
#include "app/project.h"
#include "exec/engine.h"

struct local;

/*
 * Finds the project's database: the one that the settings name, or with `private_database` the
 * project's own PostgreSQL with db/ applied, started now and stopped by local_close, or shared with
 * a `fraiseql dev` that is running. `s` and `log` must outlive it. Fails: ERR_CONFIG (no database;
 * an error in a file of db/, with its place), ERR_UNAVAILABLE, ERR_IO.
 */
MUST_USE bool local_open(const struct settings *s, const struct log *log, bool private_database,
	struct local **out, struct err *e);
/* For libpq. Lives as long as `l`. */
const char *local_conninfo(const struct local *l);
/*
 * Compiles the project's schema; the model becomes the one that requests are answered with. As
 * project_compile: true with out->model NULL when the schema has problems.
 */
MUST_USE bool local_compile(struct local *l, struct arena *a, struct compiled *out, struct err *e);
/* The last model that compiled, or NULL. */
const struct model *local_model(const struct local *l);

/* Resolvers and the like, before local_compile; `host` must outlive `l`. */
void local_set_host(struct local *l, const struct host *host);

struct local_request {
	str query;
	str operation;                   /* empty = none */
	str variables;                   /* JSON object text, or empty */
	const struct identity *identity; /* NULL: anonymous */
};
/*
 * Answers one operation; the response's texts are on `a`. After local_compile. Errors of GraphQL
 * are in the response. Fails: ERR_CONFIG (unusable settings of the pool).
 */
MUST_USE bool local_execute(struct local *l, struct arena *a, const struct local_request *r,
	struct exec_response *out, struct err *e);
/* NULL is allowed. */
void local_close(struct local *l);
