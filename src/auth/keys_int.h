/* auth/keys_int.h - keys as the library wants them. */
#pragma once

#include "auth/jose_int.h"
#include "auth/keys.h"

enum { KEYS_MAX = 64 };

struct key {
	jwk_t *jwk;
	str kid;             /* .p == NULL: none */
	unsigned algorithms; /* that it may serve */
};

struct keyset {
	struct jose jose;
	struct arena *arena;
	struct key keys[KEYS_MAX];
	size_t n;
};
