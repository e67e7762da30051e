/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The servers of tests/bench/load.  Both listen at the plan's address until
 * they are killed.
 */
#ifndef TESTS_BENCH_SERVER_H
#define TESTS_BENCH_SERVER_H

#include "tests/bench/load.h"

/*
 * Without TLS: answer each connection's requests, enum request, for many
 * thousands of them.
 */
_Noreturn void serve_backend(const struct plan *plan);

/*
 * The unit: what GnuTLS takes, one connection at a time, for one byte; with
 * `request` clients are asked for a certificate.
 */
_Noreturn void serve_bare(const struct plan *plan, bool request);

#endif
