/*
 * request.h - one line of the conformance protocol: a JSON object of strings and raw values.
 */
#pragma once

#include "base/arena.h"
#include "base/str.h"

struct request {
	str id; /* JSON text */
	str op, sdl, source, operation_name;
	str variables;       /* JSON text; empty = none */
	uint64_t errors_max; /* 0 = the default */
};

/*
 * Reads a line. Unlike base/jread.h it lets a lone surrogate in a string pass, as the three bytes
 * that it would have in UTF-8, because such sources are among the cases: the lexer has to refuse
 * them, not the reader. False when the line is no object.
 */
bool request_read(struct arena *a, str line, struct request *out);
