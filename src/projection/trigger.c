/*
 * trigger - for each table under the view: a function that finds the keys of the rows that changed
 * rows have a part in, and triggers that call it.
 *
 *     create function "tv_post_on_tb_user"() … begin
 *       perform from "tb_org" … for share;                  -- what new references are to
 *       loop
 *         found_keys := array(select … from new_rows c join "tb_post" t0 on … );  -- along the ways
 *         exit when there is no new one;
 *         perform from "tb_post" … order by "id" for no key update;   -- others wait here
 *       end loop;
 *       perform "tv_post_refresh"(keys);
 *
 * READ COMMITTED gives each statement of a function a new view of the database, so what is found
 * and written after a lock was waited for includes what its holder did. Locked are the rows that
 * the keys come from, not the projection's: a row that is not in the projection yet can be waited
 * for.
 */
#include "projection/projection_int.h"

enum event { EVENT_INSERT, EVENT_UPDATE, EVENT_DELETE, EVENT_COUNT };

static const struct {
	const char *name, *word, *referencing;
} EVENTS[EVENT_COUNT] = {
	[EVENT_INSERT] = { "INSERT", "insert", " referencing new table as new_rows" },
	[EVENT_UPDATE] = { "UPDATE", "update",
		" referencing old table as old_rows new table as new_rows" },
	[EVENT_DELETE] = { "DELETE", "delete", " referencing old table as old_rows" },
};

str trigger_function(const struct projection *p, const struct table *t)
{
	return str_printf(p->arena, "_on_%.*s", STR_ARG(t->relation->name));
}

/* ---- keys of changed rows ---- */

static bool has_equality(const struct cat_column *c)
{
	str name = cat_type_plain(c->type)->name;
	return !str_eq(name, S("json")) && !str_eq(name, S("xml")) && !str_eq(name, S("point")) &&
		!str_eq(name, S("polygon"));
}

static void put_used(struct sql *w, const struct projection *p, uint32_t source, const char *rows)
{
	const struct cat_relation *r = p->relations[source];
	const struct cat_column **columns =
		arena_array(p->arena, const struct cat_column *, r->ncolumns);
	size_t n = ways_columns(p, source, columns);
	sql_lit(w, "select ");
	for (size_t i = 0; i < n; i++) {
		sql_put_program(w, i ? ", " : "");
		sql_ident(w, columns[i]->name);
		if (has_equality(columns[i]))
			continue;
		sql_lit(w, "::text as ");
		sql_ident(w, columns[i]->name);
	}
	sql_lit(w, " from ");
	sql_put_program(w, rows);
}

/* The rows of a source that count as changed; of an update only those with other values in columns
 * that the view uses. */
static void put_changed(struct sql *w, const struct projection *p, uint32_t source, enum event e)
{
	if (e != EVENT_UPDATE) {
		put_used(w, p, source, e == EVENT_INSERT ? "new_rows" : "old_rows");
		return;
	}
	sql_lit(w, "(");
	put_used(w, p, source, "new_rows");
	sql_lit(w, " except ");
	put_used(w, p, source, "old_rows");
	sql_lit(w, ") union all (");
	put_used(w, p, source, "old_rows");
	sql_lit(w, " except ");
	put_used(w, p, source, "new_rows");
	sql_lit(w, ")");
}

static void put_alias(struct sql *w, uint32_t source, uint32_t changed)
{
	if (source == changed)
		sql_lit(w, "c");
	else
		sql_alias(w, source);
}

/* t3."x" = c."y" and … */
static void put_pairs(struct sql *w, uint32_t from, const struct step *s, uint32_t changed)
{
	for (size_t i = 0; i < s->npairs; i++) {
		sql_put_program(w, i ? " and " : "");
		put_alias(w, s->to, changed);
		sql_lit(w, ".");
		sql_ident(w, s->pairs[i].to);
		sql_lit(w, " = ");
		put_alias(w, from, changed);
		sql_lit(w, ".");
		sql_ident(w, s->pairs[i].from);
	}
}

/* select the key from the changed rows of a source, along its way. */
static void put_keys_of(struct sql *w, const struct projection *p, uint32_t source, enum event e)
{
	sql_lit(w, "select ");
	put_alias(w, p->key_source, source);
	sql_lit(w, ".");
	sql_ident(w, p->key_column);
	sql_lit(w, " as k from (");
	put_changed(w, p, source, e);
	sql_lit(w, ") c");
	for (uint32_t at = source; at != p->key_source; at = p->ways[at].step.to) {
		const struct step *s = &p->ways[at].step;
		sql_lit(w, " join ");
		sql_catalog(w, p->relations[s->to]->sql);
		sql_lit(w, " ");
		sql_alias(w, s->to);
		sql_lit(w, " on ");
		put_pairs(w, at, s, source);
	}
}

