/*
 * identify - settings → auth, and the documents with keys that it asks for.
 *
 * A key set from a file is read at the start, where failing stops it, and again when a token's key
 * is not known. One from an address is fetched at the start, in intervals, and when a token's key
 * is not known; until the first has arrived, tokens are answered with 503, and when fetching fails
 * later the old keys stay.
 */
#include "app/identify.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/vec.h"
#include "ev/file.h"
#include "ev/loop.h"
#include "http/client.h"

#include <string.h>

enum { KEYS_BYTES_MAX = 1024 * 1024, FETCH_MS = 5000, REFETCH_S = 60 };

struct identify {
	const struct settings *settings;
	const struct log *log;
	struct arena *arena;
	struct auth *auth;
	struct http_client *client; /* with an address */
	struct http_call call;
	struct timer *timer;
	const char
		*failed; /* what the last failure was logged as; NULL: the last fetch succeeded */
	bool anonymous;
};

static uint64_t now_s(void)
{
	return clock_wall_us() / 1000000;
}

/* ---- settings ---- */

static str text_setting(const struct settings *s, enum setting_id id)
{
	return s->values[id].text;
}

bool identify_is_role(str name)
{
	return name.n > 0 && name.n < 64 && !str_eq(name, S("none"));
}

bool identify_roles(struct arena *a, const struct settings *s, str **out, size_t *n, struct err *e)
{
	struct roles {
		VEC(str);
	} roles = { 0 };
	str list = text_setting(s, SETTING_AUTH_DATABASE_ROLES);
	while (list.n) {
		size_t end = MIN(str_find(list, ' '), str_find(list, ','));
		str name = str_sub(list, 0, end);
		list = str_sub(list, end + 1, list.n);
		if (name.n)
			*vec_push(a, &roles) = name;
	}
	if (settings_is_set(s, SETTING_AUTH_ANONYMOUS_ROLE))
		*vec_push(a, &roles) = text_setting(s, SETTING_AUTH_ANONYMOUS_ROLE);
	for (size_t i = 0; i < roles.n; i++)
		if (!identify_is_role(roles.at[i]))
			return err_set(e, ERR_CONFIG, "\"%.*s\" is not a database role",
				STR_ARG(roles.at[i]));
	*out = roles.at;
	*n = roles.n;
	return true;
}

bool identify_names(struct arena *a, const struct settings *s, const str **out, size_t *n,
	struct err *e)
{
	static const str OWN[] = { STR_INIT("user_id"), STR_INIT("tenant_id"), STR_INIT("role"),
		STR_INIT("claims"), STR_INIT("request_id") };
	struct claim_map map;
	if (!claim_map_parse(a, &map, text_setting(s, SETTING_AUTH_SETTINGS), e))
		return err_prefix(e, "auth.settings: ");
	str *names = arena_array(a, str, COUNT(OWN) + 2 * map.nsettings);
	*n = 0;
	for (size_t i = 0; i < COUNT(OWN); i++)
		names[(*n)++] = OWN[i];
	for (size_t i = 0; i < map.nsettings; i++) {
		str name = map.settings[i].setting;
		names[(*n)++] = name;
		if (str_starts(name, S("app.")))
			names[(*n)++] = str_sub(name, 4, name.n);
	}
	*out = names;
	return true;
}

static bool read_rules(struct identify *i, struct jwt_rules *r, struct err *e)
{
	const struct settings *s = i->settings;
	bool secret = settings_is_set(s, SETTING_AUTH_SECRET) ||
		settings_is_set(s, SETTING_AUTH_SECRET_FILE);
	str algorithms = text_setting(s, SETTING_AUTH_ALGORITHMS);
	size_t nroles;
	str *roles;
	if (!algorithms.n)
		algorithms = secret ? S("HS256") : S("RS256 ES256 EdDSA");
	*r = (struct jwt_rules){
		.issuer = text_setting(s, SETTING_AUTH_ISSUER),
		.audience = text_setting(s, SETTING_AUTH_AUDIENCE),
		.type = text_setting(s, SETTING_AUTH_TYPE),
		.leeway_s = (unsigned)(settings_number(s, SETTING_AUTH_LEEWAY) / 1000),
		.token_max = settings_number(s, SETTING_LIMITS_TOKEN),
		.map = { .user_id = text_setting(s, SETTING_AUTH_CLAIM_USER_ID),
			.tenant_id = text_setting(s, SETTING_AUTH_CLAIM_TENANT_ID),
			.role = text_setting(s, SETTING_AUTH_CLAIM_ROLE),
			.scopes = text_setting(s, SETTING_AUTH_CLAIM_SCOPES),
			.database_role = text_setting(s, SETTING_AUTH_CLAIM_DATABASE_ROLE) },
	};
	if (!jws_alg_parse(i->arena, algorithms, &r->algorithms, e))
		return err_prefix(e, "auth.algorithms: ");
	if (!claim_map_parse(i->arena, &r->map, text_setting(s, SETTING_AUTH_SETTINGS), e))
		return err_prefix(e, "auth.settings: ");
	if (!identify_roles(i->arena, s, &roles, &nroles, e))
		return err_prefix(e, "auth.database_roles: ");
	r->map.database_roles = roles;
	r->map.ndatabase_roles = nroles - settings_is_set(s, SETTING_AUTH_ANONYMOUS_ROLE);
	return true;
}

