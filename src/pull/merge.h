/*
 * pull/merge.h - a draft put into the SDL that is there, as edits of its text.
 */
#pragma once

#include "pull/draft.h"

/* Writes the files' new texts and the changes to *out. The draft is complete. */
void merge_draft(struct draft *d, struct pull_result *out);
/* A change for the report. */
void merge_report(struct draft *d, struct pull_result *out, enum pull_change_kind kind, str what,
	str why);

/* ---- edits of texts (edit.c) ---- */

struct edit {
	const struct source *source;
	size_t at, end; /* what is replaced; an insertion when they are equal */
	str text;
};
struct edits {
	VEC(struct edit);
};

/* The field's lines before the brace that ends the definition. */
void edit_insert(struct arena *a, struct edits *l, const struct ast_definition *d, str lines);
/* Turns what stands there into remarks `# (gone) …`, or takes it away. */
void edit_remove(struct arena *a, struct edits *l, const struct source *s, size_t at, size_t end,
	bool prune);
void edit_replace(struct arena *a, struct edits *l, const struct source *s, size_t at, size_t end,
	str text);
/* The source's text with its edits. */
str edit_apply(struct arena *a, struct edits *l, const struct source *s);

/* ---- what is gone (gone.c) ---- */

struct gone {
	struct draft *d;
	struct map types; /* names of types that are gone → why, a str */
	struct {
		VEC(struct gone_field {
			const struct known_field *field;
			str why;
		});
	} fields; /* of types that are not */
};

struct gone gone_find(struct draft *d);
