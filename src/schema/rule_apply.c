/*
 * rule_apply - prepares values and checks them, all of a value at once.
 *
 * Lengths count code points. Numbers are compared as they are written, digit by digit, so that 64
 * bits and decimals are exact. A null value breaks no rule: whether it may be null says the type.
 */
#include "schema/rule.h"

#include "base/json.h"
#include "base/num.h"
#include "base/utf8.h"
#include "schema/pattern.h"
#include "schema/scalar.h"

#include <stdlib.h>

/* ---- preparing ---- */

static bool is_blank_char(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xa0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
		c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* Length in bytes of the blank at the start, 0: none. */
static size_t blank_at(str s)
{
	uint32_t c = 0;
	size_t n = utf8_decode(s, &c);
	return n && is_blank_char(c) ? n : 0;
}

static str trim_start(str s)
{
	for (size_t n = blank_at(s); n; n = blank_at(s))
		s = str_sub(s, n, s.n);
	return s;
}

static str trim(str s)
{
	s = trim_start(s);
	for (;;) {
		size_t last = s.n;
		while (last > 0 && (s.p[--last] & 0xc0) == 0x80)
			;
		if (s.n == 0 || !blank_at(str_sub(s, last, s.n)))
			return s;
		s = str_sub(s, 0, last);
	}
}

/* ASCII, Latin-1, Greek and Cyrillic: where a letter's other case is a fixed distance away. */
static uint32_t lower(uint32_t c)
{
	if ((c >= 'A' && c <= 'Z') || (c >= 0xc0 && c <= 0xde && c != 0xd7) ||
		(c >= 0x391 && c <= 0x3a9 && c != 0x3a2) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	bool paired = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177);
	return paired && c % 2 == 0 && c != 0x130 ? c + 1 : c;
}

static uint32_t upper(uint32_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 0xe0 && c <= 0xfe && c != 0xf7) ||
		(c >= 0x3b1 && c <= 0x3c9 && c != 0x3c2) || (c >= 0x430 && c <= 0x44f))
		return c - 32;
	if (c >= 0x450 && c <= 0x45f)
		return c - 80;
	bool paired = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177);
	return paired && c % 2 == 1 && c != 0x131 ? c - 1 : c;
}

static str change_case(struct arena *a, str s, uint32_t (*fn)(uint32_t))
{
	struct buf b = buf_on(a);
	while (s.n > 0) {
		uint32_t c = 0;
		char out[4];
		size_t n = utf8_decode(s, &c);
		if (n == 0)
			return s;
		buf_put(&b, (str){ out, utf8_encode(fn(c), out) });
		s = str_sub(s, n, s.n);
	}
	return b.n ? buf_str(&b) : S("");
}

/* Runs of blanks become one space. */
static str collapse(struct arena *a, str s)
{
	struct buf b = buf_on(a);
	bool blank = false;
	while (s.n > 0) {
		size_t n = blank_at(s);
		uint32_t c = 0;
		size_t length = n ? n : utf8_decode(s, &c);
		if (!n && blank)
			buf_putc(&b, ' ');
		if (!n)
			buf_put(&b, str_sub(s, 0, length ? length : 1));
		blank = n > 0;
		s = str_sub(s, length ? length : 1, s.n);
	}
	if (blank)
		buf_putc(&b, ' ');
	return b.n ? buf_str(&b) : S("");
}

bool rule_prepares(const struct input_rule *r)
{
	return r->trim || r->lowercase || r->uppercase || r->collapse || r->blank_to_null;
}

bool rule_is_blank(str text)
{
	return trim_start(text).n == 0;
}

str rule_prepare(struct arena *a, const struct input_rule *r, str text)
{
	if (r->trim)
		text = trim(text);
	if (r->collapse)
		text = collapse(a, text);
	if (r->lowercase)
		text = change_case(a, text, lower);
	if (r->uppercase)
		text = change_case(a, text, upper);
	if (r->blank_to_null && rule_is_blank(text))
		return STR_NONE;
	return text.p ? text : S("");
}

/* ---- violations ---- */

/* Where a value is: a name, or an index. */
struct spot {
	const struct spot *up;
	str name;
	size_t index;
};

struct walk {
	struct arena *arena;
	struct violations *out; /* NULL: prepare only */
};

static void put_path(struct buf *b, const struct spot *s)
{
	if (!s)
		return;
	put_path(b, s->up);
	buf_putc(b, s->up ? ',' : '[');
	if (s->name.p)
		json_put_string(b, s->name);
	else
		buf_printf(b, "\"%zu\"", s->index);
}

static void put_label(struct buf *b, const struct spot *s)
{
	if (!s)
		return;
	put_label(b, s->up);
	if (s->name.p)
		buf_printf(b, "%s%.*s", s->up ? "." : "", STR_ARG(s->name));
	else
		buf_printf(b, "[%zu]", s->index);
}

