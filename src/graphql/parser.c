/*
 * parser - recursive descent over one token of lookahead; one function per production.
 *
 * Sticky: the first fault is recorded and from then on every function does nothing, so that no
 * result needs a check; lists stop at a fault. Recursion happens only in selection sets, values and
 * list types, and each of these counts its depth, so no text can exhaust the stack. The items of a
 * list are gathered on one scratch stack and copied out once, in the right number.
 */
#include "graphql/parser_int.h"

#include "base/map.h"

#include <string.h>

enum { DEPTH_MAX = 500, FEW_VARIABLES = 16 };

/* ---- faults ---- */

static void fail_with(struct parser *p, enum err_code code, uint32_t at, str message)
{
	if (p->failed)
		return;
	p->failed = true;
	struct gql_error *e = gql_error_add(p->errors, code, "Syntax Error");
	struct buf b = buf_on(p->errors->arena);
	buf_lit(&b, "Syntax Error: ");
	buf_put(&b, message);
	e->message = buf_str(&b);
	gql_error_at(p->errors, e, p->source, at);
}

static void fail(struct parser *p, uint32_t at, str message)
{
	fail_with(p, ERR_SYNTAX, at, message);
}

/* "<before><token><after>", at the token. */
void parse_fail_token(struct parser *p, str before, const struct token *t, str after)
{
	if (p->failed)
		return;
	struct buf b = buf_on(p->arena);
	buf_put(&b, before);
	token_describe(&b, t);
	buf_put(&b, after);
	fail(p, t->at, buf_str(&b));
}

void parse_unexpected(struct parser *p, const struct token *t)
{
	parse_fail_token(p, S("Unexpected "), t, S("."));
}

/* ---- tokens ---- */

void parse_advance(struct parser *p)
{
	if (p->failed)
		return;
	p->end = p->token.end;
	p->token = lexer_next(&p->lexer);
	if (p->token.kind == TOKEN_FAULT) {
		fail(p, p->lexer.fault_at, p->lexer.fault);
		return;
	}
	bool counts = p->token.kind != TOKEN_END && p->tokens_max > 0;
	if (counts && ++p->tokens > p->tokens_max)
		fail_with(p, ERR_TOO_LARGE, p->token.at,
			str_printf(p->arena,
				"Document contains more that %zu tokens. Parsing aborted.",
				p->tokens_max));
}

bool parse_peek(const struct parser *p, enum token_kind kind)
{
	return !p->failed && p->token.kind == kind;
}

bool parse_peek_keyword(const struct parser *p, str word)
{
	return parse_peek(p, TOKEN_NAME) && str_eq(p->token.text, word);
}

bool parse_accept(struct parser *p, enum token_kind kind)
{
	bool is = parse_peek(p, kind);
	if (is)
		parse_advance(p);
	return is;
}

bool parse_accept_keyword(struct parser *p, str word)
{
	bool is = parse_peek_keyword(p, word);
	if (is)
		parse_advance(p);
	return is;
}

static void fail_expected(struct parser *p, str what)
{
	if (p->failed)
		return;
	parse_fail_token(p, str_printf(p->arena, "Expected %.*s, found ", STR_ARG(what)), &p->token,
		S("."));
}

struct token parse_expect(struct parser *p, enum token_kind kind)
{
	struct token t = p->token;
	if (!parse_accept(p, kind))
		fail_expected(p, token_kind_text(kind));
	return t;
}

void parse_expect_keyword(struct parser *p, str word)
{
	if (!parse_accept_keyword(p, word))
		fail_expected(p, str_printf(p->arena, "\"%.*s\"", STR_ARG(word)));
}

struct ast_name parse_name(struct parser *p)
{
	struct token t = parse_expect(p, TOKEN_NAME);
	return (struct ast_name){ t.text, t.at };
}

/* Every recursive production calls this first and leave() last. */
static bool enter(struct parser *p)
{
	if (++p->depth > p->depth_max)
		fail_with(p, ERR_TOO_LARGE, p->token.at,
			str_printf(p->arena,
				"Document is nested too deeply: more than %u levels. Parsing "
				"aborted.",
				p->depth_max));
	return !p->failed;
}

static void leave(struct parser *p)
{
	p->depth--;
}

/* ---- lists ---- */

