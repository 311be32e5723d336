/*
 * idempotency - keys, the statements around a unit, and what was answered before.
 *
 * The scope of a key is who sends it: two users with one key do not meet. Two requests are the same
 * when their query, operation name and variables are the same bytes. Expired keys are removed now
 * and then, behind a request that carries one.
 */
#include "exec/idempotency.h"

#include "base/json.h"
#include "ev/loop.h"
#include "exec/failure.h"

enum { KEY_MAX = 255, CLEAN_EVERY_US = 60000000 };

struct idempotency {
	struct pgparam claim[5], store[5], find[3];
	struct pgstmt stored, found;
	struct replay replay;
	replay_fn *done;
	char keep_ms[24], part[24];
};

/* ---- the key ---- */

/* The header's value: a structured string in quotes, or the bare characters. */
static bool read_key(str header, str *out)
{
	str key = str_trim(header);
	if (key.n >= 2 && key.p[0] == '"' && key.p[key.n - 1] == '"')
		key = str_sub(key, 1, key.n - 1);
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= ' ' || key.p[i] > '~' || key.p[i] == '"' || key.p[i] == '\\')
			return false;
	*out = key;
	return key.n > 0 && key.n <= KEY_MAX;
}

static str scope_of(struct exec *x)
{
	const struct identity *i = x->identity;
	if (!i)
		return S("");
	struct buf b = buf_on(x->arena);
	const str parts[] = { i->user_id, i->tenant_id, i->user_id.p ? STR_NONE : i->role,
		i->database_role };
	for (size_t k = 0; k < COUNT(parts); k++) {
		buf_putc(&b, k ? ',' : '[');
		json_put_string(&b, parts[k].p ? parts[k] : S(""));
	}
	/* no user: what else the token says tells its owners apart */
	for (size_t k = 0; k < i->nvalues && !i->user_id.p; k++) {
		str value = i->values[k].value;
		buf_putc(&b, ',');
		json_put_string(&b, value.p ? value : S(""));
	}
	buf_putc(&b, ']');
	return buf_str(&b);
}

static str hash_of(struct exec *x)
{
	const struct exec_request *r = x->req;
	uint64_t h[2] = { 0x6964656d706f7431u, 0x6964656d706f7432u };
	for (size_t i = 0; i < COUNT(h); i++) {
		h[i] = str_hash(r->query, h[i]);
		h[i] = str_hash(r->operation_name, h[i]);
		h[i] = str_hash(r->variables, h[i]);
	}
	return str_printf(x->arena, "%016llx%016llx", (unsigned long long)h[0],
		(unsigned long long)h[1]);
}

static struct pgparam text_param(struct exec *x, str s)
{
	return (struct pgparam){ .text = { str_z(x->arena, s), s.n }, .null = !s.p };
}

static bool refuse(struct exec *x, enum err_code code, const char *message)
{
	gql_error_add(&x->errors, code, "%s", message);
	return false;
}

/* Is there what the keys need in the database, and may the server's role use it? */
static bool can_keep(struct exec *x)
{
	const struct catalog *c = x->doc->model->catalog;
	const struct cat_function *clean = catalog_function(c, S("fraiseql.idempotency_clean"));
	if (!clean || !catalog_function(c, S("fraiseql.idempotency_is_open")))
		return refuse(x, ERR_UNSUPPORTED,
			"The header Idempotency-Key needs the database's schema \"fraiseql\", which "
			"is not installed or out of date: fraiseql db install");
	if (clean->closed)
		return refuse(x, ERR_UNSUPPORTED,
			"The header Idempotency-Key needs a right of the server's database role: grant "
			"execute on function fraiseql.idempotency_clean(int)");
	return true;
}

bool idempotency_begin(struct exec *x)
{
	str key;
	x->key = NULL;
	if (!x->req->idempotency_key.p || x->plan->operation != AST_MUTATION || x->plan->dry_run)
		return true;
	if (!read_key(x->req->idempotency_key, &key))
		return refuse(x, ERR_BAD_REQUEST,
			"The header Idempotency-Key must be 1 to 255 visible ASCII characters, "
			"such as a UUID, with or without quotation marks.");
	if (!can_keep(x))
		return false;
	struct idempotency *k = arena_new(x->arena, struct idempotency);
	k->claim[0] = text_param(x, scope_of(x));
	k->claim[1] = text_param(x, key);
	k->claim[3] = text_param(x, hash_of(x));
	k->claim[4] = text_param(x,
		str_printf(x->arena, "%llu", (unsigned long long)x->engine->o.idempotency_keep_ms));
	x->key = k;
	return true;
}

/* ---- the statements ---- */

static struct pgstmt statement(const char *sql, const struct pgparam *params, int n)
{
	return (struct pgstmt){ .sql = sql,
		.key = str_hash(str_from(sql), 0),
		.params = params,
		.nparams = n };
}

