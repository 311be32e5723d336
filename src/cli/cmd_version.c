/* cmd_version - which program this is. */
#include "cli/commands.h"

#include "base/json.h"

static const struct cli_option OPTIONS[] = {
	{ "json", NULL, "as JSON", NULL },
	{ NULL, NULL, NULL, NULL },
};

static int run(struct cli *c)
{
	struct buf b = buf_on(c->arena);
	if (!cli_value(c, "json"))
		return cli_print(c, S("fraiseql " FRAISEQL_VERSION "\n"));
	struct jwrite w = jwrite_on(&b);
	jw_object(&w);
	jw_key(&w, S("name"));
	jw_string(&w, S("fraiseql"));
	jw_key(&w, S("version"));
	jw_string(&w, S(FRAISEQL_VERSION));
	jw_end_object(&w);
	buf_lit(&b, "\n");
	return cli_print(c, buf_str(&b));
}

const struct command CMD_VERSION = {
	.name = "version",
	.args = "",
	.doc = "print the program's version",
	.options = OPTIONS,
	.run = run,
};
