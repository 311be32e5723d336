/* jose - opens librhonabwy. */
#include "auth/jose_int.h"

#include "base/library.h"

bool jose_open(struct jose *out, struct err *e)
{
#define JOSE_NAME(name) { #name, &out->name },
	const struct library_call calls[] = { JOSE_CALLS(JOSE_NAME) };
	return library_open(RHONABWY_LIBRARY, calls, COUNT(calls), e);
}
