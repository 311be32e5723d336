/* SPDX-License-Identifier: MIT */
/* main - the program `fraiseql`: everything is in the library. */
#include <fraiseql.h>

int main(int argc, char **argv)
{
	return fq_main(argc, argv);
}
