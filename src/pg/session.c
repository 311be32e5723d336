/*
 * session - the startup packet of our connections, and a check of the answer.
 *
 * The settings travel in the startup packet's `options`, so they cost no round trip and belong to
 * the session itself. Results are read in fixed text forms, so those come behind what the user's
 * own `options` say; the time zone and JIT come before, because they are the user's to choose. JIT
 * is off: our statements have an expression for each relation, and to compile some hundred of them
 * takes seconds, where they run for milliseconds. PgBouncer in
 * transaction mode does not pass session settings on; with `bare` none are sent, and
 * the role or database must have them (ALTER ROLE … SET), which session_check verifies for those
 * that the server reports.
 */
#include "pg/session.h"

#include "pg/pool.h"

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
		str said = str_trim(str_from(why ? why : "out of memory"));
		err_set(e, ERR_CONFIG,
			"database: %.*s; write postgresql://USER@HOST/NAME, or host=… dbname=…",
			STR_ARG(said));
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

/* Of a list of hosts, all. An empty one is a Unix socket, as is a path or an abstract name. */
static bool are_local(str hosts)
{
	static const str NAMES[] = { STR_INIT("localhost"), STR_INIT("::1") };
	do {
		size_t n = str_find(hosts, ',');
		str host = str_sub(hosts, 0, n);
		bool local = host.n == 0 || host.p[0] == '/' || host.p[0] == '@' ||
			str_starts(host, S("127."));
		for (size_t i = 0; i < COUNT(NAMES); i++)
			local |= str_eq(host, NAMES[i]);
		if (!local)
			return false;
		hosts = str_sub(hosts, MIN(n + 1, hosts.n), hosts.n);
	} while (hosts.n);
	return true;
}

bool pgpool_is_local(const char *conninfo)
{
	PQconninfoOption *list = PQconninfoParse(conninfo, NULL);
	const char *host = getenv("PGHOST"), *address = getenv("PGHOSTADDR");
	for (PQconninfoOption *o = list; o && o->keyword; o++) {
		if (o->val && strcmp(o->keyword, "host") == 0)
			host = o->val;
		if (o->val && strcmp(o->keyword, "hostaddr") == 0)
			address = o->val;
	}
	bool local = are_local(str_from(address && address[0] ? address : host));
	PQconninfoFree(list);
	return local;
}

bool session_build(struct arena *a, const struct session_options *o, struct session *out,
	struct err *e)
{
	enum { KEYS = 8 };
	const char *conninfo = str_z(a, str_from(o->conninfo));
	const char *own;
	if (!user_options(a, conninfo, &own, e))
		return false;
	struct buf options = buf_on(a);
	buf_printf(&options, "-c TimeZone=UTC -c jit=off %s%s", own, FIXED);
	if (o->statement_timeout_ms)
		buf_printf(&options, " -c statement_timeout=%llu",
			(unsigned long long)o->statement_timeout_ms);
	if (o->plan_cache_mode && strcmp(o->plan_cache_mode, "auto") != 0)
		buf_printf(&options, " -c plan_cache_mode=%s", o->plan_cache_mode);
	if (o->read_only)
		buf_lit(&options, " -c default_transaction_read_only=on");
	const char **keys = arena_array(a, const char *, KEYS);
	const char **values = arena_array(a, const char *, KEYS);
	size_t n = 0;
	/* A later key wins over an earlier one. */
	if (o->connect_timeout_s) {
		keys[n] = "connect_timeout";
		values[n++] = str_printf(a, "%u", o->connect_timeout_s).p;
	}
	keys[n] = "dbname";
	values[n++] = conninfo;
	keys[n] = "client_encoding";
	values[n++] = "UTF8";
	keys[n] = "fallback_application_name";
	values[n++] = str_z(a, o->application_name ? str_from(o->application_name) : S("fraiseql"));
	if (!o->bare) {
		keys[n] = "options";
		values[n++] = str_z(a, buf_str(&options));
	}
	*out = (struct session){ keys, values };
	return true;
}

bool session_check(const PGconn *pg, struct err *e)
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
	return true;
}