/* `"input.name" <what>` */
static void violate(const struct walk *w, const struct input_rule *r, const struct spot *s,
	str code, str what)
{
	if (!w->out || w->out->n >= VIOLATIONS_MAX)
		return;
	struct buf path = buf_on(w->out->arena), label = buf_on(w->out->arena);
	put_path(&path, s);
	buf_putc(&path, ']');
	put_label(&label, s);
	str message = r->message;
	if (!message.n)
		message = str_printf(w->out->arena, "\"%.*s\" %.*s", STR_ARG(buf_str(&label)),
			STR_ARG(what));
	w->out->at[w->out->n++] = (struct violation){ buf_str(&path), code, message };
}

str violations_json(const struct violations *l)
{
	struct buf b = buf_on(l->arena);
	for (size_t i = 0; i < l->n; i++) {
		const struct violation *v = &l->at[i];
		buf_printf(&b, "%s{\"path\":%.*s,\"code\":", i ? "," : "[", STR_ARG(v->path));
		json_put_string(&b, v->code);
		buf_lit(&b, ",\"message\":");
		json_put_string(&b, v->message);
		buf_putc(&b, '}');
	}
	buf_putc(&b, ']');
	return buf_str(&b);
}

/* ---- numbers ---- */

/* Sign, then digits before and after the point, without leading and trailing zeros. */
struct decimal {
	bool negative;
	str whole, fraction;
};

static struct decimal decimal_of(str s)
{
	struct decimal d = { .negative = str_starts(s, S("-")) };
	s = str_sub(s, s.n && (s.p[0] == '-' || s.p[0] == '+'), s.n);
	size_t point = str_find(s, '.');
	d.whole = str_sub(s, 0, point);
	d.fraction = str_sub(s, point + 1, s.n);
	while (d.whole.n && d.whole.p[0] == '0')
		d.whole = str_sub(d.whole, 1, d.whole.n);
	while (d.fraction.n && d.fraction.p[d.fraction.n - 1] == '0')
		d.fraction = str_sub(d.fraction, 0, d.fraction.n - 1);
	d.negative &= d.whole.n + d.fraction.n > 0;
	return d;
}

static bool has_exponent(str s)
{
	return str_find(s, 'e') < s.n || str_find(s, 'E') < s.n;
}

/* <0, 0, >0. Exact, but for numbers with an exponent, which are compared as doubles. */
static int compare(str a, str b)
{
	if (has_exponent(a) || has_exponent(b)) {
		double x = 0, y = 0;
		(void)num_f64(a, &x);
		(void)num_f64(b, &y);
		return (x > y) - (x < y);
	}
	struct decimal x = decimal_of(a), y = decimal_of(b);
	if (x.negative != y.negative)
		return x.negative ? -1 : 1;
	int order = x.whole.n != y.whole.n ? (x.whole.n > y.whole.n ? 1 : -1)
					   : str_cmp(x.whole, y.whole);
	if (order == 0)
		order = str_cmp(x.fraction, y.fraction);
	return x.negative ? -order : order;
}

static void check_number(const struct walk *w, const struct input_rule *r, const struct spot *s,
	str number)
{
	const struct {
		str limit, code;
		const char *what;
		int wrong; /* sign of the comparison that breaks it */
		bool strict;
	} RULES[] = {
		{ r->min, S("min"), "must be at least", -1, false },
		{ r->max, S("max"), "must be at most", 1, false },
		{ r->exclusive_min, S("exclusiveMin"), "must be more than", -1, true },
		{ r->exclusive_max, S("exclusiveMax"), "must be less than", 1, true },
	};
	for (size_t i = 0; i < COUNT(RULES); i++) {
		if (!RULES[i].limit.p)
			continue;
		int order = compare(number, RULES[i].limit);
		if ((order == 0 && RULES[i].strict) || order * RULES[i].wrong > 0)
			violate(w, r, s, RULES[i].code,
				str_printf(w->arena, "%s %.*s.", RULES[i].what,
					STR_ARG(RULES[i].limit)));
	}
}

/* ---- texts ---- */

static void check_count(const struct walk *w, const struct input_rule *r, const struct spot *s,
	size_t n, bool items)
{
	int64_t least = items ? r->min_items : r->min_length;
	int64_t most = items ? r->max_items : r->max_length;
	const char *what = items ? "item" : "character";
	if (least >= 0 && n < (uint64_t)least)
		violate(w, r, s, items ? S("minItems") : S("minLength"),
			str_printf(w->arena, "must have at least %lld %s%s.", (long long)least,
				what, least == 1 ? "" : "s"));
	if (most >= 0 && n > (uint64_t)most)
		violate(w, r, s, items ? S("maxItems") : S("maxLength"),
			str_printf(w->arena, "must have at most %lld %s%s.", (long long)most, what,
				most == 1 ? "" : "s"));
}

