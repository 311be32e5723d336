/*
 * schema/scalar_int.h - the functions in the table of scalars: how each reads its input.
 *
 * All are gql_scalar_fn: they get GQL_STRING, GQL_NUMBER, GQL_BOOL or GQL_JSON as the client wrote
 * it, and leave the value in the one form that goes to PostgreSQL and into JSON documents.
 */
#pragma once

#include "schema/scalar.h"

/* ---- scalar_read.c ---- */

gql_scalar_fn scalar_read_bigint, scalar_read_decimal, scalar_read_uuid, scalar_read_json,
	scalar_read_bytes, scalar_read_port, scalar_read_vector, scalar_read_ltree,
	scalar_read_tsvector;

/* ---- scalar_range.c ---- */

gql_scalar_fn scalar_read_range;

/* ---- scalar_time.c ---- */

gql_scalar_fn scalar_read_date, scalar_read_time, scalar_read_datetime, scalar_read_interval;

/*
 * Puts the moment that `s` begins with, of which `offset` is +hh:mm:ss, as 2026-01-31T14:30:00 of
 * UTC into `out`, 20 bytes. False when it has no such form.
 */
bool scalar_moment_utc(str s, str offset, char *out);

/* ---- scalar_write_time.c ---- */

bool scalar_put_date(struct buf *b, str s);
bool scalar_put_time(struct buf *b, str s);
bool scalar_put_datetime(struct buf *b, str s);
bool scalar_put_interval(struct buf *b, str s);

/* ---- scalar_net.c ---- */

gql_scalar_fn scalar_read_email, scalar_read_url, scalar_read_hostname, scalar_read_ipv4,
	scalar_read_ipv6, scalar_read_ip, scalar_read_cidr, scalar_read_mac;

static inline bool scalar_refuse(const char **why, const char *message)
{
	*why = message;
	return false;
}
