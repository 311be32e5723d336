/* cmd_query - one operation, answered in this process: no server is needed. */
#include "cli/commands.h"

#include "app/local.h"
#include "base/jread.h"
#include "ev/file.h"

#include <string.h>

enum { INPUT_MAX = 64 * 1024 * 1024, JSON_DEPTH = 128 };

static const struct cli_option OPTIONS[] = {
	{ "variables", "JSON|@FILE", "the operation's variables: a JSON object, or a file of it",
		NULL },
	{ "operation", "NAME", "which operation to run, where the document has several", NULL },
	{ NULL, NULL, NULL, NULL },
};

static bool read_input(struct cli *c, const char *path, str *out, struct err *e)
{
	if (strcmp(path, "-") == 0)
		return file_read_stdin(c->arena, INPUT_MAX, out, e);
	return file_read(c->arena, path, INPUT_MAX, out, e);
}

static bool read_variables(struct cli *c, str *out, struct err *e)
{
	const char *given = cli_value(c, "variables");
	*out = str_from(given);
	if (!given)
		return true;
	if (given[0] == '@' && !read_input(c, given + 1, out, e))
		return false;
	struct jread r = jread_on(*out, JSON_DEPTH);
	if (jread_peek(&r) == JSON_OBJECT && jread_skip(&r) && jread_end(&r))
		return true;
	return err_set(e, ERR_CONFIG, "--variables: not a JSON object: %s at byte %zu",
		r.fault ? r.fault : "expected {", r.fault_at);
}

static bool has_errors(struct cli *c, str body)
{
	struct jread r = jread_on(body, JSON_DEPTH);
	str key;
	bool found = false;
	if (!jread_object(&r))
		return true;
	while (jread_member(&r, c->arena, &key)) {
		found = found || str_eq(key, S("errors"));
		if (!jread_skip(&r))
			return true;
	}
	return found;
}

static int execute(struct cli *c, struct local *l, const struct local_request *request)
{
	struct compiled compiled;
	struct exec_response response;
	struct err e;
	if (!local_compile(l, c->arena, &compiled, &e))
		return cli_fail(c, &e);
	if (!compiled.model) {
		project_report(&compiled, c->log.colour, false);
		return CLI_FAILED;
	}
	if (!local_execute(l, c->arena, request, &response, &e))
		return cli_fail(c, &e);
	str body = str_printf(c->arena, "%.*s\n", STR_ARG(response.body));
	int status = cli_print(c, body);
	if (status != CLI_DONE)
		return status;
	if (response.unavailable)
		return CLI_UNAVAILABLE;
	return has_errors(c, response.body) ? CLI_FAILED : CLI_DONE;
}

static int run(struct cli *c)
{
	struct local_request request = { .operation = str_from(cli_value(c, "operation")) };
	struct local *l;
	struct err e;
	if (!cli_has_schema(c, &e) || !read_input(c, c->args[0], &request.query, &e) ||
		!read_variables(c, &request.variables, &e) ||
		!local_open(&c->settings, &c->log, true, &l, &e))
		return cli_fail(c, &e);
	int status = execute(c, l, &request);
	local_close(l);
	return status;
}

const struct command CMD_QUERY = {
	.name = "query",
	.args = "FILE|-",
	.args_min = 1,
	.args_max = 1,
	.doc = "run one operation and print the response",
	.text = "Reads a GraphQL document from a file, or from standard input with -, runs it as the "
		"server would, and prints the response as JSON. With errors in the response the "
		"exit status is 1.\n"
		"Without a database in the settings the private one of \"fraiseql dev\" is used.",
	.example = "echo '{ users { name } }' | fraiseql query -\n"
		   "fraiseql query post.graphql --variables '{\"id\": \"…\"}'",
	.options = OPTIONS,
	.settings = true,
	.mode = MODE_DEV,
	.run = run,
};
