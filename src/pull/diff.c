/*
 * diff - two texts as `diff -u` shows them.
 *
 * Where the texts differ, the nearest pair of equal lines ahead ends the difference. That finds the
 * shortest form of what a merge does (lines inserted, lines changed), in linear time.
 */
#include "base/vec.h"
#include "pull/pull.h"

enum { CONTEXT = 3, REACH = 300 };

struct lines {
	VEC(str);
};

struct step {
	char kind; /* ' ', '-', '+' */
	str line;
	size_t before, after; /* lines of each text that come before it */
};

struct steps {
	VEC(struct step);
};

static struct lines split(struct arena *a, str text)
{
	struct lines l = { 0 };
	while (text.n > 0)
		*vec_push(a, &l) = str_split(&text, '\n');
	return l;
}

/* The nearest equal lines: x of `a` and y of `b` are skipped before them. */
static void resync(const struct lines *a, size_t i, const struct lines *b, size_t j, size_t *x,
	size_t *y)
{
	size_t left = a->n - i, right = b->n - j;
	for (size_t sum = 1; sum <= REACH; sum++)
		for (size_t skip = 0; skip <= sum; skip++) {
			*x = sum - skip;
			*y = skip;
			if (*x < left && *y < right && str_eq(a->at[i + *x], b->at[j + *y]) &&
				a->at[i + *x].n > 0)
				return;
		}
	*x = left < right ? left : MIN(left, REACH);
	*y = left < right ? MIN(right, REACH) : right;
	if (left <= REACH || right <= REACH) {
		*x = left;
		*y = right;
	}
}

static struct steps compare(struct arena *arena, const struct lines *a, const struct lines *b)
{
	struct steps l = { 0 };
	size_t i = 0, j = 0;
	while (i < a->n || j < b->n) {
		if (i < a->n && j < b->n && str_eq(a->at[i], b->at[j])) {
			*vec_push(arena, &l) = (struct step){ ' ', a->at[i], i, j };
			i++;
			j++;
			continue;
		}
		size_t x, y;
		resync(a, i, b, j, &x, &y);
		for (; x > 0 && i < a->n; x--, i++)
			*vec_push(arena, &l) = (struct step){ '-', a->at[i], i, j };
		for (; y > 0 && j < b->n; y--, j++)
			*vec_push(arena, &l) = (struct step){ '+', b->at[j], i, j };
	}
	return l;
}

/* Steps [from, to) as one hunk. */
static void put_hunk(struct buf *b, const struct steps *l, size_t from, size_t to)
{
	size_t removed = 0, added = 0;
	for (size_t i = from; i < to; i++) {
		removed += l->at[i].kind != '+';
		added += l->at[i].kind != '-';
	}
	buf_printf(b, "@@ -%zu,%zu +%zu,%zu @@\n", l->at[from].before + (removed > 0), removed,
		l->at[from].after + (added > 0), added);
	for (size_t i = from; i < to; i++)
		buf_printf(b, "%c%.*s\n", l->at[i].kind, STR_ARG(l->at[i].line));
}

static void put_hunks(struct buf *b, const struct steps *l)
{
	for (size_t i = 0; i < l->n;) {
		while (i < l->n && l->at[i].kind == ' ')
			i++;
		if (i == l->n)
			return;
		size_t from = i > CONTEXT ? i - CONTEXT : 0, same = 0;
		for (; i < l->n && same <= 2 * CONTEXT; i++)
			same = l->at[i].kind == ' ' ? same + 1 : 0;
		put_hunk(b, l, from, same > CONTEXT ? i - (same - CONTEXT) : i);
	}
}

void pull_diff(struct buf *b, struct arena *a, const struct pull_file *f)
{
	struct lines before = split(a, f->before), after = split(a, f->after);
	if (str_eq(f->before, f->after))
		return;
	struct steps steps = compare(a, &before, &after);
	if (f->before.p)
		buf_printf(b, "--- %.*s\n", STR_ARG(f->path));
	else
		buf_lit(b, "--- /dev/null\n");
	buf_printf(b, "+++ %.*s\n", STR_ARG(f->path));
	put_hunks(b, &steps);
}
