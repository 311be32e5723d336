/* SPDX-License-Identifier: MIT */
/* A file that tools/embed put into the program: pages, install SQL, templates. */
#pragma once

#include <stddef.h>

/*
 * One file. The bytes live as long as the program; data[size] and gzip[gzip_size] are NUL, so a
 * text is also a C string. Tables are sorted by name (byte order) and end with a row whose name is
 * NULL.
 */
struct embedded_file {
	const char *name;         /* path below the folder it was taken from, "assets/app.js" */
	const char *content_type; /* "text/html; charset=utf-8" */
	const char *etag;         /* quoted, from the SHA-256 of the bytes: ready for the header */
	const unsigned char *data;
	size_t size;
	const unsigned char *gzip; /* NULL when compression saves less than a tenth */
	size_t gzip_size;
};
