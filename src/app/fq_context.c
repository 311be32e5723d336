/*
 * fq_context - who a request is from, as the program says that has the library inside.
 */
#include "app/fq_int.h"
#include "base/jread.h"
#include "base/vec.h"
#include "http/server.h"

enum { CLAIMS_DEPTH = 64 };

struct fq_context {
	struct http_request *http;
	enum host_verdict verdict;
	struct identity *identity;
	struct err *e;
};

/* ---- identities ---- */

static str text_of(struct arena *a, const char *z)
{
	return z ? (str){ str_z(a, str_from(z)), str_from(z).n } : STR_NONE;
}

struct words {
	VEC(str);
};

static struct words read_words(struct arena *a, const char *text)
{
	struct words out = { 0 };
	str rest = str_from(text);
	while (rest.n && out.n < IDENTITY_LIST_MAX) {
		str word = str_split(&rest, ' ');
		if (word.n)
			*vec_push(a, &out) = (str){ str_z(a, word), word.n };
	}
	return out;
}

static bool read_settings(struct arena *a, const char *const *list, struct identity *out,
	struct err *e)
{
	size_t n = 0;
	while (list && list[n])
		n++;
	if (n > IDENTITY_VALUES_MAX)
		return err_set(e, ERR_CONFIG, "an identity has at most %d settings",
			IDENTITY_VALUES_MAX);
	struct identity_value *values = arena_array(a, struct identity_value, n);
	for (size_t i = 0; i < n; i++) {
		str value = text_of(a, list[i]);
		bool has_value = str_find(value, '=') < value.n;
		str name = str_split(&value, '=');
		if (!has_value || !identity_is_setting(name))
			return err_set(e, ERR_CONFIG,
				"the setting \"%s\" of an identity must be app.name=value, in lower "
				"case",
				list[i]);
		values[i] = (struct identity_value){ { str_z(a, name), name.n }, value };
	}
	out->values = values;
	out->nvalues = n;
	return true;
}

static bool is_object(str text)
{
	struct jread r = jread_on(text, CLAIMS_DEPTH);
	return jread_peek(&r) == JSON_OBJECT && jread_skip(&r) && jread_end(&r);
}

bool fq_identity_read(struct arena *a, const struct fq_identity *from, struct identity *out,
	struct err *e)
{
	struct words roles = read_words(a, from->roles), scopes = read_words(a, from->scopes);
	*out = (struct identity){ .user_id = text_of(a, from->user_id),
		.tenant_id = text_of(a, from->tenant_id),
		.role = roles.n ? roles.at[0] : STR_NONE,
		.roles = roles.at,
		.nroles = roles.n,
		.scopes = scopes.at,
		.nscopes = scopes.n,
		.claims = text_of(a, from->claims ? from->claims : "{}"),
		.database_role = text_of(a, from->database_role) };
	if (!is_object(out->claims))
		return err_set(e, ERR_CONFIG, "the claims of an identity are not a JSON object");
	return read_settings(a, from->settings, out, e);
}

/* ---- the hook ---- */

enum host_verdict fq_context_ask(fq_context_fn *fn, void *user, struct http_request *h,
	struct identity *out, struct err *e)
{
	struct fq_context c = { .http = h, .verdict = HOST_PASS, .identity = out, .e = e };
	fn(&c, user);
	return c.verdict;
}

const char *fq_context_header(const struct fq_context *c, const char *name)
{
	str value = http_header(c->http, name);
	return value.p ? str_z(c->http->arena, value) : NULL;
}

const char *fq_context_peer(const struct fq_context *c)
{
	return str_z(c->http->arena, c->http->peer);
}

void fq_context_identify(struct fq_context *c, const struct fq_identity *identity)
{
	bool ok = fq_identity_read(c->http->arena, identity, c->identity, c->e);
	c->verdict = ok ? HOST_KNOWN : HOST_REFUSED;
}

void fq_context_refuse(struct fq_context *c, const char *message)
{
	err_set(c->e, ERR_UNAUTHENTICATED, "%s", message ? message : "The request is refused.");
	c->verdict = HOST_REFUSED;
}
