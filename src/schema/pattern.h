/*
 * schema/pattern.h - regular expressions, with limits: PCRE2 behind a value.
 *
 * A pattern is compiled once, with the schema, and read by all workers. Matching has a bounded
 * number of steps and bounded memory, so that no pattern and no text can hold a worker up.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct pattern;

/*
 * Compiles `text` (Perl's syntax, Unicode) for as long as the arena lives. Fails: ERR_SCHEMA with
 * what is wrong and, in e->column, the character where.
 */
MUST_USE bool pattern_compile(struct arena *a, str text, const struct pattern **out, struct err *e);

enum pattern_verdict { PATTERN_FITS, PATTERN_DIFFERS, PATTERN_LIMIT };
/* Does the pattern fit somewhere in the text? `text` is valid UTF-8. */
enum pattern_verdict pattern_match(const struct pattern *p, str text);
