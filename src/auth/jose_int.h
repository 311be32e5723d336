/*
 * auth/jose_int.h - librhonabwy's functions, by their names there. It is opened with the first key:
 * a server without tokens does not carry it, and what it brings.
 */
#pragma once

#include "base/err.h"

#include <rhonabwy.h>

/* clang-format off */
#define JOSE_CALLS(X) \
	X(r_global_init) X(r_global_close) X(r_free) X(r_str_to_jwa_alg) \
	X(r_jwk_init) X(r_jwk_free) X(r_jwk_is_valid) X(r_jwk_key_type) X(r_jwk_import_from_pem_der) \
	X(r_jws_init) X(r_jws_free) X(r_jws_set_alg) X(r_jws_set_header_str_value) \
	X(r_jws_set_payload) X(r_jws_serialize) X(r_jws_advanced_compact_parsen) \
	X(r_jws_verify_signature)
/* clang-format on */

struct jose {
#define JOSE_POINTER(name) __typeof__(name) *name;
	JOSE_CALLS(JOSE_POINTER)
};

/* Fails: ERR_CONFIG (it is missing). */
MUST_USE bool jose_open(struct jose *out, struct err *e);
