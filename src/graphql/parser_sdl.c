/*
 * parser_sdl - the type system half of the grammar, on the parser's tools. Spec: §3.
 *
 * Definitions and extensions differ only in what must stand in them, so they share functions.
 */
#include "graphql/parser_int.h"
#include "graphql/type.h"

static void one_name(struct parser *p, void *item)
{
	*(struct ast_name *)item = parse_name(p);
}

static void input_value(struct parser *p, void *item)
{
	struct ast_input_value *v = item;
	v->at = p->token.at;
	v->description = parse_description(p);
	v->name = parse_name(p);
	parse_expect(p, TOKEN_COLON);
	v->type = parse_type(p);
	v->default_value = parse_default(p);
	v->directives = parse_directives(p, true);
	v->end = p->end;
}

static void field_definition(struct parser *p, void *item)
{
	struct ast_field_def *f = item;
	f->at = p->token.at;
	f->description = parse_description(p);
	f->name = parse_name(p);
	struct list l = parse_optional(p, TOKEN_PAREN_OPEN, TOKEN_PAREN_CLOSE, input_value,
		sizeof *f->args);
	f->args = l.at;
	f->nargs = l.n;
	parse_expect(p, TOKEN_COLON);
	f->type = parse_type(p);
	f->directives = parse_directives(p, true);
	f->end = p->end;
}

static void enum_value(struct parser *p, void *item)
{
	struct ast_enum_value *v = item;
	v->at = p->token.at;
	v->description = parse_description(p);
	if (p->token.text.n > 0 && parse_name_kind(p->token.text) != AST_ENUM)
		parse_fail_token(p, STR_NONE, &p->token,
			S(" is reserved and cannot be used for an enum value."));
	v->name = parse_name(p);
	v->directives = parse_directives(p, true);
	v->end = p->end;
}

static void operation_type(struct parser *p, void *item)
{
	struct ast_operation_type *o = item;
	o->at = p->token.at;
	o->operation = parse_operation_kind(p);
	parse_expect(p, TOKEN_COLON);
	o->type = parse_name(p);
	o->end = p->end;
}

static void location(struct parser *p, void *item)
{
	struct token t = p->token;
	*(struct ast_name *)item = parse_name(p);
	for (enum gql_directive_location i = 0; i < GQL_AT_COUNT; i++)
		if (str_eq(t.text, str_from(gql_directive_location_name(i))))
			return;
	parse_unexpected(p, &t);
}

/* In the order that the productions have; each is empty where nothing stands. */
static void interfaces_of(struct parser *p, struct ast_definition *d)
{
	if (!parse_accept_keyword(p, S("implements")))
		return;
	struct list l = parse_delimited(p, TOKEN_AMP, one_name, sizeof *d->interfaces);
	d->interfaces = l.at;
	d->ninterfaces = l.n;
}

static void fields_of(struct parser *p, struct ast_definition *d)
{
	struct list l = parse_optional(p, TOKEN_BRACE_OPEN, TOKEN_BRACE_CLOSE, field_definition,
		sizeof *d->fields);
	d->fields = l.at;
	d->nfields = l.n;
}

static void members_of(struct parser *p, struct ast_definition *d)
{
	if (!parse_accept(p, TOKEN_EQUALS))
		return;
	struct list l = parse_delimited(p, TOKEN_PIPE, one_name, sizeof *d->members);
	d->members = l.at;
	d->nmembers = l.n;
}

static void values_of(struct parser *p, struct ast_definition *d)
{
	struct list l = parse_optional(p, TOKEN_BRACE_OPEN, TOKEN_BRACE_CLOSE, enum_value,
		sizeof *d->values);
	d->values = l.at;
	d->nvalues = l.n;
}

static void inputs_of(struct parser *p, struct ast_definition *d, enum token_kind open,
	enum token_kind close)
{
	struct list l = parse_optional(p, open, close, input_value, sizeof *d->inputs);
	d->inputs = l.at;
	d->ninputs = l.n;
}

static void operation_types_of(struct parser *p, struct ast_definition *d)
{
	if (d->extend && !parse_peek(p, TOKEN_BRACE_OPEN))
		return;
	struct list l = parse_many(p, TOKEN_BRACE_OPEN, TOKEN_BRACE_CLOSE, operation_type,
		sizeof *d->operation_types);
	d->operation_types = l.at;
	d->noperation_types = l.n;
}

void parse_directive_definition(struct parser *p, struct ast_definition *d)
{
	parse_advance(p);
	parse_expect(p, TOKEN_AT);
	d->name = parse_name(p);
	inputs_of(p, d, TOKEN_PAREN_OPEN, TOKEN_PAREN_CLOSE);
	d->repeatable = parse_accept_keyword(p, S("repeatable"));
	parse_expect_keyword(p, S("on"));
	struct list l = parse_delimited(p, TOKEN_PIPE, location, sizeof *d->locations);
	d->locations = l.at;
	d->nlocations = l.n;
}

/* A type or the schema, from its keyword on; an extension must extend by something. */
void parse_type_definition(struct parser *p, struct ast_definition *d)
{
	parse_advance(p);
	if (d->kind != AST_SCHEMA)
		d->name = parse_name(p);
	if (d->kind == AST_OBJECT_TYPE || d->kind == AST_INTERFACE)
		interfaces_of(p, d);
	d->directives = parse_directives(p, true);
	switch ((int)d->kind) {
	case AST_SCHEMA: operation_types_of(p, d); break;
	case AST_OBJECT_TYPE:
	case AST_INTERFACE: fields_of(p, d); break;
	case AST_UNION: members_of(p, d); break;
	case AST_ENUM_TYPE: values_of(p, d); break;
	case AST_INPUT: inputs_of(p, d, TOKEN_BRACE_OPEN, TOKEN_BRACE_CLOSE); break;
	default: break;
	}
	size_t parts = d->ninterfaces + d->directives.n + d->noperation_types + d->nfields +
		d->nmembers + d->nvalues + d->ninputs;
	if (d->extend && parts == 0)
		parse_unexpected(p, &p->token);
}
