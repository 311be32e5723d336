/*
 * settings - the table, parsing of values, and the order of precedence.
 */
#include "app/settings.h"

#include "base/json.h"
#include "base/num.h"
#include "ev/file.h"

#include <string.h>

static const struct setting SETTINGS[SETTING_COUNT] = {
#define X(id, key, type, def, choices, secret, doc) \
	[SETTING_##id] = { key, def, choices, doc, SETTING_##type, secret },
#include "app/setting.def"
#undef X
};

const struct setting *setting_get(enum setting_id id)
{
	return &SETTINGS[id];
}

enum setting_id setting_find(str key)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (str_eq(key, str_from(SETTINGS[id].key)))
			return id;
	return SETTING_COUNT;
}

str setting_nearest(str key)
{
	str names[SETTING_COUNT];
	for (size_t i = 0; i < SETTING_COUNT; i++)
		names[i] = str_from(SETTINGS[i].key);
	return str_nearest(key, names, SETTING_COUNT);
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

str setting_env_name(struct arena *a, enum setting_id id)
{
	struct buf b = buf_on(a);
	buf_lit(&b, "FRAISEQL_");
	for (const char *c = SETTINGS[id].key; *c; c++)
		buf_putc(&b, *c == '.' ? '_' : upper(*c));
	return buf_str(&b);
}

str setting_flag_name(struct arena *a, enum setting_id id)
{
	struct buf b = buf_on(a);
	buf_lit(&b, "--");
	for (const char *c = SETTINGS[id].key; *c; c++)
		buf_putc(&b, *c == '.' || *c == '_' ? '-' : *c);
	return buf_str(&b);
}

/* ---- values ---- */

static bool parse_flag(str text, uint64_t *out)
{
	static const str YES[] = { STR_INIT("true"), STR_INIT("yes"), STR_INIT("on"),
		STR_INIT("1") };
	static const str NO[] = { STR_INIT("false"), STR_INIT("no"), STR_INIT("off"), STR_INIT("0"),
		STR_INIT("") };
	for (size_t i = 0; i < COUNT(YES); i++) {
		if (str_eq_fold(text, YES[i])) {
			*out = 1;
			return true;
		}
	}
	for (size_t i = 0; i < COUNT(NO); i++) {
		if (str_eq_fold(text, NO[i])) {
			*out = 0;
			return true;
		}
	}
	return false;
}

static bool parse_choice(const char *choices, str text, uint64_t *out)
{
	str rest = str_from(choices);
	for (uint64_t i = 0; rest.n; i++) {
		if (str_eq(str_split(&rest, ' '), text)) {
			*out = i;
			return true;
		}
	}
	return false;
}

static bool parse_value(const struct setting *s, str text, uint64_t *out)
{
	*out = 0;
	if (text.n == 0 && s->def[0] == '\0')
		return true;
	switch (s->type) {
	case SETTING_TEXT:
	case SETTING_PATH: return true;
	case SETTING_NUMBER: return num_u64(text, out) && *out <= UINT32_MAX;
	case SETTING_FLAG: return parse_flag(text, out);
	case SETTING_CHOICE: return parse_choice(s->choices, text, out);
	case SETTING_SIZE: return num_size_bytes(text, out);
	case SETTING_DURATION: return num_duration_ms(text, out);
	}
	return false;
}

static const char *type_words(const struct setting *s)
{
	switch (s->type) {
	case SETTING_NUMBER: return "a whole number";
	case SETTING_FLAG: return "true or false";
	case SETTING_CHOICE: return "one of";
	case SETTING_SIZE: return "a size such as 64KB or 1MB";
	case SETTING_DURATION: return "a duration such as 250ms or 10s";
	case SETTING_TEXT:
	case SETTING_PATH: break;
	}
	return "a text";
}

bool settings_set(struct settings *s, enum setting_id id, str text, enum setting_origin origin,
	str source, struct err *e)
{
	const struct setting *row = &SETTINGS[id];
	struct setting_value *v = &s->values[id];
	uint64_t number;
	if (!parse_value(row, text, &number))
		return err_set(e, ERR_CONFIG, "%.*s: \"%s\" must be %s%s%s, not \"%.*s\"",
			STR_ARG(source), row->key, type_words(row), row->choices[0] ? " " : "",
			row->choices, STR_ARG(text));
	if (origin < v->origin)
		return true;
	*v = (struct setting_value){ { str_z(s->arena, text), text.n }, number, origin,
		str_dup(s->arena, source) };
	return true;
}

static struct setting_value default_of(const struct setting *row)
{
	struct setting_value v = { .text = str_from(row->def), .source = S("default") };
	(void)!parse_value(row, v.text, &v.number);
	return v;
}

struct settings settings_new(struct arena *a, str dir)
{
	struct settings s = { .arena = a, .dir = dir };
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		s.values[id] = default_of(&SETTINGS[id]);
	return s;
}

void settings_forget(struct settings *s, enum setting_origin origin)
{
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (s->values[id].origin == origin)
			s->values[id] = default_of(&SETTINGS[id]);
}

static bool read_variable(struct settings *s, str name, str value, struct err *e)
{
	if (str_eq(name, S("DATABASE_URL"))) {
		bool stronger = s->values[SETTING_DATABASE].origin == FROM_ENVIRONMENT;
		return stronger || value.n == 0 || /* empty as good as not there */
			settings_set(s, SETTING_DATABASE, value, FROM_ENVIRONMENT, name, e);
	}
	if (!str_starts(name, S("FRAISEQL_")))
		return true;
	str own = str_sub(name, 9, name.n), names[SETTING_COUNT];
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		str known = setting_env_name(s->arena, id);
		if (str_eq(known, name))
			return settings_set(s, id, value, FROM_ENVIRONMENT, name, e);
		names[id] = str_sub(known, 9, known.n);
	}
	/* What all names begin with makes none of them nearer. */
	str near = str_nearest(own, names, SETTING_COUNT);
	return err_set(e, ERR_CONFIG, "the environment variable %.*s names no setting%s%.*s%s",
		STR_ARG(name), near.n ? "; did you mean FRAISEQL_" : "", STR_ARG(near),
		near.n ? "?" : ". See: fraiseql config");
}

