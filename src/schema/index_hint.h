/*
 * schema/index_hint.h - which filters no index serves.
 */
#pragma once

#include "schema/model.h"

/*
 * Adds a hint for each field that clients can filter by and each relation that is joined, where the
 * table behind has no index that begins with it; the hint's text is the statement that makes one.
 * Views are left out: their columns use the indexes of the tables below them. Texts are on `a`.
 */
void index_hints(struct arena *a, const struct model *m, struct diagnostics *out);
