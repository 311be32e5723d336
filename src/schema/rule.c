/*
 * rule - reads @prepare and @constraint where they stand, and checks that they make sense there.
 *
 * A rule must fit the type of its place: lengths, patterns and formats are for texts, bounds for
 * numbers, counts for lists. On a list the others are for its items.
 */
#include "schema/rule.h"

#include "base/num.h"
#include "schema/compile_int.h"
#include "schema/pattern.h"

/* clang-format off */
const struct rule_format RULE_FORMATS[] = {
	{ "email", "an e-mail address like mira@example.org", "EmailAddress" },
	{ "url", "an absolute URL", "URL" },
	{ "hostname", "the name of a host", "Hostname" },
	{ "ipv4", "an IPv4 address", "IPv4" },
	{ "ipv6", "an IPv6 address", "IPv6" },
	{ "ip", "an IPv4 or IPv6 address", "IP" },
	{ "cidr", "a network like 192.0.2.0/24", "CIDR" },
	{ "mac", "a hardware address", "MacAddress" },
	{ "uuid", "a UUID", "UUID" },
	{ "date", "a date like 2026-01-31", "Date" },
	{ "time", "a time like 14:30:00", "Time" },
	{ "date-time", "a time with date and offset, like 2026-01-31T14:30:00Z", "DateTime" },
	{ "duration", "a length of time like P1DT2H", "Interval" },
	{ "decimal", "a decimal number", "Decimal" },
	{ "base64", "bytes in base64", "Bytes" },
};
/* clang-format on */
const size_t RULE_FORMATS_COUNT = COUNT(RULE_FORMATS);

/* A place that may have rules. */
struct place_of_rule {
	struct compiler *c;
	struct gql_input *in;
	const struct ast_directive *d; /* the one being read */
};

enum about { ABOUT_TEXT = 1, ABOUT_NUMBER = 2, ABOUT_LIST = 4 };

static unsigned abouts(const struct gql_input *in)
{
	const struct gql_type *t = in->type->type;
	const struct scalar *s = t->kind == GQL_SCALAR ? scalar_find(t->name) : NULL;
	unsigned list = gql_is_list(in->type) ? ABOUT_LIST : 0;
	if (!s)
		return list;
	if (s->kind == KIND_TEXT || str_eq(t->name, S("ID")))
		return list | ABOUT_TEXT;
	return s->kind == KIND_NUMBER ? list | ABOUT_NUMBER : list;
}

/* Is the argument given, and may it stand here? */
static const struct ast_value *argument(const struct place_of_rule *p, const char *name,
	enum about about)
{
	static const char *const WHAT
		[] = { [ABOUT_TEXT] = "texts", [ABOUT_NUMBER] = "numbers", [ABOUT_LIST] = "lists" };
	const struct ast_value *v = directive_arg(p->d, name);
	if (!v || (abouts(p->in) & about))
		return v;
	diag_error(p->c, p->in->source, v->at, "\"%s\" of @%.*s is for %s, but \"%.*s\" is %.*s.",
		name, STR_ARG(p->d->name.text), WHAT[about], STR_ARG(p->in->name),
		STR_ARG(gql_ref_text(p->c->arena, p->in->type)));
	return NULL;
}

static bool read_flag(const struct place_of_rule *p, const char *name)
{
	const struct ast_value *v = argument(p, name, ABOUT_TEXT);
	return v && v->kind == AST_BOOLEAN && str_eq(v->text, S("true"));
}

static int64_t read_count(const struct place_of_rule *p, const char *name, enum about about)
{
	const struct ast_value *v = argument(p, name, about);
	uint64_t n;
	if (!v)
		return -1;
	if (v->kind == AST_INT && num_u64(v->text, &n) && n <= INT32_MAX)
		return (int64_t)n;
	diag_error(p->c, p->in->source, v->at,
		"\"%s\" of @constraint must be a whole number from 0.", name);
	return -1;
}

static str read_bound(const struct place_of_rule *p, const char *name)
{
	const struct ast_value *v = argument(p, name, ABOUT_NUMBER);
	bool is_number = v && (v->kind == AST_INT || v->kind == AST_FLOAT);
	return is_number ? v->text : STR_NONE;
}

static void read_pattern(const struct place_of_rule *p, struct input_rule *r)
{
	const struct ast_value *v = argument(p, "pattern", ABOUT_TEXT);
	struct err e;
	if (!v || v->kind != AST_STRING)
		return;
	r->pattern_text = v->text;
	if (!pattern_compile(p->c->arena, v->text, &r->pattern, &e))
		diag_error(p->c, p->in->source, v->at + e.column, "The pattern can't be read: %s.",
			e.message);
}

