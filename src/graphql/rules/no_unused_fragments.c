/* Every fragment is spread by some operation, if only through others. Spec: §5.5.1.4 */
#include "graphql/validate_int.h"

/* The fragments of the document as one list of roots would reach them. */
static bool *used_fragments(struct validation *v)
{
	const struct ast_document *d = v->document;
	struct fragment *roots = arena_array(v->arena, struct fragment, d->n);
	size_t n = 0;
	for (size_t i = 0; i < d->n; i++)
		if (d->at[i]->kind == AST_OPERATION)
			roots[n++] = fragment_of_operation(d->at[i]);
	struct fragment_list reached = fragments_reached(v, roots, n);
	bool *used = arena_array(v->arena, bool, v->fragments->by_name.n);
	for (size_t i = 0; i < reached.n; i++)
		used[reached.at[i]->id] = true;
	return used;
}

static void document_leave(struct validation *v, void *state, union node node)
{
	UNUSED(state);
	if (v->fragments->by_name.n == 0)
		return;
	const bool *used = used_fragments(v);
	for (size_t i = 0; i < node.document->n; i++) {
		const struct ast_definition *d = node.document->at[i];
		if (d->kind != AST_FRAGMENT || used[fragment_find(v, d->name.text)->id])
			continue;
		rule_at(v, rule_error(v, "Fragment \"%.*s\" is never used.", STR_ARG(d->name.text)),
			d->at);
	}
}

const struct rule RULES_NO_UNUSED_FRAGMENTS = {
	.leave = { [NODE_DOCUMENT] = document_leave },
};
