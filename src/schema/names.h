/*
 * schema/names.h - snake_case in PostgreSQL, camelCase in GraphQL, and back.
 *
 * The two functions invert each other for every name that names_is_regular accepts: lower-case
 * words of letters and digits joined by single underscores, each word beginning with a letter.
 * Others need @column.
 */
#pragma once

#include "base/str.h"

/* created_at → createdAt, address_2 → address_2 (a digit cannot be capitalised), _x → _x. */
str names_camel(struct arena *a, str snake);
/* createdAt → created_at, HTTPServer → http_server, address_2 → address_2. */
str names_snake(struct arena *a, str camel);
/* in_progress → IN_PROGRESS */
str names_upper(struct arena *a, str snake);
/* user_account → UserAccount */
str names_pascal(struct arena *a, str snake);
/* Does names_snake(names_camel(s)) give `s` back? */
bool names_is_regular(str snake);
/* Is it a GraphQL name that does not begin with two underscores? */
bool names_is_graphql(str s);
