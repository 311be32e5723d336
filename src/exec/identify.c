/*
 * identify - the request's identity → session settings and context values.
 *
 * Every statement of a request with an identity runs in the isolated (or slow) lane behind
 * set_config(…, true) of all its settings, in the same round trip. What the identity does not say
 * is set to the empty text, so that nothing of another request can be read; policies must take that
 * for absent. `role` is SET LOCAL ROLE by another name and comes last. An anonymous request has no
 * settings, but for the role if there is one for it.
 */
#include "exec/exec_int.h"

enum { SETTINGS_OWN = 7 };

static void set(struct exec *x, const char *name, str value)
{
	x->settings[x->nsettings++] = (struct pgsetting){ name, value.p };
}

/* The names of the configured settings, for what begins something that goes on later:
 * app.plan,app.org */
static void set_names(struct exec *x, const struct identity *i)
{
	struct buf b = buf_on(x->arena);
	for (size_t k = 0; k < i->nvalues; k++) {
		if (k)
			buf_putc(&b, ',');
		buf_put(&b, i->values[k].name);
	}
	buf_putc(&b, '\0');
	set(x, "fraiseql.settings", (str){ b.p, b.n - 1 });
}

static void set_identity(struct exec *x, const struct identity *i)
{
	set(x, "app.user_id", i->user_id);
	set(x, "app.tenant_id", i->tenant_id);
	set(x, "app.role", i->role);
	set(x, "app.request_id", x->request_id);
	set(x, "app.claims", i->claims);
	for (size_t k = 0; k < i->nvalues; k++)
		set(x, i->values[k].name.p, i->values[k].value);
	if (i->nvalues)
		set_names(x, i);
}

void exec_identify(struct exec *x)
{
	const struct identity *i = x->req->identity;
	const char *anonymous = x->engine->o.anonymous_role;
	str role = i ? i->database_role : anonymous ? str_from(anonymous) : STR_NONE;
	if (!i && !role.p)
		return;
	size_t n = SETTINGS_OWN + (i ? i->nvalues : 0);
	x->settings = arena_array(x->arena, struct pgsetting, n);
	if (i) {
		str id = x->req->request_id;
		x->request_id = (str){ str_z(x->arena, id), id.n };
		x->identity = identity_copy(x->arena, i);
		set_identity(x, x->identity);
	}
	if (role.p)
		set(x, "role", i ? x->identity->database_role : role);
}

/* a, b, c: the names of the fields. */
static str field_names(struct exec *x)
{
	struct buf b = buf_on(x->arena);
	for (size_t i = 0; i < x->plan->nroots; i++) {
		const struct gql_field *f = x->plan->roots[i].field.field;
		if (f->id < GQL_META_FIELDS)
			continue;
		if (b.n)
			buf_lit(&b, ", ");
		buf_put(&b, f->name);
	}
	buf_putc(&b, '\0');
	return (str){ b.p, b.n - 1 };
}

void exec_identify_mutation(struct exec *x)
{
	enum { MORE = 3 };
	const struct pgsetting *own = x->settings;
	int n = x->nsettings;
	if (!x->engine->o.change_context)
		return;
	x->settings = arena_array(x->arena, struct pgsetting, (size_t)n + MORE);
	x->nsettings = 0;
	if (!x->identity)
		set(x, "app.request_id", (str){ str_z(x->arena, x->req->request_id), 0 });
	set(x, "app.trace_id", (str){ str_z(x->arena, x->req->trace_id), 0 });
	set(x, "app.mutation", field_names(x));
	for (int i = 0; i < n; i++)
		x->settings[x->nsettings++] = own[i];
}

str exec_context(void *arg, str name)
{
	const struct exec *x = arg;
	if (!x->identity)
		return STR_NONE;
	return str_eq(name, S("request_id")) ? x->request_id : identity_get(x->identity, name);
}
