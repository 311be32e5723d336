/*
 * err - the one table of error codes, and filling a struct err.
 */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct err_info ERR_INFO[ERR_COUNT] = {
	[ERR_NONE] = { 200, "", true, "" },
#define X(name, http, ext, shown, text) [ERR_##name] = { http, ext, shown, text },
#include "base/err.def"
#undef X
};

const struct err_info *err_info(enum err_code code)
{
	return &ERR_INFO[code < ERR_COUNT ? code : ERR_INTERNAL];
}

enum err_code err_by_name(str name)
{
	for (enum err_code c = ERR_NONE + 1; c < ERR_COUNT; c++)
		if (str_eq(name, str_from(ERR_INFO[c].name)))
			return c;
	return ERR_COUNT;
}

/* Drops a UTF-8 sequence that the size limit cut in two. */
static void trim_partial_utf8(char *s)
{
	size_t n = strlen(s);
	if (n + 1 < ERR_MESSAGE_MAX)
		return;
	while (n > 0 && ((unsigned char)s[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)s[n - 1] >= 0xc0)
		n--;
	s[n] = '\0';
}

bool err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	if (!e)
		return false;
	*e = (struct err){ .code = code };
	va_list args;
	va_start(args, fmt);
	vsnprintf(e->message, sizeof e->message, fmt, args);
	va_end(args);
	trim_partial_utf8(e->message);
	return false;
}

bool err_errno(struct err *e, enum err_code code, const char *what, const char *path)
{
	char text[128];
	const char *reason = strerror_r(errno, text, sizeof text);
	return err_set(e, code, "%s %s: %s", what, path, reason);
}

bool err_prefix(struct err *e, const char *fmt, ...)
{
	char text[ERR_MESSAGE_MAX];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	size_t n = strlen(text);
	char old[ERR_MESSAGE_MAX];
	memcpy(old, e->message, sizeof old);
	snprintf(e->message, sizeof e->message, "%s%.*s", text, (int)(sizeof old - 1 - n), old);
	trim_partial_utf8(e->message);
	return false;
}
