/*
 * corpus - reads the files of a corpus and makes a cmocka test of each.
 */
#include "corpus.h"

#include "base/vec.h"
#include "graphql/source.h"

#include <dirent.h>
#include <stdlib.h>

struct names {
	VEC(const char *);
};

struct cases {
	VEC(struct corpus_case *);
};

static str read_file(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	struct buf b = buf_on(a);
	int c;
	while ((c = getc(f)) != EOF)
		buf_putc(&b, (char)c);
	fclose(f);
	return buf_str(&b);
}

static unsigned hex(char c)
{
	unsigned u = (unsigned char)c;
	return u <= '9' ? u - 0x30 : (u | 0x20) - 0x61 + 10;
}

static str unescape(struct arena *a, str s)
{
	struct buf b = buf_on(a);
	for (size_t i = 0; i < s.n; i++) {
		char next = i + 1 < s.n ? s.p[i + 1] : '\0';
		if (s.p[i] == '\n')
			continue;
		if (s.p[i] != '\\') {
			buf_putc(&b, s.p[i]);
			continue;
		}
		i++;
		if (next == 'x' && i + 2 < s.n) {
			buf_putc(&b, (char)(hex(s.p[i + 1]) << 4 | hex(s.p[i + 2])));
			i += 2;
		} else {
			buf_putc(&b,
				next == 'n'           ? '\n'
					: next == 'r' ? '\r'
					: next == 't' ? '\t'
						      : next);
		}
	}
	return buf_str(&b);
}

/* Takes a line off *rest, with its end. */
static str take_line(str *rest)
{
	size_t n = str_find(*rest, '\n');
	str line = str_sub(*rest, 0, n + 1);
	*rest = str_sub(*rest, n + 1, rest->n);
	return line;
}

static void split(struct corpus_case *c)
{
	static const str ESCAPED = STR_INIT(" escaped");
	str rest = c->text;
	size_t text_begin = 0;
	while (rest.n > 0) {
		size_t begin = c->text.n - rest.n;
		str line = str_trim(take_line(&rest));
		bool is_header = str_starts(line, S("-- "));
		size_t end = is_header ? begin : c->text.n;
		if (c->n > 0 && end > text_begin)
			c->sections[c->n - 1].text = str_sub(c->text, text_begin, end - 1);
		if (!is_header)
			continue;
		assert_true(c->n < CORPUS_SECTIONS);
		c->sections[c->n++] = (struct corpus_section){ .name = str_sub(line, 3, line.n),
			.text = S(""),
			.begin = begin };
		text_begin = c->text.n - rest.n;
	}
	for (size_t i = 0; i < c->n; i++) {
		struct corpus_section *s = &c->sections[i];
		if (!str_ends(s->name, ESCAPED))
			continue;
		s->name.n -= ESCAPED.n;
		s->text = unescape(c->arena, s->text);
	}
}

str corpus_section(const struct corpus_case *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->sections[i].name, str_from(name)))
			return c->sections[i].text;
	return STR_NONE;
}

str corpus_input(struct corpus_case *c, const char *name, const char *fallback)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_eq(c->sections[i].name, str_from(name))) {
			c->inputs = MAX(c->inputs, i + 1);
			return c->sections[i].text;
		}
	assert_non_null(fallback);
	str folder = str_from(c->path);
	while (folder.n > 0 && folder.p[folder.n - 1] != '/')
		folder.n--;
	str path = str_printf(c->arena, "%.*s%s", STR_ARG(folder), fallback);
	return read_file(c->arena, str_z(c->arena, path));
}

str corpus_errors(const struct corpus_case *c, const struct gql_errors *errors)
{
	struct buf b = buf_on(c->arena);
	for (size_t i = 0; i < errors->n; i++) {
		const struct gql_error *e = &errors->at[i];
		for (size_t j = 0; j < e->nplaces; j++) {
			struct location l = source_location(e->places[j].source, e->places[j].at);
			buf_printf(&b, "%s%u:%u", j ? ", " : "", l.line, l.column);
		}
		buf_putc(&b, ' ');
		buf_put(&b, e->message);
		if (i + 1 < errors->n)
			buf_putc(&b, '\n');
	}
	return b.n > 0 ? buf_str(&b) : S("");
}

static void bless(const struct corpus_case *c, const char *section, str text)
{
	FILE *f = fopen(c->path, "wb");
	assert_non_null(f);
	size_t keep = c->n > c->inputs ? c->sections[c->inputs].begin : c->text.n;
	fwrite(c->text.p, 1, keep, f);
	fprintf(f, "-- %s\n%.*s%s", section, STR_ARG(text), text.n > 0 ? "\n" : "");
	fclose(f);
}

void corpus_expect(const struct corpus_case *c, const char *section, str text)
{
	str want = corpus_section(c, section);
	if (getenv("BLESS")) {
		if (!want.p || !str_eq(want, text))
			bless(c, section, text);
		return;
	}
	if (!want.p || !str_eq(want, text))
		fail_msg("%s\n  got (%s):\n%.*s\n  want:\n%.*s\n", c->path, section, STR_ARG(text),
			want.p ? (int)want.n : 7, want.p ? want.p : "nothing");
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct names list(struct arena *a, const char *folder)
{
	struct names l = { 0 };
	DIR *d = opendir(folder);
	const struct dirent *e;
	while (d && (e = readdir(d)))
		if (str_ends(str_from(e->d_name), S(".txt")))
			*vec_push(a, &l) = str_z(a, str_from(e->d_name));
	if (d)
		closedir(d);
	if (l.n > 0)
		qsort(l.at, l.n, sizeof *l.at, by_name);
	return l;
}

static void only_test(struct cases *cases, struct CMUnitTest *tests, CMUnitTestFunction test)
{
	for (size_t i = 0; i < cases->n; i++)
		tests[i] = (struct CMUnitTest){ .name = cases->at[i]->path,
			.test_func = test,
			.initial_state = cases->at[i] };
}

int corpus_run(const char *folder, CMUnitTestFunction test)
{
	struct arena *a = arena_open(0);
	struct names files = list(a, folder);
	struct cases cases = { 0 };
	for (size_t i = 0; i < files.n; i++) {
		struct corpus_case *c = arena_new(a, struct corpus_case);
		c->arena = a;
		c->path = str_z(a, str_printf(a, "%s/%s", folder, files.at[i]));
		c->name = str_sub(str_from(files.at[i]), 0, strlen(files.at[i]) - 4);
		c->text = read_file(a, c->path);
		c->inputs = 1;
		split(c);
		*vec_push(a, &cases) = c;
	}
	struct CMUnitTest *tests = arena_array(a, struct CMUnitTest, cases.n);
	only_test(&cases, tests, test);
	int failed = cases.n > 0 ? _cmocka_run_group_tests(folder, tests, cases.n, NULL, NULL) : 1;
	if (cases.n == 0)
		fprintf(stderr, "no cases in %s\n", folder);
	arena_close(a);
	return failed;
}
