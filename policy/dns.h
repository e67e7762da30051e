/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The records of a DNS answer (RFC 1035, 4.1), one after the other.  It comes
 * from strangers: what does not fit into it ends the walk.  libresolv has such
 * a walk, too, ns_parserr(3), but each login of every daemon would pay for
 * loading it; what is called here is in libc itself.
 */
#ifndef POLICY_DNS_H
#define POLICY_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the walk is. */
struct stssl_dns {
	const uint8_t *begin, *at, *end;
	unsigned left; /* records to come, if there are as many */
};

struct stssl_dns_record {
	unsigned type, class;
	const uint8_t *data; /* in the answer */
	size_t len;
};

/*
 * Before the first record of the answer's `len` bytes, which have to stay as
 * long as the walk goes on.
 */
void stssl_dns_begin(struct stssl_dns *ret, const uint8_t *answer, size_t len);

/*
 * The next record; false, with *ret as it was, when there is none, or none that
 * is well-formed.
 */
bool stssl_dns_next(struct stssl_dns *dns, struct stssl_dns_record *ret);

/*
 * The name that a record's data begin with, as text without a dot at the end:
 * "." for the root, "\032" and the like for bytes that are not printable.
 * False, with *ret undefined, when it is malformed or needs more than `size`
 * bytes.
 */
bool stssl_dns_name(const struct stssl_dns *dns,
    const struct stssl_dns_record *record, char *ret, size_t size);

#endif