bool settings_read_environment(struct settings *s, char *const *env, struct err *e)
{
	for (; *env; env++) {
		str value = str_from(*env);
		str name = str_split(&value, '=');
		if (!read_variable(s, name, value, e))
			return false;
	}
	return true;
}

/* What has no effect is not accepted. */
static bool check_auth(const struct settings *s, struct err *e)
{
	static const enum setting_id SOURCES[] = { SETTING_AUTH_SECRET, SETTING_AUTH_SECRET_FILE,
		SETTING_AUTH_PUBLIC_KEY, SETTING_AUTH_JWKS, SETTING_AUTH_JWKS_URL };
	unsigned sources = 0;
	for (size_t i = 0; i < COUNT(SOURCES); i++)
		sources += settings_is_set(s, SOURCES[i]);
	if (sources > 1)
		return err_set(e, ERR_CONFIG,
			"auth.secret, auth.secret_file, auth.public_key, auth.jwks and auth.jwks_url "
			"exclude each other: tokens are verified with the keys of one of them");
	for (enum setting_id id = 0; id < SETTING_COUNT && sources == 0; id++) {
		bool ours = str_starts(str_from(SETTINGS[id].key), S("auth.")) &&
			id != SETTING_AUTH_ANONYMOUS_ROLE;
		if (ours && s->values[id].origin != FROM_DEFAULT && settings_is_set(s, id))
			return err_set(e, ERR_CONFIG,
				"%s has no effect without the keys of tokens: set auth.secret, "
				"auth.secret_file, auth.public_key, auth.jwks or auth.jwks_url",
				SETTINGS[id].key);
	}
	if (settings_is_set(s, SETTING_AUTH_CLAIM_DATABASE_ROLE) !=
		settings_is_set(s, SETTING_AUTH_DATABASE_ROLES))
		return err_set(e, ERR_CONFIG,
			"auth.claim.database_role and auth.database_roles need each other: set both or "
			"none");
	return true;
}

/* Refuses a value with where it stands. */
static bool wrong(const struct settings *s, enum setting_id id, struct err *e, const char *what)
{
	const struct setting_value *v = &s->values[id];
	bool named = v->origin == FROM_FILE || v->origin == FROM_ENVIRONMENT;
	return err_set(e, ERR_CONFIG, "%.*s%s%s %s", STR_ARG(named ? v->source : STR_NONE),
		named ? ": " : "", SETTINGS[id].key, what);
}

