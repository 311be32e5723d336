/*
 * corpus_compile_test - schemas against catalogs: what is wrong, or where every field is read from.
 *
 * Sections: catalog (a document as sql/catalog.sql returns it, without the types of base.json,
 * which are always there) and sdl, or example (the name of an example, whose catalog is in the
 * folder); then either errors (diagnostics as they are printed), or model (backings and bindings)
 * or print (the served schema).
 */
#include "corpus.h"

#include "schema/compile.h"
#include "schema/write.h"

static str read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		fail_msg("can't open %s", path);
	struct buf b = buf_on(a);
	int ch;
	while ((ch = getc(f)) != EOF)
		buf_putc(&b, (char)ch);
	fclose(f);
	return buf_str(&b);
}

/* ---- the model as text ---- */

static void put_row(struct buf *b, const struct computed *row)
{
	if (!row->columns)
		buf_lit(b, "row");
	for (size_t i = 0; row->columns && i < row->n; i++)
		buf_printf(b, "%s%.*s", i ? ", " : "", STR_ARG(row->columns[i]->name));
}

static void put_place(struct buf *b, const struct place *p)
{
	if (p->computed) {
		buf_printf(b, "call %.*s(", STR_ARG(p->computed->function->name));
		put_row(b, p->computed);
		buf_printf(b, ")::%s", p->cast);
		return;
	}
	if (p->column) {
		buf_printf(b, "column %.*s", STR_ARG(p->column->name));
		return;
	}
	buf_lit(b, "key ");
	for (size_t i = 0; i < p->npath; i++)
		buf_printf(b, "%s%.*s", i ? "." : "", STR_ARG(p->path[i]));
	if (p->cast)
		buf_printf(b, "::%s", p->cast);
}

static void put_leaf(struct buf *b, const struct leaf *l)
{
	if (l->scalar)
		buf_printf(b, " %s", l->scalar->name);
	if (!l->enum_type)
		return;
	buf_printf(b, " %.*s", STR_ARG(l->enum_type->name));
	if (l->labels->pg)
		buf_printf(b, "=%.*s", STR_ARG(l->labels->pg->sql));
	for (size_t i = 0; i < l->labels->n; i++)
		buf_printf(b, "%s%.*s", i ? "," : "(", STR_ARG(l->labels->labels[i]));
	buf_lit(b, ")");
}

static void put_pairs(struct buf *b, const struct join_pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_put(b, i ? S(", ") : S(""));
		put_place(b, &pairs[i].from);
		buf_lit(b, " = ");
		put_place(b, &pairs[i].to);
	}
}

static void put_join(struct buf *b, const struct binding *x)
{
	buf_printf(b, "relation %.*s on ", STR_ARG(x->target->relation->name));
	put_pairs(b, x->join->pairs, x->join->n);
	if (!x->join->link)
		return;
	buf_printf(b, " through %.*s on ", STR_ARG(x->join->link->name));
	put_pairs(b, x->join->link_pairs, x->join->nlink_pairs);
}

