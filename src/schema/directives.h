/* schema/directives.h - the schema language's directives, for the documentation. */
#pragma once

#include "base/buf.h"

/* SDL of the directives that are honoured, one after another. */
void directives_print(struct buf *b);
/* The others that have a name already, and are refused: `@a, @b`. Empty when there is none. */
void directives_print_missing(struct buf *b);
