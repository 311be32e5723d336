/* cmd_token - a bearer token to try things with, signed by the secret that the server verifies
 * with. */
#include "cli/commands.h"

#include "auth/token.h"
#include "base/clock.h"
#include "base/jread.h"
#include "base/json.h"
#include "base/num.h"
#include "ev/file.h"

enum { SECRET_MAX = 64 * 1024, JSON_DEPTH = 64, HOUR_MS = 3600 * 1000 };

static const struct cli_option OPTIONS[] = {
	{ "expires", "TIME", "how long it is good for, such as 10m or 8h; the default is 1h",
		NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool read_secret(struct cli *c, str *out, struct err *e)
{
	const struct settings *s = &c->settings;
	*out = str_from(settings_text(s, SETTING_AUTH_SECRET));
	if (out->n)
		return true;
	if (!settings_is_set(s, SETTING_AUTH_SECRET_FILE))
		return err_set(e, ERR_CONFIG,
			"there is no secret to sign with: set auth.secret_file or auth.secret. Tokens "
			"that are verified with public keys are made by their issuer");
	if (!file_read(c->arena, settings_path(s, SETTING_AUTH_SECRET_FILE), SECRET_MAX, out, e))
		return err_prefix(e, "auth.secret_file: ");
	while (out->n && (out->p[out->n - 1] == '\n' || out->p[out->n - 1] == '\r'))
		out->n--;
	return true;
}

/* The first allowed of those that a secret is for. */
static bool choose_algorithm(struct cli *c, enum jws_alg *out, struct err *e)
{
	str list = str_from(settings_text(&c->settings, SETTING_AUTH_ALGORITHMS));
	unsigned allowed;
	if (!jws_alg_parse(c->arena, list.n ? list : S("HS256"), &allowed, e))
		return err_prefix(e, "auth.algorithms: ");
	for (*out = JWS_HS256; *out <= JWS_HS512; (*out)++)
		if (allowed & BIT(*out))
			return true;
	return err_set(e, ERR_CONFIG, "auth.algorithms allows none that a secret is for (HS256 …)");
}

static void put_text(struct jwrite *w, const char *name, const char *value)
{
	if (!value)
		return;
	jw_key(w, str_from(name));
	jw_string(w, str_from(value));
}

/* name=value; what is JSON counts as such, all else is a text. */
static bool put_claim(struct jwrite *w, const char *arg, struct err *e)
{
	str value = str_from(arg);
	bool has_value = str_find(value, '=') < value.n;
	str name = str_split(&value, '=');
	struct jread r = jread_on(value, JSON_DEPTH);
	if (!has_value || !name.n)
		return err_set(e, ERR_CONFIG, "\"%s\" is not a claim: name=value", arg);
	jw_key(w, name);
	if (jread_skip(&r) && jread_end(&r))
		jw_raw(w, value);
	else
		jw_string(w, value);
	return true;
}

static bool make_claims(struct cli *c, str *out, struct err *e)
{
	struct buf b = buf_on(c->arena);
	struct jwrite w = jwrite_on(&b);
	int64_t now_s = (int64_t)(clock_wall_us() / 1000000);
	const char *expires = cli_value(c, "expires");
	uint64_t ms = HOUR_MS;
	if (expires && !num_duration_ms(str_from(expires), &ms))
		return err_set(e, ERR_CONFIG,
			"--expires must be a time such as 10m or 8h, not \"%s\"", expires);
	jw_object(&w);
	put_text(&w, "iss", settings_text(&c->settings, SETTING_AUTH_ISSUER));
	put_text(&w, "aud", settings_text(&c->settings, SETTING_AUTH_AUDIENCE));
	jw_key(&w, S("iat"));
	jw_i64(&w, now_s);
	jw_key(&w, S("exp"));
	jw_i64(&w, now_s + (int64_t)(ms / 1000));
	for (size_t i = 0; i < c->nargs; i++)
		if (!put_claim(&w, c->args[i], e))
			return false;
	jw_end_object(&w);
	*out = buf_str(&b);
	return true;
}

static int run(struct cli *c)
{
	enum jws_alg alg;
	struct err e;
	str secret, claims, token;
	if (!read_secret(c, &secret, &e) || !choose_algorithm(c, &alg, &e) ||
		!make_claims(c, &claims, &e) ||
		!token_sign(c->arena, secret, alg, claims, &token, &e))
		return cli_fail(c, &e);
	return cli_print(c, str_printf(c->arena, "%.*s\n", STR_ARG(token)));
}

const struct command CMD_TOKEN = {
	.name = "token",
	.args = "[CLAIM=VALUE…]",
	.args_max = 32,
	.doc = "make a bearer token to try things with",
	.text = "Signs the claims with the secret of the settings (auth.secret_file, auth.secret) and "
		"prints the token. Issuer and audience are those of the settings. A value that is "
		"JSON counts as such: tenant_id=7 is a number, roles='[\"a\"]' a list.\n"
		"In production an issuer makes the tokens.",
	.example = "fraiseql token sub=ada tenant_id=7\n"
		   "curl -H \"Authorization: Bearer $(fraiseql token sub=ada)\" …",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run,
};
