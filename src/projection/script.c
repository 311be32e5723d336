/*
 * script - the table, the functions that write and check it, and the order of it all.
 *
 * Everything is one transaction that locks the tables under the view against writers, so that no
 * change falls between the first filling and the triggers. Running it again replaces functions and
 * triggers and compares the table with the view.
 */
#include "projection/projection_int.h"

enum { NAME_MAX_BYTES = 63, HASH_DIGITS = 8 };

static void put_view(struct sql *w, const struct projection *p)
{
	sql_catalog(w, p->view->sql);
}

str fitting_name(struct arena *a, str name)
{
	if (name.n <= NAME_MAX_BYTES)
		return name;
	size_t n = NAME_MAX_BYTES - HASH_DIGITS - 1;
	while (n > 0 && ((unsigned char)name.p[n] & 0xc0) == 0x80)
		n--;
	return str_printf(a, "%.*s_%08x", (int)n, name.p, (unsigned)str_hash(name, 0));
}

void put_name(struct sql *w, const struct projection *p, const char *suffix)
{
	str name = str_printf(p->arena, "%.*s%s", STR_ARG(p->name), suffix);
	sql_ident(w, p->schema);
	sql_lit(w, ".");
	sql_ident(w, fitting_name(p->arena, name));
}

static void put_key(struct sql *w, const struct projection *p, const char *alias)
{
	sql_put_program(w, alias);
	sql_lit(w, ".");
	sql_ident(w, p->key->name);
}

/* ---- head: notes, locks, the table ---- */

void put_head(struct sql *w, const struct projection *p)
{
	sql_lit(w, "-- A table that triggers keep equal to the view ");
	put_view(w, p);
	sql_lit(w,
		".\n-- Runs in one transaction, which holds back writers of the tables below it; "
		"running it again does no harm.\n");
	for (size_t i = 0; i < p->notes->n; i++) {
		sql_lit(w, "-- Note: ");
		sql_catalog(w, p->notes->at[i]);
		sql_lit(w, "\n");
	}
	sql_lit(w, "\nbegin;\n");
	for (size_t i = 0; i < p->tables.n; i++) {
		sql_lit(w, "lock table ");
		sql_catalog(w, p->tables.at[i].relation->sql);
		sql_lit(w, " in share row exclusive mode;\n");
	}
	sql_lit(w, "\ncreate table if not exists ");
	put_name(w, p, "");
	sql_lit(w, " as select * from ");
	put_view(w, p);
	sql_lit(w, " with no data;\nalter table ");
	put_name(w, p, "");
	sql_lit(w, " alter column ");
	sql_ident(w, p->key->name);
	sql_lit(w, " set not null;\ncreate unique index if not exists ");
	sql_ident(w,
		fitting_name(p->arena,
			str_printf(p->arena, "%.*s_%.*s_key", STR_ARG(p->name),
				STR_ARG(p->key->name))));
	sql_lit(w, " on ");
	put_name(w, p, "");
	sql_lit(w, " (");
	sql_ident(w, p->key->name);
	sql_lit(w, ");\n");
}

/* ---- functions ---- */

/* json and xml have no equality: they are compared as text. */
static const char *comparable(const struct cat_column *c)
{
	static const char *const TEXTUAL[] = { "json", "xml", "point", "polygon" };
	str name = cat_type_plain(c->type)->name;
	for (size_t i = 0; i < COUNT(TEXTUAL); i++)
		if (str_eq(name, str_from(TEXTUAL[i])))
			return "::text";
	return "";
}

/* (a."x", a."y"::text): all columns but the key. */
static void put_row(struct sql *w, const struct projection *p, const char *alias, bool compared)
{
	size_t n = 0;
	sql_lit(w, "row(");
	for (size_t i = 0; i < p->view->ncolumns; i++) {
		const struct cat_column *c = &p->view->columns[i];
		if (c == p->key)
			continue;
		sql_put_program(w, n++ ? ", " : "");
		sql_put_program(w, alias);
		sql_lit(w, ".");
		sql_ident(w, c->name);
		sql_put_program(w, compared ? comparable(c) : "");
	}
	sql_lit(w, ")");
}

static void put_columns(struct sql *w, const struct projection *p, const char *alias, bool with_key)
{
	size_t n = 0;
	for (size_t i = 0; i < p->view->ncolumns; i++) {
		if (!with_key && &p->view->columns[i] == p->key)
			continue;
		sql_put_program(w, n++ ? ", " : "");
		sql_put_program(w, alias);
		sql_ident(w, p->view->columns[i].name);
	}
}

