/* options - settings → options of the modules that do the work. */
#include "app/options.h"

#include "ev/loop.h"
#include "sql/cursor.h"

static unsigned fast_connections(const struct settings *s, unsigned workers)
{
	unsigned all = (unsigned)settings_number(s, SETTING_POOL_FAST);
	if (all == 0)
		all = thread_cores();
	return MAX(1u, (all + workers - 1) / workers);
}

struct pgpool_options options_pool(const struct settings *s, const char *conninfo, unsigned workers,
	const struct log *log)
{
	struct pgpool_options o = pgpool_defaults();
	unsigned queue = (unsigned)settings_number(s, SETTING_POOL_QUEUE);
	o.conninfo = conninfo;
	o.application_name = "fraiseql";
	o.lanes[PGLANE_FAST].connections = fast_connections(s, workers);
	o.lanes[PGLANE_FAST].batch_max = (unsigned)settings_number(s, SETTING_POOL_BATCH);
	o.lanes[PGLANE_ISOLATED].connections = (unsigned)settings_number(s, SETTING_POOL_ISOLATED);
	o.lanes[PGLANE_SLOW].connections = (unsigned)settings_number(s, SETTING_POOL_SLOW);
	for (size_t i = 0; i < PGLANE_COUNT; i++)
		o.lanes[i].queue_max = queue;
	o.statement_timeout_ms = settings_number(s, SETTING_TIMEOUT_STATEMENT);
	o.connect_timeout_ms = settings_number(s, SETTING_TIMEOUT_CONNECT);
	o.unnamed_statements = settings_flag(s, SETTING_POOL_UNNAMED);
	o.plan_cache_mode = settings_text(s, SETTING_POOL_PLAN_CACHE_MODE);
	o.share = settings_flag(s, SETTING_POOL_SHARE);
	o.prepared_max = (unsigned)settings_number(s, SETTING_POOL_PREPARED);
	o.log = log;
	return o;
}

struct replicas_options options_replicas(const struct settings *s)
{
	str secret = str_from(settings_text(s, SETTING_CURSORS_SECRET));
	return (struct replicas_options){ .wait_ms = settings_number(s, SETTING_REPLICAS_WAIT),
		.lag_max_ms = settings_number(s, SETTING_REPLICAS_LAG),
		.seed = secret.n ? cursor_seed(secret) : CURSOR_SEED };
}

struct engine_options options_engine(const struct settings *s, const struct host *host)
{
	str secret = str_from(settings_text(s, SETTING_CURSORS_SECRET));
	return (struct engine_options){
		.documents_max = settings_number(s, SETTING_LIMITS_DOCUMENTS),
		.tokens_max = settings_number(s, SETTING_LIMITS_TOKENS),
		.depth_max = (unsigned)settings_number(s, SETTING_LIMITS_DEPTH),
		.fields_max = settings_number(s, SETTING_LIMITS_FIELDS),
		.request_bytes_max = settings_number(s, SETTING_LIMITS_REQUEST_MEMORY),
		.idempotency_keep_ms = settings_number(s, SETTING_IDEMPOTENCY_KEEP),
		.write_retries = (unsigned)settings_number(s, SETTING_WRITES_RETRIES),
		.slow_us = settings_number(s, SETTING_POOL_SLOW_AFTER) * 1000,
		.suggestions = settings_flag(s, SETTING_ERRORS_SUGGESTIONS),
		.debug = settings_flag(s, SETTING_ERRORS_DEBUG),
		.change_context = settings_flag(s, SETTING_CHANGE_LOG_CONTEXT),
		.cursor_seed = secret.n ? cursor_seed(secret) : CURSOR_SEED,
		/* the choices stand in the same order */
		.introspection =
			(enum introspection_policy)settings_number(s, SETTING_INTROSPECTION),
		.resolvers = host ? &host->resolvers : NULL,
		.resolver_timeout_ms = settings_number(s, SETTING_TIMEOUT_RESOLVER),
		.anonymous_role = settings_text(s, SETTING_AUTH_ANONYMOUS_ROLE),
	};
}
