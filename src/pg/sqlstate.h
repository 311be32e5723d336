/* pg/sqlstate.h - from PostgreSQL's error codes to ours. */
#pragma once

#include "base/err.h"

/*
 * The error of an SQLSTATE (pg/sqlstate.def); ERR_INTERNAL when it is unknown or empty.
 *
 * `message` is the primary message. It is read for 23503 only, to tell the two directions apart: a
 * row that refers to nothing (the client's input is wrong) or a row that is still referred to (a
 * conflict). PostgreSQL reports the same code, table and constraint for both, and its words depend
 * on lc_messages. But the message names two things (table, constraint) in the first case and three
 * in the second (table, constraint, the other table), each within quotation marks, in every
 * language that PostgreSQL speaks; so the marks are counted. A name that itself contains quotation
 * marks can be misjudged.
 */
enum err_code pgerr_code(str sqlstate, str message);

/* What libpq says of a connection, often in several lines, as one. Cut if longer than `out`. */
str pgerr_line(char *out, size_t size, const char *message);
