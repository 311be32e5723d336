/*
 * known - reads the SDL files: definitions, what their fields are bound to, and what stands in
 * comments.
 */
#include "pull/known.h"

#include "pull/draft.h"

#include "graphql/parser.h"
#include "schema/names.h"

#include <stdlib.h>

/* ---- directives ---- */

static const struct ast_directive *find_directive(const struct ast_directives *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->at[i].name.text, str_from(name)))
			return &l->at[i];
	return NULL;
}

static const struct ast_value *find_arg(const struct ast_directive *d, const char *name)
{
	for (size_t i = 0; d && i < d->nargs; i++)
		if (str_eq(d->args[i].name.text, str_from(name)))
			return d->args[i].value;
	return NULL;
}

static str text_arg(const struct ast_directive *d, const char *name)
{
	const struct ast_value *v = find_arg(d, name);
	return v && v->kind == AST_STRING ? v->text : STR_NONE;
}

/* A list of texts, or one text; *n is 0 when it is neither. */
static str *text_args(struct arena *a, const struct ast_directive *d, const char *name, size_t *n)
{
	const struct ast_value *v = find_arg(d, name);
	size_t count = !v ? 0 : v->kind == AST_LIST ? v->n : 1;
	str *out = arena_array(a, str, count);
	*n = count;
	for (size_t i = 0; i < count; i++) {
		const struct ast_value *item = v->kind == AST_LIST ? v->items[i] : v;
		if (item->kind != AST_STRING)
			*n = 0;
		out[i] = item->text;
	}
	return out;
}

/* ---- comments ---- */

/* The name in `# name: …`, `# name(…`, or empty. */
static str commented_field(str line)
{
	size_t n = 0;
	while (n < line.n && line.p[n] != ':' && line.p[n] != '(' && line.p[n] != ' ' &&
		line.p[n] != '@')
		n++;
	str name = str_sub(line, 0, n), rest = str_trim(str_sub(line, n, line.n));
	bool field = rest.n && (rest.p[0] == ':' || rest.p[0] == '(');
	return field && names_is_graphql(name) ? name : STR_NONE;
}

static str commented_type(str line)
{
	static const str WORDS[] = { STR_INIT("type "), STR_INIT("enum "), STR_INIT("union ") };
	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_starts(line, WORDS[i])) {
			str rest = str_trim(str_sub(line, WORDS[i].n, line.n));
			return str_split(&rest, ' ');
		}
	return STR_NONE;
}

static struct known_type *type_at(const struct known *k, const struct source *s, size_t at)
{
	for (size_t i = 0; i < k->types.n; i++) {
		struct known_type *t = k->types.at[i];
		for (size_t n = 0; n < t->nodes.n; n++)
			if (t->nodes.at[n]->source == s && t->nodes.at[n]->at <= at &&
				at < t->nodes.at[n]->end)
				return t;
	}
	return NULL;
}

static void read_comments(struct known *k, const struct source *s)
{
	for (size_t at = 0; at < s->text.n;) {
		str line = str_sub(s->text, at, s->text.n);
		line = str_sub(line, 0, str_find(line, '\n'));
		size_t here = at;
		at += line.n + 1;
		line = str_trim(line);
		if (!str_starts(line, S("#")))
			continue;
		line = str_trim(str_sub(line, 1, line.n));
		str type = commented_type(line), field = commented_field(line);
		struct known_type *t = type.n || field.n ? type_at(k, s, here) : NULL;
		if (type.n && !t)
			map_add(&k->left_out, type, k);
		if (field.n && t)
			map_add(&t->left_out, field, k);
	}
}

/* ---- keys ---- */

str known_join_key(struct arena *a, str target, const str *from, const str *to, size_t n, str link)
{
	struct buf b = buf_on(a);
	buf_printf(&b, ">%.*s(", STR_ARG(target));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s=%.*s", i ? "," : "", STR_ARG(from[i]), STR_ARG(to[i]));
	buf_printf(&b, ")%.*s", STR_ARG(link));
	return buf_str(&b);
}

static str relation_key(struct known *k, const struct known_field *f, const struct ast_directive *d)
{
	size_t n, m;
	str *from = text_args(k->arena, d, "fields", &n);
	str *to = text_args(k->arena, d, "references", &m), link = text_arg(d, "relation");
	const struct known_type *target = map_find(&k->by_name, f->bottom);
	const struct cat_relation *through = link.n ? catalog_relation(k->catalog, link) : NULL;
	str sql = target && target->relation ? target->relation->sql
		: target                     ? target->source
					     : f->bottom;
	if (n == 0 || n != m)
		return STR_NONE;
	return known_join_key(k->arena, sql, from, to, n, through ? through->sql : link);
}

static int by_text(const void *a, const void *b)
{
	const str *x = a, *y = b;
	return str_cmp(*x, *y);
}

