/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All TCP connections of this network namespace, as /proc has them.
 */
#ifndef HELPER_MONITOR_REGISTRY_SURVEY_H
#define HELPER_MONITOR_REGISTRY_SURVEY_H

#include "status/address.h"

/*
 * Call `each` with every address of stssl_address_is_source() that a TCP socket
 * has at one of its ends, in whatever state, as often as it is there.  Returns
 * 0; or what fopen(3) and fgets(3) say, and then some may be missing.  A kernel
 * without IPv6 has no sockets of its kind.
 */
int survey_connections(
    void (*each)(void *owner, const struct stssl_address *address),
    void *owner);

#endif