static bool has_format(struct arena *a, const struct rule_format *f, str text)
{
	const struct scalar *scalar = scalar_find(str_from(f->scalar));
	struct gql_type type = { .kind = GQL_SCALAR, .name = str_from(f->scalar) };
	struct gql_value v = { .kind = GQL_STRING, .text = text };
	const char *why;
	return !scalar || !scalar->read || scalar->read(NULL, a, &type, &v, &why);
}

static void check_text(const struct walk *w, const struct input_rule *r, const struct spot *s,
	str text)
{
	if (r->min_length >= 0 || r->max_length >= 0)
		check_count(w, r, s, utf8_length(text), false);
	enum pattern_verdict verdict = r->pattern ? pattern_match(r->pattern, text) : PATTERN_FITS;
	if (verdict != PATTERN_FITS)
		violate(w, r, s, S("pattern"),
			verdict == PATTERN_LIMIT ? S("takes too many steps to be checked.")
						 : str_printf(w->arena, "must match /%.*s/.",
							   STR_ARG(r->pattern_text)));
	if (r->format && !has_format(w->arena, r->format, text))
		violate(w, r, s, S("format"), str_printf(w->arena, "must be %s.", r->format->doc));
}

/* ---- values ---- */

static void walk_value(const struct walk *w, const struct gql_input *in, const struct gql_ref *type,
	struct gql_value *v, const struct spot *s);

static void walk_object(const struct walk *w, const struct gql_type *type,
	const struct gql_value *v, const struct spot *s)
{
	for (size_t i = 0; type->ruled && i < v->n && i < type->ninputs; i++) {
		const struct gql_input *in = &type->inputs[i];
		struct spot at = { .up = s, .name = in->name };
		if (v->items[i] && !v->items[i]->is_default)
			walk_value(w, in, in->type, v->items[i], &at);
	}
}

static str value_text(struct arena *a, const struct gql_value *v)
{
	struct buf b = buf_on(a);
	gql_value_print_json(&b, v, NULL);
	return buf_str(&b);
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const str *)a, *(const str *)b);
}

static void check_unique(const struct walk *w, const struct input_rule *r, const struct spot *s,
	const struct gql_value *v)
{
	str *texts = arena_array(w->arena, str, v->n);
	for (size_t i = 0; i < v->n; i++)
		texts[i] = value_text(w->arena, v->items[i]);
	if (v->n > 1)
		qsort(texts, v->n, sizeof *texts, by_text);
	for (size_t i = 1; i < v->n; i++) {
		if (!str_eq(texts[i - 1], texts[i]))
			continue;
		violate(w, r, s, S("uniqueItems"), S("must not have an item twice."));
		return;
	}
}

static void walk_list(const struct walk *w, const struct gql_input *in, const struct gql_ref *item,
	const struct gql_value *v, const struct spot *s)
{
	const struct input_rule *r = in->rule;
	for (size_t i = 0; i < v->n; i++) {
		struct spot at = { .up = s, .index = i };
		walk_value(w, in, item, v->items[i], &at);
	}
	if (!r || !w->out)
		return;
	check_count(w, r, s, v->n, true);
	if (r->unique_items)
		check_unique(w, r, s, v);
}

static void walk_leaf(const struct walk *w, const struct gql_input *in, const struct gql_ref *type,
	struct gql_value *v, const struct spot *s)
{
	const struct input_rule *r = in->rule;
	if (!r)
		return;
	if (v->kind == GQL_STRING) {
		str text = rule_prepare(w->arena, r, v->text);
		if (!text.p && gql_is_non_null(type)) {
			violate(w, r, s, S("required"), S("must not be blank."));
			return;
		}
		v->kind = text.p ? GQL_STRING : GQL_NULL;
		v->text = text;
	}
	if (!w->out || !r->has_constraint)
		return;
	bool numeric = r->min.p || r->max.p || r->exclusive_min.p || r->exclusive_max.p;
	if (numeric && (v->kind == GQL_NUMBER || v->kind == GQL_STRING))
		check_number(w, r, s, v->text);
	else if (v->kind == GQL_STRING)
		check_text(w, r, s, v->text);
}

static void walk_value(const struct walk *w, const struct gql_input *in, const struct gql_ref *type,
	struct gql_value *v, const struct spot *s)
{
	const struct gql_ref *bare = gql_nullable(type);
	if (!v || v->kind == GQL_NULL)
		return;
	if (bare->kind == AST_TYPE_LIST && v->kind == GQL_LIST)
		walk_list(w, in, bare->of, v, s);
	else if (bare->type->kind == GQL_INPUT && v->kind == GQL_OBJECTVAL)
		walk_object(w, bare->type, v, s);
	else
		walk_leaf(w, in, type, v, s);
}

void rule_apply(struct arena *a, const struct gql_input *in, struct gql_value *v,
	struct violations *out)
{
	struct walk w = { .arena = a, .out = out };
	struct spot top = { .name = in->name };
	if (v != in->default_value)
		walk_value(&w, in, in->type, v, &top);
}