/* The arguments that every list has say nothing. */
static bool is_list_argument(str name)
{
	static const str NAMES[] = { STR_INIT("where"), STR_INIT("orderBy"), STR_INIT("limit"),
		STR_INIT("offset") };
	for (size_t i = 0; i < COUNT(NAMES); i++)
		if (str_eq(name, NAMES[i]))
			return true;
	return false;
}

static bool is_list(const struct ast_type *t)
{
	for (; t->kind != AST_TYPE_NAMED; t = t->of)
		if (t->kind == AST_TYPE_LIST)
			return true;
	return false;
}

const struct known_type *known_made_of(const struct known *k, str name, char *kind)
{
	static const struct {
		str suffix;
		char kind;
	} MADE[] = { { STR_INIT("Connection"), '&' }, { STR_INIT("Aggregate"), '+' } };
	for (size_t i = 0; i < COUNT(MADE); i++) {
		if (!str_ends(name, MADE[i].suffix) || map_find(&k->by_name, name))
			continue;
		*kind = MADE[i].kind;
		return map_find(&k->by_name, str_sub(name, 0, name.n - MADE[i].suffix.n));
	}
	return NULL;
}

static str root_key(struct known *k, const struct known_field *f)
{
	const struct known_type *target = map_find(&k->by_name, f->bottom);
	char kind;
	const struct known_type *made = known_made_of(k, f->bottom, &kind);
	if (made && made->relation)
		return str_printf(k->arena, "%c%.*s", kind, STR_ARG(made->relation->sql));
	const struct ast_field_def *node = f->node;
	str *names = arena_array(k->arena, str, node->nargs);
	size_t n = 0;
	if (!target || !target->relation)
		return STR_NONE;
	for (size_t i = 0; i < node->nargs; i++) {
		str given = text_arg(find_directive(&node->args[i].directives, "column"), "name");
		if (!is_list_argument(node->args[i].name.text))
			names[n++] = given.n
				? given
				: draft_bound(k->arena, target->relation, node->args[i].name.text);
	}
	if (n)
		qsort(names, n, sizeof *names, by_text);
	struct buf b = buf_on(k->arena);
	buf_printf(&b, "%c%.*s(", is_list(node->type) ? '*' : '?', STR_ARG(target->relation->sql));
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%.*s", i ? "," : "", STR_ARG(names[i]));
	buf_lit(&b, ")");
	return buf_str(&b);
}

static str function_key(struct known *k, const struct ast_directive *d)
{
	str name = text_arg(d, "name");
	const struct cat_function *f = catalog_function(k->catalog, name);
	return f ? str_printf(k->arena, "(%.*s.%.*s", STR_ARG(f->schema), STR_ARG(f->name))
		 : str_printf(k->arena, "(%.*s", STR_ARG(name));
}

static str column_key(struct known *k, const struct known_field *f)
{
	const struct ast_directive *d = find_directive(&f->node->directives, "column");
	str path = text_arg(d, "path"), name = text_arg(d, "name");
	str stored = path.n ? path
		: name.n    ? name
			    : draft_bound(k->arena, f->type->relation, f->node->name.text);
	return str_printf(k->arena, "=%.*s", STR_ARG(stored));
}

static str field_key(struct known *k, const struct known_field *f)
{
	const struct ast_directives *l = &f->node->directives;
	const struct ast_directive *d = find_directive(l, "function");
	if (d)
		return function_key(k, d);
	d = find_directive(l, "relation");
	if (d)
		return relation_key(k, f, d);
	if (f->type->is_root)
		return root_key(k, f);
	return column_key(k, f);
}

/* ---- definitions ---- */

static void read_schema(struct known *k, const struct ast_definition *d)
{
	if (!d->extend)
		k->mutation_name = STR_NONE;
	for (size_t i = 0; i < d->noperation_types; i++) {
		str name = d->operation_types[i].type.text;
		if (d->operation_types[i].operation == AST_QUERY)
			k->query_name = name;
		if (d->operation_types[i].operation == AST_MUTATION)
			k->mutation_name = name;
	}
}

static void add_definition(struct known *k, const struct ast_definition *d)
{
	if (d->kind == AST_SCHEMA)
		read_schema(k, d);
	bool is_type = d->kind == AST_OBJECT_TYPE || d->kind == AST_INTERFACE ||
		d->kind == AST_ENUM_TYPE || d->kind == AST_UNION || d->kind == AST_INPUT ||
		d->kind == AST_SCALAR;
	if (!is_type)
		return;
	struct known_type *t = map_find(&k->by_name, d->name.text);
	if (!t) {
		t = arena_new(k->arena, struct known_type);
		*t = (struct known_type){ .name = d->name.text,
			.kind = d->kind,
			.by_field = map_on(k->arena, 0),
			.by_key = map_on(k->arena, 0),
			.left_out = map_on(k->arena, 0) };
		map_add(&k->by_name, t->name, t);
		*vec_push(k->arena, &k->types) = t;
	}
	*vec_push(k->arena, &t->nodes) = d;
	str source = text_arg(find_directive(&d->directives, "source"), "relation");
	if (source.n)
		t->source = source;
}

