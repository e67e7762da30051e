/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The worker of sessions that are fuzzed: all is well, and nobody is told.
 */
#ifndef TESTS_FUZZ_HOST_H
#define TESTS_FUZZ_HOST_H

#include "status/address.h"

/* A socket that listens on loopback, and where. */
int listen_somewhere(struct stssl_address *ret);

#endif
