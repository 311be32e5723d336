/*
 * write_key - which values say what row is meant, and which is its version.
 *
 * A row is found by a unique key of its table: by arguments of the field, when they hold one, else
 * by fields of the input. An upsert's key is what `conflict` names, or the primary key, or `id`.
 */
#include "schema/write_int.h"

static bool refuse(struct writing *w, str message, str hint)
{
	struct diagnostic *d =
		diag_error(w->c, w->field->source, w->directive->at, "%.*s.%.*s: %.*s",
			STR_ARG(w->field->parent->name), STR_ARG(w->field->name), STR_ARG(message));
	d->hint = hint;
	return false;
}

static str table_name(const struct writing *w)
{
	return w->write->table->name;
}

/* ---- unique keys ---- */

static const struct write_value *value_for(const struct write_value *values, size_t n,
	const struct cat_column *column)
{
	for (size_t i = 0; i < n; i++)
		if (values[i].column == column)
			return &values[i];
	return NULL;
}

static bool holds_key(const struct write_value *values, size_t n, const struct cat_key *key)
{
	for (size_t i = 0; i < key->n; i++)
		if (!value_for(values, n, key->columns[i]))
			return false;
	return key->n > 0 && (key->unique || key->primary);
}

static bool is_id(const struct cat_key *key)
{
	return key->n == 1 && str_eq(key->columns[0]->name, S("id"));
}

/* The key that the values hold: the primary key before `id` before others; NULL = none. */
static const struct cat_key *find_key(const struct cat_relation *table,
	const struct write_value *values, size_t n)
{
	const struct cat_key *found = NULL;
	for (size_t i = 0; i < table->nkeys; i++) {
		const struct cat_key *key = &table->keys[i];
		if (!holds_key(values, n, key))
			continue;
		if (key->primary)
			return key;
		if (!found || (is_id(key) && !is_id(found)))
			found = key;
	}
	return found;
}

static str list_keys(struct writing *w)
{
	const struct cat_relation *table = w->write->table;
	struct buf b = buf_on(w->c->arena);
	for (size_t i = 0; i < table->nkeys; i++) {
		const struct cat_key *key = &table->keys[i];
		if ((!key->unique && !key->primary) || key->n == 0)
			continue;
		buf_put(&b, b.n ? S(", (") : S("Its unique keys: ("));
		for (size_t k = 0; k < key->n; k++)
			buf_printf(&b, "%s%.*s", k ? ", " : "", STR_ARG(key->columns[k]->name));
		buf_lit(&b, ")");
	}
	if (!b.n)
		buf_lit(&b, "It has no unique key");
	buf_put(&b,
		w->write->action == WRITE_UPSERT ? S(".") : S(". Or give the field a `where`."));
	return buf_str(&b);
}

static bool must_be_given(struct writing *w, struct write_value *v)
{
	if (gql_is_non_null(v->input->type))
		return true;
	struct diagnostic *d = diag_error(w->c, v->input->source, v->input->node->type->at,
		"%.*s says which row is meant, so it must not be left out.",
		STR_ARG(write_input_name(w, v->input)));
	d->hint = str_printf(w->c->arena, "%.*s! fits.",
		STR_ARG(gql_ref_text(w->c->arena, v->input->type)));
	return false;
}

static bool mark_key(struct writing *w, struct write_value *values, size_t n,
	const struct cat_key *key)
{
	bool ok = true;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < key->n; k++)
			if (values[i].column == key->columns[k] && values[i].role == WRITE_VALUE) {
				values[i].role = WRITE_KEY;
				ok &= must_be_given(w, &values[i]);
			}
	return ok;
}

/* Arguments of UPDATE and DELETE are conditions: all of them must hold. */
static bool mark_arguments(struct writing *w)
{
	struct write *t = w->write;
	bool ok = true;
	for (size_t i = 0; i < t->nargs; i++) {
		if (t->args[i].role != WRITE_VALUE)
			continue;
		t->args[i].role = WRITE_KEY;
		ok &= must_be_given(w, &t->args[i]);
	}
	return ok;
}

