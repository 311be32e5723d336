/* host - which fields want a resolver that nobody has registered. */
#include "app/host.h"

static bool check_field(const struct host *h, const struct model *m, const struct gql_field *f,
	const struct log *log, struct err *e)
{
	const struct binding *b = model_binding(m, f);
	if (b->kind != BIND_RESOLVER || (h && h->has_resolver(h->arg, b->resolver->name)))
		return true;
	if (h)
		return err_set(e, ERR_CONFIG,
			"%.*s.%.*s: no resolver is registered under the name \"%.*s\"",
			STR_ARG(f->parent->name), STR_ARG(f->name), STR_ARG(b->resolver->name));
	log_warn(log,
		"%.*s.%.*s is answered by a program that has FraiseQL inside; here it is refused",
		STR_ARG(f->parent->name), STR_ARG(f->name));
	return true;
}

bool host_check(const struct host *h, const struct model *m, const struct log *log, struct err *e)
{
	for (size_t i = 0; i < m->gql->ntypes; i++) {
		const struct gql_type *t = m->gql->types[i];
		for (size_t k = 0; k < t->nfields && t->kind == GQL_OBJECT; k++)
			if (!t->introspection && !check_field(h, m, &t->fields[k], log, e))
				return false;
	}
	return true;
}
