/*
 * write_nested - rows of other tables that are created or connected together with a row.
 *
 * A field whose input type has no fields but `create` and `connect` stands for a foreign key. When
 * they are single objects, the row refers to the other: `author: {connect: {id: …}}`. When they are
 * lists, the others refer to the row: `lines: {create: [{…}]}`.
 *
 * A row's own key is found by the field's name: its column (author_id, fk_author) or the table it
 * refers to (author, tb_author). Others' keys are found by the name of their table, or its last
 * word, in the singular or plural. @column(name:) names the column, for others' keys as
 * "table.column".
 */
#include "schema/write_int.h"

enum { DEPTH_MAX = 8 };

bool write_is_nested(const struct gql_input *in)
{
	const struct gql_type *t = in->type->type;
	if (t->kind != GQL_INPUT || gql_is_list(in->type) || t->ninputs == 0)
		return false;
	for (size_t i = 0; i < t->ninputs; i++)
		if (!str_eq(t->inputs[i].name, S("create")) &&
			!str_eq(t->inputs[i].name, S("connect")))
			return false;
	return true;
}

static bool refuse(struct writing *w, const struct gql_input *in, str message, str hint)
{
	struct diagnostic *d = diag_error(w->c, in->source, in->node->name.at, "%.*s: %.*s",
		STR_ARG(write_input_name(w, in)), STR_ARG(message));
	d->hint = hint;
	return false;
}

/* ---- names ---- */

/* tb_author → author */
static str base_name(str name)
{
	return str_starts(name, S("tb_")) ? str_sub(name, 3, name.n) : name;
}

/* Is `one` what `many` is the plural of, or the same? */
static bool is_plural(struct arena *a, str many, str one)
{
	bool ies = str_ends(one, S("y")) && str_ends(many, S("ies"));
	return str_eq(many, one) || str_eq(many, str_printf(a, "%.*ss", STR_ARG(one))) ||
		str_eq(many, str_printf(a, "%.*ses", STR_ARG(one))) ||
		(ies && str_eq(str_sub(many, 0, many.n - 3), str_sub(one, 0, one.n - 1)));
}

/* How well a name means a key of the row itself: 2 by its column, 1 by the table, 0 not. */
static int own_key_fit(struct arena *a, const struct cat_foreign_key *k, str name)
{
	str column = k->columns[0]->name;
	if (str_eq(column, name) || str_eq(column, str_printf(a, "%.*s_id", STR_ARG(name))) ||
		str_eq(column, str_printf(a, "fk_%.*s", STR_ARG(name))))
		return 2;
	return str_eq(base_name(k->to->name), name);
}

/* The same for a key of another table that refers to the row: 3 by table and column, 2 by the
 * table, 1 by the last word of its name (order_line: lines). */
static int others_key_fit(struct arena *a, const struct cat_foreign_key *k, str name)
{
	str exact =
		str_printf(a, "%.*s.%.*s", STR_ARG(k->from->name), STR_ARG(k->columns[0]->name));
	if (str_eq(exact, name))
		return 3;
	if (is_plural(a, name, base_name(k->from->name)) || is_plural(a, name, k->from->name))
		return 2;
	size_t word = k->from->name.n;
	while (word > 0 && k->from->name.p[word - 1] != '_')
		word--;
	return is_plural(a, name, str_sub(k->from->name, word, k->from->name.n));
}

/* ---- foreign keys ---- */

struct search {
	const struct cat_foreign_key *found;
	int fit; /* of what was found; the best counts */
	size_t n;
};

static void look_at(struct search *s, const struct cat_foreign_key *k, int fit)
{
	if (fit == 0 || fit < s->fit)
		return;
	s->n = fit > s->fit ? 1 : s->n + 1;
	s->fit = fit;
	s->found = k;
}

static bool find_key(struct writing *w, const struct write_row *row, struct write_nested *out,
	str name)
{
	struct arena *a = w->c->arena;
	const struct catalog *catalog = w->c->catalog;
	struct search s = { 0 };
	for (size_t i = 0; !out->many && i < row->table->nforeign_keys; i++)
		look_at(&s, &row->table->foreign_keys[i],
			own_key_fit(a, &row->table->foreign_keys[i], name));
	for (size_t i = 0; out->many && i < catalog->nrelations; i++)
		for (size_t k = 0; k < catalog->relations[i].nforeign_keys; k++) {
			const struct cat_foreign_key *key = &catalog->relations[i].foreign_keys[k];
			if (key->to == row->table)
				look_at(&s, key, others_key_fit(a, key, name));
		}
	out->key = s.found;
	if (s.n == 1)
		return true;
	str which = out->many ? str_printf(a, "to \"%.*s\"", STR_ARG(row->table->name))
			      : str_printf(a, "of \"%.*s\"", STR_ARG(row->table->name));
	return refuse(w, out->input,
		str_printf(a, "%s foreign key %.*s is meant by \"%.*s\".",
			s.n ? "more than one" : "no", STR_ARG(which), STR_ARG(name)),
		out->many ? S("@column(name: \"table.column\") names it.")
			  : S("@column(name:) names its column."));
}