/* ---- key documents ---- */

/* Logged once per kind of failure, not every time it is tried. */
static void say_failed(struct identify *i, const struct err *e)
{
	bool again = i->failed && strcmp(i->failed, e->message) == 0;
	if (!again) {
		log_warn(i->log, "the keys of tokens could not be fetched: %s%s", e->message,
			auth_stats(i->auth).keys ? "; the old ones stay in use" : "");
		i->failed = str_z(i->arena, str_from(e->message));
	}
}

static void put_keys(struct identify *i, str json)
{
	struct err e;
	if (auth_keys_put(i->auth, json, &e))
		i->failed = NULL;
	else
		say_failed(i, &e);
}

static void on_fetched(struct http_call *call, const struct http_reply *r, const struct err *why)
{
	struct identify *i = call->user;
	struct err e;
	if (r && r->status == 200) {
		put_keys(i, r->body);
		return;
	}
	if (r)
		err_set(&e, ERR_UNAVAILABLE, "%s answered with status %d", call->url, r->status);
	say_failed(i, r ? &e : why);
	auth_keys_failed(i->auth);
}

static void fetch_address(void *arg)
{
	static const char *const HEADERS[] = { "Accept: application/json", NULL };
	struct identify *i = arg;
	i->call = (struct http_call){ .url = settings_text(i->settings, SETTING_AUTH_JWKS_URL),
		.headers = HEADERS,
		.timeout_ms = FETCH_MS,
		.reply_max = KEYS_BYTES_MAX,
		.on_done = on_fetched,
		.user = i };
	http_client_send(i->client, &i->call);
}

static void fetch_file(void *arg)
{
	struct identify *i = arg;
	struct arena *a = arena_open(0);
	struct err e;
	str json;
	if (file_read(a, settings_path(i->settings, SETTING_AUTH_JWKS), KEYS_BYTES_MAX, &json,
		    &e)) {
		put_keys(i, json);
	} else {
		say_failed(i, &e);
		auth_keys_failed(i->auth);
	}
	arena_close(a);
}

static void on_interval(void *arg)
{
	struct identify *i = arg;
	auth_refresh(i->auth, now_s());
}

/* ---- open ---- */

static bool read_key_file(struct identify *i, enum setting_id id, str *out, struct err *e)
{
	if (!settings_is_set(i->settings, id))
		return true;
	if (!file_read(i->arena, settings_path(i->settings, id), KEYS_BYTES_MAX, out, e))
		return err_prefix(e, "%s: ", setting_get(id)->key);
	return true;
}

static str without_line_end(str s)
{
	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
		s.n--;
	return s;
}

/* Keys must not be changed on their way. */
static bool check_address(const char *url, struct err *e)
{
	static const str ALLOWED[] = { STR_INIT("https://"), STR_INIT("http://localhost"),
		STR_INIT("http://127.0.0.1"), STR_INIT("http://[::1]") };
	for (size_t i = 0; i < COUNT(ALLOWED); i++) {
		str rest = str_sub(str_from(url), ALLOWED[i].n, strlen(url));
		bool ends = i == 0 || !rest.n || rest.p[0] == ':' || rest.p[0] == '/';
		if (str_starts(str_from(url), ALLOWED[i]) && ends)
			return true;
	}
	return err_set(e, ERR_CONFIG,
		"auth.jwks_url must begin with https:// (http:// only on this machine), not: %s",
		url);
}

