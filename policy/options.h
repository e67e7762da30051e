/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module's arguments in a PAM service file, pam_stssl(8).
 */
#ifndef POLICY_OPTIONS_H
#define POLICY_OPTIONS_H

#include <stdbool.h>

/* All strings are borrowed from the arguments, or constant. */
struct stssl_options {
	const char *classes;
	const char *socket;
	bool keep_rhost;
	bool ssh;
	bool debug;
};

/*
 * Read the arguments; what is not given has its default.
 * Returns 0; -EINVAL when an argument is unknown, has a bad value or is given
 * twice: *ret_bad is that argument then.
 */
int stssl_options_parse(int argc, const char *const *argv,
    struct stssl_options *ret, const char **ret_bad);

#endif
