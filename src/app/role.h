/*
 * app/role.h - are requests bound by row-level security?
 */
#pragma once

#include "app/settings.h"
#include "base/log.h"
#include "schema/model.h"

struct pgsync;

/*
 * Looks at every role that requests may run as: the connection's, those that tokens may name, the
 * anonymous one. Fails: ERR_CONFIG when one does not exist or can't be switched to; when the
 * database has tables with row-level security and one of them is a superuser, has BYPASSRLS or owns
 * such a table without FORCE, unless allow_bypass_rls is set. Views that read such tables past
 * their policies are warned of.
 */
MUST_USE bool role_check(struct arena *a, const struct settings *s, struct pgsync *db,
	const struct model *m, const struct log *log, struct err *e);
