/*
 * app/settings.h - the effective settings and where each came from.
 *
 * Precedence, highest first: command line, environment, fraiseql.yaml, the mode's default (dev or
 * serve), the table's default. Unknown keys, unknown FRAISEQL_ variables and malformed values are
 * errors that name the nearest key.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { RESOLVERS_THREADS_MAX = 64 };

enum setting_id {
#define X(id, key, type, def, choices, secret, doc) SETTING_##id,
#include "app/setting.def"
#undef X
	SETTING_COUNT
};

enum setting_type {
	SETTING_TEXT,
	SETTING_PATH,
	SETTING_NUMBER,
	SETTING_FLAG,
	SETTING_CHOICE,
	SETTING_SIZE,
	SETTING_DURATION
};

struct setting {
	const char *key, *def, *choices, *doc;
	enum setting_type type;
	bool secret;
};

/* The row of the table. */
const struct setting *setting_get(enum setting_id id);
/* By key ("log.level"), or SETTING_COUNT. */
enum setting_id setting_find(str key);
/* The nearest key, or empty. */
str setting_nearest(str key);
/* FRAISEQL_LOG_LEVEL, --log-level */
str setting_env_name(struct arena *a, enum setting_id id);
str setting_flag_name(struct arena *a, enum setting_id id);

enum setting_origin { FROM_DEFAULT, FROM_MODE, FROM_FILE, FROM_ENVIRONMENT, FROM_COMMAND_LINE };

struct settings {
	struct arena *arena;
	struct setting_value {
		str text;        /* NUL-terminated */
		uint64_t number; /* flags 0/1, sizes in bytes, durations in milliseconds, choices by
				    position */
		enum setting_origin origin;
		str source; /* "fraiseql.yaml:3", "FRAISEQL_PORT", "--port" */
	} values[SETTING_COUNT];
	str dir;           /* the project's folder: paths of the file are relative to it */
	str config_path;   /* the file that was read; empty = none */
	bool config_named; /* it was asked for: it must be there */
};

/* All defaults. `dir` is the project's folder. */
struct settings settings_new(struct arena *a, str dir);
/* Sets one, if `origin` is at least as strong as what is there. Fails: ERR_CONFIG with the key and
 * what it takes. */
MUST_USE bool settings_set(struct settings *s, enum setting_id id, str text,
	enum setting_origin origin, str source, struct err *e);
/* Gives all that is from `origin` its default again. */
void settings_forget(struct settings *s, enum setting_origin origin);
/* Reads a YAML file. Fails: ERR_IO, ERR_CONFIG with file and line. */
MUST_USE bool settings_read_file(struct settings *s, const char *path, struct err *e);
/* Reads FRAISEQL_* and DATABASE_URL from an environment (as `environ`). Fails: ERR_CONFIG. */
MUST_USE bool settings_read_environment(struct settings *s, char *const *env, struct err *e);
/* Rules between settings (tls.key without tls.certificate …). Fails: ERR_CONFIG. */
MUST_USE bool settings_check(const struct settings *s, struct err *e);

bool settings_is_set(const struct settings *s, enum setting_id id);
const char *settings_text(const struct settings *s, enum setting_id id);
uint64_t settings_number(const struct settings *s, enum setting_id id);
bool settings_flag(const struct settings *s, enum setting_id id);
/* A PATH setting, made absolute by the folder of its origin. */
const char *settings_path(const struct settings *s, enum setting_id id);
/* key, value (secrets masked), origin: as a table, or as JSON. */
void settings_print(struct buf *b, const struct settings *s, bool json);
