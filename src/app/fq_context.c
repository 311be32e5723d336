/*
 * fq_context - who a request is from, as the program says that has the library inside.
 */
#include "app/fq_int.h"
#include "app/identify.h"
#include "base/jread.h"
#include "base/utf8.h"
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

static bool is_utf8(str s)
{
	return utf8_valid(s) == s.n;
}

/* What PostgreSQL would refuse later, and the client be blamed for. */
static bool check_texts(const struct fq_identity *i, struct err *e)
{
	const struct {
		const char *name, *text;
	} texts[] = {
		{ "user_id", i->user_id },
		{ "tenant_id", i->tenant_id },
		{ "roles", i->roles },
		{ "scopes", i->scopes },
		{ "claims", i->claims },
		{ "database_role", i->database_role },
	};
	for (size_t k = 0; k < COUNT(texts); k++)
		if (!is_utf8(str_from(texts[k].text)))
			return err_set(e, ERR_CONFIG,
				"the member \"%s\" of an identity is not UTF-8", texts[k].name);
	if (i->database_role && !identify_is_role(str_from(i->database_role)))
		return err_set(e, ERR_CONFIG,
			"the database role of an identity must be a role's name, not \"%s\"",
			i->database_role);
	return true;
}

struct words {
	VEC(str);
};

static bool read_words(struct arena *a, const char *text, struct words *out, struct err *e)
{
	str rest = str_from(text);
	while (rest.n) {
		str word = str_split(&rest, ' ');
		if (word.n && out->n == IDENTITY_LIST_MAX)
			return err_set(e, ERR_CONFIG,
				"an identity has at most %d roles and %d scopes", IDENTITY_LIST_MAX,
				IDENTITY_LIST_MAX);
		if (word.n)
			*vec_push(a, out) = (str){ str_z(a, word), word.n };
	}
	return true;
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
		if (!is_utf8(value))
			return err_set(e, ERR_CONFIG, "a setting of an identity is not UTF-8");
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
	struct words roles = { 0 }, scopes = { 0 };
	if (!check_texts(from, e) || !read_words(a, from->roles, &roles, e) ||
		!read_words(a, from->scopes, &scopes, e))
		return false;
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
