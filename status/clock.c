/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Asks the kernel, which has this clock on every machine.
 */
#include <config.h>
#include "status/clock.h"

#include <time.h>

int64_t
stssl_now_ms(void)
{
	struct timespec ts = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}
