/*
 * app/server.h - the whole program running: database, model, workers, signals, reload.
 */
#pragma once

#include "app/host.h"
#include "app/settings.h"
#include "base/log.h"

enum server_mode {
	MODE_SERVE, /* production: refuses to start without a schema that compiles */
	MODE_DEV, /* private PostgreSQL without `database`, reload on change, the page, errors shown
		   */
};

enum server_end {
	END_STOPPED, /* a signal asked for it; everything was drained */
	END_FAILED,  /* it could not start */
	END_RESTART, /* development: fraiseql.yaml changed; start again with it */
};

/* The log as the settings want it. */
struct log server_log(const struct settings *s);
/* Defaults that the mode changes (graphiql, errors.debug). Settings given by the user stay. */
void server_mode_defaults(struct settings *s, enum server_mode mode);

struct server;
/*
 * `host`: the program that has the library inside, or NULL; must outlive the server.
 * Prepares everything: database, schema, workers and their listeners. In development a schema that
 * does not compile is reported in the log and answered with 503. Fails: ERR_CONFIG,
 * ERR_UNAVAILABLE, ERR_SCHEMA (its problems are on standard error), ERR_IO.
 */
MUST_USE bool server_open(const struct settings *s, enum server_mode mode, const struct host *host,
	struct server **out, struct err *e);
/* Starts the workers' threads and returns. */
void server_start(struct server *s);
/* The port that is listened on. */
unsigned server_port(const struct server *s);
/* Starts, and runs the control loop (signals, reload) until SIGTERM, SIGINT or END_RESTART. */
enum server_end server_wait(struct server *s);
/* Compiles anew; what does not compile leaves the old schema serving. Not beside server_wait. */
MUST_USE bool server_reload(struct server *s, struct err *e);
/* Lets running requests finish (timeout.drain), ends the threads, frees. NULL is allowed. */
void server_close(struct server *s);
/* All of it: for a program that is a server. END_FAILED comes with an error. */
enum server_end server_run(const struct settings *s, enum server_mode mode, struct err *e);
