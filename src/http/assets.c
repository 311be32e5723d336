/* SPDX-License-Identifier: MIT */
/*
 * assets - finds the file by name and answers from the program's read-only memory; nothing is
 * copied.
 *
 * The compressed form has an entity tag of its own ("abc" → "abc-gzip"), as it is another
 * representation. It does not know ranges or dates. Source: RFC 9110 §8.8.3, §13.1.2.
 */
#include "http/assets.h"

#include "http/negotiate.h"

#include <string.h>

static const struct embedded_file *find(const struct embedded_file *files, str name)
{
	for (; files->name; files++)
		if (str_eq(str_from(files->name), name))
			return files;
	return NULL;
}

static str name_of(const struct http_request *r, const struct assets *a)
{
	str prefix = str_from(a->prefix);
	str name = str_starts(r->path, prefix) ? str_sub(r->path, prefix.n, r->path.n) : STR_NONE;
	return name.n > 0 ? name : str_from(a->index);
}

/* The tag of the gzip form: the same with "-gzip" before the closing quote. */
static const char *gzip_tag(struct http_request *r, const char *etag)
{
	str tag = str_from(etag);
	str open = str_sub(tag, 0, tag.n - 1);
	return str_z(r->arena, str_printf(r->arena, "%.*s-gzip\"", STR_ARG(open)));
}

/* Does If-None-Match name the tag? Weak comparison: the W/ does not count. */
static bool is_known(str header, str tag)
{
	if (str_eq(str_trim(header), S("*")))
		return true;
	while (header.n > 0) {
		str one = str_trim(str_split(&header, ','));
		if (str_starts(one, S("W/")))
			one = str_sub(one, 2, one.n);
		if (str_eq(one, tag))
			return true;
	}
	return false;
}

void assets_serve(struct http_request *r, void *arg)
{
	const struct assets *a = arg;
	const struct embedded_file *f = find(a->files, name_of(r, a));
	if (!f) {
		struct err e;
		err_set(&e, ERR_NOT_FOUND, "There is nothing at this path.");
		http_respond_error(r, &e);
		return;
	}
	bool gzip = f->gzip && coding_accepted(http_header_list(r, "Accept-Encoding"), S("gzip"));
	const char *tag = gzip ? gzip_tag(r, f->etag) : f->etag;
	r->is_routine = true;
	struct http_header_field fields[6] = {
		{ "ETag", tag },
		{ "Cache-Control", a->cache_control ? a->cache_control : "no-cache" },
		{ "Vary", "Accept-Encoding" },
	};
	size_t n = 3;
	if (a->csp)
		fields[n++] = (struct http_header_field){ "Content-Security-Policy", a->csp };
	struct http_response response = { .headers = fields };
	if (is_known(http_header(r, "If-None-Match"), str_from(tag))) {
		response.status = 304;
		response.nheaders = n;
		http_respond(r, &response);
		return;
	}
	if (gzip)
		fields[n++] = (struct http_header_field){ "Content-Encoding", "gzip" };
	const unsigned char *bytes = gzip ? f->gzip : f->data;
	response.status = 200;
	response.content_type = f->content_type;
	response.body = (str){ (const char *)bytes, gzip ? f->gzip_size : f->size };
	response.nheaders = n;
	http_respond(r, &response);
}