/* Reads one item of `size` bytes onto the scratch stack. */
static void push(struct parser *p, item_fn *item, size_t size)
{
	union {
		struct ast_argument argument;
		struct ast_variable variable;
		struct ast_field_def field;
		struct ast_input_value input;
		struct ast_enum_value value;
	} one;
	memset(&one, 0, size);
	item(p, &one);
	buf_put(&p->scratch, (str){ (const char *)&one, size });
}

/* Copies what was pushed since `mark` into the arena. */
static struct list take(struct parser *p, size_t mark, size_t size)
{
	struct list l = { NULL, (p->scratch.n - mark) / size };
	if (l.n > 0) {
		l.at = arena_alloc_raw(p->arena, l.n * size, _Alignof(void *));
		memcpy(l.at, p->scratch.p + mark, l.n * size);
	}
	buf_cut(&p->scratch, mark);
	return l;
}

/* Items up to `close`, at least `least` (0 or 1); the opening token is behind us. */
static struct list items(struct parser *p, enum token_kind close, item_fn *item, size_t size,
	size_t least)
{
	size_t mark = p->scratch.n;
	while (!p->failed && (least > 0 || !parse_accept(p, close))) {
		push(p, item, size);
		least = 0;
	}
	return take(p, mark, size);
}

/* One item or more between brackets. */
struct list parse_many(struct parser *p, enum token_kind open, enum token_kind close, item_fn *item,
	size_t size)
{
	parse_expect(p, open);
	return items(p, close, item, size, 1);
}

/* The same, or nothing at all. */
struct list parse_optional(struct parser *p, enum token_kind open, enum token_kind close,
	item_fn *item, size_t size)
{
	return parse_peek(p, open) ? parse_many(p, open, close, item, size)
				   : (struct list){ NULL, 0 };
}

/* One item or more with `between` between them, and perhaps before the first. */
struct list parse_delimited(struct parser *p, enum token_kind between, item_fn *item, size_t size)
{
	size_t mark = p->scratch.n;
	parse_accept(p, between);
	do
		push(p, item, size);
	while (parse_accept(p, between));
	return take(p, mark, size);
}

/* ---- values. Spec: §2.9 ---- */

static struct ast_value *value(struct parser *p);

static void list_item(struct parser *p, void *item)
{
	*(struct ast_value **)item = value(p);
}

static void object_field(struct parser *p, void *item)
{
	struct ast_object_field *f = item;
	f->name = parse_name(p);
	parse_expect(p, TOKEN_COLON);
	f->value = value(p);
}

static void list_or_object(struct parser *p, struct ast_value *v)
{
	bool is_list = p->token.kind == TOKEN_BRACKET_OPEN;
	v->kind = is_list ? AST_LIST : AST_OBJECT;
	if (enter(p)) {
		parse_advance(p);
		struct list l = is_list
			? items(p, TOKEN_BRACKET_CLOSE, list_item, sizeof *v->items, 0)
			: items(p, TOKEN_BRACE_CLOSE, object_field, sizeof *v->fields, 0);
		if (is_list)
			v->items = l.at;
		else
			v->fields = l.at;
		v->n = l.n;
	}
	leave(p);
}

static void variable_name(struct parser *p, struct ast_value *v)
{
	struct token dollar = p->token;
	parse_advance(p);
	if (p->constant && parse_peek(p, TOKEN_NAME)) {
		struct buf b = buf_on(p->arena);
		buf_printf(&b, "Unexpected variable \"$%.*s\" in constant value.",
			STR_ARG(p->token.text));
		fail(p, dollar.at, buf_str(&b));
	} else if (p->constant) {
		parse_unexpected(p, &dollar);
	}
	v->kind = AST_VARIABLE;
	v->text = parse_name(p).text;
}

enum ast_value_kind parse_name_kind(str text)
{
	if (str_eq(text, S("true")) || str_eq(text, S("false")))
		return AST_BOOLEAN;
	return str_eq(text, S("null")) ? AST_NULL : AST_ENUM;
}

static void scalar(struct parser *p, struct ast_value *v, enum ast_value_kind kind)
{
	v->kind = kind;
	v->text = p->token.text;
	v->block = p->token.kind == TOKEN_BLOCK_STRING;
	parse_advance(p);
}

