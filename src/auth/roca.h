/* auth/roca.h - RSA keys of a kind that is known to be factored easily. */
#pragma once

#include "base/str.h"

/*
 * Does this modulus (big-endian bytes) look like one of the generator of CVE-2017-15361? Source:
 * Nemec et al., "The Return of Coppersmith's Attack" (2017), the fingerprint of section 5.
 */
bool roca_is_weak(str modulus);
