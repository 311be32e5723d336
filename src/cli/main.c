/* main - the public entry to the command line. */
#include <fraiseql.h>

#include "cli/cli.h"

#include <unistd.h>

int fq_main(int argc, char **argv)
{
	return cli_run(argc, argv, environ);
}
