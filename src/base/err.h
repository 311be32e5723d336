/*
 * base/err.h - errors are values.
 *
 * A function that can fail returns bool (true: success, out-parameters written) and takes a `struct
 * err *` last. `return err_set(e, ERR_X, "...", ...)` fills it and returns false. An error is
 * logged once, by whoever answers the client; nobody logs and returns.
 */
#pragma once

#include "base/str.h"

enum err_code {
	ERR_NONE,
#define X(name, http, ext, shown, text) ERR_##name,
#include "base/err.def"
#undef X
	ERR_COUNT
};

struct err_info {
	int http;         /* status of a response that carries nothing but this error */
	const char *name; /* extensions.code */
	bool shown;       /* may a client see the message in production? */
	const char *text; /* description for documentation and masked messages */
};

enum { ERR_MESSAGE_MAX = 512 };

struct err {
	enum err_code code;
	char sqlstate[6];              /* PostgreSQL's code where there is one, else "" */
	uint32_t line, column;         /* 1-based; 0 = none */
	char message[ERR_MESSAGE_MAX]; /* NUL-terminated, cut if longer, valid UTF-8 if its parts
					  are */
};

/* The row of the table; ERR_NONE has HTTP 200 and an empty code. */
const struct err_info *err_info(enum err_code code);
/* The code whose extensions.code is `name`, or ERR_COUNT. */
enum err_code err_by_name(str name);

/* Fills *e and returns false. A NULL `e` is allowed. */
bool err_set(struct err *e, enum err_code code, const char *fmt, ...) PRINTF(3, 4);
/* The same, with ": " and the text of errno appended. */
bool err_errno(struct err *e, enum err_code code, const char *what, const char *path);
/* Puts text before the message there is, for context on the way up. Returns false. */
bool err_prefix(struct err *e, const char *fmt, ...) PRINTF(2, 3);
