/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the worker and the client of tests of the monitor have in common.
 */
#ifndef TESTS_TEST_MONITOR_PROCESS_H
#define TESTS_TEST_MONITOR_PROCESS_H

/* The connection to the backend that all sessions have, as they say. */
#define HERE "1 127.0.0.1:2121 127.0.0.1:40000"

#endif
