/*
 * projection/projection.h - the SQL of a table that is kept equal to a view.
 */
#pragma once

#include "pull/facts.h"

#include "base/buf.h"
#include "base/vec.h"

struct projection_request {
	struct arena *arena;
	struct pull_facts *facts;
	str view;  /* as the user names it, perhaps with its schema */
	str table; /* empty: v_user gives tv_user, anything else tv_<name>; in the view's schema */
	str key;   /* the column that tells rows apart; empty: id */
};

struct projection_note { /* for the person who runs the script */
	VEC(str);
};

/*
 * Writes the script to `out` and adds notes. Fails: ERR_NOT_FOUND (no such view or key, with the
 * nearest name in the message), ERR_UNSUPPORTED (the key is no column of a table), ERR_SYNTAX (the
 * view can't be read).
 */
MUST_USE bool projection_script(const struct projection_request *r, struct buf *out,
	struct projection_note *notes, struct err *e);
/* The script that takes it all away again. The same failures. */
MUST_USE bool projection_drop_script(const struct projection_request *r, struct buf *out,
	struct err *e);
