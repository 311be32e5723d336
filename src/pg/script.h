/* pg/script.h - places in an SQL script, for error messages. */
#pragma once

#include "base/str.h"

/*
 * The byte at which the n-th statement (from 0) starts, blanks and comments left out; script.n when
 * there are fewer. Knows strings, quoted names, dollar quotes, nested comments and bodies between
 * BEGIN ATOMIC and END. Used to show places only: what is a statement is PostgreSQL's business.
 */
size_t script_statement(str script, unsigned n);
/* The byte of the n-th character (from 1); script.n when there are fewer. */
size_t script_character(str script, size_t n);
/* Line and column (in characters), from 1, of a byte. */
void script_place(str script, size_t at, uint32_t *line, uint32_t *column);
