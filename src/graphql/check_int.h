/*
 * graphql/check_int.h - what the files that check a built schema share.
 */
#pragma once

#include "graphql/build_int.h"

/* A default value that needs itself, found from a field of `entry`. */
struct default_cycle {
	const struct gql_type *entry;
	str message;
	struct gql_place *places;
	size_t nplaces;
};

struct check {
	struct build *b;
	struct arena *arena;
	const struct gql_schema *schema;
	uint32_t *marks; /* by type id, with `mark`: sets of types without clearing */
	uint32_t mark;
	bool *visited_inputs; /* by type id: check_input_cycle has seen it */
	uint32_t *positions;  /* by type id: its scratch */
	struct {
		VEC(struct default_cycle);
	} default_cycles;   /* by entry, in the order of types */
	size_t next_cycle;  /* the first not reported yet */
	size_t cycle_names; /* in messages about cycles so far */
};

/* What an argument or input field belongs to. */
struct owner {
	const struct gql_directive *directive;
	const struct gql_type *type;
	const struct gql_field *field; /* of `type`; NULL for input fields */
};

/* Adds an error without a place; the places follow by gql_error_at or check_at. */
struct gql_error *check_error(struct check *c, const char *fmt, ...) PRINTF(2, 3);
/* Adds a place, unless the offset is UINT32_MAX. */
void check_at(struct check *c, struct gql_error *e, const struct source *source, uint32_t at);
/* Adds the places of a type's definition and extensions. */
void check_at_nodes(struct check *c, struct gql_error *e, const struct gql_type *t);
/* Adds the places where `t` says that it implements `iface`, or has a member of that name. */
void check_at_names(struct check *c, struct gql_error *e, const struct gql_type *t, str name);
/* The place of @deprecated in a list, or UINT32_MAX. */
uint32_t check_deprecated_at(const struct ast_directives *l);

/* "Type.field(arg:)", "@directive(arg:)", "Type.field" */
str check_label(struct check *c, const struct owner *o, const struct gql_input *in);

/* Spec: §3.13 "must not contain the use of a Directive which references itself" */
void check_directive_cycle(struct check *c, const struct gql_directive *d);
/* Spec: §3.6 and §3.7 IsValidImplementation */
void check_interfaces(struct check *c, const struct gql_type *t);
/* Spec: §3.10 "Circular References" */
void check_input_cycle(struct check *c, const struct gql_type *t);
/*
 * Coerces the defaults of all input fields, those that others need first, and finds the ones that
 * need themselves. Spec: §3.10 InputObjectDefaultValueHasCycle
 */
void check_prepare_defaults(struct check *c);
/* Reports the cycles that begin in `t`. */
void check_default_cycles(struct check *c, const struct gql_type *t);
/* Coerces one default and reports why it does not fit. Spec: §3.6.1, §3.10 */
void check_default(struct check *c, const struct owner *o, struct gql_input *in);
