/* init_settings - a fraiseql.yaml that shows every setting, made from the table. */
#include "cli/init.h"

#include "app/settings.h"

static void put_setting(struct buf *b, const struct setting *s)
{
	buf_printf(b, "\n# %s", s->doc);
	if (s->choices[0])
		buf_printf(b, " (%s)", s->choices);
	buf_printf(b, "\n# %s:%s%s\n", s->key, s->def[0] ? " " : "", s->def);
}

str init_settings(struct arena *a)
{
	struct buf b = buf_on(a);
	buf_lit(&b,
		"# Settings. Each line shows a default; take the # away to change it.\n"
		"# The environment (FRAISEQL_PORT) and the command line (--port) come first.\n"
		"# No passwords here: give the database by the environment, in DATABASE_URL.\n"
		"# Without one, `fraiseql dev` runs a private PostgreSQL.\n");
	for (enum setting_id id = 0; id < SETTING_COUNT; id++)
		if (id != SETTING_DATABASE)
			put_setting(&b, setting_get(id));
	return buf_str(&b);
}
