/*
 * write_where - UPDATE and DELETE of all rows that a filter matches.
 */
#include "sql/write_int.h"

bool write_by_filter(struct writing *w)
{
	return planner_fail(w->p, w->node, ERR_UNSUPPORTED,
		"Writes by a filter are not implemented yet.");
}
