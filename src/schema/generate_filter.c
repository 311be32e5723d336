/*
 * generate_filter - the filter inputs of leaves and lists, made of the table of operators.
 *
 * An operator's row says what a client gives it; here that becomes a type. What rows mention is
 * noted as wanted, so that inputs and scalars are there once and only where something uses them.
 */
#include "schema/generate_int.h"

#include "schema/filter_op.h"

/* Is ltree installed where statements find its operators? */
static bool has_ltree(const struct compiler *c)
{
	for (size_t i = 0; i < c->catalog->ntypes; i++) {
		const struct cat_type *t = &c->catalog->types[i];
		if (!str_eq(t->name, S("lquery")))
			continue;
		for (size_t k = 0; k < c->catalog->nsearch_path; k++)
			if (str_eq(t->schema, c->catalog->search_path[k]))
				return true;
	}
	return false;
}

bool filter_is_there(const struct compiler *c, enum scalar_kind kind)
{
	if (kind == KIND_LTREE && !has_ltree(c))
		return false;
	for (size_t i = 0; i < FILTER_OPS_COUNT; i++)
		if (FILTER_OPS[i].kinds & BIT(kind))
			return true;
	return false;
}

/* ---- types of operands ---- */

static str use_scalar(struct generator *g, enum scalar_id id)
{
	g->scalars[id] = scalar_get(id)->read != NULL;
	return decl_scalar(g->c, id)->name;
}

static str wanted(struct generator *g, enum want_kind kind, struct decl *d, const char *suffix)
{
	want(g, kind, d);
	return suffixed(g, d->name, suffix);
}

static str list_of(struct generator *g, str item)
{
	return str_printf(g->c->arena, "[%.*s!]", STR_ARG(item));
}

static str element_type(struct generator *g, const struct decl *range)
{
	const struct scalar *element = scalar_element(scalar_find(range->name));
	return use_scalar(g, (enum scalar_id)(element - scalar_get(0)));
}

static const char SEARCH_MODE[] =
	"\"How the text of a search is read.\"\n"
	"enum TextSearchMode {\n"
	"  \"All words, in any order.\"\n"
	"  PLAIN\n"
	"  \"The words one after the other.\"\n"
	"  PHRASE\n"
	"  \"As web search engines do: words, \\\"phrases\\\", or, -without.\"\n"
	"  WEB\n"
	"  \"PostgreSQL's own language of text search: & | ! <-> :*.\"\n"
	"  RAW\n"
	"}\n";

static bool begin_named(struct generator *g, const char *name, const char *suffix, str doc)
{
	const struct decl about = { .name = str_from(name) };
	return begin_type(g, &about, suffix, INPUT_FILTER, doc);
}

static str search_type(struct generator *g)
{
	want(g, WANT_SEARCH, decl_scalar(g->c, SCALAR_STRING));
	return S("TextSearchInput");
}

void put_search(struct generator *g)
{
	const struct decl *clash = decl_find(g->c, S("TextSearchMode"));
	if (clash && clash->nodes.n)
		diag_error(g->c, clash->nodes.at[0]->source, clash->nodes.at[0]->name.at,
			"\"TextSearchMode\" is the name of an enum that is generated.");
	else
		buf_put(&g->out, str_from(SEARCH_MODE));
	if (!begin_named(g, "TextSearch", "Input", S("What to search texts for.")))
		return;
	put_member(g, S("query"), S("String!"), "The words.");
	put_member(g, S("language"), S("String"),
		"The text search configuration, like `english`; the default is the database's.");
	put_member(g, S("mode"), S("TextSearchMode = PLAIN"), "How the words are read.");
	end_type(g);
}

/* `own` is the type of the field itself, which for lists of leaves is a list. */
static str operand_type(struct generator *g, const struct filter_op *op, struct decl *leaf, str own)
{
	switch (op->operand) {
	case OPERAND_ONE: return own;
	case OPERAND_LIST: return list_of(g, own);
	case OPERAND_BOOLEAN: return S("Boolean");
	case OPERAND_SCALAR: return use_scalar(g, op->scalar);
	case OPERAND_SCALARS: return list_of(g, use_scalar(g, op->scalar));
	case OPERAND_ELEMENT: return element_type(g, leaf);
	case OPERAND_BETWEEN: return wanted(g, WANT_BETWEEN, leaf, "Between");
	case OPERAND_SPAN:
		use_scalar(g, op->scalar);
		return wanted(g, WANT_BETWEEN, decl_scalar(g->c, op->scalar), "Between");
	case OPERAND_MEASURE:
		return wanted(g, WANT_FILTER, decl_scalar(g->c, op->scalar), "Filter");
	case OPERAND_ITEM: return wanted(g, WANT_FILTER, leaf, "Filter");
	case OPERAND_PATH: return wanted(g, WANT_PATH_FILTER, leaf, "PathFilter");
	case OPERAND_SEARCH: return search_type(g);
	}
	return own;
}

/* ---- inputs ---- */

static void put_operators(struct generator *g, struct decl *leaf, enum scalar_kind kind, str own)
{
	for (size_t i = 0; i < FILTER_OPS_COUNT; i++)
		if (FILTER_OPS[i].kinds & BIT(kind))
			put_member(g, str_from(FILTER_OPS[i].name),
				operand_type(g, &FILTER_OPS[i], leaf, own), FILTER_OPS[i].doc);
	end_type(g);
}

void put_filter(struct generator *g, struct decl *leaf)
{
	enum scalar_kind kind;
	str doc = str_printf(g->c->arena,
		"Conditions on a value of type %.*s; all that are given must hold.",
		STR_ARG(leaf->name));
	if (decl_leaf_kind(leaf, &kind) && begin_type(g, leaf, "Filter", INPUT_FILTER, doc))
		put_operators(g, leaf, kind, leaf->name);
}

void put_array_filter(struct generator *g, struct decl *leaf)
{
	str doc = str_printf(g->c->arena,
		"Conditions on a list of type %.*s; all that are given must hold.",
		STR_ARG(leaf->name));
	if (begin_type(g, leaf, "ListFilter", INPUT_FILTER, doc))
		put_operators(g, leaf, KIND_ARRAY, list_of(g, leaf->name));
}

void put_path_filter(struct generator *g, struct decl *leaf)
{
	str doc = S("Conditions on the value that stands at a path; all that are given must hold.");
	if (!begin_type(g, leaf, "PathFilter", INPUT_FILTER, doc))
		return;
	put_member(g, S("path"), S("[String!]!"),
		"Keys of objects, and positions in lists from 0 (from the end: -1), outermost first.");
	put_operators(g, leaf, KIND_PATH, leaf->name);
}

void put_between(struct generator *g, struct decl *leaf)
{
	str doc = S("Two values and all between them.");
	if (!begin_type(g, leaf, "Between", INPUT_FILTER, doc))
		return;
	str type = suffixed(g, leaf->name, "!");
	put_member(g, S("from"), type, NULL);
	put_member(g, S("to"), type, NULL);
	end_type(g);
}

void put_list_filter(struct generator *g, struct decl *d)
{
	str type = suffixed(g, d->name, "WhereInput");
	str doc = S("Conditions on the rows of a list.");
	if (!begin_type(g, d, "ListFilter", INPUT_FILTER, doc))
		return;
	put_member(g, S("some"), type, "At least one row matches.");
	put_member(g, S("every"), type, "All rows match; true when there are none.");
	put_member(g, S("none"), type, "No row matches.");
	end_type(g);
}
