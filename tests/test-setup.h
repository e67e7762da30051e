/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The reader of helper.conf under test.
 */
#ifndef TESTS_TEST_SETUP_H
#define TESTS_TEST_SETUP_H

#include "setup/config_read.h"
#include "tests/test.h"

/* Files of these names are there; nothing is in them. */
#define TLS "tls { certificate = { \"c.pem\" } key = { \"k.pem\" } }\n"
#define FTP "listen \"ftp\" { backend = \"127.0.0.1:2121\" }\n"

/* As config_read() on a file "h.conf" with this text. */
int read_text(
    const char *text, struct helper_config **ret, struct stssl_error *error);

/* It is refused, with this message. */
void check_mistake(const char *text, const char *message);

/* Of test-setup-mistakes.c. */
struct test_case mistakes(void);

/* Of test-setup-links.c. */
struct test_case links(void);
struct test_case mistakes_of_links(void);
struct test_case warnings_of_links(void);
struct test_case warnings_of_paths(void);

#endif