static bool key_of_rows(struct writing *w)
{
	struct write *t = w->write;
	bool by_arguments = find_key(t->table, t->args, t->nargs) != NULL;
	const struct cat_key *key = find_key(t->table, t->row.values, t->row.nvalues);
	bool ok = mark_arguments(w);
	if (t->where || by_arguments)
		return ok;
	if (key)
		return mark_key(w, t->row.values, t->row.nvalues, key) && ok;
	return refuse(w,
		str_printf(w->c->arena, "nothing tells which row of \"%.*s\" is meant.",
			STR_ARG(table_name(w))),
		list_keys(w));
}

/* ---- upsert ---- */

static bool read_columns(struct writing *w, const char *name, const struct cat_column ***out,
	size_t *n)
{
	struct compiler *c = w->c;
	struct ast_value **items;
	*n = 0;
	if (!directive_texts(c, w->field->source, w->directive, name, &items, n))
		return directive_arg(w->directive, name) == NULL;
	*out = arena_array(c->arena, const struct cat_column *, *n);
	bool ok = true;
	for (size_t i = 0; i < *n; i++) {
		(*out)[i] = cat_column_find(w->write->table, items[i]->text);
		if ((*out)[i])
			continue;
		ok = false;
		diag_nearest(c,
			diag_error(c, w->field->source, items[i]->at,
				"\"%.*s\" has no column \"%.*s\".", STR_ARG(table_name(w)),
				STR_ARG(items[i]->text)),
			cat_nearest_column(w->write->table, c->arena, items[i]->text));
	}
	return ok;
}

static bool key_is(const struct cat_key *key, const struct cat_column *const *columns, size_t n)
{
	size_t found = 0;
	for (size_t i = 0; i < key->n; i++)
		for (size_t k = 0; k < n; k++)
			found += key->columns[i] == columns[k];
	return (key->unique || key->primary) && key->n == n && found == n;
}

static const struct cat_key *named_key(struct writing *w, const struct cat_column *const *columns,
	size_t n)
{
	const struct cat_relation *table = w->write->table;
	for (size_t i = 0; i < table->nkeys; i++)
		if (key_is(&table->keys[i], columns, n))
			return &table->keys[i];
	refuse(w,
		str_printf(w->c->arena, "\"conflict\" names no unique key of \"%.*s\".",
			STR_ARG(table_name(w))),
		list_keys(w));
	return NULL;
}

/* All values that go into a row, of arguments and input. */
static struct write_value *all_values(struct writing *w, size_t *n)
{
	struct write *t = w->write;
	struct write_value *all =
		arena_array(w->c->arena, struct write_value, t->nargs + t->row.nvalues);
	for (size_t i = 0; i < t->nargs; i++)
		all[i] = t->args[i];
	for (size_t i = 0; i < t->row.nvalues; i++)
		all[t->nargs + i] = t->row.values[i];
	*n = t->nargs + t->row.nvalues;
	return all;
}

static bool key_of_upsert(struct writing *w)
{
	struct write *t = w->write;
	const struct cat_column **columns = NULL;
	size_t n, nvalues;
	struct write_value *values = all_values(w, &nvalues);
	if (!read_columns(w, "conflict", &columns, &n) ||
		!read_columns(w, "update", &t->set, &t->nset))
		return false;
	const struct cat_key *key =
		n ? named_key(w, columns, n) : find_key(t->table, values, nvalues);
	if (n && !key)
		return false;
	bool usual = key && (n || key->primary || is_id(key));
	if (!usual || !holds_key(values, nvalues, key))
		return refuse(w,
			str_printf(w->c->arena,
				"nothing tells which row of \"%.*s\" may be there already.",
				STR_ARG(table_name(w))),
			S("Give a value for the primary key, or name a unique key's columns: "
			  "`conflict: [\"…\"]`."));
	bool ok = mark_key(w, t->row.values, t->row.nvalues, key);
	return mark_key(w, t->args, t->nargs, key) && ok;
}

/* ---- versions ---- */

static bool advances(const struct cat_column *column)
{
	static const str TYPES[] = { STR_INIT("int2"), STR_INIT("int4"), STR_INIT("int8"),
		STR_INIT("timestamptz"), STR_INIT("timestamp"), STR_INIT("uuid"), STR_INIT("xid") };
	str name = cat_type_plain(column->type)->name;
	for (size_t i = 0; i < COUNT(TYPES); i++)
		if (str_eq(name, TYPES[i]))
			return true;
	return false;
}

