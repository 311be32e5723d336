/* cmd_generate - SQL that is made from what the database has, to look at and to run. */
#include "cli/commands.h"

#include "app/project.h"
#include "projection/projection.h"
#include "sql/writer.h"

static const struct cli_option OPTIONS[] = {
	{ "table", "NAME", "the table's name, instead of tv_… for a view v_…", NULL },
	{ "key", "COLUMN", "the column that tells the view's rows apart, instead of id", NULL },
	{ "drop", NULL, "the SQL that takes it all away again", NULL },
	{ NULL, NULL, NULL, NULL },
};

static str value(const struct cli *c, const char *option)
{
	const char *v = cli_value(c, option);
	return v ? str_from(v) : STR_NONE;
}

struct script {
	struct buf text;
	struct projection_note notes;
};

static bool make(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	struct script *s = arg;
	struct projection_request r = { .arena = c->arena,
		.view = str_from(c->args[0]),
		.table = value(c, "table"),
		.key = value(c, "key") };
	return project_facts(c->arena, db, &r.facts, e) &&
		(cli_value(c, "drop") ? projection_drop_script(&r, &s->text, e)
				      : projection_script(&r, &s->text, &s->notes, e));
}

static int run(struct cli *c)
{
	struct script s = { .text = buf_on(c->arena) };
	int status = cli_database(c, true, make, &s);
	if (status != CLI_DONE)
		return status;
	for (size_t i = 0; i < s.notes.n; i++)
		cli_say(c, "note: %.*s", STR_ARG(s.notes.at[i]));
	return cli_print(c, buf_str(&s.text));
}

const struct command CMD_GENERATE_PROJECTION = {
	.name = "generate projection",
	.args = "VIEW",
	.args_min = 1,
	.args_max = 1,
	.doc = "print SQL for a table that is kept equal to a view",
	.text = "Reads the view's definition and prints a script with the table, the triggers on every "
		"table under the view, and a function that proves that table and view are equal. "
		"Changes nothing; run the script with psql.",
	.example = "fraiseql generate projection v_user | psql postgresql:///blog",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run,
};

/* ---- change log ---- */

static const struct cli_option CHANGE_OPTIONS[] = {
	{ "without", "COLUMNS", "columns that are left out, separated by commas", NULL },
	{ "drop", NULL, "the SQL that takes the triggers away again", NULL },
	{ NULL, NULL, NULL, NULL },
};

static const struct {
	const char *word, *rows;
} CHANGES[] = {
	{ "insert", " referencing new table as new_rows" },
	{ "update", " referencing old table as old_rows new table as new_rows" },
	{ "delete", " referencing old table as old_rows" },
	{ "truncate", "" },
};

/* 'id', '-secret' */
static bool put_arguments(struct cli *c, struct sql *w, const struct cat_relation *r, struct err *e)
{
	str rest = value(c, "without");
	for (size_t i = 0; i < r->primary->n; i++) {
		sql_put_program(w, i ? ", " : "");
		sql_quoted(w, r->primary->columns[i]->name);
	}
	while (rest.n) {
		str name = str_trim(str_split(&rest, ','));
		if (!cat_column_find(r, name)) {
			str near = cat_nearest_column(r, c->arena, name);
			return err_set(e, ERR_NOT_FOUND, "\"%.*s\" has no column \"%.*s\"%s%.*s%s",
				STR_ARG(r->name), STR_ARG(name), near.n ? "; did you mean \"" : "",
				STR_ARG(near), near.n ? "\"?" : "");
		}
		sql_lit(w, ", ");
		sql_quoted(w, str_printf(c->arena, "-%.*s", STR_ARG(name)));
	}
	return true;
}

static bool put_change_triggers(struct cli *c, struct sql *w, const struct cat_relation *r,
	struct err *e)
{
	for (size_t i = 0; i < COUNT(CHANGES); i++) {
		bool drop = cli_value(c, "drop") != NULL;
		sql_put_program(w, drop ? "drop trigger if exists " : "create or replace trigger ");
		sql_ident(w, str_printf(c->arena, "change_log_%s", CHANGES[i].word));
		if (!drop) {
			sql_lit(w, " after ");
			sql_put_program(w, CHANGES[i].word);
		}
		sql_lit(w, " on ");
		sql_catalog(w, r->sql);
		if (drop) {
			sql_lit(w, ";\n");
			continue;
		}
		sql_put_program(w, CHANGES[i].rows);
		sql_lit(w, "\n  for each statement execute function fraiseql.change_log_write(");
		if (!put_arguments(c, w, r, e))
			return false;
		sql_lit(w, ");\n");
	}
	return true;
}

static const struct cat_relation *find_table(struct cli *c, const struct catalog *catalog, str name,
	struct err *e)
{
	const struct cat_relation *r = catalog_relation(catalog, name);
	str near = r ? STR_NONE : catalog_nearest_relation(catalog, c->arena, name);
	if (!r)
		(void)!err_set(e, ERR_NOT_FOUND, "there is no table \"%.*s\"%s%.*s%s",
			STR_ARG(name), near.n ? "; did you mean \"" : "", STR_ARG(near),
			near.n ? "\"?" : "");
	else if (r->kind != 'r' && r->kind != 'p')
		(void)!err_set(e, ERR_UNSUPPORTED, "\"%.*s\" is no table", STR_ARG(name));
	else if (!r->primary)
		(void)!err_set(e, ERR_UNSUPPORTED,
			"\"%.*s\" has no primary key, which tells its rows apart", STR_ARG(name));
	else
		return r;
	return NULL;
}

static bool make_changes(struct cli *c, struct pgsync *db, void *arg, struct err *e)
{
	struct sql *w = arg;
	const struct catalog *catalog;
	if (!project_catalog(c->arena, db, &catalog, e))
		return false;
	for (size_t i = 0; i < c->nargs; i++) {
		const struct cat_relation *r = find_table(c, catalog, str_from(c->args[i]), e);
		if (!r || !put_change_triggers(c, w, r, e))
			return false;
	}
	return true;
}

static int run_changes(struct cli *c)
{
	struct sql w = sql_on(c->arena, NULL);
	int status = cli_database(c, true, make_changes, &w);
	return status == CLI_DONE ? cli_print(c, buf_str(&w.text)) : status;
}

const struct command CMD_GENERATE_CHANGE_LOG = {
	.name = "generate change-log",
	.args = "TABLE…",
	.args_min = 1,
	.args_max = 64,
	.doc = "print SQL for triggers that log every change of tables",
	.text = "Each change of a row becomes a row of fraiseql.change_log, in the same transaction, "
		"whoever makes it. Changes nothing; run the script with psql.",
	.example =
		"fraiseql generate change-log tb_user --without password | psql postgresql:///blog",
	.options = CHANGE_OPTIONS,
	.settings = true,
	.mode = MODE_SERVE,
	.run = run_changes,
};