static void read_format(const struct place_of_rule *p, struct input_rule *r)
{
	const struct ast_value *v = argument(p, "format", ABOUT_TEXT);
	str names[COUNT(RULE_FORMATS)];
	if (!v || v->kind != AST_STRING)
		return;
	for (size_t i = 0; i < COUNT(RULE_FORMATS); i++) {
		names[i] = str_from(RULE_FORMATS[i].name);
		if (str_eq(names[i], v->text))
			r->format = &RULE_FORMATS[i];
	}
	if (r->format)
		return;
	struct diagnostic *d = diag_error(p->c, p->in->source, v->at,
		"The format \"%.*s\" is not known.", STR_ARG(v->text));
	diag_nearest(p->c, d, str_nearest(v->text, names, COUNT(names)));
}

static void check_order(const struct place_of_rule *p, int64_t least, int64_t most)
{
	if (least >= 0 && most >= 0 && least > most)
		diag_error(p->c, p->in->source, p->d->at,
			"No value of \"%.*s\" can be allowed: the least is more than the most.",
			STR_ARG(p->in->name));
}

static void read_constraint(const struct place_of_rule *p, struct input_rule *r)
{
	const struct ast_value *unique = argument(p, "uniqueItems", ABOUT_LIST);
	r->has_constraint = true;
	r->min_length = read_count(p, "minLength", ABOUT_TEXT);
	r->max_length = read_count(p, "maxLength", ABOUT_TEXT);
	r->min_items = read_count(p, "minItems", ABOUT_LIST);
	r->max_items = read_count(p, "maxItems", ABOUT_LIST);
	r->unique_items = unique && str_eq(unique->text, S("true"));
	r->min = read_bound(p, "min");
	r->max = read_bound(p, "max");
	r->exclusive_min = read_bound(p, "exclusiveMin");
	r->exclusive_max = read_bound(p, "exclusiveMax");
	read_pattern(p, r);
	read_format(p, r);
	(void)directive_text(p->c, p->in->source, p->d, "message", &r->message);
	check_order(p, r->min_length, r->max_length);
	check_order(p, r->min_items, r->max_items);
}

static void read_prepare(const struct place_of_rule *p, struct input_rule *r)
{
	r->trim = read_flag(p, "trim");
	r->collapse = read_flag(p, "collapse");
	r->lowercase = read_flag(p, "lowercase");
	r->uppercase = read_flag(p, "uppercase");
	r->blank_to_null = read_flag(p, "blankToNull");
	if (r->lowercase && r->uppercase)
		diag_error(p->c, p->in->source, p->d->at,
			"\"%.*s\" can't be put in lower and in upper case.", STR_ARG(p->in->name));
}

static void read_rule(struct compiler *c, struct gql_input *in)
{
	struct place_of_rule p = { .c = c, .in = in };
	if (!in->node)
		return;
	const struct ast_directive *prepare = directive_find(&in->node->directives, "prepare");
	const struct ast_directive *constraint =
		directive_find(&in->node->directives, "constraint");
	if (!prepare && !constraint)
		return;
	struct input_rule *r = arena_new(c->arena, struct input_rule);
	*r = (struct input_rule){ .min_length = -1,
		.max_length = -1,
		.min_items = -1,
		.max_items = -1 };
	p.d = prepare;
	if (prepare)
		read_prepare(&p, r);
	p.d = constraint;
	if (constraint)
		read_constraint(&p, r);
	in->rule = r;
	c->ruled = true;
}

/* Marks the types that contain a marked one, until there are no more. */
static void spread_marks(struct compiler *c)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < c->gql->ntypes; i++) {
			struct gql_type *t = c->gql->types[i];
			bool before = t->ruled;
			for (size_t k = 0; k < t->ninputs && !t->ruled; k++)
				t->ruled = t->inputs[k].rule || t->inputs[k].type->type->ruled;
			more |= t->ruled && !before;
		}
	}
}

void rule_read_all(struct compiler *c)
{
	for (size_t i = 0; i < c->gql->ntypes; i++) {
		const struct gql_type *t = c->gql->types[i];
		for (size_t k = 0; k < t->ninputs; k++)
			read_rule(c, &t->inputs[k]);
		for (size_t k = 0; k < t->nfields; k++)
			for (size_t n = 0; n < t->fields[k].nargs; n++)
				read_rule(c, &t->fields[k].args[n]);
	}
	if (c->ruled)
		spread_marks(c);
}
