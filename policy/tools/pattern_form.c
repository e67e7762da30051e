/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Patterns against each other: which are the same, and which are inside of
 * which.  An IPv4 pattern is seen as four sets of numbers, however it was
 * written, an IPv6 pattern as an address and its mask.
 */
#include <config.h>
#include "policy/tools/pattern_form.h"

#include <stdio.h>
#include <string.h>

#include "status/ascii.h"
#include "status/tools/hex.h"

#define IPV4_BYTE 12 /* where an IPv4 address begins in 16 bytes */

static bool
has(const uint8_t set[32], unsigned n)
{
	return (set[n / 8] & 1u << (n % 8)) != 0;
}

/* Part i of an IPv4 pattern. */
static void
part_of(const struct stssl_pattern *p, int i, uint8_t ret[32])
{
	uint8_t ip = p->ip[IPV4_BYTE + i], mask = p->mask[IPV4_BYTE + i];

	memset(ret, 0, 32);
	for (unsigned n = 0; n < 256; n++)
		if (p->by_part ? stssl_pattern_part_has(p->parts[i], n)
			       : ((n ^ ip) & mask) == 0)
			ret[n / 8] |= (uint8_t)(1u << (n % 8));
}

/* A lower-case copy of a host name. */
static void
fold(const char *name, char ret[static STSSL_HOST_MAX + 1])
{
	size_t i = 0;

	for (; i < STSSL_HOST_MAX && name[i] != '\0'; i++)
		ret[i] = stssl_lower(name[i]);
	ret[i] = '\0';
}

const char *
stssl_pattern_canonical(
    const struct stssl_pattern *p, char buf[static STSSL_PATTERN_TEXT])
{
	uint8_t part[32];
	int len;

	if (p->host != NULL) {
		char name[STSSL_HOST_MAX + 1];

		fold(p->host, name);
		(void)snprintf(buf, STSSL_PATTERN_TEXT, "host %s", name);
		return buf;
	}
	len = snprintf(buf, STSSL_PATTERN_TEXT, p->ipv4 ? "ipv4" : "ipv6 ");
	for (int i = 0; p->ipv4 && i < 4; i++) {
		buf[len++] = i == 0 ? ' ' : '.';
		part_of(p, i, part);
		(void)stssl_hex(part, sizeof part, buf + len);
		len += 2 * (int)sizeof part;
	}
	if (!p->ipv4) {
		(void)stssl_hex(p->ip, sizeof p->ip, buf + len);
		len += 2 * (int)sizeof p->ip;
		buf[len++] = '/';
		(void)stssl_hex(p->mask, sizeof p->mask, buf + len);
	}
	return buf;
}

static bool
covers_ipv4(
    const struct stssl_pattern *outer, const struct stssl_pattern *inner)
{
	uint8_t out[32], in[32];

	for (int i = 0; i < 4; i++) {
		part_of(outer, i, out);
		part_of(inner, i, in);
		for (unsigned n = 0; n < 256; n++)
			if (has(in, n) && !has(out, n))
				return false;
	}
	return true;
}

static bool
covers_ipv6(
    const struct stssl_pattern *outer, const struct stssl_pattern *inner)
{
	for (int i = 0; i < 16; i++)
		if ((outer->mask[i] & ~inner->mask[i]) != 0 ||
		    ((outer->ip[i] ^ inner->ip[i]) & outer->mask[i]) != 0)
			return false;
	return true;
}

/* The same, or "*REST" and what ends with REST. */
static bool
covers_host(const char *outer, const char *inner)
{
	char out[STSSL_HOST_MAX + 1], in[STSSL_HOST_MAX + 1];
	size_t out_len, in_len;

	fold(outer, out);
	fold(inner, in);
	out_len = strlen(out);
	in_len = strlen(in);
	if (strcmp(out, in) == 0)
		return true;
	return out[0] == '*' && strpbrk(out + 1, "*?") == NULL &&
	       in_len >= out_len - 1 &&
	       strcmp(out + 1, in + in_len - (out_len - 1)) == 0;
}

bool
stssl_pattern_covers(
    const struct stssl_pattern *outer, const struct stssl_pattern *inner)
{
	if (outer->host != NULL && inner->host != NULL)
		return covers_host(outer->host, inner->host);
	if (outer->host != NULL || inner->host != NULL ||
	    outer->ipv4 != inner->ipv4)
		return false;
	return inner->ipv4 ? covers_ipv4(outer, inner)
			   : covers_ipv6(outer, inner);
}
