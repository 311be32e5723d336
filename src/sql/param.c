/*
 * param - evaluates recipes: finds the value in the request's variables and writes it in the text
 * form that PostgreSQL reads. Runs for each parameter of each request, so the common case (a
 * variable's string) is a pointer chase and no copy beyond the terminating NUL.
 */
#include "sql/param.h"

#include "base/json.h"
#include "base/num.h"
#include "schema/rule.h"
#include "sql/cursor.h"
#include "sql/node.h"

#include <string.h>

/* ---- finding the value ---- */

static const struct gql_value *step_into(const struct gql_value *v, const struct pexpr *x)
{
	for (size_t i = 0; v && i < x->nsteps; i++) {
		bool has_items = v->kind == GQL_LIST || v->kind == GQL_OBJECTVAL;
		v = has_items && x->steps[i] < v->n ? v->items[x->steps[i]] : NULL;
	}
	return v;
}

static const struct gql_value *eval(const struct param_env *env, const struct pexpr *x);

static const struct gql_value *eval_items(const struct param_env *env, const struct pexpr *x)
{
	struct gql_value *v = arena_new(env->arena, struct gql_value);
	v->kind = x->kind == PEXPR_LIST ? GQL_LIST : GQL_OBJECTVAL;
	v->items = arena_array(env->arena, struct gql_value *, x->nitems);
	v->n = x->nitems;
	for (size_t i = 0; i < x->nitems; i++) {
		const struct gql_value *item = x->items[i] ? eval(env, x->items[i]) : NULL;
		if (!item && v->kind == GQL_LIST)
			item = arena_new(env->arena,
				struct gql_value); /* an absent variable in a list is null */
		v->items[i] = arena_new(env->arena, struct gql_value);
		if (item)
			*v->items[i] = *item;
		else
			v->items[i] = NULL;
	}
	return v;
}

static void prepare(struct arena *a, const struct input_rule *rule, struct gql_value *v)
{
	for (size_t i = 0; v && v->kind == GQL_LIST && i < v->n; i++)
		prepare(a, rule, v->items[i]);
	if (!v || v->kind != GQL_STRING)
		return;
	v->text = rule_prepare(a, rule, v->text);
	if (!v->text.p)
		v->kind = GQL_NULL;
}

static const struct gql_value *eval_variable(const struct param_env *env, const struct pexpr *x)
{
	if (x->variable >= env->vars->n)
		return NULL;
	const struct gql_value *v = step_into(env->vars->at[x->variable], x);
	if (!x->rule || !env->arena) /* who only counts has no arena */
		return v;
	struct gql_value *copy = gql_value_copy(env->arena, v);
	prepare(env->arena, x->rule, copy);
	return copy;
}

static const struct gql_value *eval(const struct param_env *env, const struct pexpr *x)
{
	switch (x->kind) {
	case PEXPR_CONST: return x->constant;
	case PEXPR_VARIABLE: return eval_variable(env, x);
	case PEXPR_LIST:
	case PEXPR_OBJECT: return eval_items(env, x);
	case PEXPR_CONTEXT: break;
	}
	return NULL;
}

/* ---- text forms ---- */

static bool is_null(const struct gql_value *v)
{
	return !v || v->kind == GQL_NULL;
}

static str enum_text(const struct leaf *leaf, const struct gql_value *v)
{
	bool mapped = leaf->labels && v->number < leaf->labels->n;
	return mapped ? leaf->labels->labels[v->number] : v->text;
}

static bool is_json_leaf(const struct leaf *leaf)
{
	return leaf->scalar && leaf->scalar->out == OUT_JSON;
}

/* The text of a leaf; JSON scalars as JSON, everything else bare. */
static str leaf_text(const struct param_env *env, const struct leaf *leaf,
	const struct gql_value *v)
{
	if (is_json_leaf(leaf)) {
		struct buf b = buf_on(env->arena);
		gql_value_print_json(&b, v, NULL);
		return buf_str(&b);
	}
	switch (v->kind) {
	case GQL_BOOL: return v->boolean ? S("true") : S("false");
	case GQL_ENUMVAL: return enum_text(leaf, v);
	case GQL_NULL: return S("null");
	case GQL_NUMBER:
	case GQL_STRING:
	case GQL_JSON:
	case GQL_LIST:
	case GQL_OBJECTVAL: break;
	}
	return v->text;
}

/* Source: PostgreSQL documentation, §8.15.6 Array Input and Output Syntax. */
static str array_text(const struct param_env *env, const struct leaf *leaf,
	const struct gql_value *v)
{
	struct buf b = buf_on(env->arena);
	buf_putc(&b, '{');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(&b, ',');
		if (is_null(v->items[i]))
			buf_lit(&b, "NULL");
		else
			buf_put_quoted(&b, leaf_text(env, leaf, v->items[i]));
	}
	buf_putc(&b, '}');
	return buf_str(&b);
}

/* LIKE's metacharacters lose their meaning. Source: PostgreSQL documentation, §9.7.1. */
static str pattern_text(const struct param_env *env, enum param_form form, str s)
{
	struct buf b = buf_on(env->arena);
	if (form != PARAM_STARTS)
		buf_putc(&b, '%');
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
			buf_putc(&b, '\\');
		buf_putc(&b, s.p[i]);
	}
	if (form != PARAM_ENDS)
		buf_putc(&b, '%');
	return buf_str(&b);
}

