/*
 * app/server.h - the whole program running: database, model, workers, signals, reload.
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"

enum server_mode {
	MODE_SERVE, /* production: refuses to start without a schema that compiles */
	MODE_DEV, /* private PostgreSQL without `database`, reload on change, the page, errors shown
		   */
};

enum server_end {
	END_STOPPED, /* a signal asked for it; everything was drained */
	END_FAILED,  /* it could not start; said why on standard error */
	END_RESTART, /* development: fraiseql.yaml changed; start again with it */
};

/* The log as the settings want it. */
struct log server_log(const struct settings *s);
/* Defaults that the mode changes (graphiql, errors.debug). Settings given by the user stay. */
void server_mode_defaults(struct settings *s, enum server_mode mode);
/* Runs until SIGTERM or SIGINT. */
enum server_end server_run(const struct settings *s, enum server_mode mode);
