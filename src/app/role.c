/*
 * role - the roles that statements run as, against the tables with row-level security.
 *
 * PostgreSQL lets superusers, roles with BYPASSRLS, and (without FORCE) a table's owner and whoever
 * has the owner's rights read past all policies, without a word. A view reads with its owner's
 * rights unless it is made with security_invoker, so a view can do the same for everybody.
 */
#include "app/role.h"

#include "app/identify.h"
#include "base/buf.h"
#include "pg/sync.h"

enum { VIEWS_SHOWN = 5 };

/* What is wrong with a role; no row: nothing. $1: the roles besides the connection's, as an array.
 * $2: is the connection's own role used by requests? */
static const char ROLES_SQL[] =
	"with used(name) as (select current_user::text where $2::bool"
	" union select unnest($1::text[])),"
	" role as (select u.name, r.* from used u left join pg_roles r on r.rolname = u.name),"
	" guarded as (select c.oid, c.relowner, c.relforcerowsecurity from pg_class c"
	"  join pg_namespace n on n.oid = c.relnamespace"
	"  where c.relrowsecurity and n.nspname not in ('fraiseql', 'pg_catalog', 'information_schema'))"
	" select r.name,"
	"  case when r.oid is null then 'missing'"
	"   when not pg_has_role(current_user, r.oid,"
	"    case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)"
	"    then 'closed'"
	"   when r.rolsuper then 'is a superuser' when r.rolbypassrls then 'has BYPASSRLS'"
	"   else 'has the rights of the owner of ' || g.oid::regclass end as why,"
	"  coalesce((select oid::regclass::text from guarded order by 1 limit 1), '') as example"
	" from role r left join lateral (select * from guarded g where r.oid is not null and"
	"  not g.relforcerowsecurity and pg_has_role(r.oid, g.relowner, 'USAGE') limit 1) g on true"
	" where r.oid is null or r.rolsuper or r.rolbypassrls or g.oid is not null"
	"  or not pg_has_role(current_user, r.oid,"
	"   case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end)"
	" order by r.name";

static const char VIEWS_SQL[] =
	"select distinct v.oid::regclass::text, t.oid::regclass::text, o.rolname::text"
	" from pg_class v join pg_namespace n on n.oid = v.relnamespace"
	" join pg_rewrite w on w.ev_class = v.oid"
	" join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid"
	"  and d.refclassid = 'pg_class'::regclass"
	" join pg_class t on t.oid = d.refobjid and t.relrowsecurity"
	" join pg_roles o on o.oid = v.relowner"
	" where v.relkind in ('v', 'm') and n.nspname not in ('fraiseql', 'pg_catalog',"
	"  'information_schema') and has_table_privilege(v.oid, 'select')"
	" and not exists (select from pg_options_to_table(v.reloptions) p"
	"  where p.option_name = 'security_invoker' and p.option_value::bool)"
	" and (o.rolsuper or o.rolbypassrls or (not t.relforcerowsecurity"
	"  and pg_has_role(v.relowner, t.relowner, 'USAGE'))) order by 1, 2";

/* A role's name as an element of a PostgreSQL array's text. */
static void put_element(struct buf *b, str name)
{
	buf_lit(b, "\"");
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"' || name.p[i] == '\\')
			buf_lit(b, "\\");
		buf_putc(b, name.p[i]);
	}
	buf_lit(b, "\"");
}

static str array_text(struct arena *a, const str *names, size_t n)
{
	struct buf b = buf_on(a);
	buf_lit(&b, "{");
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_lit(&b, ",");
		put_element(&b, names[i]);
	}
	buf_lit(&b, "}");
	return (str){ str_z(a, buf_str(&b)), b.n };
}

static bool refuse_role(const struct settings *s, const struct pgrows *rows, int row, struct err *e)
{
	str name = pgrows_get(rows, row, 0), why = pgrows_get(rows, row, 1),
	    table = pgrows_get(rows, row, 2);
	if (str_eq(why, S("missing")))
		return err_set(e, ERR_CONFIG, "there is no database role \"%.*s\"", STR_ARG(name));
	if (str_eq(why, S("closed")))
		return err_set(e, ERR_CONFIG,
			"the connection's role is not a member of the role \"%.*s\": grant %.*s to it",
			STR_ARG(name), STR_ARG(name));
	if (table.n == 0 || settings_flag(s, SETTING_ALLOW_BYPASS_RLS))
		return true;
	return err_set(e, ERR_CONFIG,
		"the database role \"%.*s\" is not bound by row-level security (it %.*s), but %.*s has "
		"policies; connect as another role, or set allow_bypass_rls: true",
		STR_ARG(name), STR_ARG(why), STR_ARG(table));
}

static bool warn_of_views(struct arena *a, struct pgsync *db, const struct log *log, struct err *e)
{
	struct pgrows rows;
	if (!pgsync_query(db, a, VIEWS_SQL, NULL, 0, &rows, e))
		return false;
	for (int i = 0; i < MIN(rows.rows, VIEWS_SHOWN); i++) {
		str view = pgrows_get(&rows, i, 0), table = pgrows_get(&rows, i, 1),
		    owner = pgrows_get(&rows, i, 2);
		log_warn(log,
			"the view %.*s reads %.*s past its row-level security, with the rights of %.*s; "
			"to bind it: alter view %.*s set (security_invoker = true)",
			STR_ARG(view), STR_ARG(table), STR_ARG(owner), STR_ARG(view));
	}
	if (rows.rows > VIEWS_SHOWN)
		log_warn(log, "and %d more views do so", rows.rows - VIEWS_SHOWN);
	return true;
}

static bool has_row_security(const struct model *m)
{
	for (size_t i = 0; i < m->catalog->nrelations; i++)
		if (m->catalog->relations[i].rls &&
			!str_eq(m->catalog->relations[i].schema, S("fraiseql")))
			return true;
	return false;
}

bool role_check(struct arena *a, const struct settings *s, struct pgsync *db, const struct model *m,
	const struct log *log, struct err *e)
{
	struct pgrows rows;
	size_t n;
	str *names;
	if (!identify_roles(a, s, &names, &n, e))
		return err_prefix(e, "auth.database_roles, auth.anonymous_role: ");
	bool guarded = has_row_security(m);
	if (n == 0 && !guarded)
		return true;
	bool own = !settings_is_set(s, SETTING_AUTH_ANONYMOUS_ROLE) ||
		!settings_is_set(s, SETTING_AUTH_DATABASE_ROLES);
	const struct pgparam params[] = { { array_text(a, names, n), false },
		{ own ? S("true") : S("false"), false } };
	if (!pgsync_query(db, a, ROLES_SQL, params, COUNT(params), &rows, e))
		return false;
	for (int i = 0; i < rows.rows; i++)
		if (!refuse_role(s, &rows, i, e))
			return false;
	bool warned = guarded && !settings_flag(s, SETTING_ALLOW_BYPASS_RLS);
	return !warned || warn_of_views(a, db, log, e);
}