static bool use_version(struct writing *w, const struct cat_column *column, const struct source *s,
	uint32_t at)
{
	struct write *t = w->write;
	if (t->version && !str_eq(t->version->name, column->name)) {
		diag_error(w->c, s, at, "\"%.*s\" has two versions: columns \"%.*s\" and \"%.*s\".",
			STR_ARG(table_name(w)), STR_ARG(t->version->name), STR_ARG(column->name));
		return false;
	}
	t->version = column;
	t->xmin = str_eq(cat_type_plain(column->type)->name, S("xid"));
	if (advances(column))
		return true;
	struct diagnostic *d =
		diag_error(w->c, s, at, "Column \"%.*s\" is %.*s, which is no version.",
			STR_ARG(column->name), STR_ARG(column->type->sql));
	d->hint = S("A version is a whole number, a timestamp or a uuid; or xmin.");
	return false;
}

/* @version(field:) of a type: the text and its place. */
static const struct ast_value *version_name(struct writing *w, const struct gql_type *t,
	const struct source **s)
{
	str name;
	const struct ast_directive *d = t ? directive_on_type(t, "version", s) : NULL;
	return d && directive_text(w->c, *s, d, "field", &name) ? directive_arg(d, "field") : NULL;
}

static bool version_of_input(struct writing *w)
{
	struct write *t = w->write;
	const struct source *s;
	const struct ast_value *name = version_name(w, t->row.type, &s);
	for (size_t i = 0; name && i < t->row.nvalues; i++) {
		struct write_value *v = &t->row.values[i];
		if (!str_eq(v->input->name, name->text))
			continue;
		v->role = WRITE_VERSION;
		return use_version(w, v->column, s, name->at);
	}
	if (!name)
		return true;
	str *names = arena_array(w->c->arena, str, t->row.nvalues);
	for (size_t i = 0; i < t->row.nvalues; i++)
		names[i] = t->row.values[i].input->name;
	diag_nearest(w->c,
		diag_error(w->c, s, name->at, "%.*s has no field \"%.*s\".",
			STR_ARG(t->row.type->name), STR_ARG(name->text)),
		str_nearest(name->text, names, t->row.nvalues));
	return false;
}

/* v_post, tb_post → post */
static str base_name(str name)
{
	static const str PREFIXES[] = { STR_INIT("tb_"), STR_INIT("v_"), STR_INIT("tv_") };
	for (size_t i = 0; i < COUNT(PREFIXES); i++)
		if (str_starts(name, PREFIXES[i]))
			return str_sub(name, PREFIXES[i].n, name.n);
	return name;
}

/* Does the type show the table's rows? A type that the write does not give is known by its source.
 */
static bool shows_table(struct writing *w, const struct gql_type *t)
{
	const struct backing *b = w->c->facts[t->id].source;
	return b &&
		(b->relation == w->write->table ||
			str_eq(base_name(b->relation->name), base_name(table_name(w))));
}

static bool version_of_type(struct writing *w, const struct gql_type *t)
{
	const struct source *s;
	const struct ast_value *name = version_name(w, t, &s);
	if (!name)
		return true;
	const struct gql_field *f = map_find(&t->by_name, name->text);
	const struct binding *b = f ? &w->c->bindings[f->id] : NULL;
	str stored = !b || b->kind != BIND_PLACE ? STR_NONE
		: b->place.column                ? b->place.column->name
						 : b->place.path[b->place.npath - 1];
	const struct cat_column *column = cat_column_find(w->write->table, stored);
	if (!column)
		column = bind_system_column(w->c, w->write->table, stored);
	if (column)
		return use_version(w, column, s, name->at);
	struct diagnostic *d = f
		? diag_error(w->c, s, name->at, "%.*s.%.*s: \"%.*s\" has no column \"%.*s\".",
			  STR_ARG(t->name), STR_ARG(name->text), STR_ARG(table_name(w)),
			  STR_ARG(stored))
		: diag_error(w->c, s, name->at, "%.*s has no field \"%.*s\".", STR_ARG(t->name),
			  STR_ARG(name->text));
	d->hint = S("@version names a field whose column the written table has.");
	return false;
}

/* That of the type which the field gives, or else of a type that shows the table. */
static bool version_of_entity(struct writing *w)
{
	const struct gql_schema *gql = w->c->gql;
	if (w->write->entity)
		return version_of_type(w, w->write->entity);
	for (size_t i = 0; i < gql->ntypes && !w->write->version; i++)
		if (gql->types[i]->kind == GQL_OBJECT && shows_table(w, gql->types[i]) &&
			!version_of_type(w, gql->types[i]))
			return false;
	return true;
}

