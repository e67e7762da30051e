/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The header of the PROXY protocol, versions 1 and 2, with which a proxy says
 * whose connection it passes on (haproxy's proxy-protocol.txt).
 */
#ifndef HELPER_WORKER_PROXY_HEADER_H
#define HELPER_WORKER_PROXY_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/proxy_fault.h"
#include "status/address.h"

/*
 * Of version 2, with everything that haproxy can put behind the addresses; a
 * client's certificate in DER is most of it.
 */
#define PROXY_HEADER_MAX 4096

struct proxy_header {
	/* The proxy's own connection, as for a check: no address is said. */
	bool is_own;
	struct stssl_address source, destination;
};

/*
 * Read the header at the beginning of `bytes`.  PROXY_NONE, and *ret_len is its
 * length; or 0 when all bytes belong to a header that is not complete yet.
 * Otherwise what is wrong with it.
 */
enum proxy_fault proxy_parse(const uint8_t *bytes, size_t len, size_t *ret_len,
    struct proxy_header *ret);

/*
 * Of a header of version 2 and command PROXY that is all there: the addresses,
 * and where the values behind them begin.  PROXY_NONE, or what is wrong.
 */
enum proxy_fault proxy_v2_addresses(const uint8_t *bytes, size_t len,
    size_t *ret_end, struct proxy_header *ret);

/* CRC-32C, RFC 9260 appendix A. */
uint32_t proxy_checksum(const uint8_t *bytes, size_t len);

#endif
