/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A configuration file for tests, with keys at the top, in a section without a
 * title, and in sections with one.
 */
#ifndef TESTS_TEST_POLICY_CONF_H
#define TESTS_TEST_POLICY_CONF_H

#include "conf/conf.h"

struct conf_tls {
	const char *key;
	struct stssl_values ca;
};

struct conf_listen {
	const char *address;
};

struct conf_top {
	const char *user, *key;
	int workers, color;
	bool fast, hot;
	struct stssl_values names;
	char letter, other; /* without a default */
	struct {
		char *list;
		size_t count;
	} letters;
	struct conf_tls tls;
};

extern const struct stssl_conf_key conf_keys[];

/* What is at the top and in tls; `other` is 'o' when it is not given. */
struct conf_top values_of(const struct stssl_conf *conf);

/* As stssl_conf_read() on a file "f.conf" with these bytes. */
int read_bytes(const void *bytes, size_t len, struct stssl_conf **ret,
    struct stssl_error *error);

/* The same for a text that must be right. */
struct stssl_conf *read_good(const char *text);

#endif
