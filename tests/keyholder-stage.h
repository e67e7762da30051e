/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A real keyholder for tests, in a process of its own.
 */
#ifndef TESTS_KEYHOLDER_STAGE_H
#define TESTS_KEYHOLDER_STAGE_H

#include "setup/config.h"

/*
 * Start one with the keys of `tls` and one line.  It ends with the line, whose
 * worker's end is returned; the test fails when the keys cannot be loaded.
 */
int keyholder_stage(const struct tls_config *tls);

/* The same with the key of links besides. */
int keyholder_stage_of(const struct helper_config *config);

#endif
