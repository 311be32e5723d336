/*
 * validate - sets the rules up, walks the document once, keeps count of errors and of work.
 *
 * A rule of the table has its listeners entered into one list per kind of node, in the order of
 * the table, so that the walk calls nobody who does not want to hear.
 *
 * Two bounds hold whatever the document: the number of errors, and the work of those few questions
 * whose answer can grow faster than the document (all fragments of all operations, pairs of
 * fields). At either the walk ends, with an error that says so.
 */
#include "graphql/validate_int.h"

#include "base/clock.h"
#include "graphql/printer.h"
#include "graphql/suggest.h"

#include <assert.h>
#include <stdarg.h>

enum { ERRORS_MAX = 100, WORK_MAX = 100 * 1000 };

#define X(name) extern const struct rule RULES_##name;
#include "graphql/rules/rules.def"
#undef X

static const struct rule *const RULES[RULE_COUNT] = {
#define X(name) [RULE_##name] = &RULES_##name,
#include "graphql/rules/rules.def"
#undef X
};

/* ---- what rules call ---- */

static void abort_with(struct validation *v, const char *message)
{
	if (!v->aborted)
		gql_error_add(v->errors, ERR_VALIDATION, "%s", message);
	v->aborted = true;
}

struct gql_error *rule_error(struct validation *v, const char *fmt, ...)
{
	if (v->aborted)
		return NULL;
	if (v->nerrors >= v->errors_max) {
		abort_with(v,
			"Too many validation errors, error limit reached. "
			"Validation aborted.");
		return NULL;
	}
	v->nerrors++;
	va_list args;
	va_start(args, fmt);
	struct gql_error *e = gql_error_addv(v->errors, ERR_VALIDATION, fmt, args);
	va_end(args);
	return e;
}

void rule_at(struct validation *v, struct gql_error *e, uint32_t at)
{
	if (e)
		gql_error_at(v->errors, e, v->source, at);
}

bool rule_spend(struct validation *v, size_t units)
{
	if (v->aborted)
		return false;
	if (units > v->work) {
		abort_with(v, "Validation aborted.");
		return false;
	}
	v->work -= units;
	return true;
}

uint32_t rule_variable_name_at(const struct validation *v, const struct ast_variable *d)
{
	return (uint32_t)(d->name.text.p - v->source->text.p);
}

str rule_suggest(struct validation *v, str input, const str *options, size_t n)
{
	if (!v->options->suggestions)
		return STR_NONE;
	return gql_did_you_mean_of(v->arena, NULL, input, options, n);
}

str rule_value_text(struct validation *v, const struct ast_value *value)
{
	struct buf b = buf_on(v->arena);
	gql_print_value(&b, value);
	return buf_str(&b);
}

str rule_type_text(struct validation *v, const struct ast_type *type)
{
	struct buf b = buf_on(v->arena);
	gql_print_type(&b, type);
	return buf_str(&b);
}

struct map rule_map(struct validation *v)
{
	return map_on(v->arena, v->seed);
}

static bool any_repeated(const void *items, size_t n, str (*name_of)(const void *items, size_t i))
{
	for (size_t i = 1; i < n; i++)
		for (size_t j = 0; j < i; j++)
			if (str_eq(name_of(items, i), name_of(items, j)))
				return true;
	return false;
}

struct repeated *rule_repeated(struct validation *v, const void *items, size_t n,
	str (*name_of)(const void *items, size_t i))
{
	enum { FEW = 8 };
	if (n <= FEW && !any_repeated(items, n, name_of))
		return NULL;
	struct map groups = rule_map(v);
	for (size_t i = 0; i < n; i++) {
		str name = name_of(items, i);
		struct repeated *r = map_find(&groups, name);
		if (!r) {
			r = arena_new(v->arena, struct repeated);
			r->name = name;
			map_add(&groups, name, r);
		}
		*vec_push(v->arena, r) = i;
	}
	struct repeated *first = NULL;
	for (size_t i = groups.n; i-- > 0;) {
		struct repeated *r = groups.entries[i].value;
		if (r->n > 1) {
			r->next = first;
			first = r;
		}
	}
	return first;
}

/* ---- the run ---- */

static void listen(struct listeners *l, rule_fn *fn, void *state)
{
	assert(l->n < LISTENERS_MAX);
	if (fn)
		l->at[l->n++] = (struct listener){ fn, state };
}

static void set_up(struct validation *v)
{
	for (size_t i = 0; i < RULE_COUNT; i++) {
		const struct rule *r = RULES[i];
		void *state = arena_alloc(v->arena, r->state_bytes, 16);
		for (int k = 0; k < NODE_KINDS; k++) {
			listen(&v->enter[k], r->enter[k], state);
			listen(&v->leave[k], r->leave[k], state);
		}
	}
	v->long_arguments = arena_new(v->arena, struct map);
	*v->long_arguments = rule_map(v);
	v->fragments = fragments_of(v);
}

bool gql_validate(struct arena *a, const struct gql_schema *s, const struct ast_document *d,
	const struct validate_options *o, struct gql_errors *errors)
{
	if (d->n == 0)
		return true;
	struct validation *v = arena_new(a, struct validation);
	v->arena = a;
	v->schema = s;
	v->document = d;
	v->options = o;
	v->source = d->at[0]->source;
	v->seed = random_u64();
	v->errors_max = o->errors_max ? o->errors_max : ERRORS_MAX;
	v->errors = errors;
	v->work = WORK_MAX + v->source->text.n;
	set_up(v);
	validate_visit(v);
	return v->nerrors == 0 && !v->aborted;
}
