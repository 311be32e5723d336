/*
 * session - what every connection of ours is told at its start, and whether it was understood.
 *
 * The settings travel in the startup packet's `options`, so they cost no round trip and belong to
 * the session itself. Results are read in fixed text forms, so those come behind what the user's
 * own `options` say; the time zone comes before, because it is the user's to choose. PgBouncer in
 * transaction mode does not pass session settings on; with unnamed_statements none are sent, and
 * the role or database must have them (ALTER ROLE … SET), which session_check verifies for those
 * that the server reports.
 */
#include "pg/pool_int.h"

#include "base/arena.h"
#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { SERVER_VERSION_MIN = 150000 };

static const char FIXED[] = " -c DateStyle=ISO -c IntervalStyle=iso_8601 -c bytea_output=hex"
			    " -c extra_float_digits=1 -c standard_conforming_strings=on";

static const struct {
	const char *name, *want;
	bool prefix;
} REPORTED[] = {
	{ "client_encoding", "UTF8", false },
	{ "DateStyle", "ISO", true },
	{ "IntervalStyle", "iso_8601", false },
	{ "standard_conforming_strings", "on", false },
};

/* The user's `options`, from the connection text or the environment; NULL on a malformed text. */
static bool user_options(struct arena *a, const char *conninfo, const char **out, struct err *e)
{
	char *why = NULL;
	PQconninfoOption *list = PQconninfoParse(conninfo, &why);
	if (!list) {
		err_set(e, ERR_CONFIG, "database connection: %s", why ? why : "out of memory");
		PQfreemem(why);
		return false;
	}
	const char *env = getenv("PGOPTIONS");
	*out = env ? env : "";
	for (PQconninfoOption *o = list; o->keyword; o++)
		if (strcmp(o->keyword, "options") == 0 && o->val)
			*out = o->val;
	*out = str_z(a, str_from(*out));
	PQconninfoFree(list);
	return true;
}

bool session_init(struct pgpool *p, const struct pgpool_options *o, struct err *e)
{
	enum { KEYS = 6 };
	const char *conninfo = str_z(p->arena, str_from(o->conninfo));
	const char *own;
	if (!user_options(p->arena, conninfo, &own, e))
		return false;
	struct buf options = buf_on(p->arena);
	buf_printf(&options, "-c TimeZone=UTC %s%s", own, FIXED);
	buf_printf(&options, " -c statement_timeout=%llu", (unsigned long long)p->timeout_ms);
	if (o->plan_cache_mode && strcmp(o->plan_cache_mode, "auto") != 0)
		buf_printf(&options, " -c plan_cache_mode=%s", o->plan_cache_mode);
	const char **keys = arena_array(p->arena, const char *, KEYS);
	const char **values = arena_array(p->arena, const char *, KEYS);
	size_t n = 0;
	keys[n] = "dbname", values[n++] = conninfo;
	keys[n] = "client_encoding", values[n++] = "UTF8";
	keys[n] = "fallback_application_name";
	values[n++] = str_z(p->arena,
		o->application_name ? str_from(o->application_name) : S("fraiseql"));
	if (!p->unnamed)
		keys[n] = "options", values[n++] = str_z(p->arena, buf_str(&options));
	p->keywords = keys;
	p->values = values;
	return true;
}

bool session_check(const struct pgpool *p, const PGconn *pg, struct err *e)
{
	int version = PQserverVersion(pg);
	if (version < SERVER_VERSION_MIN)
		return err_set(e, ERR_CONFIG,
			"PostgreSQL 15 or later is needed, the server is %d.%d", version / 10000,
			version % 10000);
	for (size_t i = 0; i < COUNT(REPORTED); i++) {
		const char *got = PQparameterStatus(pg, REPORTED[i].name), *want = REPORTED[i].want;
		if (got &&
			(REPORTED[i].prefix ? strncmp(got, want, strlen(want))
					    : strcmp(got, want)) == 0)
			continue;
		return err_set(e, ERR_CONFIG,
			"the session has %s = %s instead of %s; behind a connection pooler use "
			"ALTER ROLE %s SET %s = '%s'",
			REPORTED[i].name, got ? got : "(unknown)", want, PQuser(pg),
			REPORTED[i].name, want);
	}
	UNUSED(p);
	return true;
}
