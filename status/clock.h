/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The time for deadlines and ages, which no administrator can set.
 */
#ifndef STATUS_CLOCK_H
#define STATUS_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC, clock_gettime(2). */
int64_t stssl_now_ms(void);

#endif
