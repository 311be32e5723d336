/*
 * app/upkeep.h - what a server does by itself, now and then, in the database: steps of sagas that
 * are due, partitions of the change log.
 *
 * One worker of a server does it, on its own pool; any number of servers may, since each piece of
 * work is locked in the database by who does it.
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"

struct engine;
struct loop;
struct pgpool;
struct upkeep;

struct upkeep_options {
	struct loop *loop;
	struct pgpool *pool;
	const struct engine *engine; /* whose schema tells what the database has */
	const struct settings *settings;
	const struct log *log;
};

/* Begins. All in `o` must outlive it, the pool only until upkeep_stop. */
struct upkeep *upkeep_open(const struct upkeep_options *o);
/* Nothing new is begun. */
void upkeep_stop(struct upkeep *u);
/* After the pool was closed. NULL is allowed. */
void upkeep_close(struct upkeep *u);