static void put_call(struct buf *b, const struct gql_field *f, const struct call *k)
{
	static const char *const RESULTS[] = {
		[RESULT_MUTATION] = "mutation",
		[RESULT_ROWS] = "rows",
		[RESULT_JSON] = "json",
		[RESULT_VALUE] = "value",
		[RESULT_VOID] = "void",
	};
	buf_printf(b, "call %.*s(", STR_ARG(k->function->name));
	if (k->row)
		put_row(b, k->row);
	if (k->row && k->nnamed + k->ncontext)
		buf_lit(b, ", ");
	for (size_t i = 0; i < k->ncontext; i++)
		buf_printf(b, "%scontext %.*s", i ? ", " : "", STR_ARG(k->context[i]));
	if (k->ncontext && k->nnamed + (k->form == CALL_INPUT_JSONB))
		buf_lit(b, ", ");
	if (k->form == CALL_INPUT_JSONB && k->input_arg == UINT32_MAX)
		buf_lit(b, "json of all arguments");
	else if (k->form == CALL_INPUT_JSONB)
		buf_printf(b, "json of %.*s", STR_ARG(f->args[k->input_arg].name));
	for (size_t i = 0; i < k->nnamed; i++) {
		const struct call_named *n = &k->named[i];
		buf_put(b, i ? S(", ") : S(""));
		buf_printf(b, "%.*s", STR_ARG(k->function->args[call_first(k) + i].name));
		if (n->arg == UINT32_MAX) {
			buf_lit(b, " default");
			continue;
		}
		buf_printf(b, " <- %.*s", STR_ARG(f->args[n->arg].name));
		if (n->field)
			buf_printf(b, ".%.*s", STR_ARG(n->field->name));
		put_leaf(b, &n->leaf);
		buf_put(b, n->list ? S(" list") : S(""));
	}
	buf_printf(b, ") -> %s", RESULTS[k->result]);
	if (k->success)
		buf_printf(b, " success %.*s", STR_ARG(k->success->name));
	if (k->error)
		buf_printf(b, " error %.*s", STR_ARG(k->error->name));
	if (k->entity)
		buf_printf(b, " entity %.*s", STR_ARG(k->entity->name));
}

static void put_values(struct buf *b, const struct write_value *values, size_t n)
{
	static const char *const ROLES
		[] = { [WRITE_VALUE] = "", [WRITE_KEY] = " key", [WRITE_VERSION] = " version" };
	static const char *const
		FORMS[] = { [WRITE_LEAF] = "", [WRITE_ARRAY] = " array", [WRITE_JSON] = " json" };
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "%s%.*s <- %.*s", i ? ", " : " ", STR_ARG(values[i].column->name),
			STR_ARG(values[i].input->name));
		put_leaf(b, &values[i].leaf);
		buf_printf(b, "%s%s%s", FORMS[values[i].form], ROLES[values[i].role],
			values[i].many ? " many" : "");
	}
}

static void put_links(struct buf *b, const char *what, const struct write_link *l, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(b, "%s%.*s = %.*s", i ? ", " : what, STR_ARG(l[i].table->name),
			STR_ARG(l[i].source->name));
}

static void put_nested(struct buf *b, const struct write_row *row)
{
	for (size_t i = 0; i < row->nnested; i++) {
		const struct write_nested *n = &row->nested[i];
		buf_printf(b, " %.*s: {%s%.*s.%.*s", STR_ARG(n->input->name),
			n->many ? "many " : "", STR_ARG(n->key->from->name),
			STR_ARG(n->key->columns[0]->name));
		if (n->connect)
			buf_lit(b, " connect");
		put_values(b, n->by, n->nby);
		if (n->create)
			buf_lit(b, " create");
		put_values(b, n->row.values, n->row.nvalues);
		put_nested(b, &n->row);
		buf_lit(b, "}");
	}
}

static void put_write(struct buf *b, const struct write *t)
{
	static const char *const ACTIONS[] = { [WRITE_INSERT] = "insert",
		[WRITE_UPDATE] = "update",
		[WRITE_UPSERT] = "upsert",
		[WRITE_DELETE] = "delete" };
	static const char *const RESULTS[] = { [WRITE_DONE] = "done",
		[WRITE_COUNT] = "count",
		[WRITE_ROWS] = "rows",
		[WRITE_MEMBERS] = "members" };
	buf_printf(b, "%s %.*s%s%s (", ACTIONS[t->action], STR_ARG(t->table->name),
		t->batch ? " batch" : "", t->each ? " each" : "");
	put_values(b, t->args, t->nargs);
	buf_lit(b, " |");
	put_values(b, t->row.values, t->row.nvalues);
	put_nested(b, &t->row);
	buf_lit(b, " )");
	if (t->where)
		buf_printf(b, " where %.*s max %u%s", STR_ARG(t->about->name), t->max_rows,
			t->allow_all ? " or all" : "");
	put_links(b, " by ", t->where_links, t->nwhere_links);
	if (t->version)
		buf_printf(b, " version %.*s", STR_ARG(t->version->name));
	for (size_t i = 0; i < t->nset; i++)
		buf_printf(b, "%s%.*s", i ? ", " : " set ", STR_ARG(t->set[i]->name));
	buf_printf(b, " -> %s%s", RESULTS[t->result], t->list ? " list" : "");
	if (t->entity)
		buf_printf(b, " %.*s", STR_ARG(t->entity->name));
	put_links(b, " by ", t->links, t->nlinks);
	if (t->members)
		buf_printf(b, " success %.*s", STR_ARG(t->members->success->name));
	if (t->members && t->members->error)
		buf_printf(b, " error %.*s", STR_ARG(t->members->error->name));
}

