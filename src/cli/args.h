/* cli/args.h - the command line → command, options, arguments, settings. */
#pragma once

#include "cli/cli.h"

/* Options that every command has; ends with a row without a name. */
extern const struct cli_option CLI_GENERAL[];

/*
 * Reads argv. General options may stand anywhere, others after the command; `--` ends them. Flags
 * of settings are remembered until args_settings. Fails: ERR_CONFIG, with the nearest name.
 */
struct args_setting {
	enum setting_id id;
	str text, source;
};
struct args {
	struct args_setting *settings;
	size_t nsettings;
};
MUST_USE bool args_read(struct cli *c, struct args *out, struct err *e);
/* Says that there is no command `word`, or `word second`, and which was probably meant. Returns
 * false. */
bool args_unknown_command(struct arena *a, str word, str second, struct err *e);
/*
 * Fills c->settings: defaults of the table and of the command's mode, file, environment, command
 * line; then the rules between them. Fails: ERR_CONFIG, ERR_IO.
 */
MUST_USE bool args_settings(struct cli *c, const struct args *args, struct err *e);
