/*
 * help_tables - tables of other modules as Markdown: error codes, directives, scalars, operators.
 *
 * The pages below docs/ hold what is printed here, and a test compares them.
 */
#include "cli/help.h"

#include "schema/directives.h"
#include "schema/filter_op.h"

#include <string.h>

/* ---- errors ---- */

/* Codes of the program's own troubles reach no client by their name but INTERNAL. */
static void put_errors(struct buf *b)
{
	buf_lit(b, "| code | status | meaning | text in production |\n|---|---|---|---|\n");
	for (enum err_code code = ERR_NONE + 1; code < ERR_COUNT; code++) {
		const struct err_info *i = err_info(code);
		buf_printf(b, "| `%s` | %d | ", i->name, i->http);
		help_put_cell(b, i->text);
		buf_printf(b, " | %s |\n", i->shown ? "shown" : "masked");
	}
}

/* ---- directives ---- */

static void put_directives(struct buf *b, struct arena *a)
{
	struct buf sdl = buf_on(a), missing = buf_on(a);
	directives_print(&sdl);
	directives_print_missing(&missing);
	str names = buf_str(&missing), text = buf_str(&sdl);
	buf_printf(b, "```graphql\n%.*s```\n", STR_ARG(text));
	if (names.n)
		buf_printf(b, "\nNot there yet, and refused as such: %.*s.\n", STR_ARG(names));
}

/* ---- scalars ---- */

static void put_words(struct buf *b, const char *words)
{
	str rest = str_from(words);
	for (bool first = true; rest.n > 0; first = false) {
		str word = str_split(&rest, ' ');
		buf_printf(b, "%s`%.*s`", first ? "" : " ", STR_ARG(word));
	}
}

static void put_scalars(struct buf *b)
{
	static const char *const OUT[] = {
		[OUT_STRING] = "string",
		[OUT_INT] = "number",
		[OUT_FLOAT] = "number",
		[OUT_BOOLEAN] = "boolean",
		[OUT_DIGITS] = "string",
		[OUT_DATE] = "string",
		[OUT_TIME] = "string",
		[OUT_DATETIME] = "string",
		[OUT_INTERVAL] = "string",
		[OUT_JSON] = "as it is",
		[OUT_BYTES] = "string",
	};
	buf_lit(b, "| scalar | columns | JSON | meaning |\n|---|---|---|---|\n");
	for (enum scalar_id id = 0; id < SCALAR_COUNT; id++) {
		const struct scalar *s = scalar_get(id);
		if (s->url)
			buf_printf(b, "| [`%s`](%s) | ", s->name, s->url);
		else
			buf_printf(b, "| `%s` | ", s->name);
		put_words(b, s->pg_names);
		buf_printf(b, " | %s | ", (size_t)s->out < COUNT(OUT) ? OUT[s->out] : "");
		help_put_cell(b, s->doc);
		buf_lit(b, " |\n");
	}
}

/* ---- operators ---- */

static const char *kind_words(enum scalar_kind kind)
{
	static const char *const WORDS[KIND_COUNT] = {
		[KIND_TEXT] = "text",
		[KIND_NUMBER] = "numbers",
		[KIND_BOOLEAN] = "Boolean",
		[KIND_EQUALITY] = "keys",
		[KIND_TIME] = "times",
		[KIND_JSON] = "JSON",
		[KIND_BYTES] = "Bytes",
		[KIND_NET] = "addresses",
		[KIND_MAC] = "MacAddress",
		[KIND_LTREE] = "LTree",
		[KIND_RANGE] = "ranges",
		[KIND_ENUM] = "enums",
		[KIND_SEARCH] = "TSVector",
		[KIND_VECTOR] = "Vector",
		[KIND_ARRAY] = "lists",
		[KIND_PATH] = "JSON paths",
	};
	return WORDS[kind];
}

static void put_kinds(struct buf *b, uint32_t kinds)
{
	bool first = true;
	uint32_t all = 0;
	for (size_t i = 0; i < FILTER_OPS_COUNT; i++)
		all |= FILTER_OPS[i].kinds;
	if (kinds == all) {
		buf_lit(b, "everything");
		return;
	}
	for (enum scalar_kind k = 0; k < KIND_COUNT; k++) {
		if (!(kinds & BIT(k)) || !kind_words(k))
			continue;
		buf_printf(b, "%s%s", first ? "" : ", ", kind_words(k));
		first = false;
	}
}

static void put_operand(struct buf *b, const struct filter_op *op)
{
	const char *scalar = scalar_get(op->scalar)->name;
	switch (op->operand) {
	case OPERAND_ONE: buf_lit(b, "a value"); return;
	case OPERAND_LIST: buf_lit(b, "a list of values"); return;
	case OPERAND_BOOLEAN: buf_lit(b, "`Boolean`"); return;
	case OPERAND_BETWEEN: buf_lit(b, "`{from, to}`"); return;
	case OPERAND_SPAN: buf_printf(b, "`{from, to}` of `%s`", scalar); return;
	case OPERAND_SCALAR: buf_printf(b, "`%s`", scalar); return;
	case OPERAND_SCALARS: buf_printf(b, "`[%s!]`", scalar); return;
	case OPERAND_ELEMENT: buf_lit(b, "an element"); return;
	case OPERAND_MEASURE: buf_printf(b, "operators of `%s`", scalar); return;
	case OPERAND_ITEM: buf_lit(b, "operators of the item"); return;
	case OPERAND_PATH: buf_lit(b, "`{path}` and operators"); return;
	case OPERAND_SEARCH: buf_lit(b, "`{query, language, mode}`"); return;
	}
}

static void put_operators(struct buf *b)
{
	buf_lit(b, "| operator | of | takes | meaning |\n|---|---|---|---|\n");
	for (size_t i = 0; i < FILTER_OPS_COUNT; i++) {
		buf_printf(b, "| `%s` | ", FILTER_OPS[i].name);
		put_kinds(b, FILTER_OPS[i].kinds);
		buf_lit(b, " | ");
		put_operand(b, &FILTER_OPS[i]);
		buf_lit(b, " | ");
		help_put_cell(b, FILTER_OPS[i].doc);
		buf_lit(b, " |\n");
	}
}

const char HELP_TOPICS[] =
	"settings commands errors directives scalars operators functions statuses sqlstates";

bool help_markdown(struct buf *b, struct arena *a, str topic)
{
	if (str_eq(topic, S("settings")))
		help_settings_markdown(b, a);
	else if (str_eq(topic, S("commands")))
		help_commands_markdown(b, a);
	else if (str_eq(topic, S("errors")))
		put_errors(b);
	else if (str_eq(topic, S("directives")))
		put_directives(b, a);
	else if (str_eq(topic, S("scalars")))
		put_scalars(b);
	else if (str_eq(topic, S("operators")))
		put_operators(b);
	else if (str_eq(topic, S("functions")))
		help_functions_markdown(b);
	else if (str_eq(topic, S("statuses")))
		help_statuses_markdown(b);
	else if (str_eq(topic, S("sqlstates")))
		help_sqlstates_markdown(b);
	else
		return false;
	return true;
}
