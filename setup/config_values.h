/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Values of helper.conf that are more than a word or a number.
 */
#ifndef SETUP_CONFIG_VALUES_H
#define SETUP_CONFIG_VALUES_H

#include <sys/types.h>

#include "setup/config.h"

/*
 * Why `path` cannot be used as a file to read, valid until the next call; NULL
 * and *ret_mode when it can.
 */
const char *config_file_fault(const char *path, mode_t *ret_mode);

/* Read "ADDRESS:PORT" or "unix:/PATH".  Returns 0 or -EINVAL. */
int config_backend_parse(const char *text, struct backend_address *ret);

/* Read "LOW-HIGH", two ports.  Returns 0 or -EINVAL. */
int config_ports_parse(const char *text, unsigned *ret_low, unsigned *ret_high);

/*
 * Read "BEGIN:RATE:FULL", 1 <= BEGIN <= FULL <= 1000000, RATE 1 to 100; or "0"
 * for no limit.  Returns 0 or -EINVAL.
 */
int config_newcomers_parse(const char *text, struct newcomer_limit *ret);

/* True for "http://HOST..." of printable ASCII, not longer than 1024 bytes. */
bool config_is_http_url(const char *text);

/* True for a host name, RFC 1123 section 2.1, that is no IP address. */
bool config_is_host_name(const char *text);

#endif
