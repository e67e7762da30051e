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

#endif
