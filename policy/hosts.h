/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The host names of a client's address: what its reverse DNS says, if the DNS
 * of that name says the address again.  Only the first name server of
 * resolv.conf(5) is asked; /etc/hosts and other sources of names are not.
 * No thread, no child, no signal: fit for foreign processes.
 */
#ifndef POLICY_HOSTS_H
#define POLICY_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/pattern.h"
#include "status/address.h"

/* Names of one address that are looked at; an address with more has others. */
#define STSSL_HOSTS_MAX 4
/*
 * All questions about one address together take no longer: the helper waits 2 s
 * for an advisor, who asks them, too.
 */
#define STSSL_HOSTS_MS 1900

/* Names are in small letters, without a dot at the end. */
struct stssl_hosts {
	bool asked;
	bool is_silent; /* the reverse DNS did not answer in time */
	char names[STSSL_HOSTS_MAX][STSSL_HOST_MAX + 1];
	size_t count;
};

/*
 * Find the names of an address, once: *hosts is all zero at first.  What
 * cannot be found out in time has no name.
 */
void stssl_hosts_find(
    struct stssl_hosts *hosts, const struct stssl_address *address);

#endif