/* Arguments and fields for the version's column are compared with it, never stored. */
static bool bind_version(struct writing *w)
{
	struct write *t = w->write;
	if (!version_of_input(w) || !version_of_entity(w))
		return false;
	for (size_t i = 0; t->version && i < t->nargs; i++)
		if (str_eq(t->args[i].column->name, t->version->name))
			t->args[i].role = WRITE_VERSION;
	for (size_t i = 0; t->version && i < t->row.nvalues; i++)
		if (str_eq(t->row.values[i].column->name, t->version->name))
			t->row.values[i].role = WRITE_VERSION;
	return true;
}

static bool has_version_value(const struct write_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (values[i].role == WRITE_VERSION)
			return true;
	return false;
}

/* ---- roles ---- */

/* The database fills these columns, so no value may be stored in them. */
static bool check_stored(struct writing *w, const struct write_value *values, size_t n)
{
	bool upsert = w->write->action == WRITE_UPSERT, ok = true;
	for (size_t i = 0; i < n; i++) {
		const struct write_value *v = &values[i];
		bool key = v->role == WRITE_KEY && (!upsert || v->column->identity);
		if (key || v->role == WRITE_VERSION ||
			!(v->column->generated || v->column->identity))
			continue;
		struct diagnostic *d = diag_error(w->c, v->input->source, v->input->node->name.at,
			"%.*s: column \"%.*s\" is %s, so the database gives its value.",
			STR_ARG(write_input_name(w, v->input)), STR_ARG(v->column->name),
			v->column->generated ? "generated" : "an identity");
		d->hint = S("Leave it out.");
		ok = false;
	}
	return ok;
}

bool write_roles_bind(struct writing *w)
{
	struct write *t = w->write;
	bool insert = t->action == WRITE_INSERT;
	if (!bind_version(w))
		return false;
	if (insert &&
		(has_version_value(t->args, t->nargs) ||
			has_version_value(t->row.values, t->row.nvalues)))
		return refuse(w, S("a new row has no version that could be compared."),
			S("Leave the field out; the column's default is its first version."));
	if (!insert && !(t->action == WRITE_UPSERT ? key_of_upsert(w) : key_of_rows(w)))
		return false;
	if (t->where && has_version_value(t->row.values, t->row.nvalues))
		return refuse(w, S("a version is that of one row, but `where` may find many."),
			STR_NONE);
	bool ok = check_stored(w, t->args, t->nargs);
	return check_stored(w, t->row.values, t->row.nvalues) && ok;
}

/* ---- rows of the source ---- */

static bool link_columns(struct writing *w, const struct cat_relation *source,
	const struct cat_column *const *columns, size_t n, const struct write_link **out)
{
	struct write_link *links = arena_array(w->c->arena, struct write_link, n);
	for (size_t i = 0; i < n; i++) {
		links[i].table = cat_column_find(w->write->table, columns[i]->name);
		links[i].source = cat_column_find(source, columns[i]->name);
		if (!links[i].table || !links[i].source)
			return false;
	}
	*out = links;
	return n > 0;
}

bool write_links_bind(struct writing *w, const struct gql_type *type,
	const struct write_link **links, size_t *n)
{
	const struct cat_relation *table = w->write->table;
	const struct backing *b = w->c->facts[type->id].source;
	const struct cat_key *key = table->primary;
	for (size_t i = 0; !key && i < table->nkeys; i++)
		if (table->keys[i].unique)
			key = &table->keys[i];
	*n = key ? key->n : 0;
	if (b->relation == table)
		return !key || link_columns(w, table, key->columns, key->n, links);
	*n = b->nkey;
	if (link_columns(w, b->relation, b->key, b->nkey, links))
		return true;
	*n = key ? key->n : 0;
	if (key && link_columns(w, b->relation, key->columns, key->n, links))
		return true;
	return refuse(w,
		str_printf(w->c->arena,
			"nothing tells which row of \"%.*s\" is which row of \"%.*s\".",
			STR_ARG(b->relation->name), STR_ARG(table->name)),
		str_printf(w->c->arena,
			"The source of \"%.*s\" needs a column `id`, or the table's primary key, "
			"under the same name as the table.",
			STR_ARG(type->name)));
}
