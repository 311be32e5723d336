/* SPDX-License-Identifier: MIT */
/*
 * banned.h - functions that this project never calls, as compile errors. meson.build includes it in
 * front of every file, so nobody needs to.
 *
 * Each name becomes a macro that expands to an undeclared identifier: `strcpy(a, b)` fails to
 * compile with "strcpy_is_banned" in the message. (#pragma GCC poison would be stricter, but it
 * refuses the name in library headers too: `free` is a member and a parameter in many.) The system
 * headers that declare the names come first, because a macro must not meet a declaration.
 *
 * Instead of            use
 * strcpy strcat sprintf  base/buf.h, snprintf
 * strtok sscanf atoi     base/str.h, base/num.h: slices, no locale, with errors
 * alloca                 the arena
 * localtime gmtime       base/clock.h: no hidden buffer, no time zone of the machine
 * system popen           libuv's processes: no shell
 * malloc free …          the arena. Only base says ALLOW_MALLOC. What a library allocated goes back
 *                        through the library's own function; where that is free(), the file says
 *                        `#undef free` with the reason beside it.
 */
#pragma once

#ifndef __ASSEMBLER__ /* embedded files come as .S, with the same flags */

#include <alloca.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>

#undef strcpy
#undef strcat
#undef stpcpy
#undef strncpy
#undef strncat
#undef strtok
#undef strtok_r
#undef sprintf
#undef vsprintf
#undef gets
#undef scanf
#undef sscanf
#undef fscanf
#undef vsscanf
#undef atoi
#undef atol
#undef atoll
#undef atof
#undef strtol
#undef strtoul
#undef strtoll
#undef strtoull
#undef strtof
#undef alloca
#undef strdupa
#undef localtime
#undef gmtime
#undef ctime
#undef asctime
#undef setlocale
#undef system
#undef popen
#undef rand
#undef srand

#define strcpy(...) strcpy_is_banned
#define strcat(...) strcat_is_banned
#define stpcpy(...) stpcpy_is_banned
#define strncpy(...) strncpy_is_banned
#define strncat(...) strncat_is_banned
#define strtok(...) strtok_is_banned
#define strtok_r(...) strtok_r_is_banned
#define sprintf(...) sprintf_is_banned
#define vsprintf(...) vsprintf_is_banned
#define gets(...) gets_is_banned
#define scanf(...) scanf_is_banned
#define sscanf(...) sscanf_is_banned
#define fscanf(...) fscanf_is_banned
#define vsscanf(...) vsscanf_is_banned
#define atoi(...) atoi_is_banned
#define atol(...) atol_is_banned
#define atoll(...) atoll_is_banned
#define atof(...) atof_is_banned
#define strtol(...) strtol_is_banned
#define strtoul(...) strtoul_is_banned
#define strtoll(...) strtoll_is_banned
#define strtoull(...) strtoull_is_banned
#define strtof(...) strtof_is_banned
#define alloca(...) alloca_is_banned
#define strdupa(...) strdupa_is_banned
#define localtime(...) localtime_is_banned
#define gmtime(...) gmtime_is_banned
#define ctime(...) ctime_is_banned
#define asctime(...) asctime_is_banned
#define setlocale(...) setlocale_is_banned
#define system(...) system_is_banned
#define popen(...) popen_is_banned
#define rand(...) rand_is_banned
#define srand(...) srand_is_banned

#ifndef ALLOW_MALLOC
#undef malloc
#undef calloc
#undef realloc
#undef reallocarray
#undef free
#undef strdup
#undef strndup
#undef asprintf
#undef vasprintf
#define malloc(...) malloc_is_banned_use_the_arena
#define calloc(...) calloc_is_banned_use_the_arena
#define realloc(...) realloc_is_banned_use_the_arena
#define reallocarray(...) reallocarray_is_banned_use_the_arena
#define free(...) free_is_banned_use_the_arena
#define strdup(...) strdup_is_banned_use_the_arena
#define strndup(...) strndup_is_banned_use_the_arena
#define asprintf(...) asprintf_is_banned_use_the_arena
#define vasprintf(...) vasprintf_is_banned_use_the_arena
#endif

#endif
