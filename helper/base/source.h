/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The source of a client, which limits, penalties and turns are counted by:
 * its IPv4 address, or the /64 network of its IPv6 address, since a client with
 * one address of such a network has them all.
 */
#ifndef HELPER_BASE_SOURCE_H
#define HELPER_BASE_SOURCE_H

#include <stdint.h>

#include "status/address.h"

/* Write the part of the address that all clients of its source share. */
void client_source(const struct stssl_address *peer, uint8_t ret[static 16]);

#endif