static bool check_ranges(const struct settings *s, struct err *e)
{
	static const enum setting_id POSITIVE[] = { SETTING_LISTS_MAX_LIMIT, SETTING_LIMITS_BODY,
		SETTING_LIMITS_HEADERS, SETTING_LIMITS_CONNECTIONS, SETTING_LIMITS_DOCUMENTS,
		SETTING_POOL_ISOLATED, SETTING_POOL_SLOW, SETTING_POOL_QUEUE, SETTING_POOL_BATCH,
		SETTING_POOL_PREPARED, SETTING_TIMEOUT_STATEMENT, SETTING_TIMEOUT_CONNECT,
		SETTING_RESOLVERS_THREADS };
	static const struct {
		enum setting_id id;
		uint64_t max;
		const char *text;
	} LARGEST[] = {
		{ SETTING_PORT, 65535, "must be at most 65535" },
		{ SETTING_WORKERS, 256, "must be at most 256" },
		{ SETTING_RESOLVERS_THREADS, RESOLVERS_THREADS_MAX, "must be at most 64" },
	};
	_Static_assert(RESOLVERS_THREADS_MAX == 64, "the text above says so");
	for (size_t i = 0; i < COUNT(LARGEST); i++)
		if (settings_number(s, LARGEST[i].id) > LARGEST[i].max)
			return wrong(s, LARGEST[i].id, e, LARGEST[i].text);
	for (size_t i = 0; i < COUNT(POSITIVE); i++)
		if (settings_number(s, POSITIVE[i]) == 0)
			return wrong(s, POSITIVE[i], e, "must be greater than 0");
	return true;
}

bool settings_check(const struct settings *s, struct err *e)
{
	if (settings_is_set(s, SETTING_TLS_CERTIFICATE) != settings_is_set(s, SETTING_TLS_KEY))
		return err_set(e, ERR_CONFIG,
			"tls.certificate and tls.key need each other: set both or none");
	if (settings_number(s, SETTING_LISTS_DEFAULT_LIMIT) >
		settings_number(s, SETTING_LISTS_MAX_LIMIT)) {
		bool fixed = s->values[SETTING_LISTS_DEFAULT_LIMIT].origin == FROM_DEFAULT;
		return wrong(s, fixed ? SETTING_LISTS_MAX_LIMIT : SETTING_LISTS_DEFAULT_LIMIT, e,
			fixed ? "must not be less than lists.default_limit"
			      : "must not be greater than lists.max_limit");
	}
	return check_auth(s, e) && check_ranges(s, e);
}

bool settings_is_set(const struct settings *s, enum setting_id id)
{
	return s->values[id].text.n > 0;
}

const char *settings_text(const struct settings *s, enum setting_id id)
{
	return s->values[id].text.n ? s->values[id].text.p : NULL;
}

uint64_t settings_number(const struct settings *s, enum setting_id id)
{
	return s->values[id].number;
}

bool settings_flag(const struct settings *s, enum setting_id id)
{
	return s->values[id].number != 0;
}

const char *settings_path(const struct settings *s, enum setting_id id)
{
	const struct setting_value *v = &s->values[id];
	if (v->text.n == 0)
		return NULL;
	str base = v->origin == FROM_FILE ? file_dir(s->config_path) : S("");
	return str_z(s->arena, file_join(s->arena, base, v->text));
}

/* ---- printing ---- */

static str shown(struct arena *a, enum setting_id id, const struct setting_value *v)
{
	if (!SETTINGS[id].secret || v->text.n == 0)
		return v->text;
	if (id != SETTING_DATABASE)
		return S("********");
	/* a URI keeps everything but the password */
	size_t scheme = str_find_str(v->text, S("://"));
	size_t at = str_find(v->text, '@');
	size_t colon = scheme + 3 + str_find(str_sub(v->text, scheme + 3, at), ':');
	bool password = str_find_str(v->text, S("password")) < v->text.n;
	if (password)
		return S("********");
	if (scheme == v->text.n || at == v->text.n || colon >= at)
		return v->text;
	return str_printf(a, "%.*s:********%.*s", (int)colon, v->text.p, (int)(v->text.n - at),
		v->text.p + at);
}

static void print_json(struct buf *b, const struct settings *s)
{
	struct jwrite w = jwrite_on(b);
	jw_object(&w);
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		jw_key(&w, str_from(SETTINGS[id].key));
		jw_object(&w);
		jw_key(&w, S("value"));
		jw_string(&w, shown(s->arena, id, &s->values[id]));
		jw_key(&w, S("source"));
		jw_string(&w, s->values[id].source);
		jw_end_object(&w);
	}
	jw_end_object(&w);
	buf_lit(b, "\n");
}

void settings_print(struct buf *b, const struct settings *s, bool json)
{
	if (json) {
		print_json(b, s);
		return;
	}
	for (enum setting_id id = 0; id < SETTING_COUNT; id++) {
		str value = shown(s->arena, id, &s->values[id]);
		buf_printf(b, "%-24s %-28.*s %.*s\n", SETTINGS[id].key,
			STR_ARG(value.n ? value : S("-")), STR_ARG(s->values[id].source));
	}
}
