/* pull/nouns.h - from names in a database to names in an API. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* An English noun in the other number, good enough for a file that people will edit. */
str noun_singular(struct arena *a, str noun);
str noun_plural(struct arena *a, str noun);
/* A GraphQL name near to `name`: what can't be in one becomes an underscore. Never empty. */
str name_graphql(struct arena *a, str name);
/* created_at → createdAt, CreatedAt → createdAt, "a b" → a_b. */
str name_field(struct arena *a, str column);
/* user_account → UserAccount */
str name_type(struct arena *a, str noun);
/* A label of an enum as a value's name: in_progress → IN_PROGRESS, 3d → _3D. */
str name_value(struct arena *a, str label);
/* v_user → user. *rank orders relations for one thing: the lowest is read from. */
str name_stem(str name, unsigned *rank);
/* pk_ and fk_: for joins inside the database. */
bool name_is_internal(str column);
