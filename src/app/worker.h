/*
 * app/worker.h - one serving thread: a loop with an HTTP server, a pool and an engine of its own.
 * Workers share the compiled model and nothing else.
 */
#pragma once

#include "app/host.h"
#include "app/identify.h"
#include "app/settings.h"
#include "base/log.h"
#include "exec/engine.h"
#include "exec/replicas.h"
#include "http/assets.h"
#include "http/server.h"

#include <pthread.h>

struct worker_shared { /* by all workers of a server; the text is guarded by the mutex */
	const struct settings *settings;
	const struct log *log;
	const char *conninfo;
	const struct host *host; /* NULL: the program runs alone */
	bool dev;
	pthread_mutex_t mutex;
	str dev_status; /* JSON for /_dev/status */
	struct arena *status_arena;
};

struct worker {
	struct worker_shared *shared;
	struct loop *loop;
	struct pgpool *pool;
	struct pgpool **replica_pools; /* NULL: there are no replicas */
	size_t nreplicas;
	struct replicas *replicas;
	struct engine *engine;
	struct identify *identify; /* NULL: every request is anonymous */
	struct upkeep *upkeep;     /* of the first worker; NULL for others */
	struct http_server *http;
	struct http_route routes[8];
	struct assets pages;
	struct thread *thread;
	struct wake *wake;
	struct timer *drain_timer;
	uint64_t drain_until_us;
	unsigned number;
	/* the mailbox; guarded by `mutex` */
	pthread_mutex_t mutex;
	const struct model *next_model; /* to be swapped in; a reference of its own */
	bool stop;
};

/*
 * Opens loop, pool, engine and listener, without running. `port` 0 takes any. Takes a reference to
 * the model (NULL: serves 503 until one is sent). Fails: ERR_CONFIG, ERR_IO.
 */
MUST_USE bool worker_open(struct worker_shared *shared, unsigned number, unsigned workers,
	unsigned port, const struct model *m, struct worker **out, struct err *e);
/* Runs the loop in a thread of its own. */
void worker_start(struct worker *w);
/* Sends a new model; from any thread. */
void worker_send_model(struct worker *w, const struct model *m);
/* Asks for a graceful stop; from any thread. */
void worker_stop(struct worker *w);
/* Waits for the thread and frees. */
void worker_join(struct worker *w);
