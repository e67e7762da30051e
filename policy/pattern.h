/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Address patterns, as in `from` of classes.conf:
 *
 *	192.0.2.1  2001:db8::1                one address
 *	192.0.2.0/24  2001:db8::/32           a network
 *	10.0.0.0:255.0.0.0                    a network with its netmask
 *	10.1.2.*  10.1.2.1?                   four parts of digits, * and ?
 */
#ifndef POLICY_PATTERN_H
#define POLICY_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "status/address.h"

/*
 * With `by_part`, bit n of parts[i] says whether part i of an IPv4 address may
 * be n; else the bits of `mask` must be as in `ip`.
 */
struct stssl_pattern {
	bool by_part;
	bool ipv4;
	uint8_t ip[16];
	uint8_t mask[16];
	uint8_t parts[4][32];
};

/*
 * Returns 0; -EINVAL when it is no pattern; -ENOTSUP for a host name; -ERANGE
 * for a prefix length that is none; -EDOM when the address has bits outside of
 * its mask; -EILSEQ for a netmask with a hole in it.
 */
int stssl_pattern_parse(const char *text, struct stssl_pattern *ret);

/* What an error of stssl_pattern_parse() means, for people. */
const char *stssl_pattern_error(int r);

/*
 * True when the address, whatever its port, is in the pattern.  An IPv4
 * address is in IPv4 patterns only, written as IPv4 or as ::ffff:0:0/96.
 */
bool stssl_pattern_has(
    const struct stssl_pattern *p, const struct stssl_address *a);

#endif
