/* pg/session.h - what a connection of ours is told at its start, and whether it was understood. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

#include <libpq-fe.h>

struct session_options {
	const char
		*conninfo; /* URI or key=value text; may be empty (then PG* of the environment) */
	const char *application_name;
	const char *plan_cache_mode;   /* NULL or "auto": the server's */
	uint64_t statement_timeout_ms; /* 0: the server's */
	unsigned connect_timeout_s;    /* for blocking connects, unless conninfo has one; 0: none */
	bool read_only;                /* transactions are, unless they say otherwise */
	bool bare;                     /* send no settings: a pooler would refuse or lose them */
};

/* For PQconnect(Start)Params with expand_dbname. */
struct session {
	const char *const *keywords, *const *values;
};

/* Both arrays on `a`. Fails: ERR_CONFIG. */
MUST_USE bool session_build(struct arena *a, const struct session_options *o, struct session *out,
	struct err *e);
/* Is the server one that we can work with, and did it take our settings? Fails: ERR_CONFIG. */
MUST_USE bool session_check(const PGconn *pg, struct err *e);
