/*
 * exec/gap.h - values that are not known yet when the response is written: fields with resolvers.
 *
 * In the text a gap is a mark that JSON can't hold (a string with a control character), so it goes
 * wherever the text around it is copied to, and is gone when that is cut off. What stands behind it
 * is in a list, by the mark's number.
 */
#pragma once

#include "base/buf.h"
#include "base/vec.h"
#include "sql/shape.h"

#define GAP_BEYOND SIZE_MAX

struct gap {
	const struct shape_field *field;
	str parent; /* JSON object: what the resolver requires of it */
	str path;   /* ["users",0,"score" without the closing bracket */
	/* Bytes back to the start of the innermost nullable value around it; GAP_BEYOND: there is
	 * none in this text. */
	size_t back;
	/* the answer */
	bool done, null;
	str text; /* response text, perhaps with further gaps */
};

struct gaps {
	VEC(struct gap);
	struct arena *arena;
};

/* Adds a gap and writes its mark. */
void gap_put(struct gaps *l, struct buf *out, const struct gap *g);
/* The next mark of `text` at or after *at: its number, and *at behind it; *from is where it begins.
 * False when there is none. */
bool gap_next(str text, size_t *at, size_t *from, size_t *number);
/*
 * Writes `text` with its gaps filled. Where null stands for a non-nullable value, the nearest
 * nullable one becomes null. False when that is beyond the text. Spec: §6.4.4
 */
bool gap_fill(const struct gaps *l, str text, struct buf *out);
