/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address patterns, as in `from` of classes.conf:
 *
 *	192.0.2.1  2001:db8::1                one address
 *	192.0.2.0/24  2001:db8::/32           a network
 *	10.0.0.0:255.0.0.0                    a network with its netmask
 *	10.1.2.*  10.1.2.1?                   four parts of digits, * and ?
 *	gw.acme.example  *.acme.example       host names, with * and ?
 */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "status/address.h"

#define STSSL_HOST_MAX 253

/* "255", or "1?*"; more than three characters say nothing new. */
#define STSSL_PART_MAX 3

/*
 * With `host`, a pattern for host names and nothing else.
 * With `by_part`, parts[i] is a number or a glob for part i of an IPv4 address;
 * else the bits of `mask` must be as in `ip`.
 */
struct stssl_pattern {
	const char *host;
	bool by_part;
	bool ipv4;
	uint8_t ip[16];
	uint8_t mask[16];
	char parts[4][STSSL_PART_MAX + 1];
};

/*
 * Returns 0, ret->host borrowed from `text`; -EINVAL when it is no pattern;
 * -ENOTUNIQ for a host name that ends with a wildcard, which strangers' names
 * would match, too; -ERANGE for a prefix length that is none; -EDOM when the
 * address has bits outside of its mask; -EILSEQ for a netmask with a hole in
 * it.
 */
int stssl_pattern_parse(const char *text, struct stssl_pattern *ret);

/* What an error of stssl_pattern_parse() means, for people. */
const char *stssl_pattern_error(int r);

/*
 * True when the address, whatever its port, is in the pattern.  An IPv4
 * address is in IPv4 patterns only, written as IPv4 or as ::ffff:0:0/96.
 * Patterns for host names have no address.
 */
bool stssl_pattern_has(
    const struct stssl_pattern *p, const struct stssl_address *a);

/* True when one of `parts` matches a number of up to three digits. */
bool stssl_pattern_part_has(const char *part, unsigned number);

/* True for a pattern for host names that matches this one, in small letters. */
bool stssl_pattern_has_host(const struct stssl_pattern *p, const char *name);

#endif