void idempotency_claim(struct exec *x, struct pgstmt *out)
{
	struct idempotency *k = x->key;
	k->claim[2] = text_param(x, str_printf(x->arena, "%zu", x->unit.first));
	*out = statement(
		"select fraiseql.idempotency_claim($1::text, $2::text, $3::int4, $4::text, $5::int8)",
		k->claim, COUNT(k->claim));
}

static void on_cleaned(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct engine *engine = job->user;
	UNUSED(diag);
	engine->cleaning = false;
	if (e)
		log_debug(engine->o.log, "expired idempotency keys: %s", e->message);
}

static void on_count(struct pgjob *job, int number, const struct pgresult *r)
{
	UNUSED(job);
	UNUSED(number);
	UNUSED(r);
}

static void clean(struct engine *engine)
{
	static const struct pgparam MOST[] = { { .text = STR_INIT("10000") } };
	static const struct pgstmt STMT = { .sql = "select fraiseql.idempotency_clean($1::int4)",
		.params = MOST,
		.nparams = 1 };
	uint64_t now = loop_now_us(engine->o.loop);
	if (engine->cleaning || (engine->cleaned_us && now < engine->cleaned_us + CLEAN_EVERY_US))
		return;
	engine->cleaning = true;
	engine->cleaned_us = now;
	engine->clean = (struct pgjob){ .lane = PGLANE_ISOLATED,
		.tx = PGTX_NONE,
		.stmts = &STMT,
		.nstmts = 1,
		.on_result = on_count,
		.on_done = on_cleaned,
		.user = engine };
	pgpool_submit(engine->o.pool, &engine->clean);
}

void idempotency_store(struct exec *x)
{
	struct idempotency *k = x->key;
	struct gql_errors own = x->errors;
	struct buf errors = buf_on(x->arena);
	for (size_t i = x->unit.errors_at; i < own.n; i++) {
		if (errors.n)
			buf_putc(&errors, ',');
		respond_put_error(&errors, &own.at[i]);
	}
	for (size_t i = 0; i < 3; i++)
		k->store[i] = k->claim[i];
	k->store[3] = text_param(x, str_sub(buf_str(&x->out), x->unit.out_at, x->out.n));
	k->store[3].null = x->data_null;
	k->store[4] = text_param(x, errors.n ? buf_str(&errors) : S(""));
	k->stored = statement(
		"select fraiseql.idempotency_store($1::text, $2::text, $3::int4, $4::text, $5::text)",
		k->store, COUNT(k->store));
	x->job.last = &k->stored;
	clean(x->engine);
}

enum idempotency_verdict idempotency_verdict(const struct exec *x, const struct err *e,
	const struct pgdiag *diag)
{
	str state = str_from(e->sqlstate);
	if (!x->key || !diag || diag->statement != 0)
		return CLAIM_OTHER;
	if (str_eq(state, S("FQ002")))
		return CLAIM_BUSY;
	/* a repeatable-read transaction can't see the row that it collides with */
	bool answered = str_eq(state, S("FQ001")) || str_eq(state, S("23505"));
	return answered ? CLAIM_ANSWERED : CLAIM_OTHER;
}

/* ---- what was answered ---- */

static void on_found(struct pgjob *job, int number, const struct pgresult *r)
{
	struct exec *x = job->user;
	struct idempotency *k = x->key;
	if (number != 0 || pgresult_rows(r) == 0)
		return;
	str data = pgresult_get(r, 0, 1), errors = pgresult_get(r, 0, 2);
	k->replay = (struct replay){ .found = true,
		.same = str_eq(pgresult_get(r, 0, 0), k->claim[3].text),
		.data = data.p ? str_dup(x->arena, data) : STR_NONE,
		.errors = errors.p ? str_dup(x->arena, errors) : STR_NONE };
}

static void on_find_done(struct pgjob *job, const struct err *e, const struct pgdiag *diag)
{
	struct exec *x = job->user;
	UNUSED(diag);
	if (!x->req)
		exec_finish(x);
	else
		x->key->done(x, &x->key->replay, e);
}

void idempotency_find(struct exec *x, replay_fn *done)
{
	struct idempotency *k = x->key;
	k->replay = (struct replay){ 0 };
	k->done = done;
	for (size_t i = 0; i < COUNT(k->find); i++)
		k->find[i] = k->claim[i];
	k->found = statement(
		"select request, data, errors from fraiseql.idempotency_find($1::text, $2::text, $3::int4)",
		k->find, COUNT(k->find));
	x->job = (struct pgjob){ .lane = PGLANE_ISOLATED,
		.tx = PGTX_NONE,
		.stmts = &k->found,
		.nstmts = 1,
		.deadline_us = x->req->deadline_us,
		.on_result = on_found,
		.on_done = on_find_done,
		.user = x };
	pgpool_submit(x->engine->o.pool, &x->job);
}
