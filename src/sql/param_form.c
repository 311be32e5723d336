/*
 * param_form - operands that are written in a form of their own: vendors of network cards, ranges
 * of one element, text search configurations.
 */
#include "sql/param.h"

static bool hex(char c, char *out)
{
	bool upper = c >= 'A' && c <= 'F';
	*out = upper ? (char)(c - 'A' + 'a') : c;
	return (c >= '0' && c <= '9') || upper || (c >= 'a' && c <= 'f');
}

/* 08:00:2b, 08-00-2B, 0800.2b, 08002b, or a whole address → 08:00:2b:00:00:00 */
static bool vendor_text(const struct param_env *env, str s, str *out, struct err *e)
{
	enum { VENDOR = 6, MAC = 12, MAC8 = 16 };
	struct buf b = buf_on(env->arena);
	size_t digits = 0;
	for (size_t i = 0; i < s.n; i++) {
		char c;
		if (s.p[i] == ':' || s.p[i] == '-' || s.p[i] == '.')
			continue;
		if (!hex(s.p[i], &c) || ++digits > MAC8)
			return err_set(e, ERR_BAD_INPUT,
				"Expected the first three octets of a hardware address, like 08:00:2b.");
		if (digits <= VENDOR)
			buf_putc(&b, c);
		if (digits <= VENDOR && digits % 2 == 0)
			buf_putc(&b, ':');
	}
	if (digits != VENDOR && digits != MAC && digits != MAC8)
		return err_set(e, ERR_BAD_INPUT,
			"Expected the first three octets of a hardware address, like 08:00:2b.");
	buf_lit(&b, "00:00:00");
	*out = buf_str(&b);
	return true;
}

static str point_text(const struct param_env *env, str s)
{
	return str_printf(env->arena, "[\"%.*s\",\"%.*s\"]", STR_ARG(s), STR_ARG(s));
}

static bool config_text(const struct param_env *env, str s, str *out, struct err *e)
{
	const struct catalog *c = env->model->catalog;
	*out = s;
	for (size_t i = 0; i < c->ntext_search; i++)
		if (str_eq(c->text_search[i], s))
			return true;
	str near = str_nearest(s, c->text_search, c->ntext_search);
	return err_set(e, ERR_BAD_INPUT,
		"The database has no text search configuration \"%.*s\".%s%.*s%s", STR_ARG(s),
		near.n ? " Did you mean \"" : "", STR_ARG(near), near.n ? "\"?" : "");
}

bool param_form_text(const struct param_env *env, enum param_form form, str text, str *out,
	struct err *e)
{
	if (form == PARAM_VENDOR)
		return vendor_text(env, text, out, e);
	if (form == PARAM_CONFIG)
		return config_text(env, text, out, e);
	*out = point_text(env, text);
	return true;
}
