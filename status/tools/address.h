/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Addresses and connections for those who connect, bind and read them from
 * text.
 */
#ifndef STATUS_TOOLS_ADDRESS_H
#define STATUS_TOOLS_ADDRESS_H

#include "status/address.h"

/* Make a socket address: AF_INET for a mapped address, else AF_INET6. */
socklen_t stssl_address_to(
    const struct stssl_address *a, struct sockaddr_storage *ret);

/*
 * The same for a link-local IPv6 address, which means something on one
 * interface only: `scope` is that interface's index, 0 for other addresses.
 */
socklen_t stssl_address_to_scoped(const struct stssl_address *a, uint32_t scope,
    struct sockaddr_storage *ret);

/*
 * Read what stssl_address_format() writes; the port is mandatory, names are
 * not looked up.  Returns 0 or -EINVAL.
 */
int stssl_address_parse(const char *text, struct stssl_address *ret);

/* The same connection, seen from its other end. */
struct stssl_connection stssl_connection_flip(const struct stssl_connection *c);

/* Read what stssl_connection_format() writes.  Returns 0 or -EINVAL. */
int stssl_connection_parse(const char *text, struct stssl_connection *ret);

#endif
