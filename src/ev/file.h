/* ev/file.h - whole files, synchronously: for start-up, reload and the command line, not for
 * requests. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Reads all of `path`, at most `limit` bytes. Fails: ERR_IO, ERR_TOO_LARGE. */
MUST_USE bool file_read(struct arena *a, const char *path, size_t limit, str *out, struct err *e);
/* The same of standard input, whatever it is: a pipe, a file, a socket. */
MUST_USE bool file_read_stdin(struct arena *a, size_t limit, str *out, struct err *e);
/* Writes a new file or replaces one atomically (by a temporary file beside it). Fails: ERR_IO. */
MUST_USE bool file_write(const char *path, str text, struct err *e);
/* Creates a directory and its parents. Fails: ERR_IO. */
MUST_USE bool file_mkdirs(const char *path, unsigned mode, struct err *e);
bool file_exists(const char *path);
bool file_is_dir(const char *path);
/* `dir`/`name`; `name` when it is absolute or `dir` is empty or ".". */
str file_join(struct arena *a, str dir, str name);
/* `path` as seen from the root, symbolic links kept; itself when the current folder has no name. */
str file_absolute(struct arena *a, str path);
/* The part before the last '/', "." without one. */
str file_dir(str path);
/*
 * Paths of the regular files below `dir` (recursively, hidden ones left out) that end in `suffix`,
 * sorted by name. Fails: ERR_IO.
 */
MUST_USE bool file_list(struct arena *a, str dir, str suffix, str **paths, size_t *n,
	struct err *e);
