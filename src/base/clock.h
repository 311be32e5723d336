/* base/clock.h - the two clocks. */
#pragma once

#include "base/buf.h"

/* Microseconds of a clock that never goes back; its zero is arbitrary. */
uint64_t clock_mono_us(void);
/* Microseconds since 1970-01-01 UTC. */
uint64_t clock_wall_us(void);
/* Writes 2026-11-22T10:00:00.123Z. Source: RFC 3339. */
void clock_put_rfc3339(struct buf *b, uint64_t wall_us);
/* A random number from the kernel, for seeds and identifiers. */
uint64_t random_u64(void);