static void put_find(struct sql *w, const struct projection *p, const struct table *t)
{
	for (int e = 0; e < EVENT_COUNT; e++) {
		sql_put_program(w, e == 0 ? "    if" : "    elsif");
		sql_lit(w, " tg_op = '");
		sql_put_program(w, EVENTS[e].name);
		sql_lit(w, "' then\n      found_keys := array(");
		for (size_t i = 0; i < t->sources.n; i++) {
			sql_put_program(w, i ? "\n        union " : "");
			put_keys_of(w, p, t->sources.at[i], (enum event)e);
		}
		sql_lit(w, " except select unnest(keys));\n");
	}
	sql_lit(w, "    end if;\n");
}

/* ---- locks of what new rows refer to ---- */

/* Is the way from `source` to `from` a chain of to-one steps, seen from `from`? */
static bool is_referred(const struct projection *p, uint32_t source, uint32_t from)
{
	while (source != from) {
		const struct way *way = &p->ways[source];
		if (source == p->key_source || !way->found || !way->step.unique)
			return false;
		source = way->step.to;
	}
	return true;
}

static void put_name_of(struct sql *w, str column, size_t *n)
{
	sql_put_program(w, (*n)++ ? ", " : "");
	sql_ident(w, column);
}

/* Which row refers to what: its primary key and the columns of the step. */
static void put_reference(struct sql *w, const struct projection *p, uint32_t from,
	const struct step *s, const char *rows)
{
	const struct cat_relation *r = p->relations[from];
	const struct cat_key *primary = NULL;
	size_t n = 0;
	for (size_t i = 0; i < r->nkeys; i++)
		if (r->keys[i].primary)
			primary = &r->keys[i];
	if (!primary) {
		put_used(w, p, from, rows);
		return;
	}
	sql_lit(w, "select ");
	for (size_t i = 0; i < primary->n; i++)
		put_name_of(w, primary->columns[i]->name, &n);
	for (size_t i = 0; i < s->npairs; i++) {
		bool twice = false;
		for (size_t k = 0; k < primary->n; k++)
			twice |= str_eq(primary->columns[k]->name, s->pairs[i].to);
		if (!twice)
			put_name_of(w, s->pairs[i].to, &n);
	}
	sql_lit(w, " from ");
	sql_put_program(w, rows);
}

/*
 * A reference that was there is found by whoever changes what it is to, and waits for us at the
 * key's row; a new one is not.
 */
static void put_lock_of(struct sql *w, const struct projection *p, uint32_t source, uint32_t from,
	enum event e)
{
	/* the chain stands from the far end: written backwards, from the changed rows outwards */
	uint32_t *chain = arena_array(p->arena, uint32_t, p->lineage.nsources);
	size_t n = 0;
	for (uint32_t at = source; at != from; at = p->ways[at].step.to)
		chain[n++] = at;
	const struct step *first = &p->ways[chain[n - 1]].step;
	sql_lit(w, "    perform from ");
	if (e == EVENT_UPDATE) {
		sql_lit(w, "(");
		put_reference(w, p, from, first, "new_rows");
		sql_lit(w, " except ");
		put_reference(w, p, from, first, "old_rows");
		sql_lit(w, ") c");
	} else {
		sql_lit(w, "new_rows c");
	}
	while (n-- > 0) {
		sql_lit(w, " join ");
		sql_catalog(w, p->relations[chain[n]]->sql);
		sql_lit(w, " ");
		sql_alias(w, chain[n]);
		sql_lit(w, " on ");
		put_pairs(w, chain[n], &p->ways[chain[n]].step, from);
	}
	sql_lit(w, " for share of ");
	sql_alias(w, source);
	sql_lit(w, ";\n");
}

