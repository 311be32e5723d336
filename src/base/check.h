/*
 * base/check.h - checks for table tests, on cmocka.
 *
 * CHECK_* print the case's name, what was got and what was wanted, and remember the failure;
 * check_end fails the test if any case did, so one run shows all. Only test files include this.
 */
#pragma once

#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static int check_failures;

__attribute__((unused)) static void check_end(void)
{
	int n = check_failures;
	check_failures = 0;
	if (n)
		fail_msg("%d case(s) failed", n);
}

#define CHECK_STR(name, got, want)                                                                 \
	do {                                                                                       \
		str got_ = (got), want_ = str_from(want);                                          \
		if (!str_eq(got_, want_)) {                                                        \
			check_failures++;                                                          \
			print_error("%s:%d: %s\n  got:  %.*s\n  want: %.*s\n", __FILE__, __LINE__, \
				(name), STR_ARG(got_), STR_ARG(want_));                            \
		}                                                                                  \
	} while (0)

#define CHECK_INT(name, got, want)                                                          \
	do {                                                                                \
		long long got_ = (long long)(got), want_ = (long long)(want);               \
		if (got_ != want_) {                                                        \
			check_failures++;                                                   \
			print_error("%s:%d: %s: got %lld, want %lld\n", __FILE__, __LINE__, \
				(name), got_, want_);                                       \
		}                                                                           \
	} while (0)

#define CHECK_TRUE(name, cond) CHECK_INT(name, !!(cond), 1)
