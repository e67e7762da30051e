/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The clients of tests/bench/load.  Each function does its work and prints what
 * it found, as "key=value" on one line.
 */
#ifndef TESTS_BENCH_CLIENT_H
#define TESTS_BENCH_CLIENT_H

#include <stddef.h>

#include "tests/bench/load.h"

/* plan->each new connections in each of `parallel` threads. */
void measure_new(const struct plan *plan, size_t parallel);

/* plan->each bytes, in each of `parallel` connections. */
void measure_download(const struct plan *plan, size_t parallel);
void measure_upload(const struct plan *plan, size_t parallel);

/*
 * Holds plan->each sessions that each of `parallel` threads has opened, until
 * standard input ends.  Ends the program when they are not there in time.
 */
_Noreturn void hold(const struct plan *plan, size_t parallel);

#endif
