/*
 * base/log.h - lines for an operator.
 *
 * Text ("12:00:00.123Z warn  message key=value") or JSON, one line each, one write each, so lines
 * of several threads do not mix. Colour only on a terminal. A struct log is set up once and then
 * only read.
 */
#pragma once

#include "base/buf.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log {
	int fd;
	enum log_level level; /* what is less important is dropped */
	bool json;
	bool colour;
};

struct log_field {
	const char *key;
	str value;
};

/* Is it a terminal that shows colours, and does the user not mind? Source: no-color.org */
bool log_colour(int fd);
/* To standard error, level info, text, coloured as log_colour says. */
struct log log_stderr(void);
void log_line(const struct log *l, enum log_level level, const char *fmt, ...) PRINTF(3, 4);
/* With fields; values are quoted as the form needs. */
void log_fields(const struct log *l, enum log_level level, str message,
	const struct log_field *fields, size_t n);
/* "error", "warn", "info", "debug" → level. */
bool log_level_find(str name, enum log_level *out);

#define log_error(l, ...) log_line((l), LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(l, ...) log_line((l), LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(l, ...) log_line((l), LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(l, ...) log_line((l), LOG_LEVEL_DEBUG, __VA_ARGS__)
