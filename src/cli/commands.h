/* cli/commands.h - every command. */
#pragma once

#include "cli/cli.h"

extern const struct command CMD_INIT;
extern const struct command CMD_DEV;
extern const struct command CMD_SERVE;
extern const struct command CMD_CHECK;
extern const struct command CMD_QUERY;
extern const struct command CMD_SCHEMA_PULL;
extern const struct command CMD_SCHEMA_PRINT;
extern const struct command CMD_GENERATE_PROJECTION;
extern const struct command CMD_GENERATE_CHANGE_LOG;
extern const struct command CMD_SAGA_LIST;
extern const struct command CMD_SAGA_SHOW;
extern const struct command CMD_SAGA_RETRY;
extern const struct command CMD_DB_INSTALL;
extern const struct command CMD_DB_UNINSTALL;
extern const struct command CMD_TOKEN;
extern const struct command CMD_CONFIG;
extern const struct command CMD_VERSION;
extern const struct command CMD_COMPLETION;
extern const struct command CMD_HELP;
