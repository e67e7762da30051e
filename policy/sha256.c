/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The algorithm as FIPS 180-4, 6.2, has it; names are those used there.
 */
#include <config.h>
#include "policy/sha256.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BLOCK 64
#define WORDS 8

/* clang-format off */
static const uint32_t K[BLOCK] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};
/* clang-format on */

static uint32_t
rotated(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

/* The message schedule of one block. */
static void
schedule(const uint8_t *block, uint32_t w[static BLOCK])
{
	for (size_t t = 0; t < 16; t++, block += 4)
		w[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
		       (uint32_t)block[2] << 8 | block[3];
	for (size_t t = 16; t < BLOCK; t++) {
		uint32_t x = w[t - 15], y = w[t - 2];

		w[t] = w[t - 16] + w[t - 7] +
		       (rotated(x, 7) ^ rotated(x, 18) ^ x >> 3) +
		       (rotated(y, 17) ^ rotated(y, 19) ^ y >> 10);
	}
}

static void
add_block(const uint8_t *block, uint32_t hash[static WORDS])
{
	uint32_t w[BLOCK], v[WORDS];

	schedule(block, w);
	memcpy(v, hash, sizeof v);
	for (size_t t = 0; t < BLOCK; t++) {
		uint32_t a = v[0], e = v[4];
		uint32_t t1 = v[7] + K[t] + w[t] + ((e & v[5]) ^ (~e & v[6])) +
			      (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25));
		uint32_t t2 =
		    (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) +
		    ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, sizeof v - sizeof v[0]);
		v[0] = t1 + t2;
		v[4] += t1;
	}
	for (size_t i = 0; i < WORDS; i++)
		hash[i] += v[i];
}

/* What is left, a 1 bit, zeroes, and the length in bits. */
static void
add_end(const uint8_t *rest, size_t len, uint32_t hash[static WORDS])
{
	size_t left = len % BLOCK;
	size_t size = left < BLOCK - 8 ? BLOCK : 2 * BLOCK;
	uint64_t bits = (uint64_t)len * 8;
	uint8_t end[2 * BLOCK] = { 0 };

	memcpy(end, rest, left);
	end[left] = 0x80;
	for (size_t i = 1; i <= 8; i++, bits >>= 8)
		end[size - i] = (uint8_t)bits;
	for (size_t at = 0; at < size; at += BLOCK)
		add_block(end + at, hash);
}

void
stssl_sha256(const void *bytes, size_t len, char ret[static STSSL_SHA256_TEXT])
{
	uint32_t hash[WORDS] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
	const uint8_t *at = bytes;

	for (size_t left = len; left >= BLOCK; left -= BLOCK, at += BLOCK)
		add_block(at, hash);
	add_end(at, len, hash);
	for (size_t i = 0; i < WORDS; i++)
		(void)snprintf(ret + 8 * i, 9, "%08x", (unsigned)hash[i]);
}
