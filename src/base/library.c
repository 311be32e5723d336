/*
 * library - dlopen and dlsym. Nothing is closed: a library may have left thread-local destructors.
 */
#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

bool library_open(const char *file, const struct library_call *calls, size_t n, struct err *e)
{
	void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
	if (!library)
		return err_set(e, ERR_CONFIG,
			"a library is missing; install the package that has %s (%s)", file,
			dlerror());
	for (size_t i = 0; i < n; i++) {
		void *call = dlsym(library, calls[i].name);
		if (!call)
			return err_set(e, ERR_CONFIG, "the library %s has no %s", file,
				calls[i].name);
		memcpy(calls[i].pointer, &call, sizeof call);
	}
	return true;
}
