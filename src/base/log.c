/* log - formats one line and writes it with one call. */
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name, *colour;
} LEVELS[] = {
	[LOG_LEVEL_ERROR] = { "error", "\033[31m" },
	[LOG_LEVEL_WARN] = { "warn", "\033[33m" },
	[LOG_LEVEL_INFO] = { "info", "\033[32m" },
	[LOG_LEVEL_DEBUG] = { "debug", "\033[90m" },
};

bool log_colour(int fd)
{
	const char *refused = getenv("NO_COLOR"), *terminal = getenv("TERM");
	bool dumb = terminal && strcmp(terminal, "dumb") == 0;
	return isatty(fd) && !dumb && (!refused || !refused[0]);
}

struct log log_stderr(void)
{
	return (struct log){ .fd = STDERR_FILENO,
		.level = LOG_LEVEL_INFO,
		.colour = log_colour(STDERR_FILENO) };
}

bool log_level_find(str name, enum log_level *out)
{
	for (size_t i = 0; i < COUNT(LEVELS); i++) {
		if (str_eq_fold(name, str_from(LEVELS[i].name))) {
			*out = (enum log_level)i;
			return true;
		}
	}
	return false;
}

static void put_json(struct buf *b, enum log_level level, str message, const struct log_field *f,
	size_t n)
{
	buf_lit(b, "{\"time\":\"");
	clock_put_rfc3339(b, clock_wall_us());
	buf_printf(b, "\",\"level\":\"%s\",\"message\":", LEVELS[level].name);
	json_put_string(b, message);
	for (size_t i = 0; i < n; i++) {
		buf_lit(b, ",");
		json_put_string(b, str_from(f[i].key));
		buf_lit(b, ":");
		json_put_string(b, f[i].value);
	}
	buf_lit(b, "}\n");
}

static bool is_plain(str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == '"' || s.p[i] == '=')
			return false;
	return s.n > 0;
}

static void put_text(struct buf *b, const struct log *l, enum log_level level, str message,
	const struct log_field *f, size_t n)
{
	struct buf time = buf_on(NULL);
	clock_put_rfc3339(&time, clock_wall_us());
	buf_put(b, str_sub(buf_str(&time), 11, 24));
	buf_free(&time);
	buf_printf(b, " %s%-5s%s ", l->colour ? LEVELS[level].colour : "", LEVELS[level].name,
		l->colour ? "\033[0m" : "");
	buf_put(b, message);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, " %s=", f[i].key);
		if (is_plain(f[i].value))
			buf_put(b, f[i].value);
		else
			json_put_string(b, f[i].value);
	}
	buf_lit(b, "\n");
}

static void write_all(int fd, str s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);
		if (n <= 0)
			return;
		s = str_sub(s, (size_t)n, s.n);
	}
}

void log_fields(const struct log *l, enum log_level level, str message,
	const struct log_field *fields, size_t n)
{
	if (level > l->level)
		return;
	struct buf b = buf_on(NULL);
	if (l->json)
		put_json(&b, level, message, fields, n);
	else
		put_text(&b, l, level, message, fields, n);
	write_all(l->fd, buf_str(&b));
	buf_free(&b);
}

void log_line(const struct log *l, enum log_level level, const char *fmt, ...)
{
	if (level > l->level)
		return;
	char small[1024];
	va_list args;
	va_start(args, fmt);
	int n = vsnprintf(small, sizeof small, fmt, args);
	va_end(args);
	size_t length = n < 0 ? 0 : MIN((size_t)n, sizeof small - 1);
	log_fields(l, level, (str){ small, length }, NULL, 0);
}