/* `some`: only the rows of the parameter `keys`. */
static void put_refresh(struct sql *w, const struct projection *p, bool some)
{
	sql_lit(w, "  delete from ");
	put_name(w, p, "");
	sql_lit(w, " t where ");
	if (some) {
		put_key(w, p, "t");
		sql_lit(w, " = any(keys) and ");
	}
	sql_lit(w, "not exists (select from ");
	put_view(w, p);
	sql_lit(w, " v where ");
	put_key(w, p, "v");
	sql_lit(w, " = ");
	put_key(w, p, "t");
	sql_lit(w, ");\n  insert into ");
	put_name(w, p, "");
	sql_lit(w, " as t (");
	put_columns(w, p, "", true);
	sql_lit(w, ")\n    select ");
	put_columns(w, p, "v.", true);
	sql_lit(w, " from ");
	put_view(w, p);
	sql_lit(w, " v where ");
	put_key(w, p, "v");
	sql_put_program(w, some ? " = any(keys) order by " : " is not null order by ");
	put_key(w, p, "v");
	sql_lit(w, "\n    on conflict (");
	sql_ident(w, p->key->name);
	if (p->view->ncolumns == 1) {
		sql_lit(w, ") do nothing;\n");
		return;
	}
	sql_lit(w, ") do update set (");
	put_columns(w, p, "", false);
	sql_lit(w, ") = ");
	put_row(w, p, "excluded", false);
	sql_lit(w, "\n      where ");
	put_row(w, p, "t", true);
	sql_lit(w, " is distinct from ");
	put_row(w, p, "excluded", true);
	sql_lit(w, ";\n");
}

static void put_function_head(struct sql *w)
{
	sql_lit(w,
		" language plpgsql security definer\n"
		"  set search_path = pg_catalog, pg_temp as $fraiseql$\nbegin\n");
}

static void put_refresh_some(struct sql *w, const struct projection *p)
{
	sql_lit(w,
		"\n-- Makes the rows with these keys what the view says of them.\n"
		"create or replace function ");
	put_name(w, p, "_refresh");
	sql_lit(w, "(keys ");
	sql_catalog(w, p->key->type->sql);
	sql_lit(w, "[]) returns void");
	put_function_head(w);
	put_refresh(w, p, true);
	sql_lit(w, "end\n$fraiseql$;\nrevoke execute on function ");
	put_name(w, p, "_refresh");
	sql_lit(w, " from public;\n");
}

static void put_refresh_all(struct sql *w, const struct projection *p)
{
	sql_lit(w, "\n-- Compares all rows.\ncreate or replace function ");
	put_name(w, p, "_refresh_all");
	sql_lit(w, "() returns void");
	put_function_head(w);
	sql_lit(w, "  lock table ");
	put_name(w, p, "");
	sql_lit(w, " in exclusive mode;\n");
	put_refresh(w, p, false);
	sql_lit(w, "end\n$fraiseql$;\nrevoke execute on function ");
	put_name(w, p, "_refresh_all");
	sql_lit(w, " from public;\n");
}

static void put_verify(struct sql *w, const struct projection *p)
{
	sql_lit(w,
		"\n-- Where table and view differ: no row means that they are equal.\n"
		"create or replace function ");
	put_name(w, p, "_verify");
	sql_lit(w, "() returns table (key ");
	sql_catalog(w, p->key->type->sql);
	sql_lit(w, ", problem text) language sql stable as $fraiseql$\n  select coalesce(");
	put_key(w, p, "v");
	sql_lit(w, ", ");
	put_key(w, p, "t");
	sql_lit(w, "), case when ");
	put_key(w, p, "t");
	sql_lit(w, " is null then 'missing' when ");
	put_key(w, p, "v");
	sql_lit(w, " is null then 'extra' else 'different' end\n  from ");
	put_view(w, p);
	sql_lit(w, " v full join ");
	put_name(w, p, "");
	sql_lit(w, " t on ");
	put_key(w, p, "t");
	sql_lit(w, " = ");
	put_key(w, p, "v");
	sql_lit(w, "\n  where ");
	put_key(w, p, "t");
	sql_lit(w, " is null or ");
	put_key(w, p, "v");
	sql_lit(w, " is null");
	if (p->view->ncolumns > 1) {
		sql_lit(w, " or ");
		put_row(w, p, "v", true);
		sql_lit(w, " is distinct from ");
		put_row(w, p, "t", true);
	}
	sql_lit(w, "\n$fraiseql$;\n");
}

void put_functions(struct sql *w, const struct projection *p)
{
	put_refresh_some(w, p);
	put_refresh_all(w, p);
	put_verify(w, p);
}

/* ---- taking it away ---- */

void put_drop(struct sql *w, const struct projection *p)
{
	sql_lit(w,
		"begin;\ndo $fraiseql$\ndeclare\n  f regprocedure;\nbegin\n"
		"  for f in select distinct t.tgfoid::regprocedure from pg_trigger t\n"
		"      join pg_proc p on p.oid = t.tgfoid\n"
		"      where p.pronamespace = ");
	sql_quoted(w, p->schema);
	sql_lit(w, "::regnamespace and obj_description(p.oid, 'pg_proc') = ");
	sql_quoted(w, str_printf(p->arena, "Keeps %.*s.", STR_ARG(p->name)));
	sql_lit(w,
		" loop\n    execute format('drop function %s cascade', f);\n  end loop;\nend\n"
		"$fraiseql$;\ndrop function if exists ");
	put_name(w, p, "_verify");
	sql_lit(w, ", ");
	put_name(w, p, "_refresh_all");
	sql_lit(w, ", ");
	put_name(w, p, "_refresh");
	sql_lit(w, ";\ndrop table if exists ");
	put_name(w, p, "");
	sql_lit(w, ";\ncommit;\n");
}