static void put_locks_at(struct sql *w, const struct projection *p, const struct table *t,
	enum event e)
{
	size_t written = 0;
	for (size_t i = 0; i < t->sources.n; i++) {
		for (uint32_t s = 0; s < p->lineage.nsources; s++) {
			uint32_t from = t->sources.at[i];
			const struct cat_relation *r = p->relations[s];
			bool lockable = r && (r->kind == 'r' || r->kind == 'p');
			if (s == from || !lockable || !is_referred(p, s, from))
				continue;
			if (!written++) {
				sql_lit(w, "  if tg_op = '");
				sql_put_program(w, EVENTS[e].name);
				sql_lit(w, "' then\n");
			}
			put_lock_of(w, p, s, from, e);
		}
	}
	if (written)
		sql_lit(w, "  end if;\n");
}

static void put_locks(struct sql *w, const struct projection *p, const struct table *t)
{
	put_locks_at(w, p, t, EVENT_INSERT);
	put_locks_at(w, p, t, EVENT_UPDATE);
}

/* ---- functions and triggers ---- */

static void put_body(struct sql *w, const struct projection *p, const struct table *t)
{
	put_locks(w, p, t);
	sql_lit(w, "  loop\n");
	put_find(w, p, t);
	sql_lit(w,
		"    found_keys := array_remove(found_keys, null);\n"
		"    exit when cardinality(found_keys) = 0;\n"
		"    keys := keys || found_keys;\n    perform from ");
	sql_catalog(w, p->relations[p->key_source]->sql);
	sql_lit(w, " t where t.");
	sql_ident(w, p->key_column);
	sql_lit(w, " = any(found_keys) order by t.");
	sql_ident(w, p->key_column);
	sql_lit(w,
		" for no key update;\n  end loop;\n  if cardinality(keys) > 0 then\n    perform ");
	put_name(w, p, "_refresh");
	sql_lit(w, "(keys);\n  end if;\n");
}

static void put_function(struct sql *w, const struct projection *p, const struct table *t)
{
	const char *name = str_z(p->arena, trigger_function(p, t));
	sql_lit(w, "\ncreate or replace function ");
	put_name(w, p, name);
	sql_lit(w,
		"() returns trigger language plpgsql security definer\n"
		"  set search_path = pg_catalog, pg_temp as $fraiseql$\ndeclare\n  keys ");
	sql_catalog(w, p->key->type->sql);
	sql_lit(w, "[] := '{}';\n  found_keys ");
	sql_catalog(w, p->key->type->sql);
	sql_lit(w, "[];\nbegin\n");
	if (!t->whole) {
		sql_lit(w, "  if tg_op = 'TRUNCATE' then\n    perform ");
		put_name(w, p, "_refresh_all");
		sql_lit(w, "();\n    return null;\n  end if;\n");
		put_body(w, p, t);
	} else {
		sql_lit(w, "  perform ");
		put_name(w, p, "_refresh_all");
		sql_lit(w, "();\n");
	}
	sql_lit(w, "  return null;\nend\n$fraiseql$;\ncomment on function ");
	put_name(w, p, name);
	sql_lit(w, " is ");
	sql_quoted(w, str_printf(p->arena, "Keeps %.*s.", STR_ARG(p->name)));
	sql_lit(w, ";\nrevoke execute on function ");
	put_name(w, p, name);
	sql_lit(w, " from public;\n");
}

static void put_trigger(struct sql *w, const struct projection *p, const struct table *t,
	const char *word, const char *referencing)
{
	const char *function = str_z(p->arena, trigger_function(p, t));
	sql_lit(w, "create or replace trigger ");
	sql_ident(w,
		fitting_name(p->arena, str_printf(p->arena, "%.*s_%s", STR_ARG(p->name), word)));
	sql_lit(w, " after ");
	sql_put_program(w, word);
	sql_lit(w, " on ");
	sql_catalog(w, t->relation->sql);
	sql_put_program(w, referencing);
	sql_lit(w, "\n  for each statement execute function ");
	put_name(w, p, function);
	sql_lit(w, "();\n");
}

void put_triggers(struct sql *w, const struct projection *p)
{
	for (size_t i = 0; i < p->tables.n; i++) {
		const struct table *t = &p->tables.at[i];
		put_function(w, p, t);
		for (int e = 0; e < EVENT_COUNT; e++)
			put_trigger(w, p, t, EVENTS[e].word, EVENTS[e].referencing);
		put_trigger(w, p, t, "truncate", "");
	}
	sql_lit(w, "\nselect ");
	put_name(w, p, "_refresh_all");
	sql_lit(w, "();\ncommit;\nanalyze ");
	put_name(w, p, "");
	sql_lit(w, ";\n");
}
