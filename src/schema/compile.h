/*
 * schema/compile.h - SDL files + catalog → model, or all problems at once.
 */
#pragma once

#include "schema/model.h"

struct compile_options {
	const struct source_file {
		str path, text;
	} *files;
	size_t nfiles;
	uint32_t default_limit, max_limit; /* of lists without @list */
	uint64_t generation;
	/* names that @function(context:) knows; 0 = any is taken */
	const str *context;
	size_t ncontext;
};

/*
 * Compiles. The files' texts and the catalog are copied or kept: `catalog` must outlive the model
 * (it is usually on the same arena, which becomes the model's). Problems are added to
 * `out_diagnostics`, all that can be found; false if any is an error. On success *out has one
 * reference.
 */
MUST_USE
bool schema_compile(struct arena *a, const struct compile_options *o, const struct catalog *catalog,
	const struct model **out, struct diagnostics *diagnostics);
/* A line of a text, and below it a caret under the column (in characters); empty when it can't be
 * shown. */
str diagnostic_excerpt(struct arena *a, str text, uint32_t line, uint32_t column);
/* Prints a diagnostic for a terminal: file:line:column: error: message, excerpt, hint. */
void diagnostic_print(struct buf *b, const struct diagnostic *d, bool colour);
/* The same as JSON: {"severity","file","line","column","message","hint","excerpt"}. */
void diagnostic_print_json(struct buf *b, const struct diagnostic *d);
