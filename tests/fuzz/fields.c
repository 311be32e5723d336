/*
 * fields - fuzzes the check of request headers. The library's part is played here: it parses in
 * place, as leniently as libmicrohttpd 0.9 does. A head that is let through must be one on which
 * every reader agrees, by a second look at its bytes that knows nothing of the first.
 */
#define MHD_get_connection_values_n play_values
#define MHD_get_connection_info play_info
#include "http/fields.c"

#include "base/arena.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct played {
	char *at; /* behind the request line, written over */
	size_t n, head_n;
	union MHD_ConnectionInfo info;
};

static struct played *played_of(struct MHD_Connection *c)
{
	return (struct played *)(void *)c;
}

/* Ends the line that begins at `from`; returns where the next one begins, or n + 1 without end. */
static size_t end_line(char *p, size_t n, size_t from, bool write)
{
	size_t i = from;
	while (i < n && p[i] != '\r' && p[i] != '\n')
		i++;
	size_t next = i + 1 < n && p[i] == '\r' && p[i + 1] == '\n' ? i + 2 : i + 1;
	if (i >= n)
		return n + 1;
	if (write)
		memset(p + i, 0, next - i);
	return next;
}

int play_values(struct MHD_Connection *c, enum MHD_ValueKind kind, MHD_KeyValueIteratorN on,
	void *arg);
const union MHD_ConnectionInfo *play_info(struct MHD_Connection *c,
	enum MHD_ConnectionInfoType type, ...);

int play_values(struct MHD_Connection *c, enum MHD_ValueKind kind, MHD_KeyValueIteratorN on,
	void *arg)
{
	struct played *p = played_of(c);
	int count = 0;
	for (size_t from = 0; from < p->n;) {
		size_t next = end_line(p->at, p->n, from, true);
		char *name = p->at + from, *colon = strchr(name, ':');
		from = next;
		if (!colon || (count > 0 && (*name == ' ' || *name == '\t')))
			continue; /* not a field to the library; its bytes stay a gap */
		*colon = '\0';
		char *value = colon + 1;
		while (*value == ' ' || *value == '\t')
			value++;
		count++;
		if (on(arg, kind, name, strlen(name), value, strlen(value)) == MHD_NO)
			break;
	}
	return count;
}

const union MHD_ConnectionInfo *play_info(struct MHD_Connection *c,
	enum MHD_ConnectionInfoType type, ...)
{
	struct played *p = played_of(c);
	UNUSED(type);
	p->info.header_size = p->head_n;
	return &p->info;
}

/* The rest of the module that fields.c calls. */
void request_refuse(struct request *r, int status, const char *why)
{
	r->fault_status = r->fault ? r->fault_status : status;
	r->fault = r->fault ? r->fault : why;
}

void request_id_put(struct http_server *s, char out[32])
{
	UNUSED(s);
	memset(out, '0', 32);
}

/* ---- the second look ---- */

static bool is_tchar(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

struct facts {
	unsigned hosts, lengths, codings;
};

static void check_line(str line, struct facts *f)
{
	size_t colon = str_find(line, ':');
	assert(colon > 0 && colon < line.n);
	str name = str_sub(line, 0, colon), value = str_trim(str_sub(line, colon + 1, line.n));
	for (size_t i = 0; i < name.n; i++)
		assert(is_tchar(name.p[i]));
	for (size_t i = colon + 1; i < line.n; i++)
		assert(line.p[i] == '\t' || ((unsigned char)line.p[i] >= ' ' && line.p[i] != 127));
	f->hosts += str_eq_fold(name, S("host"));
	f->lengths += str_eq_fold(name, S("content-length"));
	f->codings += str_eq_fold(name, S("transfer-encoding"));
	if (str_eq_fold(name, S("content-length"))) {
		assert(value.n > 0);
		for (size_t i = 0; i < value.n; i++)
			assert(value.p[i] >= '0' && value.p[i] <= '9');
	}
	if (str_eq_fold(name, S("transfer-encoding")))
		assert(str_eq_fold(value, S("chunked")));
}

static void check_head(str fields)
{
	struct facts f = { 0 };
	char *p = (char *)(uintptr_t)fields.p; /* not written */
	for (size_t from = 0, next; from < fields.n; from = next) {
		next = end_line(p, fields.n, from, false);
		size_t end = from;
		while (end < fields.n && p[end] != '\r' && p[end] != '\n')
			end++;
		/* A NUL before a lone LF looks as CR LF does, and ends the value as CR would. */
		if (end > from && next == end + 1 && p[end - 1] == '\0')
			end--;
		check_line(str_sub(fields, from, end), &f);
	}
	assert(f.hosts <= 1 && f.lengths <= 1 && f.codings <= 1);
	assert(f.lengths == 0 || f.codings == 0);
}

static str join(struct arena *a, str one, str two, str three)
{
	struct buf b = buf_on(a);
	buf_put(&b, one);
	buf_put(&b, two);
	buf_put(&b, three);
	buf_putc(&b, '\0');
	return (str){ b.p, b.n - 1 };
}

/* The field lines of `text`: up to the first empty line, the last one with an end. */
static str field_lines(struct arena *a, str text)
{
	str ended = join(a, text, S("\r\n"), STR_NONE);
	char *p = (char *)(uintptr_t)ended.p;
	size_t n = ended.n;
	for (size_t from = 0; from < n;) {
		size_t next = end_line(p, n, from, false);
		if (p[from] == '\r' || p[from] == '\n')
			return (str){ p, from };
		from = next;
	}
	return (str){ p, n };
}

static const char LINE[] = "POST /graphql HTTP/1.1\r\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_open(0);
	str fields = field_lines(a, (str){ (const char *)data, size });
	str whole = join(a, str_from(LINE), fields, S("\r\n"));
	char *head = (char *)(uintptr_t)whole.p;
	size_t line_n = sizeof LINE - 1;
	head[4] = head[13] = head[line_n - 2] = head[line_n - 1] = '\0';
	struct http_server server = { .check_places = true, .o.header_limit = 1 << 20 };
	struct played p = { .at = head + line_n, .n = fields.n, .head_n = whole.n };
	struct conn conn = { .mhd = (struct MHD_Connection *)(void *)&p };
	struct request r = { .conn = &conn, .target = head + 5, .target_n = 8 };
	r.http.arena = a;
	r.http.server = &server;
	fields_check(&r, head, head + 14);
	assert(r.http.id.p);
	if (!r.fault)
		check_head(fields);
	arena_close(a);
	return 0;
}
