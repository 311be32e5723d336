/*
 * app/options.h - settings → options of the pool and the engine, the same for a serving thread and
 * for a request in this process.
 */
#pragma once

#include "app/host.h"
#include "app/settings.h"
#include "exec/engine.h"
#include "exec/replicas.h"

/*
 * The pool of one of `workers` threads: pool.fast counts connections over all of them. Texts are
 * views of `s` and `conninfo`.
 */
struct pgpool_options options_pool(const struct settings *s, const char *conninfo, unsigned workers,
	const struct log *log);
/* Loop, pool, log and model are left to the caller. */
struct engine_options options_engine(const struct settings *s, const struct host *host);
/* Loop, log and pools are left to the caller. */
struct replicas_options options_replicas(const struct settings *s);