static struct ast_value *value(struct parser *p)
{
	struct ast_value *v = arena_new(p->arena, struct ast_value);
	v->at = p->token.at;
	switch ((int)p->token.kind) {
	case TOKEN_BRACKET_OPEN:
	case TOKEN_BRACE_OPEN: list_or_object(p, v); break;
	case TOKEN_DOLLAR: variable_name(p, v); break;
	case TOKEN_INT: scalar(p, v, AST_INT); break;
	case TOKEN_FLOAT: scalar(p, v, AST_FLOAT); break;
	case TOKEN_STRING:
	case TOKEN_BLOCK_STRING: scalar(p, v, AST_STRING); break;
	case TOKEN_NAME: scalar(p, v, parse_name_kind(p->token.text)); break;
	default: parse_unexpected(p, &p->token);
	}
	v->end = p->end;
	return v;
}

static struct ast_value *constant(struct parser *p)
{
	p->constant = true;
	return value(p);
}

struct ast_value *parse_description(struct parser *p)
{
	bool is = parse_peek(p, TOKEN_STRING) || parse_peek(p, TOKEN_BLOCK_STRING);
	return is ? value(p) : NULL;
}

struct ast_value *parse_default(struct parser *p)
{
	return parse_accept(p, TOKEN_EQUALS) ? constant(p) : NULL;
}

/* ---- arguments, directives, types. Spec: §2.6, §2.12, §2.13 ---- */

static void argument(struct parser *p, void *item)
{
	struct ast_argument *a = item;
	a->at = p->token.at;
	a->name = parse_name(p);
	parse_expect(p, TOKEN_COLON);
	a->value = value(p);
	a->end = p->end;
}

static struct list arguments(struct parser *p, bool is_constant)
{
	p->constant = is_constant;
	return parse_optional(p, TOKEN_PAREN_OPEN, TOKEN_PAREN_CLOSE, argument,
		sizeof(struct ast_argument));
}

struct ast_directives parse_directives(struct parser *p, bool is_constant)
{
	size_t mark = p->scratch.n;
	while (parse_peek(p, TOKEN_AT)) {
		struct ast_directive d = { .at = p->token.at };
		parse_advance(p);
		d.name = parse_name(p);
		struct list l = arguments(p, is_constant);
		d.args = l.at;
		d.nargs = l.n;
		d.end = p->end;
		buf_put(&p->scratch, (str){ (const char *)&d, sizeof d });
	}
	struct list l = take(p, mark, sizeof(struct ast_directive));
	return (struct ast_directives){ l.at, l.n };
}

struct ast_type *parse_type(struct parser *p)
{
	struct ast_type *t = arena_new(p->arena, struct ast_type);
	t->at = p->token.at;
	if (parse_peek(p, TOKEN_BRACKET_OPEN)) {
		t->kind = AST_TYPE_LIST;
		if (enter(p)) {
			parse_advance(p);
			t->of = parse_type(p);
			parse_expect(p, TOKEN_BRACKET_CLOSE);
		}
		leave(p);
	} else {
		t->kind = AST_TYPE_NAMED;
		t->name = parse_name(p).text;
	}
	t->end = p->end;
	if (!parse_accept(p, TOKEN_BANG))
		return t;
	struct ast_type *outer = arena_new(p->arena, struct ast_type);
	*outer =
		(struct ast_type){ .kind = AST_TYPE_NON_NULL, .at = t->at, .end = p->end, .of = t };
	return outer;
}

/* ---- selections. Spec: §2.4 to §2.8 ---- */

static struct ast_selections selection_set(struct parser *p);

/* A fragment's name: anything but "on". */
static struct ast_name fragment_name(struct parser *p)
{
	if (str_eq(p->token.text, S("on")))
		parse_unexpected(p, &p->token);
	return parse_name(p);
}

static void fragment_use(struct parser *p, struct ast_selection *s)
{
	parse_advance(p);
	bool has_type = parse_accept_keyword(p, S("on"));
	if (!has_type && parse_peek(p, TOKEN_NAME)) {
		s->kind = AST_SPREAD;
		s->name = parse_name(p);
		s->directives = parse_directives(p, false);
		return;
	}
	s->kind = AST_INLINE;
	if (has_type)
		s->on = parse_name(p);
	s->directives = parse_directives(p, false);
	s->selections = selection_set(p);
}

static void field(struct parser *p, struct ast_selection *s)
{
	s->kind = AST_FIELD;
	s->name = parse_name(p);
	if (parse_accept(p, TOKEN_COLON)) {
		s->alias = s->name;
		s->name = parse_name(p);
	}
	struct list l = arguments(p, false);
	s->args = l.at;
	s->nargs = l.n;
	s->directives = parse_directives(p, false);
	if (parse_peek(p, TOKEN_BRACE_OPEN))
		s->selections = selection_set(p);
}