static void put_arguments(struct buf *b, const struct gql_field *f, const struct binding *x)
{
	static const char *const ROLES[] = { "=", "where", "orderBy", "limit", "offset", "first",
		"after", "last", "before", "global id", "call" };
	if (!x->args || !f->nargs || x->kind == BIND_FUNCTION || x->kind == BIND_COMPUTED)
		return;
	buf_lit(b, " args(");
	for (size_t i = 0; i < f->nargs; i++) {
		buf_put(b, i ? S(", ") : S(""));
		if (x->args[i].role != ARG_EQ) {
			buf_put(b, str_from(ROLES[x->args[i].role]));
			continue;
		}
		buf_printf(b, "%.*s = ", STR_ARG(f->args[i].name));
		put_place(b, &x->args[i].place);
		put_leaf(b, &x->args[i].leaf);
	}
	buf_lit(b, ")");
}

static void put_policy(struct buf *b, const struct list_policy *p)
{
	if (!p->max_limit)
		return;
	buf_printf(b, " list %u/%u", p->default_limit, p->max_limit);
	for (size_t i = 0; i < p->norder; i++)
		buf_printf(b, " by %.*s %.*s", STR_ARG(p->order[i].field->name),
			STR_ARG(p->order[i].direction));
}

static void put_binding(struct buf *b, const struct gql_field *f, const struct binding *x)
{
	static const char *const USES[] = { "", "page of ", "sum of " };
	buf_printf(b, "  %.*s: %s", STR_ARG(f->name), USES[x->use]);
	switch (x->kind) {
	case BIND_NONE: buf_lit(b, "nothing"); break;
	case BIND_PLACE:
		put_place(b, &x->place);
		put_leaf(b, &x->leaf);
		break;
	case BIND_RELATION: put_join(b, x); break;
	case BIND_ROOT: buf_printf(b, "rows of %.*s", STR_ARG(x->target->relation->name)); break;
	case BIND_NODE_ID: buf_lit(b, "global id"); break;
	case BIND_NODE: buf_lit(b, "rows by global ids"); break;
	case BIND_FUNCTION:
	case BIND_COMPUTED:
		put_call(b, f, x->call);
		put_leaf(b, &x->leaf);
		break;
	case BIND_WRITE: put_write(b, x->write); break;
	case BIND_RESOLVER:
		buf_printf(b, "resolver %.*s", STR_ARG(x->resolver->name));
		put_leaf(b, &x->leaf);
		for (size_t i = 0; i < x->resolver->n; i++)
			buf_printf(b, "%s%.*s as %.*s", i ? ", " : " of ",
				STR_ARG(x->resolver->fields[i]->name),
				STR_ARG(x->resolver->keys[i]));
		break;
	}
	put_arguments(b, f, x);
	put_policy(b, &x->list);
	buf_lit(b, "\n");
}

