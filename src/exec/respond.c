/* respond - errors as the response format wants them. Spec: §7.1.2 */
#include "exec/exec_int.h"

#include "base/json.h"

static void put_locations(struct buf *b, const struct gql_error *e)
{
	buf_lit(b, ",\"locations\":[");
	for (size_t i = 0; i < e->nplaces; i++) {
		struct location at = source_location(e->places[i].source, e->places[i].at);
		buf_printf(b, "%s{\"line\":%u,\"column\":%u}", i ? "," : "", at.line, at.column);
	}
	buf_lit(b, "]");
}

void respond_put_error(struct buf *b, const struct gql_error *e)
{
	if (e->printed.n) {
		buf_put(b, e->printed);
		return;
	}
	buf_lit(b, "{\"message\":");
	json_put_string(b, e->message);
	if (e->nplaces)
		put_locations(b, e);
	if (e->path.n) {
		buf_lit(b, ",\"path\":");
		buf_put(b, e->path);
	}
	buf_lit(b, ",\"extensions\":{\"code\":");
	json_put_string(b, str_from(err_info(e->code)->name));
	if (e->extensions.n) {
		buf_lit(b, ",");
		buf_put(b, e->extensions);
	}
	buf_lit(b, "}}");
}

void respond_put_errors(struct buf *b, const struct gql_errors *errors)
{
	buf_lit(b, "\"errors\":[");
	for (size_t i = 0; i < errors->n; i++) {
		if (i)
			buf_putc(b, ',');
		respond_put_error(b, &errors->at[i]);
	}
	buf_lit(b, "]");
}
