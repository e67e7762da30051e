/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The parts that headers of PROXY, version 2, are written from.
 */
#ifndef HELPER_WORKER_PROXY_WRITER_H
#define HELPER_WORKER_PROXY_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "status/address.h"

/* `bytes` has room for all that is written. */
struct proxy_writer {
	uint8_t *bytes;
	size_t len;
};

/* Append. */
void proxy_put(struct proxy_writer *w, const void *bytes, size_t len);

/*
 * Begin the header of a connection, with its addresses: two of one family are
 * as that family has them, others both as IPv6.
 */
void proxy_put_head(struct proxy_writer *w, const struct stssl_address *source,
    const struct stssl_address *destination);

/* The header is complete: its length, which is at most 65535, is known. */
void proxy_end_head(const struct proxy_writer *w);

/*
 * Begin a value, whose length comes later; returns where it begins, for
 * proxy_end_value(), which says that it ends here.
 */
size_t proxy_begin_value(struct proxy_writer *w, uint8_t type);
void proxy_end_value(const struct proxy_writer *w, size_t begin);

/* A whole value. */
void proxy_put_value(
    struct proxy_writer *w, uint8_t type, const void *bytes, size_t len);

#endif