static void put_type(struct buf *b, const struct model *m, const struct gql_type *t)
{
	const struct backing *s = model_facts(m, t)->source;
	if (t->introspection || t->built_in || (!t->nfields && !s))
		return;
	buf_printf(b, "%.*s", STR_ARG(t->name));
	if (s) {
		buf_printf(b, " from %.*s", STR_ARG(s->relation->sql));
		if (s->data)
			buf_printf(b, " document %.*s", STR_ARG(s->data->name));
		for (size_t i = 0; i < s->nkey; i++)
			buf_printf(b, "%s%.*s", i ? ", " : " key ", STR_ARG(s->key[i]->name));
		for (size_t i = 0; s->shown_key != s->key && i < s->nshown_key; i++)
			buf_printf(b, "%s%.*s", i ? ", " : " shown key ",
				STR_ARG(s->shown_key[i]->name));
		if (s->discriminator)
			buf_printf(b, " type in %.*s", STR_ARG(s->discriminator->name));
		if (s->discriminator_in_data)
			buf_printf(b, " type in key %.*s", STR_ARG(s->discriminator_key));
	}
	buf_lit(b, "\n");
	for (size_t i = 0; i < t->nfields; i++)
		put_binding(b, &t->fields[i], model_binding(m, &t->fields[i]));
}

/* ---- cases ---- */

static const struct catalog *read_catalog(struct corpus_case *c, str own)
{
	struct buf b = buf_on(c->arena);
	str base = str_trim(read_file(c->arena, "tests/corpus/compile/base.json"));
	buf_put(&b, str_sub(base, 0, base.n - 1));
	own = str_trim(own);
	if (own.n > 2)
		buf_printf(&b, ",%.*s", STR_ARG(str_sub(own, 1, own.n)));
	else
		buf_lit(&b, "}");
	const struct catalog *catalog;
	struct err e;
	if (!catalog_from_json(c->arena, buf_str(&b), &catalog, &e))
		fail_msg("%s: %s", c->path, e.message);
	return catalog;
}

static void print_diagnostics(struct buf *b, const struct diagnostics *l)
{
	for (size_t i = 0; i < l->n; i++)
		diagnostic_print(b, &l->at[i], false);
}

static str trimmed(struct buf *b)
{
	str s = buf_str(b);
	return str_ends(s, S("\n")) ? str_sub(s, 0, s.n - 1) : s.n ? s : S("");
}

static void test_compile(void **state)
{
	struct corpus_case *c = *state;
	str example = corpus_section(c, "example");
	struct source_file file = { S("schema.graphql"), STR_NONE };
	str catalog;
	if (example.p) {
		const char *folder = str_z(c->arena, example);
		file.text = read_file(c->arena,
			str_z(c->arena,
				str_printf(c->arena, "examples/%s/schema.graphql", folder)));
		catalog = read_file(c->arena,
			str_z(c->arena,
				str_printf(c->arena, "tests/corpus/compile/%s.json", folder)));
	} else {
		catalog = corpus_input(c, "catalog", NULL);
		file.text = corpus_input(c, "sdl", NULL);
	}
	struct compile_options o = { .files = &file,
		.nfiles = 1,
		.default_limit = 100,
		.max_limit = 1000 };
	struct diagnostics problems = { 0 };
	struct arena *a = arena_open(0);
	const struct model *m = NULL;
	bool ok = schema_compile(a, &o, read_catalog(c, catalog), &m, &problems);
	struct buf b = buf_on(c->arena), printed = buf_on(c->arena);
	print_diagnostics(&b, &problems);
	assert_int_equal(ok, problems.errors == 0);
	for (size_t i = 0; ok && i < m->gql->ntypes; i++)
		put_type(&b, m, m->gql->types[i]);
	if (ok && corpus_section(c, "print").p) {
		gql_schema_print(&printed, m->gql, false);
		corpus_expect(c, "print", trimmed(&printed));
	} else {
		corpus_expect(c, ok ? "model" : "errors", trimmed(&b));
	}
	if (ok)
		model_unref(m);
	else
		arena_close(a);
}

int main(void)
{
	return corpus_run("tests/corpus/compile", test_compile);
}
