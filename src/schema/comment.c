/* comment - lines of a COMMENT: hints and description. */
#include "schema/comment.h"

#include "base/buf.h"

/* Takes "@word rest"; false when the line is none. */
static bool is_hint(str line, str word, str *rest)
{
	line = str_trim(line);
	if (!str_starts(line, word))
		return false;
	*rest = str_sub(line, word.n, line.n);
	if (rest->n && rest->p[0] != ' ' && rest->p[0] != '\t')
		return false;
	*rest = str_trim(*rest);
	return true;
}

static bool read_hint(str line, struct comment *out)
{
	str rest;
	if (is_hint(line, S("@name"), &rest)) {
		out->name = rest;
		return true;
	}
	if (is_hint(line, S("@omit"), &rest)) {
		out->omit = true;
		return true;
	}
	if (!is_hint(line, S("@deprecated"), &rest))
		return false;
	out->deprecated = true;
	out->reason = rest;
	return true;
}

struct comment comment_read(struct arena *a, str text)
{
	struct comment out = { .text = text };
	struct buf b = buf_on(a);
	if (str_find(text, '@') == text.n)
		return out;
	for (str rest = text; rest.n > 0;) {
		str line = str_split(&rest, '\n');
		if (read_hint(line, &out))
			continue;
		if (b.n)
			buf_putc(&b, '\n');
		buf_put(&b, line);
	}
	out.text = str_trim(buf_str(&b));
	return out;
}