/* ---- members ---- */

static bool is_list_of_required(const struct gql_ref *type)
{
	const struct gql_ref *bare = gql_nullable(type);
	return bare->kind == AST_TYPE_LIST && gql_is_non_null(bare->of) &&
		gql_nullable(bare->of)->kind == AST_TYPE_NAMED;
}

static bool read_members(struct writing *w, struct write_nested *out)
{
	const struct gql_type *t = out->input->type->type;
	for (size_t i = 0; i < t->ninputs; i++) {
		const struct gql_input *in = &t->inputs[i];
		bool list = gql_is_list(in->type);
		if (in->type->type->kind != GQL_INPUT || (list && !is_list_of_required(in->type)))
			return refuse(w, in,
				S("rows are input objects, or lists of them without null."),
				STR_NONE);
		if (i && list != out->many)
			return refuse(w, in,
				S("`create` and `connect` are both lists, or none is."), STR_NONE);
		out->many = list;
		*(str_eq(in->name, S("create")) ? &out->create : &out->connect) = in;
	}
	if (!out->many && t->ninputs > 1 && !t->one_of)
		return refuse(w, out->input,
			S("of `create` and `connect` exactly one can be meant."),
			str_printf(w->c->arena, "Add @oneOf to \"%.*s\".", STR_ARG(t->name)));
	return true;
}

/* What `connect` finds a row by: a unique key of its table. */
static bool bind_connect(struct writing *w, struct write_nested *out)
{
	const struct gql_type *t = out->connect->type->type;
	const struct cat_relation *table = out->row.table;
	const str *keys = w->c->facts[t->id].keys;
	out->by = arena_array(w->c->arena, struct write_value, t->ninputs);
	for (size_t i = 0; i < t->ninputs; i++) {
		if (!write_value_bind(w, table, &t->inputs[i], keys[i], &out->by[out->nby]))
			return false;
		if (!gql_is_non_null(t->inputs[i].type) || out->by[out->nby].form != WRITE_LEAF)
			return refuse(w, &t->inputs[i], S("a key's value must not be left out."),
				STR_NONE);
		out->nby++;
	}
	for (size_t i = 0; i < table->nkeys; i++) {
		const struct cat_key *key = &table->keys[i];
		size_t found = 0;
		for (size_t k = 0; k < key->n; k++)
			for (size_t n = 0; n < out->nby; n++)
				found += out->by[n].column == key->columns[k];
		if ((key->unique || key->primary) && found == key->n && found == out->nby)
			return true;
	}
	return refuse(w, out->connect,
		str_printf(w->c->arena, "the fields of \"%.*s\" are no unique key of \"%.*s\".",
			STR_ARG(t->name), STR_ARG(table->name)),
		STR_NONE);
}

/* Columns that the foreign key fills need no field. */
static bool bind_create(struct writing *w, struct write_nested *out)
{
	const struct cat_foreign_key *key = out->key;
	struct write_value *filled = arena_array(w->c->arena, struct write_value, key->n);
	for (size_t i = 0; i < key->n; i++)
		filled[i].column = key->columns[i];
	if (!write_row_bind(w, out->create->type->type, &out->row))
		return false;
	for (size_t i = 0; i < out->row.nvalues; i++) {
		const struct write_value *v = &out->row.values[i];
		bool by_key = false;
		for (size_t k = 0; k < key->n; k++)
			by_key |= out->many && v->column == key->columns[k];
		if (by_key || v->column->generated || v->column->identity)
			return refuse(w, v->input,
				str_printf(w->c->arena, "column \"%.*s\" gets its value from %s.",
					STR_ARG(v->column->name),
					by_key ? "the row that this one is created with"
					       : "the database"),
				S("Leave it out."));
	}
	write_row_check(w, &out->row, filled, out->many ? key->n : 0);
	return true;
}

bool write_nested_bind(struct writing *w, struct write_row *row, const struct gql_input *in,
	str key)
{
	struct write_nested *out = &row->nested[row->nnested];
	*out = (struct write_nested){ .input = in };
	if (w->write->action != WRITE_INSERT && w->write->action != WRITE_UPDATE)
		return refuse(w, in, S("rows are created and connected by INSERT and UPDATE only."),
			STR_NONE);
	if (++w->depth > DEPTH_MAX)
		return refuse(w, in, S("rows are nested too deeply."),
			S("An input type that leads to itself can't be written; give it an end."));
	if (!read_members(w, out) || !find_key(w, row, out, key))
		return false;
	out->row.table = out->many ? out->key->from : out->key->to;
	if (out->connect && !bind_connect(w, out))
		return false;
	if (out->create && !bind_create(w, out))
		return false;
	w->depth--;
	row->nnested++;
	return true;
}
