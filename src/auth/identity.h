/*
 * auth/identity.h - who a request is from, as its token says.
 *
 * An identity is what the claims of a verified token came to: values for the database's session
 * settings, roles and scopes for authorisation. No identity (NULL) is an anonymous request.
 * Texts end with NUL; .p == NULL where the token does not say.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* A session setting beyond the five that every identity has. */
struct identity_value {
	str name;  /* "app.plan" */
	str value; /* .p == NULL: the claim is absent or null */
};

struct identity {
	str user_id, tenant_id;
	str role; /* the first of roles */
	const str *roles;
	size_t nroles;
	const str *scopes;
	size_t nscopes;
	str claims;        /* all of them: the text of a JSON object */
	str database_role; /* for SET LOCAL ROLE; .p == NULL: the connection's own */
	const struct identity_value *values;
	size_t nvalues;
	uint64_t expires_s; /* seconds since 1970 */
};

/* A copy on `a`, texts included. */
const struct identity *identity_copy(struct arena *a, const struct identity *from);
bool identity_has_role(const struct identity *i, str role);
bool identity_has_scope(const struct identity *i, str scope);
/*
 * A value by the name that @function(context:) uses: user_id, tenant_id, role, claims, or a
 * configured setting by its whole name or what follows "app.". .p == NULL when there is none.
 */
str identity_get(const struct identity *i, str name);

/* Can a setting of an identity have this name: app.plan, but none of the five? */
bool identity_is_setting(str name);

/* ---- claims → identity ---- */

enum { IDENTITY_VALUES_MAX = 20, IDENTITY_LIST_MAX = 256 };

/*
 * Which claim gives what. A path is names joined by dots ("realm_access.roles"); a name that has
 * dots itself ("https://example.com/tenant") is found as well.
 */
struct claim_map {
	str user_id, tenant_id, role, scopes;
	str database_role;         /* empty: there is no switching of roles */
	const str *database_roles; /* the allowed */
	size_t ndatabase_roles;
	struct claim_setting {
		str setting, path;
	} settings[IDENTITY_VALUES_MAX];
	size_t nsettings;
};

/*
 * "app.plan=plan app.org=org.id" → map->settings. Names are those of PostgreSQL's custom settings:
 * lower-case words with a dot between. Fails: ERR_CONFIG.
 */
MUST_USE bool claim_map_parse(struct arena *a, struct claim_map *map, str list, struct err *e);
/*
 * Reads the text of a claims object (checked JSON, NUL behind it) into an identity on `a`. Fails:
 * ERR_FORBIDDEN when the token names no database role, or one that is not allowed;
 * ERR_UNAUTHENTICATED when it is not an object.
 */
MUST_USE bool identity_from_claims(struct arena *a, const struct claim_map *map, str claims,
	struct identity *out, struct err *e);
