/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A configuration file for tests, with keys at the top, in a section without a
 * title, and in sections with one.
 */
#ifndef TESTS_TEST_POLICY_CONF_H
#define TESTS_TEST_POLICY_CONF_H

#include "conf/conf.h"

extern const struct stssl_conf_key conf_keys[];

/* As stssl_conf_read() on a file "f.conf" with these bytes. */
int read_bytes(const void *bytes, size_t len, struct stssl_conf **ret,
    struct stssl_error *error);

/* The same for a text that must be right. */
struct stssl_conf *read_good(const char *text);

#endif
