/*
 * The schema has a root type for each operation. Spec: §5.2.1
 *
 * The reference's current line has no such rule and lets the operation fail when it is executed.
 * It is checked last, and only in a document in which nothing else is wrong, so that the errors of
 * all others stay the same.
 */
#include "graphql/validate_int.h"

static void check(struct validation *v, const struct ast_definition *d)
{
	static const char *const NAMES[] = { [AST_QUERY] = "query",
		[AST_MUTATION] = "mutation",
		[AST_SUBSCRIPTION] = "subscription" };
	const struct gql_schema *s = v->schema;
	const struct gql_type *roots[] = { [AST_QUERY] = s->query,
		[AST_MUTATION] = s->mutation,
		[AST_SUBSCRIPTION] = s->subscription };
	if (roots[d->operation])
		return;
	rule_at(v,
		rule_error(v, "The %s operation is not supported by the schema.",
			NAMES[d->operation]),
		d->at);
}

static void document_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	if (v->nerrors > 0)
		return;
	for (size_t i = 0; i < node.document->n; i++)
		if (node.document->at[i]->kind == AST_OPERATION)
			check(v, node.document->at[i]);
}

const struct rule RULES_KNOWN_OPERATION_TYPES = {
	.leave = { [NODE_DOCUMENT] = document_leave },
};
