/*
 * roca - the fingerprint: primes of that generator are k·M + 65537^a mod M, M a product of small
 * primes, so the modulus is a power of 65537 modulo each of them. For a random modulus that holds
 * by chance once in 2^27.
 */
#include "auth/roca.h"

enum { GENERATOR = 65537 };

static unsigned remainder_of(str number, unsigned p)
{
	unsigned r = 0;
	for (size_t i = 0; i < number.n; i++)
		r = (r << 8 | (unsigned char)number.p[i]) % p;
	return r;
}

static bool is_power(unsigned r, unsigned p)
{
	unsigned x = 1;
	do {
		if (x == r)
			return true;
		x = x * (GENERATOR % p) % p;
	} while (x != 1);
	return false;
}

bool roca_is_weak(str modulus)
{
	static const unsigned char PRIMES[] = { 11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103,
		107, 109, 127, 151, 157 };
	for (size_t i = 0; i < COUNT(PRIMES); i++)
		if (!is_power(remainder_of(modulus, PRIMES[i]), PRIMES[i]))
			return false;
	return true;
}