static bool open_auth(struct identify *i, struct auth_options *o, struct err *e)
{
	const struct settings *s = i->settings;
	o->secret = text_setting(s, SETTING_AUTH_SECRET);
	o->fetch_arg = i;
	o->refetch_s = REFETCH_S;
	o->cache_max = settings_number(s, SETTING_AUTH_CACHE);
	if (settings_is_set(s, SETTING_AUTH_JWKS)) {
		o->fetch = fetch_file;
		o->refetch_s = 1;
		o->secrets = true;
	} else if (settings_is_set(s, SETTING_AUTH_JWKS_URL)) {
		o->fetch = fetch_address;
		if (!check_address(settings_text(s, SETTING_AUTH_JWKS_URL), e))
			return false;
	}
	if (!read_rules(i, &o->rules, e) ||
		!read_key_file(i, SETTING_AUTH_SECRET_FILE, &o->secret, e) ||
		!read_key_file(i, SETTING_AUTH_PUBLIC_KEY, &o->pem, e))
		return false;
	if (settings_is_set(s, SETTING_AUTH_SECRET_FILE))
		o->secret = without_line_end(o->secret);
	return auth_open(o, &i->auth, e);
}

static bool first_keys(struct identify *i, struct loop *l, struct err *e)
{
	str json;
	if (settings_is_set(i->settings, SETTING_AUTH_JWKS))
		return read_key_file(i, SETTING_AUTH_JWKS, &json, e) &&
			(auth_keys_put(i->auth, json, e) || err_prefix(e, "auth.jwks: "));
	if (!settings_is_set(i->settings, SETTING_AUTH_JWKS_URL))
		return true;
	if (!http_client_open(l, &i->client, e))
		return false;
	i->timer = timer_open(l, on_interval, i);
	timer_every(i->timer, MAX(settings_number(i->settings, SETTING_AUTH_JWKS_REFRESH), 1000u));
	auth_refresh(i->auth, now_s());
	return true;
}

static bool has_keys(const struct settings *s)
{
	return settings_is_set(s, SETTING_AUTH_SECRET) ||
		settings_is_set(s, SETTING_AUTH_SECRET_FILE) ||
		settings_is_set(s, SETTING_AUTH_PUBLIC_KEY) ||
		settings_is_set(s, SETTING_AUTH_JWKS) || settings_is_set(s, SETTING_AUTH_JWKS_URL);
}

bool identify_open(struct loop *l, const struct settings *s, const struct log *log,
	struct identify **out, struct err *e)
{
	struct auth_options o = { 0 };
	*out = NULL;
	if (!has_keys(s))
		return true;
	struct arena *a = arena_open(0);
	struct identify *i = arena_new(a, struct identify);
	*i = (struct identify){ .settings = s,
		.log = log,
		.arena = a,
		.anonymous = settings_flag(s, SETTING_AUTH_ANONYMOUS) };
	if (open_auth(i, &o, e) && first_keys(i, l, e)) {
		*out = i;
		return true;
	}
	identify_close(i);
	return false;
}

void identify_close(struct identify *i)
{
	if (!i)
		return;
	if (i->timer)
		timer_close(i->timer);
	http_client_close(i->client);
	auth_close(i->auth);
	arena_close(i->arena);
}

/* ---- requests ---- */

enum auth_verdict identify_request(struct identify *i, str authorization,
	const struct identity **out, struct err *e)
{
	str token;
	*out = NULL;
	if (!i)
		return AUTH_KNOWN;
	if (!authorization.p) {
		if (i->anonymous)
			return AUTH_KNOWN;
		err_set(e, ERR_UNAUTHENTICATED,
			"Send a bearer token: this server answers no anonymous requests.");
		return AUTH_REFUSED;
	}
	if (!auth_bearer(authorization, &token, e))
		return AUTH_REFUSED;
	return auth_check(i->auth, token, now_s(), out, e);
}

void identify_wait(struct identify *i, struct auth_waiter *w)
{
	auth_wait(i->auth, w);
}

void identify_unwait(struct identify *i, struct auth_waiter *w)
{
	auth_unwait(i->auth, w);
}

/* Spec: RFC 6750 §3. Our messages have no quotes or backslashes. */
const char *identify_challenge(struct arena *a, bool given, const struct err *e)
{
	if (!given)
		return "Bearer realm=\"fraiseql\"";
	return str_printf(a, "Bearer realm=\"fraiseql\", error=\"%s\", error_description=\"%s\"",
		e->code == ERR_FORBIDDEN ? "insufficient_scope" : "invalid_token", e->message)
		.p;
}

struct auth_stats identify_stats(const struct identify *i)
{
	return auth_stats(i->auth);
}
