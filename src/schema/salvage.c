/*
 * salvage - what is wrong beside that which keeps the types from being built.
 *
 * Types that can't be built hide everything that would be bound to them. So the places of their
 * errors are cut out (a field, an input field, at last a definition) and the
 * rest is compiled once more, only to hear what else there is to say. Errors of the types
 * themselves that appear in this second run may come from the cuts: they are cut out as well, and
 * not reported. Of a field that is cut out, it is still told that its function is missing.
 *
 *     in: the written definitions, the errors of gql_schema_build
 *     out: further diagnostics
 */
#include "schema/compile_int.h"

enum { ROUNDS = 4 };

static bool is_hit(const struct gql_errors *errors, const struct source *s, uint32_t from,
	uint32_t to)
{
	for (size_t i = 0; i < errors->n; i++) {
		const struct gql_error *e = &errors->at[i];
		const struct gql_place *p = e->places;
		if (e->nplaces && p->source == s && p->at >= from && p->at < to)
			return true;
	}
	return false;
}

/* What is being cut: the errors, and the source of the definition. */
struct cut {
	struct arena *arena;
	struct compiler *compiler; /* for what is wrong within */
	const struct gql_errors *errors;
	const struct source *source;
};

static struct ast_input_value *cut_inputs(const struct cut *c, const struct ast_input_value *l,
	size_t *n)
{
	struct ast_input_value *out = arena_array(c->arena, struct ast_input_value, *n);
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (!is_hit(c->errors, c->source, l[i].at, l[i].end))
			out[kept++] = l[i];
	*n = kept;
	return out;
}

static struct ast_field_def *cut_fields(const struct cut *c, const struct ast_field_def *l,
	size_t *n)
{
	struct ast_field_def *out = arena_array(c->arena, struct ast_field_def, *n);
	size_t kept = 0;
	for (size_t i = 0; i < *n; i++)
		if (!is_hit(c->errors, c->source, l[i].at, l[i].end))
			out[kept++] = l[i];
	*n = kept;
	return out;
}

static bool has_broken_directive(const struct cut *c, const struct ast_definition *d)
{
	for (size_t i = 0; i < d->directives.n; i++)
		if (is_hit(c->errors, d->source, d->directives.at[i].at, d->directives.at[i].end))
			return true;
	return false;
}

/* What is still sure of a field that is cut out, by itself or with its definition. */
static void check_lost(const struct cut *c, const struct ast_definition *d, bool whole)
{
	for (size_t i = 0; i < d->nfields; i++) {
		const struct ast_field_def *f = &d->fields[i];
		if (whole || is_hit(c->errors, d->source, f->at, f->end))
			call_check_name(c->compiler, d->source, f);
	}
}

/*
 * A copy without the fields that errors point into; NULL when they point at something else of it. A
 * broken directive takes what it stands on with it, which without it would mean something else.
 */
static struct ast_definition *cut_definition(struct cut *c, struct ast_definition *d)
{
	if (!is_hit(c->errors, d->source, d->at, d->end))
		return d;
	struct ast_definition *out = arena_new(c->arena, struct ast_definition);
	*out = *d;
	c->source = d->source;
	out->fields = cut_fields(c, d->fields, &out->nfields);
	out->inputs = cut_inputs(c, d->inputs, &out->ninputs);
	bool keeps = !has_broken_directive(c, d) &&
		(out->nfields < d->nfields || out->ninputs < d->ninputs);
	check_lost(c, d, !keeps);
	return keeps ? out : NULL;
}

static bool is_known(const struct diagnostics *l, const struct diagnostic *d)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct diagnostic *o = &l->at[i];
		if (o->line == d->line && o->column == d->column && str_eq(o->file, d->file) &&
			str_eq(o->message, d->message))
			return true;
	}
	return false;
}

static void report(struct compiler *c, const struct diagnostics *found)
{
	for (size_t i = 0; i < found->n; i++) {
		if (is_known(c->diagnostics, &found->at[i]))
			continue;
		*vec_push(c->arena, c->diagnostics) = found->at[i];
		c->diagnostics->errors += found->at[i].severity == DIAG_ERROR;
	}
}

void salvage(struct compiler *c, const struct gql_errors *errors)
{
	struct diagnostics found = { 0 };
	struct compiler rest = *c;
	rest.definitions.n = c->nwritten;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct compiler next = { .arena = c->arena,
			.options = c->options,
			.catalog = c->catalog,
			.diagnostics = &found };
		struct cut cut = { .arena = c->arena, .compiler = c, .errors = errors };
		for (size_t i = 0; i < rest.nwritten; i++) {
			struct ast_definition *d = cut_definition(&cut, rest.definitions.at[i]);
			if (d)
				*vec_push(c->arena, &next.definitions) = d;
		}
		struct gql_errors *more = arena_new(c->arena, struct gql_errors);
		*more = (struct gql_errors){ .arena = c->arena };
		if (compile_types(&next, more)) {
			compile_bindings(&next);
			report(c, &found);
			return;
		}
		rest = next;
		errors = more;
	}
}