static void selection(struct parser *p, void *item)
{
	struct ast_selection *s = arena_new(p->arena, struct ast_selection);
	s->at = p->token.at;
	if (parse_peek(p, TOKEN_SPREAD))
		fragment_use(p, s);
	else
		field(p, s);
	s->end = p->end;
	*(struct ast_selection **)item = s;
}

static struct ast_selections selection_set(struct parser *p)
{
	struct ast_selections set = { .begin = p->token.at };
	if (enter(p)) {
		struct list l = parse_many(p, TOKEN_BRACE_OPEN, TOKEN_BRACE_CLOSE, selection,
			sizeof(struct ast_selection *));
		set.at = l.at;
		set.n = l.n;
	}
	leave(p);
	return set;
}

/* ---- operations and fragments ---- */

enum ast_operation_kind parse_operation_kind(struct parser *p)
{
	static const str WORDS[] = {
		[AST_QUERY] = STR_INIT("query"),
		[AST_MUTATION] = STR_INIT("mutation"),
		[AST_SUBSCRIPTION] = STR_INIT("subscription"),
	};
	struct token t = parse_expect(p, TOKEN_NAME);
	for (size_t i = 0; i < COUNT(WORDS); i++)
		if (str_eq(t.text, WORDS[i]))
			return (enum ast_operation_kind)i;
	parse_unexpected(p, &t);
	return AST_QUERY;
}

static void variable_definition(struct parser *p, void *item)
{
	struct ast_variable *v = item;
	v->at = p->token.at;
	v->description = parse_description(p);
	uint32_t dollar = p->token.at;
	parse_expect(p, TOKEN_DOLLAR);
	v->name = (struct ast_name){ parse_name(p).text, dollar };
	parse_expect(p, TOKEN_COLON);
	v->type = parse_type(p);
	v->default_value = parse_default(p);
	v->directives = parse_directives(p, true);
	v->end = p->end;
}

/* Of two with one name the first counts. */
static void index_variables(struct parser *p, struct ast_definition *d)
{
	if (p->failed || d->nvariables <= FEW_VARIABLES)
		return;
	struct map *index = arena_new(p->arena, struct map);
	*index = map_on(p->arena, (uintptr_t)p->arena);
	for (size_t i = 0; i < d->nvariables; i++)
		map_add(index, d->variables[i].name.text, &d->variables[i]);
	d->variable_index = index;
}

static void operation(struct parser *p, struct ast_definition *d)
{
	d->kind = AST_OPERATION;
	d->shorthand = parse_peek(p, TOKEN_BRACE_OPEN);
	if (!d->shorthand) {
		d->operation = parse_operation_kind(p);
		if (parse_peek(p, TOKEN_NAME))
			d->name = parse_name(p);
		struct list l = parse_optional(p, TOKEN_PAREN_OPEN, TOKEN_PAREN_CLOSE,
			variable_definition, sizeof *d->variables);
		d->variables = l.at;
		d->nvariables = l.n;
		index_variables(p, d);
		d->directives = parse_directives(p, false);
	}
	d->selections = selection_set(p);
}

static void fragment(struct parser *p, struct ast_definition *d)
{
	parse_advance(p);
	d->kind = AST_FRAGMENT;
	d->name = fragment_name(p);
	parse_expect_keyword(p, S("on"));
	d->on = parse_name(p);
	d->directives = parse_directives(p, false);
	d->selections = selection_set(p);
}

/* ---- documents ---- */

/* The kind of definition that a keyword starts. */
static bool kind_of(str keyword, enum ast_definition_kind *out)
{
	static const struct {
		str keyword;
		enum ast_definition_kind kind;
	} KINDS[] = {
		{ STR_INIT("query"), AST_OPERATION },
		{ STR_INIT("mutation"), AST_OPERATION },
		{ STR_INIT("subscription"), AST_OPERATION },
		{ STR_INIT("fragment"), AST_FRAGMENT },
		{ STR_INIT("type"), AST_OBJECT_TYPE },
		{ STR_INIT("input"), AST_INPUT },
		{ STR_INIT("enum"), AST_ENUM_TYPE },
		{ STR_INIT("interface"), AST_INTERFACE },
		{ STR_INIT("union"), AST_UNION },
		{ STR_INIT("scalar"), AST_SCALAR },
		{ STR_INIT("schema"), AST_SCHEMA },
		{ STR_INIT("directive"), AST_DIRECTIVE_DEF },
	};
	for (size_t i = 0; i < COUNT(KINDS); i++) {
		if (str_eq(keyword, KINDS[i].keyword)) {
			*out = KINDS[i].kind;
			return true;
		}
	}
	return false;
}

