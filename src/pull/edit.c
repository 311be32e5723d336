/*
 * edit - insertions, replacements and removals in a text, applied at once.
 *
 * Whole lines are inserted and removed where that is possible, so that what people wrote around
 * them keeps its form.
 */
#include "pull/merge.h"

#include <stdlib.h>

void edit_replace(struct arena *a, struct edits *l, const struct source *s, size_t at, size_t end,
	str text)
{
	*vec_push(a, l) = (struct edit){ s, at, end, text };
}

static size_t line_begin(str text, size_t at)
{
	while (at > 0 && text.p[at - 1] != '\n')
		at--;
	return at;
}

static bool is_blank(str s)
{
	return str_trim(s).n == 0;
}

void edit_insert(struct arena *a, struct edits *l, const struct ast_definition *d, str lines)
{
	str text = d->source->text;
	size_t brace = d->end - 1;
	if (brace >= text.n || text.p[brace] != '}') {
		edit_replace(a, l, d->source, d->end, d->end,
			str_printf(a, " {\n%.*s}", STR_ARG(lines)));
		return;
	}
	size_t begin = line_begin(text, brace);
	if (is_blank(str_sub(text, begin, brace))) {
		edit_replace(a, l, d->source, begin, begin, lines);
		return;
	}
	size_t at = brace;
	while (at > begin && text.p[at - 1] == ' ')
		at--;
	edit_replace(a, l, d->source, at, brace, str_printf(a, "\n%.*s", STR_ARG(lines)));
}

static str remarks(struct arena *a, str text, str indent)
{
	struct buf b = buf_on(a);
	while (text.n > 0) {
		str line = str_split(&text, '\n');
		if (str_starts(line, indent))
			line = str_sub(line, indent.n, line.n);
		buf_printf(&b, "%s%.*s# (gone) %.*s", b.n ? "\n" : "", b.n ? (int)indent.n : 0,
			indent.p, STR_ARG(line));
	}
	return buf_str(&b);
}

void edit_remove(struct arena *a, struct edits *l, const struct source *s, size_t at, size_t end,
	bool prune)
{
	str text = s->text;
	size_t begin = line_begin(text, at), after = end;
	while (after < text.n && text.p[after] != '\n')
		after++;
	str before = str_sub(text, begin, at), behind = str_sub(text, end, after);
	bool first = is_blank(before);
	bool last = is_blank(behind) || str_starts(str_trim(behind), S("#"));
	if (prune) {
		bool lines = first && last, gap = begin > 1 && text.p[begin - 2] == '\n';
		size_t next = MIN(after + 1, text.n);
		next += lines && gap && next < text.n && text.p[next] == '\n';
		edit_replace(a, l, s, lines ? begin : at, lines ? next : end, STR_NONE);
		return;
	}
	str indent = first ? before : S("  ");
	str gone = remarks(a, str_sub(text, at, end), indent);
	edit_replace(a, l, s, at, end,
		str_printf(a, "%s%.*s%.*s%s", first ? "" : "\n", first ? 0 : (int)indent.n,
			indent.p, STR_ARG(gone), last ? "" : "\n"));
}

/* By place; insertions at one place stay in their order, before what is replaced there. */
static int by_place(const void *a, const void *b)
{
	const struct edit *const *x = a, *const *y = b;
	if ((*x)->at != (*y)->at)
		return (*x)->at < (*y)->at ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

str edit_apply(struct arena *a, struct edits *l, const struct source *s)
{
	const struct edit **own = arena_array(a, const struct edit *, l->n);
	struct buf b = buf_on(a);
	size_t n = 0, at = 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->at[i].source == s)
			own[n++] = &l->at[i];
	if (n == 0)
		return s->text;
	qsort(own, n, sizeof *own, by_place);
	for (size_t i = 0; i < n; i++) {
		if (own[i]->at < at)
			continue; /* inside of what is gone */
		buf_put(&b, str_sub(s->text, at, own[i]->at));
		buf_put(&b, own[i]->text);
		at = own[i]->end;
	}
	buf_put(&b, str_sub(s->text, at, s->text.n));
	return buf_str(&b);
}
