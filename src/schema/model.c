/* model - who holds a model. The last one closes its arena. */
#include "schema/model.h"

#include <stdint.h>

/* The count is the only part of a shared model that changes. */
static int *refs_of(const struct model *m)
{
	return (int *)(uintptr_t)&m->refs;
}

void model_ref(const struct model *m)
{
	__atomic_add_fetch(refs_of(m), 1, __ATOMIC_RELAXED);
}

void model_unref(const struct model *m)
{
	if (m && __atomic_sub_fetch(refs_of(m), 1, __ATOMIC_ACQ_REL) == 0)
		arena_close(m->arena);
}