static void extension(struct parser *p, struct ast_definition *d)
{
	parse_advance(p);
	d->extend = true;
	bool known = parse_peek(p, TOKEN_NAME) && kind_of(p->token.text, &d->kind) &&
		d->kind != AST_OPERATION && d->kind != AST_FRAGMENT && d->kind != AST_DIRECTIVE_DEF;
	if (known)
		parse_type_definition(p, d);
	else
		parse_unexpected(p, &p->token);
}

/* What no definition starts with. */
static void no_definition(struct parser *p, const struct ast_definition *d)
{
	if (d->description && parse_peek(p, TOKEN_BRACE_OPEN))
		fail(p, d->description->at,
			S("Unexpected description, "
			  "descriptions are not supported on shorthand queries."));
	if (d->description && parse_peek(p, TOKEN_NAME))
		fail(p, d->description->at,
			S("Unexpected description, "
			  "only GraphQL definitions support descriptions."));
	parse_unexpected(p, &p->token);
}

static void definition(struct parser *p, struct ast_definition *d)
{
	d->source = p->source;
	d->at = p->token.at;
	d->description = parse_description(p);
	bool known = parse_peek(p, TOKEN_NAME) && kind_of(p->token.text, &d->kind);
	if (!d->description && parse_peek(p, TOKEN_BRACE_OPEN))
		operation(p, d);
	else if (!d->description && parse_peek_keyword(p, S("extend")))
		extension(p, d);
	else if (!known)
		no_definition(p, d);
	else if (d->kind == AST_OPERATION)
		operation(p, d);
	else if (d->kind == AST_FRAGMENT)
		fragment(p, d);
	else if (d->kind == AST_DIRECTIVE_DEF)
		parse_directive_definition(p, d);
	else
		parse_type_definition(p, d);
	d->end = p->end;
}

static void definition_item(struct parser *p, void *item)
{
	struct ast_definition *d = arena_new(p->arena, struct ast_definition);
	definition(p, d);
	*(struct ast_definition **)item = d;
}

/* ---- entry ---- */

static struct parser parser_on(struct arena *a, const struct source *source,
	const struct parse_limits *limits, struct gql_errors *errors)
{
	struct parser p = {
		.arena = a,
		.source = source,
		.errors = errors,
		.lexer = lexer_on(a, source->text),
		.tokens_max = limits ? limits->tokens : 0,
		.depth_max = limits && limits->depth ? limits->depth : DEPTH_MAX,
		.scratch = buf_on(a),
	};
	return p;
}

/* Reads the first token, unless offsets can't name every byte. */
static void start(struct parser *p)
{
	if (p->source->text.n >= UINT32_MAX)
		fail_with(p, ERR_TOO_LARGE, 0, S("Document is larger than 4 GB."));
	parse_advance(p);
}

bool gql_parse(struct arena *a, const struct source *source, const struct parse_limits *limits,
	struct ast_document *out, struct gql_errors *errors)
{
	struct parser p = parser_on(a, source, limits, errors);
	start(&p);
	struct list l = items(&p, TOKEN_END, definition_item, sizeof(struct ast_definition *), 1);
	if (!p.failed)
		*out = (struct ast_document){ l.at, l.n };
	return !p.failed;
}

bool gql_parse_value(struct arena *a, const struct source *source, struct ast_value **out,
	struct gql_errors *errors)
{
	struct parser p = parser_on(a, source, NULL, errors);
	start(&p);
	*out = constant(&p);
	parse_expect(&p, TOKEN_END);
	return !p.failed;
}

bool gql_parse_type(struct arena *a, const struct source *source, struct ast_type **out,
	struct gql_errors *errors)
{
	struct parser p = parser_on(a, source, NULL, errors);
	start(&p);
	*out = parse_type(&p);
	parse_expect(&p, TOKEN_END);
	return !p.failed;
}
