/* SPDX-License-Identifier: MIT */
/* http/proxy.h - which addresses are our own proxies, and whom they speak for. Pure. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { NETS_MAX = 32 };

/* Networks, IPv4 as IPv4-mapped IPv6. */
struct nets {
	struct {
		unsigned char bytes[16];
		unsigned bits;
	} at[NETS_MAX];
	size_t n;
};

/* Reads "10.0.0.0/8", "::1", … from a NULL-terminated list (NULL: none). Fails: ERR_CONFIG. */
MUST_USE bool nets_parse(const char *const *list, struct nets *out, struct err *e);
/* Is the address (text, no port) in one of the networks? False for what is no address. */
bool nets_have(const struct nets *nets, str address);
/*
 * The client's address from X-Forwarded-For, as sent by a trusted proxy: the last one that is none
 * of the proxies'; a port is cut off. Without one (all are proxies', or what stands before them is
 * no address) the farthest proxy; empty when not even the last is an address.
 */
str forwarded_client(const struct nets *nets, str header);