static bool limit_text(const struct param *p, const struct gql_value *v, str *out, struct err *e)
{
	if (v->text.n > 0 && v->text.p[0] == '-')
		return err_set(e, ERR_BAD_INPUT, "Argument \"%.*s\" must not be negative.",
			STR_ARG(p->name));
	uint64_t n = 0;
	for (size_t i = 0; i < v->text.n && n <= p->max; i++)
		n = n * 10 + (uint64_t)(v->text.p[i] - '0');
	if (n > p->max)
		return err_set(e, ERR_BAD_INPUT, "Argument \"%.*s\" must be at most %llu.",
			STR_ARG(p->name), (unsigned long long)p->max);
	*out = v->text;
	return true;
}

/* ---- JSON in stored form ---- */

static void put_json_object(struct buf *b, const struct model *m, const struct gql_type *type,
	const struct gql_value *v)
{
	const struct type_facts *facts = model_facts(m, type);
	bool first = true;
	buf_putc(b, '{');
	for (size_t i = 0; i < v->n && i < type->ninputs; i++) {
		if (!v->items[i])
			continue;
		if (!first)
			buf_putc(b, ',');
		first = false;
		json_put_string(b, facts->keys ? facts->keys[i] : type->inputs[i].name);
		buf_putc(b, ':');
		param_put_json(b, m, type->inputs[i].type, v->items[i]);
	}
	buf_putc(b, '}');
}

static void put_json_list(struct buf *b, const struct model *m, const struct gql_ref *item,
	const struct gql_value *v)
{
	buf_putc(b, '[');
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_putc(b, ',');
		param_put_json(b, m, item, v->items[i]);
	}
	buf_putc(b, ']');
}

static void put_json_leaf(struct buf *b, const struct model *m, const struct gql_type *type,
	const struct gql_value *v)
{
	const struct leaf *leaf = &model_facts(m, type)->leaf;
	if (v->kind == GQL_ENUMVAL)
		json_put_string(b, enum_text(leaf, v));
	else
		gql_value_print_json(b, v, &type->ref);
}

void param_put_json(struct buf *b, const struct model *m, const struct gql_ref *type,
	const struct gql_value *v)
{
	const struct gql_ref *bare = gql_nullable(type);
	if (is_null(v))
		buf_lit(b, "null");
	else if (bare->kind == AST_TYPE_LIST)
		put_json_list(b, m, bare->of, v);
	else if (bare->type->kind == GQL_INPUT)
		put_json_object(b, m, bare->type, v);
	else
		put_json_leaf(b, m, bare->type, v);
}

/* ---- one parameter ---- */

str param_text_of(const struct param_env *env, const struct param *p, enum param_form form,
	const struct gql_value *v)
{
	struct buf b = buf_on(env->arena);
	if (form == PARAM_TEXT)
		return leaf_text(env, &p->leaf, v);
	if (form == PARAM_ARRAY)
		return array_text(env, &p->leaf, v);
	param_put_json(&b, env->model, p->type, v);
	return buf_str(&b);
}

static bool value_text(const struct param_env *env, const struct param *p,
	const struct gql_value *v, str *out, struct err *e)
{
	struct buf b;
	switch (p->form) {
	case PARAM_TEXT: *out = leaf_text(env, &p->leaf, v); return true;
	case PARAM_ARRAY: *out = array_text(env, &p->leaf, v); return true;
	case PARAM_CONTAINS:
	case PARAM_STARTS:
	case PARAM_ENDS:
		*out = pattern_text(env, p->form, leaf_text(env, &p->leaf, v));
		return true;
	case PARAM_VENDOR:
	case PARAM_POINT:
	case PARAM_CONFIG:
		return param_form_text(env, p->form, leaf_text(env, &p->leaf, v), out, e);
	case PARAM_LIMIT: return limit_text(p, v, out, e);
	case PARAM_NODE_KEY:
	case PARAM_CURSOR: return true; /* read by param_eval */
	case PARAM_COLUMN: *out = param_column_text(env, p, v); return true;
	case PARAM_JSON:
		b = buf_on(env->arena);
		param_put_json(&b, env->model, p->type, v);
		*out = buf_str(&b);
		return true;
	}
	return true;
}

static void from_context(const struct param_env *env, const struct param *p, struct param_text *out)
{
	str v = env->context ? env->context(env->context_arg, p->value.name) : STR_NONE;
	out->null = v.p == NULL;
	if (v.p)
		out->text = (str){ str_z(env->arena, v), v.n };
}

bool param_eval(const struct param_env *env, const struct param *p, struct param_text *out,
	struct err *e)
{
	*out = (struct param_text){ .text = S("") };
	if (p->value.kind == PEXPR_CONTEXT) {
		from_context(env, p, out);
		return true;
	}
	const struct gql_value *v = eval(env, &p->value);
	if (is_null(v)) {
		out->null = true;
		return true;
	}
	if (p->form == PARAM_NODE_KEY)
		return node_key_text(env, p, v, out, e);
	if (p->form == PARAM_CURSOR)
		return cursor_key(env->arena, v->text, env->cursor_seed, p, out, e);
	str text;
	if (!value_text(env, p, v, &text, e))
		return false;
	if (memchr(text.p, '\0', text.n))
		return err_set(e, ERR_BAD_INPUT, "A text must not contain the character U+0000.");
	out->text = (str){ str_z(env->arena, text), text.n };
	return true;
}

uint64_t param_count(const struct param *p, const struct gql_variables *vars)
{
	const struct param_env env = { .vars = vars };
	const struct gql_value *v = eval(&env, &p->value);
	uint64_t n = 0;
	if (is_null(v) || !num_u64(v->text, &n))
		return 0;
	return n;
}

size_t pexpr_length(const struct pexpr *x, const struct gql_variables *vars)
{
	const struct param_env env = { .vars = vars };
	if (x->kind == PEXPR_LIST)
		return x->nitems;
	const struct gql_value *v = eval(&env, x);
	return v && v->kind == GQL_LIST ? v->n : 0;
}