static bool parse_file(struct known *k, struct source *s, struct err *e)
{
	struct ast_document document;
	struct gql_errors errors = { .arena = k->arena };
	if (!str_trim(s->text).n)
		return true;
	if (gql_parse(k->arena, s, &(struct parse_limits){ 0 }, &document, &errors)) {
		for (size_t i = 0; i < document.n; i++)
			add_definition(k, document.at[i]);
		return true;
	}
	const struct gql_error *first = &errors.at[0];
	struct location at =
		first->nplaces ? source_location(s, first->places[0].at) : (struct location){ 0 };
	return err_set(e, ERR_CONFIG, "%.*s:%u:%u: %.*s", STR_ARG(s->name), at.line, at.column,
		STR_ARG(first->message));
}

static void index_relation(struct known *k, struct known_type *t)
{
	bool takes_source = t->kind == AST_OBJECT_TYPE || t->kind == AST_INTERFACE;
	t->relation = takes_source ? catalog_relation(k->catalog, t->source) : NULL;
	if (!t->relation)
		return;
	struct known_list *list = map_find(&k->by_relation, t->relation->sql);
	if (!list) {
		list = arena_new(k->arena, struct known_list);
		map_add(&k->by_relation, t->relation->sql, list);
	}
	*vec_push(k->arena, list) = t;
}

/* What is written for a column's enum or composite type is written for all of them. */
static void index_pg_type(struct known *k, const struct known_field *f)
{
	const struct cat_relation *r = f->type->relation;
	struct known_type *written = map_find(&k->by_name, f->bottom);
	const struct cat_column *c = r && f->key.n && f->key.p[0] == '='
		? cat_column_find(r, str_sub(f->key, 1, f->key.n))
		: NULL;
	const struct cat_type *t = c ? cat_type_plain(c->type) : NULL;
	if (t && t->kind == CAT_ARRAY && t->base)
		t = cat_type_plain(t->base);
	if (written && t && (t->kind == CAT_ENUM || t->kind == CAT_COMPOSITE))
		map_add(&k->by_pg_type, t->sql, written);
}

bool known_means_label(struct arena *a, const struct ast_enum_value *v, str label)
{
	str given = text_arg(find_directive(&v->directives, "column"), "name");
	if (given.n)
		return str_eq(given, label);
	return str_eq(v->name.text, label) || str_eq(v->name.text, names_upper(a, label));
}

static str type_bottom(const struct ast_type *t)
{
	while (t->kind != AST_TYPE_NAMED)
		t = t->of;
	return t->name;
}

static void read_fields(struct known *k, struct known_type *t)
{
	for (size_t i = 0; i < t->nodes.n; i++)
		for (size_t n = 0; n < t->nodes.at[i]->nfields; n++) {
			struct known_field *f = vec_push(k->arena, &t->fields);
			f->node = &t->nodes.at[i]->fields[n];
			f->type = t;
			f->bottom = type_bottom(f->node->type);
			f->key = field_key(k, f);
			index_pg_type(k, f);
		}
	for (size_t i = 0; i < t->fields.n; i++) {
		map_add(&t->by_field, t->fields.at[i].node->name.text, &t->fields.at[i]);
		if (t->fields.at[i].key.n)
			map_add(&t->by_key, t->fields.at[i].key, &t->fields.at[i]);
	}
}

const struct known_list *known_of(const struct known *k, const struct cat_relation *r)
{
	return map_find(&k->by_relation, r->sql);
}

bool known_read(struct arena *a, const struct catalog *c, const struct pull_options *o,
	const struct known **out, struct err *e)
{
	struct known *k = arena_new(a, struct known);
	*k = (struct known){ .arena = a,
		.catalog = c,
		.sources = arena_array(a, struct source, o->nfiles),
		.nsources = o->nfiles,
		.query_name = S("Query"),
		.mutation_name = S("Mutation"),
		.by_name = map_on(a, 0),
		.by_relation = map_on(a, 0),
		.left_out = map_on(a, 0),
		.by_pg_type = map_on(a, 0) };
	for (size_t i = 0; i < o->nfiles; i++) {
		k->sources[i] = (struct source){ o->files[i].path, o->files[i].text };
		if (!parse_file(k, &k->sources[i], e))
			return false;
	}
	for (size_t i = 0; i < k->types.n; i++) {
		struct known_type *t = k->types.at[i];
		t->is_root = str_eq(t->name, k->query_name) || str_eq(t->name, k->mutation_name) ||
			str_eq(t->name, S("Subscription"));
		index_relation(k, t);
	}
	for (size_t i = 0; i < k->types.n; i++)
		read_fields(k, k->types.at[i]);
	for (size_t i = 0; i < k->nsources; i++)
		read_comments(k, &k->sources[i]);
	k->query = map_find(&k->by_name, k->query_name);
	k->mutation = map_find(&k->by_name, k->mutation_name);
	*out = k;
	return true;
}
