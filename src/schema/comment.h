/*
 * schema/comment.h - COMMENTs of the database: a description, and hints for `schema pull`.
 *
 *     COMMENT ON COLUMN book.isbn10 IS 'The old number.
 *     @name oldNumber
 *     @deprecated Use isbn.';
 *
 * A hint is a line that begins with @name, @omit or @deprecated; whatever else there is, is the
 * description.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct comment {
	str text;        /* the description; a view of the comment when it has no hints */
	str name;        /* of @name; empty = none */
	bool omit;       /* @omit: not to be pulled */
	bool deprecated; /* @deprecated */
	str reason;      /* behind @deprecated; may be empty */
};

struct comment comment_read(struct arena *a, str text);
