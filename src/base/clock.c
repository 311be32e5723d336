/* clock - time and randomness from the kernel. */
#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static uint64_t read_us(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u;
}

uint64_t clock_mono_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

uint64_t clock_wall_us(void)
{
	return read_us(CLOCK_REALTIME);
}

void clock_put_rfc3339(struct buf *b, uint64_t wall_us)
{
	time_t seconds = (time_t)(wall_us / 1000000u);
	struct tm t;
	gmtime_r(&seconds, &t);
	buf_printf(b, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", t.tm_year + 1900, t.tm_mon + 1,
		t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (unsigned)(wall_us / 1000u % 1000u));
}

uint64_t random_u64(void)
{
	uint64_t v;
	if (getrandom(&v, sizeof v, 0) != (ssize_t)sizeof v)
		abort();
	return v;
}
