/*
 * pull/misses.h - fields that read a key which no document of their view has.
 *
 * The compiler binds a field without a column to a key of the document and can't know whether the
 * key is there. A view's definition often tells. Only what is certain is reported: documents whose
 * keys can't all be told, and those of tables, are taken for right.
 */
#pragma once

#include "pull/infer.h"
#include "schema/model.h"

/* Adds a warning for each. `f` was made with the model's catalog; all stays on `a`. */
void pull_misses(struct arena *a, const struct model *m, struct pull_facts *f,
	struct diagnostics *out);
